import Glibc
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
        guard let octets = Self.octets(of: host) else { return false }
        return Self.isPrivate(octets) || octets == local?.ipAddress.flatMap(Self.octets)
    }

    /// The host of `host[:port]` without the brackets of IPv6; nil if it is anything that would break out of a link.
    private static func host(of authority: String) -> String? {
        guard authority.utf8.count <= 255 else { return nil }
        let parts = authority.wholeMatch(of: /(?:\[(?<six>[0-9A-Fa-f:.]+)\]|(?<name>[A-Za-z0-9._\-]+))(?::[0-9]{1,5})?/)
        return (parts?.six ?? parts?.name).map(String.init)
    }

    /// The octets of an IP address in its usual form: 4 or 16.
    private static func octets(of address: String) -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, address, &octets) == 1 { return Array(octets[..<4]) }
        return inet_pton(AF_INET6, address, &octets) == 1 ? octets : nil
    }

    /// True for addresses of the loopback, of a link, or of private networks (RFC 1918, RFC 3927, RFC 4193, RFC 4291), to which nobody outside
    /// can lead a reader.
    private static func isPrivate(_ octets: [UInt8]) -> Bool {
        if octets.count == 4 {
            return switch (octets[0], octets[1]) {
            case (127, _), (10, _), (172, 16...31), (192, 168), (169, 254): true
            default: false
            }
        }
        let isLoopback = octets.dropLast().allSatisfy { $0 == 0 } && octets[15] == 1
        return isLoopback || octets[0] & 0xFE == 0xFC || (octets[0] == 0xFE && octets[1] & 0xC0 == 0x80)
    }
}
