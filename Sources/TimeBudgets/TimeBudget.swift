import Synchronization

/// How long a piece of work may take, and whether anybody still wants it.
///
/// Long loops and running SQL ask ``check()`` every few hundred steps. It is a class because whoever cancels and whoever works hold the
/// same one.
public final class TimeBudget: Sendable {
    /// The moment at which the budget is spent; nil if it never is.
    public let deadline: ContinuousClock.Instant?
    private let cancelled = Atomic<Bool>(false)

    public init(until deadline: ContinuousClock.Instant?) {
        self.deadline = deadline
    }

    /// A budget that is spent after `duration`, counted from now.
    public convenience init(_ duration: Duration) {
        self.init(until: ContinuousClock.now + duration)
    }

    /// A new budget that is never spent.
    public static var unlimited: TimeBudget { TimeBudget(until: nil) }

    /// Tells whoever works on this budget to stop.
    public func cancel() {
        cancelled.store(true, ordering: .relaxed)
    }

    /// Why the work should stop, or nil while it may go on.
    public var verdict: TimeBudgetError? {
        if cancelled.load(ordering: .relaxed) { return .cancelled }
        if let deadline, ContinuousClock.now >= deadline { return .deadlineExceeded }
        return nil
    }

    /// Throws when the budget is spent or cancelled.
    public func check() throws(TimeBudgetError) {
        if let verdict { throw verdict }
    }
}

/// Why a piece of work was stopped before its end.
public enum TimeBudgetError: Error, Hashable, Sendable {
    /// The time that the request had is spent.
    case deadlineExceeded
    /// Nobody wants the answer any more.
    case cancelled
}

/// A look at a time budget once in so many steps, for inner loops in which a look at the clock at each step would cost too much.
public struct BudgetMeter {
    /// Elementary steps between two looks: some hundred microseconds of plain arithmetic.
    @inlinable
    public static var interval: Int { 32_768 }

    @usableFromInline let budget: TimeBudget
    @usableFromInline var steps = 0

    @inlinable
    public init(_ budget: TimeBudget) { self.budget = budget }

    /// Counts `cost` elementary steps that are about to be done, each some nanoseconds.
    ///
    /// - Throws: ``TimeBudgetError`` when the budget is spent or cancelled.
    @inlinable
    public mutating func spend(_ cost: Int = 1) throws(TimeBudgetError) {
        steps &+= cost
        if steps >= Self.interval { try look() }
    }

    @usableFromInline
    @inline(never)
    mutating func look() throws(TimeBudgetError) {
        steps = 0
        try budget.check()
    }
}
