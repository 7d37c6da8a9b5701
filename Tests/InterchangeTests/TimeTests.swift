import Foundation
import SeededRandom
import Testing
import Works

@testable import Interchange

@Suite struct TimeTests {
    @Test(
        "Times are read in the forms that sources use",
        arguments: [
            ("%m/%d/%Y %I:%M:%S %p", "01/02/2015 12:20:09 AM", "2015-01-02T00:20:09Z"),
            ("%m/%d/%Y %I:%M:%S %p", "1/2/2015 12:20:09 PM", "2015-01-02T12:20:09Z"),
            ("%d.%m.%Y %H:%M", "29.02.2024 23:59", "2024-02-29T23:59:00Z"),
            ("date", "2026-08-28", "2026-08-28T00:00:00Z"),
            ("rfc3339", "2016-07-08T00:19:28.000Z", "2016-07-08T00:19:28Z"),
            ("rfc3339", "2016-07-08T02:19:28+02:00", "2016-07-08T00:19:28Z"),
            ("unix", "1700000000", "2023-11-14T22:13:20Z"),
            ("unix_ms", "-1", "1969-12-31T23:59:59Z"),
            ("%Y-%m-%dT%H:%M%z", "2023-03-03T20:12Z", "2023-03-03T20:12:00Z"),
            ("%Y-%m-%dT%H:%M%z", "2023-03-03T20:12-0530", "2023-03-04T01:42:00Z"),
            ("%Y-%m-%dT00:00:00.000Z", "2016-07-09T00:00:00.000Z", "2016-07-09T00:00:00Z"),
            ("%d %b %y", "3 March 68", "2068-03-03T00:00:00Z"),
            ("%Y%j", "2024366", "2024-12-31T00:00:00Z"),
            ("snapshot_%Y%m%dT%H%M%S%z", "snapshot_20230303T202652Z", "2023-03-03T20:26:52Z"),
        ])
    func reads(format: String, text: String, expected: String) throws {
        var text = text
        let reading = try TimeFormat(format)
        var clock = LocalClock.utc
        let instant: Instant? =
            switch text.withUTF8({ reading.read($0) }) {
            case .instant(let instant): instant
            case .local(let seconds, let year): clock.instant(localSeconds: seconds, year: year)
            case nil: nil
            }
        #expect(instant?.description == expected)
    }

    @Test(
        "What is no time in the form is not read",
        arguments: [
            ("%m/%d/%Y", "13/01/2015"), ("%m/%d/%Y", "02/29/2015"), ("%m/%d/%Y", "01/02/2015 "), ("date", "2026-8-2x"),
            ("%m/%d/%Y %I:%M %p", "01/02/2015 13:00 PM"), ("%Y-%m-%d %H:%M", "2015-01-02 24:00"), ("%Y%j", "2023366"),
            ("rfc3339", "2015-01-02"), ("unix", "soon"), ("unix", "99999999999999"),
        ])
    func refuses(format: String, text: String) throws {
        var text = text
        let format = try TimeFormat(format)
        #expect(text.withUTF8 { format.read($0) } == nil)
    }

    @Test("A form that means nothing is told with what is allowed", arguments: ["%Q", "%H:%M", "%"])
    func wrongForms(text: String) {
        let error = #expect(throws: TimeFormatError.self) { try TimeFormat(text) }
        #expect(error?.description.contains("%m/%d/%Y") == true)
    }

    @Test(
        "Local clocks agree with Foundation's calendar at random moments",
        arguments: [
            "America/New_York", "Europe/Berlin", "Europe/Moscow", "Asia/Kolkata", "Australia/Lord_Howe",
            "Africa/Casablanca",
            "America/Caracas", "UTC",
        ])
    func clocks(zone: String) throws {
        var clock = try #require(LocalClock(identifier: zone))
        let timeZone = try #require(TimeZone(identifier: zone))
        var random = SeededRandom(seed: 11)
        for _ in 0..<2000 {
            let moment = Int64.random(in: 0...2_000_000_000, using: &random)
            let offset = Int64(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(moment))))
            let local = moment + offset
            let year = CivilDate(daysSinceEpoch: Int((local - (local % 86_400 + 86_400) % 86_400) / 86_400)).year
            let found = clock.instant(localSeconds: local, year: year)
            // In the hour that comes twice the first one is found, so the clocks must agree, not the moments.
            let back = Int64(
                timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(found.secondsSinceEpoch))))
            #expect(found.secondsSinceEpoch + back == local)
            #expect(found.secondsSinceEpoch <= moment && moment - found.secondsSinceEpoch <= 3600)
        }
    }

    @Test("The hour that spring leaves out is counted by winter's clocks, the one that autumn repeats is the first")
    func daylightSaving() throws {
        var clock = try #require(LocalClock(identifier: "America/New_York"))
        func instant(_ month: Int, _ day: Int, _ hour: Int, _ minute: Int) -> String {
            let local = Instant(year: 2015, month: month, day: day, hour: hour, minute: minute).secondsSinceEpoch
            return clock.instant(localSeconds: local, year: 2015).description
        }
        #expect(instant(3, 8, 1, 59) == "2015-03-08T06:59:00Z")
        #expect(instant(3, 8, 2, 30) == "2015-03-08T07:30:00Z")
        #expect(instant(3, 8, 3, 0) == "2015-03-08T07:00:00Z")
        #expect(instant(11, 1, 1, 30) == "2015-11-01T05:30:00Z")
        #expect(instant(11, 1, 2, 0) == "2015-11-01T07:00:00Z")
        #expect(instant(12, 31, 23, 59) == "2016-01-01T04:59:00Z")
    }

    @Test(
        "People type moments as RFC 3339, dates and ages",
        arguments: [
            ("90d", "2026-08-25T09:00:00Z"), ("24h", "2026-11-22T09:00:00Z"), ("2026-01-02", "2026-01-02T00:00:00Z"),
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
        ])
    func relative(text: String, expected: String) {
        #expect(RelativeTime.instant(text, now: Instant("2026-11-23T09:00:00Z")!)?.description == expected)
    }

    @Test("What is no moment is none", arguments: ["d", "-5d", "5y", "2026-13-01", "yesterday", ""])
    func notRelative(text: String) { #expect(RelativeTime.instant(text, now: Instant(secondsSinceEpoch: 0)) == nil) }
}
