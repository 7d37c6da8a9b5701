/// GeoJSON read (RFC 7946), strictly but as the standard means it.
///
/// - Numbers of a position beyond the second, elevation first among them, are dropped (section 3.1.1).
/// - A geometry without positions (`"coordinates": []`) is no geometry (section 3.1); neither is a collection of such.
/// - `bbox` members say nothing that the coordinates do not say, and are not read.
/// - A `crs` member, which the standard has abolished, must name WGS 84 (section 4, appendix B.1).
public enum GeoJSON {
    /// How deep geometry collections may lie in each other.
    public static let maximumDepth = 64

    // MARK: Geometries

    /// The geometry that a JSON value says, or nil for `null` and for a geometry without positions.
    ///
    /// - Parameter path: where the value stands, for errors.
    public static func geometry(
        from value: JSONValue, path: String = "geometry"
    ) throws(GeoJSONError) -> Geometry? {
        try geometry(from: value, path: path, depth: 0)
    }

    private static func geometry(
        from value: JSONValue, path: String, depth: Int
    ) throws(GeoJSONError) -> Geometry? {
        if value.isNull { return nil }
        guard depth < maximumDepth else { throw GeoJSONError(reason: .depth, path: path) }
        guard case .object(let object) = value else {
            throw GeoJSONError(reason: .expected("a geometry", found: value.kind), path: path)
        }
        try checkReferenceSystem(in: object, path: path)
        let name = try typeName(of: object, path: path)
        guard let type = GeometryType(rawValue: name) else {
            throw GeoJSONError(reason: .type(name), path: GeoJSONError.join(path, "type"))
        }
        if type == .geometryCollection {
            let place = GeoJSONError.join(path, "geometries")
            guard let value = object["geometries"] else {
                throw GeoJSONError(reason: .missing("geometries"), path: path)
            }
            let members = try elements(of: value, "an array of geometries", path: place)
            var geometries: [Geometry] = []
            for (index, member) in members.enumerated() {
                if member.isNull {
                    throw GeoJSONError(reason: .expected("a geometry", found: "null"), path: "\(place)[\(index)]")
                }
                if let geometry = try geometry(from: member, path: "\(place)[\(index)]", depth: depth + 1) {
                    geometries.append(geometry)
                }
            }
            return geometries.isEmpty ? nil : .geometryCollection(geometries)
        }
        guard let coordinates = object["coordinates"] else {
            throw GeoJSONError(reason: .missing("coordinates"), path: path)
        }
        let place = GeoJSONError.join(path, "coordinates")
        if case .array(let elements) = coordinates, elements.isEmpty { return nil }
        switch type {
        case .point: return .point(try position(coordinates, path: place))
        case .multiPoint: return .multiPoint(try positions(coordinates, path: place))
        case .lineString: return .lineString(try positions(coordinates, path: place))
        case .multiLineString: return .multiLineString(try runs(coordinates, path: place))
        case .polygon: return .polygon(Polygon(rings: try runs(coordinates, path: place)))
        case .multiPolygon, .geometryCollection:
            var polygons: [Polygon] = []
            for (index, rings) in try elements(of: coordinates, "an array of polygons", path: place).enumerated() {
                polygons.append(Polygon(rings: try runs(rings, path: "\(place)[\(index)]")))
            }
            return .multiPolygon(polygons)
        }
    }

    private static func runs(_ value: JSONValue, path: String) throws(GeoJSONError) -> [[Coordinate]] {
        var runs: [[Coordinate]] = []
        for (index, run) in try elements(of: value, "an array of arrays of positions", path: path).enumerated() {
            runs.append(try positions(run, path: "\(path)[\(index)]"))
        }
        return runs
    }

    private static func positions(_ value: JSONValue, path: String) throws(GeoJSONError) -> [Coordinate] {
        var positions: [Coordinate] = []
        for (index, position) in try elements(of: value, "an array of positions", path: path).enumerated() {
            positions.append(try self.position(position, path: "\(path)[\(index)]"))
        }
        return positions
    }

    private static func position(_ value: JSONValue, path: String) throws(GeoJSONError) -> Coordinate {
        let numbers = try elements(of: value, "a position [longitude, latitude]", path: path)
        guard numbers.count >= 2 else { throw GeoJSONError(reason: .shortPosition(numbers.count), path: path) }
        for (index, number) in numbers.enumerated() where number.double == nil {
            throw GeoJSONError(reason: .expected("a number", found: number.kind), path: "\(path)[\(index)]")
        }
        return Coordinate(longitude: numbers[0].double!, latitude: numbers[1].double!)
    }

    private static func elements(
        of value: JSONValue, _ expected: String, path: String
    ) throws(GeoJSONError) -> [JSONValue] {
        guard case .array(let elements) = value else {
            throw GeoJSONError(reason: .expected(expected, found: value.kind), path: path)
        }
        return elements
    }

    static func typeName(of object: JSONObject, path: String) throws(GeoJSONError) -> String {
        guard let type = object["type"] else { throw GeoJSONError(reason: .missing("type"), path: path) }
        guard let name = type.string else {
            throw GeoJSONError(
                reason: .expected("a string", found: type.kind), path: GeoJSONError.join(path, "type"))
        }
        return name
    }

    // MARK: Features

    /// The feature that a JSON value says.
    ///
    /// A bare geometry counts as a feature without properties.
    public static func feature(from value: JSONValue, path: String = "") throws(GeoJSONError) -> GeoJSONFeature {
        guard case .object(let object) = value else {
            throw GeoJSONError(reason: .expected("a feature", found: value.kind), path: path)
        }
        let type = try typeName(of: object, path: path)
        if GeometryType(rawValue: type) != nil {
            var feature = GeoJSONFeature(geometry: try geometry(from: value, path: path))
            feature.hasFurtherOrdinates = hasFurtherOrdinates(value)
            return feature
        }
        guard type == "Feature" else {
            throw GeoJSONError(reason: .type(type), path: GeoJSONError.join(path, "type"))
        }
        try checkReferenceSystem(in: object, path: path)
        var feature = GeoJSONFeature()
        for member in object.members {
            switch member.name {
            case "type", "bbox", "crs": break
            case "geometry":
                feature.geometry = try geometry(from: member.value, path: GeoJSONError.join(path, "geometry"))
                feature.hasFurtherOrdinates = hasFurtherOrdinates(member.value)
            case "properties": feature.properties = try properties(member.value, path: path)
            case "id": feature.id = try id(member.value, path: path)
            default: feature.foreignMembers[member.name] = member.value
            }
        }
        guard object["geometry"] != nil else { throw GeoJSONError(reason: .missing("geometry"), path: path) }
        return feature
    }

    static func properties(_ value: JSONValue, path: String) throws(GeoJSONError) -> JSONObject {
        switch value {
        case .null: return JSONObject()
        case .object(let object): return object
        default:
            throw GeoJSONError(
                reason: .expected("an object", found: value.kind), path: GeoJSONError.join(path, "properties"))
        }
    }

    static func id(_ value: JSONValue, path: String) throws(GeoJSONError) -> JSONValue? {
        switch value {
        case .null: return nil
        case .string, .integer, .number: return value
        default:
            throw GeoJSONError(
                reason: .expected("a string or a number", found: value.kind), path: GeoJSONError.join(path, "id"))
        }
    }

    // MARK: Reference system

    /// Throws if there is a `crs` member that names another system than WGS 84.
    static func checkReferenceSystem(in object: JSONObject, path: String) throws(GeoJSONError) {
        guard let name = foreignReferenceSystem(in: object) else { return }
        throw GeoJSONError(reason: .referenceSystem(name), path: GeoJSONError.join(path, "crs"))
    }

    /// The name of the system that a `crs` member says, unless it is WGS 84; nil without such a member.
    static func foreignReferenceSystem(in object: JSONObject) -> String? {
        guard let crs = object["crs"], !crs.isNull else { return nil }
        let name = crs["properties"]?["name"]?.string ?? crs["properties"]?["href"]?.string ?? crs.string
        guard let name else {
            let code = crs["properties"]?["code"]?.integer
            return code == 4326 ? nil : code.map { "EPSG:\($0)" } ?? "an unnamed reference system"
        }
        return isWGS84(name) ? nil : name
    }

    /// True if a position in a geometry's value has more than two numbers.
    private static func hasFurtherOrdinates(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let object):
            object["coordinates"].map(hasFurtherOrdinates) ?? object["geometries"].map(hasFurtherOrdinates) ?? false
        case .array(let elements):
            elements.first?.double == nil ? elements.contains(where: hasFurtherOrdinates) : elements.count > 2
        default: false
        }
    }

    /// Whether a name means longitude and latitude in WGS 84: OGC's CRS84, or EPSG's 4326 as GeoJSON has always used it.
    static func isWGS84(_ name: String) -> Bool {
        let name = name.lowercased()
        let parts = name.split { $0 == ":" || $0 == "/" || $0 == "#" }
        switch parts.last {
        case "crs84", "wgs84": return true
        case "4326": return parts.contains { $0 == "epsg" || $0 == "epsg.xml" }
        default: return false
        }
    }
}
