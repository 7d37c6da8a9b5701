import Foundation
import Geometry
import Testing
import Works

@testable import Interchange

/// Descriptions of files that nobody has seen before.
@Suite struct FileSurveyTests {
    static func describe(_ text: String, name: String = "list.csv", _ configure: (inout FileSurvey) -> Void = { _ in })
        throws -> FileDescription
    {
        try describe(Array(text.utf8), name: name, configure)
    }

    static func describe(
        _ bytes: [UInt8], name: String = "list.csv", _ configure: (inout FileSurvey) -> Void = { _ in }
    ) throws -> FileDescription {
        var survey = FileSurvey()
        configure(&survey)
        return try survey.describe(PeekableSource(MemorySource(name: name, bytes)), named: name)
    }

    @Test("A table's columns are told with their fill, kind and different values")
    func columns() throws {
        let file = try Self.describe(
            "id;опубликовано;type;open;note;lat;lon\n1;2026-11-01;Hole;yes;;55.7;37.6\n2;;Pit;no;;55.8;37.7\n3;2026-11-03;Hole;yes;;55.8;37.7\n"
        )
        #expect(file.rows == 3 && file.delimiter == ";" && file.isWhole && file.encoding == "utf-8")
        #expect(file.columns.map(\.kind) == [.number, .time, .text, .boolean, .empty, .number, .number])
        #expect(file.columns.map(\.distinct) == [3, 2, 2, 2, 0, 2, 2])
        #expect(file.columns[1].filled == 2)
        #expect(file.columns[2].samples.map(\.value) == ["Hole", "Pit"])
        #expect(file.place == .columns(longitude: "lon", latitude: "lat"))
        #expect(file.bounds == Bounds(west: 37.6, south: 55.7, east: 37.7, north: 55.8))
        #expect(file.ids == ["id"])
        #expect(file.needsZone && file.zone == "Europe/Moscow")
    }

    static let timeCases: [(values: [String], formats: [String], hasZone: Bool)] = [
        (["2026-11-01T10:00:00Z", "2026-11-02T11:30:00+03:00"], ["rfc3339"], true),
        (["2026-11-01 10:00:00", "2026-11-02 11:30:05"], ["%Y-%m-%d %H:%M:%S"], false),
        (["11/23/2026 09:05:00 AM", "01/02/2026 12:00:00 PM"], ["%m/%d/%Y %I:%M:%S %p"], false),
        (["23.11.2026", "1.2.2026"], ["%d.%m.%Y"], false),
        (["23.11.2026 9:30", "01.02.2026 23:59"], ["%d.%m.%Y %H:%M"], false),
        (["2026-11-01", "2026-12-31"], ["date"], false),
        (["1764000000", "1764003600"], ["unix"], true),
        (["1764000000000", "1764003600000"], ["unix_ms"], true),
        (["5-Nov-2026", "17-Dec-2026"], ["%d-%b-%Y"], false),
        (["2026-11-01T10:00:00Z", "ETR-NULL", "2026-11-01T12:00:00Z"], ["rfc3339"], true),
    ]

    @Test("Times are recognised by all values of a column", arguments: timeCases)
    func times(_ one: (values: [String], formats: [String], hasZone: Bool)) throws {
        let time = try #require(TimeGuess(one.values.map { (text: $0, count: 1) }, isNamed: true))
        #expect(time.formats == one.formats && time.hasZone == one.hasZone)
        #expect(time.emptyValues == one.values.filter { $0.hasPrefix("ETR") })
    }

    @Test(
        "Numbers, telephones and plain words are no times",
        arguments: [["1", "2"], ["8-800-555", "x"], ["Main St", "2nd St"], ["42.35", "-71.06"]])
    func noTimes(_ values: [String]) { #expect(TimeGuess(values.map { (text: $0, count: 1) }, isNamed: false) == nil) }

    @Test("A day that could be a month is asked for, and the continent decides meanwhile")
    func ambiguous() throws {
        func formats(_ longitude: String) throws -> (String?, String?) {
            let file = try Self.describe("opened,lon,lat\n03/04/2026,\(longitude),45.1\n05/06/2026,\(longitude),45.2\n")
            let time = file.column("opened")?.time
            return (time?.formats.first, time?.otherOrder)
        }
        #expect(try formats("-71.1") == ("%m/%d/%Y", "%d/%m/%Y"))
        #expect(try formats("9.1") == ("%d/%m/%Y", "%m/%d/%Y"))
    }

    static let placeCases: [(header: String, row: String, place: PlaceGuess)] = [
        ("id,LONGITUDE,LATITUDE", "1,-71.06,42.35", .columns(longitude: "LONGITUDE", latitude: "LATITUDE")),
        ("id,Широта,Долгота", "1,55.75,37.6", .columns(longitude: "Долгота", latitude: "Широта")),
        ("id,location", "1,\"(42.35, -71.06)\"", .pair(column: "location", isLatitudeFirst: true)),
        ("id,lonlat", "1,\"8.4, 49.01\"", .pair(column: "lonlat", isLatitudeFirst: false)),
        ("id,shape", "1,POINT (8.4 49.01)", .wkt("shape")),
        ("id,geom", "1,0101000000CDCCCCCCCCCC20408FC2F5285C8F4840", .wkb("geom")),
        ("id,g", "1,\"{\"\"type\"\":\"\"Point\"\",\"\"coordinates\"\":[8.4,49]}\"", .geoJSON("g")),
        ("id,name", "1,x", PlaceGuess.none),
    ]

    @Test("The place is found in columns of numbers, texts and geometries", arguments: placeCases)
    func places(_ one: (header: String, row: String, place: PlaceGuess)) throws {
        #expect(try Self.describe("\(one.header)\n\(one.row)\n").place == one.place)
    }

    @Test(
        "Clocks and extent are told from geometries in text too",
        arguments: [
            ("POINT (8.4 49)", true), ("SRID=4326;POINT(8.4 49.0)", true), ("LINESTRING (8.4 49, 8.5 49.1)", false),
            ("MULTIPOLYGON (((8.4 49, 8.5 49, 8.5 49.1, 8.4 49)))", false),
            (#"{"type":"Point","coordinates":[8.4,49]}"#, false),
        ])
    func textPlaces(_ one: (text: String, hasExtent: Bool)) throws {
        let place = one.text.replacing("\"", with: "\"\"")
        let file = try Self.describe(
            "id,begin,where\n1,2026-01-02 10:00,\"\(place)\"\n2,2026-01-03 10:00,\"\(place)\"\n")
        #expect(file.zone?.hasPrefix("Europe/") == true)
        #expect((file.bounds == Bounds(west: 8.4, south: 49, east: 8.4, north: 49)) == one.hasExtent)
        let metres = try Self.describe("id,begin,where\n1,2026-01-02 10:00,POINT (456000 5430000)\n")
        #expect(metres.zone == nil && metres.bounds == nil)
    }

    @Test("Numbers that are metres are called so, with systems of that magnitude")
    func projected() throws {
        let file = try Self.describe("id,Rechtswert,Hochwert\n1,3456789.1,5432100.2\n2,3456800,5432200\n")
        guard case .projected("Rechtswert", "Hochwert", let candidates) = file.place else {
            Issue.record("\(file.place)")
            return
        }
        #expect(candidates.contains { $0.hasPrefix("EPSG:31467") })
        #expect(file.bounds == nil)
    }

    static let personalCases: [(name: String, value: String, looks: Bool)] = [
        ("contact", "ivan@example.org", true), ("remarks", "call +7 912 345-67-89 please", true),
        ("who", "Иванова Мария Сергеевна", true),
        ("ФИО", "x", true), ("applicantPhone", "1", true), ("Адрес заявителя", "x", true),
        ("last_edited_user", "gis", true),
        ("street", "улица Сергея Есенина", false), ("status", "Closed", false), ("ownership", "City", false),
        ("case", "101001240734", false),
    ]

    @Test("Columns that look personal are named, by value or by name", arguments: personalCases)
    func personal(_ one: (name: String, value: String, looks: Bool)) throws {
        let file = try Self.describe("n,\(one.name)\n1,\(one.value)\n2,\n")
        #expect(file.column(one.name)?.looksPersonal == one.looks)
    }

    @Test("Features are told with their geometries, ids and nested properties")
    func features() throws {
        let file = try Self.describe(
            """
            {"type":"FeatureCollection","stand":"2026-11-01","features":[
            {"type":"Feature","id":"a","geometry":{"type":"Point","coordinates":[8.4,49]},"properties":{"desc":{"etr":"2026-11-01T10:00:00Z"},"tags":["x","y"]}},
            {"type":"Feature","id":"b","geometry":null,"properties":{"desc":{"etr":null}}}]}
            """, name: "list.geojson")
        #expect(file.format == "json" && file.rows == 2 && file.place == .feature)
        #expect(file.geometryKinds == ["point": 1] && file.withoutGeometry == 1)
        #expect(file.columns.map(\.name) == ["@id", "desc.etr", "tags"])
        #expect(file.ids == ["@id"] && file.members == ["stand"])
        #expect(!file.needsZone)
    }

    @Test("The encoding is found out, whatever the file says of itself")
    func encodings() throws {
        // «Яма» in windows-1251, twice, so that letters stand together.
        let cyrillic: [UInt8] =
            Array("id,type\n1,".utf8) + [0xDF, 0xEC, 0xE0, 0x20, 0xEF, 0xEE, 0xEB, 0xE5] + Array("\n".utf8)
        let file = try Self.describe(cyrillic)
        #expect(file.encoding == "windows-1251" && file.column("type")?.samples.first?.value == "Яма поле")
        let wide: [UInt8] = [0xFF, 0xFE] + "id,a\n1,ä\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        #expect(try Self.describe(wide).column("a")?.samples.first?.value == "ä")
    }

    @Test("Limits end the reading, and the description says so")
    func limits() throws {
        let text = "id,a\n" + (1...500).map { "\($0),x\($0)\n" }.joined()
        let file = try Self.describe(text) { $0.limits.rows = 100 }
        #expect(file.rows == 100 && !file.isWhole && file.share != nil)
        let wide = try Self.describe((1...20).map { "c\($0)" }.joined(separator: ",") + "\n") { $0.limits.columns = 5 }
        #expect(wide.columns.count == 5 && wide.notes.contains { $0.contains("first 5 columns") })
        let many = try Self.describe("id\n" + (1...3000).map { "\($0)\n" }.joined())
        #expect(many.columns[0].distinct == 1000 && !many.columns[0].isExact && many.columns[0].isUnique)
    }

    @Test("Rows that cannot be read are counted and named")
    func faults() throws {
        let file = try Self.describe("id,a\n1,x\n2\n3,y,z\n")
        #expect(
            file.rows == 3 && file.notes.contains { $0.hasPrefix("2 rows cannot be read") && $0.contains("line 3") })
    }

    @Test("An empty file and one that is not there are refused by name")
    func nothing() {
        #expect(throws: InputError.self) { try Self.describe("") }
        #expect(throws: InputError.self) { try FileSurvey().describe("/nowhere/at-all.csv") }
    }

    @Test("The zone of a place is that of the nearest city of the list")
    func zones() {
        let list =
            "# comment\nUS\t+404251-0740023\tAmerica/New_York\nRU\t+554521+0373704\tEurope/Moscow\nAU\t-3352+15113\tAustralia/Sydney\n"
        func zone(_ longitude: Double, _ latitude: Double) -> String? {
            ZoneGuess.nearest(to: Coordinate(longitude: longitude, latitude: latitude), in: list)
        }
        #expect(
            zone(-71, 42) == "America/New_York" && zone(50, 53) == "Europe/Moscow"
                && zone(179, -30) == "Australia/Sydney")
    }
}
