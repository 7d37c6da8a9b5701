public import Foundation

/// The months of a city's clock.
///
/// A month begins when the city's clocks show 00:00 of its first day, so that June of Boston ends four hours after that of UTC. A value type
/// with a memory of the months that were asked for: a million moments cost some milliseconds.
public struct CityMonths: Sendable {
    /// A month, counted from January of the year 0.
    public struct Month: Hashable, Comparable, Sendable, CustomStringConvertible {
        public var number: Int

        /// 1…12.
        public var ofYear: Int { number % 12 + 1 }

        /// `YYYY-MM`.
        public var description: String {
            String(CivilDate(year: number / 12, month: ofYear, day: 1).description.prefix(7))
        }

        public static func < (a: Month, b: Month) -> Bool { a.number < b.number }
    }

    public let timeZone: TimeZone
    private let calendar: WorkingCalendar
    private var starts: [Int: Instant] = [:]
    private var last: (month: Month, from: Instant, until: Instant)?

    public init(_ timeZone: TimeZone = .gmt) {
        self.timeZone = timeZone
        calendar = WorkingCalendar(timeZone: timeZone)
    }

    /// The month that the city's calendar shows at a moment.
    public mutating func month(of instant: Instant) -> Month {
        if let last, instant >= last.from, instant < last.until { return last.month }
        let days = Int(instant.secondsSinceEpoch.floorDivided(by: 86_400))
        let date = CivilDate(daysSinceEpoch: days)
        var number = date.year * 12 + date.month - 1
        // A city's clock is less than a day ahead of UTC or behind it.
        if number > 0, instant < start(number) { number -= 1 } else if instant >= start(number + 1) { number += 1 }
        last = (Month(number: number), start(number), start(number + 1))
        return Month(number: number)
    }

    private mutating func start(_ number: Int) -> Instant {
        if let start = starts[number] { return start }
        let start = calendar.instant(CivilDate(year: number / 12, month: number % 12 + 1, day: 1), minutes: 0)
        starts[number] = start
        return start
    }
}
