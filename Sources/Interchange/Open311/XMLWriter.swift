/// Writes XML 1.0 text: elements and character data, nothing else.
struct XMLWriter {
    private(set) var bytes: [UInt8] = Array(#"<?xml version="1.0" encoding="UTF-8"?>"#.utf8)

    /// An element with what `content` writes inside; the name is one of ours.
    mutating func element(_ name: String, _ content: (inout XMLWriter) -> Void) {
        bytes.append(contentsOf: "<\(name)>".utf8)
        content(&self)
        bytes.append(contentsOf: "</\(name)>".utf8)
    }

    /// An element that holds a text; an empty one for nil.
    mutating func element(_ name: String, text: String?) {
        guard let text else {
            bytes.append(contentsOf: "<\(name)/>".utf8)
            return
        }
        element(name) { $0.characters(text) }
    }

    /// Character data. Control characters become U+FFFD: those that XML 1.0 has no way to write (section 2.2, "Char") and those that it
    /// advises against.
    private mutating func characters(_ text: String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": bytes.append(contentsOf: "&amp;".utf8)
            case "<": bytes.append(contentsOf: "&lt;".utf8)
            case ">": bytes.append(contentsOf: "&gt;".utf8)
            case "\r": bytes.append(contentsOf: "&#13;".utf8)
            case "\t", "\n": bytes.append(UInt8(scalar.value))
            case "\u{0}"..<"\u{20}", "\u{7F}"..<"\u{A0}", "\u{FFFE}", "\u{FFFF}":
                bytes.append(contentsOf: "\u{FFFD}".utf8)
            default: bytes.append(contentsOf: UTF8.encode(scalar)!)
            }
        }
    }
}
