import CSpatiaLite
import Glibc
import Works

/// Copies the pages of one state of a database to an empty file, beside whoever reads and writes.
enum PageCopy {
    /// Pages between two looks at the caller's wish to stop: 16 MB.
    private static let step: Int32 = 2048

    /// The state that was copied.
    struct State {
        /// Milliseconds since 1970; all that was committed before is in the copy.
        var at: Int64
        var identity: StoreIdentity
        var schema: Int
        var works: Int
    }

    /// - Parameters:
    ///   - options: Parameters of the `file:` address, such as `?immutable=1`.
    ///   - isIdentified: False for a file that may be of an older version; the state says nothing then.
    ///   - goesOn: Asked every some megabytes; false ends the copying with a `CancellationError`.
    @discardableResult
    static func copy(
        _ source: String, _ options: String = "", to target: String, isIdentified: Bool = true,
        goesOn: () -> Bool = { true }
    ) throws -> State {
        var (from, to): (OpaquePointer?, OpaquePointer?)
        defer {
            sqlite3_close_v2(from)
            sqlite3_close_v2(to)
        }
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
        guard sqlite3_open_v2("file:" + percentEncoded(source) + options, &from, flags, nil) == SQLITE_OK else {
            throw StoreError.named(SQLiteFailure(from), path: source)
        }
        sqlite3_busy_timeout(from, 5000)
        // One transaction for all steps: writers go on, and the copy is never begun anew for what they write.
        guard sqlite3_exec(from, "BEGIN; SELECT count(*) FROM sqlite_master", nil, nil, nil) == SQLITE_OK else {
            throw StoreError.named(SQLiteFailure(from), path: source)
        }
        var state = State(at: now(), identity: StoreIdentity(store: "", commit: 0, token: 0), schema: 0, works: 0)
        if isIdentified { try identify(&state, from, source) }
        // The copy is synced as a whole at its end.
        guard sqlite3_open_v2(target, &to, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK,
            sqlite3_exec(to, "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF", nil, nil, nil) == SQLITE_OK,
            let copying = sqlite3_backup_init(to, "main", from, "main")
        else { throw StoreError.named(SQLiteFailure(to), path: target) }
        var outcome = SQLITE_OK
        var isStopped = false
        while outcome == SQLITE_OK {
            outcome = sqlite3_backup_step(copying, step)
            if outcome == SQLITE_OK, !goesOn() {
                isStopped = true
                break
            }
        }
        sqlite3_backup_finish(copying)
        guard !isStopped else { throw CancellationError() }
        guard outcome == SQLITE_DONE else { throw StoreError.named(SQLiteFailure(to), path: target) }
        return state
    }

    private static func identify(_ state: inout State, _ connection: OpaquePointer?, _ path: String) throws {
        func row(_ sql: String, _ body: (OpaquePointer?) -> Void) throws {
            var statement: OpaquePointer?
            defer { sqlite3_finalize(statement) }
            guard sqlite3_prepare_v2(connection, sql, -1, &statement, nil) == SQLITE_OK,
                sqlite3_step(statement) == SQLITE_ROW
            else { throw StoreError.named(SQLiteFailure(connection), path: path) }
            body(statement)
        }
        try row(
            """
            SELECT uuid, (SELECT max(number) FROM commits), (SELECT token FROM commits ORDER BY number DESC LIMIT 1)
            FROM store_identity
            """
        ) {
            state.identity = StoreIdentity(
                store: String(cString: sqlite3_column_text($0, 0)), commit: sqlite3_column_int64($0, 1),
                token: sqlite3_column_int64($0, 2))
        }
        try row("PRAGMA user_version") { state.schema = Int(sqlite3_column_int64($0, 0)) }
        try row("SELECT count(*) FROM works") { state.works = Int(sqlite3_column_int64($0, 0)) }
    }

    /// Milliseconds since 1970.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// The path as part of a `file:` address: https://www.sqlite.org/uri.html, section 3.1.
    static func percentEncoded(_ path: String) -> String {
        path.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"):
                "%" + String(byte, radix: 16, uppercase: true)
            default: String(UnicodeScalar(byte))
            }
        }.joined()
    }
}
