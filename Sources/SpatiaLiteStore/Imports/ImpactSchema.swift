import GRDB
import Works

/// The column `traffic_impact`, in which null stands for an impact that nobody knows.
enum ImpactSchema {
    /// Takes NOT NULL off the column, and the word `none` from works of sources that say nothing of traffic.
    ///
    /// The stored rows are the same with and without the constraint, so only the text of the table's definition changes, as
    /// https://www.sqlite.org/lang_altertable.html (section 7) has it for constraints that are taken away. A new table would have to be known to
    /// SpatiaLite, its index, triggers and views again.
    static func allowUnknown(in database: Database) throws {
        try database.run(
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, 'traffic_impact TEXT NOT NULL', 'traffic_impact TEXT')
                WHERE type = 'table' AND name = 'works';
            PRAGMA writable_schema = RESET;
            """)
        let isAllowed =
            try database.integer(
                "SELECT 1 FROM pragma_table_info('works') WHERE name = 'traffic_impact' AND \"notnull\" = 0") != nil
        guard isAllowed else { throw StoreError.corrupt("the table works has not been made by this program") }
        try forgetGuesses(in: database)
    }

    /// Earlier versions wrote `none` where nobody had said anything. A source of which no work has another impact never said one.
    private static func forgetGuesses(in database: Database) throws {
        let count = try database.integer("SELECT count FROM changes WHERE layer = 'works'") ?? 0
        try database.run(
            """
            UPDATE works SET traffic_impact = NULL, revision = revision + 1, change_number = \(count + 1)
            WHERE traffic_impact = 'none' AND coalesce(source, '') NOT IN
                (SELECT DISTINCT coalesce(source, '') FROM works WHERE traffic_impact <> 'none');
            UPDATE changes SET count = \(count + 1) WHERE layer = 'works' AND EXISTS
                (SELECT 1 FROM works WHERE change_number = \(count + 1));
            """)
    }
}
