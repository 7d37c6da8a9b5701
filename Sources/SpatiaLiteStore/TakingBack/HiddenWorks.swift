import CSpatiaLite
import GRDB
import Works

/// The table `hidden_works`: works that left the tables of the public record.
///
/// A hidden work has no row in `works` and in the index of places, and of its ledger only the entries that say that it was hidden. So a
/// query of the public record cannot find it, whoever writes the query.
struct HiddenWorks {
    let database: Database
    /// Seals of the database; nil where only what is open is asked for.
    var seals: Seals?

    /// One row of the table.
    struct Row {
        var number: Int64
        var record: HiddenRecord
    }

    /// SQL of a table of the numbers and ids of all works, hidden or not.
    static let all = "(SELECT fid, id FROM works UNION ALL SELECT fid, id FROM hidden_works)"

    // MARK: Finding

    func number(of id: WorkID) throws -> Int64? {
        try database.integer("SELECT fid FROM hidden_works WHERE id = ?", [.text(id.description)])
    }

    func isHidden(_ id: String) throws -> Bool {
        try database.integer("SELECT 1 FROM hidden_works WHERE id = ?", [.text(id)]) != nil
    }

    var isEmpty: Bool {
        get throws { try database.integer("SELECT 1 FROM hidden_works LIMIT 1") == nil }
    }

    /// Row ids of those that were hidden, or changed while they were hidden, after a point of the count of changes; at most `limit`, ascending.
    func numbers(since change: Int64, limit: Int = .max) throws -> [Int64] {
        let statement = try PreparedStatement(
            database, "SELECT fid FROM hidden_works WHERE change_number > ? ORDER BY fid LIMIT ?")
        defer { statement.reset() }
        statement.bind([.integer(change), .integer(Int64(limit))])
        var numbers: [Int64] = []
        while try statement.step() { numbers.append(statement.integer(0)) }
        return numbers
    }

    /// The row of a hidden work.
    func row(_ number: Int64) throws -> Row? { try rows("WHERE fid = ?", [.integer(number)]).first }

    func row(of id: WorkID) throws -> Row? { try rows("WHERE id = ?", [.text(id.description)]).first }

    /// All rows, the last one hidden first, but for those whose key is lost.
    func rows() throws -> [Row] { try rows("ORDER BY change_number DESC", []) }

    private func rows(_ clause: String, _ values: [SQLValue]) throws -> [Row] {
        let statement = try PreparedStatement(database, "SELECT fid, record, id FROM hidden_works \(clause)")
        defer { statement.reset() }
        statement.bind(values)
        var rows: [Row] = []
        while try statement.step() {
            let place = Self.place(statement.integer(0), statement.text(2) ?? "")
            guard let seals, case .bytes(let bytes) = try seals.open(statement.blob(1), .hiddenWork, row: place) else {
                continue
            }
            rows.append(Row(number: statement.integer(0), record: try bytes.withUnsafeBytes(HiddenRecord.init(blob:))))
        }
        return rows
    }

    /// Text that a record is bound to beside its table: ``SealedColumn/row`` of its row.
    private static func place(_ number: Int64, _ id: String) -> String { "\(number) \(id)" }

    // MARK: Reading

    /// The columns of `works` as they stand in a record, the geometry last.
    private static let columns = SpatiaLiteTransaction.columns

    /// A query of one row with the columns of `works`, out of a record: ?1 is its row, ?2 its geometry.
    private static let rowQuery =
        "SELECT "
        + columns.dropLast().map { "json_extract(?1, '$.\($0)') AS \($0)" }.joined(separator: ", ") + ", ?2 AS geom"

    /// The work as it was when it was hidden, or changed while it was.
    func work(_ row: Row, privateExtra: PrivateExtra?) throws -> Work {
        let layout = RowLayout(columns: .all, geometry: true)
        let statement = try PreparedStatement(
            database, "WITH works AS (\(Self.rowQuery)) SELECT \(layout.selection) FROM works")
        defer { statement.reset() }
        bind(row.record, to: statement)
        return try layout.withRows(of: statement) { next in
            guard try statement.step() else { throw StoreError.corrupt("the record of a hidden work is empty") }
            var work = try next().work()
            work.privateExtra = try privateExtra?.knownText(of: row.number)
            return work
        }
    }

    private func bind(_ record: HiddenRecord, to statement: PreparedStatement) {
        statement.bind(1, String(decoding: record.row, as: UTF8.self))
        statement.bind(2, record.geometry)
    }

    // MARK: Moving

    /// Moves a work and its ledger out of the public record.
    func takeOut(_ number: Int64, change: Int64) throws {
        guard let seals, let id = try id(of: number) else {
            throw StoreError.corrupt("there is no work number \(number)")
        }
        let record = try seals.seal(self.record(of: number).blob, .hiddenWork, row: Self.place(number, id))
        try TakingBackGate.opened(for: number, in: database) {
            try run(
                "INSERT INTO hidden_works (fid, id, change_number, record) SELECT fid, id, ?2, ?3 FROM works WHERE fid = ?1",
                [.integer(number), .integer(change), .blob(record)])
            try run(
                "DELETE FROM ledger WHERE \(Self.entries) AND field <> '\(LedgerField.hidden.rawValue)'",
                [.integer(number)])
            try run("DELETE FROM works WHERE fid = ?", [.integer(number)])
            // The trigger that does this is down while a bulk write goes on.
            try run("DELETE FROM idx_works_geom WHERE pkid = ?", [.integer(number)])
        }
    }

    private func id(of number: Int64) throws -> String? {
        let statement = try PreparedStatement(database, "SELECT id FROM works WHERE fid = ?")
        defer { statement.reset() }
        statement.bind(1, number)
        return try statement.step() ? statement.text(0) : nil
    }

    /// Moves a hidden work and its ledger back, as they were.
    func bringBack(_ row: Row) throws {
        let columns = Self.columns.joined(separator: ", ")
        let statement = try PreparedStatement(
            database, "INSERT INTO works (\(columns)) \(Self.rowQuery)")
        let entries = HiddenRecord.ledgerColumns
        try TakingBackGate.opened(for: row.number, in: database) {
            bind(row.record, to: statement)
            try statement.run()
            try run("DELETE FROM hidden_works WHERE fid = ?", [.integer(row.number)])
            try run(
                """
                INSERT INTO ledger (work, \(entries.joined(separator: ", "))) SELECT ?1, \(Self.entryValues)
                FROM json_each(?2) ORDER BY 2
                """, [.integer(row.number), .text(String(decoding: row.record.ledger, as: UTF8.self))])
            // A record that was made before version 13 lacks it.
            if let passed = try PassedDeadlines.ofLedger(in: database, work: row.number)[row.number] {
                try PassedDeadlines.set(passed, of: row.number, in: database)
            }
        }
    }

    /// The condition that an entry is of the work ?1.
    private static let entries =
        "fid BETWEEN ?1 * \(Schema.ledgerEntriesPerWork) AND (?1 + 1) * \(Schema.ledgerEntriesPerWork) - 1"

    /// The values of an entry in a record, out of `json_each`.
    private static let entryValues = HiddenRecord.ledgerColumns.indices
        .map { "json_extract(value, '$[\($0)]')" }.joined(separator: ", ")

    /// A query of the work's whole ledger, in the place of the table: ?1 is its number, ?2 the ledger of its record.
    static let ledgerQuery = """
        WITH ledger (\(HiddenRecord.ledgerColumns.joined(separator: ", "))) AS (
            SELECT \(HiddenRecord.ledgerColumns.joined(separator: ", ")) FROM main.ledger WHERE \(entries)
            UNION ALL SELECT \(entryValues) FROM json_each(?2))
        """

    private func record(of number: Int64) throws -> HiddenRecord {
        let members = Self.columns.dropLast().map { "'\($0)', \($0)" }.joined(separator: ", ")
        let values = HiddenRecord.ledgerColumns.joined(separator: ", ")
        let statement = try PreparedStatement(
            database,
            """
            SELECT json_object(\(members)), geom, (SELECT json_group_array(json_array(\(values))) FROM
                (SELECT * FROM ledger WHERE \(Self.entries) AND field <> '\(LedgerField.hidden.rawValue)' ORDER BY fid))
            FROM works WHERE fid = ?1
            """)
        defer { statement.reset() }
        statement.bind(1, number)
        guard try statement.step() else { throw StoreError.corrupt("there is no work number \(number)") }
        let geometry = statement.blob(1)
        return HiddenRecord(
            row: Array(statement.utf8(0)), geometry: geometry.baseAddress == nil ? nil : Array(geometry),
            ledger: Array(statement.utf8(2)))
    }

    private func run(_ sql: String, _ values: [SQLValue]) throws {
        let statement = try PreparedStatement(database, sql)
        statement.bind(values)
        try statement.run()
    }
}
