import Foundation
import Geometry
import Testing
import Works

@testable import Interchange

private func load(
    _ bytes: [UInt8], _ mapping: String?, as layer: ImportLayer = .hazards, into store: MemoryStore = MemoryStore(),
    name: String
) throws -> (report: ImportReport, store: MemoryStore) {
    let report = try importBytes(
        bytes, named: name, as: layer, mapping: try mapping.map { try Mapping(yaml: $0, name: "test") }, into: store)
    return (report, store)
}

private func load(_ text: String, _ mapping: String?, name: String = "list.csv") throws -> (
    report: ImportReport, store: MemoryStore
) { try load(Array(text.utf8), mapping, name: name) }

private let mapping = """
    geometry: {longitude: lon, latitude: lat}
    fields: {source_id: id, title: title, status: {constant: accepted}}
    """

@Suite("Files of real sources")
struct SourceFilesTests {
    @Test(
        "Lines before the header are not taken for it",
        arguments: [
            "sep=;\nid;title;lon;lat\n1;A;-71,5;42,5\n", "sep=,\r\nid,title,lon,lat\r\n1,A,-71.5,42.5\r\n",
            "\"sep=;\"\nid;title;lon;lat\n1;A;-71.5;42.5\n",
            "Works of the city, as of today\n\nid,title,lon,lat\n1,A,-71.5,42.5\n",
            "Report;;;\nAll;of;it;here\nid;title;lon;lat\n1;A;-71.5;42.5\n",
            "\u{FEFF}Export\nid\ttitle\tlon\tlat\n1\tA\t-71.5\t42.5\n",
        ])
    func preamble(text: String) throws {
        let store = try load(text, mapping).store
        let work = try #require(store.work(source: "list", sourceID: "1"))
        #expect(work.title == "A" && work.geometry == .point(Coordinate(longitude: -71.5, latitude: 42.5)))
    }

    @Test("The mapping may say the line of the header, and a header found further down is told")
    func headerRow() throws {
        let text = "id,title,lon,lat\nkey,name,x,y\nid,title,lon,lat\n1,A,-71,42\n"
        let store = try load(text, mapping + "\nheader_row: 3").store
        #expect(store.works.map(\.sourceID) == ["1"])
        let report = try load("Notes\nid,title,lon,lat\n1,A,-71,42,\n2,B,-71\n", mapping).report
        #expect(report.notes.contains { $0.hasPrefix("the header is in line 2") })
        #expect(report.refusals.map(\.line) == [4])
    }

    @Test("Columns of one name and without a name are kept apart, and told")
    func columnNames() throws {
        let (report, store) = try load(
            "id,Notes,title,lon,lat,Notes,,Notes_2\n1,first,A,-71,42,second,third,fourth\n", mapping)
        let work = try #require(store.works.first)
        #expect(report.notes.contains { $0.contains("Notes more than once") && $0.contains("Notes_3") })
        let kept = try #require(work.privateExtra)
        for part in [
            "\"Notes\":\"first\"", "\"Notes_3\":\"second\"", "\"column_7\":\"third\"", "\"Notes_2\":\"fourth\"",
        ] {
            #expect(kept.contains(part), "\(kept)")
        }
    }

    @Test("Empty fields more than the header has are no error, full ones are")
    func trailingSeparators() throws {
        let report = try load(
            "id,title,lon,lat\n1,A,-71,42,\n2,B,-71,42, ,\n3,C,-71,42,x\n4,D,-71\n", mapping
        ).report
        #expect(report.inserted == 2 && report.refusals.map(\.line) == [4, 5])
        let ragged = try load("id,title,lon,lat,\n1,A,-71,42\n2,B,-71,42,\n3,C,-71\n", mapping).report
        #expect(ragged.inserted == 2 && ragged.refusals.map(\.line) == [4])
    }

    @Test(
        "A file of which nothing is ours is refused for works, with its columns",
        arguments: [
            ("Unique Key,Complaint,Latitude,Longitude\n1,Rat,40.7,-73.9\n", "x.csv"),
            (
                #"{"type": "Feature", "properties": {"Complaint": "Rat"}, "geometry": {"type": "Point", "coordinates": [8, 49]}}"#,
                "x.geojson"
            ),
        ])
    func unknownColumns(text: String, name: String) throws {
        let error = #expect(throws: UnknownColumns.self) { try load(text, nil, name: name) }
        #expect(error?.description.contains("Complaint") == true && error?.description.contains("mapping") == true)
    }

    @Test("The shipped mapping that fits a file's columns is named")
    func nearestMapping() throws {
        let library = RealData.mappings
        let boston = try library.mapping("boston-311").columns.map(\.name).filter { !$0.hasPrefix("@") }
        #expect(library.nearest(to: boston + ["other"]) == "boston-311")
        #expect(library.nearest(to: ["Unique Key", "Complaint"]) == nil)
    }

    // MARK: Documents

    private let records = """
        fields: {source_id: id, title: {first_non_empty: ["title?", "@collection.meta.name"]}, status: {constant: accepted}}

        """

    @Test(
        "Records lie anywhere in a JSON document",
        arguments: [
            ("result.items", #"{"meta": {"name": "x"}, "result": {"total": 2, "items": [{"id": 1}, {"id": 2}]}}"#),
            (
                "areas.outages",
                #"{"areas": [{"outages": [{"id": 1}]}, {"outages": [{"id": 2}]}, {}], "meta": {"name": "x"}}"#
            ),
            ("list", #"{"list": {"a": {"id": 1}, "b": {"id": 2}}, "meta": {"name": "x"}}"#),
            (
                "data",
                #"{"meta": {"name": "x"}, "data": [{"type": "Feature", "properties": {"id": 1}, "geometry": null}, {"id": 2}]}"#
            ),
        ])
    func nestedRecords(path: String, text: String) throws {
        let store = try load(text, records + "records: \(path)\ngeometry: feature", name: "list.json").store
        #expect(store.works.compactMap(\.sourceID).sorted() == ["1", "2"])
        #expect(store.works.allSatisfy { $0.title == "x" })
    }

    @Test("A path that leads nowhere is told with the lists that there are")
    func wrongRecords() throws {
        let error = #expect(throws: InputError.self) {
            try load(#"{"result": {"items": [{"id": 1}]}}"#, records + "records: rows", name: "list.json")
        }
        #expect(error?.message.contains("`result.items`") == true)
        let cut = #expect(throws: InputError.self) {
            try load(#"{"result": {"items": [{"id": 1}"#, records + "records: result.items", name: "list.json")
        }
        #expect(cut?.message.contains("ends too early") == true)
    }

    @Test("A document that was meant to be gone into is told with the path to its rows", arguments: [nil, mapping])
    func forgottenPath(mapping: String?) {
        let error = #expect(throws: InputError.self) {
            try load(#"{"result": {"items": [{"id": 1}]}}"#, mapping, name: "list.json")
        }
        #expect(error?.message.contains("records: result.items") == true)
    }

    @Test("Refused rows of a document have the lines of the document")
    func linesOfDocuments() throws {
        let text = "{\"rows\": [\n{\"id\": 1,\n \"title\": \"A\"},\n{\"title\": \"B\"}\n]}"
        let report = try load(text, records + "records: rows", name: "list.json").report
        #expect(report.inserted == 1 && report.refusals.map(\.line) == [4])
    }

    @Test(
        "Esri JSON is read, in degrees and in Web Mercator",
        arguments: [
            (#"{"wkid": 102100, "latestWkid": 3857}"#, -7910240.56, 5215074.24, 42.3601),
            (#"{"wkid": 4326}"#, -71.0589, 42.3400, 42.3400),
        ])
    func esriPoints(reference: String, x: Double, y: Double, latitude: Double) throws {
        let text = """
            {"geometryType": "esriGeometryPoint", "spatialReference": \(reference), "features": [
            {"attributes": {"id": 1, "title": null}, "geometry": {"x": \(x), "y": \(y)}},
            {"attributes": {"id": 2, "title": "B"}, "geometry": {"x": "NaN", "y": "NaN"}}]}
            """
        let store = try load(
            text, "fields: {source_id: id, title: title?, status: {constant: accepted}}", name: "q.json"
        )
        .store
        guard case .point(let point)? = store.work(source: "q", sourceID: "1")?.geometry else {
            Issue.record("no point")
            return
        }
        #expect(abs(point.longitude + 71.0589) < 1e-5 && abs(point.latitude - latitude) < 1e-5)
        let second = try #require(store.work(source: "q", sourceID: "2"))
        #expect(second.geometry == nil && second.title == "B")
    }

    @Test("Rings of Esri's become polygons with their holes, paths become lines")
    func esriShapes() throws {
        func document(_ geometry: String) -> String {
            #"{"spatialReference": {"wkid": 4326}, "features": [{"attributes": {"id": 1}, "geometry": \#(geometry)}]}"#
        }
        let square = "[[0,0],[0,9],[9,9],[9,0],[0,0]]"
        let hole = "[[2,2],[4,2],[4,4],[2,4],[2,2]]"
        let island = "[[20,0],[20,5],[25,5],[25,0],[20,0]]"
        func geometry(_ text: String) throws -> Geometry? {
            try load(document(text), "fields: {source_id: id, status: {constant: accepted}}", name: "q.json")
                .store.works.first?.geometry
        }
        guard case .multiPolygon(let polygons)? = try geometry(#"{"rings": [\#(hole), \#(square), \#(island)]}"#) else {
            Issue.record("no areas")
            return
        }
        #expect(polygons.map(\.rings.count).sorted() == [1, 2])
        #expect(try geometry(#"{"rings": [\#(square)]}"#)?.type == .polygon)
        #expect(try geometry(#"{"paths": [[[0,0],[1,1]]]}"#)?.type == .lineString)
        #expect(try geometry(#"{"paths": [[[0,0],[1,1]],[[2,2],[3,3]]]}"#)?.type == .multiLineString)
        #expect(try geometry(#"{"points": [[0,0,5],[1,1,5]]}"#)?.type == .multiPoint)
        let curve = try load(
            document(#"{"curveRings": []}"#), "fields: {source_id: id, status: {constant: accepted}}", name: "q.json")
        #expect(curve.report.refused == 1)
    }

    @Test(
        "What a server sends in place of data is told",
        arguments: [
            (#"{"error": {"code": 499, "message": "Token Required"}}"#, "Token Required"),
            ("<!DOCTYPE html><html><body>Log in</body></html>", "web page"),
            (#"{"spatialReference": {"wkid": 2263}, "features": [{"attributes": {}}]}"#, "outSR=4326"),
            ("<a><!DOCTYPE x [<!ENTITY y \"z\">]></a>", "not XML"), ("<list><row><id>1</id></row>", "cut off"),
        ])
    func notData(text: String, what: String) {
        let error = #expect(throws: InputError.self) { try load(text, records, name: "list.json") }
        #expect(error?.message.contains(what) == true, "\(String(describing: error))")
    }

    @Test("Requests of an Open311 server are read alike from JSON and XML")
    func open311() throws {
        let json = """
            [{"service_request_id": 638344, "status": "closed", "service_name": "Sidewalk and Curb Issues", "description": "A & B",
            "requested_datetime": "2010-04-14T06:37:38-08:00", "updated_datetime": "2010-04-15T06:37:38-08:00",
            "expected_datetime": null, "address": "8TH AVE", "lat": 37.7622218, "long": -122.4651145}]
            """
        let xml = """
            <?xml version="1.0" encoding="utf-8"?>
            <service_requests>
              <request><service_request_id>638344</service_request_id><status>closed</status>
                <service_name><![CDATA[Sidewalk and Curb Issues]]></service_name><description>A &amp; B</description>
                <requested_datetime>2010-04-14T06:37:38-08:00</requested_datetime>
                <updated_datetime>2010-04-15T06:37:38-08:00</updated_datetime><expected_datetime></expected_datetime>
                <address>8TH AVE</address><lat>37.7622218</lat><long>-122.4651145</long></request>
            </service_requests>
            """
        var works: [Work] = []
        for (text, name) in [(json, "requests.json"), (xml, "requests.xml")] {
            let store = MemoryStore()
            let bytes = Array(text.utf8)
            let report = try Importer(store: store).importBytes(
                named: name, mapping: RealData.mappings.mapping("open311")
            ) { PeekableSource(MemorySource(name: name, bytes)) }
            #expect(report.inserted == 1 && report.refused == 0)
            works.append(try #require(store.works.first))
        }
        for work in works {
            #expect(work.sourceID == "638344" && work.status == .done && work.category == "sidewalk")
            #expect(work.description == "A & B" && work.completedAt?.description == "2010-04-15T14:37:38Z")
            #expect(work.geometry == .point(Coordinate(longitude: -122.4651145, latitude: 37.7622218)))
        }
    }

    @Test("XML is read with its encoding, its entities and its lists, and leads nowhere")
    func xml() throws {
        let latin = Array("<?xml version='1.0' encoding='ISO-8859-1'?><r><a>".utf8) + [0xE9] + Array("</a></r>".utf8)
        #expect(try XMLTree.read(latin, file: "x")["a"] == "é")
        let tree = try XMLTree.read(
            Array("<?xml version='1.0'?><!-- c --><n:r xmlns:n='u'><n:a k='1&#x41;'>&lt;</n:a><b/><b>2</b></n:r>".utf8),
            file: "x")
        #expect(tree == ["a": ["k": "1A", "text": "<"], "b": [nil, "2"]])
        for text in ["<a>&evil;</a>", "<a><b></a>", "<a", "<a/><b/>", "<a k=1/>", String(repeating: "<a>", count: 100)]
        {
            #expect(throws: InputError.self, "\(text)") { try XMLTree.read(Array(text.utf8), file: "x") }
        }
    }

    @Test("A work zone feed of version 3.1 has its road, and a detour its category")
    func workZones() throws {
        let text = """
            {"road_event_feed_info": {"version": "3.1", "publisher": "X"}, "type": "FeatureCollection", "features": [
            {"id": "a", "type": "Feature", "properties": {"event_type": "work-zone", "road_names": ["Example Avenue"],
            "direction": "northbound", "start_date": "2026-05-01T00:00:00Z", "event_status": "active", "vehicle_impact": "all-lanes-open"}, "geometry": null},
            {"id": "b", "type": "Feature", "properties": {"event_type": "detour", "road_names": ["Side Street", "Main Street"],
            "direction": "undefined", "vehicle_impact": "unknown"}, "geometry": null}]}
            """
        let store = MemoryStore()
        let bytes = Array(text.utf8)
        let report = try Importer(store: store).importBytes(
            named: "f.geojson", mapping: RealData.mappings.mapping("wzdx")
        ) { PeekableSource(MemorySource(name: "f.geojson", bytes)) }
        #expect(report.inserted == 2)
        let zone = try #require(store.work(source: "wzdx", sourceID: "a"))
        #expect(zone.title == "Example Avenue northbound" && zone.trafficImpact == TrafficImpact.none)
        #expect(zone.organisation == "X")
        let detour = try #require(store.work(source: "wzdx", sourceID: "b"))
        #expect(
            detour.title == "Side Street, Main Street" && detour.category == "detour" && detour.trafficImpact == nil)
    }

    // MARK: Archives and other formats

    @Test(
        "What is no data, or data of a format that is not read, is named with what would help",
        arguments: [
            ("plan.pdf", "%PDF-1.7", "PDF"), ("plan.dwg", "AC1032", "DXF"), ("works.csv", "%PDF-1.7", "PDF"),
            ("works.bin", "\u{1}", "Office"), ("works.dbf", "x", ".shp"), ("city.qgz", "x", "project"),
            ("works.rar", "Rar!", "RAR"), ("works.parquet", "PAR1", "Parquet"),
        ])
    func unreadFormats(name: String, start: String, advice: String) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString)-\(name)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let office: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]
        try Data(start == "\u{1}" ? office : Array(start.utf8)).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: InputError.self) { try UnreadFormat.check(path) }
        #expect(error?.message.contains(advice) == true)
    }

    @Test("The one file in an archive that is data is read from it, several are told apart by name")
    func archives() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func archive(_ files: [(name: String, text: String)]) throws -> String {
            let path = "\(folder)/\(UUID().uuidString).zip"
            try Data(stored(files)).write(to: URL(fileURLWithPath: path))
            return path
        }
        let table = "id,title,lon,lat\n1,A,-71,42\n"
        let one = try archive([("d/", ""), ("d/README.txt", "read me"), ("d/works.csv", table), ("d/license.csv", "x")])
        let own = try #require(try OwnArchive(one, chosen: nil, limit: 1 << 20))
        #expect(own.member == "d/works.csv")
        let source = try own.open(encoding: nil)
        let start = try source.peek(100)
        #expect(source.name == one + "/d/works.csv" && start.elementsEqual(table.utf8))
        let two = try archive([("a.csv", table), ("b.geojson", "{}")])
        let error = #expect(throws: InputError.self) { try OwnArchive(two, chosen: nil, limit: 1 << 20) }
        #expect(error?.message.contains("--input-layer: a.csv, b.geojson") == true)
        #expect(try OwnArchive(two, chosen: "a.csv", limit: 1 << 20)?.member == "a.csv")
        let shapes = try archive([("s/x.shp", ""), ("s/x.dbf", ""), ("s/about.txt", "")])
        #expect(try OwnArchive(shapes, chosen: nil, limit: 1 << 20) == nil)
    }

    @Test(
        "A shapefile's table without an encoding is Latin-1, unless it is UTF-8 or looks otherwise",
        arguments: [
            ([UInt8]("Köln".utf8), "UTF-8"), ([0x4B, 0xF6, 0x6C, 0x6E], "CP1252"),
            ([0xCC, 0xEE, 0xF1, 0xEA, 0xE2, 0xE0], "refused"), (Array("Bonn".utf8), "UTF-8"),
        ] as [([UInt8], String)])
    func shapefiles(text: [UInt8], expected: String) throws {
        let stem = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { for ending in [".dbf", ".cpg"] { try? FileManager.default.removeItem(atPath: stem + ending) } }
        var table = [UInt8](repeating: 0, count: 33)
        table[8] = 33
        try Data(table + text + Array(repeating: 0x20, count: 20)).write(to: URL(fileURLWithPath: stem + ".dbf"))
        if expected == "refused" {
            let error = #expect(throws: InputError.self) {
                try ShapefileEncoding.found("s.shp", shapefile: stem + ".shp")
            }
            #expect(error?.message.contains("encoding: windows-1251") == true)
        } else {
            let found = try ShapefileEncoding.found("s.shp", shapefile: stem + ".shp")
            #expect((found ?? "UTF-8") == expected)
        }
        try Data("UTF-8".utf8).write(to: URL(fileURLWithPath: stem + ".cpg"))
        #expect(try ShapefileEncoding.found("s.shp", shapefile: stem + ".shp") == nil)
    }

    /// A zip archive of files that are not packed.
    private func stored(_ files: [(name: String, text: String)]) -> [UInt8] {
        func number(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> ($0 * 8) & 0xFF) } }
        func checksum(_ bytes: [UInt8]) -> Int {
            var crc: UInt32 = 0xFFFF_FFFF
            for byte in bytes {
                crc ^= UInt32(byte)
                for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
            }
            return Int(~crc)
        }
        var archive: [UInt8] = []
        var list: [UInt8] = []
        for file in files {
            let text = Array(file.text.utf8)
            let sizes = number(checksum(text), 4) + number(text.count, 4) + number(text.count, 4)
            let offset = archive.count
            archive +=
                [0x50, 0x4B, 3, 4, 20, 0] + number(0, 8) + sizes + number(file.name.utf8.count, 2) + number(0, 2)
            archive += Array(file.name.utf8) + text
            list += [0x50, 0x4B, 1, 2, 20, 0, 20, 0] + number(0, 8) + sizes + number(file.name.utf8.count, 2)
            list += number(0, 12) + number(offset, 4) + Array(file.name.utf8)
        }
        let end = number(0, 4) + number(files.count, 2) + number(files.count, 2) + number(list.count, 4)
        return archive + list + [0x50, 0x4B, 5, 6] + end + number(archive.count, 4) + number(0, 2)
    }
}
