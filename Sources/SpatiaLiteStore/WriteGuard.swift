import CSpatiaLite
import GRDB
import Works

/// The rule that only this program writes the record: works, ledger, reference layers and the count of changes.
///
/// A row that another program writes has no entry in the ledger, is counted by nobody and shows in no running server. The tables have triggers
/// that call a function which only connections of this program have, so that others (QGIS, ogr2ogr, the sqlite3 shell) are refused before their
/// first row: "no such function: only_worksmap_writes".
enum WriteGuard {
    private static let function = "only_worksmap_writes"

    /// Gives a connection the function.
    static func register(in database: Database) throws {
        let code = sqlite3_create_function_v2(
            database.sqliteConnection, function, 0, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nil,
            { context, _, _ in sqlite3_result_int(context, 1) }, nil, nil, nil)
        guard code == SQLITE_OK else { throw SQLiteFailure(database.sqliteConnection) }
    }

    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("14 only this program writes", foreignKeyChecks: .immediate) { database in
            for (table, events) in guarded {
                for event in events {
                    try database.run(
                        """
                        CREATE TRIGGER \(table)_\(event.lowercased())_by_worksmap_only BEFORE \(event) ON \(table)
                        WHEN \(function)() IS NOT 1 BEGIN SELECT RAISE(ABORT, 'only worksmap writes to this table'); END
                        """)
                }
            }
            try database.run("PRAGMA user_version = 14")
        }
    }

    /// Events that have a guard of their own are left out: deleting works, and changing or deleting entries of the ledger.
    private static var guarded: [(table: String, events: [String])] {
        [
            ("works", ["INSERT", "UPDATE"]), ("ledger", ["INSERT"]), ("recordings", ["INSERT"]),
            ("changes", ["INSERT", "UPDATE", "DELETE"]),
        ] + ReferenceLayer.allCases.map { ($0.rawValue, ["INSERT", "UPDATE", "DELETE"]) }
    }
}
