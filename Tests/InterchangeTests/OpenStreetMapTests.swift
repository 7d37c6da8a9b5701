import Foundation
import Geometry
import Glibc
import Interchange
import TestConditions
import Testing
import Works

/// A small extract, written by hand, read by GDAL's own program.
@Suite(.needs(.program("/usr/bin/ogr2ogr", package: "gdal-bin")))
struct OpenStreetMapTests {
    // MARK: The extract

    /// A square of `side` degrees around a middle: four nodes and the way around them.
    private struct Squares {
        var xml = ""
        private var node = 0

        mutating func node(_ longitude: Double, _ latitude: Double, _ tags: [String: String] = [:]) -> Int {
            node += 1
            xml +=
                "<node id=\"\(node)\" version=\"1\" lon=\"\(longitude)\" lat=\"\(latitude)\">\(Self.text(tags))</node>\n"
            return node
        }

        mutating func square(_ longitude: Double, _ latitude: Double, side: Double) -> [Int] {
            let corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)].map { x, y in
                node(longitude + Double(x) * side / 2, latitude + Double(y) * side / 2)
            }
            return corners + [corners[0]]
        }

        static func text(_ tags: [String: String]) -> String {
            tags.sorted { $0.key < $1.key }.map { "<tag k=\"\($0.key)\" v=\"\($0.value)\"/>" }.joined()
        }
    }

    private static func way(_ id: Int, _ nodes: [Int], _ tags: [String: String] = [:]) -> String {
        let nodes = nodes.map { "<nd ref=\"\($0)\"/>" }.joined()
        return "<way id=\"\(id)\" version=\"1\">\(nodes)\(Squares.text(tags))</way>\n"
    }

    private static func relation(_ id: Int, _ members: [(Int, String)], _ tags: [String: String]) -> String {
        let members = members.map { "<member type=\"way\" ref=\"\($0.0)\" role=\"\($0.1)\"/>" }.joined()
        return "<relation id=\"\(id)\" version=\"1\">\(members)\(Squares.text(tags))</relation>\n"
    }

    /// A lake of two half shores with an island, a school, an area of level 9 and two of level 10, a house, a number at a door, a bridge, a tunnel,
    /// a street, a closed footway, a tree.
    private static var extract: String {
        var squares = Squares()
        let west = squares.node(9.50, 47.10), south = squares.node(9.51, 47.09)
        let east = squares.node(9.52, 47.10), north = squares.node(9.51, 47.11)
        let island = squares.square(9.51, 47.10, side: 0.002)
        let school = squares.square(9.53, 47.10, side: 0.002)
        let house = squares.square(9.54, 47.10, side: 0.001)
        let city = squares.square(9.53, 47.10, side: 0.1)
        let parts = [squares.square(9.50, 47.10, side: 0.04), squares.square(9.54, 47.10, side: 0.04)]
        let path = squares.square(9.55, 47.10, side: 0.001)
        let street = [
            squares.node(9.53, 47.08), squares.node(9.54, 47.08), squares.node(9.55, 47.08), squares.node(9.56, 47.08),
        ]
        _ = squares.node(
            9.541, 47.101, ["addr:housenumber": "12b", "addr:street": "Seeweg", "shop": "bakery", "name": "Brot"])
        _ = squares.node(9.53, 47.10, ["place": "town", "name": "Ufer"])
        _ = squares.node(9.53, 47.105, ["natural": "tree"])
        var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<osm version=\"0.6\" generator=\"hand\">\n" + squares.xml
        xml +=
            way(1, [west, south, east]) + way(2, [east, north, west])
            + way(3, island, ["place": "islet", "name": "Insel"])
        xml += way(4, school, ["amenity": "school", "name": "Schule am See"])
        xml += way(5, house, ["building": "house", "addr:housenumber": "7"])
        xml += way(6, city) + way(7, parts[0]) + way(8, parts[1])
        xml += way(
            9, [street[0], street[1]], ["highway": "primary", "bridge": "yes", "layer": "2", "name": "Seestrasse"])
        xml += way(10, [street[1], street[2]], ["highway": "primary_link", "tunnel": "yes", "layer": "-1"])
        xml += way(11, [street[2], street[3]], ["highway": "residential", "name": "Seeweg"])
        xml += way(12, path, ["highway": "footway"]) + way(13, [street[0], street[3]], ["highway": "proposed"])
        xml += relation(
            20, [(1, "outer"), (2, "outer"), (3, "inner")], ["type": "multipolygon", "natural": "water", "name": "See"])
        for (id, way, level, name) in [(21, 6, "9", "Stadt"), (22, 7, "10", "West"), (23, 8, "10", "Ost")] {
            xml += relation(
                id, [(way, "outer")],
                ["type": "boundary", "boundary": "administrative", "admin_level": level, "name": name])
        }
        return xml + "</osm>\n"
    }

    private func withFile<Result>(_ name: String, _ bytes: Data, _ body: (String) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("osm-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent(name)
        try bytes.write(to: file)
        return try body(file.path)
    }

    private func read(
        _ path: String, as layer: ImportLayer? = .reference(.basemap), also: [ReferenceLayer] = [],
        adminLevel: Int? = nil,
        into store: MemoryStore = MemoryStore(), conversion: Conversion = Conversion()
    ) throws -> (MemoryStore, [ImportReport]) {
        let reports = try Importer(store: store).importFile(
            path, as: layer, also: also, mapping: nil, mappings: RealData.mappings, conversion: conversion,
            adminLevel: adminLevel)
        return (store, reports)
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "nothing was thrown"
        } catch { return "\(error)" }
    }

    // MARK: What comes in

    @Test("An extract fills streets and basemap, and schools and districts when asked")
    func layers() throws {
        try withFile("ufer.osm", Data(Self.extract.utf8)) { path in
            let (store, reports) = try read(path, also: [.schools, .districts])
            #expect(reports.map(\.layer.rawValue) == ["roads", "basemap", "schools", "districts"])
            let classes = { (layer: ReferenceLayer) in
                Dictionary(grouping: store.features(layer), by: { $0.featureClass ?? "" }).mapValues(\.count)
            }
            #expect(classes(.roads) == ["primary": 2, "residential": 1, "footway": 1])
            #expect(classes(.basemap) == ["water": 1, "building": 1, "address": 1, "place": 1, "grounds": 1])
            #expect(store.features(.schools).map(\.id) == ["openstreetmap:way-4"])
            #expect(store.features(.schools).first?.name == "Schule am See")
            // The level that cuts the city into the most parts.
            #expect(Set(store.features(.districts).compactMap(\.name)) == ["West", "Ost"])
            #expect(
                reports[3].notes == [
                    "districts are the areas of admin_level 10 (2); --admin-level chooses others: 9 (1)"
                ])
            #expect(try store.note(.attribution) == "© OpenStreetMap contributors")
            for report in reports {
                #expect(report.read == report.inserted + report.skipped && report.refused == 0)
            }
            // The same once more changes nothing.
            let (_, again) = try read(path, also: [.schools, .districts], into: store)
            #expect(again.allSatisfy { $0.inserted == 0 && $0.updated == 0 })
            #expect(again.map(\.unchanged) == reports.map(\.inserted))
        }
    }

    @Test("A lake of two shores keeps its island; a closed footway stays a line; a number at a shop's door has no name")
    func geometries() throws {
        try withFile("ufer.osm", Data(Self.extract.utf8)) { path in
            let (store, _) = try read(path)
            let lake = try #require(store.features(.basemap).first { $0.featureClass == "water" })
            #expect(lake.id == "openstreetmap:relation-20" && lake.name == "See")
            guard case .multiPolygon(let polygons)? = lake.geometry else {
                Issue.record("the lake is \(String(describing: lake.geometry))")
                return
            }
            #expect(polygons.count == 1 && polygons[0].rings.count == 2)
            let footway = try #require(store.features(.roads).first { $0.featureClass == "footway" })
            guard case .lineString(let ring)? = footway.geometry else {
                Issue.record("the footway is \(String(describing: footway.geometry))")
                return
            }
            #expect(ring.count == 5 && ring.first == ring.last)
            let door = try #require(store.features(.basemap).first { $0.featureClass == "address" })
            #expect(
                door.name == nil && door.extra?.contains("\"12b\"") == true && door.extra?.contains("Seeweg") == true)
            let bridge = try #require(store.features(.roads).first { $0.id == "openstreetmap:way-9" })
            #expect(
                bridge.extra?.contains("\"bridge\":\"yes\"") == true
                    && bridge.extra?.contains("\"layer\":\"2\"") == true)
        }
    }

    @Test("Districts are of the level that is asked for, and streets come in on their own")
    func chosen() throws {
        try withFile("ufer.osm", Data(Self.extract.utf8)) { path in
            let (districts, _) = try read(path, as: .reference(.districts), adminLevel: 9)
            #expect(districts.features(.districts).map(\.name) == ["Stadt"])
            #expect(districts.features(.basemap).isEmpty && districts.features(.roads).isEmpty)
            let (roads, _) = try read(path, as: .reference(.roads))
            #expect(roads.features(.roads).count == 4 && roads.features(.basemap).isEmpty)
        }
    }

    // MARK: Bad input

    @Test(
        "What is no extract, or not a whole one, is refused with its name and a remedy, and leaves nothing behind",
        arguments: [
            ("text.osm.pbf", Data("hello".utf8), "not what its name says"),
            ("empty.osm", Data(), "the file is empty"),
            ("bare.osm", Data("<osm version=\"0.6\"></osm>".utf8), "no objects with tags"),
            ("cut.osm", Data(OpenStreetMapTests.extract.utf8.prefix(4000)), "damaged or cut off"),
            ("other.osm", Data("<gpx></gpx>".utf8), "not what its name says"),
        ])
    func badFiles(name: String, bytes: Data, expected: String) throws {
        try withFile(name, bytes) { path in
            let store = MemoryStore()
            let message = message { _ = try read(path, into: store) }
            #expect(message.contains(path) && message.contains(expected), "\(message)")
            #expect(store.features(.roads).isEmpty && store.features(.basemap).isEmpty)
        }
    }

    @Test("No name of a file reaches a server or another driver")
    func names() throws {
        for name in ["/vsicurl/http://127.0.0.1:1/x.osm.pbf", "PG:dbname=x.gpkg", "http://127.0.0.1:1/x.osm"] {
            #expect(message { _ = try read(name) }.contains("there is no such file"))
        }
        // A virtual dataset that leads elsewhere is not opened, whatever it is called.
        let virtual =
            "<?xml version=\"1.0\"?><OGRVRTDataSource><OGRVRTLayer name=\"a\"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
        for name in ["virtual.gml", "virtual.xml", "virtual.vrt", "virtual.osm"] {
            try withFile(name, Data(virtual.utf8)) { path in
                let message = message { _ = try read(path, as: .reference(.districts)) }
                #expect(message.contains("not what its name says"), "\(name): \(message)")
            }
        }
    }

    @Test("Works do not come from an extract, and several layers only from one")
    func misuse() throws {
        try withFile("ufer.osm", Data(Self.extract.utf8)) { path in
            #expect(message { _ = try read(path, as: .hazards) }.contains("holds no works"))
        }
        try withFile("districts.geojson", Data("{\"type\":\"FeatureCollection\",\"features\":[]}".utf8)) { path in
            #expect(
                message { _ = try read(path, as: .reference(.districts), also: [.schools]) }.contains(
                    "leave out --also"))
        }
    }

    @Test("A program that takes too long or makes too much is stopped and named")
    func limits() throws {
        var xml = "<osm version=\"0.6\">"
        for node in 1...40_000 {
            xml +=
                "<node id=\"\(node)\" lon=\"9\" lat=\"47\"><tag k=\"place\" v=\"town\"/><tag k=\"name\" v=\"\(node)\"/></node>"
        }
        xml += "</osm>"
        try withFile("many.osm", Data(xml.utf8)) { path in
            var conversion = Conversion()
            conversion.limits.output = 1
            let store = MemoryStore()
            #expect(message { _ = try read(path, into: store, conversion: conversion) }.contains("--convert-output"))
            #expect(store.features(.basemap).isEmpty)
            conversion.limits = ConversionLimits()
            conversion.limits.memory = 20
            let message = message { _ = try read(path, into: store, conversion: conversion) }
            #expect(message.contains("many.osm") && store.features(.basemap).isEmpty, "\(message)")
        }
    }
}
