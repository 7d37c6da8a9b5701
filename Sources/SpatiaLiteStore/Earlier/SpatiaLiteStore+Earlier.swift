import GRDB
import Geometry
import TimeBudgets
import Works

extension SpatiaLiteStore {
    /// Hands out the works of a page as they were at a moment, in one read transaction.
    func forEachWork(
        _ page: WorkPage, asOf moment: Instant, budget: TimeBudget, _ body: (WorkRow) throws -> Void
    ) throws {
        let isDone = try read(within: budget) { reader in
            guard let known = moments.works(asOf: moment),
                try known.state == IdentityTables.stateOfWorks(in: reader.database)
            else { return false }
            try reader.forEachWork(page, in: known, body)
            return true
        }
        guard !isDone else { return }
        try moments.alone(at: moment, budget: budget) {
            // The transaction begins within the turn, so that what is kept is never of a later state.
            try read(within: budget) { reader in
                let works = try reader.works(asOf: moment, since: moments.works(asOf: moment))
                moments.keep(works)
                try reader.forEachWork(page, in: works, body)
            }
        }
    }
}

/// Ends a reading once its page is full.
private struct PageEnd: Error {}

extension WorkReader {
    /// Works that may have changed since a state without what is known of a moment being read anew.
    private static let changesToFollow = 10_000

    // MARK: A page

    /// Hands out the works of a page as they were, those in their rows and those that are not side by side.
    func forEachWork(_ page: WorkPage, in earlier: EarlierWorks, _ body: (WorkRow) throws -> Void) throws {
        guard page.limit != 0 else { return }
        var rows = page
        rows.filter.asOf = nil
        rows.limit = nil
        if let since = page.changedSince {
            let changed = try numbersChanged(since: since)
            rows.numbers = page.numbers.map { $0.filter(Set(changed).contains) } ?? changed
            rows.changedSince = nil
        }
        var entries = earlier.entries[...]
        if let numbers = rows.numbers {
            entries = numbers.compactMap(earlier.entry)[...]
            let elsewhere = Set(entries.map(\.number))
            rows.numbers = numbers.filter { !elsewhere.contains($0) }
        } else if let after = page.after {
            entries = entries[earlier.index(from: after == .max ? after : after + 1)...]
        }
        var rest = page.limit ?? .max
        var untilCheck = Self.entriesPerCheck
        func handOut(_ row: WorkRow) throws {
            try body(row)
            rest -= 1
            if rest == 0 { throw PageEnd() }
        }
        /// Hands out the works before a number that are not in their rows; returns true if the one with the number is none of those that are.
        func handOut(before number: Int64) throws -> Bool {
            while let entry = entries.first, entry.number <= number {
                entries.removeFirst()
                untilCheck -= 1
                if untilCheck == 0 {
                    try budget.check()
                    untilCheck = Self.entriesPerCheck
                }
                if let work = entry.work, entry.number > page.after ?? .min,
                    page.filter.matches(work, at: earlier.moment, relate: relate)
                {
                    try work.withRow(number: entry.number, handOut)
                }
                if entry.number == number { return true }
            }
            return false
        }
        do {
            try forEachWork(rows, at: earlier.moment) { row in
                if try !handOut(before: row.number) { try handOut(row) }
            }
            _ = try handOut(before: page.upTo ?? .max)
        } catch is PageEnd {}
    }

    /// Works between two looks at the budget.
    private static var entriesPerCheck: Int { 256 }

    /// A spatial relation by the engine's own functions, as its SQL judges it.
    private func relate(_ relation: SpatialRelation, _ one: Geometry, _ other: Geometry) -> Bool? {
        guard let statement = try? PreparedStatement(database, "SELECT \(relation.function)(?, ?)") else { return nil }
        defer { statement.reset() }
        statement.bind([.blob(SpatiaLiteBlob.encode(one)), .blob(SpatiaLiteBlob.encode(other))])
        guard (try? statement.step()) == true, !statement.isNull(0) else { return nil }
        return statement.integer(0) < 0 ? nil : statement.integer(0) != 0
    }

    // MARK: What was known

    /// The works that were not as they are at a moment.
    ///
    /// - Parameter known: The same of an earlier state, so that only what changed since is read.
    fileprivate func works(asOf moment: Instant, since known: EarlierWorks?) throws -> EarlierWorks {
        let state = try IdentityTables.stateOfWorks(in: database)
        if let known, try IdentityTables.continues(known.state, in: database) {
            let changed = try numbersChanged(since: known.state.count, limit: Self.changesToFollow)
            let hidden = try HiddenWorks(database: database).numbers(since: known.state.count)
            if let changed {
                return known.replacing(
                    Set(changed + hidden), by: try entries(of: changed, asOf: moment), state: state)
            }
        }
        return EarlierWorks(
            moment: moment, state: state, entries: try entries(of: numbers(saidAfter: moment), asOf: moment))
    }

    /// Row ids of the works that changed after a point of the count of changes, ascending; nil if they are more than `limit`.
    private func numbersChanged(since change: Int64, limit: Int) throws -> [Int64]? {
        try numbersChanged(since: change, after: nil, limit: limit)
    }

    private func numbersChanged(since change: Int64) throws -> [Int64] {
        try numbersChanged(since: change, limit: Int(Int32.max)) ?? []
    }

    /// Row ids of the works of which something was said, or which ended or changed, after a moment, ascending.
    private func numbers(saidAfter moment: Instant) throws -> [Int64] {
        let statement = try PreparedStatement(
            database,
            """
            SELECT work FROM ledger WHERE at > ?1
            UNION SELECT fid FROM works WHERE completed_at > ?1 OR updated_at > ?1 ORDER BY 1
            """)
        defer { statement.reset() }
        statement.bind(1, moment.description)
        var numbers: [Int64] = []
        while try statement.step() { numbers.append(statement.integer(0)) }
        return numbers
    }

    /// The works of these numbers, ascending, that were not at a moment as they are.
    private func entries(of numbers: [Int64], asOf moment: Instant) throws -> [EarlierWorks.Entry] {
        let layout = RowLayout(columns: .all, geometry: true)
        let rows = try PreparedStatement(database, "SELECT \(layout.selection) FROM works WHERE fid = ?")
        defer { rows.reset() }
        let ledger = try LedgerReading(database)
        defer { ledger.reset() }
        var found: [EarlierWorks.Entry] = []
        try layout.withRows(of: rows) { next in
            for (index, number) in numbers.enumerated() {
                if index % 64 == 0 { try budget.check() }
                rows.reset()
                rows.bind(1, number)
                guard try rows.step() else { continue }
                let entries = try ledger.entries(of: number)
                let work = try next().work()
                let isAsThen = work.updatedAt <= moment && work.completedAt.map { $0 <= moment } ?? true
                if isAsThen, !entries.contains(where: { $0.at > moment }) { continue }
                found.append(EarlierWorks.Entry(number: number, work: work.asOf(moment, entries)))
            }
        }
        return found
    }
}

/// The entries of works, without who made them and when they were written down.
private struct LedgerReading {
    private let statement: PreparedStatement

    init(_ database: Database) throws {
        statement = try PreparedStatement(
            database,
            """
            SELECT revision, at, field, old_value, new_value, reason, actor
            FROM ledger JOIN recordings ON recordings.id = ledger.recording
            WHERE ledger.fid BETWEEN ?1 * \(Schema.ledgerEntriesPerWork) AND (?1 + 1) * \(Schema.ledgerEntriesPerWork) - 1
            ORDER BY ledger.fid
            """)
    }

    func reset() { statement.reset() }

    func entries(of number: Int64) throws -> [LedgerEntry] {
        statement.reset()
        statement.bind(1, number)
        var entries: [LedgerEntry] = []
        while try statement.step() {
            guard let at = statement.text(1).flatMap({ Instant($0) }),
                let field = statement.text(2).flatMap(LedgerField.init(rawValue:)),
                let actor = statement.text(6).flatMap(Actor.Kind.init(rawValue:))
            else { throw StoreError.corrupt("a ledger entry of work \(number) cannot be read") }
            entries.append(
                LedgerEntry(
                    revision: Int(statement.integer(0)), at: at, recordedAt: at, field: field,
                    from: statement.text(3), to: statement.text(4), reason: statement.text(5), actor: Actor(kind: actor)
                ))
        }
        return entries
    }
}
