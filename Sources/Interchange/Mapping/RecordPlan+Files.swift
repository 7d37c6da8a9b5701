import Geometry
import Works

extension RecordPlan {
    /// The plan for a CSV file with this header.
    ///
    /// - Throws: ``MappingError`` if the mapping names columns that the file lacks.
    init(_ mapping: Mapping, header given: [String], file: String, keepsSamples: Bool = false) throws {
        // Refused rows are mended and brought again; that file is our own, whatever its columns are called.
        if given.starts(with: RefusedRows.ownColumns) { ownColumns = RefusedRows.ownColumns.count }
        isOurs = mapping.hasOwnNames
        isGuarded = isOurs || ownColumns > 0
        let header = isGuarded ? given.map { CSVWriter.unguarded($0) } : given
        var places: [String: Int] = [:]
        for (index, name) in header.enumerated() where index >= ownColumns && places[name] == nil {
            places[name] = index
        }
        for (slot, column) in mapping.columns.enumerated() {
            if let special = Special(column.name, file: file, members: JSONObject()) {
                self.special[slot] = special
                columns.append(-2)
            } else if let place = places[column.name] {
                columns.append(place)
            } else if column.isOptional {
                columns.append(-1)
            } else {
                throw Self.missing(column, mapping: mapping, file: file, present: header)
            }
        }
        let passedOn = mapping.passedOnColumns
        kept = header.enumerated().filter { index, name in
            !passedOn.contains(name) && !mapping.omitted.contains(name) && !name.isEmpty && places[name] == index
                && index >= ownColumns
        }.map { ($0.offset, $0.element) }
        if mapping.geometry == .feature { guess(header) }
        extra = ExtraColumns(mapping.published, keepsSamples: keepsSamples)
        extra.note(present: header.dropFirst(ownColumns))
    }

    /// The plan for features of a collection with these members beside them.
    init(_ mapping: Mapping, file: String, members: JSONObject, keepsSamples: Bool = false) {
        for (slot, column) in mapping.columns.enumerated() {
            special[slot] = Special(column.name, file: file, members: members)
            paths.append(column.name.split(separator: ".").map(String.init))
        }
        isOurs = mapping.hasOwnNames
        var all = MemberPart.members([:])
        for name in mapping.passedOnColumns.union(mapping.omitted) {
            all.add([name])
            all.add(name.split(separator: ".").map(String.init)[...])
        }
        guard case .members(let dropped) = all else { return }
        extra = ExtraColumns(mapping.published, dropped: dropped, keepsSamples: keepsSamples)
    }

    /// What to say about a column that is not there.
    static func missing(_ column: Mapping.Column, mapping: Mapping, file: String, present: [String]) -> MappingError {
        let near = Spelling.nearest(to: column.name, among: present).map { " Is “\($0)” meant?" } ?? ""
        return MappingError(
            mapping: mapping.name, line: column.line,
            "\(file) has no column “\(column.name)”.\(near) Its columns are \(present.joined(separator: ", ")). "
                + "(A column that may be missing is written `\(column.name)?`.)")
    }

    private static let longitudes = ["longitude", "lon", "lng", "long", "x", "долгота"]
    private static let latitudes = ["latitude", "lat", "y", "широта"]

    /// Looks for columns that are named as places usually are.
    private mutating func guess(_ header: [String]) {
        let names = header.map { $0.lowercased() }
        let before = columns.count
        func slot(_ candidates: [String]) -> ColumnReference? {
            for candidate in candidates {
                guard let column = names.firstIndex(of: candidate) else { continue }
                columns.append(column)
                return ColumnReference(name: header[column], slot: columns.count - 1)
            }
            return nil
        }
        if let column = slot(["wkt", "geometry_wkt", "the_geom"]) {
            guessed = .wkt(column)
        } else if let column = slot(["geojson", "geometry_geojson", "geometry"]) {
            guessed = .geoJSON(column)
        } else if let longitude = slot(Self.longitudes), let latitude = slot(Self.latitudes) {
            guessed = .columns(longitude: longitude, latitude: latitude)
        }
        guard guessed != nil else { return }
        let used = Set(columns[before...])
        kept.removeAll { used.contains($0.column) }
    }
}

extension RecordPlan.Special {
    fileprivate init?(_ name: String, file: String, members: JSONObject) {
        switch name {
        case ColumnReference.row: self = .row
        case ColumnReference.file: self = .text(InputFile.stem(of: file))
        case ColumnReference.featureID: self = .featureID
        case ColumnReference.position: self = .position
        case ColumnReference.geometry: self = .geometry
        case ColumnReference.geometryHash: self = .geometryHash
        default:
            guard name.hasPrefix(ColumnReference.collection) else { return nil }
            let path = name.dropFirst(ColumnReference.collection.count).split(separator: ".").map(String.init)
            self = .text(FeatureRow.value(at: path, in: members).flatMap(FeatureRow.text(of:)))
        }
    }
}

extension Mapping {
    /// The columns whose text becomes a property of ours; those that are only looked up in a table are kept beside as well.
    var passedOnColumns: Set<String> {
        var names: Set<String> = []
        for rule in fields.values {
            rule.expression?.visitColumns { column, passedOn in if passedOn { names.insert(column.name) } }
        }
        func visit(_ source: GeometrySource) {
            switch source {
            case .feature, .none: break
            case .columns(let longitude, let latitude): names.formUnion([longitude.name, latitude.name])
            case .wkt(let column), .geoJSON(let column), .wkb(let column), .pair(let column, _):
                names.insert(column.name)
            case .when(_, let source): visit(source)
            case .first(let sources): sources.forEach(visit)
            }
        }
        visit(geometry)
        return names
    }

    /// The mapping for a file in which these columns are found: a variant that recognises them, or this one.
    func variant(for present: (String) -> Bool) -> Mapping {
        variants.first { $0.needs.allSatisfy(present) }?.mapping ?? self
    }
}
