import Synchronization
import Works

/// Tells subscribers about revisions.
///
/// A class, because publishers and subscribers share it.
final class RevisionFeed: Sendable {
    private struct Subscribers {
        var continuations: [Int: AsyncStream<StoreRevision>.Continuation] = [:]
        var next = 0
        var isFinished = false
    }

    private let subscribers = Mutex(Subscribers())

    /// The revisions from now on; whoever is slow gets the newest.
    func subscribe() -> AsyncStream<StoreRevision> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: StoreRevision.self, bufferingPolicy: .bufferingNewest(1))
        let number = subscribers.withLock { subscribers -> Int? in
            guard !subscribers.isFinished else { return nil }
            subscribers.next += 1
            subscribers.continuations[subscribers.next] = continuation
            return subscribers.next
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.subscribers.withLock { $0.continuations.removeValue(forKey: number) }
        }
        return stream
    }

    func publish(_ revision: StoreRevision) {
        for continuation in subscribers.withLock({ Array($0.continuations.values) }) { continuation.yield(revision) }
    }

    /// Ends all streams.
    func finish() {
        let continuations = subscribers.withLock { subscribers in
            subscribers.isFinished = true
            defer { subscribers.continuations = [:] }
            return Array(subscribers.continuations.values)
        }
        for continuation in continuations { continuation.finish() }
    }
}
