import Glibc

/// Spherical Mercator as tiles use it (EPSG:3857), on a square of which each side is 1: x grows east, y grows **south**.
///
/// Formulas: OGC 17-083r4 annex D, "WebMercatorQuad"; Snyder, *Map Projections: A Working Manual*, USGS 1395, p. 41.
public enum WebMercator {
    /// The latitude at which the square ends, in degrees: atan(sinh π).
    public static let maximumLatitude = 85.051128779806604

    /// Half the circumference of the sphere, in metres: the largest x and y of EPSG:3857.
    public static let halfCircumference = 20_037_508.342789244

    /// Degrees of longitude to 0…1.
    @inlinable
    public static func x(longitude: Double) -> Double { (longitude + 180) / 360 }

    /// Degrees of latitude to 0 (north) … 1 (south); what lies beyond ±``maximumLatitude`` falls on the edge.
    public static func y(latitude: Double) -> Double {
        let clamped = Swift.min(Swift.max(latitude, -maximumLatitude), maximumLatitude)
        return 0.5 - atanh(sin(clamped * (.pi / 180))) / (2 * .pi)
    }

    /// 0…1 to degrees of longitude.
    @inlinable
    public static func longitude(x: Double) -> Double { x * 360 - 180 }

    /// 0 (north) … 1 (south) to degrees of latitude.
    public static func latitude(y: Double) -> Double { atan(sinh(.pi * (1 - 2 * y))) * (180 / .pi) }
}

/// A position in fixed-point Web Mercator: the world is 2³² units wide, one unit 9.3 mm at the equator.
///
/// x grows east from the antimeridian, y grows south from the northern edge. The eastern and the southern edge of the
/// world fall on the last unit, so no position wraps around.
public struct WorldPoint: Hashable, Sendable {
    public var x: UInt32
    public var y: UInt32

    @inlinable
    public init(x: UInt32, y: UInt32) {
        self.x = x
        self.y = y
    }

    /// The position of a valid coordinate; latitudes beyond the square fall on its edge.
    public init(_ coordinate: Coordinate) {
        x = Self.fixed(WebMercator.x(longitude: coordinate.longitude))
        y = Self.fixed(WebMercator.y(latitude: coordinate.latitude))
    }

    /// The coordinate at the middle of the unit.
    public var coordinate: Coordinate {
        Coordinate(
            longitude: WebMercator.longitude(x: (Double(x) + 0.5) / 4_294_967_296),
            latitude: WebMercator.latitude(y: (Double(y) + 0.5) / 4_294_967_296))
    }

    static func fixed(_ unit: Double) -> UInt32 {
        UInt32(Swift.min(Swift.max(unit * 4_294_967_296, 0), 4_294_967_295))
    }
}
