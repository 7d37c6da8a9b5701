import TimeBudgets
public import Works

/// How a group of works kept its deadlines.
public struct DeadlineTally: Sendable, Hashable {
    /// All works of the group, rejected ones too.
    public var works = 0
    /// Done by the deadline.
    public var met = 0
    /// Those of ``met`` whose end their source does not state: they left its list when the deadline had come, or without a time.
    public var metEstimated = 0
    /// Done after it.
    public var missed = 0
    /// Still to be done.
    public var open = 0
    /// Still to be done though the deadline has passed.
    public var overdue = 0
    /// Works with a deadline that were not rejected: the sample behind ``shareMissed``.
    public var withDeadline = 0
    /// How often deadlines were moved.
    public var dueChanges = 0
    /// Days between first promised and current deadlines, summed; negative if they were brought forward.
    public var daysAdded = 0.0
    /// Days from report to completion; open works are censored at now, rejected ones left out.
    public var medianDays: Double?
    public var p90Days: Double?
    /// Days from the deadline to completion, negative when early; open works are censored at now.
    public var medianDelayDays: Double?
    public var p90DelayDays: Double?

    /// Missed and overdue works among those of which the outcome is known; nil if there are none.
    public var shareMissed: Double? {
        let decided = met + missed + overdue
        return decided > 0 ? Double(missed + overdue) / Double(decided) : nil
    }

    /// Met among those of which the outcome is known; nil if there are none.
    public var shareMet: Double? { shareMissed.map { 1 - $0 } }

    /// What ``shareMet`` can be by chance alone, the wider the fewer works; nil if there are none with a known outcome.
    public var likelyShareMet: ProportionInterval? {
        let decided = met + missed + overdue
        return decided > 0 ? ProportionInterval(successes: met, of: decided) : nil
    }

    public init() {}

    /// The tally of works as of the moment `now`. Complexity: O(*n* log *n*).
    public init(_ works: some Sequence<WorkOutcome>, at now: Instant) {
        try! self.init(works, at: now, within: .unlimited)
    }

    /// As ``init(_:at:)``, within a budget.
    ///
    /// - Throws: `TimeBudgetError`.
    init(_ works: some Sequence<WorkOutcome>, at now: Instant, within budget: TimeBudget) throws {
        var meter = BudgetMeter(budget)
        var fixing = [KaplanMeier.Duration]()
        var delays = [KaplanMeier.Duration]()
        for work in works {
            try meter.spend(16)
            self.works += 1
            let state = DeadlineState(
                status: work.status, dueAt: work.dueAt, completedAt: work.completedAt, at: now)
            switch state {
            case .met:
                met += 1
                if work.isCompletedEstimated { metEstimated += 1 }
            case .missed: missed += 1
            case .overdue: overdue += 1
            case .none, .onTime, .dueSoon: break
            }
            if work.status.isOpen { open += 1 }
            if work.dueAt != nil, work.status != .rejected { withDeadline += 1 }
            dueChanges += work.dueChanges
            if let due = work.dueAt, let original = work.originalDueAt {
                daysAdded += Self.days(from: original, to: due)
            }

            // An open work ends no sooner than now; one done at an unknown time says nothing about how long it took.
            let isDone = work.status == .done
            guard let end = isDone ? work.completedAt : work.status.isOpen ? now : nil else { continue }
            if let began = work.beganAt, end >= began {
                fixing.append(.init(Self.days(from: began, to: end), ended: isDone))
            }
            if let due = work.dueAt { delays.append(.init(Self.days(from: due, to: end), ended: isDone)) }
        }
        let (fix, delay) = (try KaplanMeier(fixing, within: budget), try KaplanMeier(delays, within: budget))
        (medianDays, p90Days) = (fix.median, fix.quantile(0.9))
        (medianDelayDays, p90DelayDays) = (delay.median, delay.quantile(0.9))
    }

    private static func days(from start: Instant, to end: Instant) -> Double { Double(end - start) / 86_400 }
}
