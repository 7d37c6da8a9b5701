import Dispatch
import Works

/// Works at single points, in the order of the Hilbert curve: 47 bytes a work and a tree of well under one.
struct PointShelf: Sendable {
    var facts: WorkFacts
    var x: [UInt32]
    var y: [UInt32]
    /// The zoom from which each point shows beside its likes, see ``PointLevels``.
    var level: [UInt8]
    let tree: PackedTree

    static let fanOut = 64

    var count: Int { x.count }

    static let empty = PointShelf(facts: WorkFacts(), x: [], y: [], ranked: false)

    /// - Parameter ranked: Whether levels are worked out; otherwise each point shows at every zoom.
    init(facts: WorkFacts, x: [UInt32], y: [UInt32], ranked: Bool) {
        let count = x.count
        var keys = [UInt64](repeating: 0, count: count)
        let chunk = 16_384
        keys.withUnsafeMutableBufferPointer { keys in
            nonisolated(unsafe) let keys = keys
            DispatchQueue.concurrentPerform(iterations: (count + chunk - 1) / chunk) { turn in
                for point in turn * chunk..<min((turn + 1) * chunk, count) {
                    keys[point] = HilbertCurve.key(x: x[point], y: y[point])
                }
            }
        }
        let order = HilbertCurve.order(keys)
        self.facts = facts.arranged(order)
        let sortedX = order.map { x[Int($0)] }
        let sortedY = order.map { y[Int($0)] }
        self.x = sortedX
        self.y = sortedY
        level =
            ranked
            ? PointLevels.rank(keys: order.map { keys[Int($0)] }, facts: self.facts)
            : [UInt8](repeating: 0, count: count)
        tree = PackedTree(count: count, fanOut: Self.fanOut) { point in
            WorldBox(minX: sortedX[point], minY: sortedY[point], maxX: sortedX[point], maxY: sortedY[point])
        }
    }

    var bytes: Int { facts.bytes + count * 9 + tree.bytes }
}

/// Which points are hidden at low zooms, because another one that looks the same stands on the same half pixel.
///
///     zoom z      cells of half a pixel: 2^(9 + z) in a row; each is an unbroken stretch of the Hilbert curve
///     zoom z + 1  each cell falls into four; in a cell one work of each combination of properties shows, the others wait
///
/// Of several, the one that is most urgent shows: the earliest deadline, then the latest number. Since the combination
/// holds the status, no other of them could be drawn in a worse state of its deadline.
enum PointLevels {
    /// Deeper than any zoom: where two points share a cell even at the deepest zoom, one of them is never drawn without a filter.
    static let never: UInt8 = 31
    static let deepest = 23

    /// Levels of points in the order of their keys. Complexity: O(*n* × zooms) at worst.
    static func rank(keys: [UInt64], facts: WorkFacts) -> [UInt8] {
        var level = [UInt8](repeating: 0, count: keys.count)
        var shown = Array(0..<keys.count)
        // The number of the cell's representative for each trait, found by a stamp instead of clearing.
        let traits = (0..<keys.count).reduce(0) { max($0, facts.trait($1) + 1) }
        var best = [Int](repeating: -1, count: traits)
        for zoom in stride(from: deepest, through: 0, by: -1) {
            let shift = UInt64(2 * (23 - zoom))
            var kept: [Int] = []
            kept.reserveCapacity(shown.count)
            var first = 0
            while first < shown.count {
                let cell = keys[shown[first]] >> shift
                var end = first + 1
                while end < shown.count, keys[shown[end]] >> shift == cell { end += 1 }
                if end == first + 1 {
                    kept.append(shown[first])
                } else {
                    for index in first..<end {
                        let row = shown[index], trait = facts.trait(row)
                        if best[trait] < 0 || isMoreUrgent(row, best[trait], facts) { best[trait] = row }
                    }
                    for index in first..<end {
                        let row = shown[index]
                        if best[facts.trait(row)] == row {
                            kept.append(row)
                        } else {
                            level[row] = zoom == deepest ? never : UInt8(zoom + 1)
                        }
                    }
                    for index in first..<end { best[facts.trait(shown[index])] = -1 }
                }
                first = end
            }
            shown = kept
        }
        return level
    }

    static func isMoreUrgent(_ a: Int, _ b: Int, _ facts: WorkFacts) -> Bool {
        facts.due[a] != facts.due[b] ? facts.due[a] < facts.due[b] : facts.number[a] > facts.number[b]
    }
}
