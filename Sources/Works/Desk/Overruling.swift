import Geometry

extension WorkDraft {
    /// The draft without what a person has overruled: a source that merely repeats what it said before a person decided otherwise takes
    /// nothing back. A source that says something new is heard. About a field that was redacted no source is heard.
    ///
    /// - Parameter ledger: The work's ledger, oldest entry first.
    public func respecting(_ ledger: [LedgerEntry]) -> WorkDraft {
        var draft = sparing(ledger.redactedFields)
        /// What stood there before people began to decide, if they had the last word.
        func overruled(_ field: LedgerField) -> String?? {
            var before: String??
            for entry in ledger.reversed() where entry.field == field {
                guard entry.actor.kind == .person else { break }
                before = .some(entry.from)
            }
            return before
        }
        func repeats(_ field: LedgerField, _ said: String?) -> Bool {
            guard let said, let before = overruled(field) else { return false }
            // Of a value that was redacted nobody knows any more what it was.
            return before == said || before == LedgerMark.redacted
        }
        if repeats(.status, draft.status?.rawValue) {
            draft.status = nil
            draft.completedAt = nil
        }
        if repeats(.dueAt, draft.dueAt?.description) { draft.dueAt = nil }
        if repeats(.startsAt, draft.startsAt?.description) { draft.startsAt = nil }
        if repeats(.category, draft.category) {
            draft.category = nil
            draft.kind = nil
        }
        if repeats(.severity, draft.severity?.rawValue) { draft.severity = nil }
        if repeats(.trafficImpact, draft.trafficImpact?.rawValue) { draft.trafficImpact = nil }
        if repeats(.organisation, draft.organisation) { draft.organisation = nil }
        if repeats(.contractor, draft.contractor) { draft.contractor = nil }
        if repeats(.geometry, draft.geometry?.geoJSON) {
            draft.geometry = nil
            // Found from the source's place.
            draft.district = nil
        }
        if repeats(.onSiteAt, draft.onSiteAt?.description) { draft.onSiteAt = nil }
        // A source withdraws what it said itself, not what a person or a rule decided since.
        for field in draft.withdrawn.fields {
            guard let place = field.ledgerField, let last = ledger.last(where: { $0.field == place }),
                last.actor.kind != .source
            else { continue }
            draft.withdrawn.remove(WorkFields(field))
            if field == .geometry { draft.withdrawn.remove(WorkFields(.district)) }
        }
        return draft
    }
}
