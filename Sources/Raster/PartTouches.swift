extension Polylines {
    /// Whether lines of different origins touch each other in a vertex of one of them. Looks only where their bounding
    /// boxes overlap; of more than 64 lines it says yes unseen.
    func touch(between origins: [Int]) -> Bool {
        guard let first = origins.first, origins.contains(where: { $0 != first }) else { return false }
        if count > 64 { return true }
        return points.withUnsafeBufferPointer { points in
            let lines = (0..<count).map { UnsafeBufferPointer(rebasing: points[range(of: $0)]) }
            let boxes = lines.map { PointBox($0) }
            for a in lines.indices {
                for b in lines.indices where origins[a] != origins[b] {
                    let overlap = boxes[a].intersection(boxes[b])
                    if overlap.isEmpty { continue }
                    let near = lines[a].filter { overlap.contains($0) }
                    if !near.isEmpty, Self.touches(near, lines[b], overlap) { return true }
                }
            }
            return false
        }
    }

    /// Whether one of the points, all in the box, lies on the line.
    private static func touches(
        _ points: [SIMD2<Double>], _ line: UnsafeBufferPointer<SIMD2<Double>>, _ box: PointBox
    ) -> Bool {
        var a = line[0]
        for b in line {
            let low = SIMD2(min(a.x, b.x), min(a.y, b.y)), high = SIMD2(max(a.x, b.x), max(a.y, b.y))
            if low.x <= box.high.x, high.x >= box.low.x, low.y <= box.high.y, high.y >= box.low.y {
                for p in points where p.x >= low.x && p.x <= high.x && p.y >= low.y && p.y <= high.y {
                    if (b.x - a.x) * (p.y - a.y) == (p.x - a.x) * (b.y - a.y) { return true }
                }
            }
            a = b
        }
        return false
    }
}

/// The smallest upright box around points; empty boxes have a lower corner beyond the upper one.
private struct PointBox {
    var low: SIMD2<Double>
    var high: SIMD2<Double>

    init(_ points: UnsafeBufferPointer<SIMD2<Double>>) {
        low = SIMD2(.infinity, .infinity)
        high = SIMD2(-.infinity, -.infinity)
        for point in points {
            low = SIMD2(min(low.x, point.x), min(low.y, point.y))
            high = SIMD2(max(high.x, point.x), max(high.y, point.y))
        }
    }

    func intersection(_ other: PointBox) -> PointBox {
        var box = self
        box.low = SIMD2(max(low.x, other.low.x), max(low.y, other.low.y))
        box.high = SIMD2(min(high.x, other.high.x), min(high.y, other.high.y))
        return box
    }

    var isEmpty: Bool { low.x > high.x || low.y > high.y }

    func contains(_ p: SIMD2<Double>) -> Bool { p.x >= low.x && p.x <= high.x && p.y >= low.y && p.y <= high.y }
}
