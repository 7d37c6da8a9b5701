import CSpatiaLite
import GRDB
import TimeBudgets
import Works

/// What the database engine said when it refused, for the cases that ``StoreError`` has no name for.
public struct SQLiteFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The extended result code, https://www.sqlite.org/rescode.html.
    public var code: Int32
    public var message: String

    /// The code without its extension.
    var primaryCode: Int32 { code & 0xFF }

    public var description: String { "SQLite error \(code): \(message)" }

    public init(code: Int32, message: String) {
        self.code = code
        self.message = message
    }

    /// The last failure of a connection.
    init(_ connection: OpaquePointer?) {
        code = sqlite3_extended_errcode(connection)
        message = String(cString: sqlite3_errmsg(connection))
    }

    init(_ error: DatabaseError) {
        code = error.extendedResultCode.rawValue
        message = error.message ?? "no message"
    }
}

extension StoreError {
    /// The same failure in words that name the file, where there are such.
    ///
    /// - Parameter budget: What the interrupted read was told to keep to.
    static func named(_ error: any Error, path: String, budget: TimeBudget? = nil) -> any Error {
        let failure: SQLiteFailure
        switch error {
        case let error as DatabaseError: failure = SQLiteFailure(error)
        case let error as SQLiteFailure: failure = error
        default: return error
        }
        switch failure.primaryCode {
        case SQLITE_INTERRUPT: return budget?.verdict ?? .cancelled
        case SQLITE_BUSY, SQLITE_LOCKED: return StoreError.locked(path: path)
        case SQLITE_NOTADB: return StoreError.foreign(path: path, reason: "it is no SQLite file")
        case SQLITE_CORRUPT: return StoreError.corrupt("\(path): \(failure.message)")
        case SQLITE_CANTOPEN: return StoreError.unopened(path: path, reason: failure.message)
        case SQLITE_FULL, SQLITE_READONLY, SQLITE_IOERR, SQLITE_PERM, SQLITE_AUTH:
            return StoreError.unwritable(path: path, reason: failure.message)
        default: return failure
        }
    }
}
