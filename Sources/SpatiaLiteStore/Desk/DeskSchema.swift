import GRDB
import Works

/// The tables of the desk: what is kept beside the works and never shown to the public.
enum DeskSchema {
    /// A token may be of one source, and ends by itself. Those that were given out before do neither.
    static func limitTokens(in database: Database) throws {
        try database.run(
            """
            ALTER TABLE access_tokens ADD COLUMN source TEXT CHECK (source <> '');
            ALTER TABLE access_tokens ADD COLUMN expires_at TIMESTAMP CHECK (length(expires_at) = 20);
            """)
    }

    /// The names of services and contractors that works have had, so that none has to be looked for in all works.
    static func createNames(in database: Database) throws {
        let roles = NameRole.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        try database.run(
            """
            CREATE TABLE city_names (
                role TEXT NOT NULL CHECK (role IN (\(roles))),
                name TEXT NOT NULL,
                PRIMARY KEY (role, name)
            ) WITHOUT ROWID;
            """)
        for role in NameRole.allCases {
            let column = role.rawValue
            try database.run(
                """
                INSERT INTO city_names SELECT DISTINCT '\(column)', \(column) FROM works WHERE \(column) IS NOT NULL
                """)
        }
    }

    static func create(in database: Database) throws {
        try database.run(
            """
            CREATE TABLE access_tokens (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                name TEXT NOT NULL,
                role TEXT NOT NULL CHECK (role IN ('viewer', 'dispatcher', 'admin')),
                organisation TEXT,
                digest TEXT NOT NULL UNIQUE CHECK (length(digest) = 64),
                created_at TIMESTAMP NOT NULL,
                last_used_at TIMESTAMP,
                revoked_at TIMESTAMP
            );
            CREATE TABLE reporter_contacts (
                work INTEGER PRIMARY KEY REFERENCES works (fid),
                email TEXT,
                phone TEXT,
                first_name TEXT,
                last_name TEXT,
                device_id TEXT,
                account_id TEXT
            );
            CREATE TABLE pending_reports (
                token TEXT PRIMARY KEY,
                received_at TIMESTAMP NOT NULL,
                category TEXT NOT NULL,
                severity TEXT,
                description TEXT,
                address TEXT,
                longitude REAL,
                latitude REAL,
                media_url TEXT,
                email TEXT,
                phone TEXT,
                first_name TEXT,
                last_name TEXT,
                device_id TEXT,
                account_id TEXT,
                decided_at TIMESTAMP,
                work TEXT
            ) WITHOUT ROWID;
            CREATE INDEX pending_reports_open ON pending_reports (received_at) WHERE decided_at IS NULL;
            CREATE TABLE followers (
                work INTEGER NOT NULL REFERENCES works (fid),
                follower TEXT NOT NULL,
                since TIMESTAMP NOT NULL,
                PRIMARY KEY (work, follower)
            ) WITHOUT ROWID;
            CREATE TABLE desk_secrets (name TEXT PRIMARY KEY, secret TEXT NOT NULL) WITHOUT ROWID;
            INSERT INTO desk_secrets VALUES ('followers', hex(randomblob(32)));
            CREATE TABLE duplicates (
                work INTEGER PRIMARY KEY REFERENCES works (fid),
                original INTEGER NOT NULL REFERENCES works (fid) CHECK (original <> work),
                since TIMESTAMP NOT NULL
            );
            CREATE INDEX duplicates_original ON duplicates (original);
            CREATE TABLE audit_log (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                at TIMESTAMP NOT NULL,
                token INTEGER REFERENCES access_tokens (id),
                name TEXT NOT NULL,
                action TEXT NOT NULL,
                work TEXT,
                detail TEXT
            );
            CREATE TRIGGER audit_log_is_never_changed BEFORE UPDATE ON audit_log
            BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END;
            CREATE TRIGGER audit_log_is_never_deleted BEFORE DELETE ON audit_log
            BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END;
            CREATE TRIGGER audit_log_is_never_replaced BEFORE INSERT ON audit_log
            WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id)
            BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END;
            """)
    }
}
