import Foundation
import Geometry
import Testing
import Works

@testable import Interchange

/// An import of a text into a store of its own or a given one.
private func load(
    _ text: String, _ mapping: String?, as layer: ImportLayer = .hazards, into store: MemoryStore = MemoryStore(),
    name: String = "list.csv"
) throws -> (report: ImportReport, store: MemoryStore) {
    let report = try importBytes(
        Array(text.utf8), named: name, as: layer, mapping: try mapping.map { try Mapping(yaml: $0, name: "test") },
        into: store)
    return (report, store)
}

private let place = "geometry: {longitude: lon, latitude: lat}\n"

@Suite("Values of real sources")
struct SourceValuesTests {
    @Test(
        "Functions make a value of a column",
        arguments: [
            ("{column: c, split: {at: ' - ', take: 2}}", "Ward 7 - Main St", "Main St"),
            ("{column: c, split: {at: ',', take: -1}}", "a, b, c", "c"),
            ("{column: c, split: {at: ',', take: 4}}", "a, b, c", nil),
            ("{column: c, regex: 'Ward (\\d+)'}", "in Ward 12 or so", "12"),
            ("{column: c, regex: '\\d+'}", "in Ward 12 or so", "12"),
            ("{column: c, regex: 'Ward (\\d+)'}", "no such", nil),
            ("{column: c, pad: {length: 5}}", "123", "00123"), ("{column: c, pad: {length: 2, with: x}}", "123", "123"),
            ("{column: c, split: {at: '/', take: 1}, pad: {length: 3}}", "7/x", "007"),
            ("{column: c, contains: {pothole: hole, light: lamp}}", "A Street LIGHT out", "lamp"),
            ("{column: c, contains: {pothole: hole}, default: other}", "snow", "other"),
            ("{column: c, contains: {pothole: hole}}", "snow", nil),
            ("{column: c, table: {2: two}}", "2.0", "two"), ("{column: c, table: {2.0: two}}", "2", "two"),
            ("{column: c, table: {2.50: much}}", "2.5", "much"), ("{column: c, table: {2: two}}", "02", "02"),
        ] as [(String, String, String?)])
    func functions(form: String, text: String, expected: String?) throws {
        let store = try load(
            "id,c\n1,\"\(text)\"\n",
            "geometry: none\nfields: {source_id: id, title: \(form), status: {constant: accepted}}"
        ).store
        #expect(store.work(source: "list", sourceID: "1")?.title == expected)
    }

    @Test(
        "A function that cannot work is refused with the mapping",
        arguments: [
            "{column: c, split: ','}", "{column: c, split: {at: ',', take: 0}}", "{column: c, regex: '('}",
            "{column: c, pad: {length: 0}}", "{column: c, pad: 5}", "{column: c, contains: {}}",
            "{column: c, contains: {a: b}, table: {c: d}}",
        ])
    func wrongFunctions(form: String) {
        let error = #expect(throws: MappingError.self) {
            try Mapping(yaml: "fields: {source_id: id, title: \(form)}", name: "test")
        }
        #expect(error?.line != nil && error?.key?.hasPrefix("fields.title") == true)
    }

    @Test(
        "A place in one column is read in the forms that portals use",
        arguments: [
            ("wkt", "(42.3412, -71.0615)"), ("lat_lon", "(42.3412, -71.0615)"), ("lat_lon", "42.3412,-71.0615"),
            ("lat_lon", "42,3412; -71,0615"), ("lat_lon", "42,3412, -71,0615"), ("lat_lon", "42.3412 -71.0615"),
            ("lat_lon", "1 Main St (rear)\n(42.3412, -71.0615)"), ("lat_lon", "42.3412° N, 71.0615° W"),
            ("lon_lat", "-71.0615, 42.3412"), ("wkt", "POINT(-71.0615 42.3412)"),
            ("wkt", "SRID=4326;POINT (-71.0615 42.3412)"), ("wkb", "01010000000E2DB29DEFC351C096B20C71AC2B4540"),
            ("wkt", "0101000020e61000000e2db29defc351c096b20c71ac2b4540"),
        ])
    func places(form: String, text: String) throws {
        let store = try load(
            "id,p\n1,\"\(text)\"\n",
            "geometry: {\(form): p}\nfields: {source_id: id, status: {constant: accepted}}"
        ).store
        let work = try #require(store.work(source: "list", sourceID: "1"))
        guard case .point(let point) = work.geometry else {
            Issue.record("no point")
            return
        }
        #expect(abs(point.longitude + 71.0615) < 1e-7 && abs(point.latitude - 42.3412) < 1e-7)
    }

    @Test(
        "A place that cannot be read is refused with what it is",
        arguments: [
            ("lat_lon", "(142.3, -71.0)", "lon_lat"), ("lat_lon", "(42.3)", "is not (latitude, longitude)"),
            ("wkt", "nowhere", "“NOWHERE” is no type"), ("wkb", "0101", "WKB"), ("wkb", "01x", "half a byte"),
        ])
    func wrongPlaces(form: String, text: String, reason: String) throws {
        let report = try load(
            "id,p\n1,\"\(text)\"\n",
            "geometry: {\(form): p}\nfields: {source_id: id, status: {constant: accepted}}"
        ).report
        #expect(report.refused == 1 && report.refusals.first?.reason.contains(reason) == true)
    }

    @Test("Works without ids are known by their place, in every format")
    func placesAsIDs() throws {
        let mapping = place + "fields: {source_id: '@position', title: '@geometry_hash', status: {constant: accepted}}"
        let table = try load("lon,lat\n-71.0615,42.3412\n", mapping)
        let json = try load("[{\"lon\": -71.0615, \"lat\": 42.34120}]", mapping, into: table.store, name: "list.json")
        #expect(table.report.inserted == 1 && json.report.unchanged == 1)
        let hash = try #require(table.store.work(source: "list", sourceID: "-71.0615,42.3412")?.title)
        #expect(hash.wholeMatch(of: /[0-9a-f]{16}/) != nil)
        let other = try load("lon,lat\n-71.0616,42.3412\n", mapping).store
        #expect(other.work(source: "list", sourceID: "-71.0616,42.3412")?.title != hash)
    }

    @Test("Several places go by a condition")
    func placesByKind() throws {
        let mapping = """
            geometry:
              - {wkt: path, when: [{column: kind, is: road}]}
              - {longitude: lon, latitude: lat}
            fields: {source_id: id, status: {constant: accepted}}
            """
        let text =
            "id,kind,path,lon,lat\n1,road,\"LINESTRING(8 49,8.1 49)\",8,49\n2,spot,\"LINESTRING(8 49,8.1 49)\",8,49\n"
        let store = try load(text, mapping).store
        #expect(store.work(source: "list", sourceID: "1")?.geometry?.type == .lineString)
        #expect(store.work(source: "list", sourceID: "2")?.geometry?.type == .point)
    }

    @Test("One number is one id, however it is written")
    func numbersAsIDs() throws {
        let mapping = "fields: {source_id: id, status: {constant: accepted}}"
        func feature(_ id: String) -> String {
            "{\"type\": \"Feature\", \"properties\": {\"id\": \(id)}, \"geometry\": {\"type\": \"Point\", \"coordinates\": [8, 49]}}"
        }
        let store = MemoryStore()
        for id in ["7", "7.0", "7e0", "\"7\"", "\"7.0\""] {
            _ = try load(feature(id), mapping, into: store, name: "list.geojson")
        }
        _ = try load("id,lon,lat\n7.0,8,49\n", mapping, into: store, name: "list.csv")
        #expect(store.works.map(\.sourceID) == ["7"])
    }

    @Test(
        "Invisible characters at the ends of values and column names do not count",
        arguments: ["\u{A0}", "\u{200B}", "\u{3000}", "\u{FEFF}", "\u{2060}", "\u{202F}", "\u{AD}", " \u{200E}\t"])
    func invisible(space: String) throws {
        let store = try load(
            "\(space)id\(space),title,lon,lat\n\(space)1\(space),\(space)Ä ö\(space),8,49\(space)\n2,\(space),8,49\n",
            place + "fields: {source_id: id, title: title, status: {constant: accepted}}"
        ).store
        #expect(store.work(source: "list", sourceID: "1")?.title == "Ä ö")
        let second = try #require(store.work(source: "list", sourceID: "2"))
        #expect(second.title == nil)
    }

    @Test("Of several features of one id the richest geometry is taken, if the mapping says so")
    func sameID() throws {
        let text = """
            [{"id": 1, "wkt": "POINT(8 49)"}, {"id": 1, "wkt": "POLYGON((8 49,8.1 49,8.1 49.1,8 49))"}, {"id": 1, "wkt": "LINESTRING(8 49,8.1 49)"}]
            """
        let mapping = "geometry: {wkt: wkt}\nfields: {source_id: id, status: {constant: accepted}}\n"
        let chosen = try load(text, mapping + "same_id: richest_geometry\n", name: "list.json")
        #expect(chosen.store.works.map(\.geometry?.type) == [.polygon])
        #expect(chosen.report.refused == 0 && chosen.report.skipped == 2)
        #expect(chosen.report.notes.contains { $0.hasPrefix("2 rows are left out") })
        #expect(try load(text, mapping, name: "list.json").report.refused == 2)
    }

    @Test("A file of several lists is imported list by list, in the order of their times")
    func series() throws {
        let mapping = """
            snapshot: full
            geometry: none
            observed_at: {column: seen, series: true}
            fields: {source_id: id, status: {constant: in_progress}, due_at: due}
            """
        let text = """
            seen,id,due
            2026-05-02T00:00:00Z,2,2026-07-02
            2026-05-01T00:00:00Z,1,2026-06-01
            2026-05-03T00:00:00Z,2,2026-07-03
            2026-05-01T00:00:00Z,2,2026-07-01
            soon,3,
            """
        let (report, store) = try load(text, mapping)
        #expect(report.read == 5 && report.inserted == 2 && report.updated == 2 && report.closed == 1)
        #expect(report.refused == 1 && report.deadlinesMoved == 2)
        let first = try #require(store.work(source: "list", sourceID: "1"))
        #expect(first.status == .done)
        #expect(store.work(source: "list", sourceID: "2")?.dueChanges == 2)
    }

    @Test("Values outside of a table are listed with counts and with what may have been meant")
    func unlisted() throws {
        let report = try load(
            "id,s\n1,OPEN\n2,In Review\n3,In Review\n4,Duplicate\n",
            "geometry: none\nfields: {source_id: id, status: {column: s, table: {Open: accepted}}}"
        ).report
        #expect(report.refusalReasons.all.count == 1)
        #expect(
            report.refusalReasons.all.first?.reason.contains(
                "“In Review” 2, “Duplicate” 1, “OPEN” 1 (is `Open` meant?)") == true)
    }
}
