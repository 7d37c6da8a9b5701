import Geometry
import HTTPEdge
import HTTPTypes
import Works

/// What became of a submission.
struct SubmissionOutcome: Sendable {
    enum Effect: String, Sendable, CaseIterable {
        case inserted
        case updated
        case unchanged
    }

    var effect: Effect
    var work: Work
}

extension Desk {
    /// A submission that is ready to be written: what needs no transaction has been found out.
    struct PreparedSubmission: Sendable {
        var draft: WorkDraft
        var contact: ReporterContact
        var decision: RuleDecision?
    }

    /// Finds out the district, and what the rules say.
    func prepare(_ submission: WorkSubmission, for token: AccessToken, at now: Instant) throws -> PreparedSubmission {
        var draft = submission.draft
        if let wanted = draft.organisation, let own = token.organisation, wanted != own, token.role < .admin {
            throw Problem.forbidden("the token is of \(own); it gives no work to \(wanted)")
        }
        if let geometry = draft.geometry { draft.district = try city.district(of: geometry) }
        var decision: RuleDecision?
        if let category = draft.category, configuration.rules != nil {
            decision = try rules.book().decide(
                category: category, district: draft.district, severity: draft.severity,
                reportedAt: draft.reportedAt ?? now)
        }
        return PreparedSubmission(draft: draft, contact: submission.contact, decision: decision)
    }

    /// Writes a submission: a work that its source has named before is brought up to date, any other one is new.
    func submit(
        _ submission: PreparedSubmission, by token: AccessToken, at now: Instant,
        in transaction: any DeskTransaction
    ) throws -> SubmissionOutcome {
        let draft = submission.draft
        let actor = draft.source.map { Actor(kind: .source, name: $0) } ?? token.actor
        if let source = draft.source, let sourceID = draft.sourceID,
            let known = try transaction.work(source: source, sourceID: sourceID)
        {
            guard token.mayChange(workOf: known.organisation) else { throw Self.foreign(known, token) }
            let heard = draft.respecting(try transaction.ledger(of: known.id))
            guard case .updated(let work, let ledger) = Reconciliation.update(known, with: heard, at: now, by: actor)
            else { return SubmissionOutcome(effect: .unchanged, work: known) }
            try transaction.update(work, ledger: ledger)
            try transaction.add(audit(token, "work.update", work.id, "\(source) \(sourceID)", at: now))
            return SubmissionOutcome(effect: .updated, work: work)
        }
        let work: Work
        let ledger: [LedgerEntry]
        if let decision = submission.decision {
            (work, ledger) = Reconciliation.report(draft, decision, id: .new(), at: now, by: actor)
        } else {
            guard draft.category != nil else { throw WorkSubmission.malformed("category", "a new work needs one") }
            guard let kind = draft.kind else {
                throw WorkSubmission.malformed("kind", "a category that is not in the catalogue needs a kind")
            }
            guard
                case .inserted(let plain, let entries) = Reconciliation.insert(
                    draft, kind: kind, id: .new(), at: now, by: actor)
            else { preconditionFailure("what was not known before is inserted") }
            (work, ledger) = (plain, entries)
        }
        try transaction.insert(work, ledger: ledger)
        if !submission.contact.isEmpty { try transaction.setContact(submission.contact, of: work.id) }
        let name = draft.sourceID.map { "\(draft.source ?? "") \($0)" }
        try transaction.add(audit(token, "work.create", work.id, name, at: now))
        return SubmissionOutcome(effect: .inserted, work: work)
    }

    /// Carries a decision out.
    ///
    /// - Parameter expected: The revision that the decision is about; whoever was quicker has made another one. Nil decides on any.
    /// - Throws: ``Problem``, ``WorkChangeError``, ``DuplicateError``, and what the store throws.
    func decide(
        _ decision: WorkDecision, on id: WorkID, expecting expected: Int?, by token: AccessToken, at now: Instant,
        salt: String, in transaction: any DeskTransaction
    ) throws -> Work {
        guard let existing = try transaction.work(id) else { throw WorkRoutes.noWork(id) }
        if let expected, expected != existing.revision { throw Self.lostRace(existing) }
        guard token.mayChange(workOf: existing.organisation) else { throw Self.foreign(existing, token) }
        let detail = decision.fields.joined(separator: ", ")
        let work: Work
        switch decision.original {
        case .some(.some(let original)):
            work = try transaction.markDuplicate(
                existing, of: original, reason: decision.change.reason, at: now, by: token.actor,
                hidden: { Self.hidden($0, salt: salt) })
        case .some(.none):
            work = try transaction.unmarkDuplicate(
                existing, reason: decision.change.reason, at: now, by: token.actor)
        case .none:
            switch try Reconciliation.decide(decision.change, on: existing, at: now, by: token.actor) {
            case .updated(let changed, let ledger), .inserted(let changed, let ledger):
                try transaction.update(changed, ledger: ledger)
                work = changed
            case .unchanged: return existing
            }
        }
        try transaction.add(audit(token, "work.change", id, detail, at: now))
        return work
    }

    /// The key under which a follower is counted, which says nothing about them.
    static func hidden(_ key: String, salt: String) -> String { AccessSecret.digest(of: salt + key) }

    func audit(_ token: AccessToken, _ action: String, _ work: WorkID?, _ detail: String?, at now: Instant)
        -> AuditEntry
    {
        AuditEntry(at: now, tokenID: token.id, name: token.name, action: action, work: work, detail: detail)
    }

    private static func foreign(_ work: Work, _ token: AccessToken) -> Problem {
        .forbidden("the work is of \(work.organisation ?? "nobody"); the token is of \(token.organisation ?? "nobody")")
    }

    static func lostRace(_ work: Work) -> Problem {
        Problem(
            .preconditionFailed, "lost-race", "Somebody else was quicker",
            detail: "the work is at revision \(work.revision) by now; read it again and decide anew")
    }
}
