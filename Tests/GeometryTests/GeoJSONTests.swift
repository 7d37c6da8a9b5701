import Geometry
import SeededRandom
import Testing

private func at(_ longitude: Double, _ latitude: Double) -> Coordinate {
    Coordinate(longitude: longitude, latitude: latitude)
}

private func text(_ geometry: Geometry) -> String {
    var writer = JSONWriter()
    writer.geometry(geometry)
    return String(decoding: writer.bytes, as: UTF8.self)
}

private func text(spatiaLite blob: [UInt8]) throws -> String {
    var writer = JSONWriter()
    try writer.geometry(spatiaLite: blob)
    return String(decoding: writer.bytes, as: UTF8.self)
}

@Suite("GeoJSON out")
struct GeoJSONOutTests {
    private static let square = [at(0, 0), at(4, 0), at(4, 4), at(0, 4), at(0, 0)]
    private static let hole = [at(1, 1), at(1, 2), at(2, 2), at(1, 1)]

    @Test(
        "Each type is written as RFC 7946 has it",
        arguments: [
            (Geometry.point(at(1.5, -2)), #"{"type":"Point","coordinates":[1.5,-2]}"#),
            (.multiPoint([at(1, 2), at(3, 4)]), #"{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}"#),
            (.multiPoint([]), #"{"type":"MultiPoint","coordinates":[]}"#),
            (.lineString([at(1, 2), at(3, 4)]), #"{"type":"LineString","coordinates":[[1,2],[3,4]]}"#),
            (
                .multiLineString([[at(1, 2), at(3, 4)], [at(5, 6), at(7, 8)]]),
                #"{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[5,6],[7,8]]]}"#
            ),
            (
                .polygon(Polygon(rings: [square, hole])),
                #"{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[1,1],[1,2],[2,2],[1,1]]]}"#
            ),
            (
                .multiPolygon([Polygon(rings: [square])]),
                #"{"type":"MultiPolygon","coordinates":[[[[0,0],[4,0],[4,4],[0,4],[0,0]]]]}"#
            ),
            (
                .geometryCollection([.point(at(1, 2)), .geometryCollection([.lineString([at(1, 2), at(3, 4)])])]),
                #"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]},"#
                    + #"{"type":"GeometryCollection","geometries":[{"type":"LineString","coordinates":[[1,2],[3,4]]}]}]}"#
            ),
            (.geometryCollection([]), #"{"type":"GeometryCollection","geometries":[]}"#),
        ])
    func types(geometry: Geometry, json: String) throws {
        #expect(text(geometry) == json)
        #expect(try text(spatiaLite: SpatiaLiteBlob.encode(geometry)) == json)
    }

    @Test("Rings are right-handed, however they came", arguments: [false, true], [false, true])
    func winding(isExteriorReversed: Bool, isHoleReversed: Bool) throws {
        let exterior = isExteriorReversed ? Self.square.reversed() : Self.square
        let hole = isHoleReversed ? Self.hole.reversed() : Self.hole
        let geometry = Geometry.polygon(Polygon(rings: [exterior, hole]))
        let expected = text(.polygon(Polygon(rings: [Self.square, Self.hole])))
        #expect(text(geometry) == expected)
        #expect(try text(spatiaLite: SpatiaLiteBlob.encode(geometry)) == expected)
    }

    @Test("From a blob comes the same text as from the geometry, in the middle of a document too")
    func blobs() throws {
        var random = SeededRandom(seed: 11)
        for _ in 0..<1000 {
            let geometry = random.geometry()
            var one = JSONWriter()
            var other = JSONWriter()
            one.beginArray()
            other.beginArray()
            for _ in 0..<2 {
                one.geometry(geometry)
                try other.geometry(spatiaLite: SpatiaLiteBlob.encode(geometry))
            }
            one.endArray()
            other.endArray()
            #expect(one.bytes == other.bytes)
            _ = try JSONParser.parse(one.bytes)
        }
    }

    @Test("A long ring is written whole")
    func longRing() throws {
        var random = SeededRandom(seed: 12)
        for count in [300, 341, 342, 10_000] {
            let ring = random.star(vertices: count, center: at(37, 55), radius: 3)
            let geometry = Geometry.polygon(Polygon(rings: [ring]))
            let read = try #require(try GeoJSON.geometry(from: JSONParser.parse(text(geometry))))
            guard case .polygon(let polygon) = read else { throw WKBError(reason: .depth, offset: 0) }
            #expect(polygon.exterior.count == ring.count)
            let isNear = zip(polygon.exterior, ring).allSatisfy {
                abs($0.longitude - $1.longitude) < 5.1e-8 && abs($0.latitude - $1.latitude) < 5.1e-8
            }
            #expect(isNear)
        }
    }

    @Test("A blob with a coordinate that is no number is refused, and the document goes on without it")
    func notFinite() throws {
        var writer = JSONWriter()
        writer.beginArray()
        writer.integer(1)
        for geometry in [Geometry.point(at(.nan, .nan)), .lineString([at(0, 0), at(.infinity, 1)])] {
            #expect(throws: WKBError.self) { try writer.geometry(spatiaLite: SpatiaLiteBlob.encode(geometry)) }
        }
        writer.integer(2)
        writer.endArray()
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "[1,2]")
    }

    @Test("A feature comes back as it was")
    func feature() throws {
        let feature = GeoJSONFeature(
            id: "a", geometry: .point(at(1, 2)), properties: ["b": [1, nil]], foreignMembers: ["c": "d"])
        var writer = JSONWriter()
        writer.feature(feature)
        #expect(try GeoJSON.feature(from: JSONParser.parse(writer.bytes)) == feature)
    }
}

@Suite("GeoJSON in")
struct GeoJSONInTests {
    @Test(
        "A geometry without positions is no geometry",
        arguments: [
            "null", #"{"type":"Point","coordinates":[]}"#, #"{"type":"MultiPolygon","coordinates":[]}"#,
            #"{"type":"GeometryCollection","geometries":[]}"#,
            #"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[]}]}"#,
        ])
    func empty(json: String) throws {
        #expect(try GeoJSON.geometry(from: JSONParser.parse(json)) == nil)
    }

    @Test("Numbers beyond the second are dropped from a position")
    func dimensions() throws {
        let line = try GeoJSON.geometry(
            from: JSONParser.parse(#"{"type":"LineString","coordinates":[[1,2,3],[4,5,6,7,8]]}"#))
        #expect(line == .lineString([at(1, 2), at(4, 5)]))
    }

    @Test(
        "An error says where",
        arguments: [
            (#"{"type":"Point"}"#, "geometry", GeoJSONError.Reason.missing("coordinates")),
            (#"{"coordinates":[1,2]}"#, "geometry", .missing("type")),
            (#"{"type":"point","coordinates":[1,2]}"#, "geometry.type", .type("point")),
            (#"{"type":7,"coordinates":[1,2]}"#, "geometry.type", .expected("a string", found: "a number")),
            (#"{"type":"Point","coordinates":[1]}"#, "geometry.coordinates", .shortPosition(1)),
            (
                #"{"type":"Point","coordinates":["1","2"]}"#, "geometry.coordinates[0]",
                .expected("a number", found: "a string")
            ),
            (
                #"{"type":"LineString","coordinates":[[1,2],[3,null]]}"#, "geometry.coordinates[1][1]",
                .expected("a number", found: "null")
            ),
            (
                #"{"type":"Polygon","coordinates":[[1,2],[3,4]]}"#, "geometry.coordinates[0][0]",
                .expected("a position [longitude, latitude]", found: "a number")
            ),
            (
                #"{"type":"MultiPolygon","coordinates":[[[[1,2],[3,4]]],7]}"#, "geometry.coordinates[1]",
                .expected("an array of arrays of positions", found: "a number")
            ),
            (
                #"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]},{"type":"Point","coordinates":[1]}]}"#,
                "geometry.geometries[1].coordinates", .shortPosition(1)
            ),
            (
                #"{"type":"GeometryCollection","geometries":[null]}"#, "geometry.geometries[0]",
                .expected("a geometry", found: "null")
            ),
            ("17", "geometry", .expected("a geometry", found: "a number")),
        ])
    func errors(json: String, path: String, reason: GeoJSONError.Reason) throws {
        let value = try JSONParser.parse(json)
        #expect(throws: GeoJSONError(reason: reason, path: path)) { try GeoJSON.geometry(from: value) }
    }

    @Test(
        "WGS 84 is the only reference system, by any of its names",
        arguments: [
            ("urn:ogc:def:crs:OGC:1.3:CRS84", true), ("urn:ogc:def:crs:OGC::CRS84", true), ("EPSG:4326", true),
            ("urn:ogc:def:crs:EPSG::4326", true), ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", true),
            ("http://www.opengis.net/gml/srs/epsg.xml#4326", true), ("EPSG:3857", false),
            ("urn:ogc:def:crs:EPSG::32632", false), ("urn:ogc:def:crs:EPSG::26986", false), ("EPSG:43260", false),
            ("", false),
        ])
    func referenceSystems(name: String, isTaken: Bool) throws {
        let json: JSONValue = [
            "type": "Feature", "geometry": nil, "properties": nil,
            "crs": ["type": "name", "properties": ["name": .string(name)]],
        ]
        if isTaken {
            #expect(try GeoJSON.feature(from: json) == GeoJSONFeature())
        } else {
            #expect(throws: GeoJSONError(reason: .referenceSystem(name), path: "crs")) {
                try GeoJSON.feature(from: json)
            }
        }
    }

    @Test("Collections nested too deeply are an error")
    func nesting() throws {
        func nested(_ depth: Int) -> JSONValue {
            var value: JSONValue = ["type": "Point", "coordinates": [1, 2]]
            for _ in 1..<depth { value = ["type": "GeometryCollection", "geometries": .array([value])] }
            return value
        }
        #expect(try GeoJSON.geometry(from: nested(GeoJSON.maximumDepth)) != nil)
        #expect(throws: GeoJSONError.self) { try GeoJSON.geometry(from: nested(GeoJSON.maximumDepth + 1)) }
    }

    @Test("A bare geometry counts as a feature, and a feature keeps what else it has")
    func features() throws {
        let bare = try GeoJSON.feature(from: ["type": "Point", "coordinates": [1, 2.5]])
        #expect(bare == GeoJSONFeature(geometry: .point(at(1, 2.5))))
        let feature = try GeoJSON.feature(from: [
            "type": "Feature", "id": 7, "geometry": nil, "properties": ["a": 1], "title": "b", "bbox": [1, 2, 1, 2],
        ])
        #expect(feature == GeoJSONFeature(id: 7, properties: ["a": 1], foreignMembers: ["title": "b"]))
    }
}
