import Geometry
import Works

/// Makes drafts of works and reference features from the rows of one file, by a mapping.
struct RowMapper {
    let mapping: Mapping
    /// The kind of works that have none by the mapping.
    let kind: WorkKind?
    /// The source of works that have none by the row.
    let source: String
    /// Sources whose works the rows may be about.
    let scope: SourceScope
    /// The moment of the list, if the file has one.
    var observedAt: Instant?

    private var clock: LocalClock
    private let strings = StringPool()
    private let emptyValues: [[UInt8]]
    private var extra = ExtraWriters()
    /// For each field the format that fitted last, to be tried first.
    private var lastFormat = [Int](repeating: 0, count: MappedField.allCases.count)
    private let rules: [FieldRule?]
    /// Patterns of the mapping, compiled.
    private var patterns: [String: Regex<AnyRegexOutput>] = [:]
    /// For each field and value outside of its table the key that is nearest to it.
    private var nearestKeys: [String: String?] = [:]
    /// True if a column of the mapping is made of the row's place.
    private let needsPlace: Bool
    /// Whether the last row's geometry is a second choice, because the first one is no valid geometry.
    private(set) var fellBack = false
    /// Columns of which the file has spoken so far, and its geometries.
    var speech: FileSpeech
    /// Fields that the last row has no value for, and that count as withdrawn if the file speaks of them further on.
    private(set) var unsure = WorkFields()
    /// Fields that a source can withdraw, with what their values come from.
    private let withdrawable: [(field: WithdrawableField, expression: FieldExpression)]
    /// True if the last row's geometry had a Z or M, which was left out.
    private(set) var hasFurtherOrdinates = false
    private var projections: RowProjections
    /// Rows by the sources that they name and that do not count.
    private(set) var overruledSources: [String: Int] = [:]
    /// Values that the mapping's tables do not list.
    let unlistedValues = UnlistedValues()

    /// - Parameters:
    ///   - crs: The coordinate system that the user states; the mapping's if nil.
    ///   - fileCRS: The coordinate system that the file states.
    init(
        mapping: Mapping, kind: WorkKind?, source: String, scope: SourceScope = .stated, observedAt: Instant?,
        crs: String? = nil, fileCRS: String? = nil
    ) throws {
        projections = try RowProjections(stated: crs ?? mapping.crs)
        try projections.use(ofFile: fileCRS)
        self.mapping = mapping
        self.kind = kind
        self.source = source
        self.scope = scope
        self.observedAt = observedAt
        guard let clock = LocalClock(identifier: mapping.timeZone) else {
            throw MappingError(mapping: mapping.name, key: "time_zone", "“\(mapping.timeZone)” is no time zone")
        }
        self.clock = clock
        emptyValues = mapping.emptyValues.map { Array($0.utf8) }
        rules = MappedField.allCases.map { mapping.fields[$0] }
        withdrawable = WithdrawableField.allCases.compactMap { field in
            guard !mapping.kept.contains(field), let mapped = MappedField(rawValue: field.rawValue) else { return nil }
            return mapping.fields[mapped]?.expression.map { (field, $0) }
        }
        speech = FileSpeech(mapping)
        needsPlace = mapping.columns.contains {
            [ColumnReference.position, ColumnReference.geometry, ColumnReference.geometryHash].contains($0.name)
        }
    }

    /// Works out the row's place where columns are made of it; to be called before anything else is asked of the row.
    mutating func begin(_ row: inout some SourceRecord) throws(RowRefusal) {
        if needsPlace { row.place = try geometry(mapping.geometry, row, plan: row.plan) }
    }

    // MARK: Rows

    enum Decision {
        case take
        /// The mapping's `where` leaves the row out.
        case skip
    }

    /// Whether a row is taken.
    mutating func decide(_ row: some SourceRecord) throws(RowRefusal) -> Decision {
        for condition in mapping.conditions where try !holds(condition, row) { return .skip }
        for field in mapping.neededFields where try string(field, row) == nil { return .skip }
        for refusal in mapping.refusals where try holds(refusal.condition, row) { throw RowRefusal(refusal.reason) }
        return .take
    }

    private func holds(_ condition: Mapping.Condition, _ row: some SourceRecord) throws(RowRefusal) -> Bool {
        try row.withText(condition.column.slot) { text throws(RowRefusal) in
            switch condition.test {
            case .isPresent(let present): return (text != nil) == present
            case .isOneOf(let table): return text.map { table.index(of: $0) != nil } ?? false
            case .isNoneOf(let table): return text.map { table.index(of: $0) == nil } ?? true
            }
        }
    }

    /// The name that the source has for the row's work.
    mutating func sourceID(_ row: some SourceRecord) throws(RowRefusal) -> String? {
        // Works of several sources may have the same name there, but not the same id.
        if scope == .own, let marks = mapping.exportMarks, let stated = try string(.source, row), stated != source,
            let id = try marks.exportedID(row)
        {
            return id
        }
        var id = try string(.sourceID, row)
        // A table program that took an id for a number writes 7.0 for 7.
        if let written = id, let short = DecimalSpelling.shortest(written), !short.contains(".") { id = short }
        if id == nil, !mapping.hasOwnNames, let expression = rule(.sourceID)?.expression {
            var names: [String] = []
            expression.visitColumns { column, _ in names.append(column.name) }
            throw RowRefusal(
                "the row has no source_id (column \(names.joined(separator: ", "))): without it importing again would add it again"
            )
        }
        return id
    }

    /// The source of the row's work.
    mutating func source(_ row: some SourceRecord) throws(RowRefusal) -> String {
        scope.source(stated: try string(.source, row), list: source)
    }

    /// What the row says about a work. Its geometry is as the source has it, unchecked.
    ///
    /// - Parameter isNew: True if nothing can be withdrawn, as the source has no work yet.
    mutating func work(_ row: some SourceRecord, sourceID: String?, plan: RecordPlan, isNew: Bool = false)
        throws(RowRefusal) -> WorkDraft
    {
        var draft = WorkDraft()
        draft.sourceID = sourceID
        let stated = try string(.source, row)
        draft.source = scope.source(stated: stated, list: source)
        if scope == .own, let stated, stated != source { overruledSources[stated, default: 0] += 1 }
        draft.kind = try value(.kind, row) ?? kind
        guard draft.kind != nil else {
            throw RowRefusal(
                "nothing says what kind of work this is: name the layer (--as road_repairs, outages or hazards)")
        }
        draft.category = try string(.category, row)
        draft.title = try string(.title, row)
        draft.description = try string(.description, row)
        draft.address = try string(.address, row)
        draft.severity = try value(.severity, row)
        draft.district = try string(.district, row)
        draft.organisation = try string(.organisation, row)
        draft.contractor = try string(.contractor, row)
        draft.trafficImpact = try value(.trafficImpact, row)
        draft.reportedAt = try instant(.reportedAt, row)
        draft.startsAt = try instant(.startsAt, row)
        draft.dueAt = try instant(.dueAt, row)
        draft.firstDueAt = try instant(.originalDueAt, row)
        draft.completedAt = try instant(.completedAt, row)
        draft.onSiteAt = try instant(.onSiteAt, row)
        draft.dailyFrom = try time(.dailyFrom, row)
        draft.dailyUntil = try time(.dailyUntil, row)
        draft.isCompletedEstimated = try string(.completedEstimated, row) == "true"
        draft.observedAt = try moment(row)
        draft.status = try value(.status, row)
        if draft.status == nil, let byStart = rule(.status)?.byStart {
            let moment = draft.observedAt ?? .now
            draft.status = WorkStatus(
                rawValue: draft.startsAt.map { $0 > moment } ?? false ? byStart.before : byStart.after)
        }
        draft.geometry = try place(row, plan)
        draft.id = try mapping.exportMarks?.work(row)
        extra.isExport = draft.id != nil
        let (published, withheld) = extra(row, plan: plan)
        // An export cannot have what is private, so that stays.
        draft.extra = ExtraStatement(published: published, withheld: withheld, isWhole: draft.id == nil)
        if scope == .stated, let id = draft.id, sourceID == id.description {
            draft.source = stated
            draft.sourceID = nil
        }
        unsure = []
        if !isNew || mapping.hasOwnNames && draft.firstDueAt != nil && draft.dueAt == nil {
            try withdraw(from: &draft, row, plan)
        }
        return draft
    }

    /// The row's own moment, or that of the list.
    ///
    /// - Throws: ``RowRefusal`` if the mapping takes it from a column that every row must have, and the row has none.
    private mutating func moment(_ row: some SourceRecord) throws(RowRefusal) -> Instant? {
        if let own = try ownMoment(row) { return own }
        if observedAt == nil, mapping.observedAt == .column, let expression = rule(.observedAt)?.expression {
            var needed: String?
            expression.visitColumns { column, _ in
                if !mapping.columns[column.slot].isOptional { needed = column.name }
            }
            if let needed {
                throw RowRefusal("observed_at: the row does not say when it was stated (column \(needed) is empty)")
            }
        }
        return observedAt
    }

    // MARK: What is withdrawn

    /// Notes the fields that the row has no value for although the file speaks of them.
    private mutating func withdraw(from draft: inout WorkDraft, _ row: some SourceRecord, _ plan: RecordPlan)
        throws(RowRefusal)
    {
        for (field, expression) in withdrawable where !field.isStated(in: draft) {
            note(field, try speech(of: expression, row), &draft)
        }
        // Our exports have a first promise beside a deadline that was withdrawn.
        if mapping.hasOwnNames, draft.withdrawn.contains(.dueAt), draft.firstDueAt != nil {
            draft.withdrawn.formUnion(.deadlineForGood)
        }
        if draft.geometry == nil, !mapping.hasOwnNames, !mapping.kept.contains(.geometry) {
            note(.geometry, try speech(of: mapping.geometry, row, plan), &draft)
        }
    }

    private mutating func note(_ field: WithdrawableField, _ speech: Speech, _ draft: inout WorkDraft) {
        switch speech {
        case .none: break
        case .perhaps: unsure.insert(field)
        case .sure: draft.withdrawn.insert(field)
        }
    }

    /// Certainty with which a row without a value says that there is none.
    private enum Speech: Int {
        /// It says nothing of it.
        case none
        /// It lacks the column, which other rows may have.
        case perhaps
        case sure
    }

    private func speech(of column: ColumnReference, _ row: some SourceRecord) -> Speech {
        if row.speaks(of: column.slot) { return .sure }
        // Without a mapping a row that lacks a name says nothing of it: such rows are statements of single facts.
        guard !mapping.hasOwnNames, speech.mayComeLater else { return .none }
        return speech.columns.contains(column.slot) ? .sure : .perhaps
    }

    private func speech(of expression: FieldExpression, _ row: some SourceRecord) throws(RowRefusal) -> Speech {
        switch expression {
        case .template(let parts):
            for case .column(let column) in parts { return speech(of: column, row) }
            return .none
        case .table(let inner, _, _), .steps(let inner, _), .withDefault(let inner, _):
            return try speech(of: inner, row)
        case .firstNonEmpty(let parts), .join(let parts, _):
            var best = Speech.none
            for part in parts {
                let one = try speech(of: part, row)
                if one.rawValue > best.rawValue { best = one }
            }
            return best
        case .when(let conditions, let inner):
            for condition in conditions where try !holds(condition, row) { return .none }
            return try speech(of: inner, row)
        // A column, or whatever is made of columns without a condition.
        default:
            var best = Speech.none
            expression.visitColumns { column, _ in
                let one = speech(of: column, row)
                if one.rawValue > best.rawValue { best = one }
            }
            return best
        }
    }

    private func speech(of source: GeometrySource, _ row: some SourceRecord, _ plan: RecordPlan) throws(RowRefusal)
        -> Speech
    {
        switch source {
        case .none: return .none
        case .feature:
            if let guessed = plan.guessed { return try speech(of: guessed, row, plan) }
            return !speech.mayComeLater ? .none : speech.hasGeometry ? .sure : .perhaps
        case .columns(let longitude, let latitude):
            let (x, y) = (speech(of: longitude, row), speech(of: latitude, row))
            return x.rawValue < y.rawValue ? x : y
        case .wkt(let column), .wkb(let column), .pair(let column, _), .geoJSON(let column):
            return speech(of: column, row)
        case .when(let conditions, let source):
            for condition in conditions where try !holds(condition, row) { return .none }
            return try speech(of: source, row, plan)
        case .first(let sources):
            var best = Speech.none
            for source in sources {
                let one = try speech(of: source, row, plan)
                if one.rawValue > best.rawValue { best = one }
            }
            return best
        }
    }

    /// Fields of which the file has spoken in some row.
    var spoken: WorkFields {
        var fields = WorkFields()
        for (field, expression) in withdrawable where speech.has(expression) { fields.insert(field) }
        if speech.hasGeometry || speech.has(mapping.geometry) { fields.insert(.geometry) }
        return fields
    }

    /// What the row says about a feature of a reference layer. Its geometry is as the source has it, unchecked.
    mutating func reference(_ row: some SourceRecord, sourceID: String, plan: RecordPlan) throws(RowRefusal)
        -> ReferenceFeature
    {
        let source = try source(row)
        extra.isExport = try mapping.exportMarks?.isFeature(row) ?? false
        let (published, withheld) = extra(row, plan: plan)
        var feature = ReferenceFeature(
            id: sourceID.hasPrefix(source + ":") ? sourceID : "\(source):\(sourceID)", name: try string(.name, row),
            featureClass: try string(.featureClass, row), source: source,
            sourceID: sourceID.hasPrefix(source + ":") ? String(sourceID.dropFirst(source.count + 1)) : sourceID,
            extra: published, privateExtra: withheld, geometry: try place(row, plan))
        feature.keepsPrivateExtra = extra.isExport && withheld == nil
        return feature
    }

    /// The moment at which the row was observed, if the row says it.
    mutating func ownMoment(_ row: some SourceRecord) throws(RowRefusal) -> Instant? { try instant(.observedAt, row) }

    /// The row's geometry in WGS 84, unchecked.
    mutating func geometry(_ row: some SourceRecord) throws(RowRefusal) -> Geometry? { try place(row, row.plan) }

    // MARK: Values

    @inline(__always)
    private func rule(_ field: MappedField) -> FieldRule? { rules[field.place] }

    private mutating func string(_ field: MappedField, _ row: some SourceRecord) throws(RowRefusal) -> String? {
        guard let expression = rule(field)?.expression else { return nil }
        return try string(expression, field, row)
    }

    private mutating func string(_ expression: FieldExpression, _ field: MappedField, _ row: some SourceRecord)
        throws(RowRefusal)
        -> String?
    {
        switch expression {
        case .column(let column): return try text(column, row)
        case .constant(let value): return value
        case .template(let parts):
            var result = ""
            var isFirst = true
            for part in parts {
                switch part {
                case .literal(let literal): result += literal
                case .column(let column):
                    let text = try text(column, row)
                    if isFirst, text == nil { return nil }
                    isFirst = false
                    result += text ?? ""
                }
            }
            return String(result.trimmingSpaces())
        case .steps(let inner, let steps):
            guard var text = try string(inner, field, row) else { return nil }
            guard let number = text.withUTF8({ Decimal.parse($0) }) else {
                throw RowRefusal("\(field.rawValue): “\(text)” is not a number")
            }
            return steps.last { $0.from <= number }?.value
        case .firstNonEmpty(let alternatives):
            for alternative in alternatives {
                if let value = try string(alternative, field, row) { return value }
            }
            return nil
        case .join(let members, let separator):
            var values: [String] = []
            for member in members { if let value = try string(member, field, row) { values.append(value) } }
            return values.isEmpty ? nil : values.joined(separator: separator)
        case .split(let inner, let separator, let take):
            guard let text = try string(inner, field, row) else { return nil }
            let parts = text.split(separator: separator, omittingEmptySubsequences: false)
            let index = take > 0 ? take - 1 : parts.count + take
            guard parts.indices.contains(index) else { return nil }
            return Self.nonEmpty(parts[index])
        case .match(let inner, let pattern):
            guard let text = try string(inner, field, row) else { return nil }
            guard let match = text.firstMatch(of: try compiled(pattern, field)) else { return nil }
            return (match.count > 1 ? match[1] : match[0]).substring.flatMap(Self.nonEmpty)
        case .pad(let inner, let length, let fill):
            guard let text = try string(inner, field, row) else { return nil }
            return String(repeating: fill, count: max(0, length - text.count)) + text
        case .contains(let inner, let words, let otherwise):
            guard let text = try string(inner, field, row) else { return nil }
            let folded = text.lowercased()
            if let word = words.first(where: { folded.contains($0.text) }) { return word.value }
            return try unlisted(text, field, otherwise, words.map(\.text), key: "contains")
        case .withDefault(let inner, let value): return try string(inner, field, row) ?? value
        case .when(let conditions, let inner):
            for condition in conditions where try !holds(condition, row) { return nil }
            return try string(inner, field, row)
        case .table(let inner, let table, let otherwise):
            if case .column(let column) = inner {
                // The usual case needs no string of the source's text.
                let isEmpty = emptyValues
                let found = try row.withText(column.slot) { text throws(RowRefusal) -> Int? in
                    guard let text, !isEmpty.contains(where: { $0.elementsEqual(text) }) else { return -1 }
                    return table.index(of: text)
                }
                if let found { return found < 0 ? nil : table.values[found] }
                return try unlisted(try text(column, row) ?? "", field, otherwise, table.texts)
            }
            guard var text = try string(inner, field, row) else { return nil }
            if let found = text.withUTF8({ table.index(of: $0) }) { return table.values[found] }
            return try unlisted(text, field, otherwise, table.texts)
        }
    }

    private static func nonEmpty(_ text: Substring) -> String? {
        let trimmed = text.trimmingSpaces()
        return trimmed.isEmpty ? nil : String(trimmed)
    }

    private mutating func compiled(_ pattern: String, _ field: MappedField) throws(RowRefusal)
        -> Regex<AnyRegexOutput>
    {
        if let known = patterns[pattern] { return known }
        guard let regex = try? Regex(pattern) else {
            throw RowRefusal("\(field.rawValue): “\(pattern)” is no regular expression")
        }
        patterns[pattern] = regex
        return regex
    }

    private mutating func unlisted(
        _ text: String, _ field: MappedField, _ otherwise: FieldExpression.Otherwise,
        _ keys: @autoclosure () -> [String], key: String = "table"
    ) throws(RowRefusal) -> String? {
        unlistedValues.note(text, field, otherwise)
        switch otherwise {
        case .value(let value): return value
        case .keep: return text
        case .nothing: return nil
        case .refuse:
            let name = "\(field.rawValue)\u{0}\(text)"
            if nearestKeys[name] == nil, nearestKeys.count < 1000 {
                nearestKeys[name] = .some(key == "table" ? Spelling.nearest(to: text, among: keys()) : nil)
            }
            let near = (nearestKeys[name] ?? nil).map { " (is `\($0)` meant?)" } ?? ""
            throw RowRefusal(
                "\(field.rawValue): not in the mapping's table: “\(text)”\(near); "
                    + "add what is missing to `fields.\(field.rawValue).\(key)`, or a `default`")
        }
    }

    private mutating func text(_ column: ColumnReference, _ row: some SourceRecord) throws(RowRefusal) -> String? {
        let pool = strings
        let isEmpty = emptyValues
        return try row.withText(column.slot) { text throws(RowRefusal) -> String? in
            guard let text, !isEmpty.contains(where: { $0.elementsEqual(text) }) else { return nil }
            return pool.string(text)
        }
    }

    private mutating func value<Value: RawRepresentable & CaseIterable>(_ field: MappedField, _ row: some SourceRecord)
        throws(RowRefusal) -> Value? where Value.RawValue == String
    {
        guard let text = try string(field, row) else { return nil }
        guard let value = Value(rawValue: text) else {
            throw RowRefusal(
                "\(field.rawValue): “\(text)” is none of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    private mutating func time(_ field: MappedField, _ row: some SourceRecord) throws(RowRefusal) -> LocalTime? {
        guard let text = try string(field, row) else { return nil }
        guard let time = LocalTime(text) else {
            throw RowRefusal("\(field.rawValue): “\(text)” is no time of day (HH:MM)")
        }
        return time
    }

    // MARK: Moments

    private mutating func instant(_ field: MappedField, _ row: some SourceRecord) throws(RowRefusal) -> Instant? {
        guard let rule = rule(field), let expression = rule.expression else { return nil }
        let formats = rule.formats ?? mapping.timeFormats
        let first = lastFormat[field.place]
        if case .column(let column) = expression {
            let isEmpty = emptyValues
            let found = try row.withText(column.slot) { text throws(RowRefusal) -> (Int, TimeFormat.Reading)? in
                guard let text, !isEmpty.contains(where: { $0.elementsEqual(text) }) else { return nil }
                if let reading = Self.read(text, formats, first: first) { return reading }
                throw Self.unreadable(String(decoding: text, as: UTF8.self), field, column.name, formats)
            }
            return found.map { resolve($0, rule, formats, field) }
        }
        guard var text = try string(expression, field, row) else { return nil }
        guard let reading = text.withUTF8({ Self.read($0, formats, first: first) }) else {
            throw Self.unreadable(text, field, nil, formats)
        }
        return resolve(reading, rule, formats, field)
    }

    private static func read(_ text: UnsafeBufferPointer<UInt8>, _ formats: [TimeFormat], first: Int) -> (
        Int, TimeFormat.Reading
    )? {
        if formats.indices.contains(first), let reading = formats[first].read(text) { return (first, reading) }
        for index in formats.indices where index != first {
            if let reading = formats[index].read(text) { return (index, reading) }
        }
        return nil
    }

    private mutating func resolve(
        _ found: (Int, TimeFormat.Reading), _ rule: FieldRule, _ formats: [TimeFormat], _ field: MappedField
    ) -> Instant {
        let (index, reading) = found
        lastFormat[field.place] = index
        switch reading {
        case .instant(let instant): return instant
        case .local(var seconds, let year):
            if rule.endOfDay, seconds % 86_400 == 0 { seconds += 86_399 }
            return clock.instant(localSeconds: seconds, year: year)
        }
    }

    private static func unreadable(_ text: String, _ field: MappedField, _ column: String?, _ formats: [TimeFormat])
        -> RowRefusal
    {
        let place = column.map { $0 == field.rawValue ? "" : " (column \($0))" } ?? ""
        return RowRefusal(
            "\(field.rawValue)\(place): “\(text)” is no time in the form \(formats.map(\.shown).joined(separator: " or ")); "
                + "name its form under `time_formats` in the mapping")
    }

    // MARK: Places

    /// The row's geometry in WGS 84, unless it is one that means that the place is not known.
    private mutating func place(_ row: some SourceRecord, _ plan: RecordPlan) throws(RowRefusal) -> Geometry? {
        fellBack = false
        hasFurtherOrdinates = false
        return try geometry(mapping.geometry, row, plan: plan)
    }

    /// A geometry in WGS 84; nil for a point that means that the place is not known.
    ///
    /// - Parameter system: The system that the row states for the geometry.
    private mutating func located(_ geometry: Geometry?, system: String? = nil) throws(RowRefusal) -> Geometry? {
        guard let geometry else { return nil }
        if !mapping.emptyPlaces.isEmpty, case .point(let point) = geometry {
            let isEmpty = mapping.emptyPlaces.contains {
                ($0.longitude - point.longitude).magnitude < 1e-6 && ($0.latitude - point.latitude).magnitude < 1e-6
            }
            if isEmpty { return nil }
        }
        return try projections.project(geometry, system: system)
    }

    private mutating func geometry(_ source: GeometrySource, _ row: some SourceRecord, plan: RecordPlan)
        throws(RowRefusal)
        -> Geometry?
    {
        switch source {
        case .none: return nil
        case .feature:
            if let guessed = plan.guessed { return try geometry(guessed, row, plan: plan) }
            hasFurtherOrdinates = row.hasFurtherOrdinates
            return try located(row.ownGeometry(plan), system: row.referenceSystem)
        case .columns(let longitude, let latitude):
            let x = try number(longitude, row)
            let y = try number(latitude, row)
            switch (x, y) {
            case (nil, nil): return nil
            case (let x?, let y?): return try located(.point(Coordinate(longitude: x, latitude: y)))
            case (nil, _): throw RowRefusal("\(longitude.name) is empty, but \(latitude.name) is not")
            case (_, nil): throw RowRefusal("\(latitude.name) is empty, but \(longitude.name) is not")
            }
        case .wkt(let column):
            return try place(column, row) { text throws(RowRefusal) in try PlaceColumn.wkt(text) }
        case .wkb(let column):
            return try place(column, row) { text throws(RowRefusal) in try PlaceColumn.wkb(text) }
        case .pair(let column, let isLatitudeFirst):
            return try place(column, row) { text throws(RowRefusal) in
                try PlaceColumn.pair(text, isLatitudeFirst: isLatitudeFirst)
            }
        case .when(let conditions, let source):
            for condition in conditions where try !holds(condition, row) { return nil }
            return try geometry(source, row, plan: plan)
        case .geoJSON(let column): return try located(row.geoJSON(column.slot))
        case .first(let sources):
            var failure: RowRefusal?
            for source in sources {
                do throws(RowRefusal) {
                    guard let geometry = try geometry(source, row, plan: plan) else { continue }
                    if case .refused(let defect) = GeometryCheck.check(geometry) {
                        throw RowRefusal("geometry: \(defect)")
                    }
                    fellBack = failure != nil
                    return geometry
                } catch {
                    failure = failure ?? error
                }
            }
            if let failure { throw failure }
            return nil
        }
    }

    /// The geometry in the text of a column.
    private mutating func place(
        _ column: ColumnReference, _ row: some SourceRecord,
        _ read: (UnsafeBufferPointer<UInt8>) throws(RowRefusal) -> WKT.Reading
    ) throws(RowRefusal) -> Geometry? {
        let isEmpty = emptyValues
        let reading = try row.withText(column.slot) { text throws(RowRefusal) -> WKT.Reading? in
            guard let text, !isEmpty.contains(where: { $0.elementsEqual(text) }) else { return nil }
            return try read(text)
        }
        hasFurtherOrdinates = reading?.hasFurtherOrdinates ?? false
        return try located(reading?.geometry, system: reading?.system)
    }

    private func number(_ column: ColumnReference, _ row: some SourceRecord) throws(RowRefusal) -> Double? {
        let isEmpty = emptyValues
        return try row.withText(column.slot) { text throws(RowRefusal) -> Double? in
            guard let text, !isEmpty.contains(where: { $0.elementsEqual(text) }) else { return nil }
            guard let number = Decimal.parse(text) else {
                throw RowRefusal("\(column.name): “\(String(decoding: text, as: UTF8.self))” is not a number")
            }
            return number
        }
    }

    // MARK: The rest

    /// The columns that no property takes over, as the texts of two JSON objects: those that are published, and those for staff only.
    private mutating func extra(_ row: some SourceRecord, plan: RecordPlan) -> (published: String?, withheld: String?) {
        func text(_ bytes: [UInt8]) -> String? { bytes.count > 2 ? String(decoding: bytes, as: UTF8.self) : nil }
        extra.begin()
        row.writeExtra(plan, to: &extra)
        extra.end()
        let open = extra.published.bytes
        return (text(open.withUnsafeBufferPointer(PublicExtra.cleaned) ?? open), text(extra.withheld.bytes))
    }
}

extension MappedField {
    /// The place among all fields, in the order of `allCases`.
    fileprivate var place: Int {
        switch self {
        case .source: 0
        case .sourceID: 1
        case .kind: 2
        case .category: 3
        case .title: 4
        case .description: 5
        case .address: 6
        case .status: 7
        case .severity: 8
        case .district: 9
        case .organisation: 10
        case .contractor: 11
        case .reportedAt: 12
        case .startsAt: 13
        case .dueAt: 14
        case .originalDueAt: 15
        case .completedAt: 16
        case .onSiteAt: 17
        case .dailyFrom: 18
        case .dailyUntil: 19
        case .trafficImpact: 20
        case .observedAt: 21
        case .name: 22
        case .featureClass: 23
        case .completedEstimated: 24
        }
    }
}
