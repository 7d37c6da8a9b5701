import GRDB
import Geometry
import Works

extension DeskReader {
    /// The network that a report came from, as the report keeps it.
    func reporter(ofReport digest: String) throws -> String? {
        try rows("SELECT reporter FROM pending_reports WHERE digest = ?", [.text(digest)]) { $0.text(0) }.first ?? nil
    }

    /// Digest of the report that a work was made of.
    func report(behind work: WorkID) throws -> String? {
        try rows("SELECT digest FROM pending_reports WHERE work = ?", [.text(work.description)]) { $0.text(0) }.first
            ?? nil
    }

    /// Columns of a work in which people write, by the names under which they are redacted.
    private static let texts = ["title", "description", "address", "organisation", "contractor", "extra"]

    func forEachText(_ body: (PersonRecord.Mention.Place, String) throws -> Void) throws {
        func work(_ row: PreparedStatement) throws -> WorkID {
            guard let id = row.text(0).flatMap({ WorkID($0) }) else {
                throw StoreError.corrupt("a work has no id that can be read")
            }
            return id
        }
        try forEachRow("SELECT id, \(Self.texts.joined(separator: ", ")) FROM works") { row in
            for (index, field) in Self.texts.enumerated() {
                guard let text = row.text(Int32(index + 1)), !text.isEmpty else { continue }
                try body(.work(try work(row), field: field), text)
            }
        }
        for row in try HiddenWorks(database: database, seals: seals).rows() {
            let work = try HiddenWorks(database: database, seals: seals).work(row, privateExtra: nil)
            let texts = [work.title, work.description, work.address, work.organisation, work.contractor, work.extra]
            for (field, text) in zip(Self.texts, texts) {
                if let text, !text.isEmpty { try body(.work(work.id, field: field), text) }
            }
        }
        try forEachRow(
            """
            SELECT works.id, ledger.fid % \(Schema.ledgerEntriesPerWork), reason,
                CASE WHEN field IN ('organisation', 'contractor') THEN old_value END,
                CASE WHEN field IN ('organisation', 'contractor') THEN new_value END
            FROM ledger JOIN \(HiddenWorks.all) AS works ON works.fid = ledger.work
            WHERE reason IS NOT NULL OR field IN ('organisation', 'contractor')
            """
        ) { row in
            for column: Int32 in 2...4 {
                guard let text = row.text(column), !text.isEmpty else { continue }
                try body(.entry(try work(row), Int(row.integer(1))), text)
            }
        }
        let extra = try PrivateExtra(database, seals)
        let layered = try rows(
            "SELECT works.id, feature FROM private_extra JOIN \(HiddenWorks.all) AS works ON fid = feature WHERE layer = 'works'",
            []
        ) { (try work($0), $0.integer(1)) }
        for (id, number) in layered {
            guard let text = try extra.text(of: number) else { continue }
            try body(.work(id, field: "private_extra"), text)
        }
    }
}

extension Database {
    /// Writes a table anew, so that nothing is left of what was erased from it.
    ///
    /// Freed bytes are overwritten (`secure_delete`), but when rows move between pages the engine leaves copies of them in the unused part of
    /// a page: https://www.sqlite.org/pragma.html#pragma_secure_delete speaks of deleted content only. Pages that a table gives up as a whole
    /// are overwritten from end to end. The rows pass through a temporary table, which lies in memory.
    func writeAnew(_ table: String) throws {
        try run(
            """
            PRAGMA secure_delete = ON;
            CREATE TEMP TABLE written_anew AS SELECT * FROM main.\(table) ORDER BY 1;
            DELETE FROM main.\(table);
            INSERT INTO main.\(table) SELECT * FROM temp.written_anew ORDER BY 1;
            DROP TABLE temp.written_anew;
            """)
    }
}
