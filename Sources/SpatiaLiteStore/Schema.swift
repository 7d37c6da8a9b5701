import CSpatiaLite
import GRDB
import Sealing
import Works

/// The tables of the file and how they came to be.
enum Schema {
    /// `PRAGMA application_id` of our files: the letters WMAP.
    static let applicationID: Int64 = 0x574D_4150
    /// `PRAGMA user_version`: the last of the ``migrations`` that the file has been through.
    static let version: Int64 = 14
    /// Ledger entries of one work are numbered from its number times this.
    static let ledgerEntriesPerWork: Int64 = 1_000_000

    /// SpatiaLite's own tables. They cannot be made inside a transaction.
    static func createSpatialMetadata(in database: Database) throws {
        // Rows are about a kilobyte: at the usual four a page, half of the time of a bulk write goes to turning pages.
        try database.run("PRAGMA page_size = 8192; PRAGMA application_id = \(applicationID)")
        // Only the reference systems around WGS 84; the full list is six megabytes of what a city does not use.
        try expectOne(database, "SELECT InitSpatialMetaData(1, 'WGS84')")
        if try database.integer("SELECT count(*) FROM spatial_ref_sys WHERE srid = 3857") == 0 {
            try expectOne(database, "SELECT InsertEpsgSrid(3857)")
        }
    }

    /// The steps from an empty file to the present version.
    ///
    /// Copies without the private tables exist since step 6 (``PublicCopy``); later steps must do without them.
    ///
    /// - Parameter owner: Whose the key file will be if there is none yet; this process's user if nil.
    static func migrations(_ keys: StoreKeys, owner: KeyFile.Owner?) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 works, ledger and reference layers", foreignKeyChecks: .immediate) { database in
            try createWorks(in: database)
            try createLedger(in: database)
            for layer in ReferenceLayer.allCases { try createReferenceLayer(layer, in: database) }
            try createRevisions(in: database)
            for kind in WorkKind.allCases { try createView(of: kind, in: database) }
            try database.run("PRAGMA user_version = 1")
        }
        migrator.registerMigration("2 desk", foreignKeyChecks: .immediate) { database in
            try DeskSchema.create(in: database)
            try database.run("PRAGMA user_version = 2")
        }
        migrator.registerMigration("3 recordings are only ever added to", foreignKeyChecks: .immediate) { database in
            try guardRecordings(in: database)
            try database.run("PRAGMA user_version = 3")
        }
        migrator.registerMigration("4 private extra", foreignKeyChecks: .immediate) { database in
            try PrivateExtra.create(in: database)
            try PrivateExtra.takeBack(in: database)
            try database.run("PRAGMA user_version = 4")
        }
        migrator.registerMigration("5 tokens with sources and ends", foreignKeyChecks: .immediate) { database in
            try DeskSchema.limitTokens(in: database)
            try DeskSchema.createNames(in: database)
            try database.run("PRAGMA user_version = 5")
        }
        migrator.registerMigration("6 what is private is sealed", foreignKeyChecks: .immediate) { database in
            try SealingSchema.seal(in: database, keys: keys, owner: owner)
            try database.run("PRAGMA user_version = 6")
        }
        migrator.registerMigration("7 hidden works", foreignKeyChecks: .immediate) { database in
            try TakingBackSchema.create(in: database)
            try database.run("PRAGMA user_version = 7")
        }
        migrator.registerMigration("8 followers by network", foreignKeyChecks: .immediate) { database in
            if try !PublicCopy.isMade(in: database) { try Followers.forgetContacts(in: database) }
            try database.run("PRAGMA user_version = 8")
        }
        migrator.registerMigration("9 record of imports", foreignKeyChecks: .immediate) { database in
            try ImportsSchema.create(in: database, isPublicCopy: PublicCopy.isMade(in: database))
            try ImportsSchema.markEstimatedEnds(in: database)
            try database.run("PRAGMA user_version = 9")
        }
        migrator.registerMigration("10 traffic impacts that nobody knows", foreignKeyChecks: .immediate) { database in
            try ImpactSchema.allowUnknown(in: database)
            try database.run("PRAGMA user_version = 10")
        }
        migrator.registerMigration("11 districts by class", foreignKeyChecks: .immediate) { database in
            try DistrictSchema.addClasses(in: database)
            try database.run("PRAGMA user_version = 11")
        }
        IdentityTables.register(in: &migrator)
        PassedDeadlines.register(in: &migrator)
        WriteGuard.register(in: &migrator)
        return migrator
    }

    // MARK: Works

    /// The long texts stand last, so that the columns before them, the geometry among them, stay on the row's first page.
    private static func createWorks(in database: Database) throws {
        func list(_ values: [String]) -> String { values.map { "'\($0)'" }.joined(separator: ", ") }
        // The type by which GDAL and QGIS know a moment; the texts stay texts.
        func time(_ column: String) -> String { "\(column) TIMESTAMP CHECK (length(\(column)) = 20)" }
        try database.run(
            """
            CREATE TABLE works (
                fid INTEGER PRIMARY KEY,
                id TEXT NOT NULL UNIQUE,
                kind TEXT NOT NULL CHECK (kind IN (\(list(WorkKind.allCases.map(\.rawValue))))),
                category TEXT NOT NULL,
                status TEXT NOT NULL CHECK (status IN (\(list(WorkStatus.allCases.map(\.rawValue))))),
                severity TEXT NOT NULL CHECK (severity IN (\(list(Severity.allCases.map(\.rawValue))))),
                traffic_impact TEXT NOT NULL
                    CHECK (traffic_impact IN (\(list(TrafficImpact.allCases.map(\.rawValue))))),
                \(time("reported_at")),
                \(time("starts_at")),
                \(time("due_at")),
                \(time("original_due_at")),
                \(time("completed_at")),
                updated_at TIMESTAMP NOT NULL CHECK (length(updated_at) = 20),
                \(time("on_site_at")),
                daily_from TEXT,
                daily_until TEXT,
                due_changes INTEGER NOT NULL DEFAULT 0,
                revision INTEGER NOT NULL DEFAULT 1,
                change_number INTEGER NOT NULL DEFAULT 0,
                geom GEOMETRY,
                title TEXT,
                address TEXT,
                district TEXT,
                organisation TEXT,
                contractor TEXT,
                source TEXT,
                source_id TEXT,
                description TEXT,
                extra TEXT
            );
            CREATE UNIQUE INDEX works_source ON works (source, source_id);
            CREATE INDEX works_change ON works (change_number);
            CREATE INDEX works_without_geometry ON works (fid) WHERE geom IS NULL;
            CREATE TRIGGER works_are_never_deleted BEFORE DELETE ON works
            BEGIN SELECT RAISE(ABORT, 'works are closed, never deleted'); END;
            CREATE TRIGGER works_are_never_replaced BEFORE INSERT ON works
            WHEN EXISTS (SELECT 1 FROM works WHERE fid = NEW.fid OR id = NEW.id)
            BEGIN SELECT RAISE(ABORT, 'there is a work of this number or id already'); END;
            """)
        try registerGeometry(of: "works", in: database)
    }

    // MARK: Ledger

    /// What one actor writes down at one moment, thousands of entries in an import, has that moment and actor in common: a recording.
    ///
    /// Entries are numbered so that those of one work lie side by side, in order: `fid` is the work's times a million, plus 1, 2, 3….
    private static func createLedger(in database: Database) throws {
        try database.run(
            """
            CREATE TABLE recordings (
                id INTEGER PRIMARY KEY,
                recorded_at TIMESTAMP NOT NULL,
                actor TEXT NOT NULL,
                actor_name TEXT,
                organisation TEXT
            );
            CREATE TABLE ledger (
                fid INTEGER PRIMARY KEY,
                work INTEGER NOT NULL REFERENCES works (fid) CHECK (work = fid / \(ledgerEntriesPerWork)),
                revision INTEGER NOT NULL,
                at TIMESTAMP NOT NULL,
                field TEXT NOT NULL,
                old_value TEXT,
                new_value TEXT,
                reason TEXT,
                recording INTEGER NOT NULL REFERENCES recordings (id)
            );
            CREATE TRIGGER ledger_is_never_changed BEFORE UPDATE ON ledger
            BEGIN SELECT RAISE(ABORT, 'the ledger is only ever added to'); END;
            CREATE TRIGGER ledger_is_never_deleted BEFORE DELETE ON ledger
            BEGIN SELECT RAISE(ABORT, 'the ledger is only ever added to'); END;
            CREATE TRIGGER ledger_is_never_replaced BEFORE INSERT ON ledger
            WHEN EXISTS (SELECT 1 FROM ledger WHERE fid = NEW.fid)
            BEGIN SELECT RAISE(ABORT, 'the ledger is only ever added to'); END;
            CREATE TABLE observations (
                source TEXT NOT NULL,
                observed_at TIMESTAMP NOT NULL,
                PRIMARY KEY (source, observed_at)
            ) WITHOUT ROWID;
            """)
    }

    /// Who wrote an entry of the ledger, and when, is as final as the entry.
    private static func guardRecordings(in database: Database) throws {
        try database.run(
            """
            CREATE TRIGGER recordings_are_never_changed BEFORE UPDATE ON recordings
            BEGIN SELECT RAISE(ABORT, 'the ledger is only ever added to'); END;
            CREATE TRIGGER recordings_are_never_deleted BEFORE DELETE ON recordings
            BEGIN SELECT RAISE(ABORT, 'the ledger is only ever added to'); END;
            CREATE TRIGGER recordings_are_never_replaced BEFORE INSERT ON recordings
            WHEN EXISTS (SELECT 1 FROM recordings WHERE id = NEW.id)
            BEGIN SELECT RAISE(ABORT, 'the ledger is only ever added to'); END;
            """)
    }

    // MARK: Reference layers

    private static func createReferenceLayer(_ layer: ReferenceLayer, in database: Database) throws {
        let table = layer.rawValue
        try database.run(
            """
            CREATE TABLE \(table) (
                fid INTEGER PRIMARY KEY,
                id TEXT NOT NULL UNIQUE,
                name TEXT,
                class TEXT,
                source TEXT,
                source_id TEXT,
                geom GEOMETRY,
                extra TEXT
            );
            CREATE INDEX \(table)_without_geometry ON \(table) (fid) WHERE geom IS NULL;
            """)
        try registerGeometry(of: table, in: database)
    }

    // MARK: Revisions and notes

    private static func createRevisions(in database: Database) throws {
        try database.run("CREATE TABLE notes (name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID")
        try database.run("CREATE TABLE changes (layer TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID")
        for layer in ["works"] + ReferenceLayer.allCases.map(\.rawValue) {
            try database.run("INSERT INTO changes VALUES ('\(layer)', 0)")
        }
    }

    // MARK: Views

    /// Each kind of work as a layer of its own, with the deadline's state as of the moment of reading.
    private static func createView(of kind: WorkKind, in database: Database) throws {
        let name = viewName(of: kind)
        try database.run(
            """
            \(view(of: kind));
            INSERT INTO views_geometry_columns
                (view_name, view_geometry, view_rowid, f_table_name, f_geometry_column, read_only)
            VALUES ('\(name)', 'geom', 'fid', 'works', 'geom', 1);
            """)
    }

    /// The moment of reading a view, and the last one that is due soon then.
    static let viewNow = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"
    static let viewSoon = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+\(DeadlineState.dueSoonWindow) seconds')"

    /// SQL that creates the view of a kind.
    ///
    /// - Parameter more: Columns that later versions added.
    static func view(of kind: WorkKind, with more: [String] = []) -> String {
        let name = viewName(of: kind)
        let state = DeadlineSQL.state(now: viewNow, soon: viewSoon, judged: "due_at")
        let columns = more.map { "\($0), " }.joined()
        return """
            CREATE VIEW \(name) AS
            SELECT fid, id, category, title, description, address, status, severity, district, organisation, contractor,
                reported_at, starts_at, due_at, original_due_at, completed_at, updated_at, due_changes, daily_from,
                daily_until, on_site_at, traffic_impact, \(state) AS deadline_state, source, source_id, revision, \(columns)extra, geom
            FROM works WHERE kind = '\(kind.rawValue)'
            """
    }

    static func viewName(of kind: WorkKind) -> String {
        switch kind {
        case .roadRepair: "road_repairs"
        case .outage: "outages"
        case .hazard: "hazards"
        }
    }

    // MARK: Geometry columns

    private static func registerGeometry(of table: String, in database: Database) throws {
        try expectOne(database, "SELECT RecoverGeometryColumn('\(table)', 'geom', 4326, 'GEOMETRY', 'XY')")
        try expectOne(database, "SELECT CreateSpatialIndex('\(table)', 'geom')")
    }

    private static func expectOne(_ database: Database, _ sql: String) throws {
        guard try database.integer(sql) == 1 else {
            throw SQLiteFailure(code: SQLITE_ERROR, message: "SpatiaLite refused \(sql)")
        }
    }
}
