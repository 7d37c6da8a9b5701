import Cartography
import Foundation
import Geometry
import SeededRandom
import Works

/// A small made-up city around 56° N 38° E, the same in every run.
enum TestCity {
    static let now = Instant(year: 2026, month: 11, day: 23, hour: 12)
    static let center = Coordinate(longitude: 38, latitude: 56)

    private static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    /// The folder of the project's style sheets.
    static let styles = project.appendingPathComponent("tiles")
    /// The folder of the sheets that benchmarks draw.
    static let benchmarkStyles = project.appendingPathComponent("Benchmarks/tiles/styles")

    static func atlas(_ store: MemoryStore, cacheBytes: Int = 0, styles: URL = styles) throws -> Atlas {
        try Atlas(store: store, styles: styles, cache: TileCacheLimits(bytes: cacheBytes))
    }

    /// The folder with the sheet of a tileset.
    static func styles(of tileset: String) -> URL { tileset == "bench" ? benchmarkStyles : styles }

    static func id(_ number: Int) -> WorkID {
        WorkID(high: 0x019D_0000_0000_7000, low: 0x8000_0000_0000_0000 | UInt64(number))
    }

    static func work(
        _ number: Int, _ kind: WorkKind = .hazard, at geometry: Geometry?, status: WorkStatus = .inProgress,
        dueInHours: Int? = 240,
        category: String = "pothole"
    ) -> Work {
        var work = Work(id: id(number), kind: kind, category: category, updatedAt: now + -3600)
        work.title = "Work \(number)"
        work.status = status
        work.startsAt = now + -86_400
        work.dueAt = dueInHours.map { now + Int64($0) * 3600 }
        work.completedAt = status == .done ? now + -7200 : nil
        work.geometry = geometry
        return work
    }

    /// A position so many thousandths of a degree from the centre.
    static func place(_ east: Double, _ north: Double) -> Coordinate {
        Coordinate(longitude: center.longitude + east / 1000, latitude: center.latitude + north / 1000)
    }

    static func point(_ east: Double, _ north: Double) -> Geometry { .point(place(east, north)) }

    /// A ring with many corners.
    static func ring(_ east: Double, _ north: Double, radius: Double, corners: Int, roughness: Double = 0.2)
        -> [Coordinate]
    {
        var ring = (0..<corners).map { corner in
            let angle = 2 * Double.pi * Double(corner) / Double(corners)
            let distance = radius * (1 + roughness * sin(angle * 7) * cos(angle * 13))
            return place(east + distance * 1.8 * cos(angle), north + distance * sin(angle))
        }
        ring.append(ring[0])
        return ring
    }

    /// Works of every kind and state, all over the place: points, lines with many bends, areas with holes.
    static func works(_ count: Int, seed: UInt64 = 7, spread: Double = 40) -> [Work] {
        var generator = SeededRandom(seed: seed)
        let statuses: [WorkStatus] = [.reported, .accepted, .inProgress, .done, .rejected]
        return (1...count).map { number in
            let (east, north) = (generator.unit() * spread * 2 - spread, generator.unit() * spread - spread / 2)
            let kind = WorkKind.allCases[number % 3]
            let geometry: Geometry
            switch (kind, number % 4) {
            case (.outage, 0), (.outage, 2):
                geometry = .polygon(
                    Polygon(rings: [
                        ring(east, north, radius: 2, corners: 60),
                        ring(east, north, radius: 0.8, corners: 20).reversed(),
                    ]))
            case (.roadRepair, 0), (.roadRepair, 1):
                geometry = .lineString(
                    (0..<30).map { step in
                        place(east + Double(step) * 0.2, north + sin(Double(step) / 3) * 0.6 + generator.unit() * 0.1)
                    })
            default: geometry = point(east, north)
            }
            return work(
                number, kind, at: geometry, status: statuses[number % 5],
                dueInHours: number % 7 == 0 ? nil : Int(generator.unit() * 400) - 200,
                category: ["pothole", "water", "fallen_tree"][number % 3])
        }
    }
}
