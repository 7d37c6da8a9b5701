package import NIOCore
import Synchronization
package import TimeBudgets

/// Makes a body batch by batch ahead of its client, and holds no thread while the client reads.
///
/// Batches are made on a pool's threads until the pipe is full. Then the thread goes back to the pool, and a further
/// turn is asked for when the client has taken half. So memory stays flat however slowly a client reads, and slow
/// clients keep nobody else waiting.
///
/// The time budget counts the wait for the first turn and what the making takes. While the client reads, and while a
/// further turn is waited for, it rests.
package final class BatchPipe: Sendable {
    /// Makes the next batch of about so many octets; nil at the end. It is called by one thread at a time.
    package typealias Source = @Sendable (_ octets: Int, _ budget: TimeBudget) throws -> ByteBuffer?

    /// Octets that the pipe may hold: the least, for slow clients, and the most.
    static let capacities = 128 << 10...2 << 20
    /// Below a power of two, to which buffers are rounded up, by more than the feature with which a batch ends.
    private static let largestBatch = 15 << 16
    /// A client that takes half of the pipe sooner is quick, and one that needs longer is slow.
    private static let quick = Duration.milliseconds(100)
    private static let slow = Duration.seconds(1)
    /// The longest turn on a thread, after which others have theirs.
    private static let turn = Duration.milliseconds(50)

    private struct State {
        var batches: [ByteBuffer] = []
        var buffered = 0
        var capacity = BatchPipe.capacities.lowerBound
        var end: Result<Void, any Error>?
        var reader: CheckedContinuation<Void, Never>?
        /// True while a turn is waited for or taken.
        var isMaking = true
        /// When the pipe became full.
        var filled = ContinuousClock.now
        /// Time left for the making; nil before the first turn.
        var allowance: Duration?
        /// Budget of the batch that is being made.
        var budget = TimeBudget.unlimited

        mutating func takeReader() -> CheckedContinuation<Void, Never>? {
            defer { reader = nil }
            return reader
        }

        mutating func finish(_ result: Result<Void, any Error>) {
            if end == nil { end = result }
        }

        /// Takes the next batch out; true if a turn must be asked for.
        mutating func takeBatch(sharing room: StreamRoom) -> (batch: ByteBuffer, mustMake: Bool) {
            let batch = batches.removeFirst()
            buffered -= batch.readableBytes
            guard !isMaking, end == nil, buffered <= capacity / 2 else { return (batch, false) }
            isMaking = true
            let time = ContinuousClock.now - filled
            if time < BatchPipe.quick {
                let larger = min(capacity * 2, BatchPipe.capacities.upperBound)
                if room.take(larger - capacity) { capacity = larger }
            } else if time > BatchPipe.slow {
                let smaller = max(capacity / 2, BatchPipe.capacities.lowerBound)
                room.giveBack(capacity - smaller)
                capacity = smaller
            }
            return (batch, true)
        }
    }

    private let pool: WorkerPool
    private let client: ClientAddress
    private let deadline: ContinuousClock.Instant
    private let source: Source
    private let room: StreamRoom
    private let state = Mutex(State())

    /// - Parameters:
    ///   - room: Where capacity beyond the least is taken from.
    ///   - deadline: When the time is spent, were the server to work on without a rest.
    init(
        pool: WorkerPool, sharing room: StreamRoom, until deadline: ContinuousClock.Instant, of client: ClientAddress,
        _ source: @escaping Source
    ) {
        self.pool = pool
        self.room = room
        self.client = client
        self.deadline = deadline
        self.source = source
    }

    deinit { room.giveBack(state.withLock { $0.capacity } - Self.capacities.lowerBound) }

    /// Asks for the first turn; if there is no room for it, ``next()`` says so.
    func start() {
        pool.submit(within: TimeBudget(until: deadline), for: nil, of: client) {
            self.make()
        } completion: { outcome in
            if case .failure(let error) = outcome { self.finish(.failure(error)) }
        }
    }

    /// Asks for a further turn.
    private func resume() {
        pool.resume(of: client) {
            self.make()
        } onFailure: {
            self.finish(.failure($0))
        }
    }

    // MARK: Making

    /// Makes batches until the pipe is full, the body ends or the turn is over.
    private func make() {
        let end = ContinuousClock.now + Self.turn
        while makeBatch() {
            guard ContinuousClock.now < end else {
                resume()
                return
            }
        }
    }

    /// Makes one batch; false if no further one is wanted for now.
    private func makeBatch() -> Bool {
        let started = ContinuousClock.now
        let order = state.withLock { state -> (octets: Int, budget: TimeBudget)? in
            guard state.end == nil else { return nil }
            let allowance = state.allowance ?? deadline - started
            state.allowance = allowance
            state.budget = TimeBudget(until: started + allowance)
            let wanted = max(state.capacity - state.buffered, Self.capacities.lowerBound / 2)
            return (min(wanted, Self.largestBatch), state.budget)
        }
        guard let order else { return false }
        let made = Result { try source(order.octets, order.budget) }
        let (goesOn, reader) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
            let now = ContinuousClock.now
            state.allowance? -= now - started
            switch made {
            case .success(let batch?):
                if state.end == nil, batch.readableBytes > 0 {
                    state.batches.append(batch)
                    state.buffered += batch.readableBytes
                }
            case .success(nil): state.finish(.success(()))
            case .failure(let error): state.finish(.failure(error))
            }
            let goesOn = state.end == nil && state.buffered < state.capacity
            if !goesOn {
                state.isMaking = false
                state.filled = now
            }
            return (goesOn, state.batches.isEmpty && state.end == nil ? nil : state.takeReader())
        }
        reader?.resume()
        return goesOn
    }

    private func finish(_ end: Result<Void, any Error>) {
        let (reader, budget) = state.withLock { state -> (CheckedContinuation<Void, Never>?, TimeBudget) in
            state.finish(end)
            return (state.takeReader(), state.budget)
        }
        budget.cancel()
        reader?.resume()
    }

    // MARK: Sending

    /// The next batch, or nil at the end.
    ///
    /// - Throws: What the making throws, ``TimeBudgetError`` when its time is spent.
    func next() async throws -> ByteBuffer? {
        while true {
            let (step, mustMake) = state.withLock { state -> (Result<ByteBuffer?, any Error>?, Bool) in
                // Batches made before a failure are not worth sending: the body will be aborted.
                if case .failure(let error)? = state.end { return (.failure(error), false) }
                if !state.batches.isEmpty {
                    let (batch, mustMake) = state.takeBatch(sharing: room)
                    return (.success(batch), mustMake)
                }
                return (state.end.map { _ in .success(nil) }, false)
            }
            if mustMake { resume() }
            if let step { return try step.get() }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard state.batches.isEmpty, state.end == nil else { return true }
                    state.reader = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }

    /// Stops the making: nobody reads on.
    func cancel() { finish(.failure(TimeBudgetError.cancelled)) }
}
