import Foundation
import Testing

@testable import Interchange

/// Files that tests make by Python's own libraries: none of ours has written what ours reads.
enum Python {
    /// Runs a script in a folder.
    static func run(_ script: String, in folder: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        let own = try TemporaryFolder()
        let file = try own.write(script, to: "script.py")
        defer { withExtendedLifetime(own) {} }
        process.arguments = [file]
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(script)")
    }

    /// A database of some statements, and of entries in its schema that are written as they are.
    static func database(
        _ name: String, _ statements: [String], entries: [(type: String, name: String, sql: String)] = [],
        in folder: String
    ) throws {
        func list(_ texts: [String]) -> String {
            "["
                + texts.map { "bytes.fromhex('\($0.utf8.map { String(format: "%02x", $0) }.joined())').decode()" }
                .joined(separator: ", ") + "]"
        }
        let rows = entries.map { list([$0.type, $0.name, $0.sql]) }.joined(separator: ", ")
        try run(
            """
            import sqlite3
            base = sqlite3.connect("\(name)", isolation_level=None)
            for statement in \(list(statements)): base.execute(statement)
            base.execute("PRAGMA writable_schema = ON")
            for type, name, sql in [\(rows)]:
                base.execute("INSERT INTO sqlite_master VALUES(?, ?, ?, 0, ?)", (type, name, name, sql))
            base.close()
            """, in: folder)
    }
}
