/// Writes CSV (RFC 4180): commas, CRLF, quotes where they are needed.
///
/// A spreadsheet computes a cell that begins with `=`, `+`, `-` or `@`. Cells with anybody's words are guarded against that by an apostrophe
/// in front (OWASP, *CSV Injection*), and ``unguarded(_:)`` takes exactly that apostrophe off again:
///
///     needs a guard   blanks, quotes and characters that are not seen, then a beginning of a formula
///     written         ' in front
///     read            an apostrophe goes if what follows it needs a guard
///
/// An apostrophe counts among the quotes, so that a text which has one of its own in that place gets a second one and keeps the first.
public struct CSVWriter: Sendable {
    /// The text written since the buffer was last emptied, UTF-8.
    public private(set) var bytes: [UInt8] = []
    private var isFirst = true

    public init() {}

    public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    // MARK: Rows

    /// A row of texts.
    public mutating func row(_ texts: [String]) {
        for text in texts { self.text(text) }
        endRow()
    }

    public mutating func endRow() {
        bytes.append(0x0D)
        bytes.append(0x0A)
        isFirst = true
    }

    // MARK: Cells

    public mutating func empty() { separate() }

    /// A cell with somebody's words, guarded.
    public mutating func text(_ text: String) {
        var text = text
        text.withUTF8 { self.text(utf8: $0) }
    }

    /// A cell with somebody's words, guarded; octets that should be UTF-8.
    public mutating func text(utf8 text: UnsafeBufferPointer<UInt8>) { append(text, guarded: Self.needsGuard(text)) }

    /// A cell with a number, a code or a time of our own making, as it is.
    public mutating func plain(_ text: String) {
        var text = text
        text.withUTF8 { append($0, guarded: false) }
    }

    /// A cell of somebody's file that is handed back: guarded, unless it is a plain decimal number, which computes to itself.
    public mutating func original(_ text: String) {
        var text = text
        text.withUTF8 { append($0, guarded: Self.needsGuard($0) && !Self.isNumber($0)) }
    }

    private mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
    }

    /// Quoted if a delimiter of any usual dialect, a quote or a line end is in it.
    private mutating func append(_ text: UnsafeBufferPointer<UInt8>, guarded isGuarded: Bool) {
        separate()
        guard text.contains(where: Self.wantsQuotes) else {
            if isGuarded { bytes.append(Self.guardian) }
            bytes.append(contentsOf: text)
            return
        }
        bytes.append(0x22)
        if isGuarded { bytes.append(Self.guardian) }
        for byte in text {
            if byte == 0x22 { bytes.append(0x22) }
            bytes.append(byte)
        }
        bytes.append(0x22)
    }

    private static func wantsQuotes(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: ";"), 0x09, 0x0A, 0x0D: true
        default: false
        }
    }
}

// MARK: - Formulas

extension CSVWriter {
    private static let guardian = UInt8(ascii: "'")

    /// A cell's text without the apostrophe that guards it.
    public static func unguarded(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        guard text.first == guardian else { return text }
        let rest = UnsafeBufferPointer(rebasing: text[1...])
        return needsGuard(rest) ? rest : text
    }

    /// A cell's text without the apostrophe that guards it.
    public static func unguarded(_ text: String) -> String {
        var text = text
        return text.withUTF8 { String(decoding: unguarded($0), as: UTF8.self) }
    }

    /// True if a spreadsheet may take the text for a formula, whatever it skips before it.
    static func needsGuard(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = text.first else { return false }
        // Nearly all texts begin with a letter or a digit.
        if first >= 0x30, first <= 0x39 || (first >= 0x41 && first <= 0x5A) || (first >= 0x61 && first <= 0x7A) {
            return false
        }
        var decoder = UTF8()
        var octets = text.makeIterator()
        while case .scalarValue(let scalar) = decoder.decode(&octets) {
            if beginsFormula(scalar) { return true }
            guard isSkipped(scalar) else { return false }
        }
        return false
    }

    private static func beginsFormula(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        // A tabulator or a line end moves what follows into a cell of its own.
        case "=", "+", "-", "@", "\t", "\r", "\n": true
        // The same in full width, as East Asian input methods type them.
        case "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": true
        default: false
        }
    }

    private static func isSkipped(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "'", "\"", "`", "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}": return true
        default: break
        }
        guard scalar.value < 0x30 || scalar.value > 0x7E else { return false }
        let properties = scalar.properties
        return properties.isWhitespace || properties.generalCategory == .control
            || properties.generalCategory == .format
    }

    /// True for a decimal number such as `-71.06`, `+3` or `1e-5`, which no spreadsheet computes anything of.
    private static func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var rest = text[...]
        func digits() -> Int {
            let count = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }.count
            rest = rest.dropFirst(count)
            return count
        }
        func sign() { if let first = rest.first, first == 0x2B || first == 0x2D { rest = rest.dropFirst() } }
        sign()
        var count = digits()
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            count += digits()
        }
        guard count > 0 else { return false }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            sign()
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
