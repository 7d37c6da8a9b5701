extension PointLevels {
    /// Lets another point show where a representative was struck out, so that no zoom misses what it hid.
    ///
    /// At each zoom from the one on which the lost point showed, one of its likes in its cell takes its place; the search ends as soon as
    /// nothing is hidden there any more.
    static func promote(besides lost: Int, in snapshot: inout Snapshot) {
        let points = snapshot.base.points
        let trait = points.facts.trait(lost)
        var level = points.level[lost]
        while level <= deepest {
            let cell = PointCells.box(x: points.x[lost], y: points.y[lost], zoom: Int(level))
            var best: Int?
            var isShown = false
            points.tiers.forEachRun(meeting: cell) { rows, _ in
                for row in rows where row != lost && points.facts.trait(row) == trait {
                    guard cell.contains(x: points.x[row], y: points.y[row]), !snapshot.struck.hasPoint(row) else {
                        continue
                    }
                    if points.level[row] <= level { isShown = true }
                    if best == nil || isMoreUrgent(row, best!, points.facts) { best = row }
                }
            }
            // Nothing of its kind is left in the cell, or it is shown already.
            guard let best, !isShown else { return }
            snapshot.base.points.level[best] = level
            // At deeper zooms the lost point's cell may not hold that one, but others that it hid.
            level += 1
            while level <= deepest, sharesCell(best, lost, at: Int(level), points) { level += 1 }
        }
    }

    private static func sharesCell(_ a: Int, _ b: Int, at zoom: Int, _ points: PointShelf) -> Bool {
        let shift = UInt32(23 - zoom)
        return points.x[a] >> shift == points.x[b] >> shift && points.y[a] >> shift == points.y[b] >> shift
    }
}
