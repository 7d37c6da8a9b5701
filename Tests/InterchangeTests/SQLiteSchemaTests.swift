import Foundation
import SeededRandom
import Testing

@testable import Interchange

@Suite struct SQLiteSchemaTests {
    /// The schema as SQLite itself tells it.
    private func expected(_ name: String, in folder: TemporaryFolder) throws -> [SQLiteSchema.Entry] {
        try Python.run(
            """
            import json, sqlite3
            rows = sqlite3.connect("\(name)").execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
            json.dump(rows, open("expected.json", "w"))
            """, in: folder.path)
        let data = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/expected.json"))
        return try JSONDecoder().decode([[String]].self, from: data).map {
            SQLiteSchema.Entry(type: $0[0], name: $0[1], sql: $0[2])
        }
    }

    @Test(
        "The schema is that which SQLite reads, whatever the page size and encoding, over many pages and with long statements",
        arguments: [512, 1024, 4096, 65536], ["UTF-8", "UTF-16le", "UTF-16be"])
    func same(pageSize: Int, encoding: String) throws {
        let folder = try TemporaryFolder()
        var statements = ["PRAGMA page_size = \(pageSize)", "PRAGMA encoding = '\(encoding)'"]
        for number in 0..<300 {
            let comment = String(repeating: "длинно", count: number % 7 == 0 ? number * 40 : number % 50)
            statements.append("CREATE TABLE t\(number)(a PRIMARY KEY, b /* \(comment) */)")
        }
        statements.append("CREATE VIEW v AS SELECT 1 AS \"один\"")
        try Python.database("a.sqlite", statements, in: folder.path)
        let schema = try SQLiteSchema(path: folder.path + "/a.sqlite")
        #expect(schema.entries == (try expected("a.sqlite", in: folder)))
        #expect(schema.entries.count == 601)
    }

    @Test("Damaged files end in a fault or a schema, never in a crash")
    func damaged() throws {
        let folder = try TemporaryFolder()
        let statements = (0..<40).map { "CREATE TABLE t\($0)(a /* \(String(repeating: "x", count: $0 * 30)) */)" }
        try Python.database("a.sqlite", ["PRAGMA page_size = 512"] + statements, in: folder.path)
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path + "/a.sqlite")))
        var random = SeededRandom(seed: 7)
        let path = folder.path + "/b.sqlite"
        for _ in 0..<2000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: 16..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count - 16, using: &random)) }
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            do { _ = try SQLiteSchema(path: path) } catch is SQLiteSchema.Fault {}
        }
    }
}
