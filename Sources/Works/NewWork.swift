import Geometry

extension Reconciliation {
    /// A work that was not known before, with the ledger entries that explain it.
    ///
    /// Rules decide what a report leaves open: the service and the deadline. The ledger says which rule it was.
    ///
    /// - Parameters:
    ///   - draft: What is said.
    ///   - kind: The kind; nobody guesses it here.
    ///   - decision: What the rules make of a report; nil where none apply.
    ///   - id: The identity that the work gets.
    ///   - now: When it is written down.
    ///   - actor: Who says so.
    ///   - reason: Why, in words that everyone may read; rules need none.
    ///   - lackedAt: The moment of the source's last whole list, which did not have the work: it was said later.
    public static func create(
        _ draft: WorkDraft, kind: WorkKind, decision: RuleDecision? = nil, id: WorkID, at now: Instant,
        by actor: Actor, reason: String? = nil, lackedAt: Instant? = nil
    ) -> (work: Work, ledger: [LedgerEntry]) {
        guard let decision else { return state(draft, kind, id, now, actor, reason, lackedAt) }
        var whole = draft
        let isRouted = draft.organisation == nil
        let isTimed = draft.dueAt == nil && draft.firstDueAt == nil && draft.status?.isOpen ?? true
        whole.category = decision.category
        whole.severity = decision.severity
        if isRouted { whole.organisation = decision.organisation }
        if isTimed { whole.dueAt = decision.dueAt }
        whole.reportedAt = draft.reportedAt ?? now
        var (work, ledger) = state(whole, kind, id, now, actor, reason, lackedAt)
        let rule = { (name: String, number: Int?) in
            Actor(kind: .rule, name: number.map { "\(name) \($0 + 1)" } ?? name)
        }
        if isTimed {
            for index in ledger.indices where ledger[index].field == .dueAt {
                ledger[index].actor = rule("limits", decision.limit)
                ledger[index].reason = nil
            }
        }
        if let organisation = work.organisation {
            ledger.append(
                LedgerEntry(
                    revision: 1, at: now, recordedAt: now, field: .organisation, to: organisation,
                    reason: isRouted ? nil : reason, actor: isRouted ? rule("routing", decision.route) : actor))
        }
        return (work, ledger)
    }

    /// A work as it is stated.
    private static func state(
        _ draft: WorkDraft, _ kind: WorkKind, _ id: WorkID, _ now: Instant, _ actor: Actor, _ reason: String?,
        _ lackedAt: Instant?
    ) -> (work: Work, ledger: [LedgerEntry]) {
        let observed = draft.observedAt ?? now
        let status = draft.status ?? .reported
        var work = Work(id: id, kind: kind, category: draft.category ?? "other", updatedAt: now)
        work.title = draft.title
        work.description = draft.description
        work.address = draft.address
        work.status = status
        work.severity = draft.severity ?? .moderate
        work.district = draft.district
        work.organisation = draft.organisation
        work.contractor = draft.contractor
        work.reportedAt = draft.reportedAt
        work.startsAt = draft.startsAt
        work.dueAt = draft.dueAt ?? (draft.withdrawn.contains(.deadlineForGood) ? nil : draft.firstDueAt)
        work.originalDueAt = draft.firstDueAt ?? draft.dueAt
        work.completedAt = status.isOpen ? nil : draft.completedAt
        work.isCompletedEstimated = work.completedAt != nil && draft.isCompletedEstimated
        work.dailyFrom = draft.dailyFrom
        work.dailyUntil = draft.dailyUntil
        work.onSiteAt = draft.onSiteAt
        work.trafficImpact = draft.trafficImpact
        work.source = draft.source
        work.sourceID = draft.sourceID
        (work.extra, work.privateExtra) = draft.extra?.taken(over: nil, nil) ?? (nil, nil)
        work.geometry = draft.geometry

        // A planned start is not when it was planned; where nothing better is stated it is the only time there is.
        let stated = draft.reportedAt ?? draft.observedAt ?? draft.startsAt ?? now
        let began = min(max(stated, lackedAt.map { $0 + 1 } ?? stated), observed, now)
        var entries: [LedgerEntry] = []
        entries.reserveCapacity(4)
        func note(_ field: LedgerField, at: Instant, from: String? = nil, to: String?) {
            entries.append(
                LedgerEntry(
                    revision: 1, at: at, recordedAt: now, field: field, from: from, to: to, reason: reason, actor: actor
                ))
        }
        // A source that gives the times of both its ends tells two events, not one.
        if let completed = work.completedAt, draft.reportedAt != nil {
            note(.registered, at: began, to: WorkStatus.reported.rawValue)
            note(.status, at: completed, from: WorkStatus.reported.rawValue, to: status.rawValue)
        } else {
            note(.registered, at: began, to: status.rawValue)
        }
        if let first = work.originalDueAt {
            note(.dueAt, at: began, to: first.description)
            if first != work.dueAt {
                if work.dueAt != nil { work.dueChanges = 1 }
                note(.dueAt, at: observed, from: first.description, to: work.dueAt?.description)
            }
        }
        if let onSite = work.onSiteAt { note(.onSiteAt, at: onSite, to: onSite.description) }
        return (work, entries)
    }
}
