import Geometry

extension Reconciliation {
    /// First words of the reason of all that takes an import back.
    public static let takenBackPrefix = "import taken back"

    /// A work that an import changed, as it was before that, but for what has changed since.
    ///
    /// Nothing is rewritten: the way back is a revision of its own, with entries in the ledger. A deadline that goes back is a further move.
    ///
    /// - Parameter ledger: The work's ledger, oldest entry first.
    public static func takeBack(
        _ change: ImportChange, from existing: Work, ledger: [LedgerEntry], at now: Instant, by actor: Actor,
        reason: String
    ) -> Self {
        var work = change.takenBack(from: existing, redacted: ledger.redactedFields)
        guard work != existing else { return .unchanged }
        work.revision = existing.revision + 1
        work.updatedAt = now
        var entries: [LedgerEntry] = []
        func note(_ field: LedgerField, _ value: (Work) -> String?) {
            let (from, to) = (value(existing), value(work))
            guard from != to else { return }
            entries.append(
                LedgerEntry(
                    revision: work.revision, at: now, recordedAt: now, field: field, from: from, to: to,
                    reason: reason, actor: actor))
        }
        note(.kind) { $0.kind.rawValue }
        note(.category) { $0.category }
        note(.district) { $0.district }
        note(.severity) { $0.severity.rawValue }
        note(.trafficImpact) { $0.trafficImpact?.rawValue }
        note(.organisation) { $0.organisation }
        note(.contractor) { $0.contractor }
        note(.startsAt) { $0.startsAt?.description }
        note(.onSiteAt) { $0.onSiteAt?.description }
        note(.geometry) { $0.geometry?.geoJSON }
        note(.dueAt) { $0.dueAt?.description }
        note(.status) { $0.status.rawValue }
        if work.status == existing.status { note(.completedAt) { $0.completedAt?.description } }
        if existing.dueAt != work.dueAt, existing.dueAt != nil, work.dueAt != nil { work.dueChanges += 1 }
        work.passedDueAt = LateMove.passedDueAt(entries, after: existing.passedDueAt)
        return .updated(work, entries)
    }

    /// A work that an import created wrongly: it is rejected, unless a person has decided on its status since.
    public static func takeBack(
        created existing: Work, ledger: [LedgerEntry], at now: Instant, by actor: Actor, reason: String
    ) -> Self {
        guard existing.status != .rejected,
            ledger.last(where: { $0.field == .status })?.actor.kind != .person
        else { return .unchanged }
        var draft = WorkDraft()
        draft.status = .rejected
        draft.completedAt = now
        return update(existing, with: draft, at: now, by: actor, reason: reason)
    }
}

extension [LedgerEntry] {
    /// The status that a work had before it was rejected because the import that created it was taken back; nil if that is not its last word.
    public var statusBeforeTakingBack: WorkStatus? {
        guard let last = last(where: { $0.field == .status }), last.to == WorkStatus.rejected.rawValue,
            last.actor.kind == .source, last.reason?.hasPrefix(Reconciliation.takenBackPrefix) ?? false
        else { return nil }
        return last.from.flatMap(WorkStatus.init(rawValue:))
    }
}
