/// Finds where a JSON value ends, in bytes that come in pieces, by its quotes and brackets alone.
struct GeoJSONScanner {
    enum Outcome: Equatable {
        /// The value ends before this index.
        case end(Int)
        /// The bytes end before the value does.
        case more
        /// A bracket at this index closes what was not opened.
        case mismatch(Int)
        /// Arrays and objects are nested too deeply.
        case depth(Int)
    }

    private enum Kind { case unknown, string, scalar, structure }

    private var kind = Kind.unknown
    private var isInString = false
    /// A backslash was the last byte.
    private var isEscaped = false
    private var depth = 0
    /// Whether each open bracket is a brace, a bit each.
    private var braces = [UInt64](repeating: 0, count: JSONParser.maximumDepth / 64 + 1)
    /// The first byte that has not been looked at.
    private(set) var position = 0

    /// Starts with the value whose first byte is at `position`.
    mutating func begin(at position: Int) {
        self.position = position
        kind = .unknown
        isInString = false
        isEscaped = false
        depth = 0
    }

    /// The bytes in front were taken away.
    mutating func shift(by count: Int) { position -= count }

    /// Goes on to the end of the value or of the bytes; `isComplete` if none will follow these.
    mutating func scan(_ base: UnsafePointer<UInt8>, count: Int, isComplete: Bool) -> Outcome {
        var index = position
        defer { position = index }
        if kind == .unknown {
            guard index < count else { return .more }
            switch base[index] {
            case UInt8(ascii: "\""):
                kind = .string
                isInString = true
                index += 1
            case UInt8(ascii: "{"), UInt8(ascii: "["): kind = .structure
            default: kind = .scalar
            }
        }
        if kind == .scalar {
            while index < count {
                switch base[index] {
                case 0x20, 0x09, 0x0A, 0x0D, 0x1E, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"),
                    UInt8(ascii: ":"), UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""):
                    return .end(index)
                default: index += 1
                }
            }
            return isComplete ? .end(index) : .more
        }
        while index < count {
            if isInString {
                if isEscaped {
                    isEscaped = false
                    index += 1
                    continue
                }
                index += ByteScan.quotePrefix(base + index, count - index)
                guard index < count else { return .more }
                if base[index] == UInt8(ascii: "\\") {
                    isEscaped = true
                } else {
                    isInString = false
                    if kind == .string {
                        index += 1
                        return .end(index)
                    }
                }
                index += 1
                continue
            }
            let byte = base[index]
            // Digits, spaces, commas and colons, by far the most frequent, are below all brackets.
            if byte < 0x5B, byte != UInt8(ascii: "\"") {
                index += 1
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard depth < JSONParser.maximumDepth else { return .depth(index) }
                let bit: UInt64 = 1 << UInt64(depth & 63)
                if byte == UInt8(ascii: "{") { braces[depth >> 6] |= bit } else { braces[depth >> 6] &= ~bit }
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                let isBrace = braces[depth >> 6] >> UInt64(depth & 63) & 1 == 1
                guard isBrace == (byte == UInt8(ascii: "}")) else { return .mismatch(index) }
                if depth == 0 {
                    index += 1
                    return .end(index)
                }
            default: break
            }
            index += 1
        }
        return .more
    }
}
