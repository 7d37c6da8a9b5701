public import Geometry
import Glibc
public import TimeBudgets
import Works

/// Degrees to metres and back, around one centre: azimuthal equidistant on the WGS 84 ellipsoid.
///
/// A position is put at its geodesic distance from the centre, in its direction from there. Distances **from** the centre
/// are true (to 10⁻⁶ within 500 km), distances **between** two positions are too long by at most
/// *ρ*² / 6*R*², where *ρ* is their distance from the centre: 0.001 % at 50 km, 0.04 % at 300 km, 0.1 % at 490 km;
/// ``largestError(within:)`` tells. Neither the poles nor the antimeridian are special.
///
/// Formulas: the chord through the ellipsoid between two positions (EPSG Guidance Note 7-2, geographic to geocentric
/// and topocentric), made an arc with Euler's radius of curvature in the direction of the chord; Snyder, *Map
/// Projections: A Working Manual*, USGS 1395, pp. 191–202, for the properties of the projection.
public struct LocalProjection: Sendable {
    /// Where x and y are 0.
    public let center: Coordinate

    /// Semi-major axis of WGS 84, in metres.
    static let equatorialRadius = 6_378_137.0
    /// Square of the first eccentricity of WGS 84.
    static let eccentricitySquared = 6.694_379_990_141_316_5e-3
    /// Mean radius of the ellipsoid, (2a + b) / 3, in metres.
    static let meanRadius = 6_371_008.8

    // The topocentric frame: where the centre is in space, and which way east, north and up are there.
    private let origin: SIMD3<Double>
    private let east: SIMD3<Double>
    private let north: SIMD3<Double>
    private let up: SIMD3<Double>
    private let meridianCurvature: Double
    private let primeVerticalCurvature: Double

    public init(center: Coordinate) {
        self.center = center
        let latitude = center.latitude * (.pi / 180)
        let longitude = center.longitude * (.pi / 180)
        let (sinLatitude, cosLatitude) = (sin(latitude), cos(latitude))
        let (sinLongitude, cosLongitude) = (sin(longitude), cos(longitude))
        origin = Self.geocentric(center)
        east = SIMD3(-sinLongitude, cosLongitude, 0)
        north = SIMD3(-sinLatitude * cosLongitude, -sinLatitude * sinLongitude, cosLatitude)
        up = SIMD3(cosLatitude * cosLongitude, cosLatitude * sinLongitude, sinLatitude)
        let root = 1 - Self.eccentricitySquared * sinLatitude * sinLatitude
        meridianCurvature = root * root.squareRoot() / (Self.equatorialRadius * (1 - Self.eccentricitySquared))
        primeVerticalCurvature = root.squareRoot() / Self.equatorialRadius
    }

    /// The projection around the middle of many positions; nil if there are none.
    ///
    /// The middle is the direction whose three components are the medians of the positions' own, so that a few positions
    /// far away do not move it. At most some four thousand positions, evenly spaced in their order, decide it.
    public init?(around coordinates: some RandomAccessCollection<Coordinate>) {
        guard let first = coordinates.first else { return nil }
        let step = max(1, coordinates.count / 4096)
        var directions: [[Double]] = [[], [], []]
        for offset in stride(from: 0, to: coordinates.count, by: step) {
            let direction = Self.direction(coordinates[coordinates.index(coordinates.startIndex, offsetBy: offset)])
            for axis in 0..<3 { directions[axis].append(direction[axis]) }
        }
        let median = directions.map { values in values.sorted()[values.count / 2] }
        let length = (median[0] * median[0] + median[1] * median[1] + median[2] * median[2]).squareRoot()
        // Positions all around the globe have no middle; any of them serves.
        guard length > 1e-6 else {
            self.init(center: first)
            return
        }
        self.init(
            center: Coordinate(
                longitude: atan2(median[1], median[0]) * (180 / .pi), latitude: asin(median[2] / length) * (180 / .pi)))
    }

    /// The projection in the well-known text of OGC 01-009, as `.prj` files hold it.
    public var wellKnownText: String {
        """
        PROJCS["Azimuthal equidistant around \(center.longitude) \(center.latitude)",\
        GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],\
        UNIT["degree",0.0174532925199433]],PROJECTION["Azimuthal_Equidistant"],\
        PARAMETER["latitude_of_center",\(center.latitude)],PARAMETER["longitude_of_center",\(center.longitude)],\
        PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["metre",1]]

        """
    }

    /// The position of a coordinate on the plane, in metres.
    public func project(_ coordinate: Coordinate) -> PlanePoint {
        let offset = Self.geocentric(coordinate) - origin
        let (e, n) = ((offset * east).sum(), (offset * north).sum())
        let horizontal = e * e + n * n
        guard horizontal > 0 else { return PlanePoint(x: 0, y: 0) }
        let chord = (offset * offset).sum().squareRoot()
        let curvature = curvature(east: e, north: n)
        let arc = 2 / curvature * asin(min(1, chord * curvature / 2))
        let scale = arc / horizontal.squareRoot()
        return PlanePoint(x: e * scale, y: n * scale)
    }

    /// The positions of many coordinates, on all cores, without a limit of time.
    public func project(_ coordinates: [Coordinate]) -> PlanePoints { try! project(coordinates, within: .unlimited) }

    /// The positions of many coordinates, on all cores.
    ///
    /// - Throws: `TimeBudgetError`.
    public func project(_ coordinates: [Coordinate], within budget: TimeBudget) throws -> PlanePoints {
        let chunks = try mapChunks(of: coordinates.count, size: 4096, within: budget) { range in
            var x = [Double]()
            var y = [Double]()
            x.reserveCapacity(range.count)
            y.reserveCapacity(range.count)
            for index in range {
                let point = project(coordinates[index])
                x.append(point.x)
                y.append(point.y)
            }
            return (x, y)
        }
        return PlanePoints(x: Array(chunks.map(\.0).joined()), y: Array(chunks.map(\.1).joined()))
    }

    /// The coordinate of a position on the plane, the inverse of ``project(_:)-(Coordinate)`` to less than a millimetre.
    public func unproject(_ point: PlanePoint) -> Coordinate {
        // On a sphere the inverse is closed. The one that touches the ellipsoid at the centre, as curved as that in the
        // direction asked for, is so near to it that two or three turns of correcting the aim by the miss are enough.
        var aim = point
        var coordinate = sphericalInverse(aim)
        for _ in 0..<8 {
            let hit = project(coordinate)
            let (dx, dy) = (point.x - hit.x, point.y - hit.y)
            guard abs(dx) + abs(dy) > 1e-6 else { break }
            aim.x += dx
            aim.y += dy
            coordinate = sphericalInverse(aim)
        }
        return coordinate
    }

    /// By how much of itself a distance between two positions can be too long, if both are within `distance` metres of the
    /// centre: *c* / sin *c* − 1 with the angle *c* = `distance` / *R*.
    public static func largestError(within distance: Double) -> Double {
        let angle = distance / meanRadius
        guard angle > 0 else { return 0 }
        guard angle < .pi else { return .infinity }
        return angle / sin(angle) - 1
    }

    // MARK: - On the ellipsoid and the sphere

    /// The normal of the ellipsoid at a coordinate, of length 1.
    private static func direction(_ coordinate: Coordinate) -> SIMD3<Double> {
        let latitude = coordinate.latitude * (.pi / 180)
        let longitude = coordinate.longitude * (.pi / 180)
        let cosLatitude = cos(latitude)
        return SIMD3(cosLatitude * cos(longitude), cosLatitude * sin(longitude), sin(latitude))
    }

    /// Geocentric X, Y, Z of a coordinate on the ellipsoid, in metres.
    private static func geocentric(_ coordinate: Coordinate) -> SIMD3<Double> {
        let normal = direction(coordinate)
        let radius = equatorialRadius / (1 - eccentricitySquared * normal.z * normal.z).squareRoot()
        return normal * radius * SIMD3(1, 1, 1 - eccentricitySquared)
    }

    /// Euler: the curvature in a direction is the mean of the two principal ones, weighted by cos² and sin².
    private func curvature(east e: Double, north n: Double) -> Double {
        (n * n * meridianCurvature + e * e * primeVerticalCurvature) / (e * e + n * n)
    }

    private func sphericalInverse(_ point: PlanePoint) -> Coordinate {
        let distance = (point.x * point.x + point.y * point.y).squareRoot()
        guard distance > 0 else { return center }
        let angle = distance * curvature(east: point.x, north: point.y)
        let forward = east * (point.x / distance) + north * (point.y / distance)
        let direction = up * cos(angle) + forward * sin(angle)
        let horizontal = (direction.x * direction.x + direction.y * direction.y).squareRoot()
        return Coordinate(
            longitude: atan2(direction.y, direction.x) * (180 / .pi),
            latitude: atan2(direction.z, horizontal) * (180 / .pi))
    }
}
