import Foundation
import GRDB
import Synchronization
import Works

/// The tables, indexes, triggers and views of a file, held against those of a new one.
///
/// Tables and views that others have added for themselves, QGIS for one, are nobody's fault; a trigger on a table of ours is.
struct SchemaCheck {
    private struct Object: Hashable {
        var type: String
        var name: String
        /// The table that it belongs to; a view belongs to itself.
        var table: String
    }

    private struct Shape {
        /// Texts of triggers, indexes and views; empty for those that SpatiaLite words itself.
        var texts: [Object: String] = [:]
        /// Columns of each table, in order of their names: name, type, and whether it may be null.
        var columns: [String: [String]] = [:]
    }

    private static let known = Mutex<Shape?>(nil)

    /// Objects that are missing, are not those of this version, or work on a table of ours.
    static func findings(in database: Database, isPublicCopy: Bool) throws -> [StoreFinding] {
        let ours = try known.withLock { known in
            if known == nil { known = try ofNewFile() }
            return known ?? Shape()
        }
        let names = Set(ours.columns.keys)
        let there = try shape(in: database, of: names)
        var findings: [StoreFinding] = []
        func find(_ object: String, _ problem: String) {
            findings.append(StoreFinding(subject: "schema", problem: "\(object) \(problem)"))
        }
        let left = isPublicCopy ? Set(PublicCopy.privateTables) : []
        for table in names.subtracting(left).sorted() {
            guard let columns = there.columns[table] else {
                find("table \(table)", "is missing")
                continue
            }
            if columns != ours.columns[table] { find("table \(table)", "has not the columns of this version") }
        }
        let rewritten = isPublicCopy ? PublicCopy.rewrittenTriggers : []
        for (object, text) in ours.texts.sorted(by: { $0.key.name < $1.key.name })
        where !left.contains(object.table) {
            guard let found = there.texts[object] else {
                find("\(object.type) \(object.name)", "is missing")
                continue
            }
            if found != text, !rewritten.contains(object.name) {
                find("\(object.type) \(object.name)", "is not the one of this version")
            }
        }
        for object in there.texts.keys.sorted(by: { $0.name < $1.name })
        where object.type == "trigger" && ours.texts[object] == nil {
            find("trigger \(object.name)", "on \(object.table) was not made by this program")
        }
        return findings
    }

    /// The shape of a new file, made in memory by the same steps.
    private static func ofNewFile() throws -> Shape {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "worksmap-schema-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        let queue = try DatabaseQueue(configuration: StoreOptions().configuration(readOnly: false))
        defer { try? queue.close() }
        let before = try queue.inDatabase { database in
            try Schema.createSpatialMetadata(in: database)
            return try tables(in: database)
        }
        let keys = StoreKeys(path: folder.appendingPathComponent("key").path)
        try Schema.migrations(keys, owner: nil).migrate(queue)
        return try queue.inDatabase { database in
            try shape(in: database, of: tables(in: database).subtracting(before))
        }
    }

    private static func tables(in database: Database) throws -> Set<String> {
        let statement = try PreparedStatement(
            database,
            """
            SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
                AND name NOT LIKE 'idx\\_%' ESCAPE '\\'
            """)
        defer { statement.reset() }
        var names: Set<String> = []
        while try statement.step() { if let name = statement.text(0) { names.insert(name) } }
        return names
    }

    private static func shape(in database: Database, of tables: Set<String>) throws -> Shape {
        var shape = Shape()
        let views = Set(WorkKind.allCases.map(Schema.viewName))
        let objects = try PreparedStatement(
            database,
            "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE type <> 'table' AND sql IS NOT NULL")
        defer { objects.reset() }
        while try objects.step() {
            let object = Object(
                type: objects.text(0) ?? "", name: objects.text(1) ?? "", table: objects.text(2) ?? "")
            guard tables.contains(object.table) || views.contains(object.name) else { continue }
            shape.texts[object] = object.name.hasSuffix("_geom") ? "" : objects.text(3)
        }
        for table in tables {
            let columns = try PreparedStatement(
                database, "SELECT name, type, \"notnull\" FROM pragma_table_xinfo('\(table)') ORDER BY name")
            defer { columns.reset() }
            var found: [String] = []
            while try columns.step() {
                found.append("\(columns.text(0) ?? "") \(columns.text(1) ?? "") \(columns.integer(2))")
            }
            if !found.isEmpty { shape.columns[table] = found }
        }
        return shape
    }
}
