import Geometry

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

    /// What is clipped against; may be another one for each polygon.
    public var rectangle: ClipRectangle

    /// Parts of rings that cross the rectangle, the polygon on their left.
    private var parts = Polylines()
    /// For each part the ring that it was cut from.
    private var origins: [Int] = []
    /// Where rings touch the border in one point, as far as other rings touch those; in their order along the border.
    private var borderTouches: [(place: BorderPlace, point: SIMD2<Double>)] = []
    private var crossings: [BorderCrossing] = []
    private var next: [Int] = []
    private var isEntered: [Bool] = []
    private var open: [Int] = []
    /// Rings, before shells and holes are put together.
    private var loose = Polylines()
    /// Which of them are holes.
    private var isHole: [Bool] = []

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
        isHole.removeAll(keepingCapacity: true)
        var isCovered = false
        for index in 0..<ringCount {
            let ring = UnsafeBufferPointer(rebasing: points[range(index)]).withoutRepeatedEnd
            guard ring.count > 2 else { continue }
            let before = parts.count
            switch rectangle.cut(ring, into: &parts) {
            case .inside:
                loose.add(contentsOf: ring)
                guard loose.endRing(), noteLastRing() else { continue }
                if isHole[isHole.count - 1] != (index > 0) {
                    loose.reverseLast()
                    isHole[isHole.count - 1].toggle()
                }
            case .outside:
                if Self.contains(rectangle.center, ring) { isCovered.toggle() }
            case .crossing:
                for _ in before..<parts.count { origins.append(index) }
                if Self.isCounterclockwise(ring) != (index == 0) { parts.reverse(from: before) }
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
        borderTouches.removeAll(keepingCapacity: true)
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
                borderTouches.append((BorderPlace(rectangle, start), start))
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
        let touches = noteTouches()
        if isCovered, crossings.isEmpty { addRectangle() }
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
        if touches {
            loose.relinkAtTouches()
            isHole.removeAll(keepingCapacity: true)
            for ring in 0..<loose.count { isHole.append(area(ofLoose: ring) < 0) }
        }
    }

    /// Whether rings touch of which the border may make one. If so the rings inside become parts too, and all have a vertex where they touch.
    private mutating func noteTouches() -> Bool {
        guard !borderTouches.isEmpty || origins.contains(where: { $0 != origins[0] }) else { return false }
        let count = parts.count
        for ring in 0..<loose.count {
            parts.append(closed: ring, of: loose)
            origins.append(-1 - ring)
        }
        guard parts.touch(between: origins) else {
            parts.removeLast(parts.count - count)
            borderTouches.removeAll(keepingCapacity: true)
            return false
        }
        loose.removeAll()
        isHole.removeAll(keepingCapacity: true)
        for part in count..<parts.count {
            next.append(part)
            isEntered.append(false)
        }
        parts.addTouchedVertices(origins: origins)
        borderTouches.sort { $0.place < $1.place }
        return true
    }

    private mutating func addRectangle() {
        for side in 0..<4 {
            loose.add(rectangle.corner(side))
            addTouches(of: side)
        }
        loose.endRing()
        isHole.append(false)
    }

    /// Adds the touched points of a side of the border, as far as they are after one place and before another.
    private mutating func addTouches(of side: Int, after: BorderPlace? = nil, before: BorderPlace? = nil) {
        if borderTouches.isEmpty { return }
        let start = borderTouches.partitioningIndex { touch in
            after.map { $0 < touch.place } ?? (side <= touch.place.side)
        }
        for (place, point) in borderTouches[start...] {
            guard place.side == side, before.map({ place < $0 }) ?? true else { return }
            loose.add(point)
        }
    }

    /// Finds out what the ring is that was added last; false, and the ring is dropped, if it has no area.
    @discardableResult
    private mutating func noteLastRing() -> Bool {
        let area = loose.points.withUnsafeBufferPointer {
            Self.twiceArea(UnsafeBufferPointer(rebasing: $0[loose.range(of: loose.count - 1)]))
        }
        guard area != 0 else {
            loose.removeLast()
            return false
        }
        isHole.append(area < 0)
        return true
    }

    private mutating func followParts() {
        for first in next.indices where next[first] >= 0 {
            var part = first
            var isClosed = false
            while next[part] >= 0 {
                let range = parts.range(of: part)
                parts.points.withUnsafeBufferPointer { loose.add(contentsOf: UnsafeBufferPointer(rebasing: $0[range])) }
                let following = next[part]
                next[part] = -1
                isClosed = following == part && parts.points[range.lowerBound] == parts.points[range.upperBound - 1]
                if !isClosed {
                    walkBorder(
                        from: parts.points[range.upperBound - 1],
                        to: parts.points[parts.range(of: following).lowerBound])
                }
                part = following
            }
            guard loose.endRing() else { continue }
            if isClosed || loose.points.count - loose.range(of: loose.count - 1).lowerBound <= 8 {
                // It may have no area, where a ring runs along the border and back.
                noteLastRing()
            } else {
                // What goes on along the border has the polygon on its left all the way around.
                isHole.append(false)
            }
        }
    }

    /// Adds the corners passed on the way along the border, counter-clockwise.
    private mutating func walkBorder(from start: SIMD2<Double>, to end: SIMD2<Double>) {
        let from = BorderPlace(rectangle, start), to = BorderPlace(rectangle, end)
        if start == end { return }
        var side = from.side
        var after: BorderPlace? = from
        while side != to.side || (after != nil && to < from) {
            addTouches(of: side, after: after)
            side = (side + 1) % 4
            loose.add(rectangle.corner(side))
            after = nil
        }
        addTouches(of: side, after: after, before: to)
    }

    // MARK: Shells and holes

    /// Puts each hole behind the shell that it lies in.
    private mutating func collect(into polygons: inout Polygons) {
        if polygons.rings.isEmpty, !isHole.contains(true) {
            // Shells alone are handed over without copying them.
            polygons.shells.append(contentsOf: 0..<loose.count)
            swap(&loose, &polygons.rings)
            return
        }
        let shells = isHole.indices.filter { !isHole[$0] && area(ofLoose: $0) != 0 }
        var holes = isHole.indices.filter { isHole[$0] }
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

    private func area(ofLoose ring: Int) -> Double {
        loose.points.withUnsafeBufferPointer {
            Self.twiceArea(UnsafeBufferPointer(rebasing: $0[loose.range(of: ring)]))
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

    /// Whether a ring that does not cross itself runs counter-clockwise: how it turns at a lowest point.
    static func isCounterclockwise(_ ring: UnsafeBufferPointer<SIMD2<Double>>) -> Bool {
        guard let lowest = lowestPoint(ring) else { return false }
        let place = ring[lowest]
        var before = lowest == 0 ? ring.count - 1 : lowest - 1
        while before != lowest, ring[before] == place { before = before == 0 ? ring.count - 1 : before - 1 }
        var after = lowest + 1 == ring.count ? 0 : lowest + 1
        while after != lowest, ring[after] == place { after = after + 1 == ring.count ? 0 : after + 1 }
        let from = place - ring[before], to = ring[after] - place
        let turn = from.x * to.y - from.y * to.x
        return turn != 0 ? turn > 0 : twiceArea(ring) > 0
    }

    private static func lowestPoint(_ ring: UnsafeBufferPointer<SIMD2<Double>>) -> Int? {
        guard let base = ring.baseAddress.map({ UnsafeRawPointer($0) }), !ring.isEmpty else { return nil }
        // Of each block the least height; only the lowest block is looked at point by point.
        let block = 32
        var lowest = 0
        var y = ring[0].y
        var start = 0
        while start &+ block <= ring.count {
            var least = (
                (base + start &* 16).loadUnaligned(as: SIMD4<Double>.self),
                (base + start &* 16 + 32).loadUnaligned(as: SIMD4<Double>.self)
            )
            var index = start &+ 4
            while index < start &+ block {
                let first = (base + index &* 16).loadUnaligned(as: SIMD4<Double>.self)
                let second = (base + index &* 16 + 32).loadUnaligned(as: SIMD4<Double>.self)
                least.0.replace(with: first, where: first .< least.0)
                least.1.replace(with: second, where: second .< least.1)
                index &+= 4
            }
            least.0.replace(with: least.1, where: least.1 .< least.0)
            let height = Swift.min(least.0[1], least.0[3])
            if height < y {
                y = height
                lowest = start
            }
            start &+= block
        }
        for index in start..<ring.count where ring[index].y < y {
            y = ring[index].y
            lowest = index
        }
        while ring[lowest].y != y { lowest &+= 1 }
        return lowest
    }

    /// Twice the signed area of a ring (the shoelace formula), relative to its first point for precision.
    static func twiceArea(_ ring: UnsafeBufferPointer<SIMD2<Double>>) -> Double {
        guard ring.count > 2 else { return 0 }
        let origin = SIMD4(lowHalf: ring[0], highHalf: ring[0])
        // Two edges at once, (x₀ y₁, y₀ x₁, x₁ y₂, y₁ x₂), and two sums, since one would wait for each addition.
        var sums = (SIMD4<Double>.zero, SIMD4<Double>.zero)
        let base = UnsafeRawPointer(ring.baseAddress!)
        @inline(__always) func products(_ index: Int) -> SIMD4<Double> {
            let from = (base + index &* 16).loadUnaligned(as: SIMD4<Double>.self) - origin
            let to = (base + (index &+ 1) &* 16).loadUnaligned(as: SIMD4<Double>.self) - origin
            return from * SIMD4(to[1], to[0], to[3], to[2])
        }
        // The edges at the origin have no part in it.
        var index = 1
        while index &+ 5 <= ring.count {
            sums.0 += products(index)
            sums.1 += products(index &+ 2)
            index &+= 4
        }
        let sum = sums.0 + sums.1
        var area = sum[0] - sum[1] + sum[2] - sum[3]
        while index &+ 1 < ring.count {
            let a = ring[index] - ring[0], b = ring[index &+ 1] - ring[0]
            area += a.x * b.y - a.y * b.x
            index &+= 1
        }
        return area
    }

    /// Whether a point lies in a ring: the number of edges right of it is odd.
    static func contains(_ p: SIMD2<Double>, _ ring: UnsafeBufferPointer<SIMD2<Double>>) -> Bool {
        let none = Double.infinity
        var isInside = false
        var isAbove = ring[ring.count - 1].y > p.y
        var index = 0
        while true {
            // Only edges between a point above and one that is not can be right of it.
            index =
                isAbove
                ? ring.endOfRun(from: index, above: SIMD2(-none, p.y), isOpen: true)
                : ring.endOfRun(from: index, below: SIMD2(none, p.y), isOpen: false)
            if index == ring.count { return isInside }
            let a = ring[index == 0 ? ring.count - 1 : index - 1], b = ring[index]
            let side = (b.x - a.x) * (p.y - a.y) - (p.x - a.x) * (b.y - a.y)
            if (side > 0) == (b.y > a.y), side != 0 { isInside.toggle() }
            isAbove.toggle()
        }
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
