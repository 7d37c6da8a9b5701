/// The address under which a city's map is known, such as `https://works.example.org` or `https://example.org/works`.
public struct PublicURL: Hashable, Sendable {
    /// True for https.
    public let isSecure: Bool
    /// The host with its port, if one is named, in lower case.
    public let authority: String
    /// Empty, or a path that begins with a slash and ends without one.
    public let path: String

    /// The whole address, without a slash at its end.
    public var base: String { (isSecure ? "https://" : "http://") + authority + path }

    /// - Throws: ``PublicURLError`` that says what an address would have to be.
    public init(_ text: String) throws(PublicURLError) {
        guard text.utf8.count <= 1000, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw PublicURLError("a name beyond ASCII is written as `xn--…`, and there are no blanks")
        }
        guard let parts = text.wholeMatch(of: /(?i:(?<scheme>https?)):\/\/(?<authority>[^\/?#]*)(?<path>\/[^?#]*)?/)
        else {
            throw text.contains("?") || text.contains("#")
                ? PublicURLError("it has no query and no fragment")
                : PublicURLError("it begins with https:// or http://")
        }
        guard !parts.authority.contains("@") else { throw PublicURLError("it has no user and no password") }
        guard
            let host = parts.authority.wholeMatch(
                of: /(?<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9._\-]*[A-Za-z0-9])?)(:(?<port>[0-9]{1,5}))?/),
            !host.host.contains(".."), host.port.map({ (1...65_535).contains(Int($0) ?? 0) }) ?? true
        else { throw PublicURLError("it names a host, and a port of 1…65535 if it is not the usual one") }
        var path = String(parts.path ?? "")
        while path.hasSuffix("/") { path.removeLast() }
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard segments.allSatisfy({ $0.wholeMatch(of: /[A-Za-z0-9._~\-]+/) != nil && $0 != "." && $0 != ".." }) else {
            throw PublicURLError("its path is made of letters, digits, `-`, `.`, `_` and `~`")
        }
        isSecure = parts.scheme.lowercased() == "https"
        authority = parts.authority.lowercased()
        self.path = path
    }
}

/// Why an address cannot be the map's.
public struct PublicURLError: Error, Hashable, CustomStringConvertible {
    public let description: String

    init(_ reason: String) {
        description = "an address such as https://works.example.org is wanted: \(reason)"
    }
}
