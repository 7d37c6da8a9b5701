import Works

/// Dates and times as ISO 8601 and its relatives write them, beyond RFC 3339.
///
/// A date (`2026-11-23`, `2026/11/23`); behind it `T` or spaces, hours and minutes, seconds and a fraction or not; behind these `Z`,
/// `UTC`, `GMT`, `+02:00`, `+0200`, `+02` or nothing, with or without a space in between.
enum ISOTime {
    static func read(_ text: UnsafeBufferPointer<UInt8>) -> TimeFormat.Reading? {
        var reader = Reader(text: text)
        return reader.read()
    }

    private struct Reader {
        let text: UnsafeBufferPointer<UInt8>
        var at = 0

        mutating func read() -> TimeFormat.Reading? {
            guard let year = number(4), let mark = take("-/"), let month = number(2), take([mark]) != nil,
                let day = number(2)
            else { return nil }
            let date = CivilDate(year: year, month: month, day: day)
            guard date.isValid else { return nil }
            let midnight = Int64(date.daysSinceEpoch) * 86_400
            guard at < text.count else { return .local(seconds: midnight, year: year) }
            if take("Tt") == nil {
                guard take(" ") != nil else { return nil }
                while take(" ") != nil {}
            }
            guard let hour = number(2), take(":") != nil, let minute = number(2) else { return nil }
            var second = 0
            if take(":") != nil {
                guard let value = number(2) else { return nil }
                second = value
                if take(".,") != nil, !fraction() { return nil }
            }
            guard hour < 24, minute < 60, second <= 60 else { return nil }
            let seconds = midnight + Int64(hour * 3600 + minute * 60 + second)
            guard at < text.count else { return .local(seconds: seconds, year: year) }
            while take(" ") != nil {}
            guard let offset = offset(), at == text.count else { return nil }
            let instant = Instant(secondsSinceEpoch: seconds - Int64(offset))
            return Instant.range.contains(instant) ? .instant(instant) : nil
        }

        private mutating func take(_ allowed: StaticString) -> UInt8? {
            guard at < text.count else { return nil }
            let byte = text[at]
            guard allowed.withUTF8Buffer({ $0.contains(byte) }) else { return nil }
            at += 1
            return byte
        }

        private mutating func take(_ allowed: [UInt8]) -> UInt8? {
            guard at < text.count, allowed.contains(text[at]) else { return nil }
            at += 1
            return text[at - 1]
        }

        /// A number of exactly so many digits.
        private mutating func number(_ digits: Int) -> Int? {
            guard at + digits <= text.count else { return nil }
            var value = 0
            for index in at..<at + digits {
                guard text[index] &- 48 < 10 else { return nil }
                value = value * 10 + Int(text[index] &- 48)
            }
            at += digits
            return value
        }

        private mutating func fraction() -> Bool {
            let start = at
            while at < text.count, text[at] &- 48 < 10 { at += 1 }
            return at > start
        }

        /// Seconds that the clocks are ahead of UTC.
        private mutating func offset() -> Int? {
            let rest = String(decoding: text[at...], as: UTF8.self)
            if ["Z", "z", "UTC", "GMT"].contains(rest) {
                at = text.count
                return 0
            }
            guard let sign = take("+-"), let hours = number(2), hours < 24 else { return nil }
            var minutes = 0
            if at < text.count {
                _ = take(":")
                guard let value = number(2), value < 60 else { return nil }
                minutes = value
            }
            return (hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
        }
    }
}
