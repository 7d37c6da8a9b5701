public import Geometry

/// What somebody says about a work: a row of an import, a report, a sensor's message. A nil says nothing, unless the field is ``withdrawn``.
public struct WorkDraft: Hashable, Sendable {
    /// Which work is meant or, if there is none, the id that it gets: where a file of ours says it.
    public var id: WorkID?
    public var kind: WorkKind?
    public var category: String?
    public var title: String?
    public var description: String?
    public var address: String?
    public var status: WorkStatus?
    public var severity: Severity?
    public var district: String?
    public var organisation: String?
    public var contractor: String?
    public var reportedAt: Instant?
    public var startsAt: Instant?
    /// The deadline as it stands.
    public var dueAt: Instant?
    /// The deadline that was promised first, where the source knows that it has moved since.
    public var firstDueAt: Instant?
    public var completedAt: Instant?
    /// True if the stated end is an estimate, as in a file that we exported.
    public var isCompletedEstimated = false
    /// Fields that the source speaks of and has no value for, so that what it said before no longer holds.
    public var withdrawn = WorkFields()
    public var dailyFrom: LocalTime?
    public var dailyUntil: LocalTime?
    public var onSiteAt: Instant?
    public var trafficImpact: TrafficImpact?
    public var source: String?
    public var sourceID: String?
    /// Whatever has no place above.
    public var extra: ExtraStatement?
    public var geometry: Geometry?
    /// When the source said so, if that is not now: the moment of a snapshot.
    public var observedAt: Instant?

    public init() {}
}
