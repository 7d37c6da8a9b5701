import Dispatch
package import NIOCore
import Synchronization
package import TimeBudgets

/// Carries the pieces of a body from the thread that makes them to the task that sends them, a few at a time: whoever makes waits for
/// whoever sends, so memory stays flat however slowly a client reads.
///
/// The time budget counts what the server takes. While the pipe is full the server waits for the client, whose slowness the connection's
/// own limits end, and the budget rests.
package final class ChunkPipe: Sendable {
    /// Pieces that may lie in the pipe.
    package static let depth = 3

    private struct State {
        var chunks: [ByteBuffer] = []
        var end: Result<Void, any Error>?
        var reader: CheckedContinuation<Void, Never>?
        /// When the time of the server is spent, were it to go on working.
        var deadline: ContinuousClock.Instant
        var alarm: Alarm?

        mutating func takeReader() -> CheckedContinuation<Void, Never>? {
            defer { reader = nil }
            return reader
        }
    }

    /// Cancelled when the work is to stop, for whatever reason.
    package let budget = TimeBudget.unlimited

    /// Room in the pipe. It starts empty and is filled by hand: a semaphore must not end below the value that it was made with.
    private let room = DispatchSemaphore(value: 0)
    private let state: Mutex<State>

    /// - Parameter deadline: When the server's time is spent.
    package init(until deadline: ContinuousClock.Instant) {
        state = Mutex(State(deadline: deadline))
        for _ in 0..<Self.depth { room.signal() }
        wind()
    }

    // MARK: Making

    /// Puts a piece into the pipe, and waits while it is full.
    ///
    /// - Throws: ``TimeBudgetError`` if nobody wants more.
    package func write(_ chunk: ByteBuffer) throws {
        if room.wait(timeout: .now()) == .timedOut {
            let since = ContinuousClock.now
            unwind()
            room.wait()
            state.withLock { $0.deadline += ContinuousClock.now - since }
            wind()
        }
        try budget.check()
        let reader = state.withLock { state in
            state.chunks.append(chunk)
            return state.takeReader()
        }
        reader?.resume()
    }

    /// Ends the body, cleanly or with the reason why there is no more; only the first end counts.
    package func finish(_ end: Result<Void, any Error>) {
        let reader = state.withLock { state in
            if state.end == nil { state.end = end }
            return state.takeReader()
        }
        unwind()
        reader?.resume()
    }

    // MARK: Sending

    /// The next piece, or nil at the end.
    package func next() async throws -> ByteBuffer? {
        while true {
            let step = state.withLock { state -> Result<ByteBuffer?, any Error>? in
                // Pieces made before a failure are not worth sending: the body will be aborted.
                if case .failure(let error)? = state.end { return .failure(error) }
                if !state.chunks.isEmpty { return .success(state.chunks.removeFirst()) }
                return state.end.map { _ in .success(nil) }
            }
            if let step {
                if case .success(.some) = step { room.signal() }
                return try step.get()
            }
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state in
                    guard state.chunks.isEmpty, state.end == nil else { return true }
                    state.reader = continuation
                    return false
                }
                if ready { continuation.resume() }
            }
        }
    }

    /// Stops the making: nobody reads on.
    package func cancel(because reason: TimeBudgetError = .cancelled) {
        budget.cancel()
        finish(.failure(reason))
        room.signal()
    }

    // MARK: The clock

    private func wind() {
        let deadline = state.withLock { $0.deadline }
        let alarm = Alarm.schedule(at: deadline) { [weak self] in self?.cancel(because: .deadlineExceeded) }
        let superfluous = state.withLock { state -> Alarm? in
            guard state.end == nil else { return alarm }
            defer { state.alarm = alarm }
            return state.alarm
        }
        superfluous?.cancel()
    }

    private func unwind() {
        let alarm = state.withLock { state in
            defer { state.alarm = nil }
            return state.alarm
        }
        alarm?.cancel()
    }
}
