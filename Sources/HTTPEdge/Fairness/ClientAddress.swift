/// Network by which clients are told apart where capacity is shared: an IPv4 address, or the /64 of an IPv6 address.
///
/// A household or an office gets a whole /64 (RFC 6177), so that single IPv6 addresses say nothing about who asks.
package struct ClientAddress: Hashable, Sendable, CustomStringConvertible {
    private let network: IPAddress

    package init(_ address: IPAddress) {
        network = address.isIPv4 ? address : IPAddress(high: address.high, low: 0)
    }

    /// Clients whose address is not known: requests without a socket, Unix sockets.
    package static let unknown = ClientAddress(IPAddress(high: 0, low: 0))

    package var description: String {
        if self == .unknown { return "unknown" }
        return network.isIPv4 ? network.description : "\(network)/64"
    }
}

/// Proxies that may say on whose behalf they ask.
package struct TrustedProxies: Hashable, Sendable {
    package var ranges: [AddressRange]

    package init(_ ranges: [AddressRange] = []) {
        self.ranges = ranges
    }

    package func contains(_ address: IPAddress) -> Bool { ranges.contains { $0.contains(address) } }

    /// Address of the client behind `peer`.
    ///
    /// A trusted peer's `X-Forwarded-For` is read from its end: each proxy appends the address that it saw, so the first one that is no trusted
    /// proxy is the client. Everything before it may be made up, and everything that is no address ends the search.
    ///
    /// - Parameters:
    ///   - peer: Address at the other end of the socket.
    ///   - forwarded: Values of `X-Forwarded-For` in their order.
    package func client(behind peer: IPAddress, forwarded: [String]) -> IPAddress {
        guard !ranges.isEmpty, contains(peer) else { return peer }
        var client = peer
        for element in forwarded.joined(separator: ",").split(separator: ",").reversed() {
            guard let address = Self.address(element.trimmed) else { break }
            client = address
            guard contains(address) else { break }
        }
        return client
    }

    /// Some proxies write a port too: `203.0.113.7:4711`, `[2001:db8::7]:4711`.
    private static func address(_ text: String) -> IPAddress? {
        if let address = IPAddress(text) { return address }
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            return IPAddress(text[text.index(after: text.startIndex)..<end])
        }
        guard let colon = text.firstIndex(of: ":"), text.lastIndex(of: ":") == colon else { return nil }
        return IPAddress(text[..<colon])
    }
}
