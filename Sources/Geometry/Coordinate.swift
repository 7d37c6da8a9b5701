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

extension Coordinate {
    /// The distance of neighboring positions of the one precision in which positions are stored and written, in degrees: 7 decimals,
    /// 11 mm on the equator.
    public static let grid = 1e-7

    /// The position with 7 decimals: exactly the one that is read again from its text in any output.
    ///
    /// The position is ``isValid``.
    @inlinable
    public var rounded: Coordinate {
        Coordinate(longitude: Self.rounded(longitude), latitude: Self.rounded(latitude))
    }

    /// True if ``rounded`` is the position itself.
    @inlinable
    var isRounded: Bool { rounded == self }

    /// An ordinate with 7 decimals, ties to even as in the text.
    @inlinable
    static func rounded(_ value: Double) -> Double {
        let scaled = value * 1e7
        let nearest = scaled.rounded(.toNearestOrEven)
        guard (scaled - nearest).magnitude != 0.5 else { return Double(DecimalText.fixed(value)) / 1e7 }
        // Adding zero takes its sign from a negative one.
        return nearest / 1e7 + 0
    }
}

extension Coordinate: CustomStringConvertible {
    public var description: String { "(\(longitude), \(latitude))" }
}
