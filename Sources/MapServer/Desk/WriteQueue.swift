import Dispatch
import HTTPEdge
import Synchronization
import TimeBudgets
import Works

/// Writes of many requests in one transaction: while one commit waits for the disk, the next ones gather.
///
/// A write stays in the queue until the database's write lock is there. If its time passes before, it is taken out and
/// never run, so a request that was answered with a refusal has changed nothing. Each write is a savepoint of its own,
/// so that one that fails takes nothing of the others with it.
///
/// A class, because requests and the writing thread share it.
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
    /// - Throws: What `body` throws, ``Problem/overloaded`` if too many wait, ``Problem/writeDeadlineExceeded`` if the
    ///   time passes before the writing begins, and what the store throws if the commit failed. Nothing was written
    ///   then.
    func write<Result: Sendable>(
        until deadline: ContinuousClock.Instant, _ body: @escaping @Sendable (any DeskTransaction) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let write = Write(deadline: deadline, body: body, continuation: continuation)
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
            write.setAlarm(Alarm.schedule(at: deadline) { [weak self] in self?.giveUp(write) })
            if mustStart { thread.async { self.drain() } }
        }
    }

    /// Takes a write out whose time is spent, unless the writing has begun.
    private func giveUp(_ write: any QueuedWrite) {
        let wasWaiting = state.withLock { state in
            guard let index = state.waiting.firstIndex(where: { $0 === write }) else { return false }
            state.waiting.remove(at: index)
            return true
        }
        if wasWaiting { write.finish(Problem.writeDeadlineExceeded) }
    }

    /// The next writes to be run; those whose time is spent are left to their alarms.
    private func takeBatch() -> [any QueuedWrite] {
        state.withLock { state in
            let batch = Array(state.waiting.prefix(Self.batch))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }

    private func drain() {
        while let latest = latestDeadline() {
            var batch: [any QueuedWrite] = []
            do {
                try store.writeDesk(within: TimeBudget(until: latest)) { transaction in
                    batch = takeBatch()
                    for write in batch { write.perform(in: transaction) }
                }
                for write in batch { write.finish(nil) }
            } catch StoreError.locked(_) where batch.isEmpty {
                // By now those that waited have given up, or have their alarms ahead; later ones have time left.
                continue
            } catch {
                if batch.isEmpty { batch = takeBatch() }
                for write in batch { write.finish(error) }
            }
        }
    }

    /// The latest moment at which somebody still waits; nil, and the draining is over, if nobody does.
    private func latestDeadline() -> ContinuousClock.Instant? {
        state.withLock { state in
            let latest = state.waiting.lazy.map { $0.deadline }.max()
            if latest == nil { state.isDraining = false }
            return latest
        }
    }
}

private protocol QueuedWrite: AnyObject, Sendable {
    var deadline: ContinuousClock.Instant { get }
    func perform(in transaction: any DeskTransaction)
    /// Tells whoever waits how it went; with an error if nothing was written.
    func finish(_ error: (any Error)?)
}

private final class Write<Result: Sendable>: QueuedWrite {
    let deadline: ContinuousClock.Instant
    private let body: @Sendable (any DeskTransaction) throws -> Result
    private let continuation: CheckedContinuation<Result, any Error>

    private struct Course {
        var outcome: Swift.Result<Result, any Error>?
        var alarm: Alarm?
        var isOver = false
    }

    private let course = Mutex(Course())

    init(
        deadline: ContinuousClock.Instant, body: @escaping @Sendable (any DeskTransaction) throws -> Result,
        continuation: CheckedContinuation<Result, any Error>
    ) {
        self.deadline = deadline
        self.body = body
        self.continuation = continuation
    }

    /// Keeps the alarm so that it can be silenced.
    func setAlarm(_ alarm: Alarm) {
        let isOver = course.withLock { course in
            course.alarm = alarm
            return course.isOver
        }
        if isOver { alarm.cancel() }
    }

    func perform(in transaction: any DeskTransaction) {
        let result = Swift.Result {
            guard ContinuousClock.now < deadline else { throw Problem.writeDeadlineExceeded }
            return try transaction.savepoint { try body(transaction) }
        }
        course.withLock { $0.outcome = result }
    }

    func finish(_ error: (any Error)?) {
        let (outcome, alarm) = course.withLock { course in
            course.isOver = true
            return (course.outcome, course.alarm)
        }
        alarm?.cancel()
        switch (outcome, error) {
        case (.failure(let own)?, _): continuation.resume(throwing: own)
        case (_, let error?): continuation.resume(throwing: error)
        case (let outcome?, nil): continuation.resume(with: outcome)
        case (nil, nil): preconditionFailure("a commit without its writes")
        }
    }
}
