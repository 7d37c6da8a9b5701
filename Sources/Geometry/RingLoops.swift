/// Rings that touch themselves in a vertex, taken apart there.
///
/// A ring that comes back to one of its vertices without crossing itself has one meaning, though OGC's simple features
/// want it written differently: a loop that runs the other way inside the ring is a hole, and loops that run the same way
/// beside each other are areas of their own.
enum RingLoops {
    /// The polygons that a polygon's rings mean, of which only the exterior one and holes that fall apart into holes are
    /// taken apart; nil if none touches itself in a vertex, or if what comes out is not clear.
    static func split(_ rings: [[Coordinate]]) -> [[[Coordinate]]]? {
        var loops = rings.map(loops)
        guard loops.contains(where: { $0.count > 1 }), loops.allSatisfy({ $0.allSatisfy { $0.count >= 4 } }) else {
            return nil
        }
        let exterior = loops.removeFirst()
        let isCounterclockwise = Ring.isCounterclockwise(rings[0])
        var outer = exterior.filter { Ring.isCounterclockwise($0) == isCounterclockwise }.map { [$0] }
        var holes = exterior.filter { Ring.isCounterclockwise($0) != isCounterclockwise }
        for (hole, parts) in zip(rings.dropFirst(), loops) {
            let direction = Ring.isCounterclockwise(hole)
            guard parts.allSatisfy({ Ring.isCounterclockwise($0) == direction }) else { return nil }
            holes += parts
        }
        let areas = outer.map { AreaIndex(rings: $0) }
        for hole in holes {
            guard let owner = areas.firstIndex(where: { area in hole.allSatisfy(area.contains) }) else { return nil }
            outer[owner].append(hole)
        }
        guard areAside(outer.map { $0[0] }, areas) else { return nil }
        return outer
    }

    /// Whether no ring reaches into another one.
    private static func areAside(_ rings: [[Coordinate]], _ areas: [AreaIndex]) -> Bool {
        guard rings.count > 1 else { return true }
        guard rings.count < 1000, RingContacts.firstForbidden(in: rings) == nil else { return false }
        for (number, ring) in rings.enumerated() {
            for (other, area) in areas.enumerated() where other != number {
                if ring.contains(where: { area.location(of: $0) == .inside }) { return false }
            }
        }
        return true
    }

    /// A closed ring as closed rings that come to each vertex once.
    static func loops(_ ring: [Coordinate]) -> [[Coordinate]] {
        var loops: [[Coordinate]] = []
        var path: [Coordinate] = []
        var places: [Coordinate: Int] = [:]
        places.reserveCapacity(ring.count)
        for coordinate in ring.dropLast() {
            if let place = places[coordinate] {
                let loop = Array(path[place...])
                for passed in loop.dropFirst() { places[passed] = nil }
                path.removeSubrange((place + 1)...)
                loops.append(loop + [coordinate])
            } else {
                places[coordinate] = path.count
                path.append(coordinate)
            }
        }
        if let first = path.first { loops.append(path + [first]) }
        return loops
    }
}
