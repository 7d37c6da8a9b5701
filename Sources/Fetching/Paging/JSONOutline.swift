import Foundation

/// The outermost members or elements of a JSON text, as ranges of its octets, without looking into them.
///
/// It trusts that strings end and brackets match; the import reads the text strictly.
struct JSONOutline {
    enum Root { case object, array }

    var root: Root
    /// Members of an object: names as they are written, without quotation marks.
    private(set) var members: [(name: String, value: Range<Int>)] = []
    /// Elements of an array.
    private(set) var elements: [Range<Int>] = []
    /// True if the text ends with the root.
    private(set) var isComplete = false

    private let bytes: Data
    private var position: Int

    /// Nil if the text is neither an object nor an array.
    init?(_ bytes: Data) { self.init(bytes, from: bytes.startIndex) }

    /// The outline of a value within a text.
    init?(_ bytes: Data, in range: Range<Int>) { self.init(bytes[range], from: range.lowerBound) }

    private init?(_ bytes: Data, from start: Int) {
        self.bytes = bytes
        position = start
        root = .array
        if bytes.dropFirst(start - bytes.startIndex).starts(with: [0xEF, 0xBB, 0xBF]) { position += 3 }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): root = .object
        case UInt8(ascii: "["): root = .array
        default: return nil
        }
        let end = root == .object ? UInt8(ascii: "}") : UInt8(ascii: "]")
        position += 1
        while true {
            skipSpace()
            guard let byte = next else { return }
            if byte == end {
                position += 1
                break
            }
            if byte == UInt8(ascii: ",") {
                position += 1
                continue
            }
            var name: String?
            if root == .object {
                let start = position
                guard byte == UInt8(ascii: "\""), skipString() else { return }
                name = String(decoding: bytes[start + 1..<position - 1], as: UTF8.self)
                skipSpace()
                guard next == UInt8(ascii: ":") else { return }
                position += 1
                skipSpace()
            }
            let start = position
            guard skipValue(), position > start else { return }
            if let name { members.append((name, start..<position)) } else { elements.append(start..<position) }
        }
        skipSpace()
        isComplete = next == nil
    }

    /// The value of the first member of this name.
    func value(_ name: String) -> Range<Int>? { members.first { $0.name == name }?.value }

    /// The text of a value.
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    // MARK: Scanning

    private var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    }

    /// Moves behind a string; false if it does not end.
    private mutating func skipString() -> Bool {
        position += 1
        while let byte = next {
            position += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { return true }
        }
        return false
    }

    /// Moves behind a value; false if it does not end.
    private mutating func skipValue() -> Bool {
        var depth = 0
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                guard skipString() else { return false }
                if depth == 0 { return true }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return true }
                depth -= 1
                if depth == 0 {
                    position += 1
                    return true
                }
            case UInt8(ascii: ","), 0x20, 0x09, 0x0A, 0x0D: if depth == 0 { return true }
            default: break
            }
            position += 1
        }
        return false
    }
}
