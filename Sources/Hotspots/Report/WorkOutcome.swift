public import Works

/// What a report on deadlines needs to know of a work.
public struct WorkOutcome: Hashable, Sendable {
    public var kind: WorkKind
    public var category: String
    public var district: String?
    public var organisation: String?
    public var contractor: String?
    public var status: WorkStatus
    /// When it was reported or, where nobody did, planned to start.
    public var beganAt: Instant?
    public var dueAt: Instant?
    public var originalDueAt: Instant?
    public var completedAt: Instant?
    /// True if nobody stated the end.
    public var isCompletedEstimated: Bool
    public var dueChanges: Int

    public init(
        kind: WorkKind, category: String, district: String? = nil, organisation: String? = nil,
        contractor: String? = nil, status: WorkStatus, beganAt: Instant?, dueAt: Instant? = nil,
        originalDueAt: Instant? = nil, completedAt: Instant? = nil, isCompletedEstimated: Bool = false,
        dueChanges: Int = 0
    ) {
        self.kind = kind
        self.category = category
        self.district = district
        self.organisation = organisation
        self.contractor = contractor
        self.status = status
        self.beganAt = beganAt
        self.dueAt = dueAt
        self.originalDueAt = originalDueAt
        self.completedAt = completedAt
        self.isCompletedEstimated = isCompletedEstimated
        self.dueChanges = dueChanges
    }

    public init(_ work: Work) {
        self.init(
            kind: work.kind, category: work.category, district: work.district, organisation: work.organisation,
            contractor: work.contractor, status: work.status, beganAt: work.reportedAt ?? work.startsAt,
            dueAt: work.dueAt, originalDueAt: work.originalDueAt, completedAt: work.completedAt,
            isCompletedEstimated: work.isCompletedEstimated, dueChanges: work.dueChanges)
    }

    /// The columns that ``init(_:)-(WorkRow)`` reads; no geometry is needed.
    public static let columns = WorkColumns(
        .kind, .category, .district, .organisation, .contractor, .status, .reportedAt, .startsAt, .dueAt,
        .originalDueAt,
        .completedAt, .completedEstimated)

    /// A work as the store steps over it.
    ///
    /// - Throws: ``StoreError`` for a kind or status that no work can have.
    public init(_ row: WorkRow) throws {
        guard let kind: WorkKind = row.value(.kind), let status: WorkStatus = row.value(.status) else {
            throw StoreError.corrupt("work \(row.number) has no kind or status")
        }
        self.init(
            kind: kind, category: row.text(.category) ?? "", district: row.text(.district),
            organisation: row.text(.organisation), contractor: row.text(.contractor), status: status,
            beganAt: row.instant(.reportedAt) ?? row.instant(.startsAt), dueAt: row.instant(.dueAt),
            originalDueAt: row.instant(.originalDueAt), completedAt: row.instant(.completedAt),
            isCompletedEstimated: row.isSet(.completedEstimated), dueChanges: row.dueChanges)
    }
}
