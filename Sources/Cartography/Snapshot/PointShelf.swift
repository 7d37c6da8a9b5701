import Works

/// Works at single points, tier by tier of ``PointTiers`` in the order of the Hilbert curve: 47.5 bytes a work and trees of a quarter.
struct PointShelf: Sendable {
    var facts: WorkFacts
    var x: [UInt32]
    var y: [UInt32]
    /// The zoom from which each point shows beside its likes, see ``PointLevels``.
    var level: [UInt8]
    /// From which zoom on each point is the latest of its kind in its place, see ``PointOverview``.
    var latest: Nibbles
    /// From which zoom on each point is seen of discs that cover each other, see ``PointCover``.
    let tiers: PointTiers

    static let fanOut = 64

    var count: Int { x.count }

    static let empty = PointShelf(facts: WorkFacts(), x: [], y: [], ranked: nil)

    /// - Parameter ranked: What the works' traits are, if it is to be worked out which points hide others; otherwise each shows at every
    ///   zoom.
    init(facts: WorkFacts, x: [UInt32], y: [UInt32], ranked traits: Traits?) {
        let count = x.count
        var keys = [UInt64](repeating: 0, count: count)
        let chunk = 16_384
        keys.withUnsafeMutableBufferPointer { keys in
            nonisolated(unsafe) let keys = keys
            CoreThreads.perform(iterations: (count + chunk - 1) / chunk) { turn in
                for point in turn * chunk..<min((turn + 1) * chunk, count) {
                    keys[point] = HilbertCurve.key(x: x[point], y: y[point])
                }
            }
        }
        var order = HilbertCurve.order(keys)
        var starts = [0, count]
        if let traits {
            let ranks = PointRanks(
                keys: order.map { keys[Int($0)] }, x: order.map { x[Int($0)] }, y: order.map { y[Int($0)] },
                facts: facts.looks(order), traits)
            let places: [UInt32]
            (places, starts) = ranks.byTier
            level = places.map { ranks.levels[Int($0)] }
            latest = ranks.latest.arranged(places)
            order = places.map { order[Int($0)] }
        } else {
            level = [UInt8](repeating: 0, count: count)
            latest = Nibbles(repeating: 0, count: count)
        }
        self.facts = facts.arranged(order)
        let sortedX = order.map { x[Int($0)] }
        let sortedY = order.map { y[Int($0)] }
        self.x = sortedX
        self.y = sortedY
        tiers = PointTiers(starts: starts, fanOut: Self.fanOut) { point in
            WorldBox(minX: sortedX[point], minY: sortedY[point], maxX: sortedX[point], maxY: sortedY[point])
        }
    }

    var bytes: Int { facts.bytes + count * 9 + latest.size + tiers.bytes }
}

/// What is worked out about points at low zooms, in the order of their keys: three questions that do not wait for each other.
private struct PointRanks {
    let levels: [UInt8]
    let latest: Nibbles
    let tiers: [UInt8]

    init(keys: [UInt64], x: [UInt32], y: [UInt32], facts: WorkFacts, _ traits: Traits) {
        nonisolated(unsafe) var levels: [UInt8] = []
        nonisolated(unsafe) var latest = Nibbles(repeating: 0, count: 0)
        CoreThreads.perform(iterations: 2) { question in
            if question == 0 {
                levels = PointLevels.rank(keys: keys, facts: facts)
            } else {
                latest = PointOverview.rank(keys: keys, facts: facts, traits)
            }
        }
        self.levels = levels
        self.latest = latest
        tiers = PointCover.tiers(keys: keys, x: x, y: y, facts: facts, traits)
    }

    /// The points tier by tier, and where each tier begins.
    var byTier: (places: [UInt32], starts: [Int]) {
        var starts = [Int](repeating: 0, count: PointCover.zooms.count + 2)
        for tier in tiers { starts[Int(tier) + 1] += 1 }
        for tier in 1..<starts.count { starts[tier] += starts[tier - 1] }
        var places = [UInt32](repeating: 0, count: tiers.count)
        var next = starts
        for (point, tier) in tiers.enumerated() {
            places[next[Int(tier)]] = UInt32(point)
            next[Int(tier)] += 1
        }
        return (places, starts)
    }
}
