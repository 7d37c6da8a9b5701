import NIOCore
import NIOPosix
import Synchronization
import Works

/// Threads for work that blocks, and a queue in front of them that has an end.
///
/// A job that finds the queue full, or so long that its time would pass in it, is refused at once; one whose time passes or whose client leaves while it waits is taken out and never
/// run. So a loaded server stays quick for those it serves.
final class WorkerPool: Sendable {
    /// The name in metrics: `tiles`, `features`, `streams`.
    let name: String
    let workers: Int
    /// How many jobs may wait.
    let capacity: Int

    private struct State {
        var waiting: [any WaitingJob] = []
        var running = 0
        var counts = PoolCounts()
        /// How long a job runs of late, in seconds.
        var usualTime = 0.0

        /// Whether a job with so much time left would be done in it, were it to wait at the end of the queue.
        ///
        /// Without this a queue that is served in its order ends up answering only those who have nearly run out of time.
        func isInTime(_ deadline: ContinuousClock.Instant?, workers: Int) -> Bool {
            guard let deadline, running >= workers else { return true }
            let turns = Double(waiting.count) / Double(workers) + 1
            return turns * usualTime <= (deadline - .now).inSeconds
        }
    }

    private let threads: NIOThreadPool
    private let state = Mutex(State())

    init(name: String, workers: Int, capacity: Int) {
        self.name = name
        self.workers = max(workers, 1)
        self.capacity = max(capacity, 0)
        threads = NIOThreadPool(numberOfThreads: self.workers)
        threads.start()
    }

    /// Ends the threads once they have nothing left to do.
    func shutDown() async {
        try? await threads.shutdownGracefully()
    }

    /// How the pool stands now.
    var counts: PoolCounts {
        state.withLock { state in
            var counts = state.counts
            counts.waiting = state.waiting.count
            counts.running = state.running
            return counts
        }
    }

    /// Runs `body` on one of the threads and waits for its result, within the budget.
    ///
    /// - Throws: ``Problem/overloaded`` if there is no room, ``TimeBudgetError`` as soon as the time is spent or the client has left, even
    ///   if `body` is still running then, and whatever `body` throws.
    func run<Result: Sendable>(
        within budget: TimeBudget, for connection: Connection?, _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            submit(within: budget, for: connection, body) { continuation.resume(with: $0) }
        }
    }

    /// Runs `body` on one of the threads; `completion` gets the result, once, on whatever thread has it.
    ///
    /// It fails as ``run(within:for:_:)`` does.
    ///
    /// - Parameter clock: Where the end of the budget is waited for; it costs least on the event loop that asks.
    func submit<Result: Sendable>(
        within budget: TimeBudget, for connection: Connection?,
        clock: any EventLoop = MultiThreadedEventLoopGroup.singleton.any(),
        _ body: @escaping @Sendable () throws -> Result,
        completion: @escaping @Sendable (Swift.Result<Result, any Error>) -> Void
    ) {
        let job = Job(budget: budget, body: body, completion: completion)
        let alarm = budget.deadline.map { deadline in
            Alarm.schedule(at: deadline, on: clock) { [self] in abandon(job, because: .deadlineExceeded) }
        }
        connection?.onLeave { [self] in
            budget.cancel()
            abandon(job, because: .cancelled)
        }
        job.watch(alarm, connection)
        do { try enqueue(job) } catch { job.finish(.failure(error)) }
    }

    /// Runs `body` on one of the threads without waiting for it, as streams are run; `body` must look at its budget itself.
    ///
    /// - Throws: ``Problem/overloaded`` if there is no room.
    func start(within budget: TimeBudget, _ body: @escaping @Sendable () -> Void) throws {
        try enqueue(Job(budget: budget, body: { body() }, completion: { _ in }))
    }

    private func enqueue(_ job: any WaitingJob) throws {
        let admitted = state.withLock { state in
            guard state.running + state.waiting.count < workers + capacity,
                state.isInTime(job.deadline, workers: workers)
            else {
                state.counts.shed += 1
                return false
            }
            state.waiting.append(job)
            return true
        }
        guard admitted else { throw Problem.overloaded }
        threads.submit { [self] how in
            if how == .active { runNext() }
        }
    }

    private func runNext() {
        let next = state.withLock { state -> (any WaitingJob)? in
            guard !state.waiting.isEmpty else { return nil }
            state.running += 1
            return state.waiting.removeFirst()
        }
        guard let next else { return }
        let start = ContinuousClock.now
        next.run()
        let time = (ContinuousClock.now - start).inSeconds
        state.withLock { state in
            state.running -= 1
            // Streams have no deadline: they take as long as their clients read, which says nothing about the work.
            if next.deadline != nil { state.usualTime += (time - state.usualTime) / 8 }
        }
    }

    private func abandon(_ job: any WaitingJob, because reason: TimeBudgetError) {
        state.withLock { state in
            let before = state.waiting.count
            state.waiting.removeAll { $0 === job }
            if state.waiting.count < before { state.counts.dropped += 1 }
        }
        job.fail(reason)
    }
}

/// How a pool stands and what it has refused.
struct PoolCounts: Hashable, Sendable {
    var waiting = 0
    var running = 0
    /// Jobs refused because the queue was full.
    var shed = 0
    /// Jobs taken out of the queue because nobody wanted them any more.
    var dropped = 0
}

/// A call on the event loops at a moment to come.
struct Alarm {
    private let scheduled: Scheduled<Void>

    static func schedule(
        at deadline: ContinuousClock.Instant, on loop: any EventLoop = MultiThreadedEventLoopGroup.singleton.any(),
        _ body: @escaping @Sendable () -> Void
    ) -> Alarm {
        Alarm(scheduled: loop.scheduleTask(in: TimeAmount(max(deadline - .now, .zero)), body))
    }

    func cancel() { scheduled.cancel() }
}

// MARK: - Jobs

private protocol WaitingJob: AnyObject, Sendable {
    /// When the job's time is spent.
    var deadline: ContinuousClock.Instant? { get }
    func run()
    func fail(_ reason: TimeBudgetError)
}

/// A piece of work whose result somebody waits for; the first outcome counts.
private final class Job<Result: Sendable>: WaitingJob {
    private struct Waiting {
        var completion: (@Sendable (Swift.Result<Result, any Error>) -> Void)?
        var alarm: Alarm?
        var connection: Connection?
    }

    private let budget: TimeBudget
    private let body: @Sendable () throws -> Result
    private let waiting: Mutex<Waiting>

    init(
        budget: TimeBudget, body: @escaping @Sendable () throws -> Result,
        completion: @escaping @Sendable (Swift.Result<Result, any Error>) -> Void
    ) {
        self.budget = budget
        self.body = body
        waiting = Mutex(Waiting(completion: completion))
    }

    var deadline: ContinuousClock.Instant? { budget.deadline }

    /// Waits until `deadline` on behalf of the job, and from `connection` hears that nobody wants the result, until there is one.
    func watch(_ alarm: Alarm?, _ connection: Connection?) {
        let isOver = waiting.withLock { waiting in
            guard waiting.completion != nil else { return true }
            waiting.alarm = alarm
            waiting.connection = connection
            return false
        }
        if isOver {
            alarm?.cancel()
            connection?.stay()
        }
    }

    func run() {
        if let verdict = budget.verdict {
            finish(.failure(verdict))
        } else {
            finish(Swift.Result { try body() })
        }
    }

    func fail(_ reason: TimeBudgetError) { finish(.failure(reason)) }

    func finish(_ outcome: Swift.Result<Result, any Error>) {
        let ended = waiting.withLock { waiting in
            defer { waiting = Waiting() }
            return waiting
        }
        guard let completion = ended.completion else { return }
        ended.alarm?.cancel()
        ended.connection?.stay()
        completion(outcome)
    }
}
