import CSpatiaLite
import GRDB
import Works

/// A prepared statement, bound and stepped without a value object per column.
///
/// The statement belongs to its connection and is used only where the connection is.
struct PreparedStatement {
    let raw: OpaquePointer
    /// Finalizes the statement when it is no longer used, unless the connection keeps it.
    private let owner: Statement

    /// The statement for this text.
    ///
    /// - Parameter isKept: Whether the connection keeps it prepared for the next time.
    init(_ database: Database, _ sql: String, isKept: Bool = true) throws {
        owner = isKept ? try database.cachedStatement(sql: sql) : try database.makeStatement(sql: sql)
        raw = owner.sqliteStatement
        reset()
    }

    // MARK: Parameters, counted from 1

    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(raw, index, value) }

    func bind(_ index: Int32, _ value: Double) { sqlite3_bind_double(raw, index, value) }

    func bind(_ index: Int32, _ value: String?) {
        guard var value else {
            sqlite3_bind_null(raw, index)
            return
        }
        value.withUTF8 { utf8 in
            // An empty buffer may have no address, and an address is what tells an empty text from a null.
            guard let base = utf8.baseAddress, !utf8.isEmpty else {
                _ = sqlite3_bind_text(raw, index, "", 0, transient)
                return
            }
            base.withMemoryRebound(to: CChar.self, capacity: utf8.count) {
                _ = sqlite3_bind_text(raw, index, $0, Int32(utf8.count), transient)
            }
        }
    }

    func bind(_ index: Int32, _ bytes: [UInt8]?) {
        guard let bytes else {
            sqlite3_bind_null(raw, index)
            return
        }
        _ = bytes.withUnsafeBytes { sqlite3_bind_blob(raw, index, $0.baseAddress, Int32($0.count), transient) }
    }

    func bind(_ index: Int32, _ value: SQLValue) {
        switch value {
        case .integer(let value): bind(index, value)
        case .real(let value): bind(index, value)
        case .text(let value): bind(index, value)
        case .blob(let bytes): bind(index, bytes)
        case .operand(let operand): BoundOperand.bind(operand, to: raw, index)
        }
    }

    /// Binds the values to the first parameters, in order.
    func bind(_ values: [SQLValue]) {
        for (index, value) in values.enumerated() { bind(Int32(index + 1), value) }
    }

    // MARK: Running

    /// Goes to the next row; false at the end.
    @inline(__always)
    func step() throws -> Bool {
        switch sqlite3_step(raw) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failure()
        }
    }

    /// Runs a statement that has no rows, so that it can be bound again.
    @inline(__always)
    func run() throws {
        guard sqlite3_step(raw) == SQLITE_DONE else { throw failure() }
        sqlite3_reset(raw)
    }

    func reset() { sqlite3_reset(raw) }

    private func failure() -> SQLiteFailure {
        let failure = SQLiteFailure(sqlite3_db_handle(raw))
        sqlite3_reset(raw)
        return failure
    }

    // MARK: Columns of the row, counted from 0

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(raw, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(raw, column) }

    func real(_ column: Int32) -> Double { sqlite3_column_double(raw, column) }

    /// The UTF-8 of a text, without an address if it is null; valid until the next step.
    @inline(__always)
    func utf8(_ column: Int32) -> UnsafeRawBufferPointer {
        guard let base = sqlite3_column_text(raw, column) else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: base, count: Int(sqlite3_column_bytes(raw, column)))
    }

    /// The bytes of a blob, without an address if it is null; valid until the next step.
    @inline(__always)
    func blob(_ column: Int32) -> UnsafeRawBufferPointer {
        guard let base = sqlite3_column_blob(raw, column) else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: base, count: Int(sqlite3_column_bytes(raw, column)))
    }

    /// The number, text or blob of a column, as a parameter for another statement.
    func value(_ column: Int32) -> SQLValue {
        switch sqlite3_column_type(raw, column) {
        case SQLITE_INTEGER: .integer(integer(column))
        case SQLITE_FLOAT: .real(real(column))
        case SQLITE_BLOB: .blob(Array(blob(column)))
        default: .text(text(column) ?? "")
        }
    }

    func text(_ column: Int32) -> String? {
        let bytes = utf8(column)
        return bytes.baseAddress == nil ? nil : String(decoding: bytes, as: UTF8.self)
    }
}

/// Tells SQLite to copy what is bound.
let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

/// A parameter of a statement.
enum SQLValue: Hashable, Sendable {
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
    /// A calculation for a function of ours.
    case operand(FilterOperand)
}

extension Database {
    /// Runs statements without parameters and rows.
    func run(_ sql: String) throws {
        guard sqlite3_exec(sqliteConnection, sql, nil, nil, nil) == SQLITE_OK else {
            throw SQLiteFailure(sqliteConnection)
        }
    }

    /// The first column of the first row as an integer; nil if there is no row or it is null.
    func integer(_ sql: String, _ values: [SQLValue] = []) throws -> Int64? {
        let statement = try PreparedStatement(self, sql)
        defer { statement.reset() }
        statement.bind(values)
        guard try statement.step(), !statement.isNull(0) else { return nil }
        return statement.integer(0)
    }
}
