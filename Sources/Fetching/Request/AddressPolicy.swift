package import HTTPEdge

/// Addresses that a fetch may connect to.
package struct AddressPolicy: Sendable {
    package var allows: @Sendable (IPAddress) -> Bool

    package init(_ allows: @escaping @Sendable (IPAddress) -> Bool) { self.allows = allows }

    /// The public internet alone.
    package static let publicOnly = AddressPolicy { $0.isPublic }
    package static let everything = AddressPolicy { _ in true }
}

extension IPAddress {
    /// True for addresses that anybody on the internet may have: the registries of special addresses (RFC
    /// 6890) have none of them.
    package var isPublic: Bool {
        if isIPv4 { return !SpecialAddresses.version4.contains { $0.contains(self) } }
        // Addresses that carry one of IPv4 lead to it: NAT64 (RFC 6052) and 6to4 (RFC 3056).
        if SpecialAddresses.nat64.contains(self) { return Self(version4: UInt32(truncatingIfNeeded: low)).isPublic }
        if SpecialAddresses.sixToFour.contains(self) {
            return Self(version4: UInt32(truncatingIfNeeded: high >> 16)).isPublic
        }
        return SpecialAddresses.unicast.contains(self) && !SpecialAddresses.version6.contains { $0.contains(self) }
    }

    private init(version4 bits: UInt32) { self.init(high: 0, low: 0xFFFF << 32 | UInt64(bits)) }
}

private enum SpecialAddresses {
    static let version4 = ranges(
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4")
    static let unicast = AddressRange("2000::/3")!
    static let nat64 = AddressRange("64:ff9b::/96")!
    static let sixToFour = AddressRange("2002::/16")!
    /// Within ``unicast``: protocols with Teredo, and documentation.
    static let version6 = ranges("2001::/23", "2001:db8::/32", "3fff::/20")

    private static func ranges(_ texts: String...) -> [AddressRange] { texts.map { AddressRange($0)! } }
}
