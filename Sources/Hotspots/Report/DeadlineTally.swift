import TimeBudgets
public import Works

/// How a group of works kept its deadlines.
public struct DeadlineTally: Sendable, Hashable {
    /// All works of the group, rejected ones too.
    public var works = 0
    /// Done by the deadline, whether or not it has come yet.
    public var met = 0
    /// Those of ``met`` whose end their source does not state: they left its list when the deadline had come, or without a time.
    public var metEstimated = 0
    /// Done after it.
    public var missed = 0
    /// Still to be done.
    public var open = 0
    /// Still to be done though the deadline in force has passed.
    public var overdue = 0
    /// Still to be done, with a deadline ahead that took the place of one that had passed: broken promises too.
    public var movedLateOpen = 0
    /// Works with a deadline that were not rejected.
    public var withDeadline = 0
    /// Works whose deadline has come and of which the outcome is known: the sample behind the shares.
    public var decided = 0
    /// Those of ``decided`` that were done by the deadline.
    public var kept = 0
    /// As ``decided`` and ``kept``, by the first deadline that was promised.
    public var decidedFirst = 0
    public var keptFirst = 0
    /// How often deadlines were moved.
    public var dueChanges = 0
    /// Works whose deadline was moved after it had passed.
    public var movedLate = 0
    /// Days between first promised and current deadlines, summed; negative if they were brought forward.
    public var daysAdded = 0.0
    /// Days from report to completion; open works are censored at now, rejected ones left out.
    public var medianDays: Double?
    public var p90Days: Double?
    /// Days from the deadline to completion, negative when early; open works are censored at now.
    public var medianDelayDays: Double?
    public var p90DelayDays: Double?
    /// Done works whose end nobody recorded: in no share and no duration.
    public var doneWithoutTime = 0
    /// Works that ended before they began: in no duration.
    public var endedBeforeBegun = 0
    /// Works of sources that never report an end: in no share.
    public var silent = 0
    /// Missed deadlines beside those that the mix of works lets one expect; nil without works that are decided.
    public var standardized: StandardizedRatio?

    /// Missed and overdue works among those whose deadline has come; nil if there are none.
    public var shareMissed: Double? { decided > 0 ? Double(decided - kept) / Double(decided) : nil }

    /// Kept deadlines among those that have come; nil if there are none.
    public var shareMet: Double? { decided > 0 ? Double(kept) / Double(decided) : nil }

    /// What ``shareMet`` can be by chance alone, the wider the fewer works; nil if there are none with a known outcome.
    public var likelyShareMet: ProportionInterval? {
        decided > 0 ? ProportionInterval(successes: kept, of: decided) : nil
    }

    /// Kept first promises among those that have come; nil if there are none.
    public var shareMetFirst: Double? { decidedFirst > 0 ? Double(keptFirst) / Double(decidedFirst) : nil }

    /// Range in which ``shareMetFirst`` can lie by chance alone.
    public var likelyShareMetFirst: ProportionInterval? {
        decidedFirst > 0 ? ProportionInterval(successes: keptFirst, of: decidedFirst) : nil
    }

    public init() {}

    /// The tally of works as of the moment `now`. Complexity: O(*n* log *n*).
    public init(_ works: some Sequence<WorkOutcome>, at now: Instant) {
        try! self.init(works, at: now, silent: [], within: .unlimited)
    }

    /// As ``init(_:at:)``, within a budget.
    ///
    /// - Parameter sources: Sources that never report an end.
    /// - Throws: `TimeBudgetError`.
    init(
        _ works: some Sequence<WorkOutcome>, at now: Instant, silent sources: Set<String>, within budget: TimeBudget
    ) throws {
        var meter = BudgetMeter(budget)
        var fixing = [KaplanMeier.Duration]()
        var delays = [KaplanMeier.Duration]()
        for work in works {
            try meter.spend(16)
            count(work, at: now, silent: sources)

            // An open work ends no sooner than now; one done at an unknown time says nothing about how long it took.
            let isDone = work.status == .done
            guard !work.endsBeforeItBegan, let end = isDone ? work.completedAt : work.status.isOpen ? now : nil
            else { continue }
            if let began = work.beganAt, end >= began {
                fixing.append(.init(Self.days(from: began, to: end), ended: isDone))
            }
            if let due = work.decidingDueAt { delays.append(.init(Self.days(from: due, to: end), ended: isDone)) }
        }
        let (fix, delay) = (try KaplanMeier(fixing, within: budget), try KaplanMeier(delays, within: budget))
        (medianDays, p90Days) = (fix.median, fix.quantile(0.9))
        (medianDelayDays, p90DelayDays) = (delay.median, delay.quantile(0.9))
    }

    private mutating func count(_ work: WorkOutcome, at now: Instant, silent sources: Set<String>) {
        works += 1
        switch work.state(at: now) {
        case .met:
            met += 1
            if work.isCompletedEstimated { metEstimated += 1 }
        case .missed: missed += 1
        case .overdue: overdue += 1
        case .onTime, .dueSoon: if work.passedDueAt != nil { movedLateOpen += 1 }
        case .none: break
        }
        if work.isSilent(sources) {
            silent += 1
        } else {
            let (outcome, first) = (work.outcome(at: now), work.firstOutcome(at: now))
            if outcome == .kept || outcome == .broken { decided += 1 }
            if outcome == .kept { kept += 1 }
            if first == .kept || first == .broken { decidedFirst += 1 }
            if first == .kept { keptFirst += 1 }
        }
        if work.status.isOpen { open += 1 }
        if work.decidingDueAt != nil, work.status != .rejected { withDeadline += 1 }
        if work.status == .done, work.completedAt == nil { doneWithoutTime += 1 }
        if work.endsBeforeItBegan { endedBeforeBegun += 1 }
        if work.passedDueAt != nil { movedLate += 1 }
        dueChanges += work.dueChanges
        if let due = work.dueAt, let original = work.originalDueAt { daysAdded += Self.days(from: original, to: due) }
    }

    private static func days(from start: Instant, to end: Instant) -> Double { Double(end - start) / 86_400 }
}

extension WorkOutcome {
    /// True if it is of a source that never reports an end.
    func isSilent(_ sources: Set<String>) -> Bool { !sources.isEmpty && source.map(sources.contains) ?? false }
}
