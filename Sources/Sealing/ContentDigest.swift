import Crypto

/// SHA-256 of bytes that come piece by piece.
public struct ContentDigest: Sendable {
    private var hash = SHA256()

    public init() {}

    public mutating func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

    public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { hash.update(bufferPointer: $0) } }

    /// 32 bytes.
    public func bytes() -> [UInt8] { Array(hash.finalize()) }

    /// 64 lower-case hexadecimal digits.
    public func hex() -> String { hexadecimal(hash.finalize()) }

    public static func hex(of bytes: [UInt8]) -> String {
        var digest = ContentDigest()
        digest.update(bytes)
        return digest.hex()
    }
}

/// Seals the records of one file with a key made for it: AES-256 in Galois/counter mode, each record at its position.
public struct RecordCipher: Sendable {
    private let key: SymmetricKey

    /// - Parameter secret: 32 random bytes.
    public init(secret: [UInt8]) { key = SymmetricKey(data: secret) }

    public func seal(_ plain: [UInt8], position: UInt64) -> [UInt8] {
        do { return Array(try AES.GCM.seal(plain, using: key, authenticating: Self.bytes(position)).combined!) } catch {
            preconditionFailure("a key of 256 bits seals any record: \(error)")
        }
    }

    /// - Throws: ``SealedValueError/altered`` if the record was changed or moved.
    public func open(_ sealed: [UInt8], position: UInt64) throws(SealedValueError) -> [UInt8] {
        do {
            let box = try AES.GCM.SealedBox(combined: sealed)
            return Array(try AES.GCM.open(box, using: key, authenticating: Self.bytes(position)))
        } catch {
            throw .altered
        }
    }

    private static func bytes(_ position: UInt64) -> [UInt8] {
        withUnsafeBytes(of: position.littleEndian) { Array($0) }
    }
}
