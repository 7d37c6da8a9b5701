import Geometry
import SeededRandom
import TestConditions
import Testing

private func at(_ longitude: Double, _ latitude: Double) -> Coordinate {
    Coordinate(longitude: longitude, latitude: latitude)
}

/// All that a stream hands out.
struct Streamed: Equatable {
    var features: [GeoJSONFeature] = []
    var places: [GeoJSONPlace] = []
    var refused: [GeoJSONError] = []
    var refusedPlaces: [GeoJSONPlace] = []
    var raw: [String] = []
    var members = JSONObject()
    var error: GeoJSONError?

    init(_ bytes: [UInt8], chunk: Int = 1 << 16) {
        var stream = GeoJSONFeatureStream()
        do throws(GeoJSONError) {
            try drain(&stream)
            for start in stride(from: 0, to: bytes.count, by: chunk) {
                stream.feed(bytes[start..<min(start + chunk, bytes.count)])
                try drain(&stream)
            }
            stream.finish()
            try drain(&stream)
        } catch { self.error = error }
        members = stream.collectionMembers
    }

    init(_ text: String, chunk: Int = 1 << 16) { self.init(Array(text.utf8), chunk: chunk) }

    private mutating func drain(_ stream: inout GeoJSONFeatureStream) throws(GeoJSONError) {
        while let item = try stream.next() {
            switch item {
            case .feature(let feature, let place):
                features.append(feature)
                places.append(place)
            case .refused(let error, let raw, let place):
                refused.append(error)
                refusedPlaces.append(place)
                self.raw.append(String(decoding: raw, as: UTF8.self))
            }
        }
    }
}

@Suite("GeoJSON in pieces")
struct GeoJSONFeatureStreamTests {
    private static let point =
        #"{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"a":1}}"#
    private static let feature = GeoJSONFeature(geometry: .point(at(1, 2)), properties: ["a": 1])

    private static let documents: [(String, Int)] = [
        (#"{"type":"FeatureCollection","features":[]}"#, 0),
        (#"{"type":"FeatureCollection","features":[\#(point)]}"#, 1),
        (" {\n\"features\" : [ \(point) ,\n\(point) ] , \"type\" : \"FeatureCollection\" }\n", 2),
        ("\u{FEFF}{\"type\":\"FeatureCollection\",\"features\":[\(point),\(point),\(point)]}", 3),
        ("[]", 0), ("[\(point),\n\(point)]", 2), (point, 1), ("\(point)\n\(point)\r\n\n\(point)\n", 3),
        ("\u{1E}\(point)\n\u{1E}\(point)\n", 2), ("\(point)\(point)", 2),
    ]

    @Test("Each form of document hands out its features", arguments: documents)
    func forms(document: String, count: Int) {
        let streamed = Streamed(document)
        #expect(streamed.error == nil)
        #expect(streamed.refused.isEmpty)
        #expect(streamed.features == Array(repeating: Self.feature, count: count))
        #expect(streamed.places.map(\.index) == Array(0..<count))
        for place in streamed.places {
            #expect(Array(document.utf8)[place.offset] == UInt8(ascii: "{"))
            #expect(place.line == 1 + document.utf8.prefix(place.offset).count { $0 == 10 })
        }
    }

    @Test(
        "The pieces in which a document comes make no difference",
        arguments: documents.map(\.0) + [
            #"{"type":"FeatureCollection","a":"\\\"]}","features":[{"type":"Feature","geometry":null,"properties":{"b":"\"}]{[\\"}},7,{"x":[}]}"#,
            "{\"a\":1}\n{\"a\":tru}\n{\"a\":\"Ж\"}\n",
        ])
    func pieces(document: String) {
        let whole = Streamed(document)
        for chunk in 1...17 { #expect(Streamed(document, chunk: chunk) == whole) }
    }

    @Test("Members beside the features are kept, before them and after")
    func members() {
        let streamed = Streamed(
            #"{"stand":"2026-08-07","type":"FeatureCollection","name":null,"features":[],"bbox":[0,0,1,1],"count":{"n":0}}"#
        )
        #expect(streamed.error == nil)
        #expect(streamed.members == ["stand": "2026-08-07", "name": nil, "count": ["n": 0]])
    }

    @Test("Objects that are no GeoJSON are features without a place")
    func objects() {
        for document in [
            #"[{"id":"1","type":"outage"},{"id":"2"}]"#, "{\"id\":\"1\",\"type\":\"outage\"}\n{\"id\":\"2\"}",
        ] {
            let streamed = Streamed(document)
            #expect(streamed.error == nil)
            #expect(
                streamed.features == [
                    GeoJSONFeature(properties: ["id": "1", "type": "outage"]), GeoJSONFeature(properties: ["id": "2"]),
                ])
        }
    }

    @Test("A geometry by itself is a feature, but not in a collection")
    func geometries() {
        let geometry = #"{"type":"Point","coordinates":[1,2]}"#
        #expect(Streamed(geometry).features == [GeoJSONFeature(geometry: .point(at(1, 2)))])
        let streamed = Streamed(#"{"type":"FeatureCollection","features":[\#(geometry)]}"#)
        #expect(
            streamed.refused == [GeoJSONError(reason: .type("Point"), path: "features[0].type", offset: 48, line: 1)])
    }

    @Test(
        "A feature that is wrong is refused with its place and text, and the next one follows",
        arguments: [
            (
                #"{"type":"Feature","geometry":{"type":"Point","coordinates":[1,"2"]},"properties":{}}"#,
                GeoJSONError.Reason.expected("a number", found: "a string"), ".geometry.coordinates[1]", 62
            ),
            (#"{"type":"Feature","properties":{}}"#, .missing("geometry"), "", 0),
            (
                #"{"type":"Feature","geometry":"POINT(1 2)","properties":{}}"#,
                .expected("a geometry", found: "a string"), ".geometry", 29
            ),
            (
                #"{"type":"Feature","geometry":null,"properties":[]}"#, .expected("an object", found: "an array"),
                ".properties", 47
            ),
            (
                #"{"type":"Feature","geometry":null,"properties":{},"id":true}"#,
                .expected("a string or a number", found: "a truth value"), ".id", 55
            ),
            (#"{"type":"feature","geometry":null}"#, .type("feature"), ".type", 8),
            (#"{"type":"Feature","geometry":tru}"#, .json(.expected("true, false or null")), "", 32),
            (#"{"type":"Feature",}"#, .json(.expected("the name of a member")), "", 18),
            ("17", .expected("a feature", found: "a number"), "", 0),
            ("null", .expected("a feature", found: "null"), "", 0),
            ("\"text\"", .expected("a feature", found: "a string"), "", 0),
            (
                "{\"type\":\"Feature\",\n\"geometry\":{\"type\":\"Polygon\",\n\"coordinates\":[[[1,2],[3]]]},\"properties\":null}",
                .shortPosition(1), ".geometry.coordinates[0][1]", 71
            ),
        ] as [(String, GeoJSONError.Reason, String, Int)])
    func refused(text: String, reason: GeoJSONError.Reason, path: String, offset: Int) {
        let before = "{\"type\":\"FeatureCollection\",\"features\":[\n\(Self.point),\n"
        let streamed = Streamed("\(before)\(text),\n\(Self.point)]}")
        #expect(streamed.error == nil)
        #expect(streamed.features == [Self.feature, Self.feature])
        #expect(streamed.places.map(\.index) == [0, 2])
        #expect(streamed.raw == [text])
        let line = 3 + text.utf8.prefix(offset).count { $0 == 10 }
        #expect(
            streamed.refused == [
                GeoJSONError(reason: reason, path: "features[1]\(path)", offset: before.utf8.count + offset, line: line)
            ])
        #expect(streamed.refusedPlaces == [GeoJSONPlace(index: 1, offset: before.utf8.count, line: 3)])
    }

    @Test("A feature in another encoding is refused with its line")
    func encoding() {
        let bytes = Array("[\n\(Self.point),\n{\"a\":\"".utf8) + [0xEF, 0xF0] + Array("\"},\n\(Self.point)]".utf8)
        let streamed = Streamed(bytes)
        #expect(streamed.features.count == 2)
        #expect(streamed.refused.map(\.reason) == [.json(.encoding)])
        #expect(streamed.refused.map(\.line) == [3])
    }

    @Test(
        "An error around the features ends the stream after those in front of it",
        arguments: [
            ("", GeoJSONError.Reason.empty, 0, 1, 0), (" \n ", .empty, 3, 2, 0),
            ("x", .json(.expected("{ or [")), 0, 1, 0),
            ("[\(point)\n\(point)]", .json(.expected("a comma or ]")), 89, 2, 1),
            ("[\(point),]", .json(.expected("a feature")), 89, 1, 1),
            ("\(point)\n,\(point)", .json(.expected("a feature")), 88, 2, 1),
            ("[,]", .json(.expected("a feature")), 1, 1, 0), ("[\(point)] x", .trailing, 90, 1, 1),
            ("[\(point),\n", .truncated, 90, 2, 1), ("[\(point)", .truncated, 88, 1, 1),
            ("[{\"a\":1,\n\"b", .truncated, 11, 2, 0),
            ("[{\"a\":[1}]", .json(.expected("]")), 8, 1, 0),
            (#"{"type":"FeatureCollection"}"#, .missing("features"), 27, 1, 0),
            (#"{"features":[]}"#, .missing("type"), 14, 1, 0),
            (#"{"features":[],"type":"Topology"}"#, .type("Topology"), 22, 1, 0),
            (#"{"type":"FeatureCollection","features":{}}"#, .expected("an array", found: "something else"), 39, 1, 0),
            (#"{"type":"FeatureCollection","features":[],}"#, .json(.expected("the name of a member")), 42, 1, 0),
            (#"{"type":"FeatureCollection","features":[]"#, .truncated, 41, 1, 0),
            (
                #"{"type":"FeatureCollection","features":[],"features":[]}"#, .json(.expected("only one \"features\"")),
                53, 1, 0
            ),
            (#"{"name":1,"type":"FeatureCollection","name":2,"features":[]}"#, .json(.repeatedName("name")), 57, 1, 0),
            (
                #"{"type":"FeatureCollection","features":[],"type":"FeatureCollection"}"#, .json(.repeatedName("type")),
                49, 1, 0
            ),
            (
                #"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:32632"}},"features":[]}"#,
                .referenceSystem("EPSG:32632"), 96, 1, 0
            ),
        ] as [(String, GeoJSONError.Reason, Int, Int, Int)])
    func errors(document: String, reason: GeoJSONError.Reason, offset: Int, line: Int, count: Int) {
        let streamed = Streamed(document)
        #expect(streamed.features.count == count)
        #expect(streamed.error?.reason == reason)
        #expect(streamed.error?.offset == offset)
        #expect(streamed.error?.line == line)
        for chunk in [1, 2, 5] { #expect(Streamed(document, chunk: chunk).error == streamed.error) }
    }

    @Test(
        "A feature with a name twice in one of its objects is refused alone",
        arguments: [
            #"{"type":"Feature","geometry":null,"properties":{"a":1,"b":2,"a":3}}"#,
            #"{"type":"Feature","geometry":null,"properties":{"a":{"b":1,"b":1}}}"#,
            #"{"type":"Feature","geometry":null,"properties":{},"properties":{"a":1}}"#,
            #"{"type":"Feature","id":1,"geometry":null,"properties":{},"id":2}"#,
            #"{"type":"Feature","geometry":null,"properties":{},"source":"a","source":"b"}"#,
            #"{"type":"Feature","bbox":[1,2,3,4],"geometry":null,"properties":{},"bbox":[1,2,3,4]}"#,
            #"{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2],"coordinates":[3,4]},"properties":{}}"#,
            #"{"type":"Feature","geometry":{"type":"Point","bbox":[],"coordinates":[1,2],"bbox":[]},"properties":{}}"#,
            #"{"a":1,"a":2}"#,
        ])
    func repeatedNames(feature: String) {
        for document in [
            "\(feature)\n\(Self.point)\n\(feature)\n\(Self.point)",
            "[\(feature),\(Self.point),\(feature),\(Self.point)]",
            "{\"type\":\"FeatureCollection\",\"features\":[\(feature),\(Self.point),\(feature),\(Self.point)]}",
        ] {
            let streamed = Streamed(document)
            #expect(streamed.features == [Self.feature, Self.feature])
            #expect(streamed.refused.count == 2)
            for error in streamed.refused {
                guard case .json(.repeatedName) = error.reason else {
                    Issue.record("\(error)")
                    continue
                }
            }
            #expect(streamed.error == nil)
        }
    }

    @Test("A stream that has failed goes on failing")
    func failed() {
        var stream = GeoJSONFeatureStream()
        stream.feed(Array("x,y".utf8))
        #expect(throws: GeoJSONError.self) { try stream.next() }
        stream.feed(Array("[]".utf8))
        #expect(throws: GeoJSONError.self) { try stream.next() }
    }

    @Test("What is nested too deeply ends the stream instead of exhausting it")
    func depth() {
        let streamed = Streamed("[" + String(repeating: "[", count: 100_000))
        #expect(streamed.error?.reason == .json(.depth))
    }

    @Test("The quick way of reading and the thorough one read the same")
    func agreement() throws {
        var random = SeededRandom(seed: 13)
        for _ in 0..<300 {
            let feature = GeoJSONFeature(
                id: .integer(Int.random(in: 0...9, using: &random)), geometry: random.geometry(), properties: ["a": [1]]
            )
            var writer = JSONWriter()
            writer.feature(feature)
            let streamed = Streamed(writer.bytes)
            #expect(streamed.error == nil && streamed.refused.isEmpty)
            #expect(try streamed.features == [GeoJSON.feature(from: JSONParser.parse(writer.bytes))])
        }
    }

    @Test("Damaged documents are read or refused, and nothing else happens")
    func damage() {
        var random = SeededRandom(seed: 14)
        let document = Array(
            "{\"type\":\"FeatureCollection\",\"features\":[\(Self.point),{\"type\":\"Feature\",\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[1,2],[3,4],[5,6],[1,2]]]},\"properties\":{\"b\":\"\\u0416\"}}]}"
                .utf8)
        for _ in 0..<5000 {
            var damaged = document
            for _ in 0..<2 {
                let place = Int.random(in: damaged.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: damaged[place] = .random(in: 0...255, using: &random)
                case 1: damaged.remove(at: place)
                default: damaged.insert(Array("{}[]\",:\\0".utf8).randomElement(using: &random)!, at: place)
                }
            }
            let streamed = Streamed(damaged)
            #expect(streamed == Streamed(damaged, chunk: 13))
        }
    }

    @Test(
        "Real files are read whole", .needs(.realData()),
        arguments: [
            ("karlsruhe-works/baustellen_2026-08-07.geojson.gz", 175),
            ("nasty-geometry/huge/russia_federal_subjects.geojson.gz", 83),
            ("nasty-geometry/cyrillic/moscow_districts.geojson", 125),
        ])
    func realFiles(path: String, count: Int) throws {
        let streamed = Streamed(try RealData.bytes(path))
        #expect(streamed.error == nil)
        #expect(streamed.refused.isEmpty)
        #expect(streamed.features.count == count)
    }

    @Test("Karlsruhe's date of issue and Kentucky's plain objects are kept", .needs(.realData()))
    func realMembers() throws {
        let karlsruhe = Streamed(try RealData.bytes("karlsruhe-works/baustellen_2026-08-07.geojson.gz"))
        #expect(karlsruhe.members["stand"] == "2026-08-07T09:07:50.354Z")
        #expect(karlsruhe.members["count"] == 175)
        let kentucky = Streamed(try RealData.bytes("outages-kentucky/snapshot_20240527T061616Z.json.gz"))
        #expect(kentucky.error == nil && kentucky.refused.isEmpty)
        #expect(kentucky.features.first?.properties["id"] == "24058858")
        #expect(kentucky.features.first?.properties["latitude"] == 37.97015)
        #expect(kentucky.features.allSatisfy { $0.geometry == nil })
    }
}
