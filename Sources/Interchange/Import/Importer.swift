import Foundation
import Geometry
import Glibc
public import Works

/// What one layer takes from a file.
struct ImportPart: Sendable {
    var layer: ImportLayer?
    var mapping: Mapping?
    /// What the user should know beside, once it has been read.
    var notes: @Sendable () -> [String] = { [] }
    /// Whether another program makes lines of GeoJSON of the file.
    var isConverted: Bool
    /// The coordinate system that the lines of another program are in; nil if they are in WGS 84.
    var crs: String?
    var open: @Sendable () throws -> PeekableSource
    /// The one of the file's lists that is meant; nil for all rows.
    var list: ListOfSeries?

    init(
        layer: ImportLayer?, mapping: Mapping?, isConverted: Bool = false,
        open: @escaping @Sendable () throws -> PeekableSource
    ) {
        self.layer = layer
        self.mapping = mapping
        self.isConverted = isConverted
        self.open = open
    }
}

/// Brings a file into a store: reads, maps, checks, compares and writes, all of it or nothing.
///
/// Reading and mapping go on one thread, writing on the caller's. Rows are read ahead before the store is locked for other writers: one batch of
/// a file, and up to 50 000 rows of what another program sends. A file is one transaction: rows that are bad in themselves are refused
/// and written down, and the others come in; anything else that goes wrong leaves the store as it was. Memory does not grow with the file,
/// but for the names of its rows.
public struct Importer: Sendable {
    public struct Options: Hashable, Sendable {
        /// The name under which the works are known; the mapping's or the file's own if nil.
        ///
        /// A list whose source is named here speaks for that source only (``SourceScope``).
        public var source: String?
        /// Whom the data's licence asks to name; as the mapping says if nil.
        public var attribution: String?
        /// The coordinate system of the file's positions, whatever the mapping and the file say; nil leaves it to them.
        public var crs: String?
        /// The moment of the list, if the file does not say it or says it wrong.
        public var observedAt: Instant?
        /// Whether the file lists all that is open; as the mapping says if nil.
        public var isFullSnapshot: Bool?
        /// Which columns are public that no property takes over; as the mapping says if nil, and none without a mapping.
        public var published: PublishedColumns?
        /// Whether everything is done but kept.
        public var isDryRun = false
        /// Rows that the report shows as they would become works.
        public var shownRows = 0
        /// Whether the first bad row ends the import.
        public var isStrict = false
        /// True if a list may close more works than the mapping's share.
        public var confirmsClosings = false
        /// Where refused rows are written; beside the file, as `FILE.refused.csv`, if nil.
        public var refusedFile: String?
        /// What decides who deals with a new work and by when, where the file leaves it open; nil if nothing does.
        public var rules: RuleBook?
        /// Services that the city knows by its rules; they are not told as new.
        public var knownOrganisations: Set<String> = []
        /// The class of the districts in the file, whatever mapping and file say.
        public var districtClass: String?
        /// When it is written down.
        public var now: Instant?

        public init() {}
    }

    private let store: any WorksStore
    let options: Options
    /// Sources whose works the lists may be about.
    var scope: SourceScope { SourceScope(named: options.source) }

    public init(store: any WorksStore, options: Options = Options()) {
        self.store = store
        self.options = options
    }

    /// Imports a file; `-` is standard input.
    ///
    /// - Parameters:
    ///   - path: A file of any format that is read here, gzip or not.
    ///   - layer: Where its rows go; the mapping's layer if nil.
    ///   - mapping: How its columns become our properties; our own names if nil.
    ///   - progress: Told now and then how far it has come, on the calling thread.
    /// - Throws: ``InputError``, ``MappingError``, ``ImportError``, and what the store throws. Nothing of the file is in the store then.
    public func importFile(
        _ path: String, as layer: ImportLayer? = nil, mapping: Mapping? = nil,
        progress: (ImportProgress) -> Void = { _ in }
    ) throws -> ImportReport {
        let encoding = mapping?.encoding
        return try importBytes(named: path, as: layer, mapping: mapping, progress: progress) {
            try InputFile.open(path, encoding: encoding)
        }
    }

    /// Imports whatever `open` opens, decompressed and in UTF-8.
    public func importBytes(
        named name: String, as layer: ImportLayer? = nil, mapping: Mapping? = nil,
        progress: (ImportProgress) -> Void = { _ in },
        from open: @escaping @Sendable () throws -> PeekableSource
    ) throws -> ImportReport {
        let part = ImportPart(layer: layer, mapping: mapping, open: open)
        do { return try importParts([part], named: name, progress: progress)[0] } catch let late as LateReferenceSystem
        {
            var options = options
            options.crs = late.name
            return try Importer(store: store, options: options).importParts([part], named: name, progress: progress)[0]
        }
    }

    /// Imports the parts of one file as one transaction.
    ///
    /// - Returns: A report for each layer, in the order in which layers first occur.
    func importParts(_ parts: [ImportPart], named name: String, progress: (ImportProgress) -> Void) throws
        -> [ImportReport]
    {
        let parts = try parts.flatMap { try $0.lists(file: name) }.map(prepare)
        guard !parts.isEmpty else { return [] }
        let refusedFile = options.refusedFile ?? RefusedRows.path(for: name)
        unlink(refusedFile + ".part")
        defer { unlink(refusedFile + ".part") }
        let stem = name == "-" ? "import" : InputFile.stem(of: name)
        func source(of part: SettledPart) -> String { options.source ?? part.mapping.source ?? stem }
        let first = try begin(
            parts[0], file: name, source: source(of: parts[0]), refusedFile: refusedFile,
            isSourceKnown: store.knowsSource(source(of: parts[0])),
            readAhead: name == "-" || parts[0].part.isConverted ? Self.longReadAhead : Self.shortReadAhead)
        defer { first.rows.abandon() }
        first.rows.waitForReadAhead()
        var reports: [ImportReport] = []
        var written: String?
        do {
            // Small changes are cheaper row by row, large ones with the indexes built at the end.
            let size = try? FileManager.default.attributesOfItem(atPath: name)[.size] as? Int
            try store.write(bulk: size ?? .max > 200_000) { transaction in
                var rows = 0
                for (index, part) in parts.enumerated() {
                    var report = ImportReport(file: name, layer: part.layer, source: source(of: part))
                    report.isDryRun = options.isDryRun
                    let isSourceKnown = try transaction.knowsSource(report.source)
                    guard index > 0 || first.isSourceKnown || !isSourceKnown else {
                        throw ImportError.sourceAppeared(file: name, source: report.source)
                    }
                    let decoding =
                        try index == 0
                        ? first
                        : begin(
                            part, file: name, source: report.source, refusedFile: refusedFile,
                            isSourceKnown: isSourceKnown, readAhead: Self.shortReadAhead)
                    let summary = try write(
                        to: transaction, &report, part, decoding, progress: { progress($0.after(rows: rows)) })
                    report.notes += part.part.notes()
                    rows += report.read
                    written = summary.refusedFile ?? written
                    if let known = reports.firstIndex(where: { $0.layer == report.layer }) {
                        reports[known].add(report)
                    } else {
                        reports.append(report)
                    }
                }
                if let districts = reports.firstIndex(where: { $0.layer == .reference(.districts) }) {
                    reports[districts].districtsAssigned = try transaction.assignDistricts(at: options.now ?? .now)
                }
                if options.isDryRun { throw DryRun() }
            }
        } catch is DryRun {
            return reports
        }
        if let written {
            try RefusedRows.finish(written, as: refusedFile)
            for index in reports.indices where reports[index].refused > 0 { reports[index].refusedFile = refusedFile }
        } else {
            // What an earlier import refused has come in by now.
            unlink(refusedFile)
        }
        return reports
    }

    /// A part whose layer and mapping are settled.
    private struct SettledPart {
        var part: ImportPart
        var layer: ImportLayer
        var mapping: Mapping
    }

    private func prepare(_ part: ImportPart) throws -> SettledPart {
        let layer = part.layer ?? part.mapping?.layer ?? .works
        if let mapping = part.mapping, let own = mapping.layer, own != layer,
            own.reference != nil || layer.reference != nil
        {
            throw MappingError(
                mapping: mapping.name, key: "layer",
                "is for \(own.rawValue), not for \(layer.rawValue): import with --as \(own.rawValue), or choose another mapping"
            )
        }
        var mapping = part.mapping ?? .ownNames(layer: layer)
        if let isFull = options.isFullSnapshot {
            mapping.isFullSnapshot = isFull
            for index in mapping.variants.indices { mapping.variants[index].mapping.isFullSnapshot = isFull }
        }
        if let published = options.published {
            mapping.published = published
            for index in mapping.variants.indices { mapping.variants[index].mapping.published = published }
        }
        if let name = options.districtClass, layer == .reference(.districts) {
            mapping.fields[.featureClass] = FieldRule(expression: .constant(name))
            for index in mapping.variants.indices {
                mapping.variants[index].mapping.fields[.featureClass] = FieldRule(expression: .constant(name))
            }
        }
        return SettledPart(part: part, layer: layer, mapping: mapping)
    }

    /// Ends the transaction of a dry run, so that the store takes everything back.
    private struct DryRun: Error {}

    // MARK: Writing

    /// Batches that are decoded before the store is locked for others.
    ///
    /// A file on the disk is read as fast as it is written, so the first batch will do. Whatever comes from another program may come slowly: a
    /// list of usual size is read to its end first.
    private static let shortReadAhead = (batches: 1, capacity: 8)
    private static let longReadAhead = (batches: 96, capacity: 96)

    /// The rows of a part, as they are decoded on a thread of their own.
    private struct Decoding {
        var rows: HandOver<DecodedBatch, DecodingSummary>
        var now: Instant
        /// The districts of the city; nil if there are none.
        var districts: DistrictIndex?
        /// False if new works need not be looked for in the store.
        var isSourceKnown: Bool
        /// Classes of the districts before, where districts come in.
        var reclassified: ReclassifiedDistricts?
    }

    private func begin(
        _ settled: SettledPart, file: String, source: String, refusedFile: String, isSourceKnown: Bool,
        readAhead: (batches: Int, capacity: Int)
    ) throws -> Decoding {
        let (layer, mapping, open) = (settled.layer, settled.mapping, settled.part.open)
        let now = options.now ?? .now
        let districts = layer.reference == nil ? try DistrictIndex(store) : nil
        let extent = try CityExtent(of: store, at: now)
        let isSourceKnown = layer.reference != nil || isSourceKnown || options.rules != nil
        let task = ImportDecoder.Task(
            file: file, mapping: mapping, layer: layer, source: source, scope: scope, store: store,
            observedAt: options.observedAt,
            isStrict: options.isStrict, isSourceKnown: isSourceKnown,
            districts: districts.flatMap { $0.isEmpty ? nil : $0 },
            crs: settled.part.isConverted ? settled.part.crs : options.crs,
            known: try extent?.reach ?? known(), extent: extent, surveysDistance: layer.isSurveyed, now: now,
            format: mapping.format, isConverted: settled.part.isConverted, keepsSamples: options.isDryRun,
            shownRows: options.shownRows,
            refusedFile: options.isDryRun ? nil : refusedFile, list: settled.part.list)
        let rows = HandOver<DecodedBatch, DecodingSummary>(
            capacity: readAhead.capacity, readAhead: readAhead.batches)
        let thread = Thread {
            var decoder = ImportDecoder(task, output: rows)
            rows.finish(Result { try decoder.run(open) })
        }
        thread.stackSize = 8 << 20
        thread.start()
        return Decoding(
            rows: rows, now: now, districts: task.districts, isSourceKnown: isSourceKnown,
            reclassified: layer == .reference(.districts) ? try ReclassifiedDistricts(store) : nil)
    }

    private func write(
        to transaction: any WorksTransaction, _ report: inout ImportReport, _ settled: SettledPart,
        _ decoding: Decoding, progress: (ImportProgress) -> Void
    ) throws -> DecodingSummary {
        let (layer, mapping) = (settled.layer, settled.mapping)
        let (source, now) = (report.source, decoding.now)
        defer { decoding.rows.abandon() }

        var reclassified = decoding.reclassified
        let namesBefore = transaction.addedNames
        let actor = Actor(kind: .source, name: source)
        var pass = WritingPass(
            transaction: transaction, now: now, actor: actor, number: try transaction.nextImport(),
            createdAfter: transaction.lastNumber, districts: decoding.districts)
        let mayBeFull = mapping.isFullSnapshot || mapping.variants.contains(where: \.mapping.isFullSnapshot)
        if mayBeFull, layer.reference == nil {
            pass.openBefore = try transaction.countOpenWorks(ofSource: source)
            pass.lastWholeList = try transaction.lastWholeObservation(ofSource: source)
        }
        var summary = DecodingSummary()
        var isNamed = false
        reading: while true {
            let batch: DecodedBatch
            switch try decoding.rows.take() {
            case .batch(let next): batch = next
            case .end(let end):
                summary = end
                break reading
            }
            pass.isTimedByRow = batch.isTimedByRow
            for row in batch.rows {
                switch row {
                case .new(let work, let ledger, let observed):
                    try pass.insert(work, ledger, observedAt: observed)
                    report.inserted += 1
                case .draft(let draft, let unsure):
                    try reconcile(draft, unsure: unsure, &pass, &report)
                case .reference(let feature):
                    guard let reference = layer.reference else { continue }
                    isNamed = isNamed || feature.name != nil
                    switch try transaction.upsert(feature, in: reference) {
                    case true?: report.inserted += 1
                    case false?:
                        report.updated += 1
                        reclassified?.note(feature)
                    case nil: report.unchanged += 1
                    }
                }
            }
            progress(ImportProgress(rows: batch.read, bytesRead: batch.bytesRead, byteCount: batch.byteCount))
        }
        try settleUnsure(summary, &pass, &report)
        if mayBeFull, layer.reference == nil, summary.isFullSnapshot { report.openBefore = pass.openBefore }
        report.read = summary.read
        report.skipped = summary.skipped
        report.repaired = summary.repaired
        report.repairs = summary.repairs
        report.farRows = summary.farRows
        report.refused = summary.refused
        report.refusals = summary.refusals
        report.refusalReasons = summary.refusalReasons
        pass.foreign.overruled = summary.overruledSources
        report.notes = summary.notes + pass.foreign.notes(list: source) + (reclassified?.notes(source: source) ?? [])
        if layer.reference != nil, report.inserted + report.updated + report.unchanged > 0, !isNamed {
            report.notes.append(
                "no feature has a name, so the map and its pages call none by one; `name` in a mapping says which column has it "
                    + "(`worksmap import --describe` lists the columns)")
        }
        report.published = summary.published
        report.withheld = summary.withheld
        report.account = summary.account
        report.shown = summary.shown
        report.observedAt = summary.observedAt
        report.newNames = transaction.addedNames.subtracting(namesBefore).subtracting(
            CityNames(organisations: options.knownOrganisations))
        let isWhole = try layer.reference == nil && settle(summary, mapping, pass, &report)
        try transaction.add(
            ImportRecord(
                id: pass.number, action: .imported, source: source, layer: layer.rawValue,
                file: URL(fileURLWithPath: report.file).lastPathComponent, observedAt: report.observedAt,
                recordedAt: now, counts: report.counts, isWhole: isWhole,
                created: (pass.createdAfter, transaction.lastNumber)))
        try transaction.forgetChanges(ofSource: source, but: pass.number)
        if let attribution = options.attribution ?? mapping.attribution { try credit(attribution, in: transaction) }
        return summary
    }

    /// Adds a line to those whom the map names, unless it is there.
    private func credit(_ attribution: String, in transaction: any WorksTransaction) throws {
        var lines = try store.note(.attribution)?.split(separator: "\n").map(String.init) ?? []
        guard !lines.contains(attribution) else { return }
        lines.append(attribution)
        try transaction.setNote(.attribution, to: lines.joined(separator: "\n"))
    }

    /// Extent of the works, few as they may be, and some country around.
    private func known() throws -> Bounds? {
        // All of them, so with as little around as of districts.
        try store.extent(of: nil).map { CityExtent(bounds: $0, basis: .districts).reach }
    }
}
