import Crypto
import Foundation

/// Names for things that are told apart and never looked up, made with a secret.
///
/// The pseudonym of a thing is 16 bytes of an HMAC with SHA-256. It is kept wrapped for one place (AES key wrap, RFC 3394, which makes of equals
/// equals and says when something else is unwrapped): in another place the same thing is wrapped otherwise. Without the secret nobody can try
/// things, nor tell that one stands in two places; with it a thing can be taken along from place to place without being known.
public struct Pseudonyms: Sendable {
    private let naming: SymmetricKey
    private let wrapping: SymmetricKey

    /// Bytes of a pseudonym.
    public static let length = 16

    public init(secret: [UInt8]) {
        func key(_ use: String) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: secret), salt: Array("WorksMap".utf8), info: Array(use.utf8),
                outputByteCount: 32)
        }
        (naming, wrapping) = (key("pseudonyms"), key("places of pseudonyms"))
    }

    public func pseudonym(of thing: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(thing.utf8), using: naming).prefix(Self.length))
    }

    /// A pseudonym as it is kept in a place: 48 lower-case hexadecimal digits.
    public func wrapped(_ pseudonym: [UInt8], in place: String) -> String {
        do {
            return hexadecimal(try AES.KeyWrap.wrap(SymmetricKey(data: pseudonym), using: key(of: place)))
        } catch {
            preconditionFailure("a key of 256 bits wraps any 16 bytes: \(error)")
        }
    }

    /// The pseudonym that was wrapped in a place; nil for any other text.
    public func unwrapped(_ wrapped: String, in place: String) -> [UInt8]? {
        guard let bytes = bytes(ofHexadecimal: wrapped), bytes.count == Self.length + 8,
            let pseudonym = try? AES.KeyWrap.unwrap(Data(bytes), using: key(of: place))
        else { return nil }
        return pseudonym.withUnsafeBytes { Array($0) }
    }

    private func key(of place: String) -> SymmetricKey {
        SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(place.utf8), using: wrapping))
    }
}

/// The bytes that digits spell; nil if they are not pairs of hexadecimal digits.
private func bytes(ofHexadecimal digits: String) -> [UInt8]? {
    let nibbles = digits.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    guard nibbles.count == digits.utf8.count, nibbles.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: nibbles.count, by: 2).map { UInt8(nibbles[$0] << 4 | nibbles[$0 + 1]) }
}
