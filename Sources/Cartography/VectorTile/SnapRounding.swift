import Geometry

/// Edges on a grid, cut so that they meet at their ends only.
///
/// Hobby, "Practical segment intersection with finite precision output", Computational Geometry 13, 1999: every end of an edge and every
/// crossing, rounded, makes its square of the grid *hot*, and each edge is led through the middles of all hot squares that it passes.
/// Nothing crosses afterwards, and no edge has moved over a vertex.
enum SnapRounding {
    /// A way from place to place along one edge, in the direction of its ring.
    typealias Chain = (from: GridRings.Place, to: GridRings.Place)

    static func chains(of edges: GridEdges) throws(GridEdges.TooDense) -> [Chain] {
        var hot: [UInt64] = []
        hot.reserveCapacity(edges.edges.count)
        for edge in edges.edges { hot.append(key(edge.from)) }
        try edges.forEachMeeting { a, b, meeting in
            if meeting == .crossing { hot.append(key(crossing(a, b))) }
            return true
        }
        hot.sort()
        var squares: [GridRings.Place] = []
        squares.reserveCapacity(hot.count)
        for (index, key) in hot.enumerated() where index == 0 || key != hot[index - 1] { squares.append(place(key)) }

        var chains: [Chain] = []
        var passed: [(along: Int64, place: GridRings.Place)] = []
        var looks = 0
        for edge in edges.edges {
            passed.removeAll(keepingCapacity: true)
            let direction = edge.to &- edge.from
            var index = squares.partitioningIndex { $0.x >= edge.low.x }
            while index < squares.count, squares[index].x <= edge.high.x {
                let square = squares[index]
                if square.y >= edge.low.y, square.y <= edge.high.y, passes(edge, square) {
                    let step = square &- edge.from
                    passed.append((Int64(step.x) * Int64(direction.x) + Int64(step.y) * Int64(direction.y), square))
                }
                index += 1
                looks += 1
            }
            if looks > edges.patience { throw GridEdges.TooDense() }
            passed.sort { $0.along < $1.along }
            for (from, to) in zip(passed, passed.dropFirst()) { chains.append((from.place, to.place)) }
        }
        return chains
    }

    // MARK: Places as keys, from left to right and upwards

    static func key(_ place: GridRings.Place) -> UInt64 {
        UInt64(UInt32(bitPattern: place.x &+ 0x4000_0000)) << 32 | UInt64(UInt32(bitPattern: place.y &+ 0x4000_0000))
    }

    static func place(_ key: UInt64) -> GridRings.Place {
        GridRings.Place(
            Int32(bitPattern: UInt32(truncatingIfNeeded: key >> 32)) &- 0x4000_0000,
            Int32(bitPattern: UInt32(truncatingIfNeeded: key)) &- 0x4000_0000)
    }

    // MARK: Exact geometry

    /// Where two edges cross, rounded to the square that it lies in. Differences of up to 2^17 are exact.
    private static func crossing(_ a: GridEdges.Edge, _ b: GridEdges.Edge) -> GridRings.Place {
        let (u, v) = (a.to &- a.from, b.to &- b.from)
        let w = b.from &- a.from
        var whole = Int64(u.x) * Int64(v.y) - Int64(u.y) * Int64(v.x)
        var part = Int64(w.x) * Int64(v.y) - Int64(w.y) * Int64(v.x)
        if whole < 0 { (whole, part) = (-whole, -part) }
        return GridRings.Place(
            a.from.x &+ Int32(rounded(Int64(u.x) * part, whole)), a.from.y &+ Int32(rounded(Int64(u.y) * part, whole)))
    }

    /// A quotient rounded to nearest, halves upwards.
    private static func rounded(_ dividend: Int64, _ divisor: Int64) -> Int64 {
        let doubled = 2 * dividend + divisor
        let quotient = doubled / (2 * divisor)
        return doubled < 0 && quotient * 2 * divisor != doubled ? quotient - 1 : quotient
    }

    /// Whether an edge passes a square that its box reaches. A square holds its left and lower sides, not the others.
    ///
    /// In units of 1/65536 the square is closed: an edge between whole numbers of up to 2^13 that comes nearer to an open side than that
    /// lies on it.
    private static func passes(_ edge: GridEdges.Edge, _ square: GridRings.Place) -> Bool {
        if edge.from == square || edge.to == square { return true }
        let direction = edge.to &- edge.from
        let (dx, dy) = (Int64(direction.x), Int64(direction.y))
        let x = Int64(square.x &- edge.from.x) << 16, y = Int64(square.y &- edge.from.y) << 16
        let (left, right, bottom, top) = (x - 32768, x + 32767, y - 32768, y + 32767)
        guard left <= max(0, dx << 16), right >= min(0, dx << 16), bottom <= max(0, dy << 16), top >= min(0, dy << 16)
        else { return false }
        let sides = (dx * bottom - dy * left, dx * bottom - dy * right, dx * top - dy * left, dx * top - dy * right)
        let areAllLeft = sides.0 > 0 && sides.1 > 0 && sides.2 > 0 && sides.3 > 0
        let areAllRight = sides.0 < 0 && sides.1 < 0 && sides.2 < 0 && sides.3 < 0
        return !areAllLeft && !areAllRight
    }
}
