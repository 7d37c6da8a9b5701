import Cartography
import Foundation
import Geometry
import Testing
import TimeBudgets
import Works

@Suite("Tiles fit together")
struct SeamTests {
    private static func features() -> [ReferenceLayer: [ReferenceFeature]] {
        var features: [ReferenceLayer: [ReferenceFeature]] = [:]
        let classes = ["motorway", "primary", "secondary", "tertiary", "residential", "service", "footway"]
        features[.roads] = (0..<40).map { index in
            ReferenceFeature(
                id: "r\(index)", featureClass: classes[index % classes.count],
                geometry: .lineString(
                    (0..<20).map {
                        TestCity.place(Double($0) * 4 - 40, Double(index) - 20 + 2 * Double(($0 * index) % 5))
                    }))
        }
        let areas = ["water", "park", "building", "wood", "waterway", "rail", "bridge"]
        features[.basemap] = (0..<60).map { index in
            let ring = TestCity.ring(
                Double(index * 37 % 80) - 40, Double(index * 17 % 40) - 20, radius: 1 + Double(index % 5), corners: 90)
            let name = areas[index % areas.count]
            return ReferenceFeature(
                id: "b\(index)", featureClass: name,
                geometry: name == "rail" || name == "waterway" ? .lineString(ring) : .polygon(Polygon(rings: [ring])))
        }
        features[.districts] = [
            ReferenceFeature(
                id: "d", name: "District",
                geometry: .polygon(Polygon(rings: [TestCity.ring(0, 0, radius: 12, corners: 400)])))
        ]
        return features
    }

    @Test(
        "A block of 4 × 4 tiles is one picture of the same area, pixel for pixel",
        arguments: ["works", "basemap", "bench", "outages"], [4, 9, 10, 12, 13, 15, 17])
    func block(tileset: String, zoom: Int) throws {
        let store = MemoryStore(works: TestCity.works(600), features: Self.features())
        let atlas = try TestCity.atlas(store, styles: TestCity.styles(of: tileset))
        let middle = TileAddress(containing: TestCity.center, zoom: zoom)
        try compare(atlas, tileset, zoom: zoom, column: middle.x - 2, row: middle.y - 2)
    }

    @Test("The same at the edge of the world, where it goes on with its other side", arguments: ["works", "bench"])
    func antimeridian(tileset: String) throws {
        let works = (0..<60).map { number in
            TestCity.work(
                number + 1, WorkKind.allCases[number % 3],
                at: .point(
                    Coordinate(longitude: number % 2 == 0 ? 179.99999 : -179.99999, latitude: 50 + Double(number) / 100)
                ))
        }
        let atlas = try TestCity.atlas(MemoryStore(works: works), styles: TestCity.styles(of: tileset))
        let zoom = 12
        let row = TileAddress(containing: Coordinate(longitude: 179.9, latitude: 50.3), zoom: zoom).y - 2
        try compare(atlas, tileset, zoom: zoom, column: (1 << zoom) - 2, row: row)
    }

    @Test("Miters and the corners of caps reach into the next tile", arguments: [1.0, 4, 16])
    func farReaching(miterLimit: Double) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("styles-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let sheet = """
            {
              "tilesets": [{ "name": "works", "title": { "en": "Works" } }],
              "layers": [{
                "name": "lines", "source": "works",
                "paint": [{ "line": { "color": "#000", "width": 40, "cap": "square", "join": "miter", "miter_limit": \(miterLimit) } }]
              }]
            }
            """
        try Data(sheet.utf8).write(to: folder.appendingPathComponent("works.json"))
        let works = (0..<40).map { number in
            let (east, north) = (Double(number % 8) * 10 - 40, Double(number / 8) * 8 - 20)
            // Bends so sharp that a miter is some ten widths long.
            let tip = (0..<3).map { TestCity.place(east + ($0 == 1 ? 0.9 : 0), north + Double($0) * 0.05) }
            return TestCity.work(number + 1, .roadRepair, at: .lineString(tip))
        }
        let atlas = try TestCity.atlas(MemoryStore(works: works), styles: folder)
        for zoom in [13, 15] {
            let middle = TileAddress(containing: TestCity.center, zoom: zoom)
            try compare(atlas, "works", zoom: zoom, column: middle.x - 2, row: middle.y - 2)
        }
    }

    private func compare(_ atlas: Atlas, _ tileset: String, zoom: Int, column: Int, row: Int) throws {
        let side = 1 << zoom
        let count = min(4, side)
        let west = TileAddress(z: zoom, x: (column + side) % side, y: row)
        let east = TileAddress(z: zoom, x: (column + count - 1) % side, y: row + count - 1)
        let first = try #require(west).bounds, last = try #require(east).bounds
        let bounds = Bounds(west: first.west, south: last.south, east: last.east, north: first.north)
        let big = try #require(
            DecodedPNG(
                try atlas.picture(
                    PictureRequest(tilesets: [tileset], bounds: bounds, width: 256 * count, height: 256 * count),
                    at: TestCity.now,
                    budget: .unlimited)))
        var painted = 0
        for y in 0..<count {
            for x in 0..<count {
                let address = try #require(TileAddress(z: zoom, x: (column + x) % side, y: row + y))
                let tile = try #require(
                    DecodedPNG(
                        try atlas.tile(
                            TileRequest(tileset: tileset, address: address), at: TestCity.now, budget: .unlimited
                        ).bytes))
                var differing = 0
                // The largest difference of a channel.
                var largest = 0
                for py in 0..<256 {
                    for px in 0..<256 {
                        let pixel = tile.pixel(px, py)
                        if pixel[3] != 0 { painted += 1 }
                        let same = big.pixel(x * 256 + px, y * 256 + py)
                        if pixel != same { differing += 1 }
                        for channel in 0..<4 { largest = max(largest, abs(Int(pixel[channel]) - Int(same[channel]))) }
                    }
                }
                #expect(differing == 0, "tile \(address) of \(tileset), by up to \(largest)")
            }
        }
        #expect(painted > 50)
    }
}
