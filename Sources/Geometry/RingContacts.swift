/// Two edges of rings that meet where they must not.
struct RingContact {
    enum Kind { case crossing, touch, overlap }

    var kind: Kind
    var ring: Int
    /// The edge, by the index of the position where it begins.
    var segment: Int
    var otherRing: Int
    var place: Coordinate
}

/// An edge of a ring, its ends in the order in which a line that sweeps east, and north along itself, comes to them.
private struct Segment {
    var west: Coordinate
    var east: Coordinate
    var ring: Int32
    /// The index of the position in the ring where the edge begins.
    var index: Int32

    init(_ from: Coordinate, _ to: Coordinate, ring: Int, index: Int) {
        (west, east) = precedes(from, to) ? (from, to) : (to, from)
        self.ring = Int32(ring)
        self.index = Int32(index)
    }
}

@inline(__always)
private func precedes(_ one: Coordinate, _ other: Coordinate) -> Bool {
    one.longitude != other.longitude ? one.longitude < other.longitude : one.latitude < other.latitude
}

/// Finds forbidden contacts among the edges of a polygon's rings with a line that sweeps over them from west to east.
///
/// Edges on the line are kept from south to north. Two that meet are neighbors there before they do, so only neighbors are
/// compared: M. I. Shamos, D. Hoey, *Geometric Intersection Problems*, 1976. The search ends at the first contact that is
/// forbidden; those that are not, of one ring with another in a single point, leave the order as it is.
///
/// Sides are decided exactly, so no rounding can disturb the order. Complexity: O(*n* log *n*), whatever the rings.
struct RingContacts {
    private let segments: [Segment]
    /// For each ring, the number of its first edge, and behind them the number of edges.
    private let firsts: [Int]
    private var line: SweepLine

    /// A contact that valid rings do not have: any of a ring with itself, or a crossing or an overlap of two rings.
    ///
    /// The rings are closed, without repeated positions in a row, and of at least four positions.
    static func firstForbidden(in rings: [[Coordinate]]) -> RingContact? {
        var contacts = RingContacts(rings)
        return contacts.sweep()
    }

    private init(_ rings: [[Coordinate]]) {
        var segments: [Segment] = []
        segments.reserveCapacity(rings.reduce(0) { $0 + $1.count })
        var firsts = [0]
        for (number, ring) in rings.enumerated() {
            for index in 1..<ring.count {
                segments.append(Segment(ring[index - 1], ring[index], ring: number, index: index - 1))
            }
            firsts.append(segments.count)
        }
        self.segments = segments
        self.firsts = firsts
        line = SweepLine(capacity: segments.count)
    }

    private mutating func sweep() -> RingContact? {
        // A vertex bears the number of the edge that begins there.
        let vertices = sortedVertices()
        var start = 0
        while start < vertices.count {
            let place = vertices[start].place
            var end = start + 1
            while end < vertices.count, vertices[end].place == place { end += 1 }
            if let contact = contactAmong(vertices[start..<end]) { return contact }
            for vertex in vertices[start..<end] {
                let edges = edges(at: Int(vertex.edge))
                for index in edges.indices where segments[edges[index]].east == place {
                    if let contact = leave(edges[index]) { return contact }
                }
            }
            for vertex in vertices[start..<end] {
                let edges = edges(at: Int(vertex.edge))
                for index in edges.indices where segments[edges[index]].west == place {
                    if let contact = enter(edges[index]) { return contact }
                }
            }
            start = end
        }
        return nil
    }

    private struct Vertex {
        var place: Coordinate
        var edge: Int32
    }

    private func sortedVertices() -> [Vertex] {
        var vertices: [Vertex] = []
        vertices.reserveCapacity(segments.count)
        for ring in 0..<(firsts.count - 1) {
            for edge in firsts[ring]..<firsts[ring + 1] {
                vertices.append(Vertex(place: beginning(of: edge), edge: Int32(edge)))
            }
        }
        vertices.sort { one, other in
            one.place == other.place ? one.edge < other.edge : precedes(one.place, other.place)
        }
        return vertices
    }

    /// The position where an edge begins in its ring: the end that it has in common with the edge before.
    private func beginning(of edge: Int) -> Coordinate {
        let (segment, previous) = (segments[edge], segments[self.previous(edge)])
        return segment.west == previous.west || segment.west == previous.east ? segment.west : segment.east
    }

    private func previous(_ edge: Int) -> Int {
        let first = firsts[Int(segments[edge].ring)]
        return edge == first ? firsts[Int(segments[edge].ring) + 1] - 1 : edge - 1
    }

    /// The edges that meet at the vertex where an edge begins.
    private func edges(at vertex: Int) -> [2 of Int] { [previous(vertex), vertex] }

    /// A ring that comes twice to the same position.
    private func contactAmong(_ vertices: ArraySlice<Vertex>) -> RingContact? {
        for (one, other) in zip(vertices, vertices.dropFirst()) {
            let (segment, second) = (segments[Int(one.edge)], segments[Int(other.edge)])
            guard segment.ring == second.ring else { continue }
            return RingContact(
                kind: .touch, ring: Int(segment.ring), segment: Int(second.index), otherRing: Int(segment.ring),
                place: one.place)
        }
        return nil
    }

    private mutating func enter(_ edge: Int) -> RingContact? {
        let segments = segments
        let segment = segments[edge]
        line.insert(edge) { Self.isNorth(segment, of: segments[$0]) }
        return forbidden(line.south(of: edge), edge) ?? forbidden(edge, line.north(of: edge))
    }

    private mutating func leave(_ edge: Int) -> RingContact? {
        let (south, north) = (line.south(of: edge), line.north(of: edge))
        line.remove(edge)
        return forbidden(south, north)
    }

    /// Whether an edge that begins on the sweep line goes north of one that is there.
    @inline(__always)
    private static func isNorth(_ segment: Segment, of other: Segment) -> Bool {
        let side = Orientation.sign(other.west, other.east, segment.west)
        return side != 0 ? side > 0 : Orientation.sign(other.west, other.east, segment.east) > 0
    }

    // MARK: Two edges

    private func forbidden(_ one: Int?, _ other: Int?) -> RingContact? {
        guard let one, let other else { return nil }
        let (a, b) = (segments[min(one, other)], segments[max(one, other)])
        guard let kind = Self.contact(a.west, a.east, b.west, b.east) else { return nil }
        if a.ring != b.ring {
            guard kind != .touch else { return nil }
        } else if previous(max(one, other)) == min(one, other) || previous(min(one, other)) == max(one, other) {
            guard kind == .overlap else { return nil }
        }
        return RingContact(
            kind: kind, ring: Int(a.ring), segment: Int(a.index), otherRing: Int(b.ring), place: place(of: kind, a, b))
    }

    /// How two edges meet.
    static func contact(
        _ a: Coordinate, _ b: Coordinate, _ c: Coordinate, _ d: Coordinate
    ) -> RingContact.Kind? {
        guard min(a.longitude, b.longitude) <= max(c.longitude, d.longitude),
            min(c.longitude, d.longitude) <= max(a.longitude, b.longitude),
            min(a.latitude, b.latitude) <= max(c.latitude, d.latitude),
            min(c.latitude, d.latitude) <= max(a.latitude, b.latitude)
        else { return nil }
        let sideC = Orientation.sign(a, b, c)
        let sideD = Orientation.sign(a, b, d)
        if sideC * sideD > 0 { return nil }
        let sideA = Orientation.sign(c, d, a)
        let sideB = Orientation.sign(c, d, b)
        if sideA * sideB > 0 { return nil }
        if sideC * sideD < 0, sideA * sideB < 0 { return .crossing }
        guard sideC == 0, sideD == 0 else { return .touch }
        // On one line: along the longer extent, do they share more than a point?
        let isLevel = (a.longitude - b.longitude).magnitude >= (a.latitude - b.latitude).magnitude
        let (a, b, c, d) =
            isLevel
            ? (a.longitude, b.longitude, c.longitude, d.longitude) : (a.latitude, b.latitude, c.latitude, d.latitude)
        return min(max(a, b), max(c, d)) > max(min(a, b), min(c, d)) ? .overlap : .touch
    }

    private func place(of kind: RingContact.Kind, _ one: Segment, _ other: Segment) -> Coordinate {
        if kind == .crossing { return Self.crossing(one.west, one.east, other.west, other.east) }
        // An end of one of them on the other.
        if Orientation.isOn(one.west, other.west, other.east) { return one.west }
        if Orientation.isOn(other.west, one.west, one.east) { return other.west }
        return Orientation.isOn(one.east, other.west, other.east) ? one.east : other.east
    }

    /// Where two edges that cross do so, nearly.
    private static func crossing(_ a: Coordinate, _ b: Coordinate, _ c: Coordinate, _ d: Coordinate) -> Coordinate {
        let (ux, uy) = (b.longitude - a.longitude, b.latitude - a.latitude)
        let (vx, vy) = (d.longitude - c.longitude, d.latitude - c.latitude)
        let determinant = ux * vy - uy * vx
        guard determinant != 0 else { return c }
        let share = ((c.longitude - a.longitude) * vy - (c.latitude - a.latitude) * vx) / determinant
        return Coordinate(longitude: a.longitude + share * ux, latitude: a.latitude + share * uy)
    }
}

extension Orientation {
    /// Whether a position lies on an edge.
    static func isOn(_ position: Coordinate, _ from: Coordinate, _ to: Coordinate) -> Bool {
        crossing(of: position, from, to) == .touched
    }
}
