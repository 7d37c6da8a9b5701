/// What a member of staff decides about a work. A nil changes nothing.
public struct WorkChange: Hashable, Sendable {
    public var status: WorkStatus?
    /// A new deadline; the first promise stays on record.
    public var dueAt: Instant?
    public var startsAt: Instant?
    /// When the work was done, where that is not now; goes with the step to done only.
    public var completedAt: Instant?
    public var organisation: String?
    public var contractor: String?
    public var category: String?
    public var severity: Severity?
    public var trafficImpact: TrafficImpact?
    /// Somebody saw at this moment that work goes on there.
    public var onSiteAt: Instant?
    /// Why, in words that everyone may read.
    public var reason: String?
    /// True if the person confirms that everything unusual in it is meant.
    public var isConfirmed = false

    public init() {}

    /// The facts of the change.
    var draft: WorkDraft {
        var draft = WorkDraft()
        draft.status = status
        draft.dueAt = dueAt
        draft.startsAt = startsAt
        draft.completedAt = completedAt
        draft.organisation = organisation
        draft.contractor = contractor
        draft.category = category
        draft.severity = severity
        draft.trafficImpact = trafficImpact
        draft.onSiteAt = onSiteAt
        return draft
    }
}

/// Why a decision or a statement of a person cannot be carried out.
public enum WorkChangeError: Error, Hashable, Sendable {
    /// The status graph has no such step.
    case forbiddenStatus(from: WorkStatus, to: WorkStatus)
    /// The step needs a reason that everyone can read.
    case reasonMissing(LedgerField)
    /// A deadline of a closed work does not move.
    case closed(WorkStatus)
    /// Something that has happened lies in the future.
    case notYet(StatedMoment, Instant)
    /// An end without the step to done.
    case endWithoutDone
    /// Something unusual wants a confirmation; true if a reason is wanted and missing too.
    case unconfirmed([Concern], reasonMissing: Bool)
    /// Something unusual that only an admin may confirm.
    case adminNeeded([Concern])
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
        case .notYet(.onSiteAt, let instant):
            "on_site_at: \(instant) lies in the future; only what was seen can be confirmed"
        case .notYet(let moment, let instant):
            "\(moment.rawValue): \(instant) lies in the future; only what has happened can be stated"
        case .endWithoutDone:
            "completed_at goes with the step to done or rejected; a work that is done already is reopened first, with a reason"
        case .unconfirmed(let concerns, let reasonMissing):
            "needs a confirmation\(reasonMissing ? " and a reason that everyone can read" : ""): \(Self.list(concerns))"
        case .adminNeeded(let concerns): "only an admin may add a new name: \(Self.list(concerns))"
        case .empty: "nothing to change"
        }
    }

    private static func list(_ concerns: [Concern]) -> String {
        concerns.map { "\($0.field): \($0)" }.joined(separator: "; ")
    }
}

extension Reconciliation {
    /// Carries out what a member of staff decided, by the rules for people.
    ///
    /// Statuses follow their graph, what was promised, routed, sorted or closed before changes only with a reason, and what is unusual
    /// (``Concern``) only with a confirmation.
    public static func decide(_ change: WorkChange, on existing: Work, at now: Instant, by speaker: Speaker)
        throws(WorkChangeError) -> Self
    {
        let draft = change.draft
        guard draft != WorkDraft() else { throw .empty }
        if let status = change.status, status != existing.status, !existing.status.successors.contains(status) {
            throw .forbiddenStatus(from: existing.status, to: status)
        }
        if let due = change.dueAt, due != existing.dueAt {
            let status = change.status ?? existing.status
            guard status.isOpen else { throw .closed(status) }
        }
        try draft.checkMoments(at: now)
        if draft.completedAt != nil, !existing.status.isOpen, draft.status == existing.status || draft.status == nil {
            throw .endWithoutDone
        }
        let reason = try speaker.vouch(
            for: draft, about: existing, reason: change.reason, isConfirmed: change.isConfirmed, at: now)
        if reason == nil, let field = draft.fieldWithReason(about: existing) { throw .reasonMissing(field) }
        return update(existing, with: draft, at: now, by: speaker.actor, reason: reason)
    }

    /// Checks a new work that a person states, by the rules for people.
    ///
    /// - Returns: The reason for the ledger; nil if there is none.
    public static func checkNew(
        _ draft: WorkDraft, reason: String?, isConfirmed: Bool, at now: Instant, by speaker: Speaker
    ) throws(WorkChangeError) -> String? {
        try draft.checkMoments(at: now)
        let reason = try speaker.vouch(for: draft, about: nil, reason: reason, isConfirmed: isConfirmed, at: now)
        if reason == nil, draft.status == .rejected { throw .reasonMissing(.status) }
        return reason
    }
}

extension WorkDraft {
    /// Throws if something is said to have happened that cannot have happened yet.
    fileprivate func checkMoments(at now: Instant) throws(WorkChangeError) {
        for (moment, instant) in [
            (StatedMoment.reportedAt, reportedAt), (.completedAt, completedAt), (.onSiteAt, onSiteAt),
        ] {
            if let instant, instant > now { throw .notYet(moment, instant) }
        }
        if completedAt != nil, status?.isOpen ?? true { throw .endWithoutDone }
    }

    /// The first field of a decision whose change needs a reason.
    fileprivate func fieldWithReason(about existing: Work) -> LedgerField? {
        if let status, status != existing.status, existing.status.needsReason(for: status) { return .status }
        if let dueAt, existing.dueAt != nil, dueAt != existing.dueAt { return .dueAt }
        if let organisation, organisation != existing.organisation ?? organisation { return .organisation }
        if let category, category != existing.category { return .category }
        return nil
    }
}

extension Speaker {
    /// Throws unless everything unusual in a statement is confirmed, with a reason where it needs one.
    ///
    /// - Returns: The reason, if there is one that says something.
    fileprivate func vouch(
        for draft: WorkDraft, about existing: Work?, reason: String?, isConfirmed: Bool, at now: Instant
    ) throws(WorkChangeError) -> String? {
        let reason = reason.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
        let concerns = draft.concerns(about: existing, at: now, names: names)
        let forAdmins = concerns.filter(\.needsAdmin)
        if !mayAddNames, !forAdmins.isEmpty { throw .adminNeeded(forAdmins) }
        let reasonMissing =
            reason == nil
            && (concerns.contains(where: \.needsReason) || existing.flatMap(draft.fieldWithReason) != nil)
        if !concerns.isEmpty, !isConfirmed || reasonMissing {
            throw .unconfirmed(concerns, reasonMissing: reasonMissing)
        }
        return reason
    }
}
