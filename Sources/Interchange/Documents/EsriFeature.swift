import Geometry

/// A feature as servers of Esri's write it: `attributes`, and a geometry of `x` and `y`, `points`, `paths` or `rings`.
///
/// Esri, *Geometry objects*, ArcGIS REST API: rings that go clockwise are the outer ones, the others are holes.
enum EsriFeature {
    /// Coordinate system of a document or a geometry.
    enum Reference: Hashable {
        /// Degrees of WGS 84.
        case degrees
        /// Metres of Web Mercator.
        case webMercator
        case other(String)

        /// - Parameter value: A `spatialReference`; nil and those without a number are taken for degrees.
        init(_ value: JSONValue?) {
            let number = value?["latestWkid"]?.double ?? value?["wkid"]?.double
            switch number {
            case 4326?, 4979?: self = .degrees
            case 3857?, 102100?, 102113?, 900913?, 3785?: self = .webMercator
            case let number?: self = .other("EPSG:\(Int(saturating: number))")
            case nil:
                guard let text = value?["wkt"]?.string else {
                    self = .degrees
                    return
                }
                if text.contains("Mercator_Auxiliary_Sphere") {
                    self = .webMercator
                } else if text.hasPrefix("GEOGCS"), text.contains("WGS_1984") {
                    self = .degrees
                } else {
                    self = .other(String(text.prefix(60)))
                }
            }
        }
    }

    static func advice(_ reference: String) -> String {
        "is Esri JSON in \(reference); ask the server for outSR=4326, or for f=geojson"
    }

    /// The feature as GeoJSON; nil if it has no attributes.
    static func geoJSON(_ raw: [UInt8], _ reference: Reference) -> [UInt8]? {
        guard let value = try? JSONParser.parse(raw, maximumValues: GeoJSONFeatureStream.maximumValues),
            let attributes = value["attributes"]?.object
        else { return nil }
        var json = JSONWriter()
        json.beginObject()
        json.key("type")
        json.string("Feature")
        json.key("properties")
        json.object(attributes)
        json.key("geometry")
        json.value(geometry(value["geometry"] ?? .null, reference))
        json.endObject()
        return json.bytes
    }

    // MARK: Geometry

    private static func geometry(_ value: JSONValue, _ outer: Reference) -> JSONValue {
        guard let object = value.object else { return .null }
        let reference = object["spatialReference"].map(Reference.init) ?? outer
        func made(_ type: String, _ coordinates: JSONValue) -> JSONValue {
            ["type": .string(type), "coordinates": coordinates]
        }
        func line(_ value: JSONValue) -> [Coordinate] { (value.array ?? []).compactMap { position($0, reference) } }
        func json(_ line: [Coordinate]) -> JSONValue { .array(line.map(json)) }
        func json(_ point: Coordinate) -> JSONValue { .array([.number(point.longitude), .number(point.latitude)]) }
        if case .other(let name) = reference { return made(advice(name), []) }
        if let x = object["x"] {
            guard let point = position(.array([x, object["y"] ?? .null]), reference) else { return .null }
            return made("Point", json(point))
        }
        if let points = object["points"] {
            let points = line(points)
            return points.isEmpty ? .null : made("MultiPoint", json(points))
        }
        if let paths = object["paths"]?.array {
            let lines = paths.map(line).filter { !$0.isEmpty }
            if lines.count == 1 { return made("LineString", json(lines[0])) }
            return lines.isEmpty ? .null : made("MultiLineString", .array(lines.map(json)))
        }
        if let rings = object["rings"]?.array {
            let polygons = polygons(rings.map(line).filter { !$0.isEmpty })
            if polygons.count == 1 { return made("Polygon", .array(polygons[0].map(json))) }
            return polygons.isEmpty ? .null : made("MultiPolygon", .array(polygons.map { .array($0.map(json)) }))
        }
        // Curves and the like are refused by the name that they have.
        return object.isEmpty ? .null : made(object.first { $0.name != "spatialReference" }?.name ?? "", [])
    }

    private static func position(_ value: JSONValue, _ reference: Reference) -> Coordinate? {
        guard let numbers = value.array, numbers.count >= 2, let x = numbers[0].double, let y = numbers[1].double else {
            return nil
        }
        guard reference == .webMercator else { return Coordinate(longitude: x, latitude: y) }
        let half = WebMercator.halfCircumference
        return Coordinate(
            longitude: WebMercator.longitude(x: (x / half + 1) / 2),
            latitude: WebMercator.latitude(y: (1 - y / half) / 2))
    }

    /// Rings as polygons: each hole goes with the smallest outer ring around it.
    private static func polygons(_ rings: [[Coordinate]]) -> [[[Coordinate]]] {
        var outers = rings.filter { area($0) < 0 }
        // Some programs do not know which way is which: then all are outer rings.
        guard !outers.isEmpty else { return rings.map { [$0] } }
        outers.sort { area($0) > area($1) }
        var polygons = outers.map { [$0] }
        for hole in rings where area(hole) >= 0 {
            let index = outers.firstIndex { outer in hole.first.map { contains(outer, $0) } ?? false }
            if let index { polygons[index].append(hole) } else { polygons.append([hole]) }
        }
        return polygons
    }

    /// Twice the area in square degrees, negative if the ring goes clockwise.
    private static func area(_ ring: [Coordinate]) -> Double {
        var sum = 0.0
        for (index, point) in ring.enumerated() {
            let next = ring[(index + 1) % ring.count]
            sum += point.longitude * next.latitude - next.longitude * point.latitude
        }
        return sum
    }

    /// True if a point lies within a ring, by the number of edges east of it.
    private static func contains(_ ring: [Coordinate], _ point: Coordinate) -> Bool {
        var isInside = false
        for (index, a) in ring.enumerated() {
            let b = ring[(index + 1) % ring.count]
            guard (a.latitude > point.latitude) != (b.latitude > point.latitude) else { continue }
            let share = (point.latitude - a.latitude) / (b.latitude - a.latitude)
            if point.longitude < a.longitude + share * (b.longitude - a.longitude) { isInside.toggle() }
        }
        return isInside
    }
}
