import Foundation
import Geometry
import Testing
import Works

@testable import Interchange

/// An import of a text into a store of its own or a given one.
private func load(
    _ text: String, _ mapping: String? = nil, as layer: ImportLayer? = .hazards,
    into store: MemoryStore = MemoryStore(),
    name: String = "list.csv", _ configure: (inout Importer.Options) -> Void = { _ in }
) throws -> (report: ImportReport, store: MemoryStore, refused: String?) {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("import-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent(name).path
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    var options = Importer.Options()
    options.now = Instant("2026-11-23T09:00:00Z")
    configure(&options)
    let report = try Importer(store: store, options: options).importFile(
        path, as: layer, mapping: try mapping.map { try Mapping(yaml: $0, name: "test") })
    let refused = FileManager.default.contents(atPath: path + ".refused.csv").map {
        String(decoding: $0, as: UTF8.self)
    }
    return (report, store, refused)
}

@Suite struct ImporterTests {
    private static let head = "source_id,title,status,due_at,longitude,latitude\n"

    @Test("A table that bears our names comes in without a mapping, and again without a change")
    func ownNames() throws {
        let text = Self.head + "1,Hole,reported,2026-12-01,37.6,55.7\n2,Pit,done,,37.7,55.8\n"
        let first = try load(text)
        #expect(first.report.inserted == 2)
        #expect(first.refused == nil)
        let work = try #require(first.store.work(source: "list", sourceID: "1"))
        #expect(work.kind == .hazard && work.title == "Hole" && work.dueAt?.description == "2026-12-01T23:59:59Z")
        #expect(work.geometry == .point(Coordinate(longitude: 37.6, latitude: 55.7)))
        let second = try load(text, into: first.store)
        #expect(second.report.unchanged == 2 && second.report.inserted == 0 && second.report.updated == 0)
    }

    @Test("A deadline that differs is a move, with the old one in the ledger")
    func moves() throws {
        let store = try load(Self.head + "1,Hole,reported,2026-12-01,37.6,55.7\n").store
        let report = try load(Self.head + "1,Hole,reported,2026-12-24,37.6,55.7\n", into: store).report
        #expect(report.updated == 1 && report.deadlinesMoved == 1)
        let work = try #require(store.work(source: "list", sourceID: "1"))
        #expect(work.dueChanges == 1 && work.originalDueAt?.description == "2026-12-01T23:59:59Z")
        let moves = try store.ledger(of: work.id).filter { $0.field == .dueAt && $0.from != nil }
        #expect(moves.map(\.from) == ["2026-12-01T23:59:59Z"] && moves.map(\.to) == ["2026-12-24T23:59:59Z"])
    }

    @Test("Bad rows are written down with line, reason and content, and the others come in")
    func badRows() throws {
        let (report, store, refused) = try load(
            Self.head
                + "1,Hole,reported,,37.6,55.7\n2,Pit,ruined,,37.6,55.7\n3,\"a\nb\",reported,soon,37.6,55.7\n4,x,reported,,NaN,55\n"
                + "5,x,reported,,37.6,95\n6,x\n7,x,reported,,37.6,\n8,Last,done,,37.6,55.7\n")
        #expect(report.read == 8 && report.inserted == 2 && report.refused == 6)
        #expect(report.refusals.map(\.line) == [3, 4, 6, 7, 8, 9])
        #expect(store.works.count == 2)
        let lines = try #require(refused)
        #expect(lines.hasPrefix("line,reason,source_id,title,status,due_at,longitude,latitude\r\n"))
        #expect(lines.contains("3,\"status: “ruined” is none of"))
        #expect(lines.contains("3,\"a\nb\",reported,soon,37.6,55.7"))
    }

    @Test("The first bad row ends a strict import, and nothing of it stays")
    func strict() throws {
        let store = MemoryStore()
        let error = #expect(throws: ImportError.self) {
            try load(Self.head + "1,Hole,reported,,37.6,55.7\n2,Pit,ruined,,37.6,55.7\n", into: store) {
                $0.isStrict = true
            }
        }
        #expect(error?.description.contains("line 3") == true)
        #expect(store.works.isEmpty)
    }

    @Test("A dry run counts everything and keeps nothing")
    func dryRun() throws {
        let (report, store, refused) = try load(
            Self.head + "1,Hole,reported,,37.6,55.7\n2,Pit,ruined,,37.6,55.7\n"
        ) { $0.isDryRun = true }
        #expect(report.inserted == 1 && report.refused == 1 && report.isDryRun)
        #expect(store.works.isEmpty && refused == nil)
    }

    @Test("Of two rows with one source_id the first is taken and the second refused with its line")
    func duplicates() throws {
        let (report, store, _) = try load(Self.head + "1,First,reported,,37.6,55.7\n1,Second,reported,,37.6,55.7\n")
        #expect(report.inserted == 1 && report.refused == 1)
        #expect(report.refusals.first?.line == 3 && report.refusals.first?.reason.contains("line 2") == true)
        #expect(store.works.map(\.title) == ["First"])
    }

    @Test("Longitude and latitude that are swapped throughout are told, not stored")
    func swapped() throws {
        let store = MemoryStore()
        let rows = (1...20).map { "\($0),x,reported,,42.3\($0),-71.0\($0)\n" }.joined()
        let error = #expect(throws: ImportError.self) { try load(Self.head + rows, into: store) }
        #expect(error?.description.contains("swapped in 20 of 20 rows") == true)
        #expect(store.works.isEmpty)
        // One of them is a typing error, and a fact where it may be one.
        #expect(
            try load(Self.head + rows.split(separator: "\n")[0] + "\n2,x,reported,,-71.1,42.3\n").report.inserted == 2)
    }

    @Test("Where the city is known, swapped places are told although both ways are on Earth")
    func swappedInTheCity() throws {
        let store = try load(
            "id,name,wkt\n1,Centre,\"POLYGON ((37 55,38 55,38 56,37 56,37 55))\"\n", as: .reference(.districts),
            name: "districts.csv"
        ).store
        #expect(throws: ImportError.self) { try load(Self.head + "1,x,reported,,55.7,37.6\n", into: store) }
        #expect(try load(Self.head + "1,x,reported,,37.6,55.7\n", into: store).report.inserted == 1)
        #expect(store.works.first?.district == "Centre")
    }

    @Test("Text in the wrong encoding stops the import with a line and the encoding to name")
    func encoding() throws {
        let bytes =
            Array("source_id,title,longitude,latitude\n1,".utf8) + [0xDF, 0xEC, 0xE0] + Array(",37.6,55.7\n".utf8)
        let store = MemoryStore()
        let importer = Importer(store: store)
        let error = #expect(throws: ImportError.self) {
            try importer.importBytes(named: "x.csv", as: .hazards) {
                try InputFile.unwrap(MemorySource(name: "x.csv", bytes))
            }
        }
        #expect(
            error?.description.contains("line 2") == true
                && error?.description.contains("encoding: windows-1251") == true)
        let mapping = try Mapping(
            yaml: "encoding: windows-1251\nfields: {source_id: source_id, title: title}", name: "test")
        let report = try importer.importBytes(named: "x.csv", as: .hazards, mapping: mapping) {
            try InputFile.unwrap(MemorySource(name: "x.csv", bytes), encoding: "windows-1251")
        }
        #expect(report.inserted == 1 && store.works.first?.title == "Яма")
    }

    private static let snapshot = """
        source: city
        layer: road_repairs
        observed_at: {collection: stand}
        snapshot: full
        fields: {source_id: id, kind: {constant: road_repair}, due_at: {column: bis, end_of_day: true}, status: {constant: in_progress}}
        """

    private func list(_ stand: String, _ works: [(String, String)], late: Bool = false) -> String {
        let features = works.map {
            #"{"type":"Feature","geometry":{"type":"Point","coordinates":[8.4,49]},"properties":{"id":"\#($0.0)","bis":"\#($0.1)"}}"#
        }.joined(separator: ",")
        let moment = #""stand":"\#(stand)""#
        return late
            ? #"{"type":"FeatureCollection","features":[\#(features)],\#(moment)}"#
            : #"{"type":"FeatureCollection",\#(moment),"features":[\#(features)]}"#
    }

    @Test(
        "Works that are gone from a full list are closed, and come back when they are listed again",
        arguments: [false, true])
    func snapshots(late: Bool) throws {
        let store = MemoryStore()
        func load(_ text: String) throws -> ImportReport {
            try InterchangeTests.load(text, Self.snapshot, as: nil, into: store, name: "list.geojson").report
        }
        #expect(
            try load(list("2026-01-01T00:00:00Z", [("a", "2026-02-01"), ("b", "2026-01-03")], late: late)).inserted == 2
        )
        let second = try load(list("2026-01-05T00:00:00Z", [("a", "2026-02-10")], late: late))
        #expect(second.updated == 1 && second.closed == 1 && second.deadlinesMoved == 1)
        let b = try #require(store.work(source: "city", sourceID: "b"))
        // Its deadline lay between the two lists, so it is taken to have been kept.
        #expect(b.status == .done && b.completedAt == b.dueAt)
        let moved = try #require(store.work(source: "city", sourceID: "a"))
        #expect(try store.ledger(of: moved.id).last?.at.description == "2026-01-05T00:00:00Z")
        #expect(
            try load(list("2026-01-06T00:00:00Z", [("a", "2026-02-10"), ("b", "2026-01-03")], late: late)).updated == 1)
        #expect(store.work(source: "city", sourceID: "b")?.status == .inProgress)
    }

    @Test("A list that is older than the last one, and a list of nothing, are refused")
    func badSnapshots() throws {
        let store = MemoryStore()
        func load(_ text: String) throws -> ImportReport {
            try InterchangeTests.load(text, Self.snapshot, as: nil, into: store, name: "list.geojson").report
        }
        _ = try load(list("2026-01-05T00:00:00Z", [("a", "2026-02-01")]))
        let older = #expect(throws: ImportError.self) { try load(list("2026-01-04T00:00:00Z", [("a", "2026-03-01")])) }
        #expect(older?.description.contains("2026-01-05T00:00:00Z") == true)
        #expect(throws: ImportError.self) { try load(list("2026-01-06T00:00:00Z", [])) }
        #expect(store.works.map(\.dueChanges) == [0] && store.works[0].status == .inProgress)
        // The same list again changes nothing.
        #expect(try load(list("2026-01-05T00:00:00Z", [("a", "2026-02-01")])).unchanged == 1)
    }

    @Test(
        "A file that is cut off leaves nothing behind",
        arguments: [
            "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"source_id\":\"1\"}},",
            "[{\"source_id\":\"1\"}", "{\"type\":",
        ])
    func truncated(text: String) throws {
        let store = MemoryStore()
        let error = #expect(throws: InputError.self) { try load(text, into: store, name: "list.geojson") }
        #expect(error?.description.contains("list.geojson") == true)
        #expect(store.works.isEmpty)
    }

    @Test("Features line by line and objects in an array are rows as well")
    func otherShapes() throws {
        let feature =
            #"{"type":"Feature","id":"f","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"title":"A"}}"#
        #expect(
            try load(feature + "\n" + feature.replacing("\"f\"", with: "\"g\"") + "\n", name: "l.geojsonl").report
                .inserted == 2)
        let store = try load(#"[{"source_id":7,"title":"B","lanes":[1,2],"nothing":null}]"#, name: "l.json").store
        #expect(store.work(source: "l", sourceID: "7")?.privateExtra == #"{"lanes":[1,2]}"#)
    }

    @Test("Reference features get names, classes and ids, and one without a place is refused")
    func reference() throws {
        let text = "id,name,class,longitude,latitude\n1,First,school,37.6,55.7\n2,Second,school,,\n"
        let (report, store, _) = try load(text, as: .reference(.schools), name: "schools.csv")
        #expect(report.inserted == 1 && report.refused == 1)
        #expect(store.features(.schools).map(\.id) == ["schools:1"])
        #expect(try load(text, as: .reference(.schools), into: store, name: "schools.csv").report.unchanged == 1)
    }

    @Test("A row without a geometry that needs none comes in; a geometry that can be put right is counted as repaired")
    func geometries() throws {
        let open = #"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1]]]}"#
        let bow = #"{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}"#
        func feature(_ id: Int, _ geometry: String) -> String {
            #"{"type":"Feature","geometry":\#(geometry),"properties":{"source_id":\#(id)}}"#
        }
        let text = [
            feature(1, "null"), feature(2, open), feature(3, bow),
            feature(4, #"{"type":"Circle","coordinates":[0,0]}"#),
        ].joined(separator: "\n")
        let (report, store, refused) = try load(text, name: "l.geojsonl")
        #expect(report.inserted == 3 && report.repaired == 2 && report.refused == 1)
        #expect(report.repairs == ["ring left open": 1, "ring crosses itself": 1])
        #expect(store.works.count == 3)
        #expect(refused?.contains("Circle") == true)
    }

    @Test("Formulas in an exported table are words, and come back as they were")
    func tables() throws {
        let table = "source_id,title,extra,longitude,latitude\n1,=1+1,\"{\"\"a\"\":[1]}\",37.6,55.7\n"
        let store = try load(table) { $0.published = .all }.store
        #expect(store.works.first?.extra == #"{"a":[1]}"#)
        var bytes: [UInt8] = []
        try LayerExport(store: store, at: Instant("2026-11-23T09:00:00Z")!).write(.works(nil), as: .csv) { bytes += $0 }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains(",'=1+1,"))
        let back = try load(text, as: .works) { $0.published = .all }.store
        #expect(back.works.map(\.title) == ["=1+1"])
        #expect(back.works.first?.extra == store.works.first?.extra)
        #expect(back.works.first?.geometry == store.works.first?.geometry)
        #expect(back.works.first?.source == "list")
    }
}
