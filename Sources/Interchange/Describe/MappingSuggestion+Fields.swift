import Geometry
import Works

extension MappingSuggestion {
    /// Properties of a work, in the order in which they are decided: a column has one use.
    mutating func makeWork() {
        chooseTimes()
        let status = chooseStatus()
        let category = chooseCategory(except: status?.name)
        addID()
        addKindAndCategory(category)
        addTitle(category)
        addText(
            .description, FieldWords.description, "everybody can read it: look for names and telephone numbers first"
        ) {
            $0.longest > 15
        }
        addText(.address, FieldWords.address) { !$0.isUnique || $0.longest > 5 }
        addText(.district, FieldWords.district, "used while the database has no districts of its own") {
            $0.distinct <= 400
        }
        addText(.organisation, FieldWords.organisation) { $0.distinct <= 300 }
        addText(.contractor, FieldWords.contractor)
        addTimes()
        addStatus(status)
        addSeverity()
        addImpact()
    }

    /// Properties of a feature of a reference layer.
    mutating func makeReference() {
        addID()
        let named = pick(FieldWords.name) { $0.kind == .text && !$0.looksPersonal }
        let isFull = named.map { $0.fill > 0.98 } ?? false
        // Districts may bear what they are as their name: WARD, ZIPCODE.
        let own =
            layer == .reference(.districts) && !isFull
            ? pick(LayerWords.districts) { $0.fill > 0.98 && $0.name != named?.name && !$0.looksPersonal } : nil
        switch (named, own) {
        case (let name?, nil): add(.name, "name: \(scalar(name))", note: "guess from its name")
        case (nil, let name?): add(.name, "name: \(scalar(name))", note: "guess: what the districts are called after")
        case (let name?, let other?):
            add(
                .name, "name: {first_non_empty: [\(scalar(name)), \(scalar(other))]}",
                note: "guess; \(Self.share(name.fill)) of the rows have the first")
        case (nil, nil): addOpen(.name, "name: COLUMN")
        }
        if layer == .reference(.districts) {
            let name = LayerWords.districtClass(of: file)
            fields.append(
                FieldLines(
                    field: .featureClass,
                    lines: [
                        "# One word for this set of districts; another set beside it has another (docs/places.md).",
                        "class: {constant: \(name ?? DistrictClass.unnamed)}"
                            + (name == nil ? "" : "  # guess from names"),
                    ]))
            return
        }
        let value: String? = layer == .reference(.schools) ? "school" : nil
        if let value {
            fields.append(FieldLines(field: .featureClass, lines: ["class: {constant: \(value)}"]))
        } else {
            let column = file.columns.filter { $0.distinct <= 60 && $0.kind == .text }
                .max {
                    FoldedText($0.name, isName: true).match(FieldWords.placeClass)
                        < FoldedText($1.name, isName: true).match(FieldWords.placeClass)
                }
            var lines = [
                "# Fill in: the style draws by class (docs/styles.md), for instance water, park, building, residential."
            ]
            if let column, FoldedText(column.name, isName: true).match(FieldWords.placeClass) > 0 {
                lines += ["# class:", "#   column: \(scalar(column))", "#   default: other", "#   table:"]
                lines += column.values.prefix(20).map {
                    "#     \(YAMLText.scalar(YAMLText.comment($0.value))): ?  # \(Self.rows($0.count))"
                }
            } else {
                lines.append("# class: {constant: park}")
            }
            fields.append(FieldLines(field: .featureClass, lines: lines))
        }
    }

    private static func share(_ fill: Double) -> String { "\(Int(saturating: (fill * 100).rounded(.down))) %" }

    private static func rows(_ count: Int) -> String { count == 1 ? "1 row" : "\(count) rows" }

    // MARK: Choices

    /// The unused column whose name fits best and that passes a test.
    private func pick(_ stems: [String], _ test: (ColumnDescription) -> Bool) -> ColumnDescription? {
        var best: (column: ColumnDescription, score: Double)?
        for column in file.columns
        where !used.contains(column.name) && column.kind != .empty && !column.name.hasPrefix("@") && test(column) {
            let match = FoldedText(column.name, isName: true).match(stems)
            guard match > 0 else { continue }
            // An emptier column loses against a fuller one of nearly as good a name.
            let score = Double(match) + column.fill * 6 - (column.name.contains(".") ? 0.5 : 0)
            if score > best?.score ?? 0 { best = (column, score) }
        }
        return best?.column
    }

    private mutating func chooseTimes() {
        let columns = file.columns.filter { $0.time != nil }
        var left = columns.map(\.name)
        let order: [(MappedField, [String])] = [
            (.originalDueAt, FieldWords.firstDue), (.completedAt, FieldWords.completed), (.dueAt, FieldWords.due),
            (.startsAt, FieldWords.starts), (.reportedAt, FieldWords.reported),
        ]
        // The strongest pair of name and property first, so that “start date estimated” does not become a deadline by chance.
        var pairs: [(field: MappedField, column: ColumnDescription, score: Double)] = []
        for column in columns {
            let name = FoldedText(column.name, isName: true)
            for (index, (field, words)) in order.enumerated() {
                let match = name.match(words)
                if match > 0 { pairs.append((field, column, Double(match) + column.fill - Double(index) * 0.01)) }
            }
        }
        for pair in pairs.sorted(by: { $0.score > $1.score })
        where left.contains(pair.column.name) && times[pair.field] == nil {
            let changed = FoldedText(pair.column.name, isName: true).match(FieldWords.changed)
            if Double(changed) > pair.score { continue }
            times[pair.field] = pair.column
            left.removeAll { $0 == pair.column.name }
        }
        if times.isEmpty, columns.count == 1, let only = columns.first { times[.reportedAt] = only }
        used.formUnion(times.values.map(\.name))
    }

    private func chooseStatus() -> ColumnDescription? {
        if let named = pick(
            FieldWords.status,
            { $0.kind == .text && $0.distinct <= 40 && $0.isExact && coverage($0, ValueWords.statuses).share > 0.3 })
        {
            return named
        }
        return file.columns.first {
            !used.contains($0.name) && $0.kind == .text && $0.isExact && $0.distinct <= 20 && $0.distinct > 1
                && coverage($0, ValueWords.statuses).share > 0.8
        } ?? pick(FieldWords.status) { $0.kind == .text && $0.distinct <= 20 && $0.isExact }
    }

    /// Share of a column's rows whose values some word fits, and how many codes they are.
    private func coverage<Code: Hashable>(_ column: ColumnDescription, _ words: [(code: Code, stems: [String])]) -> (
        share: Double, codes: Int
    ) {
        var codes: Set<Code> = []
        var fitting = 0
        for (value, count) in column.values.prefix(200) {
            guard let code = ValueWords.best(value, in: words) else { continue }
            codes.insert(code)
            fitting += count
        }
        let all = column.values.prefix(200).reduce(0) { $0 + $1.count }
        return (all > 0 ? Double(fitting) / Double(all) : 0, codes.count)
    }

    private var categoryWords: [(code: String, stems: [String])] {
        var words = ValueWords.categories
        // Names that the city's own catalogue gives are words too.
        for rule in catalogue {
            let names = rule.names.values.map { String(FoldedText($0).text.dropFirst()).replacing(" ", with: "_") }
            words.append((rule.code, [rule.code.replacing("_", with: " ")] + names))
        }
        return layer.kind == .roadRepair ? words + ValueWords.works : words
    }

    private func chooseCategory(except status: String?) -> ColumnDescription? {
        var best: (column: ColumnDescription, score: Double)?
        for column in file.columns
        where !used.contains(column.name) && column.name != status && column.kind == .text && column.isExact
            && column.distinct <= 500
            && column.longest <= 160 && !column.looksPersonal && !(column.isUnique && column.distinct > 20)
        {
            let (share, codes) = coverage(column, categoryWords)
            let name = FoldedText(column.name, isName: true)
            let stem = FieldWords.category.firstIndex { name.match([$0]) > 0 }
            // A name alone is enough if there are few values; words alone if they fit most rows.
            guard stem != nil && (share > 0.05 || column.distinct <= 60) || share > 0.6 && codes > 1 else { continue }
            // An address on Water Street is no outage of water.
            if stem == nil, name.match(FieldWords.address + FieldWords.district + FieldWords.organisation) > 0 {
                continue
            }
            let score =
                share * 100 + Double(min(codes, 12)) * 3 + (stem.map { 30 - Double($0) / 2 } ?? 0) + column.fill * 20
            if score > best?.score ?? 0 { best = (column, score) }
        }
        return best?.column
    }

    // MARK: Lines

    private func scalar(_ column: ColumnDescription) -> String { YAMLText.scalar(reference(column.name)) }

    private mutating func add(_ field: MappedField, _ line: String, note: String? = nil) {
        fields.append(FieldLines(field: field, lines: [line + (note.map { "  # \($0)" } ?? "")]))
    }

    /// A line to fill in.
    private mutating func addOpen(_ field: MappedField, _ line: String, note: String? = nil) {
        fields.append(FieldLines(field: field, lines: ["# \(line)" + (note.map { "  # \($0)" } ?? "")]))
    }

    private mutating func addText(
        _ field: MappedField, _ stems: [String], _ note: String? = nil,
        _ test: @escaping (ColumnDescription) -> Bool = { _ in true }
    ) {
        let isText: (ColumnDescription) -> Bool = { $0.kind == .text && test($0) }
        guard let column = pick(stems, { isText($0) && !$0.looksPersonal }) else {
            if let personal = pick(stems, isText) {
                addOpen(
                    field, "\(field.rawValue): \(scalar(personal))",
                    note: "left out: it holds what looks personal, and everybody could read it")
            } else {
                addOpen(field, "\(field.rawValue): COLUMN")
            }
            return
        }
        used.insert(column.name)
        add(field, "\(field.rawValue): \(scalar(column))", note: note)
    }

    private mutating func addID() {
        let ids = file.ids.filter { !used.contains($0) }
        guard let id = ids.first else {
            let start = times[.startsAt] ?? times[.reportedAt]
            let isFeature = file.place == .feature
            if isFeature, let start {
                add(
                    .sourceID, "source_id: {template: \(YAMLText.scalar("{\(reference(start.name))} {@position}"))}",
                    note: "guess: no column has a different value in each row, so start and place name a work")
                return
            }
            fields.append(
                FieldLines(
                    field: .sourceID,
                    lines: [
                        "# Fill in: no column has a different value in each row. Without an id importing again would add all rows again.",
                        "# source_id: COLUMN, or {join: [COLUMN, COLUMN], separator: \"-\"}",
                    ]))
            return
        }
        used.insert(id)
        let rank = file.column(id).map(\.countsRows) ?? false
        let others = ids.dropFirst().prefix(3).joined(separator: ", ")
        var note =
            rank
            ? "guess: it only counts the rows, so it may be another one in the next file"
            : "guess: its values are all different"
        if !others.isEmpty { note += "; so are \(YAMLText.comment(others))" }
        add(.sourceID, "source_id: \(YAMLText.scalar(reference(id)))", note: note)
    }

    private func kind(of code: String) -> WorkKind? { catalogue.first { $0.code == code }?.kind }

    private mutating func addKindAndCategory(_ column: ColumnDescription?) {
        guard let column else {
            let kind = layer.kind ?? .hazard
            add(
                .kind, "kind: {constant: \(kind.rawValue)}",
                note: layer.kind == nil ? "guess: no column tells road_repair, outage and hazard apart" : nil)
            let constant = kind == .outage ? "electricity" : kind == .roadRepair ? "utility_works" : "other"
            add(.category, "category: {constant: \(constant)}", note: "guess: no column tells categories apart")
            return
        }
        let words = categoryWords
        let codes = column.values.map { (value: $0.value, count: $0.count, code: ValueWords.best($0.value, in: words)) }
        if let kind = layer.kind {
            add(.kind, "kind: {constant: \(kind.rawValue)}")
        } else {
            var rows: [WorkKind: Int] = [:]
            for entry in codes { rows[entry.code.flatMap(kind(of:)) ?? .hazard, default: 0] += entry.count }
            if rows.count == 1, let only = rows.keys.first {
                add(.kind, "kind: {constant: \(only.rawValue)}", note: "guess: all categories are of this kind")
            } else {
                let table = codes.compactMap { entry in
                    entry.code.flatMap(kind(of:)).flatMap {
                        $0 == .hazard ? nil : (entry.value, $0.rawValue, entry.count)
                    }
                }
                fields.append(
                    FieldLines(
                        field: .kind,
                        lines: ["kind:  # guess: hazards, but for these"]
                            + tableLines(column, table, default: "hazard", unknown: [])))
            }
        }
        let fallback = layer.kind == .roadRepair ? "utility_works" : layer.kind == .outage ? "electricity" : "other"
        let unknown = codes.filter { $0.code == nil }.map { (value: $0.value, count: $0.count) }
        fields.append(
            FieldLines(
                field: .category,
                lines: ["category:  # guess from words; all categories: worksmap vocabulary"]
                    + tableLines(
                        column, codes.compactMap { entry in entry.code.map { (entry.value, $0, entry.count) } },
                        default: fallback, unknown: unknown)))
    }

    /// A column with a table, and the values that no word fits as lines to fill in.
    private func tableLines(
        _ column: ColumnDescription, _ table: [(value: String, code: String, count: Int)], default fallback: String,
        unknown: [(value: String, count: Int)]
    ) -> [String] {
        var lines = [
            "  column: \(scalar(column))", "  default: \(fallback)  # for values that the table does not have",
        ]
        guard !table.isEmpty || !unknown.isEmpty else { return lines }
        lines.append(table.isEmpty ? "  table:" : "  table:")
        if table.isEmpty { lines[lines.count - 1] = "  table: {}" }
        for entry in table.prefix(300) {
            lines.append("    \(YAMLText.scalar(entry.value)): \(entry.code)  # \(Self.rows(entry.count))")
        }
        if !unknown.isEmpty {
            lines.append("    # No word fits these, so they are “\(fallback)”:")
            for entry in unknown.prefix(60) {
                lines.append(
                    "    # \(YAMLText.scalar(YAMLText.comment(entry.value, length: 100))): \(fallback)  # \(Self.rows(entry.count))"
                )
            }
        }
        return lines
    }

    private mutating func addTitle(_ category: ColumnDescription?) {
        let titled = pick(FieldWords.title) {
            $0.kind == .text && !$0.looksPersonal && $0.longest <= 400 && $0.name != category?.name
        }
        let column: ColumnDescription?
        if let titled, category.map({ isFiner(titled, than: $0) }) ?? true {
            column = titled
        } else {
            column = category ?? titled
        }
        guard let column else {
            addOpen(
                .title, "title: COLUMN",
                note: "fill in: the name of the work on the map; without one its category is shown")
            return
        }
        used.insert(column.name)
        add(.title, "title: \(scalar(column))")
        if let category { used.insert(category.name) }
    }

    /// True if a column says more than the one of categories, and is no heading above these.
    private func isFiner(_ titled: ColumnDescription, than category: ColumnDescription) -> Bool {
        titled.isExact && titled.distinct > category.distinct
            && FoldedText(titled.name, isName: true).match(["subject", "betreff"]) == 0
    }

    private mutating func addTimes() {
        let common = commonFormats
        for field in [MappedField.reportedAt, .startsAt, .originalDueAt, .dueAt, .completedAt] {
            guard let column = times[field], let time = column.time else {
                addOpen(field, "\(field.rawValue): COLUMN")
                continue
            }
            var parts: [String] = []
            if time.formats != common { parts.append("time_formats: \(list(time.formats))") }
            if field == .dueAt || field == .originalDueAt, time.isDateOnly, !time.hasZone {
                parts.append("end_of_day: true")
            }
            let note = "\(time.earliest) … \(time.latest)"
            if parts.isEmpty {
                add(field, "\(field.rawValue): \(scalar(column))", note: note)
            } else {
                add(
                    field, "\(field.rawValue): {column: \(scalar(column)), \(parts.joined(separator: ", "))}",
                    note: note)
            }
        }
    }

    private mutating func addStatus(_ column: ColumnDescription?) {
        if let column {
            used.insert(column.name)
            let codes = column.values.map {
                (value: $0.value, count: $0.count, code: ValueWords.best($0.value, in: ValueWords.statuses))
            }
            let table = codes.compactMap { entry in entry.code.map { (entry.value, $0.rawValue, entry.count) } }
            let unknown = codes.filter { $0.code == nil }.map { (value: $0.value, count: $0.count) }
            fields.append(
                FieldLines(
                    field: .status,
                    lines: ["status:  # guess from words"]
                        + tableLines(column, table, default: "reported", unknown: unknown)))
            return
        }
        if let completed = times[.completedAt] {
            let name = scalar(completed)
            fields.append(
                FieldLines(
                    field: .status,
                    lines: [
                        "status:  # guess: done once there is a time of completion", "  first_non_empty:",
                        "    - {constant: done, when: [{column: \(name), present: true}]}",
                        "    - {constant: reported}",
                    ]))
        } else if times[.startsAt] != nil {
            add(
                .status, "status: {before_start: accepted, after_start: in_progress}",
                note: "guess: no column says it, so the start does")
        } else {
            add(
                .status, "status: {constant: \(layer.kind == .outage ? "in_progress" : "reported")}",
                note: "guess: no column says it")
        }
    }

    private mutating func addSeverity() {
        if let column = pick(
            FieldWords.severity,
            { $0.kind == .text && $0.isExact && $0.distinct <= 30 && coverage($0, ValueWords.severities).share > 0.3 })
        {
            used.insert(column.name)
            let codes = column.values.map {
                (value: $0.value, count: $0.count, code: ValueWords.best($0.value, in: ValueWords.severities))
            }
            fields.append(
                FieldLines(
                    field: .severity,
                    lines: ["severity:  # guess from words"]
                        + tableLines(
                            column,
                            codes.compactMap { entry in entry.code.map { (entry.value, $0.rawValue, entry.count) } },
                            default: "moderate",
                            unknown: codes.filter { $0.code == nil }.map { (value: $0.value, count: $0.count) })))
        } else if layer.kind != .roadRepair,
            let column = pick(
                FieldWords.affected,
                { $0.kind == .number && !$0.hasFractions && !$0.isUnique && ($0.range?.lowerBound ?? -1) >= 0 })
        {
            used.insert(column.name)
            add(
                .severity, "severity: {column: \(scalar(column)), at_least: {0: minor, 50: moderate, 500: severe}}",
                note: "guess: how many are affected")
        } else {
            addOpen(.severity, "severity: {column: COLUMN, table: {THEIRS: minor}, default: moderate}")
        }
    }

    private mutating func addImpact() {
        guard layer.kind == .roadRepair,
            let column = pick(
                FieldWords.impact,
                { $0.kind == .text && $0.isExact && $0.distinct <= 30 && coverage($0, ValueWords.impacts).share > 0.5 })
        else { return }
        used.insert(column.name)
        let codes = column.values.compactMap { entry in
            ValueWords.best(entry.value, in: ValueWords.impacts).map { (entry.value, $0.rawValue, entry.count) }
        }
        fields.append(
            FieldLines(
                field: .trafficImpact,
                lines: [
                    "traffic_impact:  # guess from words", "  column: \(scalar(column))", "  default: ~", "  table:",
                ]
                    + codes.map { "    \(YAMLText.scalar($0.0)): \($0.1)  # \(Self.rows($0.2))" }))
    }
}
