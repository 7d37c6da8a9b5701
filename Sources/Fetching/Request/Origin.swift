import Foundation

/// Scheme, host and port of an address: secrets are told to one origin only.
struct Origin: Hashable, Sendable, CustomStringConvertible {
    var scheme: String
    var host: String
    var port: Int

    /// Nil for addresses of other schemes than http and https.
    init?(_ url: URL) {
        guard let scheme = url.scheme?.lowercased(), scheme == "http" || scheme == "https",
            let host = url.host(percentEncoded: false)?.lowercased(), !host.isEmpty
        else { return nil }
        self.scheme = scheme
        self.host = host
        port = url.port ?? (scheme == "https" ? 443 : 80)
    }

    var description: String { "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}

extension URL {
    /// True if the other address is of https and this one is not.
    func isLessSafe(than other: URL) -> Bool {
        other.scheme?.lowercased() == "https" && scheme?.lowercased() != "https"
    }
}
