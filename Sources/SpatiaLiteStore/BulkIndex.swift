import CSpatiaLite
import GRDB
import Geometry

/// The indexes of a table while much is written to it: taken down at first, built at the end.
///
/// All of it happens inside the transaction, so that a rollback brings everything back. A class, because it is built step by step.
final class BulkIndex {
    private let database: Database
    private let table: String
    /// The statements that make the indexes and triggers again.
    private let definitions: [String]
    private let firstNumber: Int64
    /// The boxes of the rows from `firstNumber` on; nil for rows without a geometry.
    private var boxes: [RTreeBox?] = []

    /// From how many rows on it pays to take the indexes down.
    static func threshold(rowsBefore: Int64) -> Int64 { rowsBefore == 0 ? 0 : max(2000, rowsBefore / 4) }

    /// Takes down the indexes of a table and the triggers that would work on every row.
    ///
    /// - Parameter guarded: Other tables whose triggers on INSERT are taken down, too.
    init(database: Database, table: String, alsoGuarding guarded: [String] = [], firstNumber: Int64) throws {
        self.database = database
        self.table = table
        self.firstNumber = firstNumber
        let others = guarded.map { "OR tbl_name = '\($0)' AND type = 'trigger' AND sql LIKE '%BEFORE INSERT ON%'" }
        let statement = try PreparedStatement(
            database,
            """
            SELECT type, name, sql FROM sqlite_master
            WHERE tbl_name = '\(table)' AND type IN ('index', 'trigger') AND sql IS NOT NULL
                AND sql NOT LIKE '%BEFORE DELETE ON%' \(others.joined(separator: " "))
            """)
        var found: [(type: String, name: String, sql: String)] = []
        do {
            defer { statement.reset() }
            while try statement.step() {
                found.append((statement.text(0) ?? "", statement.text(1) ?? "", statement.text(2) ?? ""))
            }
        }
        for object in found { try database.run("DROP \(object.type) \"\(object.name)\"") }
        definitions = found.map(\.sql)
    }

    /// Notes the box of a new row; rows come in the order of their numbers.
    func append(_ number: Int64, box: Bounds?) {
        assert(number == firstNumber + Int64(boxes.count))
        boxes.append(box.map { RTreeBox($0) })
    }

    /// Notes that a row has another box now.
    func replace(_ number: Int64, box: Bounds?) throws {
        if number >= firstNumber {
            boxes[Int(number - firstNumber)] = box.map { RTreeBox($0) }
            return
        }
        let delete = try PreparedStatement(database, "DELETE FROM idx_\(table)_geom WHERE pkid = ?")
        delete.bind(1, number)
        try delete.run()
        if let box { try insert(number, RTreeBox(box)) }
    }

    private func insert(_ number: Int64, _ box: RTreeBox) throws {
        let insert = try PreparedStatement(database, "INSERT INTO idx_\(table)_geom VALUES (?, ?, ?, ?, ?)")
        insert.bind([
            .integer(number), .real(Double(box.west)), .real(Double(box.east)), .real(Double(box.south)),
            .real(Double(box.north)),
        ])
        try insert.run()
    }

    /// Builds the indexes and puts the triggers back.
    func build() throws {
        let stored = try database.integer("SELECT count(*) FROM idx_\(table)_geom_rowid") ?? 0
        var added: [PackedRTree.Entry] = []
        added.reserveCapacity(boxes.count + Int(stored))
        for (offset, box) in boxes.enumerated() {
            if let box { added.append(PackedRTree.Entry(number: firstNumber + Int64(offset), box: box)) }
        }
        boxes = []
        if added.count >= stored / 4 {
            let entries = try PackedRTree.entries(of: table, in: database) + added
            try PackedRTree(entries).write(to: table, in: database)
        } else {
            for entry in added { try insert(entry.number, entry.box) }
        }
        for definition in definitions { try database.run(definition) }
        try database.run(
            """
            UPDATE geometry_columns_time SET last_insert = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
            WHERE f_table_name = '\(table)'
            """)
    }
}
