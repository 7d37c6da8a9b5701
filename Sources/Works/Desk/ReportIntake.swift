import Geometry

extension Reconciliation {
    /// A resident's report that has become a work: who said what, and which rule decided the rest, stands in the ledger.
    ///
    /// - Parameters:
    ///   - draft: What was said; what the rules decide is taken from `decision` where it says nothing.
    ///   - actor: Who said it.
    ///   - reason: Why, in words that everyone may read; rules need none.
    public static func report(
        _ draft: WorkDraft, _ decision: RuleDecision, id: WorkID, at now: Instant, by actor: Actor,
        reason: String? = nil
    ) -> (work: Work, ledger: [LedgerEntry]) {
        var whole = draft
        let isRouted = draft.organisation == nil
        let isTimed = draft.dueAt == nil && draft.firstDueAt == nil && draft.status?.isOpen ?? true
        whole.category = decision.category
        whole.severity = decision.severity
        if isRouted { whole.organisation = decision.organisation }
        if isTimed { whole.dueAt = decision.dueAt }
        whole.reportedAt = draft.reportedAt ?? now
        guard
            case .inserted(let work, var ledger) = insert(
                whole, kind: draft.kind ?? decision.kind, id: id, at: now, by: actor, reason: reason)
        else { preconditionFailure("what was not known before is inserted") }
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
}
