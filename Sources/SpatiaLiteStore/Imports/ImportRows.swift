import GRDB
import TimeBudgets
public import Works

/// The tables `imports`, `import_changes` and `observations`.
struct ImportRows {
    let database: Database

    private static let columns =
        [
            "id", "action", "source", "layer", "file", "observed_at", "recorded_at", "whole", "reason", "undoes",
            "created_after", "created_up_to",
        ] + ImportCounts.names.map(\.name)

    /// The record in its order; nil for all sources.
    func all(ofSource source: String?) throws -> [ImportRecord] {
        let statement = try PreparedStatement(
            database,
            """
            SELECT \(Self.columns.joined(separator: ", ")) FROM imports \(source == nil ? "" : "WHERE source = ?1 ")\
            ORDER BY id
            """)
        defer { statement.reset() }
        if let source { statement.bind(1, source) }
        var records: [ImportRecord] = []
        while try statement.step() {
            guard let action = statement.text(1).flatMap(ImportRecord.Action.init(rawValue:)),
                let source = statement.text(2), let recordedAt = statement.text(6).flatMap({ Instant($0) })
            else { throw StoreError.corrupt("import \(statement.integer(0)) cannot be read") }
            var counts = ImportCounts()
            for (index, count) in ImportCounts.names.enumerated() {
                counts[keyPath: count.path] = Int(statement.integer(Int32(12 + index)))
            }
            records.append(
                ImportRecord(
                    id: statement.integer(0), action: action, source: source, layer: statement.text(3),
                    file: statement.text(4), observedAt: statement.text(5).flatMap { Instant($0) },
                    recordedAt: recordedAt, counts: counts, isWhole: statement.integer(7) != 0,
                    reason: statement.text(8), undoes: statement.isNull(9) ? nil : statement.integer(9),
                    created: (statement.integer(10), statement.integer(11))))
        }
        return records
    }

    /// The moment of the last list of a source; of the last from which absence was concluded if only those are asked for.
    func observation(ofSource source: String, wholeOnly: Bool = false) throws -> Instant? {
        let statement = try PreparedStatement(
            database,
            "SELECT max(observed_at) FROM observations WHERE source = ?\(wholeOnly ? " AND whole = 1" : "")")
        defer { statement.reset() }
        statement.bind(1, source)
        return try statement.step() ? statement.text(0).flatMap { Instant($0) } : nil
    }

    func next() throws -> Int64 { (try database.integer("SELECT max(id) FROM imports") ?? 0) + 1 }

    func add(_ record: ImportRecord) throws {
        let statement = try PreparedStatement(
            database,
            """
            INSERT INTO imports (\(Self.columns.joined(separator: ", "))) VALUES \
            (\(Self.columns.map { _ in "?" }.joined(separator: ", ")))
            """)
        statement.bind(1, record.id)
        statement.bind(2, record.action.rawValue)
        statement.bind(3, record.source)
        statement.bind(4, record.layer)
        statement.bind(5, record.file)
        statement.bind(6, record.observedAt?.description)
        statement.bind(7, record.recordedAt.description)
        statement.bind(8, Int64(record.isWhole ? 1 : 0))
        statement.bind(9, record.reason)
        if let undoes = record.undoes { statement.bind(10, undoes) } else { statement.bind(10, nil as String?) }
        statement.bind(11, record.created.after)
        statement.bind(12, record.created.upTo)
        for (index, count) in ImportCounts.names.enumerated() {
            statement.bind(Int32(13 + index), Int64(record.counts[keyPath: count.path]))
        }
        try statement.run()
    }
}

extension SpatiaLiteStore {
    public func imports(ofSource source: String?) throws -> [ImportRecord] {
        try read(within: .unlimited) { try ImportRows(database: $0.database).all(ofSource: source) }
    }

    public func lastObservation(ofSource source: String) throws -> Instant? {
        try read(within: .unlimited) { try ImportRows(database: $0.database).observation(ofSource: source) }
    }

    public func sources() throws -> [String] {
        try read(within: .unlimited) { reader in
            let statement = try PreparedStatement(
                reader.database,
                """
                SELECT source FROM imports UNION SELECT source FROM observations
                UNION SELECT DISTINCT source FROM works WHERE source IS NOT NULL ORDER BY 1
                """)
            defer { statement.reset() }
            var names: [String] = []
            while try statement.step() { names.append(statement.text(0) ?? "") }
            return names
        }
    }
}

extension SpatiaLiteTransaction {
    private var importRows: ImportRows { ImportRows(database: database) }

    func imports(ofSource source: String) throws -> [ImportRecord] { try importRows.all(ofSource: source) }

    func nextImport() throws -> Int64 { try importRows.next() }

    func add(_ record: ImportRecord) throws { try importRows.add(record) }

    // MARK: The times of lists

    func lastObservation(ofSource source: String) throws -> Instant? {
        try importRows.observation(ofSource: source)
    }

    func lastWholeObservation(ofSource source: String) throws -> Instant? {
        try importRows.observation(ofSource: source, wholeOnly: true)
    }

    func countOpenWorks(ofSource source: String) throws -> Int {
        let shown =
            try database.integer(
                "SELECT count(*) FROM works WHERE source = ? AND status NOT IN ('done', 'rejected')", [.text(source)])
            ?? 0
        let hidden = try hidden.rows().map(hiddenWork).count { $0.source == source && $0.status.isOpen }
        return Int(shown) + hidden
    }

    func noteObservation(_ observed: Instant, ofSource source: String, isWhole: Bool) throws {
        let statement = try PreparedStatement(
            database,
            """
            INSERT INTO observations (source, observed_at, whole) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET whole = max(whole, excluded.whole)
            """)
        statement.bind([.text(source), .text(observed.description), .integer(isWhole ? 1 : 0)])
        try statement.run()
    }

    func forgetObservations(ofSource source: String, from moment: Instant?) throws {
        let statement = try PreparedStatement(
            database, "DELETE FROM observations WHERE source = ? AND observed_at >= ?")
        statement.bind([.text(source), .text(moment?.description ?? "")])
        try statement.run()
    }
}
