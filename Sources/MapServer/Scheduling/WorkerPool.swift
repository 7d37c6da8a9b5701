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
        var running: [any WaitingJob] = []
        /// The workers that have nothing to do; the last is the one that had something most recently.
        var idle: [NIOThreadPool]
        var counts = PoolCounts()
        /// How long a job runs of late, in seconds.
        var usualTime = 0.0
        /// When the pool looks for jobs whose time is spent.
        var nextLook: ContinuousClock.Instant?

        /// Whether a job with so much time left would be done in it, were it to wait at the end of the queue.
        ///
        /// Without this a queue that is served in its order ends up answering only those who have nearly run out of time.
        func isInTime(_ deadline: ContinuousClock.Instant?, workers: Int) -> Bool {
            guard let deadline, running.count >= workers else { return true }
            let turns = Double(waiting.count) / Double(workers) + 1
            return turns * usualTime <= (deadline - .now).inSeconds
        }

        /// Sees to it that the pool looks for spent jobs at `deadline`; whether it has to be woken for that.
        mutating func look(at deadline: ContinuousClock.Instant?) -> Bool {
            guard let deadline, nextLook.map({ deadline < $0 }) ?? true else { return false }
            nextLook = deadline
            return true
        }
    }

    /// One thread each, so that the pool says which of them is woken: the one whose stack and tables are still in the processor's caches.
    private let threads: [NIOThreadPool]
    private let state: Mutex<State>

    init(name: String, workers: Int, capacity: Int) {
        self.name = name
        self.workers = max(workers, 1)
        self.capacity = max(capacity, 0)
        threads = (0..<self.workers).map { _ in NIOThreadPool(numberOfThreads: 1) }
        for thread in threads { thread.start() }
        state = Mutex(State(idle: threads))
    }

    /// Ends the threads once they have nothing left to do.
    func shutDown() async {
        for thread in threads { try? await thread.shutdownGracefully() }
    }

    /// How the pool stands now.
    var counts: PoolCounts {
        state.withLock { state in
            var counts = state.counts
            counts.waiting = state.waiting.count
            counts.running = state.running.count
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
    func submit<Result: Sendable>(
        within budget: TimeBudget, for connection: Connection?, _ body: @escaping @Sendable () throws -> Result,
        completion: @escaping @Sendable (Swift.Result<Result, any Error>) -> Void
    ) {
        let job = Job(budget: budget, connection: connection, body: body, completion: completion)
        connection?.onLeave { [self] in
            budget.cancel()
            abandon(job)
        }
        do { try enqueue(job) } catch { job.finish(.failure(error)) }
    }

    /// Runs `body` on one of the threads without waiting for it, as streams are run; `body` must look at its budget itself.
    ///
    /// - Throws: ``Problem/overloaded`` if there is no room.
    func start(within budget: TimeBudget, _ body: @escaping @Sendable () -> Void) throws {
        try enqueue(Job(budget: budget, connection: nil, body: { body() }, completion: { _ in }))
    }

    private func enqueue(_ job: any WaitingJob) throws {
        let (isAdmitted, worker, look) = state.withLock { state -> (Bool, NIOThreadPool?, Bool) in
            guard state.running.count + state.waiting.count < workers + capacity,
                state.isInTime(job.deadline, workers: workers)
            else {
                state.counts.shed += 1
                return (false, nil, false)
            }
            state.waiting.append(job)
            return (true, state.idle.popLast(), state.look(at: job.deadline))
        }
        guard isAdmitted else { throw Problem.overloaded }
        if look, let deadline = job.deadline { wake(at: deadline) }
        guard let worker else { return }
        worker.submit { [self] how in
            if how == .active { runJobs(on: worker) }
        }
    }

    /// Runs what waits, on the worker's thread, until nothing does.
    private func runJobs(on worker: NIOThreadPool) {
        while let job = next(for: worker) {
            let start = ContinuousClock.now
            job.run()
            let time = (ContinuousClock.now - start).inSeconds
            state.withLock { state in
                state.running.removeAll { $0 === job }
                // Streams have no deadline: they take as long as their clients read, which says nothing about the work.
                if job.deadline != nil { state.usualTime += (time - state.usualTime) / 8 }
            }
        }
    }

    private func next(for worker: NIOThreadPool) -> (any WaitingJob)? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.idle.append(worker)
                return nil
            }
            let job = state.waiting.removeFirst()
            state.running.append(job)
            return job
        }
    }

    // MARK: Giving up

    /// Looks for spent jobs at a moment to come. One look is ahead for all jobs, as nearly all of them end long before their time is spent.
    private func wake(at deadline: ContinuousClock.Instant) {
        Alarm.schedule(at: deadline) { [weak self] in self?.giveUpSpentJobs(lookedFor: deadline) }
    }

    private func giveUpSpentJobs(lookedFor deadline: ContinuousClock.Instant) {
        let now = max(ContinuousClock.now, deadline)
        let (spent, next) = state.withLock { state -> ([any WaitingJob], ContinuousClock.Instant?) in
            func isSpent(_ job: any WaitingJob) -> Bool { job.deadline.map { $0 <= now } ?? false }
            let spent = (state.waiting + state.running).filter(isSpent)
            let before = state.waiting.count
            state.waiting.removeAll(where: isSpent)
            state.counts.dropped += before - state.waiting.count
            if let look = state.nextLook, look <= now { state.nextLook = nil }
            let next = (state.waiting + state.running).compactMap(\.deadline).filter { $0 > now }.min()
            return (spent, state.look(at: next) ? next : nil)
        }
        if let next { wake(at: next) }
        for job in spent { job.fail(.deadlineExceeded) }
    }

    /// Its client left.
    private func abandon(_ job: any WaitingJob) {
        state.withLock { state in
            let before = state.waiting.count
            state.waiting.removeAll { $0 === job }
            if state.waiting.count < before { state.counts.dropped += 1 }
        }
        job.fail(.cancelled)
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

    @discardableResult
    static func schedule(at deadline: ContinuousClock.Instant, _ body: @escaping @Sendable () -> Void) -> Alarm {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        return Alarm(scheduled: loop.scheduleTask(in: TimeAmount(max(deadline - .now, .zero)), body))
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
    private let budget: TimeBudget
    private let connection: Connection?
    private let body: @Sendable () throws -> Result
    private let completion: Mutex<(@Sendable (Swift.Result<Result, any Error>) -> Void)?>

    /// - Parameter connection: Whose client waits; it forgets the job when there is a result.
    init(
        budget: TimeBudget, connection: Connection?, body: @escaping @Sendable () throws -> Result,
        completion: @escaping @Sendable (Swift.Result<Result, any Error>) -> Void
    ) {
        self.budget = budget
        self.connection = connection
        self.body = body
        self.completion = Mutex(completion)
    }

    var deadline: ContinuousClock.Instant? { budget.deadline }

    func run() {
        if let verdict = budget.verdict {
            finish(.failure(verdict))
        } else {
            finish(Swift.Result { try body() })
        }
    }

    func fail(_ reason: TimeBudgetError) { finish(.failure(reason)) }

    func finish(_ outcome: Swift.Result<Result, any Error>) {
        let completion = completion.withLock { completion in
            defer { completion = nil }
            return completion
        }
        guard let completion else { return }
        connection?.stay()
        completion(outcome)
    }
}
