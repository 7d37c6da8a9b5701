import CSpatiaLite
import GRDB
import Glibc
import Sealing
import Works

extension SpatiaLiteStore {
    /// Makes an empty database and opens it.
    ///
    /// It is made beside its place and moved there when it is whole. Its key is made before, unless there is a key file already.
    ///
    /// - Throws: ``StoreError/unwritable(path:reason:)`` if there is a file already or none can be made.
    public static func create(at path: String, options: StoreOptions = StoreOptions()) throws -> SpatiaLiteStore {
        guard access(path, F_OK) != 0 else {
            throw StoreError.unwritable(path: path, reason: "there is a file of this name already")
        }
        let keys = StoreKeys(path: options.keyPath(for: path))
        try whole(path) { fresh in
            let queue = try DatabaseQueue(path: fresh, configuration: options.configuration(readOnly: false))
            try queue.inDatabase { try Schema.createSpatialMetadata(in: $0) }
            try Schema.migrations(keys, owner: nil).migrate(queue)
            // No text from before the sealing is in a new file.
            try queue.inDatabase { try $0.run("DELETE FROM notes WHERE name = '\(SealingSchema.cleaningNote)'") }
            try queue.close()
        }
        return try open(at: path, options: options)
    }

    /// Opens a database and brings it to the present version.
    ///
    /// - Parameter readOnly: True if the store refuses to write once the database is of the present version. An older one is brought there
    ///   first, as it may show to everybody what is private by now.
    /// - Throws: The ``StoreError`` that says what is wrong with the file, which is not touched then.
    public static func open(
        at path: String, readOnly: Bool = false, options: StoreOptions = StoreOptions()
    ) throws -> SpatiaLiteStore {
        if !readOnly { UnfinishedFile.clean(beside: path) }
        let isCurrent = try FileInspection.inspect(path, busyTimeout: options.busyTimeout)
        if !isCurrent, readOnly {
            do { try open(at: path, options: options).close() } catch StoreError.unwritable(_, let reason) {
                throw StoreError.unwritable(
                    path: path, reason: "\(reason); it is of an older version and must be brought up to date first")
            }
        }
        do {
            let store = try SpatiaLiteStore(path: path, options: options, readOnly: readOnly)
            if !readOnly {
                FileModes.restrict(path)
                if !isCurrent {
                    try Schema.migrations(store.keys, owner: KeyFile.Owner(of: path)).migrate(store.pool)
                }
            }
            if !readOnly { try store.finishCleaning() }
            return store
        } catch {
            throw StoreError.named(error, path: path)
        }
    }

    /// Has `body` write a file beside `path` and puts it in its place when that went well.
    static func whole(_ path: String, _ body: (_ temporary: String) throws -> Void) throws {
        // A log that is left beside the file would be played into the one that takes its place.
        var log = stat()
        guard stat(path + "-wal", &log) != 0 || log.st_size == 0 else {
            throw StoreError.unwritable(path: path, reason: "a database in use stands there; choose another name")
        }
        var there = stat()
        guard lstat(path, &there) != 0 || there.st_mode & S_IFMT == S_IFREG else {
            throw StoreError.unwritable(path: path, reason: "it is no regular file")
        }
        let unfinished = try UnfinishedFile(beside: path)
        defer { unfinished.remove() }
        let temporary = unfinished.path
        do { try body(temporary) } catch {
            if error is CancellationError { throw error }
            let error = StoreError.named(error, path: path)
            // A new file that cannot be opened is one that cannot be made there.
            guard case StoreError.unopened(_, let reason) = error else { throw error }
            throw StoreError.unwritable(path: path, reason: reason)
        }
        try move(temporary, to: path)
    }

    /// Moves a database that nobody has open to a path, so that it is there after a loss of power too.
    static func move(_ file: String, to path: String) throws {
        guard synchronize(file), rename(file, path) == 0, synchronize(folder(of: path)) else {
            throw StoreError.unwritable(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// Moves a database that is whole to a path, over the one that nobody has open there.
    public static func install(_ file: String, at path: String) throws {
        // Closing a store may leave its last commits in the log, which does not go along.
        try takeOutOfUse(file)
        try move(file, to: path)
    }

    /// Makes sure that no other connection has the database open, and that no log is left beside it.
    ///
    /// - Throws: ``StoreError/locked(path:)`` if another program has it open.
    public static func takeOutOfUse(_ path: String) throws {
        do {
            let queue = try DatabaseQueue(path: path)
            // It needs the file alone: in WAL mode every open connection keeps a lock on it.
            let mode = try queue.inDatabase { try String.fetchOne($0, sql: "PRAGMA journal_mode = DELETE") }
            try queue.close()
            guard mode == "delete" else { throw StoreError.locked(path: path) }
        } catch {
            throw StoreError.named(error, path: path)
        }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Has the system write a file or a folder to the disk; false, with the reason in `errno`, if it does not.
    private static func synchronize(_ path: String) -> Bool {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { Glibc.close(descriptor) }
        return fsync(descriptor) == 0
    }
}

/// Looks at a file before anything is written to it.
enum FileInspection {
    /// Whether the database is of the present version; false if it is of an older one.
    ///
    /// - Throws: The ``StoreError`` that says why it cannot be opened.
    static func inspect(_ path: String, busyTimeout: Double) throws -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { throw StoreError.missing(path: path) }
            throw StoreError.unwritable(path: path, reason: String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw StoreError.foreign(path: path, reason: "it is no regular file")
        }
        guard status.st_size > 0 else { throw StoreError.foreign(path: path, reason: "the file is empty") }
        try checkHeader(path, size: Int(status.st_size))
        return try checkVersion(path, busyTimeout: busyTimeout)
    }

    /// True for a file that holds no database that can be read: empty, cut off, with a broken head or broken pages.
    static func isDamaged(_ path: String) -> Bool {
        do { _ = try inspect(path, busyTimeout: 1) } catch StoreError.corrupt {
            return true
        } catch StoreError.foreign {
            guard let file = fopen(path, "rb") else { return false }
            defer { fclose(file) }
            var head = [UInt8](repeating: 0, count: 16)
            return fread(&head, 1, 16, file) < 16 || !head.starts(with: "SQLite format 3\0".utf8)
        } catch {}
        return false
    }

    /// The 100 bytes at the start of every SQLite file: https://www.sqlite.org/fileformat.html, section 1.3.
    static func checkHeader(_ path: String, size: Int) throws {
        guard let file = fopen(path, "rb") else {
            throw StoreError.unwritable(path: path, reason: String(cString: strerror(errno)))
        }
        defer { fclose(file) }
        var header = [UInt8](repeating: 0, count: 100)
        let count = fread(&header, 1, 100, file)
        guard count >= 16, header.starts(with: "SQLite format 3\0".utf8) else {
            throw StoreError.foreign(path: path, reason: "it is no SQLite file")
        }
        func number(_ offset: Int, _ length: Int) -> Int {
            header[offset..<offset + length].reduce(0) { $0 << 8 | Int($1) }
        }
        // With a log beside it, pages that the header counts may still be in the log.
        var log = stat()
        guard stat(path + "-wal", &log) != 0 || log.st_size == 0 else { return }
        let pageSize = number(16, 2) == 1 ? 65_536 : number(16, 2)
        let whole = pageSize * number(28, 4)
        guard count == 100, size >= whole else {
            throw StoreError.corrupt("\(path) is cut off: it has \(size) of its \(max(whole, 100)) bytes")
        }
    }

    private static func checkVersion(_ path: String, busyTimeout: Double) throws -> Bool {
        var connection: OpaquePointer?
        defer { sqlite3_close_v2(connection) }
        func value(_ sql: String) throws -> Int64? {
            var statement: OpaquePointer?
            defer { sqlite3_finalize(statement) }
            guard sqlite3_prepare_v2(connection, sql, -1, &statement, nil) == SQLITE_OK else {
                throw SQLiteFailure(connection)
            }
            switch sqlite3_step(statement) {
            case SQLITE_ROW: return sqlite3_column_int64(statement, 0)
            case SQLITE_DONE: return nil
            default: throw SQLiteFailure(connection)
            }
        }
        do {
            guard sqlite3_open_v2(path, &connection, SQLITE_OPEN_READONLY, nil) == SQLITE_OK else {
                throw SQLiteFailure(connection)
            }
            sqlite3_busy_timeout(connection, Int32(busyTimeout * 1000))
            guard try value("PRAGMA application_id") == Schema.applicationID else {
                let isSpatial = try value(
                    "SELECT 1 FROM sqlite_master WHERE name IN ('geometry_columns', 'gpkg_contents')")
                throw StoreError.foreign(
                    path: path,
                    reason: "it is \(isSpatial == nil ? "an SQLite file" : "a spatial database") of another program")
            }
            let version = try value("PRAGMA user_version") ?? 0
            guard version <= Schema.version else {
                throw StoreError.newer(path: path, version: "schema \(version); this program knows \(Schema.version)")
            }
            return version == Schema.version
        } catch {
            throw StoreError.named(error, path: path)
        }
    }
}
