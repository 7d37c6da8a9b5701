import HTTPTypes
package import Hummingbird
import NIOCore

/// The address under which a client reached the server: links in answers start with it.
///
/// Anybody can write any `Host` into a request, and caches on the way would hand out the links that it makes. Without a configured address,
/// only hosts are believed that lead to this server or nowhere beyond its network. `X-Forwarded-Host` and the like are never looked at.
package struct PublicAddress: Hashable, Sendable {
    /// Without a slash at its end.
    package let base: String

    /// The configured address; or one made of the request's `Host`, if that is believed; or the address that the server listens on.
    ///
    /// - Parameters:
    ///   - listening: Host that the server was told to listen on.
    ///   - port: Port that it was told.
    package init(_ request: Request, publicURL: PublicURL?, listening: String, port: Int) {
        let local = Connection.current?.localAddress
        if let publicURL {
            base = publicURL.base
        } else if let host = request.head.authority, Self.isBelieved(host, local: local, listening: listening) {
            base = "http://" + host
        } else if let ip = local?.ipAddress, let port = local?.port {
            base = "http://\(ip.contains(":") ? "[\(ip)]" : ip):\(port)"
        } else {
            base = "http://\(listening.contains(":") ? "[\(listening)]" : listening):\(port)"
        }
    }

    /// An absolute address below the server's root.
    package func callAsFunction(_ path: String) -> String { base + path }

    // MARK: Hosts

    /// True for a name of the loopback, an address inside of private networks, the address of the connection, and what the server was told to
    /// listen on; each with any port, since tunnels and containers change it.
    private static func isBelieved(
        _ authority: String, local: SocketAddress?, listening: String
    ) -> Bool {
        guard let host = host(of: authority)?.lowercased() else { return false }
        if host == "localhost" || host.hasSuffix(".localhost") || host == listening.lowercased() {
            return true
        }
        guard let address = IPAddress(host) else { return false }
        return address.isPrivate || address == local?.ipAddress.flatMap { IPAddress($0) }
    }

    /// The host of `host[:port]` without the brackets of IPv6; nil if it is anything that would break out of a link.
    private static func host(of authority: String) -> String? {
        guard authority.utf8.count <= 255 else { return nil }
        let parts = authority.wholeMatch(of: /(?:\[(?<six>[0-9A-Fa-f:.]+)\]|(?<name>[A-Za-z0-9._\-]+))(?::[0-9]{1,5})?/)
        return (parts?.six ?? parts?.name).map(String.init)
    }
}
