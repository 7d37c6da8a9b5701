import Cartography
import Foundation
import SpatiaLiteStore
import Works

/// How fast a snapshot is built from a database, and what it takes of memory.
enum SnapshotBuilding {
    static func measure(_ store: SpatiaLiteStore, _ styles: URL, rounds: Int) throws {
        var times: [Double] = []
        var status: AtlasStatus?
        for _ in 0..<rounds {
            let started = wallSeconds()
            status = try Atlas(store: store, styles: styles, cache: TileCacheLimits(bytes: 0)).status
            times.append(wallSeconds() - started)
        }
        guard let status else { return }
        let seconds = median(times)
        func rate(_ count: Int) -> String { String(format: "%.2f million", Double(count) / seconds / 1e6) }
        print(
            "\(status.works) works, \(status.vertices) vertices: built in \(String(format: "%.2f", seconds)) s, "
                + "\(rate(status.works)) works/s, \(rate(status.vertices)) vertices/s; "
                + "\(String(format: "%.1f", Double(status.bytes) / 1e6)) MB, "
                + "\(String(format: "%.1f", Double(status.bytes) / Double(status.works))) bytes a work")
    }
}
