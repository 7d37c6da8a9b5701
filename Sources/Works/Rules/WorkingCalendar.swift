public import Foundation

/// When a city's services work: its time zone, its working week, its holidays, and the hours of a working day.
///
/// All arithmetic is done on the city's own clocks, so that a day on which they are changed is one working day as any other.
public struct WorkingCalendar: Hashable, Sendable {
    public var timeZone: TimeZone
    /// ISO 8601 numbers of the weekdays on which nobody works, Monday being 1.
    public var weekend: Set<Int>
    /// Days off that fall into the working week.
    public var holidays: Set<CivilDate>
    /// Days worked although they fall on a weekend, as when a holiday is moved.
    public var workingWeekends: Set<CivilDate>
    public var opens: LocalTime
    public var closes: LocalTime
    /// A report that comes later than this counts as one of the next working day.
    public var cutoff: LocalTime

    public init(
        timeZone: TimeZone, weekend: Set<Int> = [6, 7], holidays: Set<CivilDate> = [],
        workingWeekends: Set<CivilDate> = [], opens: LocalTime = LocalTime(hour: 9, minute: 0)!,
        closes: LocalTime = LocalTime(hour: 18, minute: 0)!, cutoff: LocalTime? = nil
    ) {
        precondition(opens < closes, "a working day that ends at \(closes) cannot begin at \(opens)")
        self.timeZone = timeZone
        self.weekend = weekend
        self.holidays = holidays
        self.workingWeekends = workingWeekends
        self.opens = opens
        self.closes = closes
        self.cutoff = cutoff ?? closes
    }

    /// Whether the services work on this day.
    public func isWorkingDay(_ date: CivilDate) -> Bool {
        if workingWeekends.contains(date) { return true }
        return !weekend.contains(date.weekday) && !holidays.contains(date)
    }

    /// The first working day after `date`, or `date` itself if `orSame`.
    ///
    /// A calendar without any working day is refused where it is read, so there is one within ten years.
    public func nextWorkingDay(after date: CivilDate, orSame: Bool = false) -> CivilDate {
        var day = orSame ? date.daysSinceEpoch : date.daysSinceEpoch + 1
        let limit = day + 3_660
        while !isWorkingDay(CivilDate(daysSinceEpoch: day)), day < limit { day += 1 }
        return CivilDate(daysSinceEpoch: day)
    }
}

// MARK: - Civil time

extension WorkingCalendar {
    /// The day and the minute of the day that the city's clocks show at a moment.
    public func civil(_ instant: Instant) -> (date: CivilDate, minutes: Int) {
        let offset = timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.secondsSinceEpoch)))
        let local = instant.secondsSinceEpoch + Int64(offset)
        let days = local.floorDivided(by: 86_400)
        return (CivilDate(daysSinceEpoch: Int(days)), Int(local - days * 86_400) / 60)
    }

    /// The moment at which the city's clocks show a time of a day.
    ///
    /// A time that the clocks skip is the moment at which they jump over it, and of a time that they show twice the first is meant: a promise
    /// for 02:30 is never kept an hour later than a person would read it.
    public func instant(_ date: CivilDate, minutes: Int) -> Instant {
        let local = Int64(date.daysSinceEpoch) * 86_400 + Int64(minutes) * 60
        func offset(at seconds: Int64) -> Int64 {
            Int64(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
        }
        // The offsets a day before and a day after bracket any change of the clocks near the wanted time.
        let before = offset(at: local - 86_400)
        let after = offset(at: local + 86_400)
        let early = local - max(before, after)
        let late = local - min(before, after)
        if early + offset(at: early) == local { return Instant(secondsSinceEpoch: early) }
        if late + offset(at: late) == local { return Instant(secondsSinceEpoch: late) }
        // Skipped: find the jump between the two.
        var low = early
        var high = late
        let offsetBefore = offset(at: low)
        while low + 1 < high {
            let middle = low + (high - low) / 2
            if offset(at: middle) == offsetBefore { low = middle } else { high = middle }
        }
        return Instant(secondsSinceEpoch: high)
    }
}

extension CivilDate {
    /// ISO 8601 number of the weekday: Monday 1 … Sunday 7.
    public var weekday: Int {
        // 1970-01-01 was a Thursday.
        let index = (daysSinceEpoch + 3) % 7
        return (index < 0 ? index + 7 : index) + 1
    }
}
