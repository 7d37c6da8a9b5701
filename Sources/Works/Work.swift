public import Geometry

/// A road repair, an outage or a hazard: one record, whatever it is about.
///
/// The properties are those of the published interface, under Swift names.
public struct Work: Hashable, Sendable, Identifiable {
    public var id: WorkID
    public var kind: WorkKind
    /// Category code, such as `pothole` or `water`.
    public var category: String
    public var title: String?
    public var description: String?
    public var address: String?
    public var status: WorkStatus
    public var severity: Severity
    /// The district that the geometry lies in.
    public var district: String?
    /// The districts of all classes: the text of a JSON object, class to name; nil if the city's districts have no classes.
    ///
    /// A store finds it from the place when it writes the work.
    public var districts: String?
    /// The service responsible.
    public var organisation: String?
    public var contractor: String?
    public var reportedAt: Instant?
    public var startsAt: Instant?
    /// The current deadline.
    public var dueAt: Instant?
    /// The first deadline ever promised.
    public var originalDueAt: Instant?
    /// The deadline that had passed when it was moved; nil if none was moved so late. Follows from the ledger by ``LateMove``.
    public var passedDueAt: Instant?
    public var completedAt: Instant?
    /// True if the source does not state the end, so that ``completedAt`` is a guess from the times of its lists.
    public var isCompletedEstimated: Bool
    public var updatedAt: Instant
    /// How often the deadline was moved.
    public var dueChanges: Int
    /// The hours of the day in which the crew works, by the city's clocks.
    public var dailyFrom: LocalTime?
    public var dailyUntil: LocalTime?
    /// When somebody last confirmed that work is really going on there.
    public var onSiteAt: Instant?
    /// Effect on traffic; nil if nobody has said, which is not the same as `none`.
    public var trafficImpact: TrafficImpact?
    /// Where the work was imported from; unique together with ``sourceID``.
    public var source: String?
    public var sourceID: String?
    /// Further statements of the source that the city publishes: the text of one JSON object.
    public var extra: String?
    /// Further statements of the source, for staff only: the text of one JSON object.
    ///
    /// Only a transaction of the store fills it in. ``WorkRow`` has no column for it, so no output can show it.
    public var privateExtra: String?
    public var geometry: Geometry?
    /// Grows with every change of this work, from 1.
    public var revision: Int

    public init(
        id: WorkID, kind: WorkKind, category: String, title: String? = nil, description: String? = nil,
        address: String? = nil, status: WorkStatus = .reported, severity: Severity = .moderate, district: String? = nil,
        districts: String? = nil, organisation: String? = nil, contractor: String? = nil, reportedAt: Instant? = nil,
        startsAt: Instant? = nil,
        dueAt: Instant? = nil, originalDueAt: Instant? = nil, passedDueAt: Instant? = nil, completedAt: Instant? = nil,
        isCompletedEstimated: Bool = false, updatedAt: Instant,
        dueChanges: Int = 0, dailyFrom: LocalTime? = nil, dailyUntil: LocalTime? = nil, onSiteAt: Instant? = nil,
        trafficImpact: TrafficImpact? = nil, source: String? = nil, sourceID: String? = nil, extra: String? = nil,
        privateExtra: String? = nil, geometry: Geometry? = nil, revision: Int = 1
    ) {
        self.id = id
        self.kind = kind
        self.category = category
        self.title = title
        self.description = description
        self.address = address
        self.status = status
        self.severity = severity
        self.district = district
        self.districts = districts
        self.organisation = organisation
        self.contractor = contractor
        self.reportedAt = reportedAt
        self.startsAt = startsAt
        self.dueAt = dueAt
        self.originalDueAt = originalDueAt
        self.passedDueAt = passedDueAt
        self.completedAt = completedAt
        self.isCompletedEstimated = isCompletedEstimated
        self.updatedAt = updatedAt
        self.dueChanges = dueChanges
        self.dailyFrom = dailyFrom
        self.dailyUntil = dailyUntil
        self.onSiteAt = onSiteAt
        self.trafficImpact = trafficImpact
        self.source = source
        self.sourceID = sourceID
        self.extra = extra
        self.privateExtra = privateExtra
        self.geometry = geometry
        self.revision = revision
    }

    /// True if a deadline was moved after it had passed.
    public var isMovedLate: Bool { passedDueAt != nil }

    /// The deadline that the work is judged by.
    public var judgedDueAt: Instant? { DeadlineState.judged(status, dueAt: dueAt, passedDueAt: passedDueAt) }

    /// Whether the deadline is kept, as of `now`.
    public func deadlineState(at now: Instant, dueSoonWithin window: Int64 = DeadlineState.dueSoonWindow)
        -> DeadlineState
    {
        DeadlineState(status: status, dueAt: judgedDueAt, completedAt: completedAt, at: now, dueSoonWithin: window)
    }

    /// How many days a work that missed its deadline is late, begun ones counted: until it was done or, while it is open, until `now`. Nil for
    /// all others.
    public func daysLate(at now: Instant) -> Int? {
        guard let dueAt = judgedDueAt else { return nil }
        return switch deadlineState(at: now) {
        case .overdue: DeadlineState.daysLate(dueAt: dueAt, until: now)
        case .missed: completedAt.map { DeadlineState.daysLate(dueAt: dueAt, until: $0) }
        case .none, .onTime, .dueSoon, .met: nil
        }
    }
}
