import GRDB
import TimeBudgets
import Works

extension SpatiaLiteStore {
    /// Text that is another after every import, change, report, token or note in the audit log.
    ///
    /// It is made of the counts of changes and, of each table that is written to, of the number of its rows and its largest row id.
    public func contentStamp() throws -> String {
        try read(within: .unlimited) { reader in
            let database = reader.database
            var parts: [String] = []
            for row in try Row.fetchAll(database, sql: "SELECT layer, count FROM changes ORDER BY layer") {
                parts.append("\(row[0] as String)=\(row[1] as Int64)")
            }
            for table in isPublicCopy ? Self.openTables : Self.openTables + Self.privateTables {
                let count = try database.integer("SELECT count(*) FROM \(table)") ?? 0
                parts.append("\(table):\(count)")
            }
            return parts.joined(separator: " ")
        }
    }

    /// Tables that only ever grow, or whose rows people have made.
    private static let openTables = ["works", "recordings", "ledger", "observations", "duplicates", "imports"]
    private static let privateTables = [
        "access_tokens", "reporter_contacts", "pending_reports", "followers", "audit_log",
    ]
}
