/// A rectangle of longitudes and latitudes in EPSG:4326, in degrees.
///
/// As in RFC 7946 section 5.2, a box whose `west` is greater than its `east` crosses the antimeridian. Edges belong to it.
public struct Bounds: Hashable, Sendable {
    public var west: Double
    public var south: Double
    public var east: Double
    public var north: Double

    @inlinable
    public init(west: Double, south: Double, east: Double, north: Double) {
        self.west = west
        self.south = south
        self.east = east
        self.north = north
    }

    /// All longitudes and latitudes.
    public static let world = Bounds(west: -180, south: -90, east: 180, north: 90)

    /// Whether the box goes over ±180°.
    @inlinable
    public var crossesAntimeridian: Bool { west > east }

    /// The box as one or two boxes with `west ≤ east`, the way an index wants it.
    public var split: [Bounds] {
        guard crossesAntimeridian else { return [self] }
        return [
            Bounds(west: west, south: south, east: 180, north: north),
            Bounds(west: -180, south: south, east: east, north: north),
        ]
    }

    /// Width in degrees, over the antimeridian if the box crosses it.
    public var width: Double { crossesAntimeridian ? east - west + 360 : east - west }

    /// Height in degrees.
    public var height: Double { north - south }

    /// The middle of the box, its longitude in −180…180.
    public var center: Coordinate {
        var longitude = west + width / 2
        if longitude > 180 { longitude -= 360 }
        return Coordinate(longitude: longitude, latitude: (south + north) / 2)
    }

    @inlinable
    public func contains(_ coordinate: Coordinate) -> Bool {
        guard coordinate.latitude >= south, coordinate.latitude <= north else { return false }
        return crossesAntimeridian
            ? coordinate.longitude >= west || coordinate.longitude <= east
            : coordinate.longitude >= west && coordinate.longitude <= east
    }

    @inlinable
    public func intersects(_ other: Bounds) -> Bool {
        guard south <= other.north, other.south <= north else { return false }
        switch (crossesAntimeridian, other.crossesAntimeridian) {
        case (false, false): return west <= other.east && other.west <= east
        case (true, true): return true
        default: return west <= other.east || other.west <= east
        }
    }

    /// Grows the box so that it holds `coordinate`, without considering the antimeridian.
    @inlinable
    public mutating func extend(to coordinate: Coordinate) {
        west = Swift.min(west, coordinate.longitude)
        east = Swift.max(east, coordinate.longitude)
        south = Swift.min(south, coordinate.latitude)
        north = Swift.max(north, coordinate.latitude)
    }

    /// The smallest box around both, neither of which may cross the antimeridian.
    public func union(_ other: Bounds) -> Bounds {
        Bounds(
            west: Swift.min(west, other.west), south: Swift.min(south, other.south),
            east: Swift.max(east, other.east), north: Swift.max(north, other.north))
    }

    /// A box that nothing is in and that ``extend(to:)`` makes real.
    @usableFromInline static let empty = Bounds(
        west: .infinity, south: .infinity, east: -.infinity, north: -.infinity)
}

extension Bounds {
    /// Words for what ``init(list:)`` reads.
    public static let listed = "west,south,east,north in degrees, such as 49.9,53.1,50.1,53.3"

    /// A box in the order of every `bbox` parameter: west, south, east, north, in degrees; west > east crosses the antimeridian.
    ///
    /// Six numbers are a box with heights (OGC API - Features 1.0.1, section 7.15.3), which mean nothing here and are left out.
    ///
    /// - Throws: ``BoundsError``
    public init(list text: String) throws(BoundsError) {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        guard numbers.count == 4 || numbers.count == 6, !numbers.contains(nil) else { throw BoundsError(Self.listed) }
        let values = numbers.map { $0! }
        let (south, east, north) =
            values.count == 4 ? (values[1], values[2], values[3]) : (values[1], values[3], values[4])
        self.init(west: values[0], south: south, east: east, north: north)
        guard values.allSatisfy(\.isFinite), west.magnitude <= 180, east.magnitude <= 180, south.magnitude <= 90,
            north.magnitude <= 90
        else { throw BoundsError("\(Self.listed): longitudes are −180…180, latitudes −90…90") }
        guard south <= north else { throw BoundsError("\(Self.listed): the south has to come before the north") }
    }
}

/// A text that is no box.
public struct BoundsError: Error, Hashable, Sendable {
    /// Words for what would be right.
    public var wanted: String

    init(_ wanted: String) { self.wanted = wanted }
}

extension Bounds: CustomStringConvertible {
    /// `west,south,east,north`, the order of RFC 7946 and of every `bbox` parameter.
    public var description: String { "\(west),\(south),\(east),\(north)" }
}

extension Geometry {
    /// The smallest box around the geometry's vertices, or nil if it has none.
    ///
    /// RFC 7946 section 3.1.9 has geometries cut at the antimeridian, so a box is never guessed to cross it.
    public var bounds: Bounds? {
        var bounds = Bounds.empty
        forEachRun { run in for coordinate in run { bounds.extend(to: coordinate) } }
        return bounds.west <= bounds.east ? bounds : nil
    }
}
