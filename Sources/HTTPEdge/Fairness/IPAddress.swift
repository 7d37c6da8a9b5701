import Glibc

/// IPv4 or IPv6 address. An IPv4 address is held in its mapped form, `::ffff:a.b.c.d` (RFC 4291 section 2.5.5.2).
package struct IPAddress: Hashable, Sendable {
    /// The first and the last 64 of the 128 bits.
    package let high: UInt64
    package let low: UInt64

    private static let mapped: UInt64 = 0xFFFF << 32

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Parses `203.0.113.7` or `2001:db8::7`; a zone behind `%` is left out. Returns nil for anything else.
    package init?(_ text: some StringProtocol) {
        let text = String(text.prefix { $0 != "%" })
        guard text.utf8.count < 64 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self.init(high: 0, low: Self.mapped | Self.number(bytes[..<4]))
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            self.init(high: Self.number(bytes[..<8]), low: Self.number(bytes[8...]))
        } else {
            return nil
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    package var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// True for 127.0.0.0/8 and ::1.
    package var isLoopback: Bool {
        isIPv4 ? UInt8(truncatingIfNeeded: low >> 24) == 127 : high == 0 && low == 1
    }

    /// True for addresses of the loopback, of a link, or of private networks (RFC 1918, RFC 3927, RFC 4193, RFC 4291).
    package var isPrivate: Bool {
        guard isIPv4 else { return isLoopback || high >> 57 == 0xFC >> 1 || high >> 54 == 0xFE80 >> 6 }
        return switch (UInt8(truncatingIfNeeded: low >> 24), UInt8(truncatingIfNeeded: low >> 16)) {
        case (127, _), (10, _), (172, 16...31), (192, 168), (169, 254): true
        default: false
        }
    }
}

extension IPAddress: CustomStringConvertible {
    /// Text after RFC 5952.
    package var description: String {
        if isIPv4 {
            return stride(from: 24, through: 0, by: -8).map { String(UInt8(truncatingIfNeeded: low >> UInt64($0))) }
                .joined(separator: ".")
        }
        let bytes = [high, low].flatMap { half in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: half >> UInt64($0)) }
        }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count)) != nil else { return "::" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Range of addresses in CIDR notation, such as `10.0.0.0/8`, `2001:db8::/32` or a single address.
package struct AddressRange: Hashable, Sendable {
    private let base: IPAddress
    private let mask: IPAddress

    /// Returns nil if `text` is no range.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first) else { return nil }
        let width = address.isIPv4 ? 32 : 128
        var bits = width
        if parts.count == 2 {
            guard let given = Int(parts[1]), (0...width).contains(given) else { return nil }
            bits = given
        }
        bits += 128 - width
        func ones(_ count: Int) -> UInt64 { count <= 0 ? 0 : count >= 64 ? .max : ~(.max >> UInt64(count)) }
        mask = IPAddress(high: ones(bits), low: ones(bits - 64))
        base = IPAddress(high: address.high & mask.high, low: address.low & mask.low)
    }

    package func contains(_ address: IPAddress) -> Bool {
        address.high & mask.high == base.high && address.low & mask.low == base.low
    }
}
