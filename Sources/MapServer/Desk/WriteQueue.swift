import Dispatch
import HTTPEdge
import Synchronization
import Works

/// Writes of many requests in one transaction: while one commit waits for the disk, the next ones gather.
///
/// Each write is a savepoint of its own, so that one that fails takes nothing of the others with it. A class, because requests and the
/// writing thread share it.
final class WriteQueue: Sendable {
    /// How many writes go into one transaction at most.
    private static let batch = 512

    private struct State {
        var waiting: [any QueuedWrite] = []
        var isDraining = false
    }

    private let store: any DeskStore
    private let capacity: Int
    private let state = Mutex(State())
    private let thread = DispatchQueue(label: "worksmap.writes")

    init(store: any DeskStore, capacity: Int) {
        self.store = store
        self.capacity = capacity
    }

    /// Runs `body` in a transaction, perhaps with others before and after it, and returns once that is safely on disk.
    ///
    /// - Throws: What `body` throws, ``Problem/overloaded`` if too many wait, and what the store throws if the commit failed.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any DeskTransaction) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let write = Write(body: body, continuation: continuation)
            let (isAdmitted, mustStart) = state.withLock { state in
                guard state.waiting.count < capacity else { return (false, false) }
                state.waiting.append(write)
                defer { state.isDraining = true }
                return (true, !state.isDraining)
            }
            guard isAdmitted else {
                continuation.resume(throwing: Problem.overloaded)
                return
            }
            if mustStart { thread.async { self.drain() } }
        }
    }

    private func drain() {
        while true {
            let batch = state.withLock { state -> [any QueuedWrite] in
                let batch = Array(state.waiting.prefix(Self.batch))
                state.waiting.removeFirst(batch.count)
                if batch.isEmpty { state.isDraining = false }
                return batch
            }
            guard !batch.isEmpty else { return }
            do {
                try store.writeDesk { transaction in
                    for write in batch { write.perform(in: transaction) }
                }
                for write in batch { write.finish(nil) }
            } catch {
                for write in batch { write.finish(error) }
            }
        }
    }
}

private protocol QueuedWrite: Sendable {
    func perform(in transaction: any DeskTransaction)
    /// Tells whoever waits how it went; with an error if the commit failed.
    func finish(_ error: (any Error)?)
}

private final class Write<Result: Sendable>: QueuedWrite {
    private let body: @Sendable (any DeskTransaction) throws -> Result
    private let continuation: CheckedContinuation<Result, any Error>
    private let outcome = Mutex<Swift.Result<Result, any Error>?>(nil)

    init(
        body: @escaping @Sendable (any DeskTransaction) throws -> Result,
        continuation: CheckedContinuation<Result, any Error>
    ) {
        self.body = body
        self.continuation = continuation
    }

    func perform(in transaction: any DeskTransaction) {
        let result = Swift.Result { try transaction.savepoint { try body(transaction) } }
        outcome.withLock { $0 = result }
    }

    func finish(_ error: (any Error)?) {
        let result = outcome.withLock { $0 }
        switch (result, error) {
        case (.failure(let own)?, _): continuation.resume(throwing: own)
        case (_, let error?): continuation.resume(throwing: error)
        case (let result?, nil): continuation.resume(with: result)
        case (nil, nil): preconditionFailure("a commit without its writes")
        }
    }
}
