import Works

/// How a source writes its times: `rfc3339`, `date`, `unix`, `unix_ms`, or a pattern in the manner of `strptime`.
///
/// In a pattern stand `%Y` (four digits), `%y` (00…68 are 2000…2068), `%m`, `%d`, `%H`, `%I` with `%p`, `%M`, `%S`, `%f` (a fraction
/// of a second, one digit or more), `%b` (`Jan` or `January`), `%j` (day of the year), `%z` (`Z`, `+02:00`, `+0200`), `%%`; one digit is enough where
/// two are usual. A space stands for any run of spaces. Everything else stands for itself, so a `Z` that a source writes behind its
/// local times is a `Z` in the pattern.
public struct TimeFormat: Hashable, Sendable {
    enum Part: Hashable, Sendable {
        case literal(UInt8)
        case space
        case year, shortYear, month, monthName, day, dayOfYear
        case hour, hour12, minute, second, fraction, meridiem, offset
    }

    enum Form: Hashable, Sendable {
        case rfc3339
        case unix(perSecond: Int64)
        case pattern([Part])
    }

    /// As the mapping writes it.
    public let text: String
    let form: Form
    /// Whether the format says no time of day.
    public let isDateOnly: Bool

    /// - Throws: a message that says what a format may be.
    public init(_ text: String) throws(TimeFormatError) {
        self.text = text
        switch text {
        case "rfc3339", "iso8601":
            form = .rfc3339
            isDateOnly = false
        case "unix":
            form = .unix(perSecond: 1)
            isDateOnly = false
        case "unix_ms":
            form = .unix(perSecond: 1000)
            isDateOnly = false
        default:
            let parts = try Self.parts(of: text == "date" ? "%Y-%m-%d" : text)
            form = .pattern(parts)
            isDateOnly = !parts.contains { $0 == .hour || $0 == .hour12 }
        }
    }

    /// What is tried when a mapping names no format: RFC 3339, the same without a zone, and a date.
    public static let usual = [
        "rfc3339", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "date",
    ]
    .map { try! TimeFormat($0) }

    private static func parts(of text: String) throws(TimeFormatError) -> [Part] {
        var parts: [Part] = []
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                parts.append(byte == 0x20 ? .space : .literal(byte))
                continue
            }
            guard let directive = bytes.popFirst() else { throw TimeFormatError(format: text, directive: "%") }
            switch directive {
            case UInt8(ascii: "Y"): parts.append(.year)
            case UInt8(ascii: "y"): parts.append(.shortYear)
            case UInt8(ascii: "m"): parts.append(.month)
            case UInt8(ascii: "b"), UInt8(ascii: "B"): parts.append(.monthName)
            case UInt8(ascii: "d"): parts.append(.day)
            case UInt8(ascii: "j"): parts.append(.dayOfYear)
            case UInt8(ascii: "H"): parts.append(.hour)
            case UInt8(ascii: "I"): parts.append(.hour12)
            case UInt8(ascii: "M"): parts.append(.minute)
            case UInt8(ascii: "S"): parts.append(.second)
            case UInt8(ascii: "f"): parts.append(.fraction)
            case UInt8(ascii: "p"): parts.append(.meridiem)
            case UInt8(ascii: "z"): parts.append(.offset)
            case UInt8(ascii: "%"): parts.append(.literal(directive))
            default: throw TimeFormatError(format: text, directive: "%" + String(decoding: [directive], as: UTF8.self))
            }
        }
        let hasDate =
            parts.contains { $0 == .year || $0 == .shortYear } && (parts.contains(.dayOfYear) || parts.contains(.day))
        guard hasDate else { throw TimeFormatError(format: text, directive: nil) }
        return parts
    }
}

/// A time format that cannot be one.
public struct TimeFormatError: Error, Hashable, Sendable, CustomStringConvertible {
    public var format: String
    /// What is not known in it; nil if it lacks a date.
    public var directive: String?

    public var description: String {
        let allowed =
            "rfc3339, date, unix, unix_ms, or a pattern of %Y %y %m %b %d %j %H %I %p %M %S %f %z such as "
            + "“%m/%d/%Y %I:%M:%S %p”"
        return directive.map { "“\(format)”: \($0) means nothing here; a time format is \(allowed)" }
            ?? "“\(format)” has no full date in it; a time format is \(allowed)"
    }
}

// MARK: - Reading

extension TimeFormat {
    /// What a text says: a moment, or a date and time that some clocks showed.
    enum Reading: Hashable {
        case instant(Instant)
        /// Seconds since 1970-01-01T00:00 by local clocks, and the year.
        case local(seconds: Int64, year: Int)
    }

    /// Reads a text that must be nothing but a time; nil if it is not in this format.
    func read(_ text: UnsafeBufferPointer<UInt8>) -> Reading? {
        switch form {
        case .rfc3339: return Instant(rfc3339: text).map(Reading.instant)
        case .unix(let perSecond):
            guard let value = Int64(String(decoding: text, as: UTF8.self)) else { return nil }
            let seconds = value / perSecond - (value % perSecond < 0 ? 1 : 0)
            let instant = Instant(secondsSinceEpoch: seconds)
            return Instant.range.contains(instant) ? .instant(instant) : nil
        case .pattern(let parts):
            var cursor = Cursor(text: text)
            return parts.withUnsafeBufferPointer { cursor.read($0) }
        }
    }
}

/// Goes over a text along a pattern.
private struct Cursor {
    let text: UnsafeBufferPointer<UInt8>
    var at = 0

    init(text: UnsafeBufferPointer<UInt8>) {
        self.text = text
    }

    mutating func digits(_ most: Int) -> Int? {
        var value = 0
        let start = at
        while at < text.count, at - start < most, text[at] &- 48 < 10 {
            value = value * 10 + Int(text[at] &- 48)
            at += 1
        }
        return at > start ? value : nil
    }

    mutating func read(_ parts: UnsafeBufferPointer<TimeFormat.Part>) -> TimeFormat.Reading? {
        var date = CivilDate(year: 0, month: 1, day: 1)
        var dayOfYear: Int?
        var (hour, minute, second) = (0, 0, 0)
        var isAfternoon: Bool?
        var isHour12 = false
        var offset: Int?
        for part in parts {
            switch part {
            case .literal(let byte):
                guard at < text.count, text[at] == byte else { return nil }
                at += 1
            case .space:
                guard at < text.count, text[at] == 0x20 else { return nil }
                while at < text.count, text[at] == 0x20 { at += 1 }
            case .year:
                let start = at
                guard let value = digits(4), at - start == 4 else { return nil }
                date.year = value
            case .shortYear:
                let start = at
                guard let value = digits(2), at - start == 2 else { return nil }
                date.year = value < 69 ? 2000 + value : 1900 + value
            case .month:
                guard let value = digits(2) else { return nil }
                date.month = value
            case .monthName:
                guard let value = monthName() else { return nil }
                date.month = value
            case .day:
                guard let value = digits(2) else { return nil }
                date.day = value
            case .dayOfYear:
                guard let value = digits(3), (1...366).contains(value) else { return nil }
                dayOfYear = value
            case .hour, .hour12:
                guard let value = digits(2) else { return nil }
                hour = value
                isHour12 = part == .hour12
            case .minute:
                guard let value = digits(2) else { return nil }
                minute = value
            case .second:
                guard let value = digits(2) else { return nil }
                second = value
            case .fraction:
                guard digits(12) != nil else { return nil }
            case .meridiem:
                guard at + 1 < text.count, text[at + 1] | 0x20 == UInt8(ascii: "m") else { return nil }
                switch text[at] | 0x20 {
                case UInt8(ascii: "a"): isAfternoon = false
                case UInt8(ascii: "p"): isAfternoon = true
                default: return nil
                }
                at += 2
            case .offset:
                guard let value = zoneOffset() else { return nil }
                offset = value
            }
        }
        guard at == text.count else { return nil }
        if isHour12 {
            guard (1...12).contains(hour), let isAfternoon else { return nil }
            hour = hour % 12 + (isAfternoon ? 12 : 0)
        }
        guard hour < 24, minute < 60, second <= 60 else { return nil }
        var days: Int
        if let dayOfYear {
            days = CivilDate(year: date.year, month: 1, day: 1).daysSinceEpoch + dayOfYear - 1
            guard CivilDate(daysSinceEpoch: days).year == date.year else { return nil }
        } else {
            guard date.isValid else { return nil }
            days = date.daysSinceEpoch
        }
        let seconds = Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
        if let offset {
            let instant = Instant(secondsSinceEpoch: seconds - Int64(offset))
            return Instant.range.contains(instant) ? .instant(instant) : nil
        }
        return .local(seconds: seconds, year: date.year)
    }

    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ].map { Array($0.utf8) }

    private mutating func monthName() -> Int? {
        var word: [UInt8] = []
        while at < text.count, case let letter = text[at] | 0x20, (97...122).contains(letter) {
            word.append(letter)
            at += 1
        }
        guard word.count >= 3 else { return nil }
        return Self.months.firstIndex { $0.starts(with: word) }.map { $0 + 1 }
    }

    private mutating func zoneOffset() -> Int? {
        guard at < text.count else { return nil }
        let sign = text[at]
        at += 1
        if sign | 0x20 == UInt8(ascii: "z") { return 0 }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
        guard let hours = digits(2), hours < 24 else { return nil }
        if at < text.count, text[at] == UInt8(ascii: ":") { at += 1 }
        let minutes = digits(2) ?? 0
        guard minutes < 60 else { return nil }
        return (hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
    }
}
