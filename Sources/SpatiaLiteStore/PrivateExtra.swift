import GRDB
import Works

/// The table of what only staff may see of works and of features of reference layers, apart from what everybody reads.
///
/// It is no part of the layers that GIS programs open, and no query of a public answer names it.
struct PrivateExtra {
    private let read: PreparedStatement
    private let write: PreparedStatement
    private let erase: PreparedStatement

    init(_ database: Database) throws {
        read = try PreparedStatement(database, "SELECT extra FROM private_extra WHERE layer = ? AND feature = ?")
        write = try PreparedStatement(
            database,
            """
            INSERT INTO private_extra VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET extra = excluded.extra WHERE extra <> excluded.extra
            """)
        erase = try PreparedStatement(database, "DELETE FROM private_extra WHERE layer = ? AND feature = ?")
    }

    /// Private members of the work (`layer` nil) or feature of this number.
    func text(of number: Int64, in layer: ReferenceLayer? = nil) throws -> String? {
        read.reset()
        read.bind(1, Self.name(of: layer))
        read.bind(2, number)
        defer { read.reset() }
        return try read.step() ? read.text(0) : nil
    }

    /// Keeps a text, or with nil takes away what there is.
    ///
    /// - Parameter isNew: True if nothing of this number can be there yet.
    func set(_ text: String?, of number: Int64, in layer: ReferenceLayer? = nil, isNew: Bool) throws {
        guard let text else {
            if !isNew { try run(erase, number, layer) }
            return
        }
        write.bind(3, text)
        try run(write, number, layer)
    }

    private func run(_ statement: PreparedStatement, _ number: Int64, _ layer: ReferenceLayer?) throws {
        statement.bind(1, Self.name(of: layer))
        statement.bind(2, number)
        try statement.run()
    }

    private static func name(of layer: ReferenceLayer?) -> String { layer?.rawValue ?? "works" }

    // MARK: Schema

    static func create(in database: Database) throws {
        try database.run(
            """
            CREATE TABLE private_extra (
                layer TEXT NOT NULL,
                feature INTEGER NOT NULL,
                extra TEXT NOT NULL,
                PRIMARY KEY (layer, feature)
            ) WITHOUT ROWID
            """)
    }

    /// Takes back what databases published before cities said what is public: it is private until it is imported again by a mapping that
    /// publishes it.
    ///
    /// The address of a picture stays with works that no source names: there a report said it, as something public.
    static func takeBack(in database: Database) throws {
        // Looked at only in texts that are JSON, in this order.
        let picture = """
            CASE WHEN source IS NOT NULL OR NOT json_valid(extra) THEN NULL
            WHEN json_type(extra, '$.media_url') = 'text' THEN json_extract(extra, '$.media_url') END
            """
        try database.run(
            """
            INSERT INTO private_extra SELECT 'works', fid, rest FROM
                (SELECT fid, iif(\(picture) IS NULL, extra, json_remove(extra, '$.media_url')) AS rest FROM works
                WHERE extra IS NOT NULL)
            WHERE rest <> '{}' ORDER BY fid;
            UPDATE changes SET count = count + 1 WHERE layer = 'works' AND EXISTS (SELECT 1 FROM private_extra);
            UPDATE works SET extra = json_object('media_url', \(picture)), revision = revision + 1,
                change_number = (SELECT count FROM changes WHERE layer = 'works')
            WHERE fid IN (SELECT feature FROM private_extra WHERE layer = 'works') AND \(picture) IS NOT NULL;
            UPDATE works SET extra = NULL, revision = revision + 1,
                change_number = (SELECT count FROM changes WHERE layer = 'works')
            WHERE fid IN (SELECT feature FROM private_extra WHERE layer = 'works') AND \(picture) IS NULL;
            """)
        for layer in ReferenceLayer.allCases.map(\.rawValue) {
            try database.run(
                """
                INSERT INTO private_extra SELECT '\(layer)', fid, extra FROM \(layer) WHERE extra IS NOT NULL ORDER BY fid;
                UPDATE changes SET count = count + 1
                WHERE layer = '\(layer)' AND EXISTS (SELECT 1 FROM \(layer) WHERE extra IS NOT NULL);
                UPDATE \(layer) SET extra = NULL WHERE extra IS NOT NULL;
                """)
        }
    }
}
