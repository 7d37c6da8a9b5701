import Crypto
import Foundation

/// The place of a sealed value: a value that was moved to another row, column or table does not open there.
public struct SealedPlace: Hashable, Sendable {
    public var table: String
    public var column: String
    /// Whatever tells the row from all others of the table, with those open columns of it that must not be changed.
    public var row: String

    public init(table: String, column: String, row: String) {
        self.table = table
        self.column = column
        self.row = row
    }

    /// The data that is authenticated with a value. Names of tables and columns have no zero byte, and the row stands last.
    var authenticated: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(table.utf8.count + column.utf8.count + row.utf8.count + 2)
        bytes += table.utf8
        bytes.append(0)
        bytes += column.utf8
        bytes.append(0)
        bytes += row.utf8
        return bytes
    }
}

/// Reason why a value does not open.
public enum SealedValueError: Error, Hashable, Sendable {
    /// It is no sealed value, or one of a newer program.
    case malformed
    /// It was changed, moved to another place, or sealed with another key than it says.
    case altered
}

/// Seals and opens the values of one purpose with one key: AES-256 in Galois/counter mode.
///
/// A sealed value is a version (one byte, 1), the key's id (4 bytes), the nonce (12 bytes), the ciphertext and the tag (16 bytes): 33 bytes more
/// than the text. Nonces are random. NIST SP 800-38D, section 8.3, allows 2^32 values under one key then; each purpose has a key of its own, and
/// a million values a day reach the limit after eleven years, when `worksmap key rotate` has long begun anew.
public struct Sealer: Sendable {
    /// Bytes of a sealed value besides the text.
    public static let overhead = 33
    private static let version: UInt8 = 1
    private static let headerSize = 5

    public let key: KeyID
    private let header: [UInt8]
    private let derived: SymmetricKey

    init(_ key: SealingKey, _ purpose: SealingPurpose) {
        self.key = key.id
        header = [Self.version] + key.id.bytes
        derived = key.derived(for: purpose)
    }

    /// Id of the key that a value says it was sealed with; nil if it is no sealed value.
    public static func key(of sealed: some Collection<UInt8>) -> KeyID? {
        guard sealed.count >= overhead, sealed.first == version else { return nil }
        return KeyID(bytes: sealed.dropFirst())
    }

    public func seal(_ plain: [UInt8], at place: SealedPlace) -> [UInt8] {
        do {
            let box = try AES.GCM.seal(plain, using: derived, authenticating: place.authenticated)
            return header + box.combined!
        } catch {
            preconditionFailure("a key of 256 bits and a nonce of 96 seal any text: \(error)")
        }
    }

    /// The text of a value.
    ///
    /// - Throws: ``SealedValueError``.
    public func open(_ sealed: some Collection<UInt8>, at place: SealedPlace) throws(SealedValueError) -> [UInt8] {
        guard let named = Self.key(of: sealed) else { throw .malformed }
        guard named == key else { throw .altered }
        do {
            let box = try AES.GCM.SealedBox(combined: Array(sealed.dropFirst(Self.headerSize)))
            return Array(try AES.GCM.open(box, using: derived, authenticating: place.authenticated))
        } catch {
            throw .altered
        }
    }

    // MARK: Codes

    /// Authentication code of some bytes: the key's id (4 bytes) and HMAC with SHA-256 (32 bytes).
    public func code(of bytes: [UInt8]) -> [UInt8] {
        key.bytes + HMAC<SHA256>.authenticationCode(for: bytes, using: derived)
    }

    /// True if a code is that of these bytes under this key; how long the answer takes tells nothing about where they differ.
    public func isCode(_ code: [UInt8], of bytes: [UInt8]) -> Bool {
        guard code.count == 36, Array(code.prefix(4)) == key.bytes else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(code.dropFirst(4), authenticating: bytes, using: derived)
    }

    /// Id of the key that a code says it was made with; nil if it is no code.
    public static func key(ofCode code: [UInt8]) -> KeyID? {
        code.count == 36 ? KeyID(bytes: code) : nil
    }
}

/// A digest that nobody makes who has not the secret: HMAC with SHA-256, in 64 lower-case hexadecimal digits.
public enum KeyedDigest {
    public static func of(_ text: String, secret: [UInt8]) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: secret))
        return hexadecimal(code)
    }

    /// SHA-256 of a text, in 64 lower-case hexadecimal digits, for texts that cannot be guessed.
    public static func plain(_ text: String) -> String { hexadecimal(SHA256.hash(data: Array(text.utf8))) }

    /// 256 random bits, in 64 lower-case hexadecimal digits.
    public static func newText() -> String { hexadecimal(newSecret()) }

    /// 256 random bits.
    public static func newSecret() -> [UInt8] { SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) } }
}

func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
