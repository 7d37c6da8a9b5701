import CLinux
import Geometry
import Glibc
import Works

/// One row that may go into the store.
enum DecodedRow: Sendable {
    /// A work of a source of which the store has none: there is nothing to compare it with.
    case new(Work, [LedgerEntry], observedAt: Instant?)
    /// Statements about a work that may be known, and the fields that they withdraw if the file speaks of them further on.
    case draft(WorkDraft, unsure: WorkFields)
    case reference(ReferenceFeature)
}

/// Rows in the order of the file.
struct DecodedBatch: Sendable {
    var rows: [DecodedRow] = []
    /// True if rows have times of their own, and the list has none.
    var isTimedByRow = false
    /// Rows that the file has had up to here.
    var read = 0
    var bytesRead = 0
    var byteCount: Int?
}

/// What the decoding of a file has found beside its rows.
struct DecodingSummary: Sendable {
    var read = 0
    var skipped = 0
    var repaired = 0
    var repairs: [String: Int] = [:]
    var farRows = FarRows()
    var refused = 0
    var refusals: [RefusedRow] = []
    var refusalReasons = RefusalReasons()
    /// Where the refused rows are, until they get their place.
    var refusedFile: String?
    /// Every name that the file has for a work, also of rows that were refused or left out.
    var listed: Set<String> = []
    /// Rows by sources that they name and that do not count.
    var overruledSources: [String: Int] = [:]
    /// Refused rows of which it cannot be said what work they are about.
    var unnamed = 0
    /// The sign by which the list says that it is cut off; nil if there is none.
    var truncation: String?
    /// True if the list as a whole has a time, not only its rows.
    var hasListTime = false
    /// Fields of which some row spoke.
    var spoken = WorkFields()
    /// The share of the source's open works that the list may close.
    var closeAtMost: Double?
    /// The latest moment at which a row or the list was observed.
    var observedAt: Instant?
    /// Whether the file, in the shape that it was found to have, lists all that is open.
    var isFullSnapshot = false
    var notes: [String] = []
    /// Columns beside our properties that are public, and those for staff only.
    var published: [ImportColumn] = []
    var withheld: [ImportColumn] = []
    var account = ImportAccount()
    /// The first rows as they would become works, if they are to be shown.
    var shown: [ShownRow] = []
}

/// Reads a file to its end, makes drafts of its rows, checks them and hands them over.
///
/// It runs on a thread of its own, beside the one that writes.
struct ImportDecoder {
    struct Task: Sendable {
        var file: String
        var mapping: Mapping
        var layer: ImportLayer
        var source: String
        /// Sources whose works the rows may be about.
        var scope = SourceScope.stated
        /// Store to look up of which source a work or a feature is that a row names by our id.
        var store: (any WorksStore)?
        /// Overrules what the file says.
        var observedAt: Instant?
        var isStrict: Bool
        /// Whether the store may have works of the source.
        var isSourceKnown: Bool
        var districts: DistrictIndex?
        /// The coordinate system that the user states.
        var crs: String?
        /// Where places are expected, to tell longitude from latitude.
        var known: Bounds?
        /// Extent of the city, to tell which rows lie far from it; nil if it is not known, or of no interest.
        var extent: CityExtent?
        /// True if rows far from the city are told.
        var surveysDistance = false
        var now: Instant
        var format: InputFormat?
        /// Whether another program made lines of GeoJSON of the file, of which there may be none.
        var isConverted = false
        /// True if a few values of each column that no property takes over are shown.
        var keepsSamples = false
        /// Rows that are kept to be shown.
        var shownRows = 0
        /// Where refused rows will be; nil if they are only counted.
        var refusedFile: String?
        /// The one of the file's lists whose rows are meant; nil if the file is one list.
        var list: ListOfSeries?
    }

    private let task: Task
    /// The task's mapping, or the variant of it that fits the file.
    private var mapping: Mapping
    private let output: HandOver<DecodedBatch, DecodingSummary>
    private var batch = DecodedBatch()
    private var summary = DecodingSummary()
    private var refusedRows: RefusedRows?
    private var lines: [String: Int32] = [:]
    private var places = PlaceSurvey()
    private var distances: DistanceSurvey
    /// The coordinate system that the file states.
    private var fileCRS: String?
    private var encodingFaults = (count: 0, firstLine: 0, advice: "")
    private var identities = IdentityBits()
    private var millisecondsSinceEpoch: UInt64 = 0
    private var hasUnnamed = false
    /// True if the present row says what work it is about.
    private var isNamed = false
    /// False until it is settled which of the mapping's variants the file needs.
    private var isSettled = false
    private let actor: Actor
    /// Findings about the rows, if they are surveyed instead of handed out; nil for an import.
    private(set) var survey: RowSurvey?
    /// For each id the number of the row that counts, where the mapping chooses among several.
    private var chosen: [String: Int]?
    private var passedOver = 0
    /// Rows up to here, whatever becomes of them.
    private var rowNumber = 0
    /// True once the row at hand is known to belong to the list that is meant.
    private var isInList = false

    private static let batchSize = 512

    init(_ task: Task, output: HandOver<DecodedBatch, DecodingSummary>, survey: RowSurvey? = nil) {
        self.task = task
        self.survey = survey
        self.output = output
        mapping = task.mapping
        distances = DistanceSurvey(extent: task.extent)
        actor = Actor(kind: .source, name: task.source)
    }

    /// Reads all of it.
    ///
    /// - Parameter open: Opens the file; it may be called twice, to look for the time of the list behind its rows.
    mutating func run(_ open: () throws -> PeekableSource) throws -> DecodingSummary {
        if task.mapping.sameID == .richestGeometry, survey == nil, task.file != "-" { try choose(open) }
        let (isConverted, asked) = (task.isConverted, task.mapping)
        func unwrapped() throws -> PeekableSource {
            try isConverted ? open() : DocumentRows.unwrap(open(), asked)
        }
        let source = try unwrapped()
        summary.isFullSnapshot = mapping.isFullSnapshot || mapping.variants.contains(where: \.mapping.isFullSnapshot)
        if task.isConverted {
            if try !source.peek(1).isEmpty { try features(source, unwrapped) }
        } else if try task.format.map({ $0 != .csv }) ?? Self.looksLikeJSON(source) {
            try features(source, unwrapped)
        } else {
            try csv(source)
        }
        // A list without rows has a time as well.
        if !isSettled { try use(task.mapping) }
        _ = try flush(source)
        try judge()
        try refusedRows?.flush()
        summary.refusedFile = refusedRows?.temporaryPath
        return summary
    }

    /// Whether the first byte that is not space begins a JSON text; a CSV header does not begin so.
    static func looksLikeJSON(_ source: PeekableSource) throws -> Bool {
        let start = try source.peek(4096)
        let first = start.first { $0 > 0x20 && $0 != 0xEF && $0 != 0xBB && $0 != 0xBF }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || start.first == 0x1E
    }

    // MARK: CSV

    private mutating func csv(_ source: PeekableSource) throws {
        let reader = try CSVReader(
            source, delimiter: mapping.delimiter, headerRow: mapping.headerRow,
            isHeader: { task.mapping.recognises(header: $0) })
        summary.notes += reader.notes
        try use(task.mapping.variant { reader.header.contains($0) })
        let plan = try RecordPlan(
            mapping, header: reader.header, file: task.file, keepsSamples: task.keepsSamples)
        defer { note(plan.extra) }
        if mapping.hasOwnNames, task.layer.reference == nil {
            try mapping.requireOwn(among: reader.header.dropFirst(plan.ownColumns), file: task.file)
        }
        if case .feature = mapping.geometry, plan.guessed == nil {
            summary.notes.append(
                "no column says where the rows are: name it under `geometry` in the mapping, or call the columns longitude and latitude"
            )
        }
        var mapper = try mapper(mapping, observedAt: summary.observedAt)
        defer {
            summary.account.unlisted = mapper.unlistedValues.all
            summary.overruledSources = mapper.overruledSources
        }
        while try reader.next() {
            beginRow()
            var row = CSVRow(reader: reader, plan: plan, number: rowNumber)
            do throws(RowRefusal) {
                if let fault = reader.fault {
                    noteName(of: row, reader, &mapper)
                    if case .encoding = fault { note(encodingFault: fault.message(in: reader), line: reader.line) }
                    throw RowRefusal(fault.message(in: reader))
                }
                try mapper.begin(&row)
                try decode(row, line: reader.line, &mapper, plan)
            } catch {
                // Refused again, a row is written as it was refused first.
                let own = plan.ownColumns
                func original(_ text: String) -> String { plan.isGuarded ? CSVWriter.unguarded(text) : text }
                try refuse(error.reason, line: reader.line, header: reader.header.dropFirst(own).map(original)) {
                    (min(own, reader.fieldCount)..<reader.fieldCount).map {
                        original(String(decoding: reader.field($0), as: UTF8.self))
                    }
                }
            }
            if batch.rows.count == Self.batchSize, try !flush(source) { return }
        }
    }

    // MARK: GeoJSON

    private mutating func features(_ source: PeekableSource, _ open: () throws -> PeekableSource) throws {
        var stream = GeoJSONFeatureStream(
            referenceSystems: (task.crs ?? task.mapping.crs) == nil ? .read : .ignored)
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var mapper: RowMapper?
        defer {
            if let mapper {
                summary.spoken = mapper.spoken
                summary.overruledSources = mapper.overruledSources
            }
        }
        var plan = RecordPlan()
        defer { note(plan.extra) }
        var pending: [Int] = []
        var names: Set<String> = []
        var hasLooseNames = false
        var lists: [String] = []
        var isRecognised = !task.mapping.hasOwnNames || task.layer.reference != nil
        func failure(_ error: GeoJSONError) -> any Error {
            // Behind the features it is known too late for them.
            if case .referenceSystem(let name) = error.reason, task.file != "-" {
                return LateReferenceSystem(name: name)
            }
            // The error's own line is part of its text.
            return InputError(file: task.file, "\(error)")
        }
        var isAtEnd = false
        while !isAtEnd {
            let count = try buffer.withUnsafeMutableBytes { try source.read(into: $0) }
            isAtEnd = count == 0
            if isAtEnd { stream.finish() } else { stream.feed(buffer[..<count]) }
            while true {
                let next: GeoJSONFeatureStream.Item?
                do throws(GeoJSONError) { next = try stream.next() } catch { throw failure(error) }
                guard let item = next else { break }
                beginRow()
                switch item {
                case .refused(let error, let raw, let place):
                    let rest = Self.rest(ofRefused: raw)
                    if mapper == nil, let rest {
                        fileCRS = stream.referenceSystem
                        (mapper, plan) = try prepare(for: rest, stream.collectionMembers, open)
                        pending = mapping.columns.indices.filter { !mapping.columns[$0].isOptional }
                    }
                    if let rest, !pending.isEmpty {
                        let row = FeatureRow(feature: rest, plan: plan, number: rowNumber)
                        pending.removeAll { row.value($0) != nil }
                    }
                    noteName(of: rest, plan, &mapper)
                    if error.reason == .json(.encoding), let advice = EncodingAdvice.message(in: raw) {
                        note(encodingFault: advice, line: place.line)
                    }
                    try refuse("\(error)", line: place.line, header: ["feature"]) {
                        [String(decoding: raw, as: UTF8.self)]
                    }
                case .feature(let asWritten, let place):
                    if mapper == nil { hasLooseNames = asWritten.properties.hasLooseNames }
                    var feature = asWritten
                    if hasLooseNames { feature.properties = feature.properties.trimmingNames }
                    if mapper == nil {
                        fileCRS = stream.referenceSystem
                        (mapper, plan) = try prepare(for: feature, stream.collectionMembers, open)
                        pending = mapping.columns.indices.filter { !mapping.columns[$0].isOptional }
                    }
                    guard var ready = mapper else { continue }
                    mapper = nil
                    var row = FeatureRow(feature: feature, plan: plan, number: rowNumber)
                    if task.isSourceKnown { ready.speech.note(row) }
                    if !isRecognised { isRecognised = mapping.recognises(feature) }
                    if !pending.isEmpty {
                        pending.removeAll { row.value($0) != nil }
                    }
                    if summary.read == 1 { lists = DocumentRows.lists(in: feature.properties) }
                    if !pending.isEmpty || !isRecognised { names.formUnion(feature.properties.map(\.name)) }
                    do throws(RowRefusal) {
                        try ready.begin(&row)
                        try decode(row, line: place.line, &ready, plan)
                    } catch {
                        try refuse(error.reason, line: place.line, header: ["feature"]) {
                            var json = JSONWriter()
                            json.feature(feature)
                            return [String(decoding: json.bytes, as: UTF8.self)]
                        }
                    }
                    mapper = ready
                    if batch.rows.count == Self.batchSize, try !flush(source) { return }
                }
            }
        }
        summary.truncation = TruncationSign.find(in: stream.collectionMembers, read: summary.read)
        if !isSettled {
            try use(task.mapping)
            if summary.observedAt == nil, case .collection(let path) = mapping.observedAt {
                try set(momentOfCollection(path, stream.collectionMembers, open))
            }
        }
        if summary.read == 1, !lists.isEmpty, !isRecognised || !pending.isEmpty {
            throw InputError(
                file: task.file,
                "is one JSON object; its rows seem to be at \(lists.prefix(5).map { "`\($0)`" }.joined(separator: ", ")): "
                    + "say in a mapping `records: \(lists[0])`")
        }
        // A list without rows has no columns; if no row could be read, the refusals say why.
        if !isRecognised, summary.refused < summary.read {
            try mapping.requireOwn(among: names.sorted(), file: task.file)
        }
        summary.account.unlisted = mapper?.unlistedValues.all ?? []
        if let slot = pending.first {
            throw RecordPlan.missing(mapping.columns[slot], mapping: mapping, file: task.file, present: names.sorted())
        }
    }

    /// Settles from its first feature how the file is read.
    private mutating func prepare(
        for feature: GeoJSONFeature, _ members: JSONObject, _ open: () throws -> PeekableSource
    ) throws -> (RowMapper?, RecordPlan) {
        try use(
            task.mapping.variant {
                FeatureRow.value(at: $0.split(separator: ".").map(String.init), in: feature.properties) != nil
            })
        let plan = RecordPlan(mapping, file: task.file, members: members, keepsSamples: task.keepsSamples)
        if summary.observedAt == nil, case .collection(let path) = mapping.observedAt {
            try set(momentOfCollection(path, members, open))
        }
        var mapper = try mapper(mapping, observedAt: summary.observedAt)
        mapper.speech.mayComeLater = true
        return (mapper, plan)
    }

    /// Longest text of a refused feature that is read once more, in bytes.
    private static let longestRefused = 1 << 20

    /// The part of a feature that is none which can be read: all but its place. Nil for long ones.
    private static func rest(ofRefused raw: [UInt8]) -> GeoJSONFeature? {
        guard raw.count <= longestRefused, let object = (try? JSONParser.parse(raw))?.object,
            let properties = object["properties"]?.object
        else {
            return nil
        }
        return GeoJSONFeature(id: object["id"], properties: properties)
    }

    /// Takes over what was seen in the columns that no property takes over.
    private mutating func note(_ columns: ExtraColumns) {
        summary.published = columns.open
        summary.withheld = columns.withheld
        if summary.read > 0 { summary.notes += columns.warnings }
    }

    // MARK: Moments

    /// Settles which of the mapping's variants the file needs, and what follows from it for the whole file.
    private mutating func use(_ variant: Mapping) throws {
        isSettled = true
        mapping = variant
        summary.isFullSnapshot = variant.isFullSnapshot
        summary.closeAtMost = variant.closeAtMost
        if let list = task.list { try set(list.moment) }
        if let moment = try task.observedAt ?? momentByFileName() { try set(moment) }
    }

    /// Notes the time of the list.
    ///
    /// - Throws: ``ImportError/ahead(file:observed:now:)``: whatever is taken for the time of a list bars all older ones.
    private mutating func set(_ moment: Instant) throws {
        guard moment <= task.now + Self.clockTolerance else {
            throw ImportError.ahead(file: task.file, observed: moment, now: task.now)
        }
        summary.observedAt = moment
        summary.hasListTime = true
    }

    /// Seconds by which a source's clock may be ahead of ours.
    private static let clockTolerance: Int64 = 600

    private func momentByFileName() throws -> Instant? {
        guard case .fileName(let format) = mapping.observedAt else { return nil }
        var stem = InputFile.stem(of: task.file)
        let reading = stem.withUTF8 { format.read($0) }
        var clock = LocalClock(identifier: mapping.timeZone) ?? .utc
        switch reading {
        case .instant(let instant): return instant
        case .local(let seconds, let year): return clock.instant(localSeconds: seconds, year: year)
        case nil:
            throw ImportError.unknownMoment(
                file: task.file,
                "the mapping takes the time of the list from the file's name, which should look like “\(format.text)”; "
                    + "rename the file, or say the time with --observed-at")
        }
    }

    /// The moment in a member of the collection, which may stand behind its features.
    private func momentOfCollection(_ path: String, _ members: JSONObject, _ open: () throws -> PeekableSource) throws
        -> Instant
    {
        let steps = path.split(separator: ".").map(String.init)
        var value = FeatureRow.value(at: steps, in: members)
        if value == nil, task.file != "-" {
            var stream = GeoJSONFeatureStream(referenceSystems: .ignored)
            let source = try open()
            var buffer = [UInt8](repeating: 0, count: 1 << 18)
            while case let count = try buffer.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 {
                stream.feed(buffer[..<count])
                while try stream.next() != nil {}
            }
            stream.finish()
            while try stream.next() != nil {}
            value = FeatureRow.value(at: steps, in: stream.collectionMembers)
        }
        guard var text = value?.string else {
            throw ImportError.unknownMoment(
                file: task.file,
                "the mapping takes the time of the list from the collection's member “\(path)”, which is not there; "
                    + "say the time with --observed-at")
        }
        var clock = LocalClock(identifier: mapping.timeZone) ?? .utc
        for format in mapping.timeFormats + TimeFormat.usual {
            switch text.withUTF8({ format.read($0) }) {
            case .instant(let instant): return instant
            case .local(let seconds, let year): return clock.instant(localSeconds: seconds, year: year)
            case nil: continue
            }
        }
        throw ImportError.unknownMoment(file: task.file, "“\(text)” in the collection's member “\(path)” is no time")
    }

    // MARK: Rows

    private mutating func beginRow() {
        summary.read += 1
        rowNumber += 1
        isInList = false
        isNamed = false
    }

    private func mapper(_ mapping: Mapping, observedAt: Instant?) throws -> RowMapper {
        do {
            return try RowMapper(
                mapping: mapping, kind: task.layer.kind, source: task.source, scope: task.scope, observedAt: observedAt,
                crs: task.crs, fileCRS: fileCRS)
        } catch let error as UnknownReferenceSystem {
            throw InputError(file: task.file, "\(error)")
        }
    }

    private mutating func decode(_ row: some SourceRecord, line: Int, _ mapper: inout RowMapper, _ plan: RecordPlan)
        throws(RowRefusal)
    {
        if survey != nil { return try note(row, &mapper) }
        if let list = task.list {
            let moment = try? mapper.ownMoment(row)
            guard moment == list.moment || moment == nil && list.isFirst else {
                summary.read -= 1
                return
            }
            guard moment != nil else {
                _ = try mapper.ownMoment(row)
                throw RowRefusal("the row has no time that says which of the file's lists it belongs to")
            }
            isInList = true
        }
        let said: Result<String?, RowRefusal>
        do throws(RowRefusal) { said = .success(try mapper.sourceID(row)) } catch { said = .failure(error) }
        if case .success(let sourceID?) = said {
            isNamed = true
            if let chosen, chosen[sourceID] != nil, chosen[sourceID] != row.number {
                passedOver += 1
                summary.skipped += 1
                return
            }
            // Another source may have the same name for a work of its own.
            if mapping.isFullSnapshot, try mapper.source(row) == task.source { summary.listed.insert(sourceID) }
        }
        guard try mapper.decide(row) == .take else {
            summary.skipped += 1
            return
        }
        let sourceID = try said.get()
        if task.layer.reference == nil {
            var draft = try mapper.work(row, sourceID: sourceID, plan: plan, isNew: !task.isSourceKnown)
            if let observed = draft.observedAt, observed > task.now + Self.clockTolerance {
                throw RowRefusal("observed_at: \(observed) lies ahead of the clock")
            }
            try expectOwn(draft)
            try name(draft.source, sourceID, line)
            draft.geometry = try check(draft.geometry, mapper, line)
            if let districts = task.districts {
                draft.district = districts.district(of: draft.geometry, stated: draft.district)
                if draft.geometry != nil { draft.withdrawn.remove(WorkFields(.district)) }
            }
            summary.account.note(draft)
            if summary.shown.count < task.shownRows {
                summary.shown.append(
                    ShownRow(
                        draft, of: row, line: line, mapping, layer: task.layer, hasDistricts: task.districts != nil))
            }
            if let observed = draft.observedAt { summary.observedAt = max(summary.observedAt ?? observed, observed) }
            batch.rows.append(
                task.isSourceKnown || sourceID == nil || draft.source != task.source || draft.id != nil
                    ? .draft(draft, unsure: mapper.unsure) : new(draft))
        } else {
            var feature = try mapper.reference(
                row, sourceID: sourceID ?? "\(InputFile.stem(of: task.file))-\(row.number)", plan: plan)
            try expectClass(feature)
            try expectOwn(feature)
            try name(nil, feature.id, line)
            feature.geometry = try check(feature.geometry, mapper, line)
            guard feature.geometry != nil else {
                throw RowRefusal("the feature has no geometry, and a layer of places needs one")
            }
            summary.account.note(feature.geometry)
            if summary.shown.count < task.shownRows {
                summary.shown.append(ShownRow(feature, of: row, line: line, mapping))
            }
            batch.rows.append(.reference(feature))
        }
    }

    // MARK: Looking ahead

    /// Goes over the file once to find which row of each id has the richest geometry.
    private mutating func choose(_ open: () throws -> PeekableSource) throws {
        var ahead = ImportDecoder(task, output: output, survey: RowSurvey())
        _ = try ahead.run(open)
        chosen = ahead.survey?.richest
    }

    private mutating func note(_ row: some SourceRecord, _ mapper: inout RowMapper) throws(RowRefusal) {
        if case .series = mapping.observedAt, let moment = try mapper.ownMoment(row) { survey?.moments.insert(moment) }
        guard mapping.sameID == .richestGeometry, let id = try mapper.sourceID(row) else { return }
        survey?.note(id, row.number, try mapper.geometry(row))
    }

    /// Refuses a second row of the same name: which of the two is right, nobody can say from here.
    private mutating func name(_ source: String?, _ sourceID: String?, _ line: Int) throws(RowRefusal) {
        guard let sourceID else {
            hasUnnamed = true
            return
        }
        let key = source == nil || source == task.source ? sourceID : "\(source ?? "")\u{0}\(sourceID)"
        if let before = lines.updateValue(Int32(truncatingIfNeeded: line), forKey: key) {
            lines[key] = before
            throw RowRefusal(
                "the same source_id “\(sourceID)” as line \(before); of several rows about one work the first is taken")
        }
    }

    private mutating func new(_ draft: WorkDraft) -> DecodedRow {
        if batch.rows.isEmpty || millisecondsSinceEpoch == 0 {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            millisecondsSinceEpoch = UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
        }
        let id = WorkID(millisecondsSinceEpoch: millisecondsSinceEpoch, using: &identities)
        guard let kind = draft.kind else { return .draft(draft, unsure: []) }
        let (work, ledger) = Reconciliation.create(draft, kind: kind, id: id, at: task.now, by: actor)
        return .new(work, ledger, observedAt: draft.observedAt)
    }

    /// Refuses a district whose class could not be asked for.
    private func expectClass(_ feature: ReferenceFeature) throws(RowRefusal) {
        guard task.layer == .reference(.districts), let name = feature.featureClass, !DistrictClass.isName(name)
        else { return }
        throw RowRefusal(
            "class: “\(name.prefix(60))” cannot be a class of districts: it has to be \(DistrictClass.rule); "
                + "`class` in a mapping or --class gives all districts of a file one")
    }

    // MARK: Works of other sources

    /// Refuses a row that bears the id of another source's work.
    private func expectOwn(_ draft: WorkDraft) throws(RowRefusal) {
        guard task.scope == .own, let id = draft.id, let known = try? task.store?.work(id),
            !task.scope.mayChange(source: known.source, list: task.source)
        else { return }
        throw SourceScope.refusal(of: "a work", source: known.source, list: task.source)
    }

    /// Refuses a row whose id is that of another source's feature: `a:b` and `c` make the same id as `a` and `b:c`.
    private func expectOwn(_ feature: ReferenceFeature) throws(RowRefusal) {
        guard task.scope == .own, let layer = task.layer.reference,
            feature.id.utf8.count(where: { $0 == UInt8(ascii: ":") }) > 1,
            let known = try? task.store?.feature(feature.id, in: layer),
            !task.scope.mayChange(source: known.source, list: task.source)
        else { return }
        throw SourceScope.refusal(of: "a feature", source: known.source, list: task.source)
    }

    // MARK: Names of refused rows

    /// Notes the name of a work in a CSV row that cannot be read as a whole: the work is not gone.
    private mutating func noteName(of row: CSVRow, _ reader: CSVReader, _ mapper: inout RowMapper) {
        var isThere = true
        mapping.fields[.sourceID]?.expression?.visitColumns { column, _ in
            if row.plan.columns[column.slot] >= reader.fieldCount { isThere = false }
        }
        guard isThere, let name = (try? mapper.sourceID(row)) ?? nil, !name.contains("\u{FFFD}") else { return }
        isNamed = true
        if mapping.isFullSnapshot { summary.listed.insert(name) }
    }

    /// Notes the name of a work in what can be read of a feature that is none.
    private mutating func noteName(of rest: GeoJSONFeature?, _ plan: RecordPlan, _ mapper: inout RowMapper?) {
        if let rest, mapper != nil {
            let row = FeatureRow(feature: rest, plan: plan, number: rowNumber)
            if let name = (try? mapper?.sourceID(row)) ?? nil {
                isNamed = true
                if mapping.isFullSnapshot { summary.listed.insert(name) }
            }
        }
    }

    // MARK: Places

    private mutating func check(_ geometry: Geometry?, _ mapper: RowMapper, _ line: Int) throws(RowRefusal)
        -> Geometry?
    {
        guard let geometry else { return nil }
        places.note(geometry, expected: mapping.bounds, known: task.known)
        var repairs: [GeometryRepair] = []
        let checked: Geometry
        switch GeometryCheck.check(geometry) {
        case .valid(let valid): checked = valid
        case .repaired(let repaired, let how): (checked, repairs) = (repaired, how)
        case .refused(let defect): throw RowRefusal("geometry: \(defect)")
        }
        try expect(checked)
        if task.surveysDistance { distances.note(checked, line: line) }
        if mapper.hasFurtherOrdinates { summary.repairs["Z or M left out", default: 0] += 1 }
        guard !repairs.isEmpty || mapper.fellBack else { return checked }
        summary.repaired += 1
        if mapper.fellBack { summary.repairs["another place of the row stands in", default: 0] += 1 }
        for name in Set(repairs.map(\.name)) { summary.repairs[name, default: 0] += 1 }
        return checked
    }

    private func expect(_ geometry: Geometry) throws(RowRefusal) {
        guard let bounds = mapping.bounds, let box = geometry.bounds else { return }
        let corners = [
            Coordinate(longitude: box.west, latitude: box.south), Coordinate(longitude: box.east, latitude: box.north),
        ]
        for corner in corners where !bounds.contains(corner) {
            throw RowRefusal("geometry: \(corner) lies outside of the bounds that the mapping states (\(bounds))")
        }
    }

    // MARK: Refusals

    private mutating func refuse(_ reason: String, line: Int, header: [String], _ original: () -> [String]) throws {
        if survey != nil { return }
        if let list = task.list, !list.isFirst, !isInList {
            // It has been refused with the first list.
            summary.read -= 1
            return
        }
        if !isNamed { summary.unnamed += 1 }
        let row = RefusedRow(line: line, reason: reason)
        if task.isStrict { throw ImportError.strict(file: task.file, row) }
        summary.refused += 1
        if summary.refusals.count < 20 { summary.refusals.append(row) }
        summary.refusalReasons.add(reason)
        guard let path = task.refusedFile else { return }
        let rows = try refusedRows ?? RefusedRows(path: path, header: header)
        refusedRows = rows
        try rows.add(row, original: original())
    }

    private mutating func note(encodingFault advice: String, line: Int) {
        if encodingFaults.count == 0 { encodingFaults = (0, line, advice) }
        encodingFaults.count += 1
    }

    /// What only the whole file can tell.
    private mutating func judge() throws {
        if survey != nil { return }
        if passedOver > 0 {
            summary.notes.append(
                "\(passedOver) rows are left out, because another row of the same id has a richer geometry (`same_id`)")
        }
        if encodingFaults.count * 10 > summary.read {
            throw ImportError.encoding(file: task.file, line: encodingFaults.firstLine, encodingFaults.advice)
        }
        if let swapped = places.swapped {
            throw ImportError.swapped(file: task.file, rows: swapped.rows, of: places.count, example: swapped.example)
        }
        summary.farRows = distances.farRows
        if hasUnnamed, task.layer.reference == nil {
            summary.notes.append(
                "some rows have no source_id, so importing them again will add them again; name a column for it in the mapping"
            )
        }
    }

    private mutating func flush(_ source: PeekableSource) throws -> Bool {
        if survey != nil { return true }
        batch.isTimedByRow = mapping.observedAt == .column && !summary.hasListTime && !mapping.isFullSnapshot
        batch.read = summary.read
        batch.bytesRead = source.bytesRead
        batch.byteCount = source.byteCount
        let full = batch
        batch = DecodedBatch()
        batch.rows.reserveCapacity(Self.batchSize)
        return output.put(full)
    }
}

/// Random bits for identities, from a seed of the system's (SplitMix64, Steele et al. 2014): no secret rests on them.
struct IdentityBits: RandomNumberGenerator {
    private var state = UInt64.random(in: .min ... .max)

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }
}
