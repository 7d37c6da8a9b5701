import GRDB
import TimeBudgets
import Works

/// The table `import_changes`: what the last import of each source changed, sealed.
extension SpatiaLiteTransaction {
    func keep(_ change: ImportChange, of id: WorkID, by number: Int64) throws {
        // Without its key the record goes on, and the import cannot be taken back.
        guard seals.canSeal, let work = try self.number(of: id) else { return }
        let insert = try PreparedStatement(database, "INSERT OR IGNORE INTO import_changes VALUES (?, ?, ?)")
        insert.bind(1, number)
        insert.bind(2, work)
        insert.bind(3, try seals.seal(Array(change.text.utf8), .importChange, row: Self.row(number, work)))
        try insert.run()
    }

    func changes(by number: Int64) throws -> [(id: WorkID, change: ImportChange)] {
        let statement = try PreparedStatement(
            database,
            """
            SELECT all_works.id, work, sealed FROM import_changes JOIN \(HiddenWorks.all) AS all_works ON fid = work
            WHERE import = ? ORDER BY work
            """)
        defer { statement.reset() }
        statement.bind(1, number)
        var changes: [(id: WorkID, change: ImportChange)] = []
        while try statement.step() {
            let row = Self.row(number, statement.integer(1))
            guard let id = statement.text(0).flatMap({ WorkID($0) }),
                let change = try seals.text(statement.blob(2), .importChange, row: row).flatMap(
                    ImportChange.init(text:))
            else { continue }
            changes.append((id, change))
        }
        return changes
    }

    func forgetChanges(ofSource source: String, but number: Int64?) throws {
        let statement = try PreparedStatement(
            database,
            "DELETE FROM import_changes WHERE import <> ?2 AND import IN (SELECT id FROM imports WHERE source = ?1)")
        statement.bind(1, source)
        statement.bind(2, number ?? 0)
        try statement.run()
    }

    /// Forgets what imports changed of a work, whose texts are to be found nowhere any more.
    func forgetChanges(of work: Int64) throws {
        let statement = try PreparedStatement(database, "DELETE FROM import_changes WHERE work = ?")
        statement.bind(1, work)
        try statement.run()
    }

    func works(after number: Int64, upTo last: Int64) throws -> [Work] {
        var works: [Work] = []
        try flushLedger()
        let reader = WorkReader(database: database, budget: .unlimited, seals: seals, privateExtra: privateExtra)
        try reader.forEachWork(where: "fid > ? AND fid <= ?", [.integer(number), .integer(last)]) { works.append($0) }
        for row in try hidden.rows() where row.number > number && row.number <= last {
            works.append(try hiddenWork(row))
        }
        return works
    }

    func lastStatement(of id: WorkID) throws -> Instant? {
        guard let work = try number(of: id) else { return nil }
        let statement = try PreparedStatement(database, "SELECT at FROM work_statements WHERE work = ?")
        defer { statement.reset() }
        statement.bind(1, work)
        return try statement.step() ? statement.text(0).flatMap { Instant($0) } : nil
    }

    func noteStatement(_ moment: Instant, of id: WorkID) throws {
        // Most are about the work that has just been written.
        guard let work = lastInserted == id ? lastNumber : try number(of: id) else { return }
        let statement = try PreparedStatement(
            database,
            "INSERT INTO work_statements VALUES (?, ?) ON CONFLICT DO UPDATE SET at = max(at, excluded.at)")
        statement.bind([.integer(work), .text(moment.description)])
        try statement.run()
    }

    private func number(of id: WorkID) throws -> Int64? {
        try database.integer("SELECT fid FROM \(HiddenWorks.all) WHERE id = ?", [.text(id.description)])
    }

    private static func row(_ number: Int64, _ work: Int64) -> String { "\(number) \(work)" }
}
