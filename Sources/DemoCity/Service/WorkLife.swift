import Works

/// Writes a work's record event by event, up to the present and no further.
struct WorkLife {
    private(set) var work: Work
    private(set) var ledger: [LedgerEntry] = []
    private let now: Instant

    /// A work as it is first heard of, at its `reportedAt`.
    init(_ work: Work, by actor: Actor, now: Instant) {
        self.work = work
        self.now = now
        let at = work.reportedAt!
        self.work.updatedAt = at
        self.work.revision = 1
        note(.registered, at: at, to: work.status.rawValue, actor: actor)
        if let due = work.dueAt {
            self.work.originalDueAt = due
            note(.dueAt, at: at, to: due.description, actor: actor)
        }
    }

    private mutating func note(
        _ field: LedgerField, at: Instant, from: String? = nil, to: String?, reason: String? = nil, actor: Actor
    ) {
        ledger.append(
            LedgerEntry(
                revision: work.revision, at: at, recordedAt: at, field: field, from: from, to: to, reason: reason,
                actor: actor))
    }

    /// What a revision may change.
    enum Change: Sendable {
        case status(WorkStatus)
        case due(Instant)
        case organisation(String)
        case contractor(String)
        case startsAt(Instant)
        case onSite
    }

    /// Makes a revision at a moment that is not before the last one; nothing happens if it lies in the future.
    mutating func revise(at: Instant, by actor: Actor, reason: String? = nil, _ changes: Change...) {
        guard at <= now else { return }
        work.revision += 1
        work.updatedAt = at
        for change in changes {
            switch change {
            case .status(let status):
                note(.status, at: at, from: work.status.rawValue, to: status.rawValue, reason: reason, actor: actor)
                work.status = status
                if status == .done { work.completedAt = at }
            case .due(let due):
                note(.dueAt, at: at, from: work.dueAt?.description, to: due.description, reason: reason, actor: actor)
                if work.dueAt == nil { work.originalDueAt = due } else { work.dueChanges += 1 }
                work.dueAt = due
                work.passedDueAt = LateMove.passedDueAt(ledger.suffix(1), after: work.passedDueAt)
            case .organisation(let name):
                note(.organisation, at: at, from: work.organisation, to: name, reason: reason, actor: actor)
                work.organisation = name
            case .contractor(let name):
                note(.contractor, at: at, from: work.contractor, to: name, reason: reason, actor: actor)
                work.contractor = name
            case .startsAt(let start):
                note(
                    .startsAt, at: at, from: work.startsAt?.description, to: start.description, reason: reason,
                    actor: actor)
                work.startsAt = start
            case .onSite:
                note(
                    .onSiteAt, at: at, from: work.onSiteAt?.description, to: at.description, reason: reason,
                    actor: actor)
                work.onSiteAt = at
            }
        }
    }
}
