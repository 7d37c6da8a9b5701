import Works

/// Which points are the latest of their kind on their half pixel: all that can be seen where drawings do not tell works of a kind apart
/// by more than their looks.
///
///     drawn one after the other      ●●●●○        only the last one on a half pixel is seen, whatever its trait: so a tile
///     in the order of their numbers  1 2 3 4 5     of millions of works costs no more than one with a work on each half pixel
///
/// Beside ``PointLevels``, which keeps one of each trait for filters and for styles that ask for states.
enum PointOverview {
    /// The zooms at which it is known; deeper, everything counts as seen.
    static let zooms = 6...20
    private static let groups = WorkKind.allCases.count

    /// A zoom as it is noted: what is not hidden by it is seen from the first of ``zooms`` on.
    static func mark(zoom: Int) -> UInt8 {
        UInt8(max(zooms.lowerBound, min(zooms.upperBound + 1, zoom)) - zooms.lowerBound)
    }

    static func rank(keys: [UInt64], facts: WorkFacts, _ traits: Traits) -> Nibbles {
        let kinds = kinds(traits)
        var marks = Nibbles(repeating: 0, count: keys.count)
        PointCells.thin(
            keys, zooms: zooms, groups: groups, group: { Int(kinds[facts.trait($0)]) },
            isBetter: { facts.number[$0] > facts.number[$1] },
            hide: { row, zoom in marks[row] = mark(zoom: zoom + 1) })
        return marks
    }

    private static func kinds(_ traits: Traits) -> [UInt8] {
        traits.all.map { trait in UInt8(WorkKind.allCases.firstIndex(of: trait.kind) ?? 0) }
    }

    /// Lets other points be seen where one was struck out: at each zoom the latest that it hid.
    static func promote(besides lost: Int, in snapshot: inout Snapshot) {
        let points = snapshot.base.points
        let traits = snapshot.traits.all
        let kind = traits[points.facts.trait(lost)].kind
        let first = zooms.lowerBound + Int(points.latest[lost])
        guard zooms.contains(first) else { return }
        for zoom in first...zooms.upperBound {
            let cell = PointCells.box(x: points.x[lost], y: points.y[lost], zoom: zoom)
            var best: Int?
            points.tiers.forEachRun(meeting: cell) { rows, _ in
                for row in rows where row != lost && cell.contains(x: points.x[row], y: points.y[row]) {
                    guard !snapshot.struck.hasPoint(row), traits[points.facts.trait(row)].kind == kind else { continue }
                    if best == nil || points.facts.number[row] > points.facts.number[best!] { best = row }
                }
            }
            // Nothing was hidden here, nor at deeper zooms.
            guard let best else { return }
            if snapshot.base.points.latest[best] > mark(zoom: zoom) {
                snapshot.base.points.latest[best] = mark(zoom: zoom)
            }
        }
    }
}
