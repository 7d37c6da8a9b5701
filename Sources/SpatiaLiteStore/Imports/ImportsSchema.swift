import GRDB
import Works

/// The record of imports, and what is kept to take the last one of a source back.
enum ImportsSchema {
    /// - Parameter isPublicCopy: True for a copy without private tables, which takes nothing back.
    static func create(in database: Database, isPublicCopy: Bool) throws {
        let counts = ImportCounts.names.map { "\($0.name) INTEGER NOT NULL DEFAULT 0" }.joined(separator: ", ")
        try database.run(
            """
            CREATE TABLE imports (
                id INTEGER PRIMARY KEY,
                action TEXT NOT NULL,
                source TEXT NOT NULL,
                layer TEXT,
                file TEXT,
                observed_at TIMESTAMP,
                recorded_at TIMESTAMP NOT NULL,
                whole INTEGER NOT NULL DEFAULT 0,
                reason TEXT,
                undoes INTEGER REFERENCES imports (id),
                created_after INTEGER NOT NULL DEFAULT 0,
                created_up_to INTEGER NOT NULL DEFAULT 0,
                \(counts)
            );
            CREATE INDEX imports_source ON imports (source, id);
            CREATE TRIGGER imports_are_never_changed BEFORE UPDATE ON imports
            BEGIN SELECT RAISE(ABORT, 'the record of imports is only ever added to'); END;
            CREATE TRIGGER imports_are_never_deleted BEFORE DELETE ON imports
            BEGIN SELECT RAISE(ABORT, 'the record of imports is only ever added to'); END;
            CREATE TRIGGER imports_are_never_replaced BEFORE INSERT ON imports
            WHEN EXISTS (SELECT 1 FROM imports WHERE id = NEW.id)
            BEGIN SELECT RAISE(ABORT, 'the record of imports is only ever added to'); END;
            ALTER TABLE observations ADD COLUMN whole INTEGER NOT NULL DEFAULT 1;
            """)
        if !isPublicCopy {
            try database.run(
                """
                CREATE TABLE import_changes (
                    import INTEGER NOT NULL,
                    work INTEGER NOT NULL,
                    sealed BLOB NOT NULL,
                    PRIMARY KEY (import, work)
                );
                CREATE TABLE work_statements (work INTEGER PRIMARY KEY, at TIMESTAMP NOT NULL)
                """)
        }
    }

    /// Marks ends that nobody stated, those of works that left their source's list among them.
    static func markEstimatedEnds(in database: Database) throws {
        try database.run(
            """
            ALTER TABLE works ADD COLUMN completed_estimated BOOLEAN CHECK (completed_estimated = 1);
            UPDATE works SET completed_estimated = 1 WHERE status = 'done' AND source IS NOT NULL AND EXISTS (
                SELECT 1 FROM ledger WHERE ledger.fid BETWEEN works.fid * \(Schema.ledgerEntriesPerWork)
                    AND (works.fid + 1) * \(Schema.ledgerEntriesPerWork) - 1 AND field = 'status'
                    AND new_value = 'done' AND at = completed_at AND reason = '\(unlisted)');
            """)
        for kind in WorkKind.allCases {
            try database.run(
                "DROP VIEW \(Schema.viewName(of: kind)); \(Schema.view(of: kind, with: ["completed_estimated"]))")
        }
    }

    private static let unlisted = Reconciliation.unlistedReason.replacing("'", with: "''")
}
