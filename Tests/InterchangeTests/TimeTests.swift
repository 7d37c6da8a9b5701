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
            ("%Y-%m-%dT00:00:00.000%Z", "2016-07-09T00:00:00.000Z", "2016-07-09T00:00:00Z"),
            ("iso8601", "2023-12-10T12:00:00.000", "2023-12-10T12:00:00Z"),
            ("iso8601", "2023-12-10 12:00", "2023-12-10T12:00:00Z"),
            ("iso8601", "2023-12-10T12:00:00.5+0200", "2023-12-10T10:00:00Z"),
            ("iso8601", "2023-12-10 12:00:00+00", "2023-12-10T12:00:00Z"),
            ("iso8601", "2023-12-10 12:00:00 UTC", "2023-12-10T12:00:00Z"),
            ("iso8601", "2023/12/10", "2023-12-10T00:00:00Z"),
            ("rfc3339", "2023-12-10T12:00:00-05", "2023-12-10T17:00:00Z"),
            ("%m/%d/%Y %N", "06/17/2016 116", "2016-06-17T01:16:00Z"),
            ("%m/%d/%Y %N", "06/17/2016 5", "2016-06-17T00:05:00Z"),
            ("%m/%d/%Y %N", "06/17/2016 1435", "2016-06-17T14:35:00Z"),
            ("%d %b %Y", "5 июля 2024", "2024-07-05T00:00:00Z"),
            ("%d %b %Y", "1 МАЯ 2024", "2024-05-01T00:00:00Z"),
            ("%d. %b %Y", "3. März 2024", "2024-03-03T00:00:00Z"),
            ("%a, %d %b %Y %H:%M:%S %z", "Fri, 05 Jul 2024 08:00:00 +0200", "2024-07-05T06:00:00Z"),
            ("%Y-%m-%d %H:%M %Z", "2024-07-05 08:00 EST", "2024-07-05T08:00:00Z"),
            ("unix_ms", "1446374580000.0", "2015-11-01T10:43:00Z"),
            ("excel", "45296.5", "2024-01-05T12:00:00Z"),
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
            ("rfc3339", "2015-01-02"), ("rfc3339", "2015-01-02T10:00:00"), ("unix", "soon"),
            ("%m/%d/%Y %H%M", "06/17/2016 116"), ("%m/%d/%Y %H%M", "06/17/2016 935"), ("%Y%m%d", "2016117"),
            ("%m/%d/%Y %N", "06/17/2016 2460"), ("iso8601", "10.12.2023"), ("iso8601", "2023-12-10T12"),
            ("iso8601", "2023-12-10T12:00:00 noon"), ("%d %b %Y", "5 листопада 2024"), ("excel", "soon"),
            ("unix", "99999999999999"),
        ])
    func refuses(format: String, text: String) throws {
        var text = text
        let format = try TimeFormat(format)
        #expect(text.withUTF8 { format.read($0) } == nil)
    }

    @Test(
        "A zone that a pattern writes as letters is UTC, wherever the city is",
        arguments: [
            ("l_%Y%m%dT%H%M%SZ", "l_20240927T130747Z"), ("%Y-%m-%d %H:%M:%S UTC", "2024-09-27 13:07:47 UTC"),
            ("%Y-%m-%d %H:%M:%SZ (list)", "2024-09-27 13:07:47Z (list)"),
            ("%I:%M:%S %p GMT %m/%d/%Y", "01:07:47 PM GMT 09/27/2024"),
        ])
    func lettersOfUTC(format: String, text: String) throws {
        var text = text
        let format = try TimeFormat(format)
        let moment = try #require(Instant("2024-09-27T13:07:47Z"))
        #expect(text.withUTF8 { format.read($0) } == .instant(moment))
    }

    @Test("An offset that a pattern writes out is refused with what to write", arguments: ["+02:00", "-0500", " +01"])
    func writtenOffsets(offset: String) {
        let error = #expect(throws: TimeFormatError.self) { try TimeFormat("%Y-%m-%dT%H:%M:%S\(offset)") }
        #expect(error?.description.contains("write %z") == true)
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
        #expect(StatedTime(text)?.start(in: .gmt, now: Instant("2026-11-23T09:00:00Z")!).description == expected)
    }

    @Test("What is no moment is none", arguments: ["d", "-5d", "5y", "2026-13-01", "yesterday", ""])
    func notRelative(text: String) { #expect(StatedTime(text) == nil) }
}
