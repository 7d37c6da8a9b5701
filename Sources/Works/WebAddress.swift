/// Addresses on the web that others write and we hand on as links.
public enum WebAddress {
    /// The property under `extra` that holds the address of a picture.
    public static let mediaProperty = "media_url"

    /// True for an absolute address with http or https, a host and no user; nothing in it can break out of an attribute, a header or a line.
    ///
    /// Whatever else browsers run or open, `javascript:` and `data:` first of all, is none.
    public static func isPlain(_ text: String) -> Bool {
        guard text.utf8.count <= 4000,
            !text.unicodeScalars.contains(where: { scalar in
                scalar.value <= 0x20 || (0x7F..<0xA0).contains(scalar.value)
                    || "\"'<>\\^`{|}".unicodeScalars.contains(scalar)
                    || scalar.properties.generalCategory == .format || scalar.properties.isWhitespace
            })
        else { return false }
        guard let end = text.firstRange(of: "://"), ["http", "https"].contains(text[..<end.lowerBound].lowercased())
        else {
            return false
        }
        let rest = text[end.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let host = authority.prefix { $0 != ":" }
        guard !authority.contains("@"), let first = host.first ?? authority.first else { return false }
        return first.isLetter || first.isNumber || (first == "[" && authority.contains("]"))
    }
}
