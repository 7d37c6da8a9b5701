import Geometry
public import Works

/// A mapping made of guesses, with a comment at each, that can be used at once and is meant to be checked.
public struct MappingSuggestion: Sendable {
    let file: FileDescription
    /// The layer that the user named, or the guessed one.
    let layer: ImportLayer
    let layerReason: String
    let catalogue: [CategoryRule]
    /// Columns that a field or the geometry takes over.
    var used: Set<String> = []
    var times: [MappedField: ColumnDescription] = [:]
    var fields: [FieldLines] = []

    /// Lines of one property under `fields`.
    struct FieldLines: Sendable {
        var field: MappedField
        var lines: [String]
    }

    /// - Parameters:
    ///   - layer: Where the rows go; guessed if nil.
    ///   - catalogue: Categories that the city knows, from which kinds follow.
    public init(_ file: FileDescription, layer: ImportLayer? = nil, catalogue: [CategoryRule]) {
        self.file = file
        self.catalogue = catalogue
        if let layer {
            self.layer = layer
            layerReason = "as --as says"
        } else {
            (self.layer, layerReason) = LayerGuess(file).guess
        }
        take(place: file.place)
        if self.layer.reference == nil { makeWork() } else { makeReference() }
    }

    // MARK: The file

    /// The mapping as YAML.
    public var yaml: String {
        var lines = head
        lines += [""] + placeLines
        lines += [""] + publishLines
        lines += ["", "fields:"]
        for field in fields { lines += field.lines.map { "  " + $0 } }
        return lines.joined(separator: "\n") + "\n"
    }

    private var head: [String] {
        let read = file.isWhole ? "all \(file.rows) rows" : "the first \(file.rows) rows"
        var lines = [
            "# Suggested from \(YAMLText.comment(file.file)): \(read) were looked at. Every guess says so; check it, then delete its comment.",
            "# Try it:  worksmap import FILE --mapping THIS.yaml --dry-run --show 5",
            "# Keys and forms: docs/mappings.md; words of kinds, statuses and categories: worksmap vocabulary",
            "",
            "# The name under which these rows are known from now on: importing again updates them.",
            "source: \(YAMLText.scalar(sourceName))",
            "# attribution: Whom the licence of the data asks to name",
            "layer: \(layer.rawValue)  # guess: \(layerReason)",
        ]
        if let delimiter = file.delimiter {
            lines.append("format: csv")
            if delimiter != "," {
                let names = [";": "semicolon", "|": "pipe", "tab": "tab"]
                lines.append("delimiter: \(names[delimiter] ?? YAMLText.scalar(delimiter))")
            }
        } else if let records = file.records {
            lines.append("records: \(YAMLText.scalar(records))  # guess: the list in the document")
        } else if file.format == "json" {
            lines.append("format: geojson")
        }
        if !["utf-8", "utf-16", "as the file says"].contains(file.encoding) {
            lines.append("encoding: \(file.encoding)  # guess: the bytes are no UTF-8; look at letters with marks")
        }
        if layer.reference == nil { lines += zoneLines + formatLines }
        let empty = emptyValues
        if !empty.isEmpty {
            lines.append("# Texts that mean that there is no value.")
            lines.append("empty_values: [\(empty.map(YAMLText.scalar).joined(separator: ", "))]")
        }
        return lines
    }

    /// The file's name without what looks like a date.
    private var sourceName: String {
        let stem = file.file == "-" ? "source" : InputFile.stem(of: file.file)
        let plain = stem.replacing(
            /[_\-. ]*(?:19|20)[0-9]{2}[-_]?[0-9]{2}(?:[-_]?[0-9]{2})?(?:[T_\-]?[0-9]{4,6}Z?)?(?:_.*)?$/, with: "")
        return plain.isEmpty ? stem : plain
    }

    private var zoneLines: [String] {
        guard times.values.contains(where: { !($0.time?.hasZone ?? true) }) else {
            return times.isEmpty ? [] : ["# All times say their offset from UTC, so no time_zone is needed."]
        }
        let question = "times without an offset are by the clocks of this zone"
        guard let zone = file.zone else {
            return ["# Fill in: \(question); without it they would be UTC.", "# time_zone: Europe/Moscow"]
        }
        return ["time_zone: \(zone)  # guess from the places: \(question)"]
    }

    /// Formats of most of the times; others say theirs.
    var commonFormats: [String] {
        var counts: [[String]: Int] = [:]
        for column in times.values { counts[column.time?.formats ?? [], default: 0] += column.filled }
        return counts.max { ($0.value, $1.key.joined()) < ($1.value, $0.key.joined()) }?.key ?? []
    }

    private var formatLines: [String] {
        let formats = commonFormats
        guard !formats.isEmpty else { return [] }
        var line = "time_formats: \(list(formats))"
        if let column = times.values.first(where: { $0.time?.formats == formats && $0.time?.otherOrder != nil }),
            let other = column.time?.otherOrder
        {
            line +=
                "  # guess: “\(Self.example(of: column))” could also be \(YAMLText.scalar(other))"
        } else if let column = times.values.first(where: { $0.time?.formats == formats }) {
            line += "  # such as “\(Self.example(of: column))”"
        }
        return [line]
    }

    /// The most frequent value that is a time.
    private static func example(of column: ColumnDescription) -> String {
        let empty = column.time?.emptyValues ?? []
        return YAMLText.comment(column.values.first { !empty.contains($0.value) }?.value ?? "")
    }

    private var emptyValues: [String] {
        var values: [String] = []
        func add(_ value: String) { if !values.contains(value) { values.append(value) } }
        for column in file.columns where used.contains(column.name) {
            for value in column.time?.emptyValues ?? [] { add(value) }
            for value in column.values where ValueWords.empty.contains(value.value.lowercased()) && column.distinct > 1
            { add(value.value) }
        }
        return Array(values.prefix(20))
    }

    func list(_ texts: [String]) -> String {
        let scalars = texts.map(YAMLText.scalar)
        return scalars.count == 1 ? scalars[0] : "[\(scalars.joined(separator: ", "))]"
    }

    // MARK: Places

    private mutating func take(place: PlaceGuess) {
        switch place {
        case .columns(let a, let b), .projected(let a, let b, _): used.formUnion([a, b])
        case .pair(let name, _), .wkt(let name), .wkb(let name), .geoJSON(let name): used.insert(name)
        case .feature, .none: break
        }
    }

    private var placeLines: [String] {
        var lines: [String] = []
        func name(_ column: String) -> String { YAMLText.scalar(reference(column)) }
        switch file.place {
        case .feature:
            let other = file.columns.first(where: \.holdsGeometry).map {
                "[{geojson: \(YAMLText.scalar(reference($0.name)))}, feature]"
            }
            lines.append(
                "geometry: "
                    + (other.map { $0 + "  # guess: a geometry beside that of the feature, if there is one" }
                        ?? "feature"))
        case .columns(let longitude, let latitude):
            lines.append(
                "geometry: {longitude: \(name(longitude)), latitude: \(name(latitude))}  # guess from names and numbers"
            )
            let zeros = [longitude, latitude].allSatisfy {
                file.column($0)?.values.contains { PlaceSearch.number($0.value) == 0 } ?? false
            }
            if zeros { lines.append("empty_places: [[0, 0]]  # 0, 0 means that the place is not known") }
        case .pair(let column, let isLatitudeFirst):
            lines.append(
                "geometry: {\(isLatitudeFirst ? "lat_lon" : "lon_lat"): \(name(column))}  # guess from “\(sample(column))”"
            )
        case .wkt(let column): lines.append("geometry: {wkt: \(name(column))}")
        case .wkb(let column): lines.append("geometry: {wkb: \(name(column))}")
        case .geoJSON(let column): lines.append("geometry: {geojson: \(name(column))}")
        case .projected(let x, let y, let candidates):
            lines.append("geometry: {longitude: \(name(x)), latitude: \(name(y))}")
            lines.append(
                "# Fill in: these are no degrees (\(sample(x)), \(sample(y))). Of this magnitude are \(candidates.prefix(4).joined(separator: "; "))."
            )
            lines.append("# crs: EPSG:25832")
        case .none:
            lines.append("# Fill in: no column says where the rows are, so none would be on the map.")
            lines.append("# geometry: {longitude: COLUMN, latitude: COLUMN}")
            lines.append("geometry: none")
        }
        if let bounds = file.bounds {
            func text(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
            lines.append(
                "# The rows lie within \(text(bounds.west)), \(text(bounds.south)), \(text(bounds.east)), \(text(bounds.north)). Rows outside of the city are refused with"
            )
            lines.append(
                "# bounds: [\(text(bounds.west - 0.2)), \(text(bounds.south - 0.2)), \(text(bounds.east + 0.2)), \(text(bounds.north + 0.2))]"
            )
        }
        if layer.reference == nil {
            lines.append("# If each file lists all that is open, works that are gone from it are closed with")
            lines.append("# snapshot: full")
            if let time = momentInName {
                lines.append("# observed_at: {file_name: \(YAMLText.scalar(time))}")
            } else if let member = momentMember {
                lines.append("# observed_at: {collection: \(YAMLText.scalar(member))}")
            }
        }
        return lines
    }

    private func sample(_ column: String) -> String {
        YAMLText.comment(file.column(column)?.samples.first?.value ?? "")
    }

    /// Pattern of the file's name, if there is a time in it.
    private var momentInName: String? {
        let stem = InputFile.stem(of: file.file)
        let forms: [(Regex<Substring>, String)] = [
            (/[0-9]{8}T[0-9]{6}Z/, "%Y%m%dT%H%M%S%z"), (/[0-9]{8}T[0-9]{6}/, "%Y%m%dT%H%M%S"),
            (/[0-9]{4}-[0-9]{2}-[0-9]{2}/, "%Y-%m-%d"),
            (/20[0-9]{6}/, "%Y%m%d"),
        ]
        for (form, pattern) in forms {
            if let match = stem.firstMatch(of: form) {
                func literal(_ text: Substring) -> String { String(text).replacing("%", with: "%%") }
                return literal(stem[..<match.range.lowerBound]) + pattern + literal(stem[match.range.upperBound...])
            }
        }
        return nil
    }

    private var momentMember: String? {
        file.members.first { FoldedText($0, isName: true).match(FieldWords.times + ["stand_", "generated"]) > 0 }
    }

    // MARK: What becomes public

    private var publishLines: [String] {
        let rest = file.columns.filter { !used.contains($0.name) && $0.kind != .empty && !$0.name.hasPrefix("@") }
        let personal = rest.filter(\.looksPersonal)
        var lines = [
            "# Public are only the fields below; all other columns are for staff. To publish more, name columns here."
        ]
        if !personal.isEmpty {
            lines.append("# These look personal, leave them out:")
            for column in personal.prefix(20) {
                lines.append("#   \(YAMLText.comment(column.name)): \(column.personalReason)")
            }
        }
        let others = rest.filter { !$0.looksPersonal }.map { YAMLText.scalar(reference($0.name)) }
        if !others.isEmpty {
            lines.append("# Others: \(YAMLText.comment(others.prefix(40).joined(separator: ", "), length: 900))")
        }
        lines.append("publish: []")
        return lines
    }

    // MARK: Columns

    /// A column as a mapping names it: with a question mark if some rows of a JSON file lack it.
    func reference(_ name: String) -> String {
        let mayLack = file.delimiter == nil && (file.column(name).map { $0.filled < file.rows } ?? true)
        return mayLack || name.hasSuffix("?") ? name + "?" : name
    }
}

extension ColumnDescription {
    /// Reason why the column looks personal, in words.
    public var personalReason: String {
        var reasons = personal.sorted { $0.key < $1.key }.map { value, count in
            switch value {
            case .email: "e-mail addresses (\(count))"
            case .telephone: "telephone numbers (\(count))"
            case .name: "names of people (\(count))"
            case .entrepreneur: "names of entrepreneurs (\(count))"
            }
        }
        if isNamedPersonal { reasons.append("its name") }
        return reasons.joined(separator: ", ")
    }
}
