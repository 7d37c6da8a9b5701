import Geometry

/// Outcome of what somebody says about a known work: the new record and the ledger entries that explain it.
public enum Reconciliation: Hashable, Sendable {
    case updated(Work, [LedgerEntry])
    case unchanged
}

extension Reconciliation {
    /// A known work about which something is said again.
    ///
    /// What the draft does not mention stays; what it withdraws is cleared. A deadline that differs is a move: the old date goes to the ledger
    /// and `dueChanges` grows; the first promise is never touched. A deadline that is withdrawn is no move.
    public static func update(
        _ existing: Work, with draft: WorkDraft, at now: Instant, by actor: Actor, reason: String? = nil
    ) -> Self {
        let observed = draft.observedAt ?? now
        let revision = existing.revision + 1
        var work = existing
        var entries: [LedgerEntry] = []
        func note(_ field: LedgerField, at: Instant, from: String?, to: String?) {
            entries.append(
                LedgerEntry(
                    revision: revision, at: at, recordedAt: now, field: field, from: from, to: to, reason: reason,
                    actor: actor))
        }
        /// Takes over a value that the draft states, and notes it in the ledger when it has a field there.
        func take<Value: Equatable>(
            _ path: WritableKeyPath<Work, Value?>, _ said: Value?, _ field: LedgerField? = nil, text: (Value) -> String
        ) {
            guard let said, work[keyPath: path] != said else { return }
            if let field { note(field, at: observed, from: work[keyPath: path].map(text), to: text(said)) }
            work[keyPath: path] = said
        }
        func take<Value: RawRepresentable & Equatable>(
            _ path: WritableKeyPath<Work, Value>, _ said: Value?, _ field: LedgerField? = nil
        ) where Value.RawValue == String {
            guard let said, work[keyPath: path] != said else { return }
            if let field { note(field, at: observed, from: work[keyPath: path].rawValue, to: said.rawValue) }
            work[keyPath: path] = said
        }

        /// Clears a value that the draft withdraws and does not state.
        func withdraw<Value: Equatable>(
            _ path: WritableKeyPath<Work, Value?>, _ said: Value?, _ field: LedgerField, text: (Value) -> String
        ) {
            guard said == nil, let value = work[keyPath: path] else { return }
            note(field, at: observed, from: text(value), to: nil)
            work[keyPath: path] = nil
        }

        take(\.kind, draft.kind, .kind)
        if let category = draft.category, category != work.category {
            note(.category, at: observed, from: work.category, to: category)
            work.category = category
        }
        take(\.title, draft.title) { $0 }
        take(\.description, draft.description) { $0 }
        take(\.address, draft.address) { $0 }
        take(\.severity, draft.severity, .severity)
        take(\.district, draft.district, .district) { $0 }
        take(\.organisation, draft.organisation, .organisation) { $0 }
        take(\.contractor, draft.contractor, .contractor) { $0 }
        take(\.reportedAt, draft.reportedAt) { $0.description }
        take(\.startsAt, draft.startsAt, .startsAt) { $0.description }
        take(\.dailyFrom, draft.dailyFrom) { $0.description }
        take(\.dailyUntil, draft.dailyUntil) { $0.description }
        take(\.onSiteAt, draft.onSiteAt, .onSiteAt) { $0.description }
        take(\.trafficImpact, draft.trafficImpact, .trafficImpact) { $0.rawValue }
        if let said = draft.extra {
            (work.extra, work.privateExtra) = said.taken(over: existing.extra, existing.privateExtra)
        }
        if let said = draft.geometry, !existing.isAt(said) { take(\.geometry, said, .geometry) { $0.geoJSON } }

        for field in draft.withdrawn.fields {
            switch field {
            case .title: work.title = draft.title
            case .description: work.description = draft.description
            case .address: work.address = draft.address
            case .district: withdraw(\.district, draft.district, .district) { $0 }
            case .organisation: withdraw(\.organisation, draft.organisation, .organisation) { $0 }
            case .contractor: withdraw(\.contractor, draft.contractor, .contractor) { $0 }
            case .reportedAt: work.reportedAt = draft.reportedAt
            case .startsAt: withdraw(\.startsAt, draft.startsAt, .startsAt) { $0.description }
            // Where only the first promise is stated, it is the deadline.
            case .dueAt where existing.dueAt == draft.firstDueAt && !draft.withdrawn.contains(.deadlineForGood): break
            case .dueAt: withdraw(\.dueAt, draft.dueAt, .dueAt) { $0.description }
            case .dailyFrom: work.dailyFrom = draft.dailyFrom
            case .dailyUntil: work.dailyUntil = draft.dailyUntil
            case .onSiteAt: withdraw(\.onSiteAt, draft.onSiteAt, .onSiteAt) { $0.description }
            case .trafficImpact: withdraw(\.trafficImpact, draft.trafficImpact, .trafficImpact) { $0.rawValue }
            case .geometry: withdraw(\.geometry, draft.geometry, .geometry) { $0.geoJSON }
            }
        }

        let promised = existing.dueAt == nil && !draft.withdrawn.contains(.dueAt) ? draft.firstDueAt : nil
        if let due = draft.dueAt ?? promised, due != existing.dueAt {
            note(.dueAt, at: observed, from: existing.dueAt?.description, to: due.description)
            work.dueAt = due
            if existing.dueAt == nil {
                work.originalDueAt = existing.originalDueAt ?? due
            } else {
                work.dueChanges += 1
            }
        }
        let status = draft.status ?? existing.status
        if status != existing.status {
            let completed = status.isOpen ? nil : draft.completedAt ?? observed
            note(.status, at: completed ?? observed, from: existing.status.rawValue, to: status.rawValue)
            work.status = status
            work.completedAt = completed
            // A person says when it ended, if it was not just now. A source's list says only that it had ended by then.
            work.isCompletedEstimated =
                completed != nil && (draft.isCompletedEstimated || draft.completedAt == nil && actor.kind == .source)
        } else if !status.isOpen, let completed = draft.completedAt {
            if completed != existing.completedAt {
                note(.completedAt, at: observed, from: existing.completedAt?.description, to: completed.description)
            }
            work.completedAt = completed
            work.isCompletedEstimated = draft.isCompletedEstimated
        }

        work.passedDueAt = LateMove.passedDueAt(entries, after: existing.passedDueAt)
        guard work != existing else { return .unchanged }
        work.revision = revision
        work.updatedAt = now
        return .updated(work, entries)
    }

    /// A work that left the list of open works that its source publishes.
    ///
    /// It ended somewhere between the list on which it stood last and this one. If its deadline lies in between, it is taken to have
    /// ended by it: nobody is called late on a guess. If it was still listed after its deadline, it ended late.
    ///
    /// - Parameters:
    ///   - lastListedAt: The moment of the last list that had the work, if known.
    ///   - observed: The moment of the list that lacks it.
    public static func closeUnlisted(
        _ existing: Work, lastListedAt: Instant?, observedAt observed: Instant, at now: Instant, by actor: Actor
    ) -> Self {
        guard existing.status.isOpen else { return .unchanged }
        var draft = WorkDraft()
        draft.status = .done
        draft.observedAt = observed
        draft.completedAt = observed
        draft.isCompletedEstimated = true
        if let due = existing.dueAt, due <= observed, lastListedAt.map({ due >= $0 }) ?? false {
            draft.completedAt = due
        }
        return update(existing, with: draft, at: now, by: actor, reason: unlistedReason)
    }

    /// Reason in the ledger of a work that left its source's list.
    public static let unlistedReason = "no longer on the source's list"
}

extension Work {
    /// True if a geometry that has been checked is the work's own, which may be older than the check and finer than what is stored now.
    fileprivate func isAt(_ place: Geometry) -> Bool {
        guard let geometry, geometry != place else { return geometry != nil }
        return GeometryCheck.check(geometry).geometry == place
    }
}
