import CSpatiaLite
import GRDB
import Works

/// How a store uses its file.
public struct StoreOptions: Sendable {
    /// How many reads can run at the same time.
    public var readers: Int
    /// How long a write waits for another process's, in seconds.
    public var busyTimeout: Double
    /// Whether a commit is on the disk when the write returns, also if the power fails right after. Without it a power failure may lose the
    /// last commits, but never tears one.
    public var syncedCommits: Bool
    /// How much of the file is read where the system holds it instead of being copied, in bytes: rows that lie scattered are found
    /// faster, and in exchange those parts of the file count as memory of the process.
    public var mappedBytes: Int
    /// How much memory may hold rows for the next page of the same place, in bytes; 0 keeps none.
    public var rowMemory: Int
    /// Path of the key file; the file `key` in the city's folder beside the database if nil.
    public var keyFile: String?
    /// Path of the city's folder; `NAME.city` beside the database `NAME.sqlite` if nil.
    public var cityFolder: String?

    public init(
        readers: Int = 16, busyTimeout: Double = 5, syncedCommits: Bool = false, mappedBytes: Int = 0,
        rowMemory: Int = 64 << 20, keyFile: String? = nil, cityFolder: String? = nil
    ) {
        self.readers = readers
        self.busyTimeout = busyTimeout
        self.syncedCommits = syncedCommits
        self.mappedBytes = mappedBytes
        self.rowMemory = rowMemory
        self.keyFile = keyFile
        self.cityFolder = cityFolder
    }
}

extension StoreOptions {
    /// Path of the key file of a database.
    func keyPath(for database: String) -> String {
        keyFile ?? CityFolder.keyFile(in: cityPath(for: database))
    }

    /// Path of the city's folder of a database.
    func cityPath(for database: String) -> String { cityFolder ?? CityFolder.usual(for: database) }

    /// The same options for a copy of a database elsewhere: with the database's own keys.
    func keeping(keysOf database: String) -> StoreOptions {
        var options = self
        options.keyFile = keyPath(for: database)
        return options
    }

    /// How much of the file a connection keeps, in KiB: as much as a page of a thousand features touches that lie scattered.
    private static let pageMemory = 16_384

    /// How every connection to the file is set up.
    func configuration(readOnly: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.label = "WorksMap"
        configuration.readonly = readOnly
        configuration.maximumReaderCount = max(readers, 1)
        configuration.busyMode = .timeout(busyTimeout)
        let mappedBytes = mappedBytes
        let synchronous = syncedCommits ? "FULL" : "NORMAL"
        let pageMemory = Self.pageMemory
        configuration.prepareDatabase { database in
            try SpatiaLiteExtension.attach(to: database)
            try SearchFunctions.register(in: database)
            try FilterFunctions.register(in: database)
            try TakingBackGate.register(in: database)
            try WriteGuard.register(in: database)
            // The types of this program keep what the constraints ask for; they stand there for other programs that write to the file.
            try database.run("PRAGMA ignore_check_constraints = ON")
            try database.run("PRAGMA mmap_size = \(mappedBytes); PRAGMA cache_size = -\(pageMemory)")
            if !database.configuration.readonly {
                // What is erased is gone from the file too: https://www.sqlite.org/pragma.html#pragma_secure_delete
                try database.run(
                    "PRAGMA synchronous = \(synchronous); PRAGMA journal_size_limit = 67108864; PRAGMA secure_delete = ON"
                )
            }
        }
        return configuration
    }
}

/// SpatiaLite's functions, which the triggers and the checks of a SpatiaLite file call.
enum SpatiaLiteExtension {
    static func attach(to database: Database) throws {
        let connection = database.sqliteConnection
        guard let state = spatialite_alloc_connection() else {
            throw SQLiteFailure(code: SQLITE_NOMEM, message: "SpatiaLite has no room for another connection")
        }
        spatialite_init_ex(connection, state, 0)
        // SpatiaLite's state must live until the connection is closed, and a function's destructor is what SQLite calls then.
        let code = sqlite3_create_function_v2(
            connection, "worksmap_spatialite_state", 0, SQLITE_UTF8, state,
            { context, _, _ in sqlite3_result_null(context) }, nil, nil, { spatialite_cleanup_ex($0) })
        guard code == SQLITE_OK else { throw SQLiteFailure(connection) }
    }
}
