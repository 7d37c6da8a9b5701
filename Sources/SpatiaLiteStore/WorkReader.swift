import GRDB
import Geometry
import TimeBudgets
import Works

/// Reads works within one transaction, straight from the engine's memory.
struct WorkReader {
    let database: Database
    let budget: TimeBudget
    /// Rows that were read lately, where somebody keeps them.
    var cache: RowCache?
    /// Opens the names of people in the ledger; nil leaves them out.
    var seals: Seals?
    /// Source of the private members of single works; nil for everybody but a transaction.
    var privateExtra: PrivateExtra?

    /// How many rows are handed out between two looks at the budget: whoever takes them may be slow.
    private static let rowsPerCheck = 64

    // MARK: Pages

    func forEachWork(_ page: WorkPage, at now: Instant, _ body: (WorkRow) throws -> Void) throws {
        if let cache, let bounds = page.filter.bounds, let limit = page.limit, page.isPlain,
            try forEachWork(in: bounds, kinds: page.filter.kinds, after: page.after, limit: limit, cache, body)
        {
            return
        }
        let conditions = WorkConditions(page.filter, upTo: page.upTo, changedSince: page.changedSince, at: now)
        let row = RowLayout(columns: page.columns, geometry: page.geometry)
        let limit: SQLPiece = "LIMIT \(value: .integer(page.limit.map(Int64.init) ?? -1))"
        let rows: SQLPiece =
            if let numbers = try candidates(for: page) {
                "\(BoxSearch.rows(numbers, of: "works"))\(conditions.clause("WHERE"))"
            } else {
                "works WHERE fid > \(value: .integer(page.after ?? .min))\(conditions.clause("AND")) ORDER BY fid"
            }
        let statement = try prepare("SELECT \(name: row.selection) FROM \(rows) \(limit)", common: conditions.isCommon)
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

    /// The numbers of the works to look up, where an index finds few enough of them; nil if the table's order is the better way.
    func candidates(for page: WorkPage) throws -> [Int64]? {
        if let numbers = page.numbers { return numbers.filter { $0 > page.after ?? .min } }
        let bounds = page.filter.searchBounds
        guard bounds != nil || page.changedSince != nil, page.limit.map({ $0 > 0 }) ?? true else {
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
        guard let bounds else { return nil }
        return try BoxSearch(database: database, table: "works").numbers(
            meeting: bounds, after: page.after, limit: limit)
    }

    /// Row ids of the works that changed after a point of the count of changes, ascending; nil if they are more than `limit`.
    func numbersChanged(since change: Int64, after: Int64?, limit: Int) throws -> [Int64]? {
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
        var rows: SQLPiece = "works\(conditions.clause("WHERE"))"
        if let cache, let bounds = filter.bounds, filter.hasOnlyBoundsAndKinds,
            let count = try count(in: bounds, kinds: filter.kinds, cache)
        {
            return count
        }
        if let bounds = filter.searchBounds {
            let search = BoxSearch(database: database, table: "works")
            if filter.hasOnlyBounds { return try search.count(meeting: bounds) }
            let limit = BoxSearch.limit(rows: try database.integer("SELECT max(fid) FROM works") ?? 0, page: nil)
            if let numbers = try search.numbers(meeting: bounds, after: nil, limit: limit) {
                rows = "\(BoxSearch.rows(numbers, of: "works"))\(conditions.clause("WHERE"))"
            }
        }
        let statement = try prepare("SELECT count(*) FROM \(rows)", common: conditions.isCommon)
        defer { statement.reset() }
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
        let sql = SQLPiece(text: "SELECT \(row.selection) FROM works WHERE \(condition) ORDER BY fid", values: values)
        let statement = try prepare(sql, common: true)
        defer { statement.reset() }
        try row.withRows(of: statement) { row in
            while try statement.step() {
                let row = try row()
                var work = try row.work()
                work.privateExtra = try privateExtra?.knownText(of: row.number)
                try body(work)
            }
        }
    }

    // MARK: The ledger

    /// - Parameter record: What the tables held of the work before it was hidden; nil for the entries that are public.
    func ledger(of number: Int64, takenOut record: HiddenRecord? = nil) throws -> [LedgerEntry] {
        let statement = try PreparedStatement(
            database,
            """
            \(record == nil ? "" : HiddenWorks.ledgerQuery)
            SELECT revision, at, recorded_at, field, old_value, new_value, reason, actor, actor_name, organisation,
                recordings.id
            FROM ledger JOIN recordings ON recordings.id = ledger.recording
            WHERE ledger.fid BETWEEN ?1 * \(Schema.ledgerEntriesPerWork) AND (?1 + 1) * \(Schema.ledgerEntriesPerWork) - 1
            ORDER BY ledger.fid
            """)
        defer { statement.reset() }
        statement.bind(1, number)
        if let record { statement.bind(2, String(decoding: record.ledger, as: UTF8.self)) }
        let hidden = HiddenWorks(database: database, seals: seals)
        /// A hidden work is not named by the history of another one.
        func shown(_ id: String?) throws -> String? {
            try id.map { try hidden.isHidden($0) ? LedgerMark.hidden : $0 }
        }
        var entries: [LedgerEntry] = []
        while try statement.step() {
            guard let at = statement.text(1).flatMap({ Instant($0) }),
                let recordedAt = statement.text(2).flatMap({ Instant($0) }),
                let field = statement.text(3).flatMap(LedgerField.init(rawValue:)),
                let actor = statement.text(7).flatMap(Actor.Kind.init(rawValue:))
            else { throw StoreError.corrupt("a ledger entry of work \(number) cannot be read") }
            var (from, to) = (statement.text(4), statement.text(5))
            if field == .duplicateOf { (from, to) = (try shown(from), try shown(to)) }
            entries.append(
                LedgerEntry(
                    revision: Int(statement.integer(0)), at: at, recordedAt: recordedAt, field: field,
                    from: from, to: to, reason: statement.text(6),
                    actor: Actor(
                        kind: actor, name: try actorName(actor, statement), organisation: statement.text(9))))
        }
        return entries
    }

    /// The name of whoever made an entry. A person's is nil where it cannot be opened: nothing public depends on it.
    private func actorName(_ kind: Actor.Kind, _ row: PreparedStatement) throws -> String? {
        guard kind == .person || kind == .resident else { return row.text(8) }
        guard let seals, !row.isNull(8) else { return nil }
        do { return try seals.text(row.blob(8), .actorName, row: "\(row.integer(10))") } catch is StoreError {
            return nil
        }
    }

    // MARK: Statements

    /// The statement with its values. Those whose text a caller's choice of values can vary are not kept: their number would have no bound.
    private func prepare(_ sql: SQLPiece, common: Bool) throws -> PreparedStatement {
        let statement = try PreparedStatement(database, sql.text, isKept: common)
        statement.bind(sql.values)
        return statement
    }
}

extension WorkFilter {
    /// Whether nothing but the box decides.
    fileprivate var hasOnlyBounds: Bool { kinds.isEmpty && hasOnlyBoundsAndKinds }

    /// Whether nothing but the box and the kind decides.
    fileprivate var hasOnlyBoundsAndKinds: Bool {
        var plain = WorkFilter.all
        plain.bounds = bounds
        plain.kinds = kinds
        return self == plain
    }
}

extension WorkPage {
    /// Whether it is of whole rows that nothing but a box and their kind chooses.
    fileprivate var isPlain: Bool {
        upTo == nil && changedSince == nil && numbers == nil && columns == .all && geometry
            && filter.hasOnlyBoundsAndKinds
    }
}
