import Foundation
import Works

/// The writing of one part of a file.
struct WritingPass {
    let transaction: any WorksTransaction
    let now: Instant
    let actor: Actor
    /// Number of the import in the record of imports.
    let number: Int64
    /// Largest row id of a work before it.
    let createdAfter: Int64
    /// Districts of the city, by which works with a place have theirs; nil if there are none.
    let districts: DistrictIndex?
    /// Open works of the source before it, where that counts.
    var openBefore = 0
    /// The moment of the source's last whole list; nil if there was none.
    var lastWholeList: Instant?
    /// True if rows have times of their own, so that an older row may come after a newer one about the same work.
    var isTimedByRow = false
    var identities = IdentityBits()
    /// Names of works of the source that rows mean by our ids.
    var meant: Set<String> = []
    /// Outcome of rows about works of other sources.
    var foreign = ForeignSources()
    /// Values that rows withdraw if the file turns out to speak of them.
    var unsure: [Unsure] = []

    struct Unsure {
        var id: WorkID
        var fields: WorkFields
        var observedAt: Instant?
        /// True if the row changed nothing else.
        var isUnchanged: Bool
    }

    func insert(_ work: Work, _ ledger: [LedgerEntry], observedAt: Instant?) throws {
        try transaction.insert(work, ledger: ledger)
        if isTimedByRow, let observedAt { try transaction.noteStatement(observedAt, of: work.id) }
    }

    /// Writes what an import changes of a known work, so that it can be taken back.
    func update(_ known: Work, to work: Work, _ ledger: [LedgerEntry]) throws {
        try transaction.update(work, ledger: ledger)
        if let change = ImportChange(from: known, to: work) { try transaction.keep(change, of: work.id, by: number) }
    }
}

extension Importer {
    // MARK: Rows

    func reconcile(
        _ stated: WorkDraft, unsure: WorkFields, _ pass: inout WritingPass, _ report: inout ImportReport
    ) throws {
        let (transaction, now) = (pass.transaction, pass.now)
        var draft = stated
        if let id = draft.id, try transaction.isHidden(id) {
            report.hidden += 1
            report.unchanged += 1
            return
        }
        var exported = try draft.id.flatMap { try transaction.work($0) }
        if let work = exported, !scope.mayChange(source: work.source, list: report.source) {
            // It came while the rows were read.
            (exported, draft.id) = (nil, nil)
        }
        if let work = exported, work.source == report.source, let name = work.sourceID { pass.meant.insert(name) }
        let known: Work? =
            if let exported {
                exported
            } else if let source = draft.source, let sourceID = draft.sourceID {
                try transaction.work(source: source, sourceID: sourceID)
            } else { nil }
        guard let known else { return try add(draft, &pass, &report) }
        if pass.districts != nil, draft.geometry == nil, known.geometry != nil, !draft.withdrawn.contains(.geometry) {
            // The district of its place stands.
            draft.district = nil
            draft.withdrawn.remove(WorkFields(.district))
        }
        if draft.status == nil, known.status == .rejected {
            draft.status = try transaction.ledger(of: known.id).statusBeforeTakingBack
        }
        if let observed = draft.observedAt, pass.isTimedByRow {
            if let last = try transaction.lastStatement(of: known.id), observed < last {
                report.outdated += 1
                report.unchanged += 1
                return
            }
            try transaction.noteStatement(observed, of: known.id)
        }
        var outcome = Reconciliation.update(known, with: draft, at: now, by: pass.actor)
        if try transaction.isHidden(known.id) { report.hidden += 1 }
        if case .updated(_, let entries) = outcome, try !entries.isEmpty || transaction.isRedacted(known.id) {
            outcome = .update(
                known, with: draft.respecting(try transaction.ledger(of: known.id)), at: now, by: pass.actor)
        }
        if let districts = pass.districts, draft.geometry != nil, case .updated(var work, let entries) = outcome {
            work.district = districts.district(of: work.geometry, stated: work.district)
            outcome = .updated(work, entries)
        }
        var later = unsure.stated(in: known)
        if known.dueAt == draft.firstDueAt { later.remove(WorkFields(.dueAt)) }
        if !later.isEmpty {
            pass.unsure.append(
                .init(
                    id: known.id, fields: later, observedAt: draft.observedAt, isUnchanged: outcome == .unchanged))
        }
        switch outcome {
        case .updated(let work, let ledger):
            try pass.update(known, to: work, ledger)
            if known.source != report.source { pass.foreign.changed[known.source ?? "", default: 0] += 1 }
            report.updated += 1
            report.deadlinesMoved += ledger.count { $0.field == .dueAt && $0.from != nil && $0.to != nil }
            report.deadlinesWithdrawn += ledger.count { $0.field == .dueAt && $0.to == nil }
        case .unchanged: report.unchanged += 1
        }
    }

    /// Adds a work that is not known, by the rules where there are some.
    private func add(_ draft: WorkDraft, _ pass: inout WritingPass, _ report: inout ImportReport) throws {
        guard let kind = draft.kind else { preconditionFailure("a row without a kind is refused when it is read") }
        let milliseconds = UInt64(max(0, Date().timeIntervalSince1970 * 1000))
        let id = draft.id ?? WorkID(millisecondsSinceEpoch: milliseconds, using: &pass.identities)
        let (work, ledger) = Reconciliation.create(
            draft, kind: kind, decision: decision(on: draft, at: pass.now), id: id, at: pass.now, by: pass.actor,
            lackedAt: pass.lastWholeList)
        try pass.insert(work, ledger, observedAt: draft.observedAt)
        report.inserted += 1
    }

    /// Clears what rows withdrew by lacking it, now that it is known of what the file speaks.
    func settleUnsure(_ summary: DecodingSummary, _ pass: inout WritingPass, _ report: inout ImportReport) throws {
        for row in pass.unsure {
            var draft = WorkDraft()
            draft.withdrawn = row.fields.intersection(summary.spoken)
            draft.observedAt = row.observedAt
            guard !draft.withdrawn.isEmpty, let known = try pass.transaction.work(row.id) else { continue }
            draft = draft.respecting(try pass.transaction.ledger(of: row.id))
            guard
                case .updated(let work, let ledger) = Reconciliation.update(
                    known, with: draft, at: pass.now, by: pass.actor)
            else { continue }
            try pass.update(known, to: work, ledger)
            report.deadlinesWithdrawn += ledger.count { $0.field == .dueAt && $0.to == nil }
            if row.isUnchanged {
                report.unchanged -= 1
                report.updated += 1
            }
        }
        pass.unsure = []
    }

    /// The rules' decision on a new work; nil without rules, and for a category that is not in their catalogue.
    func decision(on draft: WorkDraft, at now: Instant) -> RuleDecision? {
        guard let rules = options.rules, let category = draft.category else { return nil }
        return rules.decide(
            category: category, district: draft.district, severity: draft.severity,
            reportedAt: draft.reportedAt ?? now)
    }

    // MARK: The list as a whole

    /// Open works of a source from which on the share of closings counts.
    private static let fewWorks = 20

    /// Closes what the list no longer has, as far as that may be concluded, and notes its moment.
    ///
    /// - Returns: True if absence was concluded from the list.
    /// - Throws: ``ImportError`` if the list is older than the last one, has no time, or would close what it must not.
    func settle(
        _ summary: DecodingSummary, _ mapping: Mapping, _ pass: WritingPass, _ report: inout ImportReport
    ) throws -> Bool {
        let (transaction, source) = (pass.transaction, report.source)
        let last = try transaction.lastObservation(ofSource: source)
        let readable = summary.read - summary.refused
        // A list of a mapping that names no time is of the moment at which it comes.
        let observed = summary.observedAt ?? (summary.isFullSnapshot && !mapping.statesListTime ? pass.now : nil)
        if let observed, let last, observed < last, summary.isFullSnapshot || summary.hasListTime {
            throw ImportError.older(file: report.file, observed: observed, last: last, source: source)
        }
        if report.outdated > 0 {
            report.notes.append(
                "\(report.outdated) rows are older than what is known of their works already, and change nothing")
        }
        var isWhole = false
        if summary.isFullSnapshot {
            guard observed != nil || readable == 0 else {
                throw ImportError.unknownMoment(
                    file: report.file, "no row says of when the list is; say the time with --observed-at")
            }
            isWhole = try closeUnlisted(summary, pass, observed, &report)
        }
        if let observed, readable > 0 || summary.read == 0, last.map({ observed >= $0 }) ?? true {
            try transaction.noteObservation(observed, ofSource: source, isWhole: isWhole)
        }
        return isWhole
    }

    private func closeUnlisted(
        _ summary: DecodingSummary, _ pass: WritingPass, _ observed: Instant?, _ report: inout ImportReport
    ) throws -> Bool {
        let (transaction, source) = (pass.transaction, report.source)
        let gone = try transaction.openWorks(ofSource: source, notIn: summary.listed.union(pass.meant)).filter {
            try !isReopened($0, in: transaction)
        }
        let readable = summary.read - summary.refused
        if summary.listed.isEmpty, readable == 0, !gone.isEmpty {
            guard summary.read > 0 else { throw ImportError.emptySnapshot(file: report.file, source: source) }
            throw ImportError.unreadableSnapshot(
                file: report.file, source: source, rows: summary.read,
                reason: summary.refusalReasons.all.first?.reason ?? "")
        }
        let doubt: String? =
            if let sign = summary.truncation {
                "the list says of itself that it is cut off (\(sign))"
            } else if summary.read > 0, readable == 0 {
                "no row of the list could be read"
            } else if summary.unnamed > 0 {
                "of \(summary.unnamed) refused rows it cannot be said what works they are about"
            } else { nil }
        if let doubt {
            let count = gone.isEmpty ? "" : "; \(gone.count) open works that it lacks stay open"
            report.notes.append("\(doubt), so nothing is closed for not being on it\(count)")
            return false
        }
        guard let observed else { return false }
        let limit = summary.closeAtMost ?? Mapping.usualClosings
        if pass.openBefore >= Self.fewWorks, !options.confirmsClosings,
            Double(gone.count) > limit * Double(pass.openBefore)
        {
            throw ImportError.tooManyClosings(
                file: report.file, source: source, closings: gone.count, open: pass.openBefore, limit: limit)
        }
        let last = try transaction.lastWholeObservation(ofSource: source)
        for work in gone {
            let outcome = Reconciliation.closeUnlisted(
                work, lastListedAt: last, observedAt: observed, at: pass.now, by: pass.actor)
            guard case .updated(let closed, let ledger) = outcome else { continue }
            try pass.update(work, to: closed, ledger)
            report.closed += 1
        }
        return true
    }

    /// True if a person had the last word on the status and took back that the work is done: its being off the list says nothing new then.
    private func isReopened(_ work: Work, in transaction: any WorksTransaction) throws -> Bool {
        var said = WorkDraft()
        said.status = .done
        return said.respecting(try transaction.ledger(of: work.id)).status == nil
    }

}
