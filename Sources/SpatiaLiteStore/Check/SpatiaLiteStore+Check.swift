import GRDB
import Geometry
public import TimeBudgets
import Works

/// Something that ``SpatiaLiteStore/check(budget:)`` found wrong.
public struct StoreFinding: Hashable, Sendable {
    /// The table or the part of the file.
    public var subject: String
    /// What is wrong with it, with numbers that lead to the rows.
    public var problem: String
}

extension StoreFinding: CustomStringConvertible {
    public var description: String { "\(subject): \(problem)" }
}

extension SpatiaLiteStore {
    // MARK: Check

    /// Looks for whatever contradicts itself in the file: pages, tables and triggers, indexes, the ledger against itself and the works
    /// value by value, the counters, works that cannot be read, and sealed values that do not open.
    ///
    /// Reads the whole file; the answer is empty when all is well.
    public func check(budget: TimeBudget = .unlimited) throws -> [StoreFinding] {
        let damage = try damage(budget: budget)
        // Pages that are broken may be those of the seals.
        guard !damage.contains(where: { $0.subject == "file" }), !isPublicCopy else { return damage }
        return try damage + checkSeals(budget: budget)
    }

    /// As ``check(budget:)``, but for the sealed values: one that does not open is no reason to leave the others behind.
    func damage(budget: TimeBudget = .unlimited) throws -> [StoreFinding] {
        try read(within: budget) { reader in
            var findings: [StoreFinding] = []
            let database = reader.database
            func look(_ subject: String, _ sql: String, _ describe: (PreparedStatement) -> String?) throws {
                let statement = try PreparedStatement(database, sql)
                defer { statement.reset() }
                while try statement.step() {
                    if let problem = describe(statement) {
                        findings.append(StoreFinding(subject: subject, problem: problem))
                    }
                }
            }
            try look("file", "PRAGMA integrity_check(20)") { $0.text(0) == "ok" ? nil : $0.text(0) }
            guard findings.isEmpty else { return findings }
            findings += try SchemaCheck.findings(in: database, isPublicCopy: isPublicCopy)
            try look("file", "PRAGMA foreign_key_check") {
                "row \($0.integer(1)) of \($0.text(0) ?? "?") refers to nothing in \($0.text(2) ?? "?")"
            }
            for table in ["works"] + ReferenceLayer.allCases.map(\.rawValue) {
                try look(table, "SELECT rtreecheck('idx_\(table)_geom')") { $0.text(0) == "ok" ? nil : $0.text(0) }
                findings += try strayBoxes(of: table, in: database)
            }
            for (table, column) in Self.ofWorks where !isPublicCopy || !PublicCopy.privateTables.contains(table) {
                let sql = """
                    SELECT DISTINCT \(column) FROM \(table) WHERE \(column) NOT IN (SELECT fid FROM works)
                        AND \(column) NOT IN (SELECT fid FROM hidden_works) LIMIT 20
                    """
                try look(table, sql) { "has rows of the work number \($0.integer(0)), which does not exist" }
            }
            findings += try PassedDeadlines.contradictions(in: database).prefix(20).map {
                StoreFinding(
                    subject: "works", problem: "work \($0) has another passed_due_at than its ledger says")
            }
            findings += try unreadable(reader)
            let actors = Actor.Kind.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            try look(
                "recordings",
                "SELECT id FROM recordings WHERE actor NOT IN (\(actors)) OR length(recorded_at) <> 20 LIMIT 20"
            ) { "row \($0.integer(0)) does not say who wrote, or when" }
            findings += try LedgerChain.contradictions(in: database, budget: budget)
            for (subject, problem, sql) in Self.contradictions {
                try look(subject, sql) { "work \($0.text(0) ?? "?") \(problem)" }
            }
            return findings
        }
    }

    /// The first work of which the program cannot make sense, or loses something when it reads it.
    ///
    /// The engine's own look at constraints is of no use here: it passes over those of a file that it only reads
    /// (`sqlite3AddCheckConstraint`), and they know less than what reads the rows.
    private func unreadable(_ reader: WorkReader) throws -> [StoreFinding] {
        var findings: [StoreFinding] = []
        do {
            try reader.forEachWork(WorkPage(), at: .now) { row in
                let work = try row.work()
                guard findings.count < Self.mostUnreadable, let column = row.lostColumn(in: work) else { return }
                findings.append(
                    StoreFinding(
                        subject: "works",
                        problem: "work \(row.number) has \(row.text(column) ?? "nothing") as \(column)"))
            }
        } catch StoreError.corrupt(let problem) {
            findings.append(StoreFinding(subject: "works", problem: problem))
        } catch let error as WKBError {
            findings.append(StoreFinding(subject: "works", problem: "a geometry cannot be read: \(error)"))
        }
        return findings
    }

    private static let mostUnreadable = 20

    /// Rows whose geometry and whose box in the spatial index do not agree.
    private func strayBoxes(of table: String, in database: Database) throws -> [StoreFinding] {
        let statement = try PreparedStatement(
            database,
            """
            SELECT fid, geom, xmin, xmax, ymin, ymax FROM \(table) LEFT JOIN idx_\(table)_geom ON pkid = fid
            WHERE geom IS NOT NULL OR pkid IS NOT NULL
            """)
        defer { statement.reset() }
        var findings: [StoreFinding] = []
        var boxes: Int64 = 0
        while try statement.step() {
            let indexed = RTreeBox(
                west: Float(statement.real(2)), east: Float(statement.real(3)), south: Float(statement.real(4)),
                north: Float(statement.real(5)))
            let box = SpatiaLiteBlob.bounds(of: statement.blob(1))
            if !statement.isNull(2) { boxes += 1 }
            guard statement.isNull(2) ? box != nil : !(box.map(indexed.stands) ?? false) else { continue }
            findings.append(
                StoreFinding(
                    subject: table,
                    problem: "the spatial index has another box for row \(statement.integer(0)) than its geometry"))
        }
        let stored = try database.integer("SELECT count(*) FROM idx_\(table)_geom_rowid") ?? 0
        if stored != boxes {
            findings.append(
                StoreFinding(
                    subject: table, problem: "the spatial index has \(stored - boxes) boxes of rows that are not there")
            )
        }
        return Array(findings.prefix(20))
    }

    /// Tables whose rows are of works, and the columns that name them: a work is in the record, or hidden.
    private static let ofWorks = [
        ("ledger", "work"), ("reporter_contacts", "work"), ("followers", "work"), ("duplicates", "work"),
        ("duplicates", "original"), ("redacted_works", "work"),
    ]

    /// What must not be, and how to find it: queries of the ids of works.
    private static let contradictions: [(subject: String, problem: String, sql: String)] = [
        (
            "ledger", "has another number of deadline moves in the ledger than in due_changes",
            """
            SELECT id FROM works WHERE due_changes <>
                (SELECT count(*) FROM ledger WHERE ledger.fid BETWEEN works.fid * \(Schema.ledgerEntriesPerWork)
                    AND (works.fid + 1) * \(Schema.ledgerEntriesPerWork) - 1
                    AND field = 'due_at' AND old_value IS NOT NULL AND new_value IS NOT NULL) LIMIT 20
            """
        ),
        (
            "ledger", "has entries of revisions that it has not reached",
            """
            SELECT id FROM works WHERE revision <
                (SELECT max(revision) FROM ledger WHERE ledger.fid BETWEEN works.fid * \(Schema.ledgerEntriesPerWork)
                    AND (works.fid + 1) * \(Schema.ledgerEntriesPerWork) - 1) LIMIT 20
            """
        ),
        (
            "works", "was never registered in the ledger",
            """
            SELECT id FROM works WHERE NOT EXISTS
                (SELECT 1 FROM ledger WHERE ledger.fid = works.fid * \(Schema.ledgerEntriesPerWork) + 1) LIMIT 20
            """
        ),
        (
            "works", "is hidden and in the public record too",
            "SELECT id FROM hidden_works WHERE fid IN (SELECT fid FROM works) OR id IN (SELECT id FROM works) LIMIT 20"
        ),
        (
            "works", "is hidden without an entry that says so",
            """
            SELECT id FROM hidden_works WHERE NOT EXISTS
                (SELECT 1 FROM ledger WHERE ledger.work = hidden_works.fid AND field = 'hidden'
                    AND ledger.fid BETWEEN hidden_works.fid * \(Schema.ledgerEntriesPerWork)
                    AND (hidden_works.fid + 1) * \(Schema.ledgerEntriesPerWork) - 1) LIMIT 20
            """
        ),
        (
            "works", "bears a change number beyond the count of changes",
            "SELECT id FROM works WHERE change_number > (SELECT count FROM changes WHERE layer = 'works') LIMIT 20"
        ),
    ]
}
