/// The rows of a point shelf by the zoom from which they can be seen, each tier a stretch of rows in the order of the Hilbert curve with a
/// tree of its own: what a low zoom shows lies together, and what it does not is never looked at.
///
///     rows    0 ─────── seen at all zooms ─┬─ from zoom 7 on ─┬─ … ─┬──── at deep zooms only ────┐
///     trees             ▲                  │       ▲          │     │             ▲              │
struct PointTiers: Sendable {
    /// Where the tiers begin, and at the end the number of all rows.
    private let starts: [Int]
    private let trees: [PackedTree]

    /// - Parameters:
    ///   - starts: Where the tiers begin, and at the end the number of all rows.
    ///   - box: The box of a row.
    init(starts: [Int], fanOut: Int, box: (Int) -> WorldBox) {
        self.starts = starts
        trees = zip(starts, starts.dropFirst()).map { start, end in
            PackedTree(count: end - start, fanOut: fanOut) { box(start + $0) }
        }
    }

    /// How many tiers there are.
    var count: Int { trees.count }

    /// The box around everything; nil if there is nothing.
    var extent: WorldBox? {
        trees.compactMap(\.extent).reduce(nil) { union, box in
            var result = union ?? .empty
            result.extend(box)
            return result
        }
    }

    /// The tier of a row.
    func tier(of row: Int) -> Int { (starts.firstIndex { $0 > row } ?? count) - 1 }

    /// Calls `body` with runs of rows that may meet a box, and whether all of the run lies inside it.
    ///
    /// - Parameter limit: The last tier that is looked at.
    func forEachRun(
        meeting box: WorldBox, through limit: Int = .max, _ body: (Range<Int>, _ inside: Bool) throws -> Void
    ) rethrows {
        for tier in 0..<(limit < count ? limit + 1 : count) {
            let start = starts[tier]
            try trees[tier].forEachRun(meeting: box) { run, inside in
                try body(start + run.lowerBound..<start + run.upperBound, inside)
            }
        }
    }

    /// Appends the runs of rows that may meet a box.
    ///
    /// - Parameter limit: The last tier that is looked at.
    func addRuns(meeting box: WorldBox, through limit: Int = .max, to runs: inout [PackedTree.Run]) {
        for tier in 0..<(limit < count ? limit + 1 : count) {
            trees[tier].addRuns(meeting: box, startingAt: starts[tier], to: &runs)
        }
    }

    var bytes: Int { trees.reduce(0) { $0 + $1.bytes } }
}
