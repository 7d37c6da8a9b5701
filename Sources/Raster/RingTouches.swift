import Geometry

/// Rings that touch. The rings of a valid polygon may meet in points, and lie side by side on a string of such points;
/// what the rectangle joins to one ring must not.
///
///      ┏━━━━━━━┓         ┏━━━━┓┏━┓
///      ┃   ┏━━●┛   ──▶   ┃   ┏┛┗┓┃       a shell and a hole that meet in a point become one ring when the
///      ┗━━━┛             ┗━━━┛           rectangle cuts both; no valid ring passes a point twice
extension Polylines {
    /// Whether lines of different origins touch each other in a vertex of one of them. Looks only where their bounding
    /// boxes overlap; of more than 64 lines or 4096 points it says yes unseen.
    func touch(between origins: [Int]) -> Bool {
        guard let first = origins.first, origins.contains(where: { $0 != first }) else { return false }
        if count > 64 || points.count > 4096 { return true }
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
            let edge = PointBox(a, b)
            if !edge.intersection(box).isEmpty, points.contains(where: { edge.isOnSegment($0, from: a, to: b) }) {
                return true
            }
            a = b
        }
        return false
    }

    /// Gives edges a vertex wherever a vertex of another origin lies exactly on them.
    ///
    /// O(n log n) for n points, and a test for each pair of a point and an edge at the same height; after 2²⁴ of these
    /// edges stay as they are.
    mutating func addTouchedVertices(origins: [Int]) {
        let old = self
        var byHeight: [(point: SIMD2<Double>, origin: Int)] = []
        for line in 0..<count {
            for point in old[line] { byHeight.append((point, origins[line])) }
        }
        byHeight.sort { $0.point.y < $1.point.y }
        var patience = 1 << 24
        removeAll()
        for line in 0..<old.count {
            var a: SIMD2<Double>?
            for b in old[line] {
                if let a {
                    for touch in Self.touches(on: a, b, byHeight, except: origins[line], &patience) { add(touch) }
                }
                add(b)
                a = b
            }
            end(minimum: 1)
        }
    }

    /// The points on an edge, its ends left out, from `a` to `b`.
    private static func touches(
        on a: SIMD2<Double>, _ b: SIMD2<Double>, _ byHeight: [(point: SIMD2<Double>, origin: Int)], except origin: Int,
        _ patience: inout Int
    ) -> [SIMD2<Double>] {
        let edge = PointBox(a, b)
        var touches: [SIMD2<Double>] = []
        for (p, other) in byHeight[byHeight.partitioningIndex(where: { $0.point.y >= edge.low.y })...] {
            guard p.y <= edge.high.y, patience > 0 else { break }
            patience -= 1
            if other != origin, p != a, p != b, edge.isOnSegment(p, from: a, to: b) { touches.append(p) }
        }
        func distance(_ p: SIMD2<Double>) -> Double { ((p - a) * (p - a)).sum() }
        return touches.sorted { distance($0) < distance($1) }
    }

    /// Joins rings anew where they pass the same point, themselves or one another: each way on turns left as far as it
    /// can, so that it follows the border of one connected piece of what lies on the rings' left; whenever it comes back
    /// to a point, the loop since then is a ring of its own.
    ///
    ///      │░░░┃ ┃░░░│                     │░░░┃ ┃░░░│
    ///      │░░░┗●┛░░░│    the way down     │░░░┗●┛░░░│    two pieces, that meet in two points, where
    ///      │░░┏━╋━┓░░│    and up again,    │░░┏━●━┓░░│    a shell with a hole would fall apart
    ///      │░░┗━●━┛░░│    and a hole       │░░┗━●━┛░░│
    ///
    /// O(n log n) for n points.
    mutating func relinkAtTouches() {
        let points = points
        func isBefore(_ a: Int, _ b: Int) -> Bool { (points[a].x, points[a].y) < (points[b].x, points[b].y) }
        let order = points.indices.sorted(by: isBefore)
        var links = RingLinks(self)
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, points[order[end]] == points[order[start]] { end += 1 }
            if end - start > 1 { links.meet(order[start..<end], points) }
            start = end
        }
        guard links.meetingCount > 0 else { return }
        removeAll()
        links.forEachRing { ring in
            for vertex in ring { add(points[vertex]) }
            endRing()
        }
    }
}

/// How the vertices of rings follow each other.
private struct RingLinks {
    private var before: [Int] = []
    private var after: [Int] = []
    /// For each vertex the one, in the same place, as which the way goes on.
    private var leaving: [Int]
    /// For each vertex which of the meetings it is in, or -1.
    private var meeting: [Int]
    private(set) var meetingCount = 0

    init(_ rings: Polylines) {
        for ring in 0..<rings.count {
            let range = rings.range(of: ring)
            for vertex in range {
                before.append(vertex == range.lowerBound ? range.upperBound - 1 : vertex - 1)
                after.append(vertex == range.upperBound - 1 ? range.lowerBound : vertex + 1)
            }
        }
        leaving = Array(before.indices)
        meeting = before.map { _ in -1 }
    }

    /// Links what arrives at vertices in one place with what leaves it.
    mutating func meet(_ vertices: ArraySlice<Int>, _ points: ContiguousArray<SIMD2<Double>>) {
        var rays: [(direction: SIMD2<Double>, vertex: Int, arrives: Bool)] = []
        for vertex in vertices {
            meeting[vertex] = meetingCount
            rays.append((points[before[vertex]] - points[vertex], vertex, true))
            rays.append((points[after[vertex]] - points[vertex], vertex, false))
        }
        meetingCount += 1
        func isUpper(_ d: SIMD2<Double>) -> Bool { d.y > 0 || (d.y == 0 && d.x > 0) }
        // Clockwise: right of what leaves and left of what arrives lies what is outside.
        rays.sort { a, b in
            let (p, q) = (a.direction, b.direction)
            if isUpper(p) != isUpper(q) { return isUpper(q) }
            return p.x * q.y - p.y * q.x < 0
        }
        // Twice around, since what arrives last may leave first.
        var open: [Int] = []
        var isLeft: Set<Int> = []
        for round in 0..<2 {
            for ray in rays {
                if ray.arrives {
                    if round == 0 { open.append(ray.vertex) }
                } else if !isLeft.contains(ray.vertex), let arrived = open.popLast() {
                    leaving[arrived] = ray.vertex
                    isLeft.insert(ray.vertex)
                }
            }
        }
    }

    /// Calls `body` with the vertices of each ring; none passes a place twice.
    func forEachRing(_ body: (ArraySlice<Int>) -> Void) {
        var isPassed = before.map { _ in false }
        // Where in the way each meeting was passed.
        var places = [Int?](repeating: nil, count: meetingCount)
        var way: [Int] = []
        func forget(_ vertices: ArraySlice<Int>) {
            for vertex in vertices where meeting[vertex] >= 0 { places[meeting[vertex]] = nil }
        }
        for first in before.indices where !isPassed[first] {
            var vertex = first
            repeat {
                isPassed[vertex] = true
                if meeting[vertex] < 0 {
                    way.append(vertex)
                } else if let place = places[meeting[vertex]] {
                    body(way[place...])
                    forget(way[(place + 1)...])
                    way.removeSubrange((place + 1)...)
                } else {
                    places[meeting[vertex]] = way.count
                    way.append(vertex)
                }
                vertex = after[leaving[vertex]]
            } while vertex != first
            body(way[...])
            forget(way[...])
            way.removeAll(keepingCapacity: true)
        }
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

    init(_ a: SIMD2<Double>, _ b: SIMD2<Double>) {
        low = SIMD2(min(a.x, b.x), min(a.y, b.y))
        high = SIMD2(max(a.x, b.x), max(a.y, b.y))
    }

    func intersection(_ other: PointBox) -> PointBox {
        var box = self
        box.low = SIMD2(max(low.x, other.low.x), max(low.y, other.low.y))
        box.high = SIMD2(min(high.x, other.high.x), min(high.y, other.high.y))
        return box
    }

    var isEmpty: Bool { low.x > high.x || low.y > high.y }

    func contains(_ p: SIMD2<Double>) -> Bool { p.x >= low.x && p.x <= high.x && p.y >= low.y && p.y <= high.y }

    /// Whether a point lies on the segment whose box this is, ends included.
    func isOnSegment(_ p: SIMD2<Double>, from a: SIMD2<Double>, to b: SIMD2<Double>) -> Bool {
        contains(p) && (b.x - a.x) * (p.y - a.y) == (p.x - a.x) * (b.y - a.y)
    }
}
