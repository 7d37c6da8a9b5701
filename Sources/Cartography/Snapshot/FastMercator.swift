import Geometry
import Glibc

/// Degrees to fixed-point Web Mercator, fast: a few multiplications instead of `sin` and `atanh` for each vertex.
///
/// The northing is tabulated at equal steps of latitude, with the first two derivatives, and continued by a Taylor polynomial of the third
/// order inside a step. With y(φ) = artanh(sin φ): y′ = 1 / cos φ, y″ = tan φ / cos φ, y‴ = (1 + 2 tan² φ) / cos φ. Beyond
/// ±``limit`` degrees, where the derivatives grow, the exact formula is used. The error is below half a unit (5 mm).
enum FastMercator {
    /// Steps a degree.
    private static let density = 64.0
    private static let limit = 75.0

    private static let table: [SIMD4<Double>] = {
        let steps = Int(limit * density)
        // From radians of the Mercator plane to units of the fixed-point world.
        let scale = 4_294_967_296 / (2 * Double.pi)
        let degree = Double.pi / 180
        return (-steps...steps + 1).map { step in
            let latitude = Double(step) / density * degree
            let secant = 1 / cos(latitude)
            let tangent = tan(latitude)
            return SIMD4(
                2_147_483_648 - atanh(sin(latitude)) * scale, -secant * degree * scale,
                -secant * tangent * degree * degree / 2 * scale,
                -secant * (1 + 2 * tangent * tangent) * degree * degree * degree / 6 * scale)
        }
    }()

    /// The table, held for the conversion of many vertices.
    struct Projection {
        private let table = FastMercator.table

        /// The position of a coordinate, in degrees; what is not a number lies at 0° 0°, what is beyond the world on its edge.
        @inline(__always)
        func point(longitude: Double, latitude: Double) -> WorldPoint {
            WorldPoint(x: FastMercator.clamped((longitude + 180) * (4_294_967_296 / 360)), y: y(latitude))
        }

        @inline(__always)
        private func y(_ latitude: Double) -> UInt32 {
            guard latitude.magnitude < FastMercator.limit else { return FastMercator.exactY(latitude) }
            let step = (latitude * FastMercator.density).rounded(.toNearestOrEven)
            let rest = latitude - step / FastMercator.density
            let terms = table[Int(step) + Int(FastMercator.limit * FastMercator.density)]
            return FastMercator.clamped(terms[0] + rest * (terms[1] + rest * (terms[2] + rest * terms[3])))
        }
    }

    @inline(never)
    static func exactY(_ latitude: Double) -> UInt32 {
        latitude.isNaN ? 0x8000_0000 : clamped(WebMercator.y(latitude: latitude) * 4_294_967_296)
    }

    @inline(__always)
    static func clamped(_ value: Double) -> UInt32 {
        value > 0 ? UInt32(min(value, 4_294_967_295)) : value.isNaN ? 0x8000_0000 : 0
    }
}
