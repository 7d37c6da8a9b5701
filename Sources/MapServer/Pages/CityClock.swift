import Foundation
import HTTPEdge
import Works

/// Writes moments as the city's clocks show them.
struct CityClock: Sendable {
    let timeZone: TimeZone
    let language: Language

    /// The clock of the city in the store, in UTC if the store does not say which that is.
    init(_ store: any WorksStore, language: Language) throws {
        timeZone = try store.timeZone
        self.language = language
    }

    /// The clock by its name, for whoever types a time.
    var name: String { language("по часам города (\(zone))", "by the city's clock (\(zone))") }

    /// The zone's name; an offset from GMT is none that people say.
    var zone: String { timeZone == .gmt ? "UTC" : timeZone.identifier }

    /// The hidden field by which a form says of which clock its times are.
    var field: HTML { "<input type=\"hidden\" name=\"zone\" value=\"\(zone)\">" }

    /// A moment to the minute, marked up with its exact time.
    func html(_ instant: Instant) -> HTML { "<time datetime=\"\(instant)\">\(text(instant))</time>" }

    /// A moment to the minute.
    func text(_ instant: Instant) -> String {
        let local = (instant + offset(at: instant)).description
        func part(_ range: Range<Int>) -> Substring {
            local[
                local.index(
                    local.startIndex, offsetBy: range.lowerBound)..<local.index(
                        local.startIndex, offsetBy: range.upperBound)]
        }
        let day = language(
            "\(part(8..<10)).\(part(5..<7)).\(part(0..<4))", "\(part(0..<4))-\(part(5..<7))-\(part(8..<10))")
        return "\(day) \(part(11..<16))"
    }

    /// The same, or a dash where there is no moment.
    func html(_ instant: Instant?) -> HTML {
        instant.map(html) ?? "—"
    }

    /// The day of the calendar that a moment belongs to (`YYYY-MM-DD`).
    func day(_ instant: Instant) -> String {
        String((instant + offset(at: instant)).description.prefix(10))
    }

    /// When a day begins by the city's clocks, or the day so many days later; nil for what is no day of the calendar (`YYYY-MM-DD`).
    func midnight(_ day: String, plus days: Int = 0) -> Instant? {
        guard day.utf8.count == 10, let start = Instant("\(day)T00:00:00Z") else { return nil }
        let wall = start + Int64(days) * 86_400
        // The second step is for days on which the clocks change.
        return wall - offset(at: wall - offset(at: wall))
    }

    /// Seconds by which the clocks are ahead of UTC.
    private func offset(at instant: Instant) -> Int64 {
        Int64(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.secondsSinceEpoch))))
    }
}
