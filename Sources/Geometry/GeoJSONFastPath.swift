// Features read in one pass over their bytes, coordinates straight into geometries.
//
// Whatever is out of the ordinary makes these functions give up, and the feature is then read as a JSON value by
// ``GeoJSON``, which alone decides what is an error and words it.

extension GeoJSON {
    /// The feature, or nil if it must be looked at closely.
    static func ordinaryFeature(_ bytes: UnsafeBufferPointer<UInt8>) -> GeoJSONFeature? {
        guard let base = bytes.baseAddress else { return nil }
        var parser = JSONParser(base: base, count: bytes.count)
        parser.valuesLeft = GeoJSONFeatureStream.maximumValues
        parser.skipSpace()
        guard parser.next == UInt8(ascii: "{") else { return nil }
        do { return try parser.ordinaryFeature() } catch { return nil }
    }
}

/// The feature must be read as a JSON value.
private struct OutOfTheOrdinary: Error {}

/// Coordinates of which the type is not known yet.
private enum CoordinateTree {
    case position(Coordinate)
    case run([Coordinate])
    case runs([[Coordinate]])
    case polygons([[[Coordinate]]])
}

extension JSONParser {
    fileprivate mutating func ordinaryFeature() throws -> GeoJSONFeature {
        var feature = GeoJSONFeature()
        var isFeature = false
        var hasGeometry = false
        var hasProperties = false
        var hasID = false
        var hasBounds = false
        try ordinaryMembers { parser in
            if try parser.member("type") {
                guard !isFeature, parser.take("Feature") else { throw OutOfTheOrdinary() }
                isFeature = true
            } else if try parser.member("geometry") {
                guard !hasGeometry else { throw OutOfTheOrdinary() }
                hasGeometry = true
                if parser.next == UInt8(ascii: "n") {
                    guard try parser.value(depth: 1) == .null else { throw OutOfTheOrdinary() }
                } else {
                    feature.geometry = try parser.ordinaryGeometry()
                }
            } else if try parser.member("properties") {
                guard !hasProperties else { throw OutOfTheOrdinary() }
                hasProperties = true
                if parser.next == UInt8(ascii: "{") {
                    feature.properties = try parser.object(depth: 1)
                } else if try parser.value(depth: 1) != .null {
                    throw OutOfTheOrdinary()
                }
            } else if try parser.member("id") {
                guard !hasID else { throw OutOfTheOrdinary() }
                hasID = true
                feature.id = try GeoJSON.id(try parser.value(depth: 1), path: "")
            } else if try parser.member("bbox") {
                guard !hasBounds else { throw OutOfTheOrdinary() }
                hasBounds = true
                _ = try parser.value(depth: 1)
            } else {
                let name = try parser.string()
                // An escaped spelling of one of the names above, or of `crs`, is read elsewhere.
                guard !["type", "geometry", "properties", "id", "bbox", "crs"].contains(name),
                    !feature.foreignMembers.has(name)
                else { throw OutOfTheOrdinary() }
                try parser.colon()
                feature.foreignMembers[name] = try parser.value(depth: 1)
            }
        }
        skipSpace()
        guard isFeature, hasGeometry, isAtEnd else { throw OutOfTheOrdinary() }
        feature.hasFurtherOrdinates = hasFurtherOrdinates
        return feature
    }

    /// Calls `body` at the name of each member.
    @inline(__always)
    private mutating func ordinaryMembers(_ body: (inout JSONParser) throws -> Void) throws {
        guard next == UInt8(ascii: "{") else { throw OutOfTheOrdinary() }
        while true {
            position += 1
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw OutOfTheOrdinary() }
            try body(&self)
            skipSpace()
            guard next == UInt8(ascii: ",") else { break }
        }
        guard next == UInt8(ascii: "}") else { throw OutOfTheOrdinary() }
        position += 1
    }

    /// Whether the member at the cursor has this name; goes on to its value if so.
    @inline(__always)
    private mutating func member(_ name: StaticString) throws -> Bool {
        guard take(name) else { return false }
        try colon()
        return true
    }

    @inline(__always)
    private mutating func colon() throws {
        skipSpace()
        guard next == UInt8(ascii: ":") else { throw OutOfTheOrdinary() }
        position += 1
        skipSpace()
    }

    private mutating func ordinaryGeometry() throws -> Geometry {
        var type: GeometryType?
        var tree: CoordinateTree?
        var hasBounds = false
        try ordinaryMembers { parser in
            if try parser.member("type") {
                guard type == nil else { throw OutOfTheOrdinary() }
                type = try parser.geometryType()
            } else if try parser.member("coordinates") {
                guard tree == nil else { throw OutOfTheOrdinary() }
                tree = try parser.coordinateTree()
            } else {
                guard try parser.string() == "bbox", !hasBounds else { throw OutOfTheOrdinary() }
                hasBounds = true
                try parser.colon()
                _ = try parser.value(depth: 2)
            }
        }
        switch (type, tree) {
        case (.point, .position(let position)): return .point(position)
        case (.multiPoint, .run(let run)): return .multiPoint(run)
        case (.lineString, .run(let run)): return .lineString(run)
        case (.multiLineString, .runs(let runs)): return .multiLineString(runs)
        case (.polygon, .runs(let runs)): return .polygon(Polygon(rings: runs))
        case (.multiPolygon, .polygons(let polygons)): return .multiPolygon(polygons.map { Polygon(rings: $0) })
        default: throw OutOfTheOrdinary()
        }
    }

    private mutating func geometryType() throws -> GeometryType {
        if take("Point") { return .point }
        if take("LineString") { return .lineString }
        if take("Polygon") { return .polygon }
        if take("MultiPolygon") { return .multiPolygon }
        if take("MultiLineString") { return .multiLineString }
        if take("MultiPoint") { return .multiPoint }
        throw OutOfTheOrdinary()
    }

    /// Coordinates of the depth that the brackets at the cursor show.
    private mutating func coordinateTree() throws -> CoordinateTree {
        let start = position
        var depth = 0
        while next == UInt8(ascii: "[") {
            depth += 1
            position += 1
            skipSpace()
        }
        position = start
        switch depth {
        case 1: return .position(try ordinaryPosition())
        case 2: return .run(try ordinaryRun())
        case 3: return .runs(try list { try $0.ordinaryRun() })
        case 4: return .polygons(try list { try $0.list { try $0.ordinaryRun() } })
        default: throw OutOfTheOrdinary()
        }
    }

    /// A list that is not empty.
    @inline(__always)
    private mutating func list<Element>(_ element: (inout JSONParser) throws -> Element) throws -> [Element] {
        var elements: [Element] = []
        try forEachElement { elements.append(try element(&$0)) }
        return elements
    }

    private mutating func ordinaryRun() throws -> [Coordinate] {
        var run: [Coordinate] = []
        try forEachElement { run.append(try $0.ordinaryPosition()) }
        return run
    }

    @inline(__always)
    private mutating func forEachElement(_ body: (inout JSONParser) throws -> Void) throws {
        guard next == UInt8(ascii: "[") else { throw OutOfTheOrdinary() }
        while true {
            position += 1
            skipSpace()
            try body(&self)
            skipSpace()
            guard next == UInt8(ascii: ",") else { break }
        }
        guard next == UInt8(ascii: "]") else { throw OutOfTheOrdinary() }
        position += 1
    }

    @inline(__always)
    private mutating func ordinaryPosition() throws -> Coordinate {
        guard next == UInt8(ascii: "[") else { throw OutOfTheOrdinary() }
        position += 1
        skipSpace()
        let longitude = try ordinate()
        skipSpace()
        guard next == UInt8(ascii: ",") else { throw OutOfTheOrdinary() }
        position += 1
        skipSpace()
        let latitude = try ordinate()
        skipSpace()
        while next == UInt8(ascii: ",") {
            hasFurtherOrdinates = true
            position += 1
            skipSpace()
            _ = try ordinate()
            skipSpace()
        }
        guard next == UInt8(ascii: "]") else { throw OutOfTheOrdinary() }
        position += 1
        return Coordinate(longitude: longitude, latitude: latitude)
    }

    @inline(__always)
    private mutating func ordinate() throws -> Double {
        let start = position
        return try double(try number(), from: start)
    }
}
