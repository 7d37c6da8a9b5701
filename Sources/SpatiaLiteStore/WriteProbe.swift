import Glibc
import Synchronization
import Works

/// Tries now and then whether the disk of the database takes what is written to it, so that a full disk is known before somebody's report fails.
///
/// The trial is a file of its own beside the database, synced and removed again: a transaction would have to change something.
///
/// A class, because all threads share what was found.
final class WriteProbe: Sendable {
    /// Time between two trials.
    private static let pause = Duration.seconds(2)
    /// Bytes of a trial: what a few commits take.
    private static let size = 256 << 10

    private struct State {
        var next = ContinuousClock.now
        var failure: StoreError?
    }

    private let path: String
    private let state = Mutex(State())

    init(path: String) { self.path = path }

    /// Tries it if it is time.
    func run() {
        let isDue = state.withLock { state in
            guard state.next <= .now else { return false }
            state.next = .now + Self.pause
            return true
        }
        guard isDue else { return }
        var failure: StoreError?
        do {
            let file = try UnfinishedFile(beside: path)
            defer { file.remove() }
            let raw = try RawFile(file.path, O_RDWR)
            try raw.write([UInt8](repeating: 0, count: Self.size), at: 0)
            try raw.synchronize()
        } catch StoreError.unwritable(_, let reason) {
            failure = .unwritable(path: path, reason: reason)
        } catch {}
        state.withLock { $0.failure = failure }
    }

    /// - Throws: `StoreError.unwritable` if the last trial failed.
    func check() throws {
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }
}
