import CSpatiaLite
import GRDB
import Synchronization

/// The only way past the triggers that keep the record from being taken away.
///
/// The triggers let a work go, and a text of its ledger, while its number stands in the table `taking_back`. That table takes numbers only
/// where `worksmap_takes_back()` is true: in a connection of this program, while ``opened(for:in:_:)`` runs. Other programs do not have the function.
enum TakingBackGate {
    /// Connections that are taking something back.
    private static let connections = Mutex<Set<Int>>([])

    static func register(in database: Database) throws {
        let code = sqlite3_create_function_v2(
            database.sqliteConnection, "worksmap_takes_back", 0, SQLITE_UTF8, nil,
            { context, _, _ in
                let connection = Int(bitPattern: sqlite3_context_db_handle(context))
                sqlite3_result_int(context, TakingBackGate.connections.withLock { $0.contains(connection) } ? 1 : 0)
            }, nil, nil, nil)
        guard code == SQLITE_OK else { throw SQLiteFailure(database.sqliteConnection) }
    }

    /// Runs `body` while the triggers let something of a work be taken away.
    static func opened<Result>(for number: Int64, in database: Database, _ body: () throws -> Result) throws -> Result {
        let connection = Int(bitPattern: database.sqliteConnection)
        connections.withLock { _ = $0.insert(connection) }
        defer { connections.withLock { _ = $0.remove(connection) } }
        try database.run("INSERT INTO taking_back VALUES (\(number))")
        // If `body` throws, the transaction or its savepoint takes this back with the rest.
        let result = try body()
        try database.run("DELETE FROM taking_back")
        return result
    }
}
