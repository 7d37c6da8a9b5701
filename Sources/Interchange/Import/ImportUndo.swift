import Geometry
public import Works

/// Takes back what came from a source, and forgets the times of its lists.
///
/// Nothing is deleted or rewritten: what is taken back is taken back by further revisions, and the record of imports says so.
public struct ImportUndo {
    /// Counts of works by what became of them.
    public struct Outcome: Hashable, Sendable {
        /// The import that was taken back.
        public var undone: ImportRecord
        /// Works of which fields went back to what they were.
        public var restored = 0
        /// Works that the import had created and that are rejected now.
        public var rejected = 0
        /// Works that stay as they are, because somebody has changed since what the import had changed.
        public var left = 0
    }

    private let store: any WorksStore
    private let now: Instant

    public init(store: any WorksStore, now: Instant = .now) {
        self.store = store
        self.now = now
    }

    /// Takes the last import of a source back.
    ///
    /// - Parameter reason: Why, in words that everyone may read; it stands in the ledger of each work.
    /// - Throws: ``ImportUndoError`` if there is nothing that can be taken back.
    public func takeBackLast(ofSource source: String, reason: String) throws -> Outcome {
        try store.write(bulk: false) { transaction in
            let records = try transaction.imports(ofSource: source)
            let undone = Set(records.compactMap(\.undoes))
            guard let last = records.last(where: { $0.action == .imported }) else {
                throw ImportUndoError.nothing(source: source)
            }
            guard !undone.contains(last.id) else {
                throw ImportUndoError.alreadyUndone(source: source, number: last.id)
            }
            if let layer = last.layer, ReferenceLayer(rawValue: layer) != nil {
                throw ImportUndoError.referenceLayer(source: source, layer: layer)
            }
            var outcome = Outcome(undone: last)
            try takeBack(last, reason: reason, in: transaction, &outcome)
            try forget(last, among: records, undone: undone, in: transaction)
            var counts = ImportCounts()
            counts.updated = outcome.restored + outcome.rejected
            counts.unchanged = outcome.left
            try transaction.add(
                ImportRecord(
                    id: transaction.nextImport(), action: .undone, source: source, layer: last.layer, recordedAt: now,
                    counts: counts, reason: reason, undoes: last.id))
            try transaction.forgetChanges(ofSource: source, but: nil)
            return outcome
        }
    }

    private func takeBack(
        _ last: ImportRecord, reason: String, in transaction: any WorksTransaction, _ outcome: inout Outcome
    ) throws {
        let actor = Actor(kind: .source, name: last.source)
        let words = "\(Reconciliation.takenBackPrefix) (\(last.file ?? "")): \(reason)"
        func write(_ step: Reconciliation, _ count: WritableKeyPath<Outcome, Int>) throws {
            guard case .updated(let work, let ledger) = step else {
                outcome.left += 1
                return
            }
            try transaction.update(work, ledger: ledger)
            outcome[keyPath: count] += 1
        }
        let changes = try transaction.changes(by: last.id)
        guard changes.count > 0 || last.counts.updated + last.counts.closed == 0 else {
            throw ImportUndoError.notKept(source: last.source, number: last.id)
        }
        for (id, change) in changes {
            let hidden = { try (transaction as? any DeskTransaction)?.hiddenWork(id) }
            guard let work = try transaction.work(id) ?? hidden() else { continue }
            try write(
                .takeBack(
                    change, from: work, ledger: transaction.ledger(of: id), at: now, by: actor, reason: words),
                \.restored)
        }
        for work in try transaction.works(after: last.created.after, upTo: last.created.upTo) {
            try write(
                .takeBack(
                    created: work, ledger: transaction.ledger(of: work.id), at: now, by: actor, reason: words),
                \.rejected)
        }
    }

    /// Forgets the list's time, unless an import that stands has it too.
    private func forget(
        _ last: ImportRecord, among records: [ImportRecord], undone: Set<Int64>, in transaction: any WorksTransaction
    ) throws {
        let observed = last.observedAt ?? last.recordedAt
        let standing = records.filter { $0.action == .imported && $0.id < last.id && !undone.contains($0.id) }
        guard !standing.contains(where: { $0.observedAt ?? $0.recordedAt >= observed }) else { return }
        try transaction.forgetObservations(ofSource: last.source, from: observed)
    }

    /// Forgets the times of all lists of a source, so that the next one comes in whatever its time.
    ///
    /// - Returns: The time of the last list, which is forgotten; nil if there was none.
    public func reset(source: String, reason: String) throws -> Instant? {
        try store.write(bulk: false) { transaction in
            let last = try transaction.lastObservation(ofSource: source)
            try transaction.forgetObservations(ofSource: source, from: nil)
            try transaction.add(
                ImportRecord(
                    id: transaction.nextImport(), action: .reset, source: source, observedAt: last, recordedAt: now,
                    reason: reason))
            return last
        }
    }
}

/// Why an import cannot be taken back.
public enum ImportUndoError: Error, Hashable, Sendable {
    case nothing(source: String)
    case alreadyUndone(source: String, number: Int64)
    case referenceLayer(source: String, layer: String)
    /// Its changes were not kept, for want of the key.
    case notKept(source: String, number: Int64)
}

extension ImportUndoError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .nothing(let source): "no import of \(source) is on record, so there is nothing to take back"
        case .alreadyUndone(let source, let number):
            "the last import of \(source), number \(number), has been taken back already; what earlier ones changed is no longer kept"
        case .referenceLayer(_, let layer):
            "the last import went into \(layer), of which nothing is taken back: import the right file over it"
        case .notKept(let source, let number):
            "what import \(number) of \(source) changed was not kept, for want of the key; import a right list instead"
        }
    }
}
