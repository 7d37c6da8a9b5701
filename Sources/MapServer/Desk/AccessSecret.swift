import Crypto

/// Secrets that cannot be guessed, and what is kept of them.
public enum AccessSecret {
    /// A new secret: 256 random bits in hexadecimal digits after a prefix by which leaks can be searched for.
    public static func new(prefix: String = "wm_") -> String {
        var random = SystemRandomNumberGenerator()
        return prefix + hexadecimal((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    }

    /// SHA-256 (FIPS 180-4) of a text, in 64 lower-case hexadecimal digits.
    public static func digest(of text: String) -> String { hexadecimal(SHA256.hash(data: Array(text.utf8))) }

    /// Whether two secrets are the same; how long the answer takes tells nothing about where they differ.
    static func areEqual(_ one: String, _ other: String) -> Bool {
        SHA256.hash(data: Array(one.utf8)) == SHA256.hash(data: Array(other.utf8))
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
