import GRDB
import Geometry
import Sealing
import Works

/// Migration that seals private values.
enum SealingSchema {
    /// Note that text from before the sealing may still lie in free pages.
    static let cleaningNote = "cleaning_due"

    /// Seals what lies open. The key is on the disk before anything is sealed with it.
    static func seal(in database: Database, keys: StoreKeys, owner: KeyFile.Owner?) throws {
        let now = Instant.now
        let key = try keys.newestOrNew(at: now, for: owner)
        try database.run(
            """
            PRAGMA secure_delete = ON;
            CREATE TABLE sealing_keys (
                id TEXT PRIMARY KEY CHECK (length(id) = 8),
                since TIMESTAMP NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('current', 'old', 'retired', 'lost'))
            ) WITHOUT ROWID;
            CREATE UNIQUE INDEX sealing_keys_current ON sealing_keys (state) WHERE state = 'current';
            INSERT INTO sealing_keys VALUES ('\(key.id)', '\(now)', 'current');
            """)
        let seals = Seals(database, keys)
        try sealSecrets(in: database, seals)
        try sealTokens(in: database, seals)
        try sealContacts(in: database, seals)
        try sealReports(in: database, seals)
        try sealExtra(in: database, seals)
        try sealAudit(in: database, seals)
        try sealActors(in: database, seals)
        try hideFollowers(in: database, seals)
        try database.run("INSERT OR REPLACE INTO notes VALUES ('\(cleaningNote)', '\(now)')")
    }

    /// Calls `body` with each row of a query.
    private static func each(_ database: Database, _ sql: String, _ body: (PreparedStatement) throws -> Void) throws {
        let statement = try PreparedStatement(database, sql, isKept: false)
        defer { statement.reset() }
        while try statement.step() { try body(statement) }
    }

    private static func sealSecrets(in database: Database, _ seals: Seals) throws {
        var salt: String?
        try each(database, "SELECT secret FROM desk_secrets WHERE name = 'followers'") { salt = $0.text(0) }
        try database.run(
            """
            DROP TABLE desk_secrets;
            CREATE TABLE desk_secrets (name TEXT PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;
            """)
        for name in StoreSecret.allCases { try seals.set(name.new(), as: name) }
        if let salt { try seals.set(Array(salt.utf8), as: .followers) }
    }

    /// The digest of a secret is keyed, and the row gets a code over all that gives the token its power. Secrets stay good.
    private static func sealTokens(in database: Database, _ seals: Seals) throws {
        try database.run("ALTER TABLE access_tokens ADD COLUMN code BLOB")
        let change = try PreparedStatement(
            database, "UPDATE access_tokens SET name = ?2, digest = ?3, code = ?4 WHERE id = ?1", isKept: false)
        var tokens: [AccessToken] = []
        try each(database, "SELECT \(TokenRow.columns) FROM access_tokens") { row in
            var token = try TokenRow.fields(row)
            token.name = row.text(1) ?? ""
            tokens.append(token)
        }
        for var token in tokens {
            token.digest = KeyedDigest.of(token.digest, secret: try seals.secret(.tokens))
            change.bind(1, token.id)
            change.bind(2, try seals.seal(token.name, .tokenName, row: "\(token.id)"))
            change.bind(3, token.digest)
            change.bind(4, try seals.sealer(.tokenCodes).code(of: TokenRow.authenticated(token)))
            try change.run()
        }
    }

    private static func sealContacts(in database: Database, _ seals: Seals) throws {
        try database.run(
            """
            ALTER TABLE reporter_contacts RENAME TO open_contacts;
            CREATE TABLE reporter_contacts (
                work INTEGER PRIMARY KEY REFERENCES works (fid),
                since TIMESTAMP NOT NULL CHECK (length(since) = 20),
                sealed BLOB NOT NULL
            );
            """)
        let insert = try PreparedStatement(database, "INSERT INTO reporter_contacts VALUES (?, ?, ?)", isKept: false)
        try each(
            database,
            """
            SELECT work, coalesce(works.reported_at, works.updated_at), email, phone, first_name, last_name, device_id,
                account_id FROM open_contacts JOIN works ON works.fid = work
            """
        ) { row in
            insert.bind(1, row.integer(0))
            insert.bind(2, row.text(1))
            insert.bind(3, try seals.seal(openContact(row, from: 2).sealedText, .contact, row: "\(row.integer(0))"))
            try insert.run()
        }
        try database.run("DROP TABLE open_contacts")
    }

    private static func openContact(_ row: PreparedStatement, from first: Int32) -> ReporterContact {
        ReporterContact(
            email: row.text(first), phone: row.text(first + 1), firstName: row.text(first + 2),
            lastName: row.text(first + 3), deviceID: row.text(first + 4), accountID: row.text(first + 5))
    }

    private static func sealReports(in database: Database, _ seals: Seals) throws {
        try database.run(
            """
            DROP INDEX pending_reports_open;
            ALTER TABLE pending_reports RENAME TO open_reports;
            CREATE TABLE pending_reports (
                digest TEXT PRIMARY KEY CHECK (length(digest) = 64),
                received_at TIMESTAMP NOT NULL CHECK (length(received_at) = 20),
                decided_at TIMESTAMP,
                work TEXT,
                sealed BLOB NOT NULL,
                contact BLOB
            ) WITHOUT ROWID;
            CREATE INDEX pending_reports_open ON pending_reports (received_at) WHERE decided_at IS NULL;
            """)
        let insert = try PreparedStatement(
            database, "INSERT INTO pending_reports VALUES (?, ?, ?, ?, ?, ?)", isKept: false)
        try each(
            database,
            """
            SELECT token, received_at, category, severity, description, address, longitude, latitude, media_url,
                email, phone, first_name, last_name, device_id, account_id, decided_at, work FROM open_reports
            """
        ) { row in
            guard let token = row.text(0), let received = row.text(1).flatMap({ Instant($0) }) else { return }
            let report = PendingReport(
                token: token, receivedAt: received, category: row.text(2) ?? "",
                severity: row.text(3).flatMap(Severity.init(rawValue:)), description: row.text(4),
                address: row.text(5), longitude: row.isNull(6) ? nil : row.real(6),
                latitude: row.isNull(7) ? nil : row.real(7), mediaURL: row.text(8), contact: openContact(row, from: 9))
            let sealed = try SealedReport(report, seals)
            insert.bind(1, sealed.digest)
            insert.bind(2, received.description)
            insert.bind(3, row.text(15))
            insert.bind(4, row.text(16))
            insert.bind(5, sealed.report)
            insert.bind(6, sealed.contact)
            try insert.run()
        }
        try database.run("DROP TABLE open_reports")
    }

    private static func sealExtra(in database: Database, _ seals: Seals) throws {
        try database.run(
            """
            ALTER TABLE private_extra RENAME TO open_extra;
            CREATE TABLE private_extra (
                layer TEXT NOT NULL,
                feature INTEGER NOT NULL,
                sealed BLOB NOT NULL,
                PRIMARY KEY (layer, feature)
            ) WITHOUT ROWID;
            """)
        let insert = try PreparedStatement(database, "INSERT INTO private_extra VALUES (?, ?, ?)", isKept: false)
        try each(database, "SELECT layer, feature, extra FROM open_extra ORDER BY layer, feature") { row in
            let (layer, feature) = (row.text(0) ?? "", row.integer(1))
            insert.bind(1, layer)
            insert.bind(2, feature)
            insert.bind(3, try seals.seal(row.text(2), .extra, row: "\(layer) \(feature)"))
            try insert.run()
        }
        try database.run("DROP TABLE open_extra")
    }

    /// Times and works stay open, as entries are looked for by them; who did it, the act and the words are sealed. All are bound together.
    private static func sealAudit(in database: Database, _ seals: Seals) throws {
        try database.run(
            """
            DROP TRIGGER audit_log_is_never_changed;
            DROP TRIGGER audit_log_is_never_deleted;
            DROP TRIGGER audit_log_is_never_replaced;
            ALTER TABLE audit_log RENAME TO open_audit;
            CREATE TABLE audit_log (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                at TIMESTAMP NOT NULL,
                token INTEGER REFERENCES access_tokens (id),
                work TEXT,
                sealed BLOB NOT NULL
            );
            """)
        let insert = try PreparedStatement(database, "INSERT INTO audit_log VALUES (?, ?, ?, ?, ?)", isKept: false)
        try each(database, "SELECT id, at, token, work, name, action, detail FROM open_audit ORDER BY id") { row in
            let entry = AuditEntry(
                at: row.text(1).flatMap { Instant($0) } ?? .now, tokenID: row.isNull(2) ? nil : row.integer(2),
                name: row.text(4) ?? "", action: row.text(5) ?? "", work: row.text(3).flatMap { WorkID($0) },
                detail: row.text(6))
            try AuditRow.bind(entry, id: row.integer(0), to: insert, seals)
            try insert.run()
        }
        try database.run(
            """
            DROP TABLE open_audit;
            CREATE TRIGGER audit_log_is_never_changed BEFORE UPDATE ON audit_log
            WHEN \(changed("id", "at", "token", "work")) OR \(isNoRotation)
            BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END;
            CREATE TRIGGER audit_log_is_never_deleted BEFORE DELETE ON audit_log
            BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END;
            CREATE TRIGGER audit_log_is_never_replaced BEFORE INSERT ON audit_log
            WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id)
            BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END;
            """)
    }

    /// Names of people who changed works; those of sources and rules are public.
    private static func sealActors(in database: Database, _ seals: Seals) throws {
        try database.run("DROP TRIGGER recordings_are_never_changed")
        let change = try PreparedStatement(
            database, "UPDATE recordings SET actor_name = ?2 WHERE id = ?1", isKept: false)
        let people = "actor IN ('person', 'resident') AND actor_name IS NOT NULL"
        var names: [(Int64, String)] = []
        try each(database, "SELECT id, actor_name FROM recordings WHERE \(people)") {
            names.append(($0.integer(0), $0.text(1) ?? ""))
        }
        for (id, name) in names {
            change.bind(1, id)
            change.bind(2, try seals.seal(name, .actorName, row: "\(id)"))
            try change.run()
        }
        try database.run(
            """
            CREATE TRIGGER recordings_are_never_changed BEFORE UPDATE ON recordings
            WHEN \(changed("id", "recorded_at", "actor", "organisation")) OR typeof(OLD.actor_name) <> 'blob'
                OR typeof(NEW.actor_name) <> 'blob' OR \(isNoRotation)
            BEGIN SELECT RAISE(ABORT, 'the ledger is only ever added to'); END;
            """)
    }

    /// SQL that is true if one of the columns has another value after an update.
    private static func changed(_ columns: String...) -> String {
        columns.map { "OLD.\($0) IS NOT NEW.\($0)" }.joined(separator: " OR ")
    }

    /// SQL that is true while no key is being replaced by a newer one.
    static let isNoRotation = "NOT EXISTS (SELECT 1 FROM sealing_keys WHERE state = 'old')"

    private static func hideFollowers(in database: Database, _ seals: Seals) throws {
        var followers: [(work: Int64, follower: String)] = []
        try each(database, "SELECT work, follower FROM followers") {
            followers.append(($0.integer(0), $0.text(1) ?? ""))
        }
        let change = try PreparedStatement(
            database, "UPDATE followers SET follower = ?3 WHERE work = ?1 AND follower = ?2", isKept: false)
        let secret = try seals.secret(.followerKeys)
        for (work, follower) in followers {
            change.bind(1, work)
            change.bind(2, follower)
            change.bind(3, KeyedDigest.of(follower, secret: secret))
            try change.run()
        }
    }
}
