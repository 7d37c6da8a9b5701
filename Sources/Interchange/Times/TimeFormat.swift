import Works

/// How a source writes its times: `iso8601`, `rfc3339`, `date`, `unix`, `unix_ms`, `excel`, or a pattern in the manner of `strptime`.
///
/// In a pattern stand `%Y` (four digits), `%y` (00…68 are 2000…2068), `%m`, `%d`, `%H`, `%I` with `%p`, `%M`, `%S`, `%N` (hours and
/// minutes as one number: `5`, `116`, `1435`), `%f` (a fraction of a second, one digit or more), `%b` (`Jan` or `January`, also in Russian
/// and German), `%a` (a day of the week, passed over), `%j` (day of the year), `%z` (`Z`, `+02:00`, `+0200`, `+02`), `%Z` (the letters
/// of a zone, passed over), `%%`. One digit is enough where two are usual, unless digits of another directive touch it. A space stands
/// for any run of spaces. Everything else stands for itself; `Z`, `UTC` and `GMT` behind the time say besides that it is in UTC.
public struct TimeFormat: Hashable, Sendable {
    enum Part: Hashable, Sendable {
        case literal(UInt8)
        case space
        case year, shortYear, monthName, weekday, dayOfYear
        /// Numbers of two digits; all of them must be there if `isFull`.
        case month(isFull: Bool), day(isFull: Bool)
        case hour(isFull: Bool), hour12(isFull: Bool), minute(isFull: Bool), second(isFull: Bool)
        case hourAndMinute, fraction, meridiem, offset, zoneName

        /// True if it begins and ends with a digit.
        var isNumeric: Bool {
            switch self {
            case .literal, .space, .monthName, .weekday, .meridiem, .offset, .zoneName: false
            default: true
            }
        }

        /// True if it says a time of day.
        var isTimeOfDay: Bool {
            switch self {
            case .hour, .hour12, .minute, .second, .hourAndMinute, .fraction, .meridiem: true
            default: false
            }
        }

        /// The same, with all of its digits asked for.
        var full: Part {
            switch self {
            case .month: .month(isFull: true)
            case .day: .day(isFull: true)
            case .hour: .hour(isFull: true)
            case .hour12: .hour12(isFull: true)
            case .minute: .minute(isFull: true)
            case .second: .second(isFull: true)
            default: self
            }
        }
    }

    enum Form: Hashable, Sendable {
        /// RFC 3339, also without the colon or the minutes of the offset.
        case rfc3339
        /// RFC 3339 and what is near to it, with or without an offset, fraction, seconds and time of day.
        case iso8601
        case unix(perSecond: Int64)
        /// Days since 1899-12-30, as spreadsheets count them.
        case excel
        /// - Parameter isUTC: True if the text itself says so by a letter.
        case pattern([Part], isUTC: Bool)
    }

    /// As the mapping writes it.
    public let text: String
    let form: Form

    /// - Throws: a message that says what a format may be.
    public init(_ text: String) throws(TimeFormatError) {
        self.text = text
        form =
            switch text {
            case "rfc3339": .rfc3339
            case "iso8601": .iso8601
            case "unix": .unix(perSecond: 1)
            case "unix_ms": .unix(perSecond: 1000)
            case "excel": .excel
            default: try Self.pattern(text == "date" ? "%Y-%m-%d" : text)
            }
    }

    /// The format as it is told to people.
    var shown: String { form == .iso8601 ? "“2026-11-23T14:05:00+03:00” or near to it" : "“\(text)”" }

    /// The format of mappings that name none: RFC 3339 and its relatives.
    public static let usual = [try! TimeFormat("iso8601")]

    private static func pattern(_ text: String) throws(TimeFormatError) -> Form {
        var parts: [Part] = []
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                parts.append(byte == 0x20 ? .space : .literal(byte))
                continue
            }
            guard let directive = bytes.popFirst() else { throw TimeFormatError(format: text, fault: .unknown("%")) }
            let part: Part
            switch directive {
            case UInt8(ascii: "Y"): part = .year
            case UInt8(ascii: "y"): part = .shortYear
            case UInt8(ascii: "m"): part = .month(isFull: false)
            case UInt8(ascii: "b"), UInt8(ascii: "B"): part = .monthName
            case UInt8(ascii: "a"), UInt8(ascii: "A"): part = .weekday
            case UInt8(ascii: "d"): part = .day(isFull: false)
            case UInt8(ascii: "j"): part = .dayOfYear
            case UInt8(ascii: "H"): part = .hour(isFull: false)
            case UInt8(ascii: "I"): part = .hour12(isFull: false)
            case UInt8(ascii: "M"): part = .minute(isFull: false)
            case UInt8(ascii: "N"): part = .hourAndMinute
            case UInt8(ascii: "S"): part = .second(isFull: false)
            case UInt8(ascii: "f"): part = .fraction
            case UInt8(ascii: "p"): part = .meridiem
            case UInt8(ascii: "z"): part = .offset
            case UInt8(ascii: "Z"): part = .zoneName
            case UInt8(ascii: "%"): part = .literal(directive)
            default:
                throw TimeFormatError(
                    format: text, fault: .unknown("%" + String(decoding: [directive], as: UTF8.self)))
            }
            parts.append(part)
        }
        let hasDate =
            parts.contains { $0 == .year || $0 == .shortYear }
            && parts.contains { $0 == .dayOfYear || $0 == .day(isFull: false) }
        guard hasDate else { throw TimeFormatError(format: text, fault: .noDate) }
        // Where digits touch digits, only their number says which belong to which: 116 is not 11:06.
        for index in parts.indices where parts[index].isNumeric {
            let before = index > 0 && parts[index - 1].touches
            let after = index + 1 < parts.count && parts[index + 1].touches
            if before || after { parts[index] = parts[index].full }
        }
        let isUTC = try saysUTC(parts, text)
        return .pattern(parts, isUTC: isUTC)
    }

    /// True if letters behind the time say that it is in UTC.
    ///
    /// - Throws: If an offset is written out there, which would mean nothing.
    private static func saysUTC(_ parts: [Part], _ text: String) throws(TimeFormatError) -> Bool {
        guard !parts.contains(.offset) else { return false }
        for index in parts.indices where parts[index].touches || parts[index].isTimeOfDay {
            var at = index + 1
            while at < parts.count, parts[at] == .space { at += 1 }
            var word = ""
            while at < parts.count, case .literal(let byte) = parts[at] {
                word.unicodeScalars.append(Unicode.Scalar(byte))
                at += 1
            }
            if ["Z", "z", "UTC", "GMT"].contains(String(word.prefix(while: \.isLetter))) { return true }
            if parts[index].isTimeOfDay, word.prefixMatch(of: /\+\d\d|-\d\d:?\d\d/) != nil {
                throw TimeFormatError(format: text, fault: .writtenOffset(word))
            }
        }
        return false
    }
}

extension TimeFormat.Part {
    /// True if it stands for digits, be it a directive or a digit of the pattern.
    fileprivate var touches: Bool {
        if case .literal(let byte) = self { return byte &- 48 < 10 }
        return isNumeric
    }
}

/// A time format that cannot be one.
public struct TimeFormatError: Error, Hashable, Sendable, CustomStringConvertible {
    enum Fault: Hashable, Sendable {
        /// A directive that there is not.
        case unknown(String)
        case noDate
        /// An offset written out, where `%z` reads any.
        case writtenOffset(String)
    }

    public var format: String
    var fault: Fault

    public var description: String {
        let allowed =
            "a time format is iso8601, rfc3339, date, unix, unix_ms, excel, or a pattern of %Y %y %m %b %d %j %a %H %I "
            + "%p %M %N %S %f %z %Z such as “%m/%d/%Y %I:%M:%S %p”"
        return switch fault {
        case .unknown(let directive): "“\(format)”: \(directive) means nothing here; \(allowed)"
        case .noDate: "“\(format)” has no full date in it; \(allowed)"
        case .writtenOffset(let offset):
            "“\(format)”: the offset \(offset) would be letters that mean nothing; write %z, which reads any offset"
        }
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
        case .rfc3339:
            if let instant = Instant(rfc3339: text) { return .instant(instant) }
            guard case .instant(let instant)? = ISOTime.read(text) else { return nil }
            return .instant(instant)
        case .iso8601: return Instant(rfc3339: text).map(Reading.instant) ?? ISOTime.read(text)
        case .excel:
            guard let days = Decimal.parse(text), days >= 0, days < 3_000_000 else { return nil }
            let seconds = Int64((days * 86_400).rounded()) + Int64(Self.spreadsheetDay) * 86_400
            return .local(seconds: seconds, year: CivilDate(daysSinceEpoch: Int(seconds / 86_400)).year)
        case .unix(let perSecond):
            let whole = text.lastIndex(of: UInt8(ascii: ".")) ?? text.count
            guard text.dropFirst(whole + 1).allSatisfy({ $0 &- 48 < 10 }),
                let value = Int64(String(decoding: text.prefix(whole), as: UTF8.self))
            else { return nil }
            let seconds = value / perSecond - (value % perSecond < 0 ? 1 : 0)
            let instant = Instant(secondsSinceEpoch: seconds)
            return Instant.range.contains(instant) ? .instant(instant) : nil
        case .pattern(let parts, let isUTC):
            var cursor = Cursor(text: text)
            let reading = parts.withUnsafeBufferPointer { cursor.read($0) }
            guard isUTC, case .local(let seconds, _)? = reading else { return reading }
            let instant = Instant(secondsSinceEpoch: seconds)
            return Instant.range.contains(instant) ? .instant(instant) : nil
        }
    }

    /// The day that spreadsheets count from, in days since 1970-01-01.
    private static let spreadsheetDay = CivilDate(year: 1899, month: 12, day: 30).daysSinceEpoch
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

    /// A number of two digits, or of one where it need not be full.
    mutating func two(_ isFull: Bool) -> Int? {
        let start = at
        guard let value = digits(2), !isFull || at - start == 2 else { return nil }
        return value
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
            case .month(let isFull):
                guard let value = two(isFull) else { return nil }
                date.month = value
            case .monthName:
                guard let value = word().flatMap(MonthNames.month) else { return nil }
                date.month = value
            case .day(let isFull):
                guard let value = two(isFull) else { return nil }
                date.day = value
            case .dayOfYear:
                guard let value = digits(3), (1...366).contains(value) else { return nil }
                dayOfYear = value
            case .hour(let isFull):
                guard let value = two(isFull) else { return nil }
                hour = value
            case .hour12(let isFull):
                guard let value = two(isFull) else { return nil }
                hour = value
                isHour12 = true
            case .hourAndMinute:
                guard let value = digits(4) else { return nil }
                (hour, minute) = (value / 100, value % 100)
            case .weekday, .zoneName:
                guard word() != nil else { return nil }
            case .minute(let isFull):
                guard let value = two(isFull) else { return nil }
                minute = value
            case .second(let isFull):
                guard let value = two(isFull) else { return nil }
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

    /// Letters of any alphabet; nil if there are none.
    private mutating func word() -> UnsafeBufferPointer<UInt8>? {
        let start = at
        while at < text.count, text[at] >= 0x80 || (97...122).contains(text[at] | 0x20) { at += 1 }
        return at > start ? UnsafeBufferPointer(rebasing: text[start..<at]) : nil
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
