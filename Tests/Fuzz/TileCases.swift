import Cartography
import Foundation
import Geometry
import TimeBudgets
import Works

/// Whole tiles of hostile works, as pictures and as vector tiles, which are read again by the letter of their specification.
enum TileCases {
    nonisolated(unsafe) private static var number: UInt64 = 0
    private static let styles = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
        .appendingPathComponent("Benchmarks/tiles/styles", isDirectory: true)

    static func run(_ dice: inout Dice) throws {
        let now = Instant(year: 2026, month: 11, day: 23)
        let (west, south) = (dice.one(of: [-180, 179.9, 16.3, 0]), dice.one(of: [-85.05, 85, 48.2, 0]))
        let works = (0..<dice.number(1...60)).map { _ -> Work in
            number += 1
            var work = Work(
                id: WorkID(high: 0x019D_0000_0000_7000, low: 0x8000_0000_0000_0000 | number),
                kind: dice.one(of: WorkKind.allCases), category: "pothole", updatedAt: now)
            let shape = dice.shape(0, 0.02, limit: 800).map {
                Coordinate(longitude: max(-180, min(180, west + $0.x)), latitude: max(-90, min(90, south + $0.y)))
            }
            let geometry: Geometry =
                switch dice.number(0...3) {
                case 0: .polygon(Polygon(rings: [shape + shape.prefix(1)]))
                case 1: .lineString(shape)
                case 2: .multiPoint(shape)
                default: .point(shape.first ?? Coordinate(longitude: west, latitude: south))
                }
            // What the door lets in, and now and then what a store of another making may hold.
            work.geometry = dice.chance(0.9) ? GeometryCheck.check(geometry).geometry : geometry
            return work
        }
        let atlas = try Atlas(store: MemoryStore(works: works), styles: styles, cache: TileCacheLimits(bytes: 0))
        for _ in 0..<6 {
            let place = Coordinate(
                longitude: max(-180, min(180, west + dice.number(-0.01...0.03))),
                latitude: max(-85.05, min(85.05, south + dice.number(-0.01...0.03))))
            let address = TileAddress(containing: place, zoom: dice.number(0...22))
            _ = try atlas.tile(TileRequest(tileset: "bench", address: address), at: now, budget: .unlimited)
            let tile = try atlas.tile(
                TileRequest(tileset: "bench", address: address, format: .mvt), at: now, budget: .unlimited)
            for feature in try VectorTileReading(tile.bytes).layers.flatMap(\.features) where feature.type == 3 {
                guard let first = feature.parts.first, area(first) > 0,
                    feature.parts.allSatisfy({ $0.count > 2 && area($0) != 0 })
                else {
                    throw Fault("\(address): an area that is none: \(feature.parts)")
                }
            }
        }
    }

    private static func area(_ ring: [SIMD2<Int>]) -> Int {
        zip(ring, ring.dropFirst() + ring.prefix(1)).reduce(0) { $0 + $1.0.x * $1.1.y - $1.1.x * $1.0.y }
    }
}
