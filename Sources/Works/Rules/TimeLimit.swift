/// How long a service has.
public enum TimeLimit: Hashable, Sendable {
    /// Whole working days: the deadline is the end of the last of them.
    case workingDays(Int)
    /// Hours that count only while the services work.
    case workingHours(Int)
    /// Hours by the clock, day and night.
    case hours(Int)
    /// Days by the calendar: the deadline is the end of the working day's hours on the last of them, whatever day that is.
    case calendarDays(Int)
}

extension TimeLimit: LosslessStringConvertible {
    /// Reads `3 working days`, `8 working hours`, `24 hours`, `10 days`, also in the singular; amounts are 1…10 000.
    public init?(_ description: String) {
        let words = description.split(separator: " ").map(String.init)
        guard let amount = words.first.flatMap(Int.init), (1...10_000).contains(amount) else { return nil }
        switch words.dropFirst().joined(separator: " ") {
        case "working days", "working day": self = .workingDays(amount)
        case "working hours", "working hour": self = .workingHours(amount)
        case "hours", "hour": self = .hours(amount)
        case "days", "day": self = .calendarDays(amount)
        default: return nil
        }
    }

    public var description: String {
        func amount(_ count: Int, _ unit: String) -> String { "\(count) \(unit)\(count == 1 ? "" : "s")" }
        return switch self {
        case .workingDays(let count): amount(count, "working day")
        case .workingHours(let count): amount(count, "working hour")
        case .hours(let count): amount(count, "hour")
        case .calendarDays(let count): amount(count, "day")
        }
    }
}

extension WorkingCalendar {
    /// The deadline of something reported at `start` that has to be done within `limit`.
    ///
    /// Working days are counted from the day after the report; one that came after the cut-off or on a day off counts as one of the
    /// next working day. Working hours begin to count at once if somebody works, else when the next working day begins.
    /// What would be after the year 9999 is its last moment.
    public func deadline(from start: Instant, within limit: TimeLimit) -> Instant {
        unclampedDeadline(from: start.clamped, within: limit).clamped
    }

    private func unclampedDeadline(from start: Instant, within limit: TimeLimit) -> Instant {
        let (date, minutes) = civil(start)
        switch limit {
        case .hours(let hours):
            return start + Int64(hours) * 3600
        case .calendarDays(let days):
            return instant(CivilDate(daysSinceEpoch: date.daysSinceEpoch + days), minutes: closes.minutes)
        case .workingDays(let days):
            var day = date
            if !isWorkingDay(day) || minutes > cutoff.minutes { day = nextWorkingDay(after: day) }
            for _ in 0..<days { day = nextWorkingDay(after: day) }
            return instant(day, minutes: closes.minutes)
        case .workingHours(let hours):
            var left = hours * 60
            var day = nextWorkingDay(after: date, orSame: true)
            var from = day == date ? max(minutes, opens.minutes) : opens.minutes
            while true {
                let available = max(0, closes.minutes - from)
                if left <= available { return instant(day, minutes: from + left) }
                left -= available
                day = nextWorkingDay(after: day)
                from = opens.minutes
            }
        }
    }
}
