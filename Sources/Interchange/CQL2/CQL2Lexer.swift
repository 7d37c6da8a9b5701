/// The words of a CQL2 text.
enum CQL2Token: Hashable {
    /// A name, a keyword or a function; `isQuoted` if it stands in double quotes and is a property for sure.
    case name(String, isQuoted: Bool)
    case text(String)
    case number(Double)
    /// An operator, a parenthesis or a comma.
    case sign(String)
    case end
}

/// Cuts a CQL2 text into words (OGC 21-065r2, annex B).
struct CQL2Lexer {
    let bytes: [UInt8]
    /// The octet at which the next word is looked for.
    var at = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The next word and the octet at which it begins.
    mutating func next() throws(CQL2Error) -> (CQL2Token, start: Int) {
        while at < bytes.count, Self.isSpace(bytes[at]) { at += 1 }
        let start = at
        guard at < bytes.count else { return (.end, start) }
        let byte = bytes[at]
        switch byte {
        case UInt8(ascii: "'"): return (.text(try quoted(byte, "a text")), start)
        case UInt8(ascii: "\""): return (.name(try quoted(byte, "a name"), isQuoted: true), start)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."): return (.number(try number()), start)
        case _ where Self.isNameStart(byte):
            while at < bytes.count, Self.isNamePart(bytes[at]) { at += 1 }
            return (.name(String(decoding: bytes[start..<at], as: UTF8.self), isQuoted: false), start)
        default:
            for sign in ["<>", "<=", ">=", "<", ">", "=", "+", "-", "*", "/", "%", "^", "(", ")", ","]
            where bytes[at...].starts(with: sign.utf8) {
                at += sign.utf8.count
                return (.sign(sign), start)
            }
            throw error(
                "“\(Character(Unicode.Scalar(byte)))” means nothing here"
                    + (byte == UInt8(ascii: "{") ? "; a filter in JSON is told by filter-lang=cql2-json" : ""),
                at: start)
        }
    }

    /// An error at an octet.
    func error(_ reason: String, at offset: Int) -> CQL2Error { CQL2Error(reason, place(of: offset)) }

    /// The place of an octet for people, who count characters from 1.
    func place(of offset: Int) -> CQL2Error.Place {
        .character(bytes[..<min(offset, bytes.count)].count { $0 & 0xC0 != 0x80 } + 1)
    }

    // MARK: Words

    /// What stands between quotation marks; a mark inside is written twice, or after a backslash.
    private mutating func quoted(_ mark: UInt8, _ what: String) throws(CQL2Error) -> String {
        let start = at
        var content: [UInt8] = []
        at += 1
        while at < bytes.count {
            let byte = bytes[at]
            let follows = at + 1 < bytes.count && bytes[at + 1] == mark
            if (byte == mark || byte == UInt8(ascii: "\\")) && follows {
                content.append(mark)
                at += 2
            } else if byte == mark {
                at += 1
                return String(decoding: content, as: UTF8.self)
            } else {
                content.append(byte)
                at += 1
            }
        }
        throw error("\(what) in quotation marks has no end", at: start)
    }

    private mutating func number() throws(CQL2Error) -> Double {
        let start = at
        func isDigit(_ index: Int) -> Bool { index < bytes.count && (48...57).contains(bytes[index]) }
        while isDigit(at) { at += 1 }
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            while isDigit(at) { at += 1 }
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            var exponent = at + 1
            if exponent < bytes.count, bytes[exponent] == UInt8(ascii: "+") || bytes[exponent] == UInt8(ascii: "-") {
                exponent += 1
            }
            if isDigit(exponent) {
                at = exponent
                while isDigit(at) { at += 1 }
            }
        }
        let runsOn = at < bytes.count && Self.isNamePart(bytes[at])
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        // Swift reads no number that ends with its point or is one.
        guard !runsOn, text.utf8.contains(where: { (48...57).contains($0) }),
            let value = Double(text.hasSuffix(".") ? text + "0" : text)
        else { throw error("“\(text.prefix(40))” is no number", at: start) }
        guard value.isFinite else { throw error("the number “\(text.prefix(40))” is beyond ±1.8e308", at: start) }
        return value
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// Letters beyond ASCII are taken as they come.
    private static func isNameStart(_ byte: UInt8) -> Bool {
        (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: ":") || byte >= 0x80
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        isNameStart(byte) || (48...57).contains(byte) || byte == UInt8(ascii: ".")
    }
}
