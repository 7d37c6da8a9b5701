import Works

/// The weather of the period, as far as it makes work: seasons by the calendar, and single days that stand out.
///
/// Days are counted from the day of `now`, which is 0. Seasons follow the month of the middle of `now`'s own month, so that within a
/// month the whole record moves along with `now`, day by day.
struct Weather: Sendable {
    enum Event: Sendable {
        case storm, snowfall, frost, thaw, heatingStart, wind
    }

    private let referenceDay: Int
    private var events: [Int: [Event]] = [:]

    init(now: Instant, days: Range<Int>, generator: inout SeededGenerator) {
        let today = CivilDate(daysSinceEpoch: Int((now.secondsSinceEpoch + DemoCity.secondsEastOfGreenwich) / 86_400))
        referenceDay = CivilDate(year: today.year, month: today.month, day: 15).daysSinceEpoch
        // The same month never brings the same weather twice, but every seed brings its own.
        for day in days where day <= 0 {
            let date = self.date(day)
            switch date.month {
            case 6...8: if generator.chance(0.022) { add(.storm, day, lasting: 1) }
            case 12, 1, 2:
                if generator.chance(0.045) { add(.frost, day, lasting: 5) }
                if generator.chance(0.06) { add(.snowfall, day, lasting: 2) }
            case 3: if generator.chance(0.08) { add(.thaw, day, lasting: 4) }
            case 11: if generator.chance(0.06) { add(.snowfall, day, lasting: 1) }
            default: break
            }
            if date.month == 10, date.day == 3 { add(.heatingStart, day, lasting: 9) }
        }
        // Something has happened lately, whatever the season.
        switch date(-3).month {
        case 5...9: add(.storm, -3, lasting: 1)
        case 11, 12, 1, 2: add(.snowfall, -3, lasting: 2)
        case 3: add(.thaw, -4, lasting: 3)
        default: add(.wind, -3, lasting: 1)
        }
    }

    /// The date that stands for a day in the seasons.
    func date(_ day: Int) -> CivilDate { CivilDate(daysSinceEpoch: referenceDay + day) }

    func events(on day: Int) -> [Event] { events[day] ?? [] }

    private mutating func add(_ event: Event, _ day: Int, lasting days: Int) {
        for offset in 0..<days where !(events[day + offset] ?? []).contains(event) {
            events[day + offset, default: []].append(event)
        }
    }
}
