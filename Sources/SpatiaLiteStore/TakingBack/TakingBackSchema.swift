import GRDB
import Works

/// The tables of what was taken back, and the triggers that keep everything else.
enum TakingBackSchema {
    static func create(in database: Database) throws {
        try releaseReferences(in: database)
        try database.run(
            """
            CREATE TABLE hidden_works (
                fid INTEGER PRIMARY KEY,
                id TEXT NOT NULL UNIQUE,
                change_number INTEGER NOT NULL,
                record BLOB NOT NULL
            );
            CREATE INDEX hidden_works_change ON hidden_works (change_number);
            CREATE TABLE taking_back (work INTEGER PRIMARY KEY);
            CREATE TABLE redacted_works (work INTEGER PRIMARY KEY);
            """)
        try guardTables(in: database)
        try guardRecord(in: database)
    }

    /// Takes the references to `works` away, which a hidden work is no row of.
    ///
    /// The rows stay as they are, so only the definitions are written anew: https://www.sqlite.org/lang_altertable.html, section 7, "Removing
    /// FOREIGN KEY constraints". `worksmap check` looks after what they stated.
    private static func releaseReferences(in database: Database) throws {
        try database.run(
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_master SET sql = replace(sql, ' REFERENCES works (fid)', '')
            WHERE type = 'table' AND sql LIKE '% REFERENCES works (fid)%';
            PRAGMA writable_schema = RESET;
            """)
    }

    /// Only this program takes something back, and never without a trace.
    private static func guardTables(in database: Database) throws {
        try database.run(
            """
            CREATE TRIGGER taking_back_is_guarded BEFORE INSERT ON taking_back WHEN worksmap_takes_back() IS NOT 1
            BEGIN SELECT RAISE(ABORT, 'only worksmap work hide and redact take something back'); END;
            CREATE TRIGGER taking_back_is_never_changed BEFORE UPDATE ON taking_back
            BEGIN SELECT RAISE(ABORT, 'only worksmap work hide and redact take something back'); END;
            CREATE TRIGGER hidden_works_are_guarded BEFORE INSERT ON hidden_works
            WHEN NOT EXISTS (SELECT 1 FROM taking_back WHERE work = NEW.fid)
            BEGIN SELECT RAISE(ABORT, 'only worksmap work hide hides a work'); END;
            \(changeGuard(unless: """
                OLD.fid IS NEW.fid AND OLD.id IS NEW.id AND OLD.change_number IS NEW.change_number
                    AND NOT \(SealingSchema.isNoRotation)
                """));
            \(deletionGuard);
            """)
    }

    /// Keeps rows of hidden works as they are, but for what a condition allows.
    static func changeGuard(unless condition: String) -> String {
        """
        CREATE TRIGGER hidden_works_are_never_changed BEFORE UPDATE ON hidden_works WHEN NOT (\(condition))
        BEGIN SELECT RAISE(ABORT, 'hidden works are changed by worksmap only'); END
        """
    }

    /// Keeps hidden works but for those that are in the public record again.
    static let deletionGuard = """
        CREATE TRIGGER hidden_works_are_never_deleted BEFORE DELETE ON hidden_works
        WHEN NOT EXISTS (SELECT 1 FROM taking_back WHERE work = OLD.fid)
            OR NOT EXISTS (SELECT 1 FROM works WHERE fid = OLD.fid AND id = OLD.id)
        BEGIN SELECT RAISE(ABORT, 'only worksmap work unhide brings a hidden work back'); END
        """

    /// A work leaves the record only for `hidden_works`, and with it its ledger; a text of the ledger only for the mark.
    private static func guardRecord(in database: Database) throws {
        func staysOrIsMarked(_ column: String) -> String {
            "(NEW.\(column) IS OLD.\(column) OR OLD.\(column) IS NOT NULL AND NEW.\(column) IS '\(LedgerMark.redacted)')"
        }
        let stays = ["fid", "work", "revision", "at", "field", "recording"].map { "NEW.\($0) IS OLD.\($0)" }
        let texts = ["old_value", "new_value", "reason"].map(staysOrIsMarked)
        try database.run(
            """
            DROP TRIGGER works_are_never_deleted;
            CREATE TRIGGER works_are_never_deleted BEFORE DELETE ON works
            WHEN NOT EXISTS (SELECT 1 FROM taking_back WHERE work = OLD.fid)
                OR NOT EXISTS (SELECT 1 FROM hidden_works WHERE fid = OLD.fid AND id = OLD.id)
            BEGIN SELECT RAISE(ABORT, 'works are closed, or hidden by worksmap work hide, never deleted'); END;
            CREATE TRIGGER hidden_works_are_never_replaced BEFORE INSERT ON works
            WHEN EXISTS (SELECT 1 FROM hidden_works WHERE fid = NEW.fid OR id = NEW.id)
                AND NOT EXISTS (SELECT 1 FROM taking_back WHERE work = NEW.fid)
            BEGIN SELECT RAISE(ABORT, 'there is a hidden work of this number or id'); END;
            DROP TRIGGER ledger_is_never_deleted;
            CREATE TRIGGER ledger_is_never_deleted BEFORE DELETE ON ledger
            WHEN OLD.field = '\(LedgerField.hidden.rawValue)'
                OR NOT EXISTS (SELECT 1 FROM taking_back WHERE work = OLD.work)
                OR NOT EXISTS (SELECT 1 FROM hidden_works WHERE fid = OLD.work)
            BEGIN SELECT RAISE(ABORT, 'the ledger is only ever added to'); END;
            DROP TRIGGER ledger_is_never_changed;
            CREATE TRIGGER ledger_is_never_changed BEFORE UPDATE ON ledger
            WHEN NOT EXISTS (SELECT 1 FROM taking_back WHERE work = OLD.work)
                OR NOT (\((stays + texts).joined(separator: " AND ")))
            BEGIN SELECT RAISE(ABORT, 'the ledger is only ever added to, or redacted by worksmap work redact'); END;
            """)
    }
}
