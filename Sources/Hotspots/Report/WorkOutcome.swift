public import Works

/// What a report on deadlines needs to know of a work.
public struct WorkOutcome: Hashable, Sendable {
    public var kind: WorkKind
    public var category: String
    public var district: String?
    public var organisation: String?
    public var contractor: String?
    /// Source that it was imported from.
    public var source: String?
    public var status: WorkStatus
    /// When it was reported or, where nobody did, planned to start.
    public var beganAt: Instant?
    public var dueAt: Instant?
    public var originalDueAt: Instant?
    /// The deadline that had passed when it was moved; nil if none was moved so late.
    public var passedDueAt: Instant?
    public var completedAt: Instant?
    /// True if nobody stated the end.
    public var isCompletedEstimated: Bool
    public var dueChanges: Int

    public init(
        kind: WorkKind, category: String, district: String? = nil, organisation: String? = nil,
        contractor: String? = nil, source: String? = nil, status: WorkStatus, beganAt: Instant?, dueAt: Instant? = nil,
        originalDueAt: Instant? = nil, passedDueAt: Instant? = nil, completedAt: Instant? = nil,
        isCompletedEstimated: Bool = false, dueChanges: Int = 0
    ) {
        self.kind = kind
        self.category = category
        self.district = district
        self.organisation = organisation
        self.contractor = contractor
        self.source = source
        self.status = status
        self.beganAt = beganAt
        self.dueAt = dueAt
        self.originalDueAt = originalDueAt
        self.passedDueAt = passedDueAt
        self.completedAt = completedAt
        self.isCompletedEstimated = isCompletedEstimated
        self.dueChanges = dueChanges
    }

    public init(_ work: Work) {
        self.init(
            kind: work.kind, category: work.category, district: work.district, organisation: work.organisation,
            contractor: work.contractor, source: work.source, status: work.status,
            beganAt: work.reportedAt ?? work.startsAt, dueAt: work.dueAt, originalDueAt: work.originalDueAt,
            passedDueAt: work.passedDueAt, completedAt: work.completedAt,
            isCompletedEstimated: work.isCompletedEstimated, dueChanges: work.dueChanges)
    }

    /// The columns that ``init(_:)-(WorkRow)`` reads; no geometry is needed.
    public static let columns = WorkColumns(
        .kind, .category, .district, .organisation, .contractor, .status, .reportedAt, .startsAt, .dueAt,
        .originalDueAt, .passedDueAt, .completedAt, .completedEstimated, .source)

    /// A work as the store steps over it.
    ///
    /// - Throws: ``StoreError`` for a kind or status that no work can have.
    public init(_ row: WorkRow) throws {
        guard let kind: WorkKind = row.value(.kind), let status: WorkStatus = row.value(.status) else {
            throw StoreError.corrupt("work \(row.number) has no kind or status")
        }
        self.init(
            kind: kind, category: row.text(.category) ?? "", district: row.text(.district),
            organisation: row.text(.organisation), contractor: row.text(.contractor), source: row.text(.source),
            status: status, beganAt: row.instant(.reportedAt) ?? row.instant(.startsAt), dueAt: row.instant(.dueAt),
            originalDueAt: row.instant(.originalDueAt), passedDueAt: row.instant(.passedDueAt),
            completedAt: row.instant(.completedAt), isCompletedEstimated: row.isSet(.completedEstimated),
            dueChanges: row.dueChanges)
    }
}

// MARK: - Verdicts

/// Outcome of a promise.
public enum PromiseOutcome: Hashable, Sendable {
    /// There was none, the work was rejected, or it was done at a time that nobody recorded.
    case none
    /// The deadline has not come yet, whether or not the work is done.
    case ahead
    /// The deadline has come, and the work was done by it.
    case kept
    /// The deadline has come, and the work was done after it or goes on.
    case broken
}

extension WorkOutcome {
    /// The deadline that decides: the one that was in force when it passed, else the present one.
    public var decidingDueAt: Instant? { passedDueAt ?? dueAt }

    /// The state of the deadline, as lists and the map have it.
    public func state(at now: Instant) -> DeadlineState {
        DeadlineState(
            status: status, dueAt: DeadlineState.judged(status, dueAt: dueAt, passedDueAt: passedDueAt),
            completedAt: completedAt, at: now)
    }

    /// True if the work ended before it began, which no work can.
    public var endsBeforeItBegan: Bool {
        guard !status.isOpen, let end = completedAt, let began = beganAt else { return false }
        return end < began
    }

    /// The outcome by the deadline in force, as of `now`.
    public func outcome(at now: Instant) -> PromiseOutcome { outcome(by: decidingDueAt, at: now) }

    /// The outcome by the first promise, as of `now`.
    public func firstOutcome(at now: Instant) -> PromiseOutcome { outcome(by: originalDueAt ?? decidingDueAt, at: now) }

    private func outcome(by due: Instant?, at now: Instant) -> PromiseOutcome {
        guard let due else { return .none }
        switch DeadlineState(status: status, dueAt: due, completedAt: completedAt, at: now) {
        case .none: return .none
        case _ where now <= due: return .ahead
        case .met: return .kept
        case .missed, .overdue: return .broken
        case .onTime, .dueSoon: return .ahead
        }
    }
}
