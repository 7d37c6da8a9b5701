import CSpatiaLite
import GRDB
import Geometry
import TimeBudgets
import Works

/// One transaction on a SpatiaLite file.
///
/// A class, because all that write in a transaction share its counters and what it has learnt about the file.
final class SpatiaLiteTransaction: WorksTransaction {
    let database: Database
    /// Districts as they were when the transaction began.
    let shelf: DistrictShelf
    /// Whether much is going to be written.
    private let isBulk: Bool
    private let reader: WorkReader
    let privateExtra: PrivateExtra
    let seals: Seals
    private let row = ParameterRows()

    /// The number of the newest work.
    private(set) var lastNumber: Int64
    /// The work that was inserted last.
    private(set) var lastInserted: WorkID?
    /// How many works were there before, and how many came.
    private let worksBefore: Int64
    private var insertedWorks: Int64 = 0
    private(set) var revision: StoreRevision
    let revisionBefore: StoreRevision
    /// Rows that the connection had written before.
    private let rowsWrittenBefore: Int64
    private var knownSources: [String: Bool] = [:]
    /// The source of the work written last: usually also of the next.
    private var lastSource: String?
    private let ledger: LedgerWriter
    /// Names that works were written with, which the file's list has by now; those of the last work are compared first.
    private var listedNames = CityNames()
    private var lastNames: (organisation: String?, contractor: String?) = (nil, nil)
    private(set) var addedNames = CityNames()
    /// Erasures to be noted outside of the file.
    var erasures: [Erasure] = []
    /// Tables from which something was erased.
    var erasedTables: Set<String> = []

    private let insertWork: PreparedStatement
    private var works: BulkIndex?
    private var layers: [ReferenceLayer: BulkIndex] = [:]
    private var layerRows: [ReferenceLayer: Int64] = [:]
    private var sourceNames: SourceNames?
    /// Hidden works by their sources and the names there; nil until somebody asks.
    private var hiddenNames: [String: [String: Int64]]?
    /// The districts as they stand in this transaction; nil until somebody asks.
    var knownDistricts: DistrictClasses?

    init(_ database: Database, _ keys: StoreKeys, _ shelf: DistrictShelf, bulk: Bool) throws {
        self.database = database
        self.shelf = shelf
        isBulk = bulk
        seals = Seals(database, keys)
        privateExtra = try PrivateExtra(database, seals)
        reader = WorkReader(database: database, budget: .unlimited, seals: seals, privateExtra: privateExtra)
        // A number is never given out twice, even if its work is hidden.
        lastNumber = max(
            try database.integer("SELECT max(fid) FROM works") ?? 0,
            try database.integer("SELECT max(fid) FROM hidden_works") ?? 0)
        worksBefore = lastNumber
        revision = try StoreRevision(in: database)
        revisionBefore = revision
        rowsWrittenBefore = sqlite3_total_changes64(database.sqliteConnection)
        insertWork = try PreparedStatement(database, Self.insertSQL)
        ledger = try LedgerWriter(database, seals)
    }

    /// Counts a change of a work.
    func noteChange() { revision.works += 1 }

    /// Whether the transaction changed anything that a revision counts.
    var hasChanges: Bool { revision != revisionBefore }

    /// Builds what was put off and writes the counters down; nothing may be written after it.
    func finish() throws {
        try ledger.flush()
        for table in erasedTables.sorted() { try database.writeAnew(table) }
        try works?.build()
        for index in layers.values { try index.build() }
        let hasWorkChanges = revision.works != revisionBefore.works
        guard hasChanges || sqlite3_total_changes64(database.sqliteConnection) != rowsWrittenBefore else { return }
        let token = try IdentityTables.noteCommit(works: hasWorkChanges ? revision.works : nil, in: database)
        let statement = try PreparedStatement(
            database, "UPDATE changes SET count = ?2, token = ?3 WHERE layer = ?1")
        if hasWorkChanges {
            revision.worksToken = token
            statement.bind([.text("works"), .integer(revision.works), .integer(token)])
            try statement.run()
        }
        for (layer, count) in revision.layers where count != revisionBefore.layers[layer] {
            revision.layerTokens[layer] = token
            statement.bind([.text(layer.rawValue), .integer(count), .integer(token)])
            try statement.run()
        }
    }

    /// Runs `body` so that, if it throws, what it wrote is taken back and the transaction goes on. Not for bulk writes, whose indexes wait.
    func savepoint<Result>(_ body: () throws -> Result) throws -> Result {
        precondition(works == nil && layers.isEmpty, "a bulk write is all or nothing")
        try ledger.flush()
        let before = (lastNumber, insertedWorks, revision, knownSources, lastSource, layerRows)
        let names = (listedNames, lastNames, addedNames)
        let erased = (erasures, erasedTables)
        try database.run("SAVEPOINT part")
        do {
            let result = try body()
            try ledger.flush()
            try database.run("RELEASE part")
            return result
        } catch {
            ledger.forget()
            hiddenNames = nil
            lastInserted = nil
            (lastNumber, insertedWorks, revision, knownSources, lastSource, layerRows) = before
            (listedNames, lastNames, addedNames) = names
            (erasures, erasedTables) = erased
            knownDistricts = nil
            try database.run("ROLLBACK TO part; RELEASE part")
            throw error
        }
    }

    // MARK: Reading

    func ledger(of id: WorkID) throws -> [LedgerEntry] {
        try ledger.flush()
        if let number = try database.integer("SELECT fid FROM works WHERE id = ?", [.text(id.description)]) {
            return try reader.ledger(of: number)
        }
        return try hidden.row(of: id).map { try reader.ledger(of: $0.number, takenOut: $0.record) } ?? []
    }

    /// Writes the entries of the ledger that still wait.
    func flushLedger() throws { try ledger.flush() }

    func work(_ id: WorkID) throws -> Work? {
        try reader.work(where: "id = ?", [.text(id.description)])
    }

    func work(source: String, sourceID: String) throws -> Work? {
        guard try knowsSource(source) else { return nil }
        if let work = try shownWork(source: source, sourceID: sourceID) { return work }
        return try namesOfHidden()[source]?[sourceID].flatMap { try hidden.row($0) }.map(hiddenWork)
    }

    private func shownWork(source: String, sourceID: String) throws -> Work? {
        guard sourceNames != nil else {
            return try reader.work(where: "source = ? AND source_id = ?", [.text(source), .text(sourceID)])
        }
        guard let number = sourceNames?.number(source: source, sourceID: sourceID),
            let work = try reader.work(where: "fid = ?", [.integer(number)])
        else { return nil }
        // Two names may share a hash, or the work may have been renamed since.
        guard work.source == source, work.sourceID == sourceID else {
            return try reader.work(where: "source = ? AND source_id = ?", [.text(source), .text(sourceID)])
        }
        return work
    }

    func openWorks(ofSource source: String, notIn listed: Set<String>) throws -> [Work] {
        var works: [Work] = []
        try reader.forEachWork(where: "source = ? AND status NOT IN ('done', 'rejected')", [.text(source)]) { work in
            if !listed.contains(work.sourceID ?? "") { works.append(work) }
        }
        for (sourceID, number) in try namesOfHidden()[source] ?? [:] where !listed.contains(sourceID) {
            guard let work = try hidden.row(number).map(hiddenWork), work.status.isOpen else { continue }
            works.append(work)
        }
        return works
    }

    /// Which hidden work bears which source's name. They are few, and their names stand in their records only.
    private func namesOfHidden() throws -> [String: [String: Int64]] {
        if let hiddenNames { return hiddenNames }
        var names: [String: [String: Int64]] = [:]
        for row in try hidden.rows() {
            let work = try hiddenWork(row)
            if let source = work.source { names[source, default: [:]][work.sourceID ?? ""] = row.number }
        }
        hiddenNames = names
        return names
    }

    func forgetHiddenNames() { hiddenNames = nil }

    func knowsSource(_ source: String) throws -> Bool {
        if let known = knownSources[source] { return known }
        let known =
            try database.integer("SELECT 1 FROM works WHERE source = ? LIMIT 1", [.text(source)]) != nil
            || namesOfHidden()[source] != nil
        knownSources[source] = known
        return known
    }

    func setNote(_ name: StoreNote, to text: String?) throws {
        let statement = try PreparedStatement(
            database, text == nil ? "DELETE FROM notes WHERE name = ?" : "INSERT OR REPLACE INTO notes VALUES (?, ?)")
        statement.bind(1, name.rawValue)
        if let text { statement.bind(2, text) }
        try statement.run()
    }

    // MARK: Works

    /// The columns of `works`, the geometry last.
    static let columns = [
        "fid", "id", "kind", "category", "status", "severity", "traffic_impact", "reported_at", "starts_at", "due_at",
        "original_due_at", "completed_at", "completed_estimated", "passed_due_at", "updated_at", "on_site_at",
        "daily_from",
        "daily_until", "due_changes",
        "revision", "change_number", "title", "address", "district", "organisation", "contractor", "source",
        "source_id", "description", "extra", "districts", "geom",
    ]

    private static let insertSQL =
        "INSERT INTO works (\(columns.joined(separator: ", "))) VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))"

    /// The geometry is the last parameter, so that it can be left out where it stays.
    private static func updateSQL(geometry: Bool) -> String {
        let assignments = columns.enumerated().dropFirst().map { "\($1) = ?\($0 + 1)" }
        return "UPDATE works SET \(assignments.dropLast(geometry ? 0 : 1).joined(separator: ", ")) WHERE fid = ?1"
    }

    func insert(_ work: Work, ledger: [LedgerEntry]) throws {
        if works == nil, isBulk, insertedWorks >= BulkIndex.threshold(rowsBefore: worksBefore) { try beginBulk() }
        lastNumber += 1
        try note(work, number: lastNumber)
        insertedWorks += 1
        lastInserted = work.id
        revision.works += 1
        try gather(work, number: lastNumber)
        works?.append(lastNumber, box: row.lastBlob.flatMap { SpatiaLiteBlob.bounds(of: $0) })
        row.bind(to: insertWork)
        try conflictIfTaken(work) { try insertWork.run() }
        try privateExtra.set(work.privateExtra, of: lastNumber, isNew: true)
        try listNames(of: work)
        try self.ledger.append(ledger, to: lastNumber, from: 1)
    }

    func update(_ work: Work, ledger: [LedgerEntry]) throws {
        guard try !updateShown(work, ledger: ledger) else { return }
        let isHidden = try whileShown(work.id) { _ = try updateShown(work, ledger: ledger) }
        guard isHidden else { throw StoreError.conflict(work.id) }
    }

    /// False if the work is not in the public record.
    private func updateShown(_ work: Work, ledger: [LedgerEntry]) throws -> Bool {
        let stored = try PreparedStatement(database, "SELECT fid, revision, geom FROM works WHERE id = ?")
        stored.bind(1, work.id.description)
        var number: Int64 = 0
        var geometryStays = false
        do {
            defer { stored.reset() }
            guard try stored.step() else { return false }
            guard Int(stored.integer(1)) == work.revision - 1 else {
                throw StoreError.conflict(work.id)
            }
            number = stored.integer(0)
            revision.works += 1
            try gather(work, number: number)
            let blob = stored.blob(2)
            geometryStays =
                row.lastBlob.map { $0.elementsEqual(blob) && blob.baseAddress != nil } ?? (blob.baseAddress == nil)
        }
        if !geometryStays {
            try works?.replace(number, box: row.lastBlob.flatMap { SpatiaLiteBlob.bounds(of: $0) })
        }
        let statement = try PreparedStatement(database, Self.updateSQL(geometry: !geometryStays))
        row.bind(to: statement)
        try conflictIfTaken(work) { try statement.run() }
        try privateExtra.set(work.privateExtra, of: number, isNew: false)
        try note(work, number: number)
        try listNames(of: work)
        try self.ledger.append(ledger, to: number)
        return true
    }

    private func gather(_ work: Work, number: Int64) throws {
        row.clear()
        row.integer(number)
        row.id(work.id)
        row.text(work.kind)
        row.text(work.category)
        row.text(work.status)
        row.text(work.severity)
        row.text(work.trafficImpact?.rawValue)
        row.instant(work.reportedAt)
        row.instant(work.startsAt)
        row.instant(work.dueAt)
        row.instant(work.originalDueAt)
        row.instant(work.completedAt)
        row.flag(work.isCompletedEstimated)
        row.instant(work.passedDueAt)
        row.instant(work.updatedAt)
        row.instant(work.onSiteAt)
        row.text(work.dailyFrom?.description)
        row.text(work.dailyUntil?.description)
        row.integer(Int64(work.dueChanges))
        row.integer(Int64(work.revision))
        row.integer(revision.works)
        row.text(work.title)
        row.text(work.address)
        row.text(work.district)
        row.text(work.organisation)
        row.text(work.contractor)
        row.text(work.source)
        row.text(work.sourceID)
        row.text(work.description)
        row.text(work.extra)
        row.text(try classedDistricts(of: work))
        row.geometry(work.geometry)
    }

    /// Somebody else's work bears the id or the source's name: that is a conflict, not a failure of the engine.
    func conflictIfTaken(_ work: Work, _ body: () throws -> Void) throws {
        do { try body() } catch let failure as SQLiteFailure where failure.primaryCode == SQLITE_CONSTRAINT {
            throw StoreError.conflict(work.id)
        }
    }

    /// Takes note of a work's source and of its name there, and does what the unique index on the names does while that is put off.
    private func note(_ work: Work, number: Int64) throws {
        guard let source = work.source else { return }
        if source != lastSource {
            lastSource = source
            knownSources[source] = true
        }
        guard let sourceID = work.sourceID,
            let other = sourceNames?.insert(source, sourceID, number), other != number
        else { return }
        let taken = try database.integer(
            "SELECT 1 FROM works WHERE fid = ? AND source = ? AND source_id = ?",
            [.integer(other), .text(source), .text(sourceID)])
        if taken != nil { throw StoreError.conflict(work.id) }
    }

    /// Puts the names of a work's service and contractor on the city's list.
    private func listNames(of work: Work) throws {
        if let name = work.organisation, name != lastNames.organisation {
            try list(name, as: .organisation)
            lastNames.organisation = name
        }
        if let name = work.contractor, name != lastNames.contractor {
            try list(name, as: .contractor)
            lastNames.contractor = name
        }
    }

    private func list(_ name: String, as role: NameRole) throws {
        guard listedNames.insert(name, as: role) else { return }
        let statement = try PreparedStatement(database, "INSERT OR IGNORE INTO city_names VALUES (?, ?)")
        statement.bind([.text(role.rawValue), .text(name)])
        try statement.run()
        if sqlite3_changes(database.sqliteConnection) > 0 { addedNames.insert(name, as: role) }
    }

    /// Puts off the indexes until ``finish()``.
    private func beginBulk() throws {
        sourceNames = try SourceNames(in: database)
        works = try BulkIndex(database: database, table: "works", alsoGuarding: ["ledger"], firstNumber: lastNumber + 1)
    }

    // MARK: Reference layers

    func upsert(_ feature: ReferenceFeature, in layer: ReferenceLayer) throws -> Bool? {
        let table = layer.rawValue
        let stored = try PreparedStatement(
            database, "SELECT fid, name, class, source, source_id, extra, geom FROM \(table) WHERE id = ?")
        stored.bind(1, feature.id)
        row.clear()
        row.text(feature.id)
        row.text(feature.name)
        row.text(feature.featureClass)
        row.text(feature.source)
        row.text(feature.sourceID)
        row.text(feature.extra)
        row.geometry(feature.geometry)
        let box = row.lastBlob.flatMap { SpatiaLiteBlob.bounds(of: $0) }
        let known: (number: Int64, geometryStays: Bool)? = try {
            defer { stored.reset() }
            guard try stored.step() else { return nil }
            let blob = stored.blob(6)
            let stays =
                row.lastBlob.map { $0.elementsEqual(blob) && blob.baseAddress != nil } ?? (blob.baseAddress == nil)
            if stays, stored.text(1) == feature.name, stored.text(2) == feature.featureClass,
                stored.text(3) == feature.source, stored.text(4) == feature.sourceID, stored.text(5) == feature.extra,
                try feature.keepsPrivateExtra
                    || privateExtra.knownText(of: stored.integer(0), in: layer) == feature.privateExtra
            {
                return (0, true)
            }
            return (stored.integer(0), stays)
        }()
        if let known, known.number == 0 { return nil }
        if layer == .districts { knownDistricts = nil }
        revision.layers[layer, default: 0] += 1
        if let known {
            row.integer(known.number)
            if !known.geometryStays { try layers[layer]?.replace(known.number, box: box) }
            let statement = try PreparedStatement(
                database,
                """
                UPDATE \(table) SET id = ?1, name = ?2, class = ?3, source = ?4, source_id = ?5, extra = ?6\
                \(known.geometryStays ? "" : ", geom = ?7") WHERE fid = ?8
                """)
            row.bind(to: statement)
            try statement.run()
            if !feature.keepsPrivateExtra {
                try privateExtra.set(feature.privateExtra, of: known.number, in: layer, isNew: false)
            }
            return false
        }
        let number = try nextNumber(in: layer)
        layers[layer]?.append(number, box: box)
        row.integer(number)
        let statement = try PreparedStatement(
            database,
            """
            INSERT INTO \(table) (id, name, class, source, source_id, extra, geom, fid) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """)
        row.bind(to: statement)
        try statement.run()
        try privateExtra.set(feature.privateExtra, of: number, in: layer, isNew: true)
        return true
    }

    func removeFeatures(
        of layer: ReferenceLayer, source: String?, at now: Instant
    ) throws -> (features: Int, reassigned: Int) {
        precondition(layers[layer] == nil, "a bulk write only adds")
        let chosen = source == nil ? "" : " WHERE source = ?2"
        func run(_ sql: String) throws -> Int {
            let statement = try PreparedStatement(database, sql)
            statement.bind(1, layer.rawValue)
            if let source { statement.bind(2, source) }
            try statement.run()
            return Int(sqlite3_changes(database.sqliteConnection))
        }
        _ = try run(
            "DELETE FROM private_extra WHERE layer = ?1 AND feature IN (SELECT fid FROM \(layer.rawValue)\(chosen))")
        let count = try run("DELETE FROM \(layer.rawValue)\(source == nil ? " WHERE ?1 = ?1" : chosen)")
        guard count > 0 else { return (0, 0) }
        layerRows[layer] = nil
        revision.layers[layer, default: 0] += 1
        return (count, layer == .districts ? try reassignDistricts(at: now) : 0)
    }

    private func nextNumber(in layer: ReferenceLayer) throws -> Int64 {
        let before = try layerRows[layer] ?? database.integer("SELECT max(fid) FROM \(layer.rawValue)") ?? 0
        if layerRows[layer] == nil, isBulk, before == 0 {
            layers[layer] = try BulkIndex(database: database, table: layer.rawValue, firstNumber: 1)
        }
        layerRows[layer] = before + 1
        return before + 1
    }
}

extension StoreRevision {
    /// Where the file stands.
    init(in database: Database) throws {
        self.init(works: 0, layers: [:])
        let statement = try PreparedStatement(database, "SELECT layer, count, token FROM changes")
        defer { statement.reset() }
        while try statement.step() {
            guard let name = statement.text(0) else { continue }
            if let layer = ReferenceLayer(rawValue: name) {
                (layers[layer], layerTokens[layer]) = (statement.integer(1), statement.integer(2))
            } else {
                (works, worksToken) = (statement.integer(1), statement.integer(2))
            }
        }
    }
}
