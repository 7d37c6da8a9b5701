public import Geometry
public import TimeBudgets

/// Where works, their ledger and the reference layers are kept.
///
/// Calls block the calling thread until the answer is there, so servers make them from a bounded pool of their own. Readers never wait for
/// a writer and see one consistent state for the length of a call. Every read stops soon after its budget is spent and then throws
/// ``TimeBudgetError``.
public protocol WorksStore: Sendable {
    // MARK: Works

    /// The work with this id, or nil.
    func work(_ id: WorkID) throws -> Work?

    /// The works's ledger, oldest entry first; empty if there is no such work. Of a hidden work only what says that it was hidden.
    func ledger(of id: WorkID) throws -> [LedgerEntry]

    /// The entry by which a work was hidden; nil if it is not hidden.
    ///
    /// A hidden work is found by nothing else here.
    func hiding(of id: WorkID) throws -> LedgerEntry?

    /// Row ids of the works that were hidden after a point of ``StoreRevision/works`` and still are, ascending.
    func numbersHidden(since change: Int64) throws -> [Int64]

    /// How many works match as of `now`.
    func countWorks(matching filter: WorkFilter, at now: Instant, budget: TimeBudget) throws -> Int

    /// The numbers of all works that match as of `now`, ascending.
    func workNumbers(matching filter: WorkFilter, at now: Instant, budget: TimeBudget) throws -> [Int64]

    /// The largest number that a work has; 0 if there are none.
    func lastWorkNumber() throws -> Int64

    /// False if there are no works of a source.
    func knowsSource(_ source: String) throws -> Bool

    /// Steps over the works of a page in the order of their numbers and hands each to `body`.
    ///
    /// With ``WorkFilter/asOf`` they come as they were then, and match or not as they were.
    ///
    /// - Throws: ``TimeBudgetError``, ``StoreError``, and whatever `body` throws, which ends the reading.
    func forEachWork(_ page: WorkPage, at now: Instant, budget: TimeBudget, _ body: (WorkRow) throws -> Void) throws

    // MARK: Reference layers

    /// The features of a layer that match, in the order of their numbers after `number`.
    func forEachFeature(
        in layer: ReferenceLayer, matching filter: FeatureFilter, after number: Int64?, limit: Int?, budget: TimeBudget,
        _ body: (_ number: Int64, _ feature: ReferenceFeature) throws -> Void) throws

    /// The feature with this id, or nil.
    func feature(_ id: String, in layer: ReferenceLayer) throws -> ReferenceFeature?

    /// How many features of a layer match.
    func countFeatures(in layer: ReferenceLayer, matching filter: FeatureFilter, budget: TimeBudget) throws -> Int

    /// The box around everything in the works (nil) or in one layer, by the index; nil if there is nothing.
    func extent(of layer: ReferenceLayer?) throws -> Bounds?

    /// The features of the reference layers by their sources: in the order of the layers, then of the names.
    func layerParts() throws -> [LayerPart]

    // MARK: Batches

    /// The numbers of the works that may match, ascending, where an index finds so few that looking each up is cheaper than going through
    /// all works; nil otherwise.
    func workCandidates(for filter: WorkFilter, budget: TimeBudget) throws -> [Int64]?

    /// The same for the features of a layer.
    func featureCandidates(for filter: FeatureFilter, in layer: ReferenceLayer, budget: TimeBudget) throws -> [Int64]?

    // MARK: Imports

    /// The record of what came from sources, oldest first; of one source if it is named.
    func imports(ofSource source: String?) throws -> [ImportRecord]

    /// The moment of the last list that a source was imported from.
    func lastObservation(ofSource source: String) throws -> Instant?

    /// Names of all sources of works and of imports, in order.
    func sources() throws -> [String]

    // MARK: The city

    /// What is noted under this name, such as the city's name and time zone; nil if nothing is.
    func note(_ name: StoreNote) throws -> String?

    // MARK: Writing

    /// Runs `body` as one transaction: all of it is kept, or, if it throws, nothing.
    ///
    /// - Parameter bulk: Whether so much is written that indexes are better built once at the end.
    func write<Result>(bulk: Bool, _ body: (any WorksTransaction) throws -> Result) throws -> Result

    // MARK: Revisions

    /// Where the store stands: it changes with every commit that changed something, whoever made it.
    func revision() throws -> StoreRevision

    /// True if the works came from an earlier state to the present one by commits alone, so that the changes since tell all. False after a
    /// restore, and if the state is too long ago to be known.
    func continues(_ state: StoreState) throws -> Bool

    /// The store's revisions from now on, after commits made through this very store; a subscriber that is slower than the
    /// commits gets the newest, not each one in between. Commits of other processes show in
    /// ``revision()`` only.
    func revisions() -> AsyncStream<StoreRevision>

    // MARK: Maintenance

    /// Does what the store's files need from time to time, and reports on them; nil if there is nothing to do or to report.
    ///
    /// A service calls it twice a second, on a thread that may block.
    func maintain() throws -> StorageStatus?

    /// Makes sure that the store's file is still the one that was opened. Quick; a service calls it several times a second.
    ///
    /// - Throws: ``StoreError/gone(path:reason:)``
    func checkFile() throws
}

/// Figures about a store's files, for those who run it.
public struct StorageStatus: Hashable, Sendable {
    /// Size of the write-ahead log, in octets.
    public var logBytes: Int
    /// Pages in the log that are not in the database file yet.
    public var backlogPages: Int
    /// Times that the log was emptied.
    public var emptied: Int
    /// Times that readers kept the log from being emptied.
    public var blocked: Int

    public init(logBytes: Int = 0, backlogPages: Int = 0, emptied: Int = 0, blocked: Int = 0) {
        self.logBytes = logBytes
        self.backlogPages = backlogPages
        self.emptied = emptied
        self.blocked = blocked
    }
}

extension WorksStore {
    public func imports(ofSource source: String?) throws -> [ImportRecord] { [] }

    public func lastObservation(ofSource source: String) throws -> Instant? { nil }

    public func sources() throws -> [String] { [] }

    public func hiding(of id: WorkID) throws -> LedgerEntry? { nil }

    public func numbersHidden(since change: Int64) throws -> [Int64] { [] }

    public func knowsSource(_ source: String) throws -> Bool { true }

    public func workCandidates(for filter: WorkFilter, budget: TimeBudget) throws -> [Int64]? { nil }

    public func featureCandidates(
        for filter: FeatureFilter, in layer: ReferenceLayer, budget: TimeBudget
    ) throws -> [Int64]? { nil }

    public func maintain() throws -> StorageStatus? { nil }

    public func layerParts() throws -> [LayerPart] {
        var parts: [LayerPart] = []
        for layer in ReferenceLayer.allCases {
            var bySource: [String?: LayerPart] = [:]
            try forEachFeature(in: layer, bounds: nil, after: nil, limit: nil, budget: .unlimited) { _, feature in
                var part = bySource[feature.source] ?? LayerPart(layer: layer, source: feature.source)
                part.features += 1
                if feature.name != nil { part.named += 1 }
                bySource[feature.source] = part
            }
            parts += bySource.values.sorted { ($0.source ?? "") < ($1.source ?? "") }
        }
        return parts
    }

    public func continues(_ state: StoreState) throws -> Bool { try state.count <= revision().works }

    public func checkFile() throws {}

    public func workNumbers(matching filter: WorkFilter, at now: Instant, budget: TimeBudget) throws -> [Int64] {
        var numbers: [Int64] = []
        try forEachWork(WorkPage(filter: filter, columns: [], geometry: false), at: now, budget: budget) {
            numbers.append($0.number)
        }
        return numbers
    }

    /// The features of a layer whose box meets `bounds` (all if nil), in the order of their numbers after `number`.
    public func forEachFeature(
        in layer: ReferenceLayer, bounds: Bounds?, after number: Int64?, limit: Int?, budget: TimeBudget,
        _ body: (_ number: Int64, _ feature: ReferenceFeature) throws -> Void
    ) throws {
        try forEachFeature(
            in: layer, matching: FeatureFilter(bounds: bounds), after: number, limit: limit, budget: budget, body)
    }
}

/// The features that one source has given to a reference layer.
public struct LayerPart: Hashable, Sendable {
    public var layer: ReferenceLayer
    /// Nil for features that say no source.
    public var source: String?
    public var features: Int
    /// Features with a name.
    public var named: Int

    public init(layer: ReferenceLayer, source: String?, features: Int = 0, named: Int = 0) {
        self.layer = layer
        self.source = source
        self.features = features
        self.named = named
    }
}

/// A part of the works in the order of their numbers.
public struct WorkPage: Hashable, Sendable {
    public var filter: WorkFilter
    public var columns: WorkColumns
    /// Whether geometries are fetched.
    public var geometry: Bool
    /// Only works with a greater number.
    public var after: Int64?
    /// Only works with this or a smaller number.
    public var upTo: Int64?
    public var limit: Int?
    /// Only works with these numbers, ascending, where they are known: they are looked up and nothing else is.
    public var numbers: [Int64]?
    /// Only works that changed after this point of ``StoreRevision/works``.
    public var changedSince: Int64?

    public init(
        filter: WorkFilter = .all, columns: WorkColumns = .all, geometry: Bool = true, after: Int64? = nil,
        limit: Int? = nil, changedSince: Int64? = nil
    ) {
        self.filter = filter
        self.columns = columns
        self.geometry = geometry
        self.after = after
        self.limit = limit
        numbers = nil
        self.changedSince = changedSince
    }
}

/// A point in the life of a store: grows with commits.
public struct StoreRevision: Hashable, Sendable {
    /// Counts the changes of works: every changed work bears the count that its change made.
    public var works: Int64
    /// Counts the changes of each reference layer.
    public var layers: [ReferenceLayer: Int64]
    /// Random tokens of the commits that made the counts; see ``StoreState``.
    public var worksToken: Int64
    public var layerTokens: [ReferenceLayer: Int64]

    public init(
        works: Int64, layers: [ReferenceLayer: Int64], worksToken: Int64 = 0, layerTokens: [ReferenceLayer: Int64] = [:]
    ) {
        self.works = works
        self.layers = layers
        self.worksToken = worksToken
        self.layerTokens = layerTokens
    }
}

/// The few facts about a whole database that are kept with it.
public enum StoreNote: String, Sendable, CaseIterable {
    /// The city's name in Russian and in English.
    case cityNameRussian = "city_name_ru"
    case cityNameEnglish = "city_name_en"
    /// The city's time zone: an IANA name such as `Europe/Samara`.
    case timeZone = "time_zone"
    /// The language of pages for readers who ask for none that there is: `ru` or `en`.
    case cityLanguage = "city_language"
    /// The box of the city: `west,south,east,north`.
    case cityBounds = "city_bounds"
    /// Address, number or page by which people ask about the map.
    case cityContact = "city_contact"
    /// The licence of the city's own data.
    case cityLicence = "city_licence"
    /// Whom the data's licences ask to name, one line a source.
    case attribution
    /// The seed and the moment of building, if this is a demo city.
    case demoSeed = "demo_seed"
    case demoBuiltAt = "demo_built_at"
    /// Stamp of the content that the demo was built with.
    case demoContent = "demo_content"
    /// The address from which the database was last served.
    case servedAt = "served_at"
}

/// What can be done inside one transaction.
public protocol WorksTransaction: AnyObject {
    func work(_ id: WorkID) throws -> Work?

    /// The work that a source knows by this name, hidden or not.
    func work(source: String, sourceID: String) throws -> Work?

    /// Whether there may be works of a source; if not, an import need not look for each of its rows.
    func knowsSource(_ source: String) throws -> Bool

    /// The work's whole ledger, hidden or not, oldest entry first; empty if there is no such work.
    func ledger(of id: WorkID) throws -> [LedgerEntry]

    /// True if staff have hidden the work.
    func isHidden(_ id: WorkID) throws -> Bool

    /// True if something of the work was redacted, so that its source may no longer say it.
    func isRedacted(_ id: WorkID) throws -> Bool

    /// Adds a work and the entries that explain it.
    func insert(_ work: Work, ledger: [LedgerEntry]) throws

    /// Replaces a work by its next revision and adds the entries that explain it. A hidden work stays hidden.
    ///
    /// - Throws: ``StoreError/conflict(_:)`` if the stored revision is not the one before.
    func update(_ work: Work, ledger: [LedgerEntry]) throws

    /// The open works of a source that are not among `listed` source ids, hidden ones too.
    func openWorks(ofSource source: String, notIn listed: Set<String>) throws -> [Work]

    /// Number of the open works of a source, hidden ones too.
    func countOpenWorks(ofSource source: String) throws -> Int

    /// The moment of the last list that a source was imported from.
    func lastObservation(ofSource source: String) throws -> Instant?

    /// The moment of the last list of a source from which absence was concluded: works that it lacked had ended by then.
    func lastWholeObservation(ofSource source: String) throws -> Instant?

    /// Notes that a list of this moment was imported.
    ///
    /// - Parameter isWhole: True if absence was concluded from it.
    func noteObservation(_ observed: Instant, ofSource source: String, isWhole: Bool) throws

    /// Forgets the moments of a source's lists from one on, or all of them.
    func forgetObservations(ofSource source: String, from moment: Instant?) throws

    /// The record of what came from a source, oldest first.
    func imports(ofSource source: String) throws -> [ImportRecord]

    /// Number for the next line of the record of imports.
    func nextImport() throws -> Int64

    /// Adds a line to the record of imports.
    func add(_ record: ImportRecord) throws

    /// The latest moment of which a source has said something about a work, where its rows have times of their own.
    func lastStatement(of id: WorkID) throws -> Instant?

    /// Notes the moment of a statement about a work.
    func noteStatement(_ moment: Instant, of id: WorkID) throws

    /// Largest row id of a work.
    var lastNumber: Int64 { get }

    /// The works, hidden or not, with row ids after one and up to another.
    func works(after number: Int64, upTo last: Int64) throws -> [Work]

    /// Keeps what an import changes of a work, so that it can be taken back. What was kept first stays.
    func keep(_ change: ImportChange, of id: WorkID, by number: Int64) throws

    /// Changes that an import made.
    func changes(by number: Int64) throws -> [(id: WorkID, change: ImportChange)]

    /// Forgets what imports of a source changed, but for one.
    func forgetChanges(ofSource source: String, but number: Int64?) throws

    /// Names of services and contractors that came with the works of this transaction and were new to the city.
    var addedNames: CityNames { get }

    /// Notes a text under a name, or with nil takes the note away.
    func setNote(_ name: StoreNote, to text: String?) throws

    /// Adds a feature to a layer or replaces the one with its id; true if it was new, nil if nothing changed.
    func upsert(_ feature: ReferenceFeature, in layer: ReferenceLayer) throws -> Bool?

    /// Takes the features of a layer away, of one source if it is named, with what only staff see of them; the districts of works are worked
    /// out again where those of a city go.
    ///
    /// - Returns: How many features went, and how many works are in another district now.
    func removeFeatures(
        of layer: ReferenceLayer, source: String?, at now: Instant
    ) throws -> (features: Int, reassigned: Int)

    /// Works out again in which district each work with a place lies, hidden ones too, as ``DistrictIndex`` has it.
    ///
    /// A district is derived from the place, so that a work gets a new revision by it and no entry in the ledger. Nothing happens without
    /// districts.
    ///
    /// - Returns: How many works are in another district now.
    func assignDistricts(at now: Instant) throws -> Int
}

extension WorksTransaction {
    /// Notes that a list from which absence was concluded was imported.
    public func noteObservation(_ observed: Instant, ofSource source: String) throws {
        try noteObservation(observed, ofSource: source, isWhole: true)
    }
}

/// What is wrong with a store, in words that name the file and what to do.
public enum StoreError: Error, Hashable, Sendable {
    /// There is no database at this path.
    case missing(path: String)
    /// The file is there but is no database of this program.
    case foreign(path: String, reason: String)
    /// The database was written by a newer version of the program.
    case newer(path: String, version: String)
    /// Another process holds the write lock for longer than we wait.
    case locked(path: String)
    /// The content contradicts itself.
    case corrupt(String)
    /// Somebody else changed the work in the meantime.
    case conflict(WorkID)
    /// The file is there but cannot be opened: it may not be read, or too many files are open.
    case unopened(path: String, reason: String)
    /// The disk is full, or the file cannot be written.
    case unwritable(path: String, reason: String)
    /// The file was removed, replaced or cut off while it was open.
    case gone(path: String, reason: String)
    /// Private values cannot be read or written, because its key is not there.
    case keyMissing(path: String, reason: String)
    /// The database is a public copy, without the tables of what is private; nothing can be written to it.
    case publicCopy(path: String)
}

extension StoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missing(let path):
            "\(path): no such database; `worksmap init --database \(path)` makes one, `worksmap demo` one with a demo city"
        case .foreign(let path, let reason): "\(path): not a WorksMap database: \(reason)"
        case .newer(let path, let version):
            "\(path): written by a newer version of WorksMap (\(version)); update the program"
        case .locked(let path):
            "\(path): another process is writing to it and did not finish in time; try again when it has"
        case .corrupt(let what): "the database is damaged: \(what); run `worksmap check` and restore a backup"
        case .conflict(let id): "work \(id) was changed by somebody else in the meantime"
        case .unopened(let path, let reason):
            "\(path): cannot be opened: \(reason); may this user read the file and write to its folder?"
        case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
        case .gone(let path, let reason):
            "\(path): the database that was opened is gone: \(reason); nothing is written any more: bring the file back "
                + "(`worksmap restore`) and start the program again"
        case .keyMissing(let path, let reason):
            "what is private cannot be read or written: \(reason); put \(path) back from a copy, or name another with "
                + "--key-file; what its keys sealed cannot be had without them (`worksmap key new` begins anew)"
        case .publicCopy(let path):
            "\(path): a public copy (backup --public), without what reports and staff need; nothing can be written to it"
        }
    }
}
