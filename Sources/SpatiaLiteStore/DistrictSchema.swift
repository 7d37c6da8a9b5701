import GRDB
import Works

/// The column `districts`, which has a work's districts by class.
enum DistrictSchema {
    /// Adds the column, and fills it where there are classes already.
    static func addClasses(in database: Database) throws {
        try database.run("ALTER TABLE works ADD COLUMN districts TEXT")
        for kind in WorkKind.allCases {
            try database.run(
                """
                DROP VIEW \(Schema.viewName(of: kind));
                \(Schema.view(of: kind, with: ["completed_estimated", "districts"]))
                """)
        }
        let districts = try DistrictRows.classes(in: database)
        guard districts.isNamed else { return }
        var count = try database.integer("SELECT count FROM changes WHERE layer = 'works'") ?? 0
        _ = try DistrictRows.assign(districts, in: database, at: .now) {
            count += 1
            return count
        }
        try database.run("UPDATE changes SET count = \(count) WHERE layer = 'works'")
    }
}
