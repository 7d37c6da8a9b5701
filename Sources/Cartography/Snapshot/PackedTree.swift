/// A static R-tree over items that already lie in the order of the Hilbert curve (Kamel and Faloutsos, "Hilbert R-tree", VLDB 1994).
///
///     level 1            ┌──── box 0 ────┐┌──── box 1 ────┐ …      one box for each run of `fanOut` boxes below
///     level 0      box 0 … box n   box n+1 …                       one box for each run of `fanOut` items
///     items        0 1 2 …                                         their boxes are kept by whoever owns the items
///
/// Children are found by arithmetic, so that the tree is nothing but boxes: 16 bytes for each `fanOut` items and a little more.
struct PackedTree: Sendable {
    let count: Int
    let fanOut: Int
    /// The boxes of all levels, the lowest first.
    let boxes: [WorldBox]
    /// Where each level begins in ``boxes``.
    let levels: [Int]

    /// - Parameter box: The box of an item.
    init(count: Int, fanOut: Int, box: (Int) -> WorldBox) {
        self.count = count
        self.fanOut = fanOut
        var boxes: [WorldBox] = []
        var levels: [Int] = []
        boxes.reserveCapacity(count / max(fanOut - 1, 1) + 2)
        var start = 0
        var width = count
        while width > 0 {
            levels.append(boxes.count)
            let isLowest = levels.count == 1
            for first in stride(from: 0, to: width, by: fanOut) {
                var union = WorldBox.empty
                for item in first..<min(first + fanOut, width) {
                    union.extend(isLowest ? box(item) : boxes[start + item])
                }
                boxes.append(union)
            }
            start = levels[levels.count - 1]
            width = boxes.count - start
            if width == 1 { break }
        }
        self.boxes = boxes
        self.levels = levels
    }

    /// The box around everything; nil if there is nothing.
    var extent: WorldBox? { boxes.last }

    /// A run of items that may meet a box.
    struct Run {
        var rows: Range<Int>
        /// Whether all of it lies inside the box.
        var isInside: Bool
    }

    /// Appends the runs of items that may meet a box, in ascending order, with `start` added to their places.
    ///
    /// For whoever does much with each: what a closure for ``forEachRun(meeting:_:)`` uses would be counted for each run.
    func addRuns(meeting box: WorldBox, startingAt start: Int = 0, to runs: inout [Run]) {
        forEachRun(meeting: box) { rows, isInside in
            runs.append(Run(rows: start + rows.lowerBound..<start + rows.upperBound, isInside: isInside))
        }
    }

    /// Calls `body` with runs of items that may meet a box, in ascending order, and whether all of the run lies inside it.
    func forEachRun(meeting box: WorldBox, _ body: (Range<Int>, _ inside: Bool) throws -> Void) rethrows {
        guard !boxes.isEmpty else { return }
        try boxes.withUnsafeBufferPointer { boxes in
            let root = boxes[boxes.count - 1]
            if root.intersects(box) { try visit(level: levels.count - 1, node: 0, root, boxes: boxes, box, body) }
        }
    }

    /// Visits a node whose own box meets the one that is asked for.
    private func visit(
        level: Int, node: Int, _ own: WorldBox, boxes: UnsafeBufferPointer<WorldBox>, _ box: WorldBox,
        _ body: (Range<Int>, Bool) throws -> Void
    ) rethrows {
        if box.contains(own) {
            var first = node
            var end = node + 1
            for _ in 0...level {
                first *= fanOut
                end *= fanOut
            }
            return try body(first..<min(end, count), true)
        }
        let first = node * fanOut
        if level == 0 { return try body(first..<min(first + fanOut, count), false) }
        let start = levels[level - 1]
        for child in first..<min(first + fanOut, levels[level] - start) {
            let own = boxes[start + child]
            if own.intersects(box) { try visit(level: level - 1, node: child, own, boxes: boxes, box, body) }
        }
    }

    var bytes: Int { boxes.count * MemoryLayout<WorldBox>.stride }
}
