/// The squares of half a pixel on which of several points one is enough.
///
/// At zoom z there are 2^(9 + z) in a row; each is an unbroken stretch of the Hilbert curve.
enum PointCells {
    /// Leaves one point of each group in each square, zoom by zoom from the deepest; what is hidden at a zoom stays so at all above.
    ///
    /// - Parameters:
    ///   - keys: The points' places on the Hilbert curve, ascending.
    ///   - group: The group of a point, below `groups`.
    ///   - isBetter: Whether the first of two points is the one to be left.
    ///   - hide: Receives each point that is hidden, and the deepest zoom at which it is.
    ///
    /// Complexity: O(*n* × zooms) at worst.
    @inline(__always)
    static func thin(
        _ keys: [UInt64], zooms: ClosedRange<Int>, groups: Int, group: (Int) -> Int, isBetter: (Int, Int) -> Bool,
        hide: (_ point: Int, _ zoom: Int) -> Void
    ) {
        var shown = Array(0..<keys.count)
        // The best of the square for each group, put back afterwards instead of cleared.
        var best = [Int](repeating: -1, count: groups)
        for zoom in zooms.reversed() {
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
                        let point = shown[index], own = group(point)
                        if best[own] < 0 || isBetter(point, best[own]) { best[own] = point }
                    }
                    for index in first..<end {
                        let point = shown[index]
                        if best[group(point)] == point { kept.append(point) } else { hide(point, zoom) }
                    }
                    for index in first..<end { best[group(shown[index])] = -1 }
                }
                first = end
            }
            shown = kept
        }
    }

    /// The square of a place at a zoom.
    static func box(x: UInt32, y: UInt32, zoom: Int) -> WorldBox {
        let mask = ~(UInt32(truncatingIfNeeded: UInt64(1) << UInt64(23 - zoom)) &- 1)
        return WorldBox(minX: x & mask, minY: y & mask, maxX: x & mask | ~mask, maxY: y & mask | ~mask)
    }
}
