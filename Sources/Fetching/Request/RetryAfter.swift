import Foundation
import Works

/// The field `Retry-After` (RFC 9110 section 10.2.3).
enum RetryAfter {
    private static let longest: Int64 = 86_400

    /// Seconds from `now` on, at most a day; nil if the text is neither seconds nor a date.
    static func seconds(_ text: String, at now: Instant) -> Int? {
        let text = text.trimmingCharacters(in: .whitespaces)
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return Int(min(Int64(text) ?? longest, longest))
        }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        guard let date = formatter.date(from: text) else { return nil }
        return Int(min(max(Int64(date.timeIntervalSince1970) - now.secondsSinceEpoch, 0), longest))
    }
}
