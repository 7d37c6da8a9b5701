import GRDB
public import Glibc
import Works

/// A copy of a database without anything private, in which no table of it exists.
enum PublicCopy {
    /// Tables that a public copy does not have.
    static let privateTables = [
        "audit_log", "reporter_contacts", "pending_reports", "followers", "private_extra", "desk_secrets",
        "access_tokens",
        "sealing_keys", "import_changes", "work_statements",
    ]

    /// Triggers that a public copy has with other texts.
    static let rewrittenTriggers = [
        "recordings_are_never_changed", "hidden_works_are_never_changed", "hidden_works_are_never_deleted",
    ]

    /// True for a public copy; databases from before the sealing are none.
    static func isMade(in database: Database) throws -> Bool {
        guard try database.integer("PRAGMA user_version") ?? 0 >= 6 else { return false }
        return try database.integer("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'access_tokens'")
            == nil
    }

    /// Statements run on a whole copy, in order, to make a public one of it.
    static var statements: [String] {
        privateTables.map { "DROP TABLE \($0)" } + [
            "DROP TRIGGER recordings_are_never_changed",
            "UPDATE recordings SET actor_name = NULL WHERE actor IN ('person', 'resident')",
            """
            CREATE TRIGGER recordings_are_never_changed BEFORE UPDATE ON recordings
            BEGIN SELECT RAISE(ABORT, 'the ledger is only ever added to'); END
            """,
            "DROP TRIGGER hidden_works_are_never_changed",
            "DROP TRIGGER hidden_works_are_never_deleted",
            "DELETE FROM hidden_works",
            TakingBackSchema.deletionGuard,
            TakingBackSchema.changeGuard(unless: "0"),
            "DELETE FROM notes WHERE name = '\(SealingSchema.cleaningNote)'",
        ]
    }
}

extension SpatiaLiteStore {
    /// Copies what is public to a file while the database is in use. A file that is there already is replaced when the copy is whole.
    ///
    /// The copy is built anew from what is left, so that no page of it ever held anything private.
    ///
    /// - Parameter group: Whose the file will be besides its owner's; nil leaves it to the system.
    public func publicCopy(to destination: String, group: gid_t? = nil) throws {
        try Self.whole(destination) { temporary in
            let unfinished = try UnfinishedFile(beside: destination)
            defer { unfinished.remove() }
            let whole = unfinished.path
            let queue = try DatabaseQueue(path: whole, configuration: options.configuration(readOnly: false))
            try pool.backup(to: queue)
            try queue.inDatabase { database in
                try database.run("PRAGMA journal_mode = DELETE; PRAGMA foreign_keys = OFF")
                if try database.integer("SELECT 1 FROM sqlite_master WHERE name = 'access_tokens'") != nil {
                    for statement in PublicCopy.statements { try database.run(statement) }
                }
                let into = try PreparedStatement(database, "VACUUM INTO ?", isKept: false)
                into.bind(1, temporary)
                try into.run()
            }
            try queue.close()
            if let group { try FileModes.give(temporary, to: group) }
        }
    }
}
