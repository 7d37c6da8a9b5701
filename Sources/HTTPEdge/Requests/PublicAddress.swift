package import HTTPTypes
package import Hummingbird

/// The address under which a client reached the server: links in answers start with it.
package struct PublicAddress: Hashable, Sendable {
    /// Without a slash at its end.
    package let base: String

    /// - Parameters:
    ///   - publicURL: The configured address, which wins.
    ///   - fallback: Host and port for requests whose `Host` is none.
    package init(_ request: Request, publicURL: String?, fallback: String) {
        if let publicURL {
            base = publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL
        } else if let host = request.head.authority, Self.isHost(host) {
            base = "http://" + host
        } else {
            base = "http://" + fallback
        }
    }

    /// Whether a `Host` field is a name or address with an optional port, and not something that would break out of a link.
    private static func isHost(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 255
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
                    true
                default: false
                }
            }
    }

    /// An absolute address below the server's root.
    package func callAsFunction(_ path: String) -> String { base + path }
}
