import CSpatiaLite
import GRDB
public import Geometry
public import TimeBudgets
public import Works

/// Works, their ledger and the reference layers in one SpatiaLite file.
///
/// Many threads may read at the same time, each one state of the file, while one writes; any number of processes may have the file open.
/// Closures given to the store run while a connection is held for them, so they must not call the store themselves.
///
/// A class, because it owns the connections to the file.
public final class SpatiaLiteStore: WorksStore {
    /// Where the file is.
    public let path: String
    let options: StoreOptions
    let pool: DatabasePool
    let feed = RevisionFeed()
    let rows: RowCache?
    let moments = MomentCache()
    /// Nil for a store that does not write.
    let log: LogMaintenance?
    let file: FileWatch?
    /// Runs in a service only, which has the store maintained.
    private let probe: WriteProbe
    let keys: StoreKeys
    let districts = DistrictShelf()
    /// True for a copy without the tables of what is private: nothing can be written to it.
    public let isPublicCopy: Bool
    /// Outlives the file, and says what a restored backup must not bring back.
    let journal: ErasureJournal

    init(path: String, options: StoreOptions, readOnly: Bool) throws {
        self.path = path
        self.options = options
        journal = ErasureJournal(inCity: options.cityPath(for: path), of: path)
        rows = options.rowMemory > 0 ? RowCache(limit: options.rowMemory) : nil
        file = FileWatch(path: path)
        probe = WriteProbe(path: path)
        keys = StoreKeys(path: options.keyPath(for: path))
        log = readOnly ? nil : LogMaintenance(path: path, file: file)
        pool = try DatabasePool(path: path, configuration: options.configuration(readOnly: readOnly))
        // By the connection that writes: as long as there is no other, closing it leaves no log behind.
        isPublicCopy = try pool.writeWithoutTransaction { try PublicCopy.isMade(in: $0) }
    }

    deinit { feed.finish() }

    /// Ends the connections; nothing can be read or written afterwards.
    public func close() throws {
        feed.finish()
        // The last connection to be closed moves the log into the file.
        log?.close()
        do { try pool.close() } catch { throw StoreError.named(error, path: path) }
    }

    // MARK: Works

    public func work(_ id: WorkID) throws -> Work? {
        try read(within: .unlimited) { try $0.work(where: "id = ?", [.text(id.description)]) }
    }

    public func ledger(of id: WorkID) throws -> [LedgerEntry] {
        try read(within: .unlimited) { reader in
            let number =
                try reader.database.integer("SELECT fid FROM works WHERE id = ?", [.text(id.description)])
                ?? HiddenWorks(database: reader.database).number(of: id)
            return try number.map { try reader.ledger(of: $0) } ?? []
        }
    }

    public func countWorks(matching filter: WorkFilter, at now: Instant, budget: TimeBudget) throws -> Int {
        if filter.asOf != nil { return try workNumbers(matching: filter, at: now, budget: budget).count }
        return try read(within: budget) { try $0.count(matching: filter, at: now) }
    }

    public func lastWorkNumber() throws -> Int64 {
        try read(within: .unlimited) { try $0.database.integer("SELECT max(fid) FROM works") ?? 0 }
    }

    public func knowsSource(_ source: String) throws -> Bool {
        try read(within: .unlimited) { reader in
            if try reader.database.integer("SELECT 1 FROM works WHERE source = ? LIMIT 1", [.text(source)]) != nil {
                return true
            }
            let hidden = HiddenWorks(database: reader.database, seals: reader.seals)
            return try hidden.rows().contains { try hidden.work($0, privateExtra: nil).source == source }
        }
    }

    public func forEachWork(
        _ page: WorkPage, at now: Instant, budget: TimeBudget, _ body: (WorkRow) throws -> Void
    ) throws {
        if let moment = page.filter.asOf {
            try forEachWork(page, asOf: moment, budget: budget, body)
        } else {
            try read(within: budget) { try $0.forEachWork(page, at: now, body) }
        }
    }

    // MARK: Reference layers

    public func forEachFeature(
        in layer: ReferenceLayer, matching filter: FeatureFilter, after number: Int64?, limit: Int?, budget: TimeBudget,
        _ body: (_ number: Int64, _ feature: ReferenceFeature) throws -> Void
    ) throws {
        try read(within: budget) { reader in
            try FeatureReader(database: reader.database, budget: budget, layer: layer)
                .forEachFeature(matching: filter, after: number, limit: limit, body)
        }
    }

    public func feature(_ id: String, in layer: ReferenceLayer) throws -> ReferenceFeature? {
        try read(within: .unlimited) { reader in
            try FeatureReader(database: reader.database, budget: .unlimited, layer: layer).feature(id)
        }
    }

    public func countFeatures(in layer: ReferenceLayer, matching filter: FeatureFilter, budget: TimeBudget) throws
        -> Int
    {
        try read(within: budget) { reader in
            try FeatureReader(database: reader.database, budget: budget, layer: layer).count(matching: filter)
        }
    }

    public func extent(of layer: ReferenceLayer?) throws -> Bounds? {
        try read(within: .unlimited) { reader in
            try BoxSearch(database: reader.database, table: layer?.rawValue ?? "works").extent()
        }
    }

    public func layerParts() throws -> [LayerPart] {
        try read(within: .unlimited) { reader in
            try ReferenceLayer.allCases.flatMap { layer in
                let statement = try PreparedStatement(
                    reader.database,
                    "SELECT source, count(*), count(name) FROM \(layer.rawValue) GROUP BY source ORDER BY source")
                defer { statement.reset() }
                var parts: [LayerPart] = []
                while try statement.step() {
                    parts.append(
                        LayerPart(
                            layer: layer, source: statement.text(0), features: Int(statement.integer(1)),
                            named: Int(statement.integer(2))))
                }
                return parts
            }
        }
    }

    // MARK: Batches

    public func workCandidates(for filter: WorkFilter, budget: TimeBudget) throws -> [Int64]? {
        // An index knows where works are, not where they were.
        try filter.asOf == nil ? read(within: budget) { try $0.candidates(for: WorkPage(filter: filter)) } : nil
    }

    public func featureCandidates(
        for filter: FeatureFilter, in layer: ReferenceLayer, budget: TimeBudget
    ) throws -> [Int64]? {
        try read(within: budget) { reader in
            try FeatureReader(database: reader.database, budget: budget, layer: layer)
                .candidates(for: filter, after: nil, page: nil)
        }
    }

    // MARK: The city

    public func note(_ name: StoreNote) throws -> String? {
        try read(within: .unlimited) { reader in
            let statement = try PreparedStatement(reader.database, "SELECT text FROM notes WHERE name = ?")
            defer { statement.reset() }
            statement.bind(1, name.rawValue)
            return try statement.step() ? statement.text(0) : nil
        }
    }

    // MARK: Revisions

    public func revision() throws -> StoreRevision {
        try read(within: .unlimited) { try StoreRevision(in: $0.database) }
    }

    /// A subscriber that is slower than the commits gets the newest revision, not each one in between.
    public func revisions() -> AsyncStream<StoreRevision> { feed.subscribe() }

    // MARK: Maintenance

    /// Keeps the write-ahead log short; nil for a store that only reads.
    public func maintain() throws -> StorageStatus? {
        if log != nil { probe.run() }
        do { return try log?.maintain() } catch { throw StoreError.named(error, path: path) }
    }

    /// - Throws: ``StoreError/gone(path:reason:)`` if the file was removed, replaced or cut off since it was opened;
    ///   ``StoreError/unwritable(path:reason:)`` if its disk takes nothing any more.
    public func checkFile() throws {
        try file?.check()
        try probe.check()
    }

    // MARK: Reading and writing

    /// Runs `body` in one read transaction that is interrupted when the budget is spent.
    func read<Result>(within budget: TimeBudget, _ body: (WorkReader) throws -> Result) throws -> Result {
        try budget.check()
        do {
            return try pool.read { database in
                // Looked at every few thousand steps of the engine: some tenths of a millisecond.
                sqlite3_progress_handler(
                    database.sqliteConnection, 2000,
                    { Unmanaged<TimeBudget>.fromOpaque($0!).takeUnretainedValue().verdict == nil ? 0 : 1 },
                    Unmanaged.passUnretained(budget).toOpaque())
                defer { sqlite3_progress_handler(database.sqliteConnection, 0, nil, nil) }
                return try body(
                    WorkReader(
                        database: database, budget: budget, cache: rows,
                        seals: isPublicCopy ? nil : Seals(database, keys)))
            }
        } catch {
            if error is DatabaseError || error is SQLiteFailure {
                noteCut(error)
                try checkFile()
            }
            throw StoreError.named(error, path: path, budget: budget)
        }
    }

    /// Finds out whether the file was cut off when a page cannot be read: one behind the file's end reads as zeros.
    private func noteCut(_ error: any Error) {
        let code = (error as? SQLiteFailure)?.primaryCode ?? (error as? DatabaseError)?.resultCode.rawValue
        guard code == SQLITE_CORRUPT || code == SQLITE_NOTADB else { return }
        try? file?.compareSize {
            try pool.read { database in
                guard let pages = try database.integer("PRAGMA page_count"),
                    let size = try database.integer("PRAGMA page_size")
                else { return nil }
                return DatabaseSize(pages: Int(pages), pageSize: Int(size))
            }
        }
    }

    public func write<Result>(bulk: Bool, _ body: (any WorksTransaction) throws -> Result) throws -> Result {
        guard !isPublicCopy else { throw StoreError.publicCopy(path: path) }
        do {
            try checkFile()
            let (result, revision) = try pool.writeWithoutTransaction { database in
                if bulk { try database.run(Self.bulkSettings) }
                defer { if bulk { try? database.run(Self.usualSettings) } }
                var outcome: (Result, StoreRevision?)?
                try database.inTransaction(.immediate) {
                    let transaction = try SpatiaLiteTransaction(database, keys, districts, bulk: bulk)
                    let result = try body(transaction)
                    try transaction.finish()
                    outcome = (result, transaction.hasChanges ? transaction.revision : nil)
                    return .commit
                }
                if bulk { checkpoint(database) }
                return outcome!
            }
            // A commit to a file that is gone is lost.
            try checkFile()
            rows?.noteWrite()
            if let revision { feed.publish(revision) }
            return result
        } catch {
            noteCut(error)
            throw StoreError.named(error, path: path)
        }
    }

    /// What a bulk write keeps to itself and the ledger's references hold by construction, so they are not asked row by row.
    private static let bulkSettings =
        "PRAGMA foreign_keys = OFF; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 0; "
        + "PRAGMA secure_delete = OFF"
    private static let usualSettings =
        "PRAGMA foreign_keys = ON; PRAGMA cache_size = -2000; PRAGMA temp_store = DEFAULT; PRAGMA wal_autocheckpoint = 1000; "
        + "PRAGMA secure_delete = ON"

    /// Moves the log into the file, as far as readers let it: it does not wait for them.
    ///
    /// Most of it is moved while others may write; only emptying the log keeps them waiting.
    private func checkpoint(_ database: Database) {
        sqlite3_busy_timeout(database.sqliteConnection, 0)
        sqlite3_wal_checkpoint_v2(database.sqliteConnection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
        sqlite3_wal_checkpoint_v2(database.sqliteConnection, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        sqlite3_busy_timeout(database.sqliteConnection, Int32(options.busyTimeout * 1000))
    }
}
