import CSpatiaLite
import SpatiaLiteStore

/// Another program that has the file open.
final class SQLite {
    private var connection: OpaquePointer?
    private var state: UnsafeMutableRawPointer?

    /// - Parameter isTrusted: True if it has the function without which nobody writes to the record, as somebody may who wants to forge it.
    init(_ path: String, spatial: Bool = false, isTrusted: Bool = false) throws {
        guard sqlite3_open(path, &connection) == SQLITE_OK else { throw failure }
        if isTrusted {
            sqlite3_create_function_v2(
                connection, "only_worksmap_writes", 0, SQLITE_UTF8, nil,
                { context, _, _ in sqlite3_result_int(context, 1) }, nil, nil, nil)
        }
        guard spatial else { return }
        state = spatialite_alloc_connection()
        spatialite_init_ex(connection, state, 0)
    }

    deinit {
        sqlite3_close(connection)
        if let state { spatialite_cleanup_ex(state) }
    }

    private var failure: SQLiteFailure {
        SQLiteFailure(code: sqlite3_extended_errcode(connection), message: String(cString: sqlite3_errmsg(connection)))
    }

    func run(_ sql: String) throws {
        guard sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK else { throw failure }
    }

    /// The first column of the first row.
    func text(_ sql: String) throws -> String? {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(connection, sql, -1, &statement, nil) == SQLITE_OK else { throw failure }
        guard sqlite3_step(statement) == SQLITE_ROW, let text = sqlite3_column_text(statement, 0) else { return nil }
        return String(cString: text)
    }
}
