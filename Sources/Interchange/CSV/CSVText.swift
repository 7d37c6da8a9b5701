/// Writes CSV (RFC 4180): commas, CRLF, quotes where they are needed.
///
/// A spreadsheet takes a field that begins with `=`, `+`, `-` or `@` for a formula and computes it. Fields with anybody's words are guarded
/// against that with an apostrophe in front (OWASP, *CSV Injection*), which spreadsheets do not show.
struct CSVText {
    private(set) var bytes: [UInt8] = []
    private var isFirst = true

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func row(_ fields: [String]) {
        for field in fields { self.field(field) }
        endRow()
    }

    mutating func endRow() {
        bytes.append(0x0D)
        bytes.append(0x0A)
        isFirst = true
    }

    private mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
    }

    /// An empty field.
    mutating func empty() { separate() }

    mutating func field(_ text: String, guarded: Bool = false) {
        var text = text
        text.withUTF8 { field(utf8: $0, guarded: guarded) }
    }

    /// A field, quoted if a delimiter, a quote or a line end is in it.
    ///
    /// - Parameter guarded: Whether it must not be taken for a formula.
    mutating func field(utf8 text: UnsafeBufferPointer<UInt8>, guarded: Bool = false) {
        separate()
        let isGuarded = guarded && text.first.map(Self.beginsFormula) ?? false
        guard text.contains(where: { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }) else {
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

    private static let guardian = UInt8(ascii: "'")

    private static func beginsFormula(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: true
        default: false
        }
    }

    /// A text without the apostrophe that guards it.
    static func unguarded(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        guard text.count > 1, text[0] == guardian, beginsFormula(text[1]) else { return text }
        return UnsafeBufferPointer(rebasing: text[1...])
    }
}
