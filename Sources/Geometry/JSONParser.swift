/// A strict parser of JSON text (RFC 8259).
///
/// What the standard leaves open is decided like this: a byte order mark in front is skipped; two members of one object
/// with the same name are an error, as in I-JSON (RFC 7493); a whole number beyond 64 bits becomes the nearest double,
/// and a number beyond the range of a double is an error; half a surrogate pair is an error.
public struct JSONParser {
    /// How deep arrays and objects may be nested.
    public static let maximumDepth = 512

    /// Reads a JSON text.
    ///
    /// - Parameter maximumValues: The most values that it may have, those in arrays and objects counted.
    public static func parse(_ bytes: UnsafeBufferPointer<UInt8>, maximumValues: Int = .max) throws(JSONError)
        -> JSONValue
    {
        guard let base = bytes.baseAddress else { throw JSONError(reason: .truncated, offset: 0, line: 1) }
        var parser = JSONParser(base: base, count: bytes.count)
        parser.valuesLeft = maximumValues
        parser.skipByteOrderMark()
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.isAtEnd else { throw parser.failure(.trailing) }
        return value
    }

    /// Reads a JSON text.
    public static func parse(_ bytes: [UInt8], maximumValues: Int = .max) throws(JSONError) -> JSONValue {
        try bytes.withUnsafeBufferPointer { buffer throws(JSONError) in
            try parse(buffer, maximumValues: maximumValues)
        }
    }

    /// Reads a JSON text.
    public static func parse(_ text: String) throws(JSONError) -> JSONValue {
        try parse(Array(text.utf8))
    }

    // MARK: The cursor

    let base: UnsafePointer<UInt8>
    let count: Int
    var position = 0
    /// How many more values it takes.
    var valuesLeft = Int.max
    /// True once a position had more numbers than longitude and latitude, which were left out.
    var hasFurtherOrdinates = false

    init(base: UnsafePointer<UInt8>, count: Int) {
        self.base = base
        self.count = count
    }

    @inline(__always)
    var isAtEnd: Bool { position >= count }

    /// The next byte; 0, which JSON has no use for, at the end.
    @inline(__always)
    var next: UInt8 { position < count ? base[position] : 0 }

    func failure(_ reason: JSONError.Reason, at offset: Int? = nil) -> JSONError {
        let offset = offset ?? position
        let line = 1 + ByteScan.count(of: 0x0A, in: UnsafeBufferPointer(start: base, count: min(offset, count)))
        return JSONError(reason: offset >= count ? .truncated : reason, offset: offset, line: line)
    }

    mutating func skipByteOrderMark() {
        if count >= 3, base[0] == 0xEF, base[1] == 0xBB, base[2] == 0xBF { position = 3 }
    }

    @inline(__always)
    mutating func skipSpace() {
        while position < count {
            switch base[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    // MARK: Values

    mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        skipSpace()
        valuesLeft -= 1
        guard valuesLeft >= 0 else { throw failure(.tooManyValues) }
        switch next {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "t"):
            try literal("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try literal("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try literal("null")
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let start = position
            let number = try number()
            if number.isInteger, number.isExact, number.mantissa != 0 || !number.isNegative {
                if number.mantissa <= UInt64(Int.max) {
                    return .integer(number.isNegative ? -Int(number.mantissa) : Int(number.mantissa))
                } else if number.isNegative, number.mantissa == UInt64(Int.max) + 1 {
                    return .integer(.min)
                }
            }
            return .number(try double(number, from: start))
        default: throw failure(.expected("a value"))
        }
    }

    private mutating func literal(_ text: StaticString) throws(JSONError) {
        for index in 0..<text.utf8CodeUnitCount {
            guard next == text.utf8Start[index] else { throw failure(.expected("true, false or null")) }
            position += 1
        }
    }

    mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        guard depth < Self.maximumDepth else { throw failure(.depth) }
        position += 1
        var elements: [JSONValue] = []
        skipSpace()
        if next == UInt8(ascii: "]") {
            position += 1
            return elements
        }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            switch next {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "]"):
                position += 1
                return elements
            default: throw failure(.expected("a comma or ]"))
            }
        }
    }

    mutating func object(depth: Int) throws(JSONError) -> JSONObject {
        guard depth < Self.maximumDepth else { throw failure(.depth) }
        var object = JSONObject()
        try members { (parser: inout JSONParser, name) throws(JSONError) in
            guard !object.has(name) else { throw parser.failure(.repeatedName(name)) }
            object.append(name, try parser.value(depth: depth + 1))
        }
        return object
    }

    /// Reads an object from its brace on; `body` reads each value.
    @inline(__always)
    mutating func members(
        _ body: (inout JSONParser, String) throws(JSONError) -> Void
    ) throws(JSONError) {
        position += 1
        skipSpace()
        if next == UInt8(ascii: "}") {
            position += 1
            return
        }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw failure(.expected("the name of a member")) }
            let name = try string()
            skipSpace()
            guard next == UInt8(ascii: ":") else { throw failure(.expected("a colon")) }
            position += 1
            skipSpace()
            try body(&self, name)
            skipSpace()
            switch next {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "}"):
                position += 1
                return
            default: throw failure(.expected("a comma or }"))
            }
        }
    }

    // MARK: Numbers

    /// The digits of the number at the cursor.
    @inline(__always)
    mutating func number() throws(JSONError) -> JSONNumber {
        var number = JSONNumber()
        if next == UInt8(ascii: "-") {
            number.isNegative = true
            position += 1
        }
        var first = position
        var mantissa: UInt64 = 0
        while position < count {
            let digit = base[position] &- 48
            guard digit < 10 else { break }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            position += 1
        }
        var digits = position - first
        guard digits > 0 else { throw failure(.number) }
        guard digits == 1 || base[first] != 48 else { throw failure(.number, at: first) }
        if base[first] == 48 { digits = 0 }
        if next == UInt8(ascii: ".") {
            number.isInteger = false
            position += 1
            first = position
            while position < count {
                let digit = base[position] &- 48
                guard digit < 10 else { break }
                mantissa = mantissa &* 10 &+ UInt64(digit)
                position += 1
            }
            guard position > first else { throw failure(.number) }
            number.exponent = first - position
            digits += position - first
        }
        if next | 0x20 == UInt8(ascii: "e") {
            number.isInteger = false
            position += 1
            let isNegative = next == UInt8(ascii: "-")
            if isNegative || next == UInt8(ascii: "+") { position += 1 }
            first = position
            var exponent = 0
            while position < count {
                let digit = base[position] &- 48
                guard digit < 10 else { break }
                exponent = min(exponent * 10 + Int(digit), 1_000_000)
                position += 1
            }
            guard position > first else { throw failure(.number) }
            number.exponent += isNegative ? -exponent : exponent
        }
        number.mantissa = mantissa
        // Nineteen digits always fit into 64 bits.
        number.isExact = digits <= 19
        return number
    }

    /// The double nearest to a number whose text goes from `start` to the cursor.
    @inline(__always)
    func double(_ number: JSONNumber, from start: Int) throws(JSONError) -> Double {
        if let value = number.quickDouble { return value }
        return try longDouble(from: start)
    }

    @inline(never)
    private func longDouble(from start: Int) throws(JSONError) -> Double {
        let text = String(
            decoding: UnsafeBufferPointer(start: base + start, count: position - start), as: UTF8.self)
        guard let value = Double(text), value.isFinite else { throw failure(.numberRange, at: start) }
        return value
    }

    // MARK: Strings

    /// Whether a string of just this text, without escapes, is at the cursor; goes behind it if so.
    @inline(__always)
    mutating func take(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard position + length + 2 <= count, base[position] == 0x22, base[position + length + 1] == 0x22 else {
            return false
        }
        for index in 0..<length where base[position + 1 + index] != text.utf8Start[index] { return false }
        position += length + 2
        return true
    }

    /// The string at the cursor, which is at its opening quote.
    mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        let plain = ByteScan.plainPrefix(base + position, count - position)
        position += plain
        if next == UInt8(ascii: "\"") {
            position += 1
            return try text(from: start, count: plain)
        }
        return try escapedString(from: start)
    }

    private func text(from start: Int, count: Int) throws(JSONError) -> String {
        let run = UnsafeBufferPointer(start: base + start, count: count)
        if !ByteScan.isASCII(run) {
            let valid = ByteScan.validUTF8Prefix(run)
            guard valid == count else { throw failure(.encoding, at: start + valid) }
        }
        return String(decoding: run, as: UTF8.self)
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var result = try text(from: start, count: position - start)
        while true {
            switch next {
            case UInt8(ascii: "\""):
                position += 1
                return result
            case UInt8(ascii: "\\"): result.unicodeScalars.append(try escape())
            case let byte:
                guard isAtEnd || byte >= 0x20 else { throw failure(.controlCharacter(byte)) }
                guard !isAtEnd else { throw failure(.truncated) }
                let run = position
                position += ByteScan.plainPrefix(base + position, count - position)
                result += try text(from: run, count: position - run)
            }
        }
    }

    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        let start = position
        position += 1
        defer { position += 1 }
        switch next {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try hexUnit()
            guard unit & 0xF800 == 0xD800 else { return Unicode.Scalar(unit)! }
            guard unit < 0xDC00, position + 2 < count, base[position + 1] == UInt8(ascii: "\\"),
                base[position + 2] == UInt8(ascii: "u")
            else { throw failure(.surrogate, at: start) }
            position += 2
            let low = try hexUnit()
            guard low & 0xFC00 == 0xDC00 else { throw failure(.surrogate, at: start) }
            return Unicode.Scalar(0x10000 + (UInt32(unit & 0x3FF) << 10) + UInt32(low & 0x3FF))!
        default: throw failure(.escape)
        }
    }

    /// Four hexadecimal digits behind the cursor, which is at the `u`; leaves it at the last of them.
    private mutating func hexUnit() throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            position += 1
            guard let digit = Character(Unicode.Scalar(next)).hexDigitValue, next < 0x80 else {
                throw failure(.escape)
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}
