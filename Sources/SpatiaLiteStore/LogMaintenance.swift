import CSpatiaLite
import Glibc
import Synchronization
import Works

/// Moves the write-ahead log into the database file and empties it, over a connection of its own.
///
/// The engine empties the log by itself only at a moment without readers. Under steady reading there is none, and the
/// log would grow with every commit: https://www.sqlite.org/wal.html, "Avoiding excessively large WAL files".
///
/// A class, because it owns the connection.
final class LogMaintenance: Sendable {
    /// Pages in the log from which on it is emptied even if writers have to wait a little for that: 12 MB.
    private static let longLog: Int32 = 1500
    /// Pages that may be left to move while writers wait.
    private static let shortBacklog: Int32 = 1000
    /// The longest that emptying waits for readers and keeps writers waiting, in milliseconds.
    private static let patience: Int32 = 250
    /// The most calls that are passed over after readers have kept the log from being emptied.
    private static let longestRest = 8

    private struct State {
        var connection: OpaquePointer?
        var isClosed = false
        var status = StorageStatus()
        /// The log file as it was after the last call.
        var seen: LogFile?
        /// Calls to pass over before the log is emptied again, and how many it was last time.
        var rest = 0
        var lastRest = 0

        mutating func closeConnection() {
            sqlite3_close_v2(connection)
            connection = nil
        }
    }

    private let path: String
    private let file: FileWatch?
    private let state = Mutex(State())

    init(path: String, file: FileWatch?) {
        self.path = path
        self.file = file
    }

    deinit { close() }

    /// Closes the connection, for good.
    func close() {
        state.withLock { state in
            state.closeConnection()
            state.isClosed = true
        }
    }

    /// Looks at the log and does what is due.
    ///
    /// - Throws: ``SQLiteFailure`` if the file cannot be opened or written.
    func maintain() throws -> StorageStatus {
        try state.withLock { state -> StorageStatus in
            guard !state.isClosed else { return state.status }
            try file?.check()
            if let connection = state.connection, state.status.backlogPages == 0 {
                do { try file?.compareSize { try databaseSize(connection) } } catch let failure as SQLiteFailure {
                    guard [SQLITE_CORRUPT, SQLITE_NOTADB].contains(failure.primaryCode) else { throw failure }
                    file?.refuse("it cannot be read (\(failure.message))")
                }
                try file?.check()
            }
            let log = LogFile(path + "-wal")
            state.status.logBytes = log?.size ?? 0
            guard let log, log.size > 0 else {
                state.status.backlogPages = 0
                state.seen = log
                return state.status
            }
            guard log != state.seen || state.status.backlogPages > 0 || state.lastRest > 0 else { return state.status }
            let connection = try state.connection ?? open()
            state.connection = connection
            try advance(connection, &state)
            let after = LogFile(path + "-wal")
            state.status.logBytes = after?.size ?? 0
            state.seen = after
            return state.status
        }
    }

    /// Size of the database by its last commit; nil while another connection is in the way.
    private func databaseSize(_ connection: OpaquePointer) throws -> DatabaseSize? {
        guard let pages = try number("PRAGMA page_count", connection),
            let size = try number("PRAGMA page_size", connection)
        else { return nil }
        return DatabaseSize(pages: Int(pages), pageSize: Int(size))
    }

    private func number(_ sql: String, _ connection: OpaquePointer) throws -> Int64? {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(connection, sql, -1, &statement, nil) == SQLITE_OK else {
            throw SQLiteFailure(connection)
        }
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return sqlite3_column_int64(statement, 0)
        case SQLITE_BUSY, SQLITE_LOCKED: return nil
        default: throw SQLiteFailure(connection)
        }
    }

    private func advance(_ connection: OpaquePointer, _ state: inout State) throws {
        guard let (pages, moved) = try checkpoint(connection, SQLITE_CHECKPOINT_PASSIVE) else { return }
        state.status.backlogPages = Int(pages - moved)
        guard pages > Self.longLog else {
            (state.rest, state.lastRest) = (0, 0)
            return
        }
        guard state.rest == 0, pages - moved <= Self.shortBacklog else {
            state.rest = max(state.rest - 1, 0)
            return
        }
        if try checkpoint(connection, SQLITE_CHECKPOINT_TRUNCATE) != nil {
            (state.rest, state.lastRest) = (0, 0)
            state.status.emptied += 1
            state.status.backlogPages = 0
        } else {
            // Whoever reads for long is not waited for again and again.
            state.lastRest = min(max(state.lastRest * 2, 1), Self.longestRest)
            state.rest = state.lastRest
            state.status.blocked += 1
        }
    }

    /// The pages in the log and how many of them are in the file now; nil if another connection is in the way.
    private func checkpoint(_ connection: OpaquePointer, _ mode: Int32) throws -> (pages: Int32, moved: Int32)? {
        var (pages, moved): (Int32, Int32) = (0, 0)
        switch sqlite3_wal_checkpoint_v2(connection, nil, mode, &pages, &moved) {
        case SQLITE_OK: return (max(pages, 0), max(moved, 0))
        case SQLITE_BUSY, SQLITE_LOCKED: return nil
        default: throw SQLiteFailure(connection)
        }
    }

    private func open() throws -> OpaquePointer {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let connection = opened else {
            defer { sqlite3_close_v2(opened) }
            throw SQLiteFailure(opened)
        }
        sqlite3_busy_timeout(connection, Self.patience)
        // Without it the connection does not know yet that there is a log, and has nothing to move.
        guard sqlite3_exec(connection, "PRAGMA schema_version", nil, nil, nil) == SQLITE_OK else {
            defer { sqlite3_close_v2(connection) }
            throw SQLiteFailure(connection)
        }
        return connection
    }
}

/// Size of a log file, and when it was written to last.
///
/// It is asked for by name and never opened: closing a file ends all locks that the process has on it.
private struct LogFile: Equatable {
    let size: Int
    private let seconds: Int
    private let nanoseconds: Int

    /// Nil if there is none.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        size = Int(status.st_size)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }
}
