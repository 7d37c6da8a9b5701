import Cartography
import Foundation
import Geometry
import SpatiaLiteStore
import TimeBudgets
import Works

/// How long a change takes from its commit to the tile that shows it.
enum ChangeLatency {
    static func measure(_ store: SpatiaLiteStore, _ styles: URL, rounds: Int) throws {
        let atlas = try Atlas(store: store, styles: styles, cache: TileCacheLimits(bytes: 0))
        let bounds = Bounds(west: 16.2, south: 48.1, east: 16.6, north: 48.4)
        var times: [Double] = []
        for round in 0..<rounds {
            let place = Coordinate(
                longitude: bounds.west + bounds.width * (Double(round) + 0.5) / Double(rounds),
                latitude: bounds.center.latitude)
            let request = TileRequest(tileset: "bench", address: TileAddress(containing: place, zoom: 17))
            let before = try atlas.tile(request, at: .now, budget: .unlimited)
            var work = Work(id: WorkID.new(), kind: .hazard, category: "spill", updatedAt: .now)
            work.geometry = .point(place)
            try store.write(bulk: false) { try $0.insert(work, ledger: []) }
            let started = wallSeconds()
            try atlas.refresh()
            let after = try atlas.tile(request, at: .now, budget: .unlimited)
            times.append(wallSeconds() - started)
            guard after.digest != before.digest else { throw Unseen(round: round) }
        }
        print(
            "one new work among \(atlas.status.works): on its tile \(format(median(times))) ms after the commit, at most \(format(times.max() ?? 0)) ms (\(rounds) rounds)"
        )
    }

    private static func format(_ seconds: Double) -> String { String(format: "%.1f", seconds * 1000) }

    /// The tile was the same after the change: the figure would mean nothing.
    struct Unseen: Error { var round: Int }
}
