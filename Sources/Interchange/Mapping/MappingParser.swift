import Geometry
import Works
import Yams

extension Mapping {
    /// Reads a mapping from YAML.
    ///
    /// - Parameter name: The name of the mapping or of its file, for messages.
    /// - Throws: ``MappingError`` that names line and key.
    public init(yaml: String, name: String) throws {
        let node: Node?
        do {
            node = try Yams.compose(yaml: yaml)
        } catch let error as YamlError {
            throw MappingError(mapping: name, "is not YAML: \(error)")
        }
        guard let node, let root = node.mapping else {
            throw MappingError(mapping: name, "must be a YAML mapping of keys to values; see docs/mappings.md")
        }
        self = try MappingParser(name: name).mapping(root)
    }
}

/// Reads one mapping and collects the columns that it names.
private final class MappingParser {
    let name: String
    var columns: [Mapping.Column] = []
    /// Whether a mapping that is only an overlay is read.
    let isVariant: Bool

    init(name: String, isVariant: Bool = false) {
        self.name = name
        self.isVariant = isVariant
    }

    private static let keys = [
        "title", "source", "attribution", "layer", "class", "format", "crs", "encoding", "delimiter", "time_zone",
        "time_formats",
        "empty_values",
        "empty_places", "observed_at", "snapshot", "close_at_most", "keeps", "bounds", "geometry", "where", "refuse",
        "omit", "publish", "keep",
        "fields",
        "variants", "header_row", "records", "same_id",
    ]

    func mapping(_ root: Node.Mapping, over base: Mapping? = nil) throws -> Mapping {
        for (key, _) in root {
            let text = key.string ?? ""
            guard Self.keys.contains(text) || isVariant && text == "needs" else {
                let near = Spelling.nearest(to: text, among: Self.keys).map { "; is `\($0)` meant?" } ?? ""
                throw error(key, text, "is no key of a mapping\(near) Keys are \(Self.keys.joined(separator: ", "))")
            }
        }
        var mapping =
            base
            ?? Mapping(
                name: name, timeZone: "UTC", timeFormats: TimeFormat.usual, emptyValues: [], isFullSnapshot: false,
                geometry: .feature, conditions: [], refusals: [], omitted: [], fields: [:], columns: [],
                hasOwnNames: false, variants: [])
        columns = base?.columns ?? []
        if let node = root["source"] { mapping.source = try text(node, "source") }
        if let node = root["attribution"] { mapping.attribution = try text(node, "attribution") }
        if let node = root["layer"] { mapping.layer = try choice(node, "layer", ImportLayer.allCases) }
        if let node = root["format"] { mapping.format = try choice(node, "format", InputFormat.allCases) }
        if let node = root["crs"] {
            let crs = try text(node, "crs")
            do throws(UnknownReferenceSystem) { _ = try RowProjections(stated: crs) } catch {
                throw self.error(node, "crs", "is no coordinate system that can be used: \(error)")
            }
            mapping.crs = crs
        }
        if let node = root["encoding"] {
            let encoding = try text(node, "encoding")
            guard TranscodingSource.isUTF8(encoding) || TranscodingSource.isKnown(encoding) else {
                throw error(
                    node, "encoding",
                    "“\(encoding)” is no known encoding; use utf-8, windows-1251, windows-1252, iso-8859-1, koi8-r or utf-16"
                )
            }
            mapping.encoding = encoding
        }
        if let node = root["delimiter"] {
            let names = ["tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"]
            let written = try text(node, "delimiter")
            let delimiter = names[written] ?? written
            guard delimiter.utf8.count == 1, let byte = delimiter.utf8.first, byte != 0x22, byte != 0x0A, byte != 0x0D
            else {
                throw error(node, "delimiter", "must be one ASCII character, or tab, comma, semicolon, pipe")
            }
            mapping.delimiter = byte
        }
        if let node = root["header_row"] {
            guard let row = node.int, (1...1000).contains(row) else {
                throw error(node, "header_row", "must be the line that has the names of the columns, 1 to 1000")
            }
            mapping.headerRow = row
        }
        if let node = root["records"] {
            mapping.records = try text(node, "records").split(separator: ".").map(String.init)
        }
        if let node = root["same_id"] { mapping.sameID = try choice(node, "same_id", Mapping.SameID.allCases) }
        if let node = root["time_zone"] {
            let zone = try text(node, "time_zone")
            guard LocalClock(identifier: zone) != nil else {
                throw error(node, "time_zone", "“\(zone)” is no time zone; use an IANA name such as Europe/Moscow")
            }
            mapping.timeZone = zone
        }
        if let node = root["time_formats"] { mapping.timeFormats = try formats(node, "time_formats") }
        if let node = root["empty_values"] { mapping.emptyValues = try texts(node, "empty_values") }
        if let node = root["empty_places"] {
            mapping.emptyPlaces = try list(node, "empty_places").map { node in
                let numbers = try list(node, "empty_places").compactMap(number)
                guard numbers.count == 2 else {
                    throw error(node, "empty_places", "must be a list of positions, each [longitude, latitude]")
                }
                return Coordinate(longitude: numbers[0], latitude: numbers[1])
            }
        }
        if let node = root["snapshot"] {
            let value = try text(node, "snapshot")
            guard value == "full" || value == "none" else {
                throw error(node, "snapshot", "may be `full` (the file lists all that is open) or `none`")
            }
            mapping.isFullSnapshot = value == "full"
        }
        if let node = root["close_at_most"] { mapping.closeAtMost = try share(node, "close_at_most") }
        if let node = root["keeps"] {
            mapping.kept = []
            for name in try texts(node, "keeps") {
                if let field = WithdrawableField(rawValue: name) {
                    mapping.kept.insert(field)
                } else if MappedField(rawValue: name)?.isOfWork != true {
                    let names = WithdrawableField.allCases.map(\.rawValue)
                    let near = Spelling.nearest(to: name, among: names).map { " (is `\($0)` meant?)" } ?? ""
                    throw error(
                        node, "keeps",
                        "“\(name)” is no field of a work\(near); those that a source can withdraw are \(names.joined(separator: ", "))"
                    )
                }
            }
        }
        if let node = root["bounds"] { mapping.bounds = try bounds(node) }
        if let node = root["geometry"] { mapping.geometry = try geometry(node, "geometry") }
        if let node = root["where"] { try conditions(node, &mapping) }
        if let node = root["refuse"] {
            mapping.refusals = try list(node, "refuse").map { node in
                guard let reason = node.mapping?["because"] else {
                    throw error(node, "refuse", "needs `because:`, the reason that the user is told")
                }
                return Mapping.Refusal(
                    condition: try condition(node, "refuse", ["because"]), reason: try text(reason, "refuse.because"))
            }
        }
        if let node = root["omit"] { mapping.omitted.formUnion(try texts(node, "omit")) }
        if let node = root["publish"] { mapping.published = try published(node, omitted: mapping.omitted) }
        if let node = root["keep"] { for name in try texts(node, "keep") { _ = column(name + "?", node) } }
        if let node = root["fields"] {
            guard let fields = node.mapping else {
                throw error(node, "fields", "must be a mapping of our properties to columns")
            }
            for (key, node) in fields {
                let field = try choice(key, "fields", MappedField.allCases)
                mapping.fields[field] = try rule(node, for: field)
            }
        }
        try districtClass(root, &mapping)
        if let node = root["observed_at"] { try observedAt(node, &mapping) }
        try check(mapping, root)
        mapping.columns = columns
        if let node = root["variants"] {
            mapping.variants = try list(node, "variants").map { node in
                guard let variant = node.mapping, let needs = variant["needs"] else {
                    throw error(node, "variants", "each variant needs `needs:`, the columns by which it is recognised")
                }
                let parser = MappingParser(name: name, isVariant: true)
                return Mapping.Variant(
                    needs: try texts(needs, "variants.needs"),
                    mapping: try parser.mapping(variant, over: Self.blank(mapping)))
            }
        }
        return mapping
    }

    /// What a variant takes over from the mapping that it stands in: all but the columns.
    private static func blank(_ mapping: Mapping) -> Mapping {
        var base = mapping
        base.fields = base.fields.filter { if case .constant = $0.value.expression { true } else { false } }
        base.columns = []
        base.conditions = []
        base.neededFields = []
        base.refusals = []
        base.omitted = []
        base.published = .none
        base.variants = []
        base.geometry = .feature
        switch base.observedAt {
        case .column, .series: base.observedAt = nil
        case .collection, .fileName, nil: break
        }
        return base
    }

    /// The class of all districts of a file, `class: ward`.
    private func districtClass(_ root: Node.Mapping, _ mapping: inout Mapping) throws {
        guard let node = root["class"] else { return }
        let name = try text(node, "class")
        guard mapping.layer == .reference(.districts) else {
            throw error(node, "class", "is for `layer: districts`; the property of other layers stands under `fields`")
        }
        guard DistrictClass.isName(name) else {
            throw error(node, "class", "“\(name)” cannot be a class of districts: it has to be \(DistrictClass.rule)")
        }
        guard root["fields"]?.mapping?["class"] == nil else {
            throw error(node, "class", "is said under `fields` as well; say it once")
        }
        mapping.fields[.featureClass] = FieldRule(expression: .constant(name))
    }

    private func check(_ mapping: Mapping, _ root: Node.Mapping) throws {
        if let layer = mapping.layer {
            for field in mapping.fields.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
                guard layer.reference == nil ? field.isOfWork : field.isOfReference else {
                    let allowed = MappedField.allCases.filter {
                        layer.reference == nil ? $0.isOfWork : $0.isOfReference
                    }
                    throw error(
                        root["fields"], "fields.\(field.rawValue)",
                        "a row of \(layer.rawValue) has no such property; it has \(allowed.map(\.rawValue).joined(separator: ", "))"
                    )
                }
            }
        }
    }

    // MARK: Fields

    private func rule(_ node: Node, for field: MappedField) throws -> FieldRule {
        let key = "fields.\(field.rawValue)"
        var rule = FieldRule()
        if let mapping = node.mapping {
            if let node = mapping["end_of_day"] {
                guard field.isTime, let value = node.bool else {
                    throw error(node, key, "`end_of_day` is true or false, and only a time has it")
                }
                rule.endOfDay = value
            }
            if let node = mapping["time_formats"] { rule.formats = try formats(node, key + ".time_formats") }
            if let before = mapping["before_start"], let after = mapping["after_start"] {
                guard field == .status else { throw error(before, key, "only a status can depend on the start") }
                let statuses = WorkStatus.allCases
                rule.byStart = FieldRule.ByStart(
                    before: try choice(before, key + ".before_start", statuses).rawValue,
                    after: try choice(after, key + ".after_start", statuses).rawValue)
            }
        }
        let only = ["end_of_day", "time_formats", "before_start", "after_start"]
        if node.mapping.map({ $0.allSatisfy { only.contains($0.key.string ?? "") } }) != true
            || node.mapping?.isEmpty == true
        {
            rule.expression = try expression(node, key, field, ignoring: only)
        }
        guard rule.expression != nil || rule.byStart != nil else {
            throw error(node, key, "says nothing that the value could come from")
        }
        if let allowed = field.allowedValues, let expression = rule.expression {
            for value in expression.ownValues where !allowed.contains(value) {
                throw error(
                    node, key, "“\(value)” is no \(field.rawValue); it is one of \(allowed.joined(separator: ", "))")
            }
        }
        return rule
    }

    private static let forms = ["column", "constant", "template", "first_non_empty", "join"]
    private static let modifiers = [
        "split", "regex", "pad", "contains", "table", "at_least", "default", "separator", "when",
    ]

    private func expression(_ node: Node, _ key: String, _ field: MappedField, ignoring: [String] = []) throws
        -> FieldExpression
    {
        if node.scalar != nil { return .column(column(try text(node, key), node)) }
        guard let mapping = node.mapping else {
            throw error(
                node, key, "must be a column, or a mapping with one of \(Self.forms.joined(separator: ", "))")
        }
        for (inner, _) in mapping {
            let name = inner.string ?? ""
            guard Self.forms.contains(name) || Self.modifiers.contains(name) || ignoring.contains(name) else {
                let known = Self.forms + Self.modifiers + ["end_of_day", "time_formats", "before_start", "after_start"]
                let near = Spelling.nearest(to: name, among: known).map { "; is `\($0)` meant?" } ?? ""
                throw error(
                    inner, "\(key).\(name)", "means nothing here\(near) Allowed are \(known.joined(separator: ", "))")
            }
        }
        let given = Self.forms.filter { mapping[$0] != nil }
        guard given.count == 1, let form = given.first, let inner = mapping[form] else {
            throw error(node, key, "needs exactly one of \(Self.forms.joined(separator: ", "))")
        }
        var expression: FieldExpression
        switch form {
        case "column": expression = .column(column(try text(inner, key), inner))
        case "constant": expression = .constant(try text(inner, key))
        case "template": expression = .template(try template(inner, key))
        case "join":
            expression = .join(
                try list(inner, key).map { try self.expression($0, key, field) },
                separator: try mapping["separator"].map { try text($0, key + ".separator") } ?? ", ")
        default: expression = .firstNonEmpty(try list(inner, key).map { try self.expression($0, key, field) })
        }
        expression = try worked(expression, mapping, key)
        let otherwise = try mapping["default"].map { $0.isNull ? nil : try text($0, key + ".default") }
        let rest: FieldExpression.Otherwise =
            switch otherwise {
            case .none: field.isCode ? .refuse : .keep
            case .some(nil): .nothing
            case .some(let value?): .value(value)
            }
        guard ["table", "at_least", "contains"].count(where: { mapping[$0] != nil }) <= 1 else {
            throw error(node, key, "may have one of `table`, `contains` and `at_least`, not several")
        }
        if let words = mapping["contains"] {
            guard let entries = words.mapping, !entries.isEmpty else {
                throw error(words, key + ".contains", "must be a mapping of texts that occur to our values")
            }
            let list = try entries.map { from, to in
                FieldExpression.Word(
                    text: try text(from, key + ".contains").lowercased(),
                    value: to.isNull ? nil : try text(to, key + ".contains"))
            }
            expression = .contains(expression, list, otherwise: rest == .keep ? .nothing : rest)
        }
        if let table = mapping["table"] {
            guard let entries = table.mapping else {
                throw error(table, key + ".table", "must be a mapping of the source's values to ours")
            }
            var pairs: [(key: String, value: String?)] = []
            for (from, to) in entries {
                pairs.append((try text(from, key + ".table"), to.isNull ? nil : try text(to, key + ".table")))
            }
            expression = .table(expression, TextTable(pairs), otherwise: rest)
        }
        if let steps = mapping["at_least"] {
            guard let entries = steps.mapping else {
                throw error(steps, key + ".at_least", "must be a mapping of numbers to values")
            }
            var list: [FieldExpression.Step] = []
            for (from, to) in entries {
                guard let bound = number(from) else {
                    throw error(from, key + ".at_least", "“\(from.string ?? "")” is not a number")
                }
                list.append(FieldExpression.Step(from: bound, value: try text(to, key + ".at_least")))
            }
            expression = .steps(expression, list.sorted { $0.from < $1.from })
        }
        if case .some(let value?) = otherwise { expression = .withDefault(expression, value) }
        if let conditions = mapping["when"] {
            expression = .when(
                try list(conditions, key + ".when").map { try condition($0, key + ".when", []) }, expression)
        }
        return expression
    }

    /// An expression with `split`, `regex` and `pad` applied to it, in this order.
    private func worked(_ given: FieldExpression, _ mapping: Node.Mapping, _ key: String) throws -> FieldExpression {
        var expression = given
        if let node = mapping["split"] {
            let key = key + ".split"
            guard let inner = node.mapping, let at = inner["at"], inner.count == (inner["take"] == nil ? 1 : 2),
                case let separator = try text(at, key), !separator.isEmpty,
                case let take = try inner["take"].map({ try whole($0, key) }) ?? 1, take != 0
            else {
                throw error(
                    node, key, "must be {at: SEPARATOR, take: NUMBER}; 1 is the first part, -1 the last")
            }
            expression = .split(expression, at: separator, take: take)
        }
        if let node = mapping["regex"] {
            let pattern = try text(node, key + ".regex")
            do { _ = try Regex(pattern) } catch {
                throw self.error(node, key + ".regex", "“\(pattern)” is no regular expression: \(error)")
            }
            expression = .match(expression, pattern: pattern)
        }
        if let node = mapping["pad"] {
            let key = key + ".pad"
            let fault = error(
                node, key, "must be {length: 1 to 100, with: CHARACTER}; 0 is put in if `with` is left out")
            guard let inner = node.mapping, let length = inner["length"], inner.count == (inner["with"] == nil ? 1 : 2),
                case let count = try whole(length, key), (1...100).contains(count)
            else { throw fault }
            let fill = try inner["with"].map { try text($0, key) } ?? "0"
            guard fill.count == 1, let character = fill.first else { throw fault }
            expression = .pad(expression, length: count, with: character)
        }
        return expression
    }

    private func whole(_ node: Node, _ key: String) throws -> Int {
        guard let value = node.int else { throw error(node, key, "“\(node.string ?? "")” is not a whole number") }
        return value
    }

    /// `{ST_NAME} {QUADRANT}`: columns in braces, `{{` is a brace.
    private func template(_ node: Node, _ key: String) throws -> [FieldExpression.TemplatePart] {
        var parts: [FieldExpression.TemplatePart] = []
        var literal = ""
        var rest = Substring(try text(node, key))
        while let character = rest.popFirst() {
            if character == "{", rest.first == "{" {
                literal.append(rest.removeFirst())
            } else if character == "{" {
                guard let end = rest.firstIndex(of: "}") else { throw error(node, key, "a brace is not closed") }
                if !literal.isEmpty { parts.append(.literal(literal)) }
                literal = ""
                parts.append(.column(column(String(rest[..<end]), node)))
                rest = rest[rest.index(after: end)...]
            } else {
                literal.append(character)
            }
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        return parts
    }

    private func column(_ written: String, _ node: Node, passedOn: Bool = false) -> ColumnReference {
        let isOptional = written.hasSuffix("?") || written.hasPrefix("@")
        let name = written.hasSuffix("?") ? String(written.dropLast()) : written
        if let slot = columns.firstIndex(where: { $0.name == name }) {
            // Named once without the question mark, a column must be there.
            if !isOptional { columns[slot].isOptional = false }
            return ColumnReference(name: name, slot: slot)
        }
        columns.append(Mapping.Column(name: name, isOptional: isOptional, isPassedOn: false, line: node.mark?.line))
        return ColumnReference(name: name, slot: columns.count - 1)
    }

    // MARK: Rows

    /// Which rows are taken: by their columns, and by whether a property comes out at all.
    private func conditions(_ node: Node, _ mapping: inout Mapping) throws {
        mapping.conditions = []
        for node in try list(node, "where") {
            guard let inner = node.mapping, let name = inner["field"] else {
                mapping.conditions.append(try condition(node, "where", []))
                continue
            }
            let field = try choice(name, "where.field", MappedField.allCases)
            guard inner.count == 2, inner["present"]?.bool == true, field == .featureClass || field == .name else {
                throw error(
                    node, "where",
                    "of a field can only be asked whether it is there: {field: class, present: true}; for class and name"
                )
            }
            mapping.neededFields.insert(field)
        }
    }

    private func condition(_ node: Node, _ key: String, _ others: [String]) throws -> Mapping.Condition {
        guard let mapping = node.mapping, let name = mapping["column"] else {
            throw error(node, key, "needs `column:` and one of `is`, `is_not`, `present`")
        }
        for (inner, _) in mapping where !(["column", "is", "is_not", "present"] + others).contains(inner.string ?? "") {
            throw error(
                inner, "\(key).\(inner.string ?? "")", "means nothing here; allowed are column, is, is_not, present")
        }
        let column = column(try text(name, key + ".column"), name)
        func table(_ node: Node) throws -> TextTable { TextTable(try texts(node, key).map { ($0, nil) }) }
        if let values = mapping["is"] { return Mapping.Condition(column: column, test: .isOneOf(try table(values))) }
        if let values = mapping["is_not"] {
            return Mapping.Condition(column: column, test: .isNoneOf(try table(values)))
        }
        guard let present = mapping["present"]?.bool else {
            throw error(node, key, "needs one of `is`, `is_not` (a value or a list) and `present` (true or false)")
        }
        return Mapping.Condition(column: column, test: .isPresent(present))
    }

    /// Columns that are published: `all`, or a list, whose columns are then read even if nothing else names them.
    private func published(_ node: Node, omitted: Set<String>) throws -> PublishedColumns {
        let key = "publish"
        if node.string == "all" { return .all }
        guard let nodes = node.sequence else {
            throw error(node, key, "must be a list of columns, such as [COLUMN, OTHER], or `all` for every column")
        }
        return .these(
            try nodes.map { node in
                let entry = PublishedColumns.Entry(try text(node, key))
                guard !entry.name.isEmpty else { throw error(node, key, "names a column without a name") }
                guard !entry.name.hasPrefix("@") else {
                    throw error(node, key, "“\(entry.name)” is no column of the source, so there is nothing to publish")
                }
                guard !omitted.contains(entry.name) else {
                    throw error(node, key, "“\(entry.name)” stands under `omit` too: a column is published or left out")
                }
                _ = column(entry.name + "?", node)
                return entry
            })
    }

    private func geometry(_ node: Node, _ key: String) throws -> GeometrySource {
        let allowed =
            "may be `feature`, `none`, {longitude: COLUMN, latitude: COLUMN}, {lat_lon: COLUMN}, {lon_lat: COLUMN}, "
            + "{wkt: COLUMN}, {wkb: COLUMN}, {geojson: COLUMN}, each with `when:` or not, or a list of these"
        if let sequence = node.sequence { return .first(try sequence.map { try geometry($0, key) }) }
        if let mapping = node.mapping {
            if let when = mapping["when"] {
                let conditions = try list(when, key + ".when").map { try condition($0, key + ".when", []) }
                let rest = Node.Mapping(mapping.filter { $0.key.string != "when" }.map { ($0.key, $0.value) })
                return .when(conditions, try geometry(rest.isEmpty ? Node("feature") : .mapping(rest), key))
            }
            func only(_ names: String...) -> Bool { mapping.allSatisfy { names.contains($0.key.string ?? "") } }
            func one(_ name: String) throws -> ColumnReference? {
                guard let inner = mapping[name], only(name) else { return nil }
                return column(try text(inner, key), inner)
            }
            if let longitude = mapping["longitude"], let latitude = mapping["latitude"], only("longitude", "latitude") {
                return .columns(
                    longitude: column(try text(longitude, key), longitude),
                    latitude: column(try text(latitude, key), latitude))
            }
            if let column = try one("wkt") { return .wkt(column) }
            if let column = try one("wkb") { return .wkb(column) }
            if let column = try one("geojson") { return .geoJSON(column) }
            if let column = try one("lat_lon") { return .pair(column, isLatitudeFirst: true) }
            if let column = try one("lon_lat") { return .pair(column, isLatitudeFirst: false) }
        } else if node.string == "feature" {
            return .feature
        } else if node.string == "none" {
            return .none
        }
        throw error(node, key, allowed)
    }

    private func observedAt(_ node: Node, _ mapping: inout Mapping) throws {
        let key = "observed_at"
        if let inner = node.mapping, let series = inner["series"] {
            guard series.bool == true, let name = inner["column"] else {
                throw error(node, key, "a file of several lists is {column: COLUMN, series: true}")
            }
            let rest = Node.Mapping(inner.filter { $0.key.string != "series" }.map { ($0.key, $0.value) })
            mapping.fields[.observedAt] = try rule(.mapping(rest), for: .observedAt)
            mapping.observedAt = .series(column(try text(name, key), name))
            return
        }
        if let inner = node.mapping, inner.count == 1 {
            if let path = inner["collection"] {
                mapping.observedAt = .collection(try text(path, key))
                return
            }
            if let pattern = inner["file_name"] {
                mapping.observedAt = .fileName(try format(pattern, key))
                return
            }
            if inner["column"] != nil {
                mapping.observedAt = .column
                mapping.fields[.observedAt] = try rule(node, for: .observedAt)
                return
            }
        }
        throw error(
            node, key, "must be {collection: MEMBER}, {file_name: PATTERN} or {column: COLUMN}")
    }

    private func bounds(_ node: Node) throws -> Bounds {
        let numbers = try list(node, "bounds").compactMap(number)
        guard numbers.count == 4, numbers[1] <= numbers[3], numbers[0].magnitude <= 180, numbers[2].magnitude <= 180,
            numbers[1] >= -90, numbers[3] <= 90
        else { throw error(node, "bounds", "must be [west, south, east, north] in degrees") }
        return Bounds(west: numbers[0], south: numbers[1], east: numbers[2], north: numbers[3])
    }

    // MARK: Values

    /// A finite number; nil for anything else that YAML takes for one.
    private func number(_ node: Node) -> Double? {
        (node.float ?? node.int.map(Double.init)).flatMap { $0.isFinite ? $0 : nil }
    }

    /// A share of 0 to 1, also written as `30%`.
    private func share(_ node: Node, _ key: String) throws -> Double {
        let written = try text(node, key)
        let isPercentage = written.hasSuffix("%")
        let number = Double(isPercentage ? String(written.dropLast()).trimmingSpaces() : written[...])
        guard let share = number.map({ isPercentage ? $0 / 100 : $0 }), (0...1).contains(share) else {
            throw error(node, key, "must be a share such as 30% (or 0.3), from 0% to 100%")
        }
        return share
    }

    private func text(_ node: Node, _ key: String) throws -> String {
        guard let scalar = node.scalar else { throw error(node, key, "must be a single text") }
        // As written: `2B` and `007` are texts here, whatever YAML makes of them.
        return scalar.string
    }

    private func list(_ node: Node, _ key: String) throws -> [Node] {
        guard let sequence = node.sequence else { throw error(node, key, "must be a list") }
        return Array(sequence)
    }

    private func texts(_ node: Node, _ key: String) throws -> [String] {
        node.scalar != nil ? [try text(node, key)] : try list(node, key).map { try text($0, key) }
    }

    private func format(_ node: Node, _ key: String) throws -> TimeFormat {
        let text = try text(node, key)
        do throws(TimeFormatError) {
            return try TimeFormat(text)
        } catch {
            throw self.error(node, key, error.description)
        }
    }

    private func formats(_ node: Node, _ key: String) throws -> [TimeFormat] {
        node.scalar != nil ? [try format(node, key)] : try list(node, key).map { try format($0, key) }
    }

    private func choice<Value: RawRepresentable & Sendable>(_ node: Node, _ key: String, _ allowed: [Value]) throws
        -> Value
    where Value.RawValue == String {
        let written = try text(node, key)
        guard let value = Value(rawValue: written) else {
            let names = allowed.map(\.rawValue)
            let near = Spelling.nearest(to: written, among: names).map { " (is `\($0)` meant?)" } ?? ""
            throw error(node, key, "“\(written)” is not known\(near); allowed are \(names.joined(separator: ", "))")
        }
        return value
    }

    private func error(_ node: Node?, _ key: String, _ message: String) -> MappingError {
        MappingError(mapping: name, line: node?.mark?.line, key: key, message)
    }
}

extension Node {
    /// Whether this is YAML's null: `~`, `null` or nothing.
    fileprivate var isNull: Bool { null != nil }
}
