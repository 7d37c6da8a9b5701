import Foundation
import Works

/// Writes moments as the city's clocks show them.
struct CityClock: Sendable {
    let timeZone: TimeZone
    let language: Language

    /// The clock of the city in the store, in UTC if the store does not say which that is.
    init(_ store: any WorksStore, language: Language) throws {
        timeZone = try store.note(.timeZone).flatMap { TimeZone(identifier: $0) } ?? TimeZone(secondsFromGMT: 0)!
        self.language = language
    }

    /// A moment to the minute, marked up with its exact time.
    func html(_ instant: Instant) -> HTML {
        let offset = timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.secondsSinceEpoch)))
        let local = (instant + Int64(offset)).description
        func part(_ range: Range<Int>) -> Substring {
            local[
                local.index(
                    local.startIndex, offsetBy: range.lowerBound)..<local.index(
                        local.startIndex, offsetBy: range.upperBound)]
        }
        let day = language(
            "\(part(8..<10)).\(part(5..<7)).\(part(0..<4))", "\(part(0..<4))-\(part(5..<7))-\(part(8..<10))")
        return "<time datetime=\"\(instant)\">\(day) \(part(11..<16))</time>"
    }

    /// The same, or a dash where there is no moment.
    func html(_ instant: Instant?) -> HTML {
        instant.map(html) ?? "—"
    }
}
