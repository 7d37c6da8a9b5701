/// What a member of staff decides about a work. A nil changes nothing.
public struct WorkChange: Hashable, Sendable {
    public var status: WorkStatus?
    /// A new deadline; the first promise stays on record.
    public var dueAt: Instant?
    public var startsAt: Instant?
    public var organisation: String?
    public var contractor: String?
    public var category: String?
    public var severity: Severity?
    public var trafficImpact: TrafficImpact?
    /// Somebody saw at this moment that work goes on there.
    public var onSiteAt: Instant?
    /// Why, in words that everyone may read.
    public var reason: String?

    public init() {}
}

/// Why a decision cannot be carried out.
public enum WorkChangeError: Error, Hashable, Sendable {
    /// The status graph has no such step.
    case forbiddenStatus(from: WorkStatus, to: WorkStatus)
    /// The step needs a reason that everyone can read.
    case reasonMissing(LedgerField)
    /// A deadline of a closed work does not move.
    case closed(WorkStatus)
    /// A confirmation that lies in the future.
    case notYet(Instant)
    /// The decision says nothing.
    case empty
}

extension WorkChangeError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .forbiddenStatus(let from, let to):
            "a work that is \(from.rawValue) cannot become \(to.rawValue); allowed: "
                + WorkStatus.allCases.filter(from.successors.contains).map(\.rawValue).joined(separator: ", ")
        case .reasonMissing(.dueAt): "moving a deadline needs a reason that everyone can read"
        case .reasonMissing(let field): "this change of \(field.rawValue) needs a reason that everyone can read"
        case .closed(let status): "the work is \(status.rawValue); its deadline no longer moves"
        case .notYet(let instant): "\(instant) lies in the future; only what was seen can be confirmed"
        case .empty: "nothing to change"
        }
    }
}

extension Reconciliation {
    /// Carries out what a member of staff decided, by the rules for people: statuses follow their graph, and what was promised, routed or
    /// sorted before changes only with a reason.
    public static func decide(_ change: WorkChange, on existing: Work, at now: Instant, by actor: Actor)
        throws(WorkChangeError) -> Self
    {
        let reason = change.reason.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
        if let status = change.status, status != existing.status {
            guard existing.status.successors.contains(status) else {
                throw .forbiddenStatus(from: existing.status, to: status)
            }
            if reason == nil, existing.status.needsReason(for: status) { throw .reasonMissing(.status) }
        }
        if let due = change.dueAt, due != existing.dueAt {
            let status = change.status ?? existing.status
            guard status.isOpen else { throw .closed(status) }
            if reason == nil, existing.dueAt != nil { throw .reasonMissing(.dueAt) }
        }
        if reason == nil {
            if let organisation = change.organisation, organisation != existing.organisation ?? organisation {
                throw .reasonMissing(.organisation)
            }
            if let category = change.category, category != existing.category { throw .reasonMissing(.category) }
        }
        if let onSite = change.onSiteAt, onSite > now { throw .notYet(onSite) }

        var draft = WorkDraft()
        draft.status = change.status
        draft.dueAt = change.dueAt
        draft.startsAt = change.startsAt
        draft.organisation = change.organisation
        draft.contractor = change.contractor
        draft.category = change.category
        draft.severity = change.severity
        draft.trafficImpact = change.trafficImpact
        draft.onSiteAt = change.onSiteAt
        guard draft != WorkDraft() else { throw .empty }
        return update(existing, with: draft, at: now, by: actor, reason: reason)
    }
}
