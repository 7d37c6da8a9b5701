import Glibc
import NIOCore
import NIOPosix
import Synchronization
package import TimeBudgets

/// Threads for work that blocks, with a bounded queue that is shared fairly between clients.
///
/// A job is refused at once if the queue is full, or so long that the job's time would pass in it. A job whose time passes or whose client leaves
/// while it waits is removed and never run. So a loaded server stays quick for those it serves. See ``FairQueue`` for the order.
package final class WorkerPool: Sendable {
    /// Name in metrics, such as `tiles`.
    package let name: String
    package let workers: Int
    /// Jobs that may wait.
    package let capacity: Int
    /// Workers that only clients with little recent usage may take.
    private let reserve: Int

    private struct State {
        var waiting = FairQueue<any WaitingJob>()
        var running: [any WaitingJob] = []
        /// Threads with nothing to do; the last one was busy most recently.
        var idle: [NIOThreadPool]
        var counts = PoolCounts()
        /// Moving average of a job's run time, in seconds.
        var usualTime = 0.0
        /// Time of the next check for jobs whose time is spent.
        var nextCheck: ContinuousClock.Instant?

        /// True if a job queued now would finish before its deadline.
        ///
        /// Without this a queue ends up answering only those who have nearly run out of time.
        func isInTime(_ job: any WaitingJob, workers: Int) -> Bool {
            guard let deadline = job.deadline, running.count >= workers else { return true }
            let turns = Double(waiting.jobsAhead(of: job.client)) / Double(workers) + 1
            return turns * usualTime <= (deadline - .now).inSeconds
        }

        /// Plans a check at `deadline`. Returns true if a timer has to be set for it.
        mutating func planCheck(at deadline: ContinuousClock.Instant?) -> Bool {
            guard let deadline, nextCheck.map({ deadline < $0 }) ?? true else { return false }
            nextCheck = deadline
            return true
        }
    }

    /// One thread each, so that the pool chooses which is woken: the one whose stack and tables are still in the processor's caches.
    private let threads: [NIOThreadPool]
    private let state: Mutex<State>

    /// - Parameters:
    ///   - reserve: Workers, fewer than `workers`, that only clients with little recent usage may take.
    ///   - niceness: Added to the threads' nice value (0…19): work that may wait gives way to other threads on the processor.
    package init(name: String, workers: Int, capacity: Int, reserve: Int = 0, niceness: Int32 = 0) {
        self.name = name
        self.workers = max(workers, 1)
        self.capacity = max(capacity, 0)
        self.reserve = min(max(reserve, 0), self.workers - 1)
        threads = (0..<self.workers).map { _ in NIOThreadPool(numberOfThreads: 1) }
        for thread in threads {
            thread.start()
            // On Linux the nice value belongs to the thread; 0 is the calling one.
            if niceness > 0 {
                thread.submit { _ in _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) }
            }
        }
        state = Mutex(State(idle: threads))
    }

    /// Ends the threads once they have nothing left to do.
    package func shutDown() async {
        for thread in threads { try? await thread.shutdownGracefully() }
    }

    /// Current counts.
    package var counts: PoolCounts {
        state.withLock { state in
            var counts = state.counts
            counts.waiting = state.waiting.count
            counts.running = state.running.count
            return counts
        }
    }

    /// Runs `body` on one of the threads and returns its result, within the budget.
    ///
    /// - Throws: ``Problem/overloaded`` if there is no room, `TimeBudgetError` as soon as the time is spent or the client has left, even if `body`
    ///   is still running then, and whatever `body` throws.
    package func run<Result: Sendable>(
        within budget: TimeBudget, for connection: Connection?, of client: ClientAddress = .unknown,
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            submit(within: budget, for: connection, of: client, body) { continuation.resume(with: $0) }
        }
    }

    /// Runs `body` on one of the threads; `completion` gets the result, once, on whatever thread has it.
    ///
    /// It fails as ``run(within:for:of:_:)`` does.
    package func submit<Result: Sendable>(
        within budget: TimeBudget, for connection: Connection?, of client: ClientAddress = .unknown,
        _ body: @escaping @Sendable () throws -> Result,
        completion: @escaping @Sendable (Swift.Result<Result, any Error>) -> Void
    ) {
        let job = Job(budget: budget, connection: connection, client: client, body: body, completion: completion)
        connection?.onLeave { [self] in
            budget.cancel()
            abandon(job)
        }
        do { try enqueue(job) } catch { job.finish(.failure(error)) }
    }

    /// Runs `body` on one of the threads when its turn comes, however long the queue is: it goes on with a job that was admitted before.
    ///
    /// - Parameter onFailure: Called instead of `body` if the job gives way to others in a full queue.
    func resume(
        of client: ClientAddress, _ body: @escaping @Sendable () -> Void,
        onFailure: @escaping @Sendable (any Error) -> Void
    ) {
        let job = Job(budget: .unlimited, connection: nil, client: client, body: body) { result in
            if case .failure(let error) = result { onFailure(error) }
        }
        let worker = state.withLock { state -> NIOThreadPool? in
            state.waiting.append(job, for: client, at: .now)
            return state.idle.popLast()
        }
        if let worker { wake(worker) }
    }

    private func enqueue(_ job: any WaitingJob) throws {
        let now = ContinuousClock.now
        let (isAdmitted, displaced, worker, check) = state.withLock {
            state -> (Bool, (any WaitingJob)?, NIOThreadPool?, Bool) in
            var displaced: (any WaitingJob)?
            if state.running.count + state.waiting.count >= workers + capacity {
                displaced = state.waiting.removeFromLongest(for: job.client)
            }
            guard state.running.count + state.waiting.count < workers + capacity, state.isInTime(job, workers: workers)
            else {
                state.counts.shed += displaced == nil ? 1 : 2
                return (false, displaced, nil, false)
            }
            if displaced != nil { state.counts.shed += 1 }
            state.waiting.append(job, for: job.client, at: now)
            return (true, displaced, state.idle.popLast(), state.planCheck(at: job.deadline))
        }
        displaced?.refuse()
        guard isAdmitted else { throw Problem.overloaded }
        if check, let deadline = job.deadline { setTimer(for: deadline) }
        if let worker { wake(worker) }
    }

    private func wake(_ worker: NIOThreadPool) {
        worker.submit { [self] how in
            if how == .active { runJobs(on: worker) }
        }
    }

    /// Runs waiting jobs on the worker's thread until there are none that it may take.
    private func runJobs(on worker: NIOThreadPool) {
        while let job = next(for: worker) {
            let start = ContinuousClock.now
            job.run()
            let end = ContinuousClock.now
            let time = (end - start).inSeconds
            state.withLock { state in
                state.running.removeAll { $0 === job }
                state.waiting.finish(job.client, after: time, at: end)
                // Further turns of a stream have no deadline; they are as short as the pipe makes them.
                if job.deadline != nil { state.usualTime += (time - state.usualTime) / 8 }
            }
        }
    }

    private func next(for worker: NIOThreadPool) -> (any WaitingJob)? {
        state.withLock { state in
            let isReserved = state.running.count >= workers - reserve
            guard let (job, _) = state.waiting.next(onlyLight: isReserved, at: .now) else {
                state.idle.append(worker)
                return nil
            }
            state.running.append(job)
            return job
        }
    }

    // MARK: Giving up

    /// Sets a timer for a check of spent jobs. There is one timer for all jobs, as nearly all of them end long before their time is spent.
    private func setTimer(for deadline: ContinuousClock.Instant) {
        Alarm.schedule(at: deadline) { [weak self] in self?.giveUpSpentJobs(asOf: deadline) }
    }

    private func giveUpSpentJobs(asOf deadline: ContinuousClock.Instant) {
        let now = max(ContinuousClock.now, deadline)
        let (spent, next) = state.withLock { state -> ([any WaitingJob], ContinuousClock.Instant?) in
            func isSpent(_ job: any WaitingJob) -> Bool { job.deadline.map { $0 <= now } ?? false }
            let dropped = state.waiting.removeAll(where: isSpent)
            state.counts.dropped += dropped.count
            if let check = state.nextCheck, check <= now { state.nextCheck = nil }
            var next: ContinuousClock.Instant?
            func consider(_ job: any WaitingJob) {
                guard let deadline = job.deadline, deadline > now else { return }
                next = next.map { min($0, deadline) } ?? deadline
            }
            state.waiting.forEach(consider)
            state.running.forEach(consider)
            return (dropped + state.running.filter(isSpent), state.planCheck(at: next) ? next : nil)
        }
        if let next { setTimer(for: next) }
        for job in spent { job.fail(.deadlineExceeded) }
    }

    /// Removes the job of a client that left.
    private func abandon(_ job: any WaitingJob) {
        state.withLock { state in
            state.counts.dropped += state.waiting.removeAll { $0 === job }.count
        }
        job.fail(.cancelled)
    }
}

/// Counts of a pool: jobs there now, and jobs refused since the start.
package struct PoolCounts: Hashable, Sendable {
    package var waiting = 0
    package var running = 0
    /// Jobs refused because the queue was full.
    package var shed = 0
    /// Jobs removed from the queue because nobody wanted them any more.
    package var dropped = 0
}

// MARK: - Jobs

private protocol WaitingJob: AnyObject, Sendable {
    /// Time at which the job's budget is spent; nil if it never is.
    var deadline: ContinuousClock.Instant? { get }
    /// Client on whose usage the job counts.
    var client: ClientAddress { get }
    func run()
    func fail(_ reason: TimeBudgetError)
    /// Ends a job that gave up its place in the queue.
    func refuse()
}

/// A piece of work whose result somebody waits for; the first outcome counts.
private final class Job<Result: Sendable>: WaitingJob {
    private let budget: TimeBudget
    private let connection: Connection?
    let client: ClientAddress
    private let body: @Sendable () throws -> Result
    private let completion: Mutex<(@Sendable (Swift.Result<Result, any Error>) -> Void)?>

    /// - Parameter connection: Whose client waits; it forgets the job when there is a result.
    init(
        budget: TimeBudget, connection: Connection?, client: ClientAddress,
        body: @escaping @Sendable () throws -> Result,
        completion: @escaping @Sendable (Swift.Result<Result, any Error>) -> Void
    ) {
        self.budget = budget
        self.connection = connection
        self.client = client
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

    func refuse() { finish(.failure(Problem.overloaded)) }

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
