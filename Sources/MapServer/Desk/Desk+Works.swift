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
    /// True if staff have hidden the work: then nobody is told more than that.
    var isHidden = false
}

extension Desk {
    /// A submission that is ready to be written: what needs no transaction has been found out.
    struct PreparedSubmission: Sendable {
        var draft: WorkDraft
        var contact: ReporterContact
        var decision: RuleDecision?
        var reason: String?
        var isConfirmed: Bool
        /// Services that the rules name.
        var ruled: Set<String>
    }

    /// Finds out the district, and what the rules say.
    func prepare(_ submission: WorkSubmission, for token: AccessToken, at now: Instant) throws -> PreparedSubmission {
        var draft = try token.stating(submission.draft)
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
        return PreparedSubmission(
            draft: draft, contact: submission.contact, decision: decision, reason: submission.reason,
            isConfirmed: submission.isConfirmed, ruled: token.isMachine ? [] : ruledOrganisations)
    }

    /// Services that the city's rules name; none while there are no rules.
    var ruledOrganisations: Set<String> { Set((try? rules.book())?.routes.map(\.organisation) ?? []) }

    /// The bearer of a person's token, with what the city knows of the names that are spoken of.
    ///
    /// - Parameter ruled: Services that the rules name.
    private func speaker(
        _ token: AccessToken, naming names: [String?], ruled: Set<String>, in transaction: any DeskTransaction
    ) throws -> Speaker {
        let named = Set(names.compactMap { $0 })
        let known = named.isEmpty ? CityNames() : try transaction.cityNames(among: named)
        return Speaker(
            actor: token.actor, mayAddNames: token.role == .admin, names: known.union(CityNames(organisations: ruled)))
    }

    /// Writes a submission: a work that its source has named before is brought up to date, any other one is new.
    ///
    /// A machine states what its source says; what a person states of a new work follows the rules for people.
    func submit(
        _ submission: PreparedSubmission, by token: AccessToken, at now: Instant,
        in transaction: any DeskTransaction
    ) throws -> SubmissionOutcome {
        let draft = submission.draft
        let actor = token.actor
        var reason = submission.reason
        if let source = draft.source, let sourceID = draft.sourceID,
            let known = try transaction.work(source: source, sourceID: sourceID)
        {
            let isHidden = try transaction.isHidden(known.id)
            guard token.mayChange(workOf: known.organisation) else {
                throw isHidden ? Problem.forbidden("the work is hidden") : Self.foreign(known, token)
            }
            let heard = draft.respecting(try transaction.ledger(of: known.id))
            guard
                case .updated(let work, let ledger) = Reconciliation.update(
                    known, with: heard, at: now, by: actor, reason: reason)
            else { return SubmissionOutcome(effect: .unchanged, work: known, isHidden: isHidden) }
            try transaction.update(work, ledger: ledger)
            try transaction.add(audit(token, "work.update", work.id, "\(source) \(sourceID)", at: now))
            return SubmissionOutcome(effect: .updated, work: work, isHidden: isHidden)
        }
        if !token.isMachine {
            let speaker = try speaker(
                token, naming: [draft.organisation, draft.contractor], ruled: submission.ruled, in: transaction)
            reason = try Reconciliation.checkNew(
                draft, reason: reason, isConfirmed: submission.isConfirmed, at: now, by: speaker)
        }
        guard draft.category != nil else { throw WorkSubmission.malformed("category", "a new work needs one") }
        guard let kind = draft.kind ?? submission.decision?.kind else {
            throw WorkSubmission.malformed("kind", "a category that is not in the catalogue needs a kind")
        }
        let (work, ledger) = Reconciliation.create(
            draft, kind: kind, decision: submission.decision, id: .new(), at: now, by: actor, reason: reason)
        try transaction.insert(work, ledger: ledger)
        if !submission.contact.isEmpty { try transaction.setContact(submission.contact, of: work.id) }
        let name = draft.sourceID.map { "\(draft.source ?? "") \($0)" }
        try transaction.add(audit(token, "work.create", work.id, name, at: now))
        return SubmissionOutcome(effect: .inserted, work: work)
    }

    /// Facts that a decision is made with besides the work, read before its transaction.
    struct DecisionGround: Sendable {
        /// Services that the rules name.
        var ruled: Set<String>
    }

    /// Finds out what decisions are made with. It blocks.
    func ground() throws -> DecisionGround {
        DecisionGround(ruled: ruledOrganisations)
    }

    /// Carries a decision out.
    ///
    /// - Parameters:
    ///   - expected: The revision that the decision is about; whoever was quicker has made another one. Nil decides on any.
    ///   - ground: What ``ground()`` has found out before.
    /// - Throws: ``Problem``, ``WorkChangeError``, ``AuthorityError``, ``DuplicateError``, and what the store throws.
    func decide(
        _ decision: WorkDecision, on id: WorkID, expecting expected: Int?, by token: AccessToken, at now: Instant,
        ground: DecisionGround, in transaction: any DeskTransaction
    ) throws -> Work {
        try token.requirePerson()
        guard let existing = try transaction.work(id) else {
            if try transaction.isHidden(id) { throw Self.unhideFirst(id) }
            throw WorkRoutes.noWork(id)
        }
        if let expected, expected != existing.revision { throw Self.lostRace(existing) }
        guard token.mayChange(workOf: existing.organisation) else { throw Self.foreign(existing, token) }
        let detail = decision.fields.joined(separator: ", ")
        let work: Work
        switch decision.original {
        case .some(.some(let original)):
            work = try transaction.markDuplicate(
                existing, of: original, reason: decision.change.reason, at: now, by: token.actor)
        case .some(.none):
            work = try transaction.unmarkDuplicate(
                existing, reason: decision.change.reason, at: now, by: token.actor)
        case .none:
            let change = decision.change
            let speaker = try speaker(
                token, naming: [change.organisation, change.contractor], ruled: ground.ruled, in: transaction)
            switch try Reconciliation.decide(change, on: existing, at: now, by: speaker) {
            case .updated(let changed, let ledger):
                try transaction.update(changed, ledger: ledger)
                work = changed
            case .unchanged:
                // The ledger says what changed; that somebody looked and left it, and why, stays in the audit log.
                let reason = change.reason.map { ": \($0)" } ?? ""
                try transaction.add(audit(token, "work.unchanged", id, detail + reason, at: now))
                return existing
            }
        }
        try transaction.add(audit(token, "work.change", id, detail, at: now))
        return work
    }

    func audit(_ token: AccessToken, _ action: String, _ work: WorkID?, _ detail: String?, at now: Instant)
        -> AuditEntry
    {
        AuditEntry(at: now, tokenID: token.id, name: token.name, action: action, work: work, detail: detail)
    }

    private static func foreign(_ work: Work, _ token: AccessToken) -> Problem {
        .forbidden("the work is of \(work.organisation ?? "nobody"); the token is of \(token.organisation ?? "nobody")")
    }

    static func unhideFirst(_ id: WorkID) -> Problem {
        Problem(
            .gone, "hidden", "The work is hidden",
            detail:
                "work \(id) is hidden: its texts and its place can be changed; for everything else bring it back first")
    }

    static func lostRace(_ work: Work) -> Problem {
        Problem(
            .preconditionFailed, "lost-race", "Somebody else was quicker",
            detail: "the work is at revision \(work.revision) by now; read it again and decide anew")
    }
}
