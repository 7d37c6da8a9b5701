public import Geometry
import TimeBudgets

/// A geometry on the plane, ready for distances to it: in metres to its nearest point, 0 inside a polygon.
///
/// Edges are sorted into horizontal strips, so that a distance looks at those nearby only. Edges run straight on the
/// plane between projected vertices.
public struct PlaceShape: Sendable {
    /// The smallest rectangle around it.
    public let extent: PlaneExtent
    /// The area of its polygons in square metres, holes taken away.
    public let area: Double
    /// Positions that are not part of a line or ring.
    private let points: [PlanePoint]
    private let edges: [Edge]
    /// The edges of each strip, in one flat array.
    private let stripEdges: [Int32]
    private let stripStarts: [Int32]
    private let stripHeight: Double

    private struct Edge: Sendable {
        var a: PlanePoint
        var b: PlanePoint
        /// The polygon that the edge bounds, or −1 for a line.
        var polygon: Int32

        /// True if the ends of each lie on different sides of the other.
        func crosses(_ other: Edge) -> Bool {
            func side(_ p: PlanePoint, of edge: Edge) -> Double {
                (edge.b.x - edge.a.x) * (p.y - edge.a.y) - (edge.b.y - edge.a.y) * (p.x - edge.a.x)
            }
            return side(a, of: other) * side(b, of: other) < 0 && side(other.a, of: self) * side(other.b, of: self) < 0
        }
    }

    /// Nil for a geometry without any position.
    public init?(_ geometry: Geometry, on projection: LocalProjection) {
        var collector = EdgeCollector(projection: projection)
        collector.add(geometry)
        self.init(points: collector.points, rings: collector.rings, lines: collector.lines)
    }

    /// One polygon with these corners, or the line or point that is left of it; nil without corners.
    public init?(polygon corners: [PlanePoint]) {
        switch corners.count {
        case 0: return nil
        case 1: self.init(points: corners, rings: [], lines: [])
        case 2: self.init(points: [], rings: [], lines: [corners])
        default: self.init(points: [], rings: [[corners]], lines: [])
        }
    }

    fileprivate init?(points: [PlanePoint], rings polygons: [[[PlanePoint]]], lines: [[PlanePoint]]) {
        var edges = [Edge]()
        var area = 0.0
        for (number, rings) in polygons.enumerated() {
            for (index, ring) in rings.enumerated() {
                area += abs(ConvexHull.area(ring)) * (index == 0 ? 1 : -1)
                for corner in ring.indices {
                    let next = ring[corner + 1 == ring.count ? 0 : corner + 1]
                    edges.append(Edge(a: ring[corner], b: next, polygon: Int32(number)))
                }
            }
        }
        for line in lines {
            for (a, b) in zip(line, line.dropFirst()) { edges.append(Edge(a: a, b: b, polygon: -1)) }
        }
        let ends = points + edges.map(\.a) + edges.map(\.b)
        guard let extent = PlanePoints(ends).extent else { return nil }

        // Edges that go far north or south are in many strips: no more strips than keep their copies in proportion.
        let climb = edges.reduce(0.0) { $0 + ($1.a.y - $1.b.y).magnitude }
        let affordable = climb > 0 ? Double(edges.count) * 4 * extent.height / climb : 1
        let strips = max(1, min(1024, edges.count / 4, Int(saturating: affordable)))
        let height = max(extent.height / Double(strips), .leastNormalMagnitude)
        func strip(_ y: Double) -> Int { min(max(Int((y - extent.minY) / height), 0), strips - 1) }
        var lists = [[Int32]](repeating: [], count: strips)
        for (number, edge) in edges.enumerated() {
            for strip in strip(min(edge.a.y, edge.b.y))...strip(max(edge.a.y, edge.b.y)) {
                lists[strip].append(Int32(number))
            }
        }
        var starts: [Int32] = [0]
        for list in lists { starts.append(starts[starts.count - 1] + Int32(list.count)) }
        self.extent = extent
        self.area = area
        self.points = points
        self.edges = edges
        stripEdges = Array(lists.joined())
        stripStarts = starts
        stripHeight = height
    }

    /// Elementary steps of a distance to it at most, for ``BudgetMeter``.
    var cost: Int { 2 + points.count + edges.count }

    /// The one position that the shape is, if it is a point.
    public var singlePoint: PlanePoint? { edges.isEmpty && points.count == 1 ? points[0] : nil }

    /// The rings of its polygons, each ending where it begins.
    var outlines: [[PlanePoint]] {
        var outlines = [[PlanePoint]]()
        for edge in edges where edge.polygon >= 0 {
            if let last = outlines.last, last.last == edge.a, last.count == 1 || last.first != last.last {
                outlines[outlines.count - 1].append(edge.b)
            } else {
                outlines.append([edge.a, edge.b])
            }
        }
        return outlines
    }

    /// Whether a position is inside one of the polygons, by the even-odd rule.
    public func contains(_ point: PlanePoint) -> Bool {
        guard area > 0, extent.distance(toX: point.x, y: point.y) == 0 else { return false }
        var polygon: Int32 = -1
        var isInside = false
        for number in edgeRange(ofStrip: strip(at: point.y)) {
            let edge = edges[Int(stripEdges[number])]
            guard edge.polygon >= 0 else { continue }
            if edge.polygon != polygon {
                // Edges stand polygon by polygon; what one polygon holds, another need not hold too.
                if isInside { return true }
                polygon = edge.polygon
            }
            if (edge.a.y > point.y) != (edge.b.y > point.y), crossing(of: edge, at: point.y) > point.x {
                isInside.toggle()
            }
        }
        return isInside
    }

    /// The distance from a position in metres, 0 inside; infinite if it is more than `limit`.
    public func distance(to point: PlanePoint, atMost limit: Double = .infinity) -> Double {
        if contains(point) { return 0 }
        var best = limit * limit
        var found = false
        func take(_ square: Double) {
            if square <= best {
                best = square
                found = true
            }
        }
        for other in points {
            let (dx, dy) = (other.x - point.x, other.y - point.y)
            take(dx * dx + dy * dy)
        }
        if !edges.isEmpty {
            let own = strip(at: point.y)
            for strip in own..<stripStarts.count - 1 {
                let gap = extent.minY + Double(strip) * stripHeight - point.y
                if gap > 0, gap * gap > best { break }
                for number in edgeRange(ofStrip: strip) { take(squaredDistance(point, edges[Int(stripEdges[number])])) }
            }
            for strip in stride(from: own - 1, through: 0, by: -1) {
                let gap = point.y - (extent.minY + Double(strip + 1) * stripHeight)
                if gap > 0, gap * gap > best { break }
                for number in edgeRange(ofStrip: strip) { take(squaredDistance(point, edges[Int(stripEdges[number])])) }
            }
        }
        return found ? best.squareRoot() : .infinity
    }

    /// True if another shape has a position within `limit` metres: one holds the other, edges cross, or they are that near.
    ///
    /// - Throws: `TimeBudgetError`.
    func isWithin(
        _ limit: Double, of other: PlaceShape, _ meter: inout BudgetMeter
    ) throws(TimeBudgetError) -> Bool {
        guard extent.distance(to: other.extent) <= limit else { return false }
        // Two shapes that do not cross are nearest at a vertex of one of them.
        let (small, large) = edges.count < other.edges.count ? (self, other) : (other, self)
        if try small.hasVertex(within: limit, of: large, &meter) { return true }
        if limit > 0 || small.area > 0 {
            if try large.hasVertex(within: limit, of: small, &meter) { return true }
        }
        return try large.crosses(small, &meter)
    }

    private func hasVertex(
        within limit: Double, of other: PlaceShape, _ meter: inout BudgetMeter
    ) throws(TimeBudgetError) -> Bool {
        func isNear(_ point: PlanePoint) throws(TimeBudgetError) -> Bool {
            try meter.spend()
            guard other.extent.distance(toX: point.x, y: point.y) <= limit else { return false }
            try meter.spend(other.cost)
            return other.distance(to: point, atMost: limit) <= limit
        }
        for point in points where try isNear(point) { return true }
        for edge in edges {
            if try isNear(edge.a) { return true }
            if try isNear(edge.b) { return true }
        }
        return false
    }

    /// True if an edge crosses an edge of another shape, which should be the one with fewer.
    private func crosses(_ other: PlaceShape, _ meter: inout BudgetMeter) throws(TimeBudgetError) -> Bool {
        guard !edges.isEmpty else { return false }
        for edge in other.edges {
            let (low, high) = (min(edge.a.y, edge.b.y), max(edge.a.y, edge.b.y))
            guard high >= extent.minY, low <= extent.maxY else { continue }
            for strip in strip(at: low)...strip(at: high) {
                let range = edgeRange(ofStrip: strip)
                try meter.spend(range.count)
                for number in range where edge.crosses(edges[Int(stripEdges[number])]) { return true }
            }
        }
        return false
    }

    /// Calls `body` with the ends of each edge of its lines.
    func forEachLine(_ body: (PlanePoint, PlanePoint) -> Void) {
        for edge in edges where edge.polygon < 0 { body(edge.a, edge.b) }
    }

    /// True for a position on an edge, to a hundredth of a millimetre.
    func isOnEdge(_ point: PlanePoint, _ meter: inout BudgetMeter) throws(TimeBudgetError) -> Bool {
        let nearly = 1e-5
        guard extent.distance(toX: point.x, y: point.y) <= nearly else { return false }
        let range = edgeRange(ofStrip: strip(at: point.y))
        try meter.spend(range.count)
        return range.contains { squaredDistance(point, edges[Int(stripEdges[$0])]) <= nearly * nearly }
    }

    /// True if the boundary of the polygons, or a line, is less than `radius` metres away, also from inside.
    func hasEdge(within radius: Double, of point: PlanePoint) -> Bool {
        let strips = strip(at: point.y - radius)...strip(at: point.y + radius)
        return strips.contains { strip in
            edgeRange(ofStrip: strip).contains {
                squaredDistance(point, edges[Int(stripEdges[$0])]) < radius * radius
            }
        }
    }

    /// Where a horizontal line enters and leaves the polygons: ascending, two by two. Polygons must not overlap.
    func crossings(atY y: Double) -> [Double] {
        guard area > 0, y >= extent.minY, y <= extent.maxY else { return [] }
        var crossings = [Double]()
        for number in edgeRange(ofStrip: strip(at: y)) {
            let edge = edges[Int(stripEdges[number])]
            if edge.polygon >= 0, (edge.a.y > y) != (edge.b.y > y) { crossings.append(crossing(of: edge, at: y)) }
        }
        return crossings.sorted()
    }

    private func strip(at y: Double) -> Int {
        Int(min(max((y - extent.minY) / stripHeight, 0), Double(stripStarts.count - 2)))
    }

    private func edgeRange(ofStrip strip: Int) -> Range<Int> { Int(stripStarts[strip])..<Int(stripStarts[strip + 1]) }

    private func crossing(of edge: Edge, at y: Double) -> Double {
        edge.a.x + (y - edge.a.y) / (edge.b.y - edge.a.y) * (edge.b.x - edge.a.x)
    }

    private func squaredDistance(_ point: PlanePoint, _ edge: Edge) -> Double {
        let (dx, dy) = (edge.b.x - edge.a.x, edge.b.y - edge.a.y)
        let length = dx * dx + dy * dy
        let along = length > 0 ? ((point.x - edge.a.x) * dx + (point.y - edge.a.y) * dy) / length : 0
        let share = min(max(along, 0), 1)
        let (x, y) = (edge.a.x + share * dx - point.x, edge.a.y + share * dy - point.y)
        return x * x + y * y
    }
}

/// The positions, lines and rings of a geometry, on the plane.
private struct EdgeCollector {
    let projection: LocalProjection
    var points = [PlanePoint]()
    var lines = [[PlanePoint]]()
    /// The rings of each polygon, closing corners left out.
    var rings = [[[PlanePoint]]]()

    init(projection: LocalProjection) { self.projection = projection }

    mutating func add(_ geometry: Geometry) {
        switch geometry {
        case .point(let coordinate): points.append(projection.project(coordinate))
        case .multiPoint(let coordinates):
            for coordinate in coordinates { points.append(projection.project(coordinate)) }
        case .lineString(let coordinates): add(line: coordinates)
        case .multiLineString(let lines): for line in lines { add(line: line) }
        case .polygon(let polygon): add(polygon)
        case .multiPolygon(let polygons): for polygon in polygons { add(polygon) }
        case .geometryCollection(let members): for member in members { add(member) }
        }
    }

    private mutating func add(line: [Coordinate]) {
        let projected = line.map { projection.project($0) }
        if projected.count > 1 { lines.append(projected) } else { points.append(contentsOf: projected) }
    }

    private mutating func add(_ polygon: Polygon) {
        let projected = polygon.rings.map { ring in
            let closed = ring.count > 1 && ring.first == ring.last
            return (closed ? ring.dropLast() : ring[...]).map { projection.project($0) }
        }.filter { !$0.isEmpty }
        if !projected.isEmpty { rings.append(projected) }
    }
}
