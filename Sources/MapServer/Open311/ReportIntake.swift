import Geometry
import HTTPEdge
import TimeBudgets
import Works

extension Desk {
    /// A resident's report with everything that is found out before it is written.
    struct Intake: Sendable {
        var report: PendingReport
        var draft: WorkDraft
        var decision: RuleDecision
        /// What it probably repeats, the nearest first.
        var near: [NearReport]
    }

    /// Finds out where a report lies, what the rules say of it, and what it repeats.
    ///
    /// - Throws: ``OutsideCity``, ``Problem`` for a category that is not in the catalogue.
    func prepare(_ report: PendingReport, _ book: RuleBook, budget: TimeBudget) throws -> Intake {
        var draft = report.draft
        var near: [NearReport] = []
        if case .point(let place)? = draft.geometry {
            draft.district = try city.district(at: place)
            if let rule = book.duplicateRule(for: report.category) {
                near = try store.nearReports(
                    category: report.category, at: place, rule, now: .now, limit: 3, budget: budget)
            }
        }
        guard
            let decision = book.decide(
                category: report.category, district: draft.district, severity: report.severity,
                reportedAt: report.receivedAt)
        else { throw Problem.unprocessable("unknown-category", "\(report.category) is not in the catalogue") }
        return Intake(report: report, draft: draft, decision: decision, near: near)
    }

    /// Makes a work of a report and keeps its contact apart.
    func accept(_ intake: Intake, at now: Instant, in transaction: any DeskTransaction) throws -> Work {
        let (work, ledger) = Reconciliation.create(
            intake.draft, kind: intake.draft.kind ?? intake.decision.kind, decision: intake.decision, id: .new(),
            at: now,
            by: Actor(kind: .resident))
        try transaction.insert(work, ledger: ledger)
        if !intake.report.contact.isEmpty { try transaction.setContact(intake.report.contact, of: work.id) }
        return work
    }
}
