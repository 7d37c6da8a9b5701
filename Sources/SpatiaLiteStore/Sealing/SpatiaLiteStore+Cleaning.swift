import CSpatiaLite
import GRDB
import Works

extension SpatiaLiteStore {
    /// Notes within a transaction that old text may lie in unused parts of the file: where rows moved from page to page the engine leaves them as they
    /// were, even with `secure_delete`.
    static func noteCleaning(in database: Database) throws {
        try database.run("INSERT OR REPLACE INTO notes VALUES ('\(SealingSchema.cleaningNote)', '\(Instant.now)')")
    }

    /// Builds the file anew and empties its log, if old text may still lie in unused parts of it.
    ///
    /// What was interrupted is done at the next opening. If it cannot be done now, for want of room or because others have the file open, it stays
    /// due; ``remarks()`` tells.
    ///
    /// - Parameter limit: Octets of the largest file that is built anew, during which nobody can write.
    /// - Returns: False if it is still due.
    @discardableResult
    func finishCleaning(upTo limit: Int64 = .max) throws -> Bool {
        let note = SealingSchema.cleaningNote
        return try pool.writeWithoutTransaction { database in
            guard try database.integer("SELECT 1 FROM notes WHERE name = '\(note)'") != nil else { return true }
            let pages = try database.integer("PRAGMA page_count") ?? 0
            guard try pages * (database.integer("PRAGMA page_size") ?? 0) <= limit else { return false }
            do {
                try database.run("VACUUM")
                guard try Self.emptyLog(database) else { return false }
            } catch let failure as SQLiteFailure
                where [SQLITE_BUSY, SQLITE_LOCKED, SQLITE_FULL, SQLITE_IOERR].contains(failure.primaryCode)
            {
                return false
            }
            try database.run("DELETE FROM notes WHERE name = '\(note)'")
            return true
        }
    }

    /// Moves the log into the file and cuts it to nothing; false if others are in the way.
    static func emptyLog(_ database: Database) throws -> Bool {
        switch sqlite3_wal_checkpoint_v2(database.sqliteConnection, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil) {
        case SQLITE_OK: return true
        case SQLITE_BUSY, SQLITE_LOCKED: return false
        default: throw SQLiteFailure(database.sqliteConnection)
        }
    }

    /// Sentences for whoever runs the program, told once when the database is opened; none if all is well.
    public func remarks() throws -> [String] {
        guard !isPublicCopy else {
            return ["\(path) is a public copy: it takes no reports and has no staff, and nothing can be written to it"]
        }
        var remarks: [String] = []
        let (missing, isDue) = try pool.writeWithoutTransaction { database in
            let seals = Seals(database, keys)
            let current = try seals.currentKey()
            let note = SealingSchema.cleaningNote
            return (
                keys.sealer(.secrets, with: current) == nil ? keys.missing(current) : nil,
                try database.integer("SELECT 1 FROM notes WHERE name = '\(note)'") != nil
            )
        }
        if let missing { remarks.append("\(missing); all that is public works") }
        if isDue {
            remarks.append(
                "\(path): text that was sealed or taken back may still lie in unused parts of the file: end other programs that "
                    + "have it open, make as much room on the disk as the file has, and open it again")
        }
        return remarks
    }
}
