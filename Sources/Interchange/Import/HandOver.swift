import Dispatch
import Synchronization

/// Hands batches from one thread to another, a few at a time, so that a fast reader cannot fill the memory in front of a slow writer.
///
/// A class, because both threads hold the same one.
final class HandOver<Batch: Sendable, End: Sendable>: Sendable {
    private struct State {
        var batches: [Batch] = []
        var end: Result<End, any Error>?
        var isAbandoned = false
        /// Batches that ``waitForReadAhead()`` still waits for.
        var missing: Int
    }

    private let state: Mutex<State>
    private let free: DispatchSemaphore
    private let filled = DispatchSemaphore(value: 0)
    private let isReadAhead = DispatchSemaphore(value: 0)

    /// - Parameter readAhead: How many batches ``waitForReadAhead()`` waits for, at most `capacity`.
    init(capacity: Int, readAhead: Int = 1) {
        state = Mutex(State(missing: min(readAhead, capacity)))
        // The count may not be lower at the end than it was at the start.
        free = DispatchSemaphore(value: 0)
        for _ in 0..<capacity { free.signal() }
    }

    /// Waits for room; false if nobody wants more.
    func put(_ batch: Batch) -> Bool {
        free.wait()
        let (isWanted, isReady) = state.withLock { state -> (Bool, Bool) in
            guard !state.isAbandoned else { return (false, false) }
            state.batches.append(batch)
            state.missing -= 1
            return (true, state.missing == 0)
        }
        if isReady { isReadAhead.signal() }
        guard isWanted else {
            // Whoever tries once more must not wait for ever.
            free.signal()
            return false
        }
        filled.signal()
        return true
    }

    /// Says that nothing more will come: what is to be known at the end, or why it is none.
    func finish(_ result: Result<End, any Error>) {
        let isReady = state.withLock { state -> Bool in
            state.end = result
            defer { state.missing = 0 }
            return state.missing > 0
        }
        if isReady { isReadAhead.signal() }
        filled.signal()
    }

    /// Waits until as many batches are there as shall be read ahead, or all of them. It is called once, before the first ``take()``.
    func waitForReadAhead() { isReadAhead.wait() }

    enum Next {
        case batch(Batch)
        case end(End)
    }

    /// Waits for the next batch or the end.
    func take() throws -> Next {
        filled.wait()
        let next: Result<Next, any Error> = state.withLock { state in
            if !state.batches.isEmpty { return .success(.batch(state.batches.removeFirst())) }
            // The semaphore counts batches and one end, so there is one of the two.
            return state.end!.map { .end($0) }
        }
        free.signal()
        return try next.get()
    }

    /// Says that no more batches are wanted.
    func abandon() {
        state.withLock { state in
            state.isAbandoned = true
            state.batches = []
        }
        free.signal()
    }
}
