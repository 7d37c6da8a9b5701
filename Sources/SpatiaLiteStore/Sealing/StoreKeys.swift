import Sealing
import Synchronization
import Works

/// The keys of a store, read from their file and read anew when it has changed.
///
/// A class, because all connections of a store share it.
final class StoreKeys: Sendable {
    let file: KeyFile

    private struct State {
        var ring: KeyRing?
        /// Reason why there is no ring.
        var problem: KeyFileError?
        /// State of the file when it was read; nil if it was not there.
        var stamp: KeyFile.Stamp?
        var isRead = false
    }

    private let state = Mutex(State())

    init(path: String) { file = KeyFile(path: path) }

    /// The keys that were read last; nil if the file cannot be used.
    var ring: KeyRing? {
        state.withLock { state in
            if !state.isRead { read(&state) }
            return state.ring
        }
    }

    /// Reason why there are no keys; nil if there are.
    var problem: KeyFileError? {
        _ = ring
        return state.withLock { $0.problem }
    }

    /// Seals and opens for a purpose with a key; nil if the file does not have it.
    func sealer(_ purpose: SealingPurpose, with id: KeyID) -> Sealer? {
        if let known = ring?.sealer(purpose, with: id) { return known }
        return refreshed()?.sealer(purpose, with: id)
    }

    /// The keys of the file as it is now. What was read before stays good if the file cannot be used any more.
    @discardableResult
    func refreshed() -> KeyRing? {
        state.withLock { state in
            if !state.isRead || file.stamp != state.stamp { read(&state) }
            return state.ring
        }
    }

    private func read(_ state: inout State) {
        state.stamp = file.stamp
        state.isRead = true
        do {
            state.ring = KeyRing(try file.read())
            state.problem = nil
        } catch {
            if state.ring == nil { state.problem = error }
        }
    }

    /// The newest key of the file; a new one, in a new file, if there is no file.
    ///
    /// The file is on the disk when the call returns.
    ///
    /// - Throws: ``StoreError/keyMissing(path:reason:)`` if the file is there and cannot be used, ``StoreError/unwritable(path:reason:)`` if none
    ///   can be made.
    func newestOrNew(at now: Instant, for owner: KeyFile.Owner?) throws -> SealingKey {
        if let newest = refreshed()?.newest { return newest }
        guard case .missing? = problem else { throw missing(nil) }
        do { try file.make(SealingKey.new(createdAt: now.description), for: owner) } catch .exists {
            // Another process was quicker.
        } catch {
            throw StoreError.unwritable(path: file.path, reason: "\(error)")
        }
        guard let newest = refreshed()?.newest else { throw missing(nil) }
        return newest
    }

    /// The error that says which key is not there.
    func missing(_ id: KeyID?) -> StoreError {
        let reason: String
        if let problem {
            reason = "\(problem)"
        } else {
            reason =
                "the key file \(file.path) is of another database, or an old one: "
                + "it has no key \(id.map(\.description) ?? "that this database names")"
        }
        return .keyMissing(path: file.path, reason: reason)
    }
}
