import GRDB
import Works

/// The column `passed_due_at`: the rule of ``LateMove``, kept with each row so that lists and maps need not read the ledger.
enum PassedDeadlines {
    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("13 deadlines moved late", foreignKeyChecks: .immediate) { database in
            try database.run(
                "ALTER TABLE works ADD COLUMN passed_due_at TIMESTAMP CHECK (length(passed_due_at) = 20)")
            for (work, passed) in try ofLedger(in: database) { try set(passed, of: work, in: database) }
            for kind in WorkKind.allCases { try show(in: Schema.viewName(of: kind), database) }
            try database.run("PRAGMA user_version = 13")
        }
    }

    /// Deadlines that had passed when they were moved, by the row ids of the works, as the ledger has them.
    ///
    /// - Parameter work: Only this one, if there is one.
    static func ofLedger(in database: Database, work: Int64? = nil) throws -> [Int64: Instant] {
        let statement = try PreparedStatement(
            database,
            """
            SELECT work, revision, at, old_value, new_value, reason, actor
            FROM ledger JOIN recordings ON recordings.id = ledger.recording
            WHERE ledger.fid BETWEEN ?1 AND ?2 AND field = 'due_at' AND old_value IS NOT NULL ORDER BY ledger.fid
            """)
        defer { statement.reset() }
        let all = Schema.ledgerEntriesPerWork
        statement.bind([
            .integer(work.map { $0 * all } ?? 0), .integer(work.map { ($0 + 1) * all - 1 } ?? .max),
        ])
        var passed: [Int64: Instant] = [:]
        while try statement.step() {
            guard let at = statement.text(2).flatMap({ Instant($0) }) else { continue }
            let entry = LedgerEntry(
                revision: Int(statement.integer(1)), at: at, recordedAt: at, field: .dueAt, from: statement.text(3),
                to: statement.text(4), reason: statement.text(5),
                actor: Actor(kind: statement.text(6).flatMap(Actor.Kind.init(rawValue:)) ?? .source))
            let number = statement.integer(0)
            passed[number] = LateMove.passedDueAt(CollectionOfOne(entry), after: passed[number])
        }
        return passed
    }

    static func set(_ passed: Instant?, of work: Int64, in database: Database) throws {
        let statement = try PreparedStatement(database, "UPDATE works SET passed_due_at = ?2 WHERE fid = ?1")
        defer { statement.reset() }
        statement.bind(1, work)
        statement.bind(2, passed?.description)
        try statement.run()
    }

    /// Works whose row and whose ledger do not agree.
    static func contradictions(in database: Database) throws -> [String] {
        var expected = try ofLedger(in: database)
        let statement = try PreparedStatement(
            database, "SELECT fid, id, passed_due_at FROM works WHERE passed_due_at IS NOT NULL OR due_changes > 0")
        defer { statement.reset() }
        var works: [String] = []
        while try statement.step() {
            guard expected.removeValue(forKey: statement.integer(0))?.description != statement.text(2) else { continue }
            works.append(statement.text(1) ?? "?")
        }
        return works
    }

    /// Gives a view of works the columns `moved_late` and `passed_due_at`, and the state by the deadline that passed.
    private static func show(in view: String, _ database: Database) throws {
        let statement = try PreparedStatement(
            database, "SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = '\(view)'")
        let sql: String? = try {
            defer { statement.reset() }
            return try statement.step() ? statement.text(0) : nil
        }()
        guard var sql, !sql.contains("moved_late") else { return }
        sql = sql.replacing(
            Self.state(judged: "due_at"), with: Self.state(judged: DeadlineSQL.judgedDueAt), maxReplacements: 1)
        sql = sql.replacing(
            "due_changes,", with: "due_changes, passed_due_at IS NOT NULL AS moved_late, passed_due_at,",
            maxReplacements: 1)
        try database.run("DROP VIEW \(view); \(sql)")
    }

    private static func state(judged: String) -> String {
        DeadlineSQL.state(now: Schema.viewNow, soon: Schema.viewSoon, judged: judged)
    }
}
