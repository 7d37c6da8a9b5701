/// An area prepared for many questions whether a position is in it.
///
/// Its edges are sorted into slabs of latitude, so that a question looks only at the edges of one slab. Where it is, is
/// decided by the even-odd rule over all rings; the boundary belongs to the area.
///
/// Memory: at most 160 bytes a vertex. Building: O(*n*).
public struct AreaIndex: Sendable {
    /// The box around the area; nil if it is empty.
    public let bounds: Bounds?

    private struct Edge {
        var from: Coordinate
        var to: Coordinate
    }

    private let slabsPerDegree: Double
    /// Where in `edges` each slab begins, and where the last one ends.
    private let starts: [Int32]
    private let edges: [Edge]

    /// The polygons of a geometry, those in collections too; points and lines have no area.
    public init(_ geometry: Geometry) {
        self.init(geometry.polygons)
    }

    public init(_ polygons: [Polygon]) {
        self.init(rings: polygons.flatMap(\.rings))
    }

    init(rings: [[Coordinate]]) {
        var bounds = Bounds.empty
        var count = 0
        var climb = 0.0
        for ring in rings {
            var latitude = ring.last?.latitude ?? 0
            for coordinate in ring {
                bounds.extend(to: coordinate)
                climb += (coordinate.latitude - latitude).magnitude
                latitude = coordinate.latitude
            }
            count += ring.count
        }
        guard count > 0, bounds.south <= bounds.north, bounds.height.isFinite else {
            self.bounds = nil
            slabsPerDegree = 0
            starts = [0, 0]
            edges = []
            return
        }
        self.bounds = bounds
        // Edges that go far north or south are in many slabs: no more slabs than keep their copies in proportion.
        let affordable = climb > 0 ? Double(count) * 4 * bounds.height / climb : 1
        let slabs = max(1, min(count / 2, 1 << 16, Int(saturating: affordable)))
        // Of a height next to nothing there are more slabs in a degree than a number can tell: then one has all edges.
        let perDegree = bounds.height > 0 ? Double(slabs) / bounds.height : 0
        let slabsPerDegree = perDegree.isFinite ? perDegree : 0
        let south = bounds.south

        func slab(_ latitude: Double) -> Int { Self.slab(latitude, south, slabsPerDegree, count: slabs) }
        func forEachEdge(_ body: (Edge, ClosedRange<Int>) -> Void) {
            for ring in rings where ring.count > 0 {
                var previous = ring[ring.count - 1]
                for coordinate in ring {
                    defer { previous = coordinate }
                    guard coordinate != previous else { continue }
                    let low = slab(min(previous.latitude, coordinate.latitude))
                    let high = slab(max(previous.latitude, coordinate.latitude))
                    body(Edge(from: previous, to: coordinate), low...high)
                }
            }
        }

        var starts = [Int32](repeating: 0, count: slabs + 1)
        forEachEdge { _, range in for slab in range { starts[slab + 1] += 1 } }
        for slab in 1...slabs { starts[slab] += starts[slab - 1] }
        var places = starts
        let nowhere = Coordinate(longitude: 0, latitude: 0)
        var edges = [Edge](repeating: Edge(from: nowhere, to: nowhere), count: Int(starts[slabs]))
        forEachEdge { edge, range in
            for slab in range {
                edges[Int(places[slab])] = edge
                places[slab] += 1
            }
        }
        self.slabsPerDegree = slabsPerDegree
        self.starts = starts
        self.edges = edges
    }

    /// Whether a position is in the area or on its boundary.
    ///
    /// Complexity: O(*n*/slabs) on average, of which there are half as many as vertices.
    public func contains(_ coordinate: Coordinate) -> Bool { location(of: coordinate) != .outside }

    /// The slab of a latitude, 0 from the south; positions beyond the last are in the last.
    @inline(__always)
    private static func slab(_ latitude: Double, _ south: Double, _ slabsPerDegree: Double, count: Int) -> Int {
        Int(min((latitude - south) * slabsPerDegree, Double(count - 1)))
    }

    enum Location { case inside, boundary, outside }

    func location(of coordinate: Coordinate) -> Location {
        guard let bounds, bounds.contains(coordinate) else { return .outside }
        let slab = Self.slab(coordinate.latitude, bounds.south, slabsPerDegree, count: starts.count - 1)
        var isInside = false
        for index in Int(starts[slab])..<Int(starts[slab + 1]) {
            switch crossing(of: coordinate, edges[index].from, edges[index].to) {
            case .none: break
            case .crossed: isInside.toggle()
            case .touched: return .boundary
            }
        }
        return isInside ? .inside : .outside
    }
}

/// What the ray from a position to the east meets at an edge.
enum RayCrossing { case none, crossed, touched }

/// Counts an edge that goes over the ray, its lower end included and its upper one not.
@inline(__always)
func crossing(of position: Coordinate, _ from: Coordinate, _ to: Coordinate) -> RayCrossing {
    let isFromAbove = from.latitude > position.latitude
    let isToAbove = to.latitude > position.latitude
    if isFromAbove == isToAbove {
        // Only the ends of an edge below, or all of a level one, can be at the latitude of the position.
        guard !isFromAbove, max(from.latitude, to.latitude) == position.latitude else { return .none }
        if from.latitude == to.latitude {
            let isWithin =
                min(from.longitude, to.longitude) <= position.longitude
                && position.longitude <= max(from.longitude, to.longitude)
            return isWithin ? .touched : .none
        }
        return from == position || to == position ? .touched : .none
    }
    let (west, east) = from.longitude < to.longitude ? (from.longitude, to.longitude) : (to.longitude, from.longitude)
    if position.longitude > east { return .none }
    if position.longitude < west { return .crossed }
    let side = Orientation.sign(from, to, position)
    if side == 0 { return .touched }
    return (side > 0) == isToAbove ? .crossed : .none
}

extension Polygon {
    /// Whether a position is in the polygon or on its boundary, by the even-odd rule over all rings.
    ///
    /// Complexity: O(*n*). For many positions use an ``AreaIndex``.
    public func contains(_ coordinate: Coordinate) -> Bool {
        var isInside = false
        for ring in rings {
            guard var previous = ring.last else { continue }
            for next in ring {
                switch crossing(of: coordinate, previous, next) {
                case .none: break
                case .crossed: isInside.toggle()
                case .touched: return true
                }
                previous = next
            }
        }
        return isInside
    }
}

extension Geometry {
    /// The polygons in the geometry, those in collections too.
    public var polygons: [Polygon] {
        switch self {
        case .polygon(let polygon): [polygon]
        case .multiPolygon(let polygons): polygons
        case .geometryCollection(let members): members.flatMap(\.polygons)
        case .point, .multiPoint, .lineString, .multiLineString: []
        }
    }
}

/// Several areas, districts say, prepared for many questions in which of them a position is.
public struct AreaLocator: Sendable {
    private let areas: [AreaIndex]

    public init(_ geometries: [Geometry]) {
        areas = geometries.map { AreaIndex($0) }
    }

    /// The first area that a position is in, counted from 0.
    public func first(containing coordinate: Coordinate) -> Int? {
        areas.firstIndex { $0.contains(coordinate) }
    }

    /// All areas that a position is in, counted from 0: two on a common border.
    public func all(containing coordinate: Coordinate) -> [Int] {
        areas.indices.filter { areas[$0].contains(coordinate) }
    }
}
