import Synchronization

/// The keys of a key file, the newest last, with what was derived from them.
///
/// A class, because all who use the keys share what was derived.
public final class KeyRing: Sendable {
    public let keys: [SealingKey]
    private let derived = Mutex<[Use: Sealer]>([:])

    private struct Use: Hashable {
        let key: KeyID
        let purpose: SealingPurpose
    }

    public init(_ keys: [SealingKey]) { self.keys = keys }

    /// The key that seals what is new; nil if there is none.
    public var newest: SealingKey? { keys.last }

    public func contains(_ id: KeyID) -> Bool { keys.contains { $0.id == id } }

    /// Seals and opens for one purpose with one key; nil if the ring does not have it.
    public func sealer(_ purpose: SealingPurpose, with id: KeyID) -> Sealer? {
        let use = Use(key: id, purpose: purpose)
        return derived.withLock { derived in
            if let known = derived[use] { return known }
            guard let key = keys.first(where: { $0.id == id }) else { return nil }
            let sealer = Sealer(key, purpose)
            derived[use] = sealer
            return sealer
        }
    }
}
