import Works

/// From which zoom on each point is seen when works of a kind are drawn as opaque discs: at lower ones later discs cover it.
///
///     drawn in the order of their numbers    ◐◓●●      of a thousand discs on a few pixels a handful is seen: so what a tile of
///                                            ◒●●●      millions of works looks at is as much as its pixels can show
///
/// It is worked out for discs of ``DiscCover/radius`` and holds for all that are larger. Zoom by zoom from the deepest, because what is
/// covered at one zoom is so at all above: there the others have only come nearer.
enum PointCover {
    /// The zooms at which it is known; deeper, every point counts as seen.
    static let zooms = 6...14
    /// The smallest disc that it holds for, in pixels across.
    static let diameter = Double(2 * DiscCover.radius) / 4
    /// A point of which so much is left, counted in quarters of a pixel in each direction, counts as covered: one pixel, and two at the deepest
    /// zooms, above which there is less left of it anyway.
    private static func tolerance(zoom: Int) -> Int { zoom < 13 ? 16 : 32 }
    private static let kinds = WorkKind.allCases

    /// The last tier that is seen at a zoom.
    static func tier(zoom: Int) -> Int { max(zoom, zooms.lowerBound) - zooms.lowerBound }

    /// The index of a trait's kind.
    private static func kinds(of traits: Traits) -> [UInt8] {
        traits.all.map { trait in UInt8(kinds.firstIndex(of: trait.kind) ?? 0) }
    }

    // MARK: Building

    /// The tier of each point.
    ///
    /// - Parameters:
    ///   - keys: The points' places on the Hilbert curve, ascending.
    ///   - facts: Their numbers and traits.
    ///
    /// Complexity: O(*n* log *n*) for each zoom, of the points that are seen at the next deeper one.
    static func tiers(keys: [UInt64], x: [UInt32], y: [UInt32], facts: WorkFacts, _ traits: Traits) -> [UInt8] {
        let kinds = kinds(of: traits)
        let kind = (0..<keys.count).map { kinds[facts.trait($0)] }
        var tiers = [UInt8](repeating: 0, count: keys.count)
        var shown = Array(0..<UInt32(keys.count))
        for zoom in zooms.reversed() {
            let blocks = blocks(of: shown, keys, zoom: zoom)
            let turns = min(blocks.count, 64)
            let hidden = UInt8(tier(zoom: zoom) + 1)
            tiers.withUnsafeMutableBufferPointer { tiers in
                nonisolated(unsafe) let tiers = tiers
                // Each block has points of its own.
                CoreThreads.perform(iterations: turns) { [shown] turn in
                    var heap = Heap(x: x, y: y, number: facts.number, kind: kind, zoom: zoom)
                    for block in blocks[turn * blocks.count / turns..<(turn + 1) * blocks.count / turns] {
                        heap.forEachCovered(of: shown[block]) { tiers[$0] = hidden }
                    }
                }
            }
            shown.removeAll { tiers[Int($0)] != 0 }
        }
        return tiers
    }

    /// The stretches of points that share a block: half a tile across, an unbroken stretch of the Hilbert curve.
    private static func blocks(of shown: [UInt32], _ keys: [UInt64], zoom: Int) -> [Range<Int>] {
        let shift = UInt64(64 - 2 * (zoom + 1))
        var blocks: [Range<Int>] = []
        var first = 0
        while first < shown.count {
            let block = keys[Int(shown[first])] >> shift
            var end = first + 1
            while end < shown.count, keys[Int(shown[end])] >> shift == block { end += 1 }
            // Three others can cover a disc only where two stand in one place, and one of these is left out anyway.
            if end - first > 3 { blocks.append(first..<end) }
            first = end
        }
        return blocks
    }

    /// The points of one block after the other.
    ///
    /// Discs of the neighbouring blocks are not counted on: along the borders a few more points are taken for seen.
    private struct Heap {
        let x: [UInt32]
        let y: [UInt32]
        let number: [UInt32]
        let kind: [UInt8]
        let zoom: Int
        private var cover = DiscCover()
        /// The number of each point and, below it, the point.
        private var entries: [UInt64] = []

        init(x: [UInt32], y: [UInt32], number: [UInt32], kind: [UInt8], zoom: Int) {
            (self.x, self.y, self.number, self.kind, self.zoom) = (x, y, number, kind, zoom)
        }

        mutating func forEachCovered(of points: ArraySlice<UInt32>, _ body: (Int) -> Void) {
            entries.removeAll(keepingCapacity: true)
            var counts = [Int](repeating: 0, count: kinds.count)
            for point in points {
                entries.append(UInt64(number[Int(point)]) << 32 | UInt64(point))
                counts[Int(kind[Int(point)])] += 1
            }
            entries.sort()
            let shift = UInt32(22 - zoom)
            let mask = UInt32(DiscCover.side - 1)
            for own in counts.indices where counts[own] > 3 {
                cover.clear()
                for entry in entries.reversed() {
                    let point = Int(UInt32(truncatingIfNeeded: entry))
                    guard kind[point] == own else { continue }
                    let (column, row) = (Int(x[point] >> shift & mask), Int(y[point] >> shift & mask))
                    if cover.shows(x: column, y: row, beyond: PointCover.tolerance(zoom: zoom)) {
                        cover.cover(x: column, y: row)
                    } else {
                        body(point)
                    }
                }
            }
        }
    }

    // MARK: Changing

    /// Lets those points be seen again that only a point which was struck out has covered.
    static func promote(besides lost: Int, in snapshot: inout Snapshot) {
        let points = snapshot.base.points
        guard points.tiers.count > 1 else { return }
        let first = snapshot.tier(ofPoint: lost)
        let kinds = kinds(of: snapshot.traits)
        let own = kinds[points.facts.trait(lost)]
        var cover = DiscCover()
        for zoom in zooms.reversed() where tier(zoom: zoom) >= first {
            let tier = tier(zoom: zoom)
            // What was covered at the next deeper zoom is so here. What covers a disc that the lost one touched is within two diameters.
            let entries = entries(
                around: lost, pixels: UInt32(2 * diameter) + 1, zoom: zoom, through: tier + 1, in: snapshot
            ) { kinds[points.facts.trait($0)] == own }
            let shift = UInt32(22 - zoom)
            func offset(_ a: UInt32, _ b: UInt32) -> Int { Int(a >> shift) - Int(b >> shift) }
            cover.clear()
            for entry in entries.sorted(by: >) {
                let row = Int(UInt32(truncatingIfNeeded: entry))
                let (dx, dy) = (offset(points.x[row], points.x[lost]), offset(points.y[row], points.y[lost]))
                let (x, y) = (DiscCover.side / 2 + dx, DiscCover.side / 2 + dy)
                if snapshot.tier(ofPoint: row) > tier {
                    guard cover.shows(x: x, y: y, beyond: tolerance(zoom: zoom)) else { continue }
                    // Others are covered by what is too far away to be looked at here.
                    guard points.facts.number[row] < points.facts.number[lost],
                        dx * dx + dy * dy <= 4 * DiscCover.radius * DiscCover.radius
                    else { continue }
                    snapshot.uncovered[UInt32(row)] = UInt8(tier)
                }
                cover.cover(x: x, y: y)
            }
        }
    }

    /// The numbers of the points in a square around one, each with its row below it.
    private static func entries(
        around lost: Int, pixels: UInt32, zoom: Int, through tier: Int, in snapshot: Snapshot,
        where isWanted: (Int) -> Bool
    ) -> [UInt64] {
        let points = snapshot.base.points
        let (x, y) = (points.x[lost], points.y[lost])
        let box = WorldBox(minX: x, minY: y, maxX: x, maxY: y).grown(by: pixels << UInt32(24 - zoom))
        var entries: [UInt64] = []
        func take(_ row: Int) {
            guard box.contains(x: points.x[row], y: points.y[row]), !snapshot.struck.hasPoint(row), isWanted(row) else {
                return
            }
            entries.append(UInt64(points.facts.number[row]) << 32 | UInt64(row))
        }
        points.tiers.forEachRun(meeting: box, through: tier) { rows, _ in rows.forEach(take) }
        snapshot.forEachUncovered(through: tier, take)
        return entries
    }
}

extension Snapshot {
    /// The first tier in which a point of the base is seen.
    func tier(ofPoint row: Int) -> Int {
        uncovered[UInt32(row)].map { Int($0) } ?? base.points.tiers.tier(of: row)
    }

    /// Calls `body` with the points that are seen in a tier only since others were struck out.
    func forEachUncovered(through tier: Int, _ body: (Int) -> Void) {
        for (row, seen) in uncovered where seen <= tier && base.points.tiers.tier(of: Int(row)) > tier {
            body(Int(row))
        }
    }
}
