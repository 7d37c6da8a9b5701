import Foundation
import Testing
import Works

@Suite("Moments and days")
struct InstantTests {
    /// Moments from the year 1 to 9999, many of them near the ends of years and months.
    private static let moments: [Int64] = {
        var generator = SystemRandomNumberGenerator()
        let first = Instant(year: 1, month: 1, day: 1).secondsSinceEpoch
        let last = Instant(year: 9999, month: 12, day: 31).secondsSinceEpoch
        var moments = (0..<2000).map { _ in Int64.random(in: first...last, using: &generator) }
        for year in stride(from: 1600, through: 2404, by: 1) {
            let newYear = Instant(year: year, month: 1, day: 1).secondsSinceEpoch
            moments += [newYear - 1, newYear, newYear + 59 * 86_400, newYear + 60 * 86_400 - 1]
        }
        return moments + [0, -1, 1, 951_782_400, 4_107_542_399]
    }()

    @Test("A moment is written and read as Foundation does it")
    func againstFoundation() {
        let formatter = ISO8601DateFormatter()
        formatter.timeZone = TimeZone(identifier: "UTC")
        // Foundation's calendar turns Julian before 1582.
        for seconds in Self.moments where seconds > -11_000_000_000 {
            let instant = Instant(secondsSinceEpoch: seconds)
            let date = Date(timeIntervalSince1970: Double(seconds))
            #expect(instant.description == formatter.string(from: date))
            #expect(Instant(instant.description) == instant)
        }
    }

    @Test("Texts of a fixed width order as the moments do")
    func order() {
        let sorted = Self.moments.sorted().map { Instant(secondsSinceEpoch: $0) }
        #expect(sorted.map(\.description) == sorted.map(\.description).sorted())
        #expect(sorted.allSatisfy { $0.description.utf8.count == 20 })
        #expect(sorted == sorted.sorted())
    }

    @Test(
        "Offsets, fractions and lower case are understood",
        arguments: [
            ("2026-11-23T09:00:00Z", "2026-11-23T09:00:00Z"),
            ("2026-11-23t09:00:00z", "2026-11-23T09:00:00Z"),
            ("2026-11-23 09:00:00Z", "2026-11-23T09:00:00Z"),
            ("2026-11-23T12:00:00+03:00", "2026-11-23T09:00:00Z"),
            ("2026-11-22T23:30:00.999999-09:30", "2026-11-23T09:00:00Z"),
            ("2024-03-01T00:30:00+01:00", "2024-02-29T23:30:00Z"),
            ("2026-12-31T23:59:60Z", "2027-01-01T00:00:00Z"),
        ])
    func reading(text: String, expected: String) {
        #expect(Instant(text)?.description == expected)
    }

    @Test(
        "What is no moment is refused",
        arguments: [
            "", "2026-11-23", "2026-11-23T09:00Z", "2026-11-23T09:00:00", "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-10T00:00:00Z", "2026-01-00T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T09:60:00Z",
            "2026-11-23T09:00:00.Z", "2026-11-23T09:00:00.5", "2026-11-23T09:00:00+3:00", "2026-11-23T09:00:00+24:00",
            "2026-11-23T09:00:00Zx", " 2026-11-23T09:00:00Z", "2026/11/23T09:00:00Z", "20x6-11-23T09:00:00Z",
            "٢٠٢٦-11-23T09:00:00Z",
        ])
    func refusing(text: String) {
        #expect(Instant(text) == nil)
    }

    @Test("Days are counted and named as Foundation's Gregorian calendar does")
    func days() {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: "UTC")!
        for day in stride(from: -25_000, through: 60_000, by: 13) {
            let date = CivilDate(daysSinceEpoch: day)
            let parts = calendar.dateComponents(
                [.year, .month, .day], from: Date(timeIntervalSince1970: Double(day) * 86_400))
            #expect(date == CivilDate(year: parts.year!, month: parts.month!, day: parts.day!))
            #expect(date.daysSinceEpoch == day)
            #expect(date.isValid)
        }
    }

    @Test("February has the days that leap years give it", arguments: [(1900, 28), (2000, 29), (2023, 28), (2024, 29)])
    func february(year: Int, days: Int) {
        #expect(CivilDate.daysInMonth(2, year: year) == days)
        #expect(CivilDate(year: year, month: 2, day: 29).isValid == (days == 29))
    }

    @Test(
        "What an offset or a leap second puts outside of the years 0000 to 9999 is no moment",
        arguments: [
            "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z",
            "9999-12-31T23:59:59-23:59",
            "0000-01-01T00:00:00+23:59", "-0001-01-01T00:00:00Z", "10000-01-01T00:00:00Z",
        ])
    func outside(_ text: String) {
        #expect(Instant(text) == nil)
    }

    @Test(
        "Moments beyond the years that texts have are written as the nearest that has one, so that texts keep their order"
    )
    func beyond() {
        for (seconds, text) in [
            (Int64.min, "0000-01-01T00:00:00Z"), (-62_167_219_201, "0000-01-01T00:00:00Z"),
            (253_402_300_800, "9999-12-31T23:59:59Z"), (.max, "9999-12-31T23:59:59Z"),
        ] {
            #expect(Instant(secondsSinceEpoch: seconds).description == text)
            #expect(Instant(text) == Instant(secondsSinceEpoch: seconds).clamped)
        }
    }

    @Test("A deadline after the last year is the last moment that has a text")
    func deadlines() {
        let calendar = WorkingCalendar(timeZone: TimeZone(identifier: "Europe/Samara")!)
        for limit in [TimeLimit.hours(10_000), .calendarDays(10_000), .workingDays(10_000), .workingHours(10_000)] {
            for start in [Instant("9999-12-31T23:00:00Z")!, Instant(secondsSinceEpoch: .max)] {
                #expect(calendar.deadline(from: start, within: limit) == Instant.range.upperBound)
            }
            #expect(calendar.deadline(from: Instant(secondsSinceEpoch: .min), within: limit) > Instant.range.lowerBound)
        }
    }
}
