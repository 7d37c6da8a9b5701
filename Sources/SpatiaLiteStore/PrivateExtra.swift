import GRDB
import Sealing
import Works

/// The table of what only staff may see of works and of features of reference layers, apart from what everybody reads.
///
/// It is no part of the layers that GIS programs open, no query of a public answer names it, and its texts are sealed.
struct PrivateExtra {
    private let seals: Seals
    private let read: PreparedStatement
    private let write: PreparedStatement
    private let erase: PreparedStatement

    init(_ database: Database, _ seals: Seals) throws {
        self.seals = seals
        read = try PreparedStatement(database, "SELECT sealed FROM private_extra WHERE layer = ? AND feature = ?")
        write = try PreparedStatement(
            database, "INSERT INTO private_extra VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET sealed = excluded.sealed")
        erase = try PreparedStatement(database, "DELETE FROM private_extra WHERE layer = ? AND feature = ?")
    }

    /// Private members of the work (`layer` nil) or feature of this number; nil if there are none, or the key that sealed them is lost.
    ///
    /// - Throws: ``StoreError/keyMissing(path:reason:)``.
    func text(of number: Int64, in layer: ReferenceLayer? = nil) throws -> String? {
        read.reset()
        read.bind(1, Self.name(of: layer))
        read.bind(2, number)
        defer { read.reset() }
        guard try read.step() else { return nil }
        return try seals.text(read.blob(0), .extra, row: Self.row(number, layer))
    }

    /// As ``text(of:in:)``, but nil too where the key file is missing, for whoever compares what is said with what is known: statements that are
    /// public go on without the key.
    func knownText(of number: Int64, in layer: ReferenceLayer? = nil) throws -> String? {
        do { return try text(of: number, in: layer) } catch StoreError.keyMissing { return nil }
    }

    /// Keeps a text, or with nil takes away what there is. What cannot be read for want of its key is not taken away.
    ///
    /// - Parameter isNew: True if nothing of this number can be there yet.
    /// - Throws: ``StoreError/keyMissing(path:reason:)`` if there is a text and it cannot be sealed.
    func set(_ text: String?, of number: Int64, in layer: ReferenceLayer? = nil, isNew: Bool) throws {
        guard let text else {
            if !isNew, try hasReadable(number, layer) { try run(erase, number, layer) }
            return
        }
        if !isNew, try knownText(of: number, in: layer) == text { return }
        write.bind(3, try seals.seal(Array(text.utf8), .extra, row: Self.row(number, layer)))
        try run(write, number, layer)
    }

    /// True if there is a text whose key is there.
    private func hasReadable(_ number: Int64, _ layer: ReferenceLayer?) throws -> Bool {
        read.reset()
        read.bind(1, Self.name(of: layer))
        read.bind(2, number)
        defer { read.reset() }
        guard try read.step() else { return false }
        guard let id = Sealer.key(of: read.blob(0)) else { return true }
        return seals.keys.sealer(.extra, with: id) != nil
    }

    private static func row(_ number: Int64, _ layer: ReferenceLayer?) -> String { "\(name(of: layer)) \(number)" }

    private func run(_ statement: PreparedStatement, _ number: Int64, _ layer: ReferenceLayer?) throws {
        statement.bind(1, Self.name(of: layer))
        statement.bind(2, number)
        try statement.run()
    }

    private static func name(of layer: ReferenceLayer?) -> String { layer?.rawValue ?? "works" }

    // MARK: Schema as it was before it was sealed

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
