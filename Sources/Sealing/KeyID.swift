import Crypto

/// Name of a key: the first 32 bits of a digest of its secret, as 8 lower-case hexadecimal digits.
///
/// It says nothing about the secret, and a secret that was mistyped has another one.
public struct KeyID: Hashable, Sendable {
    let bits: UInt32

    init(bits: UInt32) { self.bits = bits }

    /// The id in the first four bytes, the most significant first.
    public init(bytes: some Sequence<UInt8>) {
        bits = bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The id that its digits spell; nil for any other text.
    public init?(_ digits: String) {
        guard digits.utf8.count == 8, let bits = UInt32(digits, radix: 16), Self.digits(bits) == digits else {
            return nil
        }
        self.bits = bits
    }

    /// The id of a secret.
    init(of secret: SymmetricKey) {
        let code = HMAC<SHA256>.authenticationCode(for: Array("WorksMap key id".utf8), using: secret)
        bits = code.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Four bytes, the most significant first.
    var bytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: bits >> (24 - 8 * $0)) } }

    private static func digits(_ bits: UInt32) -> String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

extension KeyID: CustomStringConvertible {
    public var description: String { Self.digits(bits) }
}
