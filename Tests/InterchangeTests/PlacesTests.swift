import Foundation
import Geometry
import SpatiaLiteStore
import TestConditions
import Testing
import TimeBudgets
import Works

@testable import Interchange

extension TestCity {
    @discardableResult
    fileprivate func load(
        _ text: String, as layer: ImportLayer, _ yaml: String? = nil, name: String = "w.csv", crs: String? = nil,
        published: PublishedColumns? = nil
    ) throws -> ImportReport {
        try importText(text, name: name, as: layer, yaml) { options in
            options.crs = crs
            options.published = published
        }
    }
}

private func square(_ west: Double, _ south: Double, _ size: Double) -> String {
    let (east, north) = (west + size, south + size)
    return "[[[\(west),\(south)],[\(east),\(south)],[\(east),\(north)],[\(west),\(north)],[\(west),\(south)]]]"
}

private func district(_ id: String, _ name: String, _ coordinates: String) -> String {
    #"{"type":"Feature","properties":{"source":"d","source_id":"\#(id)","name":"\#(name)"},"#
        + #""geometry":{"type":"Polygon","coordinates":\#(coordinates)}}"# + "\n"
}

@Suite("Places of what is imported")
struct PlacesTests {
    private static let mapping = """
        source: w
        geometry: {longitude: lon, latitude: lat}
        empty_values: [Unspecified]
        fields: {source_id: id, title: title, status: {constant: accepted}, district: hood}
        """
    private static let rows =
        "id,title,lon,lat,hood\n1,P,-71,42,BROOKLYN\n2,P,-71,42.1,Unspecified\n3,N,,,Old Harbor\n4,F,-60,42,FAR\n"

    @Test("Works are in the same districts whether works or districts come first, or districts change")
    func order() throws {
        let (first, second) = (try TestCity(), try TestCity())
        try first.load(Self.rows, as: .hazards, Self.mapping)
        #expect(try first.works().map(\.district) == ["BROOKLYN", nil, "Old Harbor", "FAR"])
        let districts = district("1", "Brooklyn", square(-72, 41, 2))
        let report = try first.load(districts, as: .reference(.districts), name: "d.geojsonl")
        #expect(report.districtsAssigned == 3)
        try second.load(districts, as: .reference(.districts), name: "d.geojsonl")
        try second.load(Self.rows, as: .hazards, Self.mapping)
        for city in [first, second] {
            #expect(try city.works().map(\.district) == ["Brooklyn", "Brooklyn", "Old Harbor", nil])
        }
        #expect(try first.works().map(\.revision) == [2, 2, 1, 2])
        #expect(try first.load(Self.rows, as: .hazards, Self.mapping).unchanged == 4)
        #expect(try first.store.check().isEmpty)

        // A district that shrinks and one that is new.
        let changed = district("1", "Brooklyn", square(-72, 41, 1.05)) + district("2", "Queens", square(-72, 42.07, 2))
        #expect(try first.load(changed, as: .reference(.districts), name: "d.geojsonl").districtsAssigned == 1)
        #expect(try first.works().map(\.district) == ["Brooklyn", "Queens", "Old Harbor", nil])
        #expect(try first.load(changed, as: .reference(.districts), name: "d.geojsonl").districtsAssigned == 0)
        // The source's name of a district does not come back by a row without a place, as long as the work keeps its own.
        let row = "id,title,lon,lat,hood\n1,P,,,BROOKLYN\n"
        #expect(try first.load(row, as: .hazards, Self.mapping + "\nkeeps: [geometry]").unchanged == 1)
        // A work that moves out of all districts is in none.
        #expect(try first.load("id,title,lon,lat,hood\n1,P,-50,42,X\n", as: .hazards, Self.mapping).updated == 1)
        #expect(try first.works()[0].district == nil)
    }

    @Test("Positions are projected from the system that is stated, by option, mapping, file or row")
    func projected() throws {
        let utm = #"{"type":"Point","coordinates":[456000,5429000]}"#
        func feature(_ more: String = "", _ geometry: String = utm) -> String {
            #"{"type":"Feature"\#(more),"properties":{"source_id":"1"},"geometry":\#(geometry)}"#
        }
        let urn = #""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::25832"}}"#
        let table = "id,x,y\n1,456000,5429000\n"
        let columns = "geometry: {longitude: x, latitude: y}\nfields: {source_id: id}\n"
        let cases: [(String, name: String, yaml: String?, crs: String?)] = [
            (table, "t.csv", columns, "EPSG:25832"), (table, "t.csv", columns + "crs: EPSG:25832\n", nil),
            ("source_id,wkt\n1,SRID=25832;POINT Z (456000 5429000 110)\n", "t.csv", nil, nil),
            (feature(), "f.geojson", nil, "urn:ogc:def:crs:EPSG::25832"),
            (#"{"type":"FeatureCollection",\#(urn),"features":[\#(feature())]}"#, "f.geojson", nil, nil),
            (#"{"type":"FeatureCollection","features":[\#(feature())],\#(urn)}"#, "f.geojson", nil, nil),
            (feature("," + urn), "f.geojson", nil, nil),
            (feature("", #"{"type":"Point","coordinates":[456000,5429000],\#(urn)}"#), "f.geojson", nil, nil),
            (feature("", #"{"type":"Point","coordinates":[49.01249,8.39842]}"#), "f.geojson", nil, nil),
        ]
        for (text, name, yaml, crs) in cases.dropLast() {
            let city = try TestCity()
            let report = try city.load(text, as: .hazards, yaml, name: name, crs: crs)
            #expect(report.inserted == 1, "\(text)")
            guard case .point(let place)? = try city.works().first?.geometry else {
                Issue.record("no place: \(text)")
                continue
            }
            // By cs2cs of PROJ 9.1: 8.39843… E, 49.01249… N.
            #expect((place.longitude - 8.3984).magnitude < 1e-3 && (place.latitude - 49.0125).magnitude < 1e-3)
            #expect(place.rounded == place)
        }
    }

    @Test("Geographic systems have the longitude first, whatever their authority says")
    func axes() throws {
        for crs in ["EPSG:4258", "EPSG:4326", "OGC:CRS84", "urn:ogc:def:crs:EPSG::4258"] {
            let city = try TestCity()
            try city.load("source_id,longitude,latitude\n1,8.5,49.25\n", as: .hazards, crs: crs)
            guard case .point(let place)? = try city.works().first?.geometry else {
                Issue.record("\(crs)")
                continue
            }
            #expect((place.longitude - 8.5).magnitude < 1e-4 && (place.latitude - 49.25).magnitude < 1e-4, "\(crs)")
        }
    }

    @Test("A position that the system cannot have is refused alone; a system that nobody knows refuses the file")
    func outside() throws {
        let city = try TestCity()
        let columns = "geometry: {longitude: x, latitude: y}\nfields: {source_id: id}\n"
        let table = "id,x,y\n1,456000,5429000\n2,1e12,-7e12\n3,8.4,49\n4,,\n5,456001,5429000\n"
        let report = try city.load(table, as: .hazards, columns, crs: "EPSG:25832")
        #expect(report.inserted == 3 && report.refused == 2)
        #expect(report.refusals.map(\.line) == [3, 4])
        #expect(report.refusals.allSatisfy { $0.reason.contains("EPSG:25832") })
        for crs in ["EPSG:999999", "nonsense", "EPSG:5701"] {
            #expect(throws: InputError.self, "\(crs)") {
                try city.load(table, as: .hazards, columns, crs: crs)
            }
        }
        #expect(throws: MappingError.self) { try Mapping(yaml: columns + "crs: EPSG:0\n", name: "m.yaml") }
        #expect(try city.works().count == 3)
    }

    @Test("Repairs are counted by kind, and Z and M beside them")
    func repairs() throws {
        let city = try TestCity()
        func feature(_ id: Int, _ geometry: String) -> String {
            #"{"type":"Feature","geometry":\#(geometry),"properties":{"source_id":\#(id)}}"#
        }
        let text = [
            feature(1, #"{"type":"Polygon","coordinates":[[[8,49],[8.01,49.01],[8.01,49],[8,49.01],[8,49]]]}"#),
            feature(2, #"{"type":"MultiLineString","coordinates":[[[8,49],[8.1,49]],[[8,49],[8,49]]]}"#),
            feature(3, #"{"type":"Point","coordinates":[8,49,112.5]}"#),
            feature(
                4,
                #"{"type":"GeometryCollection","geometries":[{"type":"MultiPoint","coordinates":[[8,49,1,2],[8,50]]}]}"#
            ),
            feature(5, #"{"type":"Polygon","coordinates":[[[8,49],[8.01,49.01],[8.01,49],[8,49.01],[8,49]]]}"#),
        ].joined(separator: "\n")
        let report = try city.load(text, as: .hazards, name: "l.geojsonl")
        #expect(report.inserted == 5 && report.repaired == 4 && report.refused == 0)
        #expect(
            report.repairs == [
                "ring crosses itself": 2, "part without length": 1, "Z or M left out": 2,
                "parts nested in a collection": 1,
            ])
        #expect(try city.store.check().isEmpty)
        #expect(try city.load(text, as: .hazards, name: "l.geojsonl").unchanged == 5)
    }

    @Test("Rows far from the city are told by line; the city is where its districts, its works or most rows are")
    func far() throws {
        let near = (0..<25).map { "\($0),\(-71.0 - Double($0) / 100),42\n" }.joined()
        let table = "source_id,longitude,latitude\n\(near)90,42.3,-71.06\n91,0,0\n92,71.06,42.3\n"
        let city = try TestCity()
        let bare = try city.load(table, as: .hazards, name: "w.csv").farRows
        #expect(bare.count == 3 && bare.examples.map(\.line) == [27, 28, 29] && bare.basis.contains("rows"))
        let again = try city.load(
            "source_id,longitude,latitude\na,1,2\nb,-71,42\n", as: .hazards, name: "other.csv"
        ).farRows
        #expect(again.examples.map(\.line) == [2] && again.basis.contains("works"))
        try city.load(district("1", "East", square(-72.5, 41, 2)), as: .reference(.districts), name: "d.geojsonl")
        let known = try city.load(table, as: .hazards, name: "w2.csv").farRows
        #expect(known.examples.map(\.line) == [27, 28, 29] && known.basis.contains("districts"))
        #expect(try #require(known.warning).contains("3 rows lie far"))
        #expect(try city.load("source_id,longitude,latitude\n1,2,3\n", as: .reference(.roads)).farRows.count == 0)
    }

    @Test("Check is content with whatever import accepts", arguments: [1.0, 1e-5, 1e-9])
    func checked(size: Double) throws {
        let city = try TestCity()
        var random = SystemRandomNumberGenerator()
        var table = "source_id,wkt\n"
        for number in 0..<400 {
            func near(_ limit: Double) -> Double {
                let whole = [0, 0, limit, -limit, 123.793_945_312_499_99, 41.999_999_9].randomElement(using: &random)!
                return min(max(whole + .random(in: -1...1, using: &random) * size, -limit), limit)
            }
            let (x, y, other) = (near(180), near(90), near(90))
            table += "\(number),\"LINESTRING (\(x) \(y), \(min(x + size, 180)) \(other), 5.55e-17 \(y))\"\n"
        }
        try city.load(table, as: .hazards)
        #expect(try city.store.check().isEmpty)
        // Small changes go through the triggers of the index, large ones do not.
        let point = #"{"type":"Feature","properties":{"source_id":"p"},"geometry":{"type":"Point","coordinates":"#
        try city.load(point + "[123.79394531249999,5.55e-17]}}", as: .hazards, name: "p.geojson")
        try city.load(point + "[-123.79394531249999,-0.0000001]}}", as: .hazards, name: "p.geojson")
        #expect(try city.store.check().isEmpty)
    }

    // MARK: Out and in again

    @Test(
        "An export comes in again without a change, and in an empty city as it was, ids and published columns included")
    func roundTrip() throws {
        let city = try TestCity()
        var works = ""
        let geometries = [
            "POINT (8.12345678901 49.1)", "LINESTRING (8 49, 8.000000001 49, 8.1 49.1)",
            "POLYGON ((8 49, 8.01 49.01, 8.01 49, 8 49.01, 8 49))",
            "MULTIPOLYGON (((8 49, 9 49, 9 50, 8 49)), ((8.5 49, 9.5 49, 9.5 50, 8.5 49)))",
            "GEOMETRYCOLLECTION (MULTIPOINT ((8 49), (8 50)), LINESTRING (1 2, 3 4))", "",
        ]
        for (number, wkt) in geometries.enumerated() {
            works += "\(number),\"=Título, \(number)\",\"\(wkt)\",S\(number),geheim\n"
        }
        let yaml = """
            source: own
            geometry: {wkt: wkt}
            publish: [open]
            fields: {source_id: id, title: title, status: {constant: in_progress}}
            """
        try city.load("id,title,wkt,open,secret\n" + works, as: .hazards, yaml)
        // One of no source, as staff make them.
        let own = WorkID.new()
        try city.store.write(bulk: false) { transaction in
            var draft = WorkDraft()
            draft.geometry = .point(Coordinate(longitude: 8.5, latitude: 49.5))
            draft.title = "Ours"
            let (work, ledger) = Reconciliation.create(
                draft, kind: .hazard, id: own, at: TestCity.now, by: Actor(kind: .source, name: "s"))
            try transaction.insert(work, ledger: ledger)
        }
        try city.load(
            #"{"type":"Feature","properties":{"source":"d","source_id":"7","name":"A","level":9,"note":"n"},"#
                + #""geometry":{"type":"Polygon","coordinates":\#(square(7, 48, 3))}}"#,
            as: .reference(.districts), name: "d.geojson", published: .these([PublishedColumns.Entry("level")]))
        let before = try city.works()
        for (layer, target) in [
            (ExportLayer.works(nil), ImportLayer.works), (.reference(.districts), .reference(.districts)),
        ] {
            for (format, name) in [(ExportFormat.geojson, "e.geojson"), (.geojsonl, "e.geojsonl"), (.csv, "e.csv")] {
                let text = try city.export(layer, format)
                let report = try city.load(text, as: target, name: name)
                #expect(report.unchanged == report.read && report.read > 0, "\(layer) \(format) \(report)")
                let twin = try TestCity()
                let copied = try twin.load(text, as: target, name: name)
                #expect(copied.inserted == report.read && copied.repaired == 0, "\(layer) \(format)")
                func plain(_ text: String) -> String {
                    // What is told of the copying itself differs.
                    text.replacing(/"(timeStamp|updated_at|revision)":("[^"]*"|\d+)/, with: "")
                }
                if format == .geojsonl {
                    #expect(try plain(twin.export(layer, format)) == plain(text))
                } else {
                    #expect(try twin.works().map(\.id) == (layer == .works(nil) ? before.map(\.id) : []))
                }
            }
        }
        #expect(try city.works() == before)
        #expect(try city.store.privateExtra(of: before[0].id)?.contains("geheim") == true)
        #expect(before[0].extra == #"{"open":"S0"}"#)
    }

    @Test(
        "Real data comes out and in again without a change", .needs(.realData("karlsruhe-works")),
        arguments: [
            ("karlsruhe-works/baustellen_2026-08-07.geojson.gz", "karlsruhe", nil),
            ("outages-austin/outages_20250529T175244Z.geojson.gz", nil, ImportLayer.outages),
            ("nasty-geometry/cyrillic/moscow_districts.geojson", nil, .reference(.districts)),
            ("boston-context/neighborhoods.geojson.gz", "boston-neighborhoods", .reference(.districts)),
        ] as [(String, String?, ImportLayer?)])
    func realRoundTrip(path: String, mapping: String?, layer: ImportLayer?) throws {
        let city = try TestCity()
        var options = Importer.Options()
        options.now = TestCity.now
        options.published = .all
        options.refusedFile = city.folder.appendingPathComponent("refused.csv").path
        let first = try Importer(store: city.store, options: options).importFile(
            RealData.path(path), as: layer, mapping: mapping.map { try RealData.mappings.mapping($0) })
        #expect(first.inserted > 0)
        #expect(try city.store.check().isEmpty)
        let exported: ExportLayer = first.layer.reference.map { .reference($0) } ?? .works(nil)
        let target: ImportLayer = first.layer.reference == nil ? .works : first.layer
        for (format, name) in [(ExportFormat.geojson, "e.geojson"), (.geojsonl, "e.geojsonl"), (.csv, "e.csv")] {
            let report = try city.load(try city.export(exported, format), as: target, name: name)
            #expect(report.unchanged == first.inserted && report.refused == 0 && report.repaired == 0, "\(report)")
        }
    }
}
