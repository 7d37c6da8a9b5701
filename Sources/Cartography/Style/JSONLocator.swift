/// Finds the line of a value in a JSON text by the path to it, for messages. The text is known to be valid.
struct JSONLocator {
    private let text: [UInt8]
    private var offset = 0

    private init(text: [UInt8]) {
        self.text = text
    }

    /// One step down into a value.
    enum Step: Hashable, Sendable {
        case member(String)
        case element(Int)
    }

    /// The line, from 1, on which the value at the path begins, or the nearest value above it that is there.
    static func line(of path: [Step], in text: [UInt8]) -> Int {
        var locator = JSONLocator(text: text)
        locator.space()
        var found = locator.offset
        for step in path {
            guard locator.enter(step) else { break }
            found = locator.offset
        }
        return text[..<min(found, text.count)].reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
    }

    private var byte: UInt8 { offset < text.count ? text[offset] : 0 }

    private mutating func space() {
        while [0x20, 0x09, 0x0A, 0x0D].contains(byte) { offset += 1 }
    }

    /// Moves from the beginning of a value to that of one of its parts.
    private mutating func enter(_ step: Step) -> Bool {
        let opening = byte
        guard opening == UInt8(ascii: "{") || opening == UInt8(ascii: "[") else { return false }
        offset += 1
        var index = 0
        while true {
            space()
            guard offset < text.count, byte != UInt8(ascii: "}"), byte != UInt8(ascii: "]") else { return false }
            if opening == UInt8(ascii: "{") {
                let name = string()
                space()
                offset += 1
                space()
                if step == .member(name) { return true }
            } else if step == .element(index) {
                return true
            }
            skip()
            space()
            if byte == UInt8(ascii: ",") { offset += 1 }
            index += 1
        }
    }

    private mutating func string() -> String {
        offset += 1
        let start = offset
        while offset < text.count, byte != UInt8(ascii: "\"") { offset += byte == UInt8(ascii: "\\") ? 2 : 1 }
        defer { offset += 1 }
        return String(decoding: text[start..<min(offset, text.count)], as: UTF8.self)
    }

    private mutating func skip() {
        var depth = 0
        repeat {
            switch byte {
            case UInt8(ascii: "\""):
                _ = string()
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return }
                depth -= 1
            case UInt8(ascii: ",") where depth == 0: return
            default: break
            }
            offset += 1
        } while offset < text.count
    }
}
