/// A position on Earth in EPSG:4326, in degrees, longitude first as in RFC 7946.
///
/// The two values lie next to each other in memory in that order, which is also the order of WKB: a buffer of
/// coordinates can be copied to and from little-endian WKB as it is.
public struct Coordinate: Hashable, Sendable {
    /// Degrees east of Greenwich, −180…180 once a geometry has been checked.
    public var longitude: Double
    /// Degrees north of the equator, −90…90 once a geometry has been checked.
    public var latitude: Double

    @inlinable
    public init(longitude: Double, latitude: Double) {
        self.longitude = longitude
        self.latitude = latitude
    }

    /// Whether both values are finite and inside the world: |longitude| ≤ 180 and |latitude| ≤ 90.
    @inlinable
    public var isValid: Bool {
        longitude.magnitude <= 180 && latitude.magnitude <= 90
    }
}

extension Coordinate: CustomStringConvertible {
    public var description: String { "(\(longitude), \(latitude))" }
}
