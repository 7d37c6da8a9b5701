import GRDB
import Geometry
import Works

/// Reads works within one transaction, straight from the engine's memory.
struct WorkReader {
    let database: Database
    let budget: TimeBudget

    /// How many rows are handed out between two looks at the budget: whoever takes them may be slow.
    private static let rowsPerCheck = 64

    // MARK: Pages

    func forEachWork(_ page: WorkPage, at now: Instant, _ body: (WorkRow) throws -> Void) throws {
        let conditions = WorkConditions(page.filter, changedSince: page.changedSince, at: now)
        let row = RowLayout(columns: page.columns, geometry: page.geometry)
        let limit = SQLValue.integer(page.limit.map(Int64.init) ?? -1)
        let statement: PreparedStatement
        if let numbers = try candidates(for: page) {
            statement = try prepare(
                "SELECT \(row.selection) FROM \(Self.worksOfNumbers)\(conditions.clause("WHERE")) LIMIT ?",
                common: conditions.isCommon)
            statement.bind([Self.list(numbers)] + conditions.values + [limit])
        } else {
            statement = try prepare(
                "SELECT \(row.selection) FROM works WHERE fid > ?\(conditions.clause("AND")) ORDER BY fid LIMIT ?",
                common: conditions.isCommon)
            statement.bind([.integer(page.after ?? .min)] + conditions.values + [limit])
        }
        defer { statement.reset() }
        try row.withRows(of: statement) { row in
            var untilCheck = Self.rowsPerCheck
            while try statement.step() {
                untilCheck -= 1
                if untilCheck == 0 {
                    try budget.check()
                    untilCheck = Self.rowsPerCheck
                }
                try body(row())
            }
        }
    }

    /// The works whose numbers are in a list, in its order. One statement that walks the list keeps the memory of a row's texts for the next;
    /// a statement run again for each number gives it back, which doubles the time.
    private static let worksOfNumbers =
        "(SELECT value AS number FROM json_each(?)) AS candidate CROSS JOIN works ON works.fid = candidate.number"

    private static func list(_ numbers: [Int64]) -> SQLValue {
        .text("[" + numbers.lazy.map(String.init).joined(separator: ",") + "]")
    }

    /// The numbers of the works to look up, where an index finds few enough of them; nil if the table's order is the better way.
    private func candidates(for page: WorkPage) throws -> [Int64]? {
        guard page.filter.bounds != nil || page.changedSince != nil, page.limit.map({ $0 > 0 }) ?? true else {
            return nil
        }
        let rows = try database.integer("SELECT max(fid) FROM works") ?? 0
        // A page is filled soon only if nothing but the box chooses its works.
        let limit = BoxSearch.limit(rows: rows, page: page.filter.hasOnlyBounds ? page.limit : nil)
        if let changedSince = page.changedSince,
            let changed = try numbersChanged(since: changedSince, after: page.after, limit: limit)
        {
            return changed
        }
        guard let bounds = page.filter.bounds else { return nil }
        return try BoxSearch(database: database, table: "works").numbers(
            meeting: bounds, after: page.after, limit: limit)
    }

    private func numbersChanged(since change: Int64, after: Int64?, limit: Int) throws -> [Int64]? {
        let statement = try PreparedStatement(
            database, "SELECT fid FROM works INDEXED BY works_change WHERE change_number > ? LIMIT ?")
        defer { statement.reset() }
        statement.bind([.integer(change), .integer(Int64(limit + 1))])
        var numbers: [Int64] = []
        while try statement.step() { numbers.append(statement.integer(0)) }
        guard numbers.count <= limit else { return nil }
        return numbers.filter { $0 > after ?? .min }.sorted()
    }

    // MARK: Counting

    func count(matching filter: WorkFilter, at now: Instant) throws -> Int {
        let conditions = WorkConditions(filter, at: now)
        if let bounds = filter.bounds {
            let rows = try database.integer("SELECT max(fid) FROM works") ?? 0
            let search = BoxSearch(database: database, table: "works")
            if filter.hasOnlyBounds { return try search.count(meeting: bounds) }
            let limit = BoxSearch.limit(rows: rows, page: nil)
            if let numbers = try search.numbers(meeting: bounds, after: nil, limit: limit) {
                let statement = try prepare(
                    "SELECT count(*) FROM \(Self.worksOfNumbers)\(conditions.clause("WHERE"))",
                    common: conditions.isCommon)
                defer { statement.reset() }
                statement.bind([Self.list(numbers)] + conditions.values)
                _ = try statement.step()
                return Int(statement.integer(0))
            }
        }
        let statement = try prepare(
            "SELECT count(*) FROM works\(conditions.clause("WHERE"))", common: conditions.isCommon)
        defer { statement.reset() }
        statement.bind(conditions.values)
        _ = try statement.step()
        return Int(statement.integer(0))
    }

    // MARK: One work

    /// The work that a condition with these values chooses.
    func work(where condition: String, _ values: [SQLValue]) throws -> Work? {
        var found: Work?
        try forEachWork(where: condition, values) { found = found ?? $0 }
        return found
    }

    /// The works that a condition with these values chooses, in the order of their numbers.
    func forEachWork(where condition: String, _ values: [SQLValue], _ body: (Work) throws -> Void) throws {
        let row = RowLayout(columns: .all, geometry: true)
        let statement = try prepare("SELECT \(row.selection) FROM works WHERE \(condition) ORDER BY fid", common: true)
        defer { statement.reset() }
        statement.bind(values)
        try row.withRows(of: statement) { row in
            while try statement.step() { try body(row().work()) }
        }
    }

    // MARK: The ledger

    func ledger(of number: Int64) throws -> [LedgerEntry] {
        let statement = try PreparedStatement(
            database,
            """
            SELECT revision, at, recorded_at, field, old_value, new_value, reason, actor, actor_name, organisation
            FROM ledger JOIN recordings ON recordings.id = ledger.recording
            WHERE ledger.fid BETWEEN ?1 * \(Schema.ledgerEntriesPerWork) AND (?1 + 1) * \(Schema.ledgerEntriesPerWork) - 1
            ORDER BY ledger.fid
            """)
        defer { statement.reset() }
        statement.bind(1, number)
        var entries: [LedgerEntry] = []
        while try statement.step() {
            guard let at = statement.text(1).flatMap({ Instant($0) }),
                let recordedAt = statement.text(2).flatMap({ Instant($0) }),
                let field = statement.text(3).flatMap(LedgerField.init(rawValue:)),
                let actor = statement.text(7).flatMap(Actor.Kind.init(rawValue:))
            else { throw StoreError.corrupt("a ledger entry of work \(number) cannot be read") }
            entries.append(
                LedgerEntry(
                    revision: Int(statement.integer(0)), at: at, recordedAt: recordedAt, field: field,
                    from: statement.text(4), to: statement.text(5), reason: statement.text(6),
                    actor: Actor(kind: actor, name: statement.text(8), organisation: statement.text(9))))
        }
        return entries
    }

    // MARK: Statements

    /// Statements whose text a caller's choice of values can vary are not kept: their number would have no bound.
    private func prepare(_ sql: String, common: Bool) throws -> PreparedStatement {
        try PreparedStatement(database, sql, isKept: common)
    }
}

extension WorkFilter {
    /// Whether nothing but the box decides.
    fileprivate var hasOnlyBounds: Bool {
        var plain = WorkFilter.all
        plain.bounds = bounds
        return self == plain
    }
}
