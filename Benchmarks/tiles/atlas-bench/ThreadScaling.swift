import Cartography
import Dispatch
import Geometry
import Synchronization
import TimeBudgets
import Works

/// How many tiles a second one thread draws, and two.
enum ThreadScaling {
    static func measure(_ atlas: Atlas, _ tiles: [TileAddress], rounds: Int) throws {
        let moment = Instant.now
        // Each tile once, so that buffers have their size.
        try draw(tiles, of: atlas, threads: 2, at: moment)
        // As often as takes about a second: short runs say little about threads.
        let repeated = Array(repeating: tiles, count: 4).flatMap { $0 }
        var rates: [Int: [Double]] = [:]
        for _ in 0..<rounds {
            for threads in [1, 2] {
                let started = wallSeconds()
                try draw(repeated, of: atlas, threads: threads, at: moment)
                rates[threads, default: []].append(Double(repeated.count) / (wallSeconds() - started))
            }
        }
        let ratios = zip(rates[1]!, rates[2]!).map { $1 / $0 }
        print(
            "one thread \(Int(median(rates[1]!))) tiles/s, two threads \(Int(median(rates[2]!))) tiles/s, "
                + "ratio \((median(ratios) * 100).rounded() / 100)")
    }

    private static func draw(_ tiles: [TileAddress], of atlas: Atlas, threads: Int, at moment: Instant) throws {
        let next = Atomic<Int>(0)
        let failure = Mutex<(any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: threads) { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < tiles.count else { return }
                do {
                    _ = try atlas.tile(
                        TileRequest(tileset: "bench", address: tiles[index]), at: moment, budget: .unlimited)
                } catch { return failure.withLock { $0 = error } }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
