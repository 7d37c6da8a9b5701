import Crypto

/// One key of a key file: 256 random bits, from which a key for each purpose is derived.
public struct SealingKey: Sendable {
    public let id: KeyID
    /// The moment it was made, in RFC 3339 (`2026-11-30T11:00:00Z`).
    public let createdAt: String
    let secret: SymmetricKey

    init(secret: SymmetricKey, createdAt: String) {
        self.secret = secret
        self.createdAt = createdAt
        id = KeyID(of: secret)
    }

    /// A new key.
    ///
    /// - Parameter createdAt: The present moment in RFC 3339.
    public static func new(createdAt: String) -> SealingKey {
        SealingKey(secret: SymmetricKey(size: .bits256), createdAt: createdAt)
    }

    /// Key of one purpose, by HKDF with SHA-256 (RFC 5869): what one purpose's key has sealed tells nothing about the others.
    func derived(for purpose: SealingPurpose) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: secret, salt: Array("WorksMap".utf8), info: Array(purpose.rawValue.utf8),
            outputByteCount: 32)
    }
}

/// Purpose that a key is derived for; its name never changes, as what was sealed for it depends on it.
public struct SealingPurpose: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
}
