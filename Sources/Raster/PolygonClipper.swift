/// Clips polygons with holes against a rectangle.
///
/// The parts of the rings inside the rectangle are cut out, turned so that the polygon lies left of them, and joined
/// along the border of the rectangle: from where a part leaves, counter-clockwise to where the next one enters.
///
///        ┌─────e2◀━━━━━ x3─┐       x: a part leaves      the border from x to the next e, counter-clockwise,
///        │░░░░░░┃     ┃░░░░│       e: a part enters      belongs to the polygon
///        │░░░░░░┗━━━━━┛░░░░│
///        └─────────────────┘
///
/// So a polygon that falls apart gives several polygons, and no edge runs along the border twice. The result is valid
/// when the input is.
///
/// A clipper is made once and used for many polygons; it keeps its memory.
public struct PolygonClipper {
    /// The polygons that were clipped, in the input's units. Shells have positive area (x to the right and y
    /// upwards: counter-clockwise), holes negative; rings do not repeat their first point.
    public struct Polygons: Hashable, Sendable {
        public internal(set) var rings = Polylines()
        /// For each polygon the index of its shell in `rings`; its holes follow until the next shell.
        public internal(set) var shells: [Int] = []

        public init() {}

        /// The indices in `rings` of a polygon's rings, the shell first.
        public func rings(of polygon: Int) -> Range<Int> {
            shells[polygon]..<(polygon + 1 < shells.count ? shells[polygon + 1] : rings.count)
        }

        public mutating func removeAll() {
            rings.removeAll()
            shells.removeAll(keepingCapacity: true)
        }
    }

    public let rectangle: ClipRectangle

    /// Parts of rings that cross the rectangle, the polygon on their left.
    private var parts = Polylines()
    /// For each part the ring that it was cut from.
    private var origins: [Int] = []
    private var partsTouch = false
    private var crossings: [BorderCrossing] = []
    private var next: [Int] = []
    private var isEntered: [Bool] = []
    private var open: [Int] = []
    /// Rings, before shells and holes are put together.
    private var loose = Polylines()

    public init(_ rectangle: ClipRectangle) { self.rectangle = rectangle }

    /// Adds the parts of a polygon that lie in the rectangle.
    ///
    /// - Parameters:
    ///   - rings: the shell first, then its holes; closed or not, in any direction, finite coordinates.
    ///   - polygons: receives the result.
    ///
    /// O(n + k log k) for n points and k crossings of the border, and O(k n) where k shells and holes must be matched.
    public mutating func clip(_ rings: Polylines, into polygons: inout Polygons) {
        guard rings.count > 0 else { return }
        rings.points.withUnsafeBufferPointer { points in
            clip(points, ringCount: rings.count, polygons: &polygons) { rings.range(of: $0) }
        }
    }

    private mutating func clip(
        _ points: UnsafeBufferPointer<SIMD2<Double>>, ringCount: Int, polygons: inout Polygons,
        range: (Int) -> Range<Int>
    ) {
        parts.removeAll()
        origins.removeAll(keepingCapacity: true)
        loose.removeAll()
        var isCovered = false
        for index in 0..<ringCount {
            let ring = UnsafeBufferPointer(rebasing: points[range(index)]).withoutRepeatedEnd
            guard ring.count > 2 else { continue }
            let before = parts.count
            switch rectangle.cut(ring, into: &parts) {
            case .inside:
                loose.add(contentsOf: ring)
                let start = loose.openStart
                guard loose.endRing() else { continue }
                let area = loose.points.withUnsafeBufferPointer {
                    Self.twiceArea(UnsafeBufferPointer(rebasing: $0[start...]))
                }
                if (area > 0) != (index == 0) { loose.reverseLast() }
                if area == 0 { loose.removeLast() }
            case .outside:
                if Self.contains(rectangle.center, ring) { isCovered.toggle() }
            case .crossing:
                for _ in before..<parts.count { origins.append(index) }
                if (Self.twiceArea(ring) > 0) != (index == 0) { parts.reverse(from: before) }
            }
        }
        if parts.isEmpty {
            if isCovered { addRectangle() }
        } else {
            joinParts(isCovered: isCovered)
        }
        collect(into: &polygons)
    }

    // MARK: Joining along the border

    private mutating func joinParts(isCovered: Bool) {
        crossings.removeAll(keepingCapacity: true)
        next.removeAll(keepingCapacity: true)
        isEntered.removeAll(keepingCapacity: true)
        for part in 0..<parts.count {
            let range = parts.range(of: part)
            let start = parts.points[range.lowerBound], end = parts.points[range.upperBound - 1]
            next.append(-1)
            isEntered.append(false)
            if start == end {
                // A ring that touches the border in this point only.
                next[part] = part
                continue
            }
            crossings.append(
                BorderCrossing(
                    rectangle, part: part, isEntry: true, at: start,
                    inner: parts.points[range.lowerBound + 1]))
            crossings.append(
                BorderCrossing(
                    rectangle, part: part, isEntry: false, at: end,
                    inner: parts.points[range.upperBound - 2]))
        }
        crossings.sort()
        if isCovered, crossings.isEmpty { addRectangle() }
        partsTouch = parts.touch(between: origins)
        // Each exit goes on at the next entry. Twice around, since the first entries may belong to the last exits.
        open.removeAll(keepingCapacity: true)
        for crossing in crossings {
            if !crossing.isEntry {
                open.append(crossing.part)
            } else if let exit = open.popLast() {
                next[exit] = crossing.part
                isEntered[crossing.part] = true
            }
        }
        for crossing in crossings where crossing.isEntry && !isEntered[crossing.part] {
            if let exit = open.popLast() { next[exit] = crossing.part }
        }
        followParts()
    }

    private mutating func addRectangle() {
        loose.append((0..<4).map { rectangle.corner($0) })
    }

    private mutating func followParts() {
        for first in next.indices where next[first] >= 0 {
            var part = first
            var isMixed = false
            while next[part] >= 0 {
                let range = parts.range(of: part)
                parts.points.withUnsafeBufferPointer { loose.add(contentsOf: UnsafeBufferPointer(rebasing: $0[range])) }
                let following = next[part]
                if origins[following] != origins[first] { isMixed = true }
                next[part] = -1
                if following != part || parts.points[range.lowerBound] != parts.points[range.upperBound - 1] {
                    walkBorder(
                        from: parts.points[range.upperBound - 1],
                        to: parts.points[parts.range(of: following).lowerBound])
                }
                part = following
            }
            // Rings of a valid polygon may meet in points; joined to one, they must not.
            if loose.endRing(), isMixed, partsTouch { loose.splitLastRingAtTouches() }
        }
    }

    /// Adds the corners passed on the way along the border, counter-clockwise.
    private mutating func walkBorder(from start: SIMD2<Double>, to end: SIMD2<Double>) {
        let from = BorderPlace(rectangle, start), to = BorderPlace(rectangle, end)
        if start == end { return }
        var side = from.side
        var isFirst = true
        while side != to.side || (isFirst && to < from) {
            side = (side + 1) % 4
            loose.add(rectangle.corner(side))
            isFirst = false
        }
    }

    // MARK: Shells and holes

    /// Puts each hole behind the shell that it lies in.
    private mutating func collect(into polygons: inout Polygons) {
        let areas = (0..<loose.count).map { index -> Double in
            loose.points.withUnsafeBufferPointer {
                Self.twiceArea(UnsafeBufferPointer(rebasing: $0[loose.range(of: index)]))
            }
        }
        if polygons.rings.isEmpty, areas.allSatisfy({ $0 > 0 }) {
            // Shells alone are handed over without copying them.
            polygons.shells.append(contentsOf: areas.indices)
            swap(&loose, &polygons.rings)
            return
        }
        let shells = areas.indices.filter { areas[$0] > 0 }
        var holes = areas.indices.filter { areas[$0] < 0 }
        for shell in shells {
            polygons.shells.append(polygons.rings.count)
            polygons.rings.append(line: shell, of: loose)
            if shells.count == 1 {
                for hole in holes { polygons.rings.append(line: hole, of: loose) }
            } else {
                let mine = holes.partition { lies($0, in: shell) }
                for hole in holes[mine...] { polygons.rings.append(line: hole, of: loose) }
                holes.removeSubrange(mine...)
            }
        }
    }

    /// Whether a hole lies in a shell, decided by the first of its points that is not on the shell's border.
    private func lies(_ hole: Int, in shell: Int) -> Bool {
        loose.points.withUnsafeBufferPointer { points in
            let ring = UnsafeBufferPointer(rebasing: points[loose.range(of: shell)])
            for index in loose.range(of: hole) where !Self.isOnBorder(points[index], ring) {
                return Self.contains(points[index], ring)
            }
            return false
        }
    }

    // MARK: Measures

    /// Twice the signed area of a ring (the shoelace formula), relative to its first point for precision.
    static func twiceArea(_ ring: UnsafeBufferPointer<SIMD2<Double>>) -> Double {
        guard ring.count > 2 else { return 0 }
        let origin = ring[0]
        // Four sums, since one would wait for each addition.
        var sums = SIMD4<Double>.zero
        var a = ring[1] - origin
        var index = 2
        while index &+ 4 <= ring.count {
            let b = ring[index] - origin, c = ring[index &+ 1] - origin
            let d = ring[index &+ 2] - origin, e = ring[index &+ 3] - origin
            sums += SIMD4(a.x, b.x, c.x, d.x) * SIMD4(b.y, c.y, d.y, e.y)
            sums -= SIMD4(a.y, b.y, c.y, d.y) * SIMD4(b.x, c.x, d.x, e.x)
            a = e
            index &+= 4
        }
        var sum = sums[0] + sums[1] + sums[2] + sums[3]
        while index < ring.count {
            let b = ring[index] - origin
            sum += a.x * b.y - a.y * b.x
            a = b
            index &+= 1
        }
        return sum
    }

    /// Whether a point lies in a ring: the number of edges right of it is odd.
    static func contains(_ p: SIMD2<Double>, _ ring: UnsafeBufferPointer<SIMD2<Double>>) -> Bool {
        var isInside = false
        var a = ring[ring.count - 1]
        for b in ring {
            if (a.y > p.y) != (b.y > p.y) {
                let side = (b.x - a.x) * (p.y - a.y) - (p.x - a.x) * (b.y - a.y)
                if (side > 0) == (b.y > a.y), side != 0 { isInside.toggle() }
            }
            a = b
        }
        return isInside
    }

    static func isOnBorder(_ p: SIMD2<Double>, _ ring: UnsafeBufferPointer<SIMD2<Double>>) -> Bool {
        var a = ring[ring.count - 1]
        for b in ring {
            if (b.x - a.x) * (p.y - a.y) == (p.x - a.x) * (b.y - a.y), p.x >= min(a.x, b.x), p.x <= max(a.x, b.x),
                p.y >= min(a.y, b.y), p.y <= max(a.y, b.y)
            {
                return true
            }
            a = b
        }
        return false
    }
}

extension UnsafeBufferPointer<SIMD2<Double>> {
    /// A ring without its first point repeated at the end.
    fileprivate var withoutRepeatedEnd: Self {
        guard count > 1, self[0] == self[count - 1] else { return self }
        return Self(rebasing: self[..<(count - 1)])
    }
}
