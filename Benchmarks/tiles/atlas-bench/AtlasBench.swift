import Cartography
import Foundation
import Geometry
import SpatiaLiteStore
import Works

/// What `make bench-tiles` measures inside one process: the map without HTTP.
///
///     atlas-bench draw DATABASE STYLES TILESET          answers "z x y" lines on standard input, see ``TileWorker``
///     atlas-bench vectors DATABASE STYLES TILESET       the same with vector tiles
///     atlas-bench threads DATABASE STYLES TILES ROUNDS  tiles a second with one and with two threads
///     atlas-bench snapshot DATABASE STYLES ROUNDS       how fast the snapshot is built, and what it takes
///     atlas-bench change DATABASE STYLES ROUNDS         how long one changed work takes to be seen; changes the database
@main
enum AtlasBench {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch (arguments.first, arguments.count) {
        case ("draw", 4), ("vectors", 4):
            try TileWorker(tileset: arguments[3], format: arguments[0] == "draw" ? .png : .mvt) {
                try atlas(arguments[1], arguments[2])
            }.run()
        case ("threads", 5):
            let tiles = try String(contentsOfFile: arguments[3], encoding: .utf8).split(separator: "\n").compactMap {
                TileAddress($0.replacingOccurrences(of: " ", with: "/"))
            }
            try ThreadScaling.measure(try atlas(arguments[1], arguments[2]), tiles, rounds: Int(arguments[4]) ?? 3)
        case ("snapshot", 4):
            try SnapshotBuilding.measure(
                try store(arguments[1]), URL(fileURLWithPath: arguments[2]), rounds: Int(arguments[3]) ?? 3)
        case ("change", 4):
            try ChangeLatency.measure(
                try SpatiaLiteStore.open(at: arguments[1]), URL(fileURLWithPath: arguments[2]),
                rounds: Int(arguments[3]) ?? 50)
        default:
            let usage = "usage: atlas-bench draw|vectors|threads|snapshot|change DATABASE STYLES …\n"
            FileHandle.standardError.write(Data(usage.utf8))
            exit(64)
        }
    }

    static func store(_ path: String) throws -> SpatiaLiteStore { try SpatiaLiteStore.open(at: path, readOnly: true) }

    /// An atlas that keeps no tile: every tile is drawn.
    static func atlas(_ database: String, _ styles: String) throws -> Atlas {
        try Atlas(
            store: try store(database), styles: URL(fileURLWithPath: styles, isDirectory: true),
            cache: TileCacheLimits(bytes: 0))
    }
}

/// CPU time of this process so far, in seconds.
func processSeconds() -> Double { seconds(CLOCK_PROCESS_CPUTIME_ID) }

/// Time that goes on, in seconds.
func wallSeconds() -> Double { seconds(CLOCK_MONOTONIC) }

private func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
