public import TimeBudgets
public import Works

extension SpatiaLiteStore {
    /// Reads the whole ledger once for the works that it names, then their rows and entries side by side.
    public func forEachWork(
        saidAfter moment: Instant, budget: TimeBudget,
        _ body: (_ number: Int64, _ work: Work, _ ledger: [LedgerEntry]) throws -> Void
    ) throws {
        try read(within: budget) { reader in
            let numbers = try reader.numbers(saidAfter: moment)
            let layout = RowLayout(columns: .all, geometry: true)
            let rows = try PreparedStatement(reader.database, "SELECT \(layout.selection) FROM works WHERE fid = ?")
            defer { rows.reset() }
            try layout.withRows(of: rows) { next in
                for (index, number) in numbers.enumerated() {
                    if index % 64 == 0 { try budget.check() }
                    rows.reset()
                    rows.bind(1, number)
                    guard try rows.step() else { continue }
                    try body(number, try next().work(), try reader.entries(of: number))
                }
            }
        }
    }
}

extension WorkReader {
    /// Row ids of the works of which something was said after a moment, ascending.
    fileprivate func numbers(saidAfter moment: Instant) throws -> [Int64] {
        let statement = try PreparedStatement(
            database,
            """
            SELECT work FROM ledger WHERE at > ?1 UNION SELECT fid FROM works WHERE completed_at > ?1 ORDER BY 1
            """)
        defer { statement.reset() }
        statement.bind(1, moment.description)
        var numbers: [Int64] = []
        while try statement.step() { numbers.append(statement.integer(0)) }
        return numbers
    }

    /// The entries of a work, without the names of those who made them.
    fileprivate func entries(of number: Int64) throws -> [LedgerEntry] {
        let statement = try PreparedStatement(
            database,
            """
            SELECT revision, at, field, old_value, new_value, reason, actor
            FROM ledger JOIN recordings ON recordings.id = ledger.recording
            WHERE ledger.fid BETWEEN ?1 * \(Schema.ledgerEntriesPerWork) AND (?1 + 1) * \(Schema.ledgerEntriesPerWork) - 1
            ORDER BY ledger.fid
            """)
        defer { statement.reset() }
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
