/// Why a work cannot be called a duplicate.
public enum DuplicateError: Error, Hashable, Sendable, CustomStringConvertible {
    case itself
    /// There is no such work to be a duplicate of.
    case unknown(WorkID)
    /// The other work is itself a duplicate of this one.
    case circle(WorkID)
    case notLinked
    /// A link is made and taken away only with a reason that everyone can read.
    case reasonMissing

    public var description: String {
        switch self {
        case .itself: "a work is no duplicate of itself"
        case .unknown(let id): "there is no work \(id) that this one could be a duplicate of"
        case .circle(let id): "work \(id) is itself called a duplicate of this one"
        case .notLinked: "the work is not called a duplicate"
        case .reasonMissing: "calling a work a duplicate, or none any more, needs a reason that everyone can read"
        }
    }
}

extension DeskTransaction {
    /// Calls a work the duplicate of another: it is closed, points there, and its followers and its reporter follow the other.
    ///
    /// - Returns: The work as it is then.
    /// - Throws: ``DuplicateError``, and what the store throws.
    public func markDuplicate(
        _ work: Work, of originalID: WorkID, reason: String?, at now: Instant, by actor: Actor
    ) throws -> Work {
        guard work.id != originalID else { throw DuplicateError.itself }
        guard let target = try self.work(originalID) else { throw DuplicateError.unknown(originalID) }
        // A duplicate of a duplicate is one of the first; the chain has an end, because no circle is let in.
        var root = target.id
        while let next = try original(of: root) {
            if next == work.id { throw DuplicateError.circle(originalID) }
            root = next
        }
        guard root != work.id else { throw DuplicateError.circle(originalID) }
        let before = try original(of: work.id)
        guard before != root else { return work }
        let changed = try link(work, from: before, to: root, reason: reason, at: now, by: actor)
        try copyFollowers(from: work.id, to: root, at: now)
        return changed
    }

    /// Takes back that a work is a duplicate; it is open again.
    public func unmarkDuplicate(_ work: Work, reason: String?, at now: Instant, by actor: Actor) throws -> Work {
        guard let before = try original(of: work.id) else { throw DuplicateError.notLinked }
        return try link(work, from: before, to: nil, reason: reason, at: now, by: actor)
    }

    private func link(
        _ work: Work, from before: WorkID?, to after: WorkID?, reason: String?, at now: Instant, by actor: Actor
    ) throws -> Work {
        guard let reason, !reason.allSatisfy(\.isWhitespace) else { throw DuplicateError.reasonMissing }
        var changed = work
        changed.revision += 1
        changed.updatedAt = now
        func entry(_ field: LedgerField, _ from: String?, _ to: String?) -> LedgerEntry {
            LedgerEntry(
                revision: changed.revision, at: now, recordedAt: now, field: field, from: from, to: to, reason: reason,
                actor: actor)
        }
        var ledger = [entry(.duplicateOf, before?.description, after?.description)]
        let status: WorkStatus = after == nil ? (work.status == .rejected ? .accepted : work.status) : .rejected
        if status != work.status, work.status.isOpen || after == nil {
            ledger.append(entry(.status, work.status.rawValue, status.rawValue))
            changed.status = status
        }
        try update(changed, ledger: ledger)
        try setOriginal(of: work.id, to: after, at: now)
        return changed
    }
}
