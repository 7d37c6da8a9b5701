import Works

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
        let traits = (0..<keys.count).reduce(0) { max($0, facts.trait($1) + 1) }
        PointCells.thin(
            keys, zooms: 0...deepest, groups: traits, group: { facts.trait($0) },
            isBetter: { isMoreUrgent($0, $1, facts) },
            hide: { row, zoom in level[row] = zoom == deepest ? never : UInt8(zoom + 1) })
        return level
    }

    static func isMoreUrgent(_ a: Int, _ b: Int, _ facts: WorkFacts) -> Bool {
        facts.due[a] != facts.due[b] ? facts.due[a] < facts.due[b] : facts.number[a] > facts.number[b]
    }
}
