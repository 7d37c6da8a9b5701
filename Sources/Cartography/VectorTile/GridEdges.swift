/// The edges of rings on a grid, in the order of their left ends: what finds the edges that meet.
struct GridEdges {
    struct Edge {
        var from: GridRings.Place
        var to: GridRings.Place
        var low: GridRings.Place
        var high: GridRings.Place
        var ring: Int32
        /// The place of the edge in its ring, and how many the ring has.
        var index: Int32
        var ringCount: Int32

        /// Whether the other edge begins where this one ends, or ends where it begins.
        @inline(__always)
        func isNext(to other: Edge) -> Bool {
            guard ring == other.ring else { return false }
            let distance = abs(index - other.index)
            return distance == 1 || distance == ringCount - 1
        }
    }

    /// How two edges meet.
    enum Meeting { case crossing, touch }

    /// There are so many edges beside each other that looking at all pairs would take too long.
    struct TooDense: Error {}

    private(set) var edges: ContiguousArray<Edge> = []
    private var keys: ContiguousArray<UInt64> = []
    private var unsorted: ContiguousArray<Edge> = []

    /// So many pairs are looked at: many times what edges of areas need that lie beside each other, and at most some milliseconds more.
    var patience: Int { 1_000_000 + 64 * edges.count }

    mutating func take(_ rings: GridRings) {
        keys.removeAll(keepingCapacity: true)
        edges.removeAll(keepingCapacity: true)
        unsorted.removeAll(keepingCapacity: true)
        for ring in 0..<rings.count {
            let range = rings.range(of: ring)
            var from = rings.places[range.upperBound - 1]
            for place in range {
                let to = rings.places[place]
                let low = pointwiseMin(from, to)
                keys.append(UInt64(UInt32(bitPattern: low.x &+ 0x4000_0000)) << 32 | UInt64(unsorted.count))
                unsorted.append(
                    Edge(
                        from: from, to: to, low: low, high: pointwiseMax(from, to), ring: Int32(ring),
                        index: Int32(place - range.lowerBound), ringCount: Int32(range.count)))
                from = to
            }
        }
        keys.sort()
        for key in keys { edges.append(unsorted[Int(UInt32(truncatingIfNeeded: key))]) }
    }

    /// Calls `body` with the pairs of edges that have a point in common which is not the corner between them, until it says no.
    ///
    /// Complexity: O(*n* log *n*) and the pairs whose extents overlap from left to right.
    func forEachMeeting(_ body: (Edge, Edge, Meeting) -> Bool) throws(TooDense) {
        var pairs = 0
        for first in edges.indices {
            let a = edges[first]
            var second = first + 1
            while second < edges.count, edges[second].low.x <= a.high.x {
                let b = edges[second]
                second += 1
                guard b.low.y <= a.high.y, b.high.y >= a.low.y, !a.isNext(to: b) else { continue }
                if let meeting = Self.meeting(a, b), !body(a, b, meeting) { return }
            }
            pairs += second - first
            if pairs > patience { throw TooDense() }
        }
    }

    /// Of edges whose boxes meet.
    @inline(__always)
    private static func meeting(_ a: Edge, _ b: Edge) -> Meeting? {
        let (fromSide, toSide) = (GridRings.turn(a.from, a.to, b.from), GridRings.turn(a.from, a.to, b.to))
        if (fromSide > 0 && toSide > 0) || (fromSide < 0 && toSide < 0) { return nil }
        let (otherFrom, otherTo) = (GridRings.turn(b.from, b.to, a.from), GridRings.turn(b.from, b.to, a.to))
        if (otherFrom > 0 && otherTo > 0) || (otherFrom < 0 && otherTo < 0) { return nil }
        return fromSide != 0 && toSide != 0 && otherFrom != 0 && otherTo != 0 ? .crossing : .touch
    }
}
