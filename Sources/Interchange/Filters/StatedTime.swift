public import Foundation
public import Works

/// A time as people and programs write it: the one reading of every option, parameter and form.
///
/// A date is the whole day of the city's clock: it begins at 00:00 there and ends when the next day begins, which is 23 or 25 hours later
/// where clocks change.
public enum StatedTime: Hashable, Sendable {
    /// RFC 3339.
    case moment(Instant)
    /// `2026-11-23`.
    case day(CivilDate)
    /// So many seconds before the present: `90d`, `24h`, `30m`, `2w`.
    case age(Int64)

    /// Nil if the text is none of the three.
    public init?(_ text: String) {
        let units: [Character: Int64] = ["m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400]
        if let instant = Instant(text) {
            self = .moment(instant)
        } else if let day = CivilDate(text) {
            self = .day(day)
        } else if let unit = text.last.flatMap({ units[$0] }), let amount = Int64(text.dropLast()),
            (0...100_000).contains(amount)
        {
            self = .age(amount * unit)
        } else {
            return nil
        }
    }

    /// True for a date.
    public var isDay: Bool { if case .day = self { true } else { false } }
    /// True for an age.
    public var isAge: Bool { if case .age = self { true } else { false } }

    /// Forms that a value may have, for messages.
    public static let wanted =
        "a moment such as 2026-11-23T09:00:00Z, a date such as 2026-11-23 or an age such as 90d"

    /// The moment from which on: of a day its beginning.
    public func start(in timeZone: TimeZone, now: Instant = .now) -> Instant {
        switch self {
        case .moment(let instant): instant
        case .day(let day): Self.midnight(day, timeZone)
        case .age(let seconds): (now - seconds).clamped
        }
    }

    /// The moment before which: of a day its end, so that the day is included and the next period begins with the day after.
    public func end(in timeZone: TimeZone, now: Instant = .now) -> Instant {
        guard case .day(let day) = self else { return start(in: timeZone, now: now) }
        return Self.midnight(CivilDate(daysSinceEpoch: day.daysSinceEpoch + 1), timeZone).clamped
    }

    /// The last moment that belongs to it: of a day its last second.
    public func last(in timeZone: TimeZone, now: Instant = .now) -> Instant {
        guard case .day = self else { return start(in: timeZone, now: now) }
        return end(in: timeZone, now: now) - 1
    }

    private static func midnight(_ day: CivilDate, _ timeZone: TimeZone) -> Instant {
        WorkingCalendar(timeZone: timeZone).instant(day, minutes: 0).clamped
    }
}

extension Period {
    /// A period from one time up to another: a day at its end belongs to it, a moment does not.
    public init(since: StatedTime?, until: StatedTime?, in timeZone: TimeZone, now: Instant = .now) {
        self.init(from: since?.start(in: timeZone, now: now), until: until?.end(in: timeZone, now: now))
    }
}
