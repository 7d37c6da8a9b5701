/// One of the seven geometry types of RFC 7946, in EPSG:4326.
///
/// A value may hold anything that its type can say, also an unclosed ring or a longitude of 900: what comes from outside
/// is judged by ``GeometryCheck`` before it is stored.
public indirect enum Geometry: Hashable, Sendable {
    case point(Coordinate)
    case multiPoint([Coordinate])
    case lineString([Coordinate])
    case multiLineString([[Coordinate]])
    case polygon(Polygon)
    case multiPolygon([Polygon])
    case geometryCollection([Geometry])
}

/// An area: one exterior ring and any number of holes.
public struct Polygon: Hashable, Sendable {
    /// The rings, exterior first. Each is closed: its last coordinate repeats its first.
    public var rings: [[Coordinate]]

    @inlinable
    public init(rings: [[Coordinate]]) {
        self.rings = rings
    }

    /// The outer boundary; empty in an empty polygon.
    @inlinable
    public var exterior: [Coordinate] { rings.first ?? [] }

    /// The rings cut out of the area.
    @inlinable
    public var holes: ArraySlice<[Coordinate]> { rings.dropFirst() }
}

/// The name of a geometry type as RFC 7946 spells it.
public enum GeometryType: String, Sendable, CaseIterable {
    case point = "Point"
    case multiPoint = "MultiPoint"
    case lineString = "LineString"
    case multiLineString = "MultiLineString"
    case polygon = "Polygon"
    case multiPolygon = "MultiPolygon"
    case geometryCollection = "GeometryCollection"
}

extension Geometry {
    /// The name of this geometry's type.
    public var type: GeometryType {
        switch self {
        case .point: .point
        case .multiPoint: .multiPoint
        case .lineString: .lineString
        case .multiLineString: .multiLineString
        case .polygon: .polygon
        case .multiPolygon: .multiPolygon
        case .geometryCollection: .geometryCollection
        }
    }

    /// Whether the geometry has no position at all, as an empty `coordinates` array has none.
    public var isEmpty: Bool {
        switch self {
        case .point: false
        case .multiPoint(let points), .lineString(let points): points.isEmpty
        case .multiLineString(let lines): lines.allSatisfy(\.isEmpty)
        case .polygon(let polygon): polygon.rings.allSatisfy(\.isEmpty)
        case .multiPolygon(let polygons): polygons.allSatisfy { $0.rings.allSatisfy(\.isEmpty) }
        case .geometryCollection(let members): members.allSatisfy(\.isEmpty)
        }
    }

    /// Calls `body` with every run of coordinates in the geometry: each point, line and ring, in order.
    ///
    /// Complexity: O(*n*) in the number of vertices, without copying any.
    public func forEachRun(_ body: ([Coordinate]) throws -> Void) rethrows {
        switch self {
        case .point(let point): try body([point])
        case .multiPoint(let points), .lineString(let points): try body(points)
        case .multiLineString(let lines): for line in lines { try body(line) }
        case .polygon(let polygon): for ring in polygon.rings { try body(ring) }
        case .multiPolygon(let polygons): for polygon in polygons { for ring in polygon.rings { try body(ring) } }
        case .geometryCollection(let members): for member in members { try member.forEachRun(body) }
        }
    }

    /// The geometry with every position put where `move` says.
    public func mapped<Failure>(
        _ move: (Coordinate) throws(Failure) -> Coordinate
    ) throws(Failure) -> Geometry {
        func moved(_ run: [Coordinate]) throws(Failure) -> [Coordinate] { try run.map(move) }
        func moved(_ polygon: Polygon) throws(Failure) -> Polygon { Polygon(rings: try polygon.rings.map(moved)) }
        switch self {
        case .point(let point): return .point(try move(point))
        case .multiPoint(let points): return .multiPoint(try moved(points))
        case .lineString(let line): return .lineString(try moved(line))
        case .multiLineString(let lines): return .multiLineString(try lines.map(moved))
        case .polygon(let polygon): return .polygon(try moved(polygon))
        case .multiPolygon(let polygons): return .multiPolygon(try polygons.map(moved))
        case .geometryCollection(let members):
            return .geometryCollection(
                try members.map { member throws(Failure) in try member.mapped(move) })
        }
    }

    /// How many vertices the geometry has, closing ones included.
    public var vertexCount: Int {
        var count = 0
        forEachRun { count += $0.count }
        return count
    }
}
