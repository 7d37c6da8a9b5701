import Cartography
import Foundation
import Geometry
import Testing
import TimeBudgets
import Works

/// What a store may hold or somebody may hand in, drawn and written at all zooms within a bounded time.
@Suite("Bad geometry")
struct BadGeometryTests {
    private func tiles(of works: [Work], around place: Coordinate, zooms: [Int]) throws -> [Int] {
        let atlas = try TestCity.atlas(MemoryStore(works: works), styles: TestCity.benchmarkStyles)
        return try zooms.map { zoom in
            let address = TileAddress(containing: place, zoom: zoom)
            let budget = TimeBudget(.seconds(30))
            let picture = try atlas.tile(
                TileRequest(tileset: "bench", address: address), at: TestCity.now, budget: budget)
            let vector = try VectorTileReading(
                try atlas.tile(
                    TileRequest(tileset: "bench", address: address, format: .mvt), at: TestCity.now, budget: budget
                ).bytes)
            #expect(DecodedPNG(picture.bytes) != nil)
            return vector.layers.reduce(0) { $0 + $1.features.count }
        }
    }

    @Test("A ring of one million vertices", .timeLimit(.minutes(10)))
    func million() throws {
        let count = 1_000_000
        var ring = (0..<count).map { step -> Coordinate in
            let angle = 2 * Double.pi * Double(step) / Double(count)
            let distance = 0.05 * (1 + 0.2 * sin(angle * 31) + (step % 2 == 0 ? 0.001 : 0))
            return Coordinate(longitude: 38 + 1.8 * distance * cos(angle), latitude: 56 + distance * sin(angle))
        }
        ring.append(ring[0])
        let work = TestCity.work(1, .outage, at: .polygon(Polygon(rings: [ring])))
        let edge = Coordinate(longitude: 38 + 1.8 * 0.05, latitude: 56)
        #expect(try tiles(of: [work], around: edge, zooms: [0, 8, 12, 16, 22]).dropFirst().contains(0) == false)
    }

    @Test("Coordinates on the edge of the world, and what a map cannot show beyond its latitudes")
    func edges() throws {
        let corners = [(-180.0, -90.0), (180, -90), (180, 90), (-180, 90)].map {
            Coordinate(longitude: $0.0, latitude: $0.1)
        }
        let works = [
            TestCity.work(1, .outage, at: .polygon(Polygon(rings: [corners + [corners[0]]]))),
            TestCity.work(2, .roadRepair, at: .lineString(corners)),
            TestCity.work(3, .hazard, at: .multiPoint(corners)),
        ]
        for place in corners + [Coordinate(longitude: 0, latitude: 0)] {
            #expect(try tiles(of: works, around: place, zooms: [0, 1, 7, 14, 22]).allSatisfy { $0 > 0 })
        }
    }

    @Test("Segments without length, spikes, and rings without an area", arguments: [0, 9, 15, 22])
    func degenerate(zoom: Int) throws {
        let (a, b) = (TestCity.place(0, 0), TestCity.place(0.2, 0.1))
        let lines: [Geometry] = [
            .lineString([a, a]), .lineString([a, a, b, b, a, a]), .multiLineString([[a, a], [b, a, b]]),
            .polygon(Polygon(rings: [[a, a, a, a]])), .polygon(Polygon(rings: [[a, b, a, a]])),
            .polygon(Polygon(rings: [[a, b, TestCity.place(0.2, 0), b, a]])), .multiPoint([a, a, a]),
            .geometryCollection([.point(a), .lineString([a, b]), .polygon(Polygon(rings: [[a, b, a]]))]),
        ]
        let works = lines.enumerated().map {
            TestCity.work($0.offset + 1, WorkKind.allCases[$0.offset % 3], at: $0.element)
        }
        #expect(try tiles(of: works, around: a, zooms: [zoom])[0] > 0)
    }

    @Test("What is no number does not come in", arguments: [Double.nan, .infinity, -.infinity])
    func notANumber(value: Double) {
        let place = Coordinate(longitude: value, latitude: 56), other = TestCity.place(1, 1)
        for geometry: Geometry in [
            .point(place), .lineString([other, place]),
            .polygon(Polygon(rings: [[other, place, TestCity.place(2, 0), other]])),
            .geometryCollection([.multiPoint([other, place])]),
        ] {
            #expect(GeometryCheck.check(geometry).geometry == nil)
        }
    }
}
