import Foundation
import Works

/// A city's clocks: from the date and time that they show to the moment.
///
/// The time zone is asked once for each year that occurs; from then on a conversion is a search among a few transitions, some ten
/// nanoseconds.
struct LocalClock {
    /// A stretch of time with one offset from UTC.
    private struct Segment {
        /// The first second, in seconds since 1970.
        var start: Int64
        /// Local time minus UTC, in seconds.
        var offset: Int64
    }

    let timeZone: TimeZone
    private var years: [Int: [Segment]] = [:]
    private var lastYear = Int.min
    private var lastSegments: [Segment] = []

    /// Nil if there is no time zone of this name in the IANA database.
    init?(identifier: String) {
        guard let timeZone = TimeZone(identifier: identifier) else { return nil }
        self.timeZone = timeZone
    }

    static let utc = LocalClock(identifier: "UTC")!

    /// The moment at which the clocks show a date and time.
    ///
    /// When they show it twice, in autumn, the first time is meant. When they never show it, in spring, the time is taken as the clocks
    /// before the change would have shown it (as RFC 5545 section 3.3.5 has it).
    ///
    /// At the ends of the years 0000…9999 it is the first or last moment of them in UTC.
    ///
    /// - Parameter localSeconds: The date and time in seconds since 1970-01-01T00:00 by the same clocks.
    mutating func instant(localSeconds: Int64, year: Int) -> Instant {
        unclampedInstant(localSeconds: localSeconds, year: year).clamped
    }

    private mutating func unclampedInstant(localSeconds: Int64, year: Int) -> Instant {
        if year != lastYear {
            lastSegments = years[year] ?? segments(of: year)
            years[year] = lastSegments
            lastYear = year
        }
        var before = lastSegments[0].offset
        for (index, segment) in lastSegments.enumerated() {
            let candidate = localSeconds - segment.offset
            let end = index + 1 < lastSegments.count ? lastSegments[index + 1].start : .max
            if candidate < end {
                // Past the end of the last stretch but before the start of this one is an hour that no clock shows.
                let isShown = index == 0 || candidate >= segment.start
                return Instant(secondsSinceEpoch: isShown ? candidate : localSeconds - before)
            }
            before = segment.offset
        }
        return Instant(secondsSinceEpoch: localSeconds - before)
    }

    /// The offsets in force from two days before a year to two days after it.
    private func segments(of year: Int) -> [Segment] {
        let from = Instant(year: year, month: 1, day: 1).secondsSinceEpoch - 2 * 86_400
        let until = Instant(year: year + 1, month: 1, day: 1).secondsSinceEpoch + 2 * 86_400
        func offset(_ seconds: Int64) -> Int64 {
            Int64(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(seconds))))
        }
        var segments = [Segment(start: from, offset: offset(from))]
        var known = from
        while known < until {
            // No zone has changed its offset twice within a week.
            let next = min(known + 7 * 86_400, until)
            if offset(next) != offset(known) {
                var (low, high) = (known, next)
                while high - low > 1 {
                    let middle = (low + high) / 2
                    if offset(middle) == offset(low) { low = middle } else { high = middle }
                }
                segments.append(Segment(start: high, offset: offset(high)))
            }
            known = next
        }
        return segments
    }
}
