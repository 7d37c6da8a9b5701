/// Makes the rings of a feature valid polygons again after they were simplified and rounded to the grid of a vector tile.
///
///      ┏━━━━━━┓         ┏━━━━━━┓        what was a narrow neck crosses itself on the grid: the crossing becomes a vertex, and
///      ┃  ┏━╲╱┛   ──▶   ┃  ┏━━╲┛        what has a positive winding number, the inside
///      ┗━━┛ ╱╲          ┗━━┛  ╱╲
///
/// Most rings are valid as they are, which costs one look at each pair of edges beside each other. Others go through ``SnapRounding``
/// and ``GridFaces``. Valid is what OGC's simple features say: rings that cross neither themselves nor others and touch in points only,
/// holes inside, interiors in one piece.
///
/// Made to be used again: it keeps its memory.
struct GridPolygons {
    private var edges = GridEdges()

    /// Replaces rings that are no valid polygons by those that mean the same.
    mutating func mend(_ rings: inout GridRings) {
        var step: Int32 = 1
        while !rings.isEmpty {
            do throws(GridEdges.TooDense) {
                edges.take(rings)
                if try areApart(), Self.areNested(rings) { return }
                rings = GridFaces(try SnapRounding.chains(of: edges)).polygons()
                return
            } catch {
                // Nothing of a tangle as dense can be told apart in a picture: it is told on a coarser grid.
                step *= 4
                rings = rings.coarser(step)
            }
        }
    }

    private func areApart() throws(GridEdges.TooDense) -> Bool {
        var result = true
        try edges.forEachMeeting { _, _, _ in
            result = false
            return false
        }
        return result
    }

    /// Whether each hole lies in its shell and in nothing else, of rings that have no point in common.
    private static func areNested(_ rings: GridRings) -> Bool {
        guard rings.count > 1 else { return true }
        let boxes = (0..<rings.count).map { GridBox(rings.places[rings.range(of: $0)]) }
        for ring in 0..<rings.count {
            let place = rings.places[rings.range(of: ring).lowerBound]
            var winding = 0
            var isInShell = false
            for other in 0..<rings.count where other != ring && boxes[other].contains(place) {
                guard contains(place, rings.places[rings.range(of: other)]) else { continue }
                winding += rings.isShell(other) ? 1 : -1
                if other == rings.shells[ring] { isInShell = true }
            }
            guard rings.isShell(ring) ? winding == 0 : winding == 1 && isInShell else { return false }
        }
        return true
    }

    /// Whether a place lies in a ring: the number of edges right of it is odd. Places on the ring may be either.
    static func contains(_ place: GridRings.Place, _ ring: some BidirectionalCollection<GridRings.Place>) -> Bool {
        guard var from = ring.last else { return false }
        var isInside = false
        for to in ring {
            if (from.y > place.y) != (to.y > place.y), (GridRings.turn(from, to, place) > 0) == (to.y > from.y) {
                isInside.toggle()
            }
            from = to
        }
        return isInside
    }
}

/// The smallest upright box around places.
struct GridBox {
    var low = GridRings.Place(.max, .max)
    var high = GridRings.Place(.min, .min)

    init(_ places: some Sequence<GridRings.Place>) {
        for place in places {
            low = pointwiseMin(low, place)
            high = pointwiseMax(high, place)
        }
    }

    @inline(__always)
    func contains(_ place: GridRings.Place) -> Bool {
        place.x >= low.x && place.x <= high.x && place.y >= low.y && place.y <= high.y
    }
}
