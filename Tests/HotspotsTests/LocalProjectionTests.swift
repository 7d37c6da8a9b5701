import Geometry
import Glibc
import Hotspots
import Testing

@Suite("Local projection")
struct LocalProjectionTests {
    /// Geodesic distances of GeographicLib's algorithm (Karney 2013) as PROJ 9.1's `geod` prints them, in metres:
    /// `echo "LAT1 LON1 LAT2 LON2" | geod -I +ellps=WGS84 -f %.9f -F %.6f`.
    static let geodesics: [(from: (Double, Double), to: (Double, Double), metres: Double)] = [
        ((0, 0), (0.3, 0.25), 43300.061530),
        ((38.9, -77.03), (39.2, -76.8), 38802.387846),
        ((55.75, 37.62), (55.4, 37.2), 47119.199111),
        ((-41.3, 174.8), (-41.0, 175.2), 47301.947277),
        ((-17.8, 179.9), (-17.6, -179.8), 38765.851928),
        ((65.0, 179.95), (65.1, -179.5), 28195.904922),
        ((78.22, 15.65), (78.4, 17.0), 36564.138638),
        ((-54.8, -68.3), (-54.6, -67.9), 34069.003471),
        ((89.8, 10), (89.7, -170), 55846.985767),
        ((89.95, 0), (89.9, 90), 12487.765172),
        ((-89.9, 30), (-89.8, -100), 30733.400852),
        ((71.3, -156.8), (71.0, -157.9), 51913.084458),
        ((42.36, -71.06), (42.3601, -71.0601), 13.829546),
        ((42.36, -71.06), (42.36, -70.46), 49429.180443),
        ((35.68, 139.69), (36.05, 139.7), 41063.838915),
        ((-0.1, -180), (0.1, 179.9), 24758.574156),
    ]

    @Test("A distance from the centre is the geodesic to a millionth", arguments: geodesics.indices)
    func distanceFromCenter(row: Int) {
        let (from, to, metres) = Self.geodesics[row]
        let projection = LocalProjection(center: Coordinate(longitude: from.1, latitude: from.0))
        let distance = projection.project(Coordinate(longitude: to.1, latitude: to.0))
            .distance(to: PlanePoint(x: 0, y: 0))
        #expect(abs(distance / metres - 1) < 1e-6, "\(distance) for \(metres)")
    }

    @Test(
        "A distance between two positions 50 km away from the centre is true to 0.002 %", arguments: geodesics.indices)
    func distanceAwayFromCenter(row: Int) {
        let (from, to, metres) = Self.geodesics[row]
        let start = Coordinate(longitude: from.1, latitude: from.0)
        for bearing in 0..<8 {
            let angle = Double(bearing) * .pi / 4
            let step = PlanePoint(x: 50_000 * cos(angle), y: 50_000 * sin(angle))
            let projection = LocalProjection(center: LocalProjection(center: start).unproject(step))
            let a = projection.project(start)
            let b = projection.project(Coordinate(longitude: to.1, latitude: to.0))
            #expect(abs(a.distance(to: b) / metres - 1) < LocalProjection.largestError(within: 105_000) + 1e-6)
            #expect(abs(a.distance(to: b) / metres - 1) < 1e-4)
        }
    }

    @Test("Within 300 km of the centre, distances are true to 0.1 %")
    func farFromCenter() {
        // echo "41.0 -74.0 41.3 -74.3" | geod -I +ellps=WGS84 -F %.6f
        let projection = LocalProjection(center: Coordinate(longitude: -71.06, latitude: 42.36))
        let a = projection.project(Coordinate(longitude: -74.0, latitude: 41.0))
        let b = projection.project(Coordinate(longitude: -74.3, latitude: 41.3))
        #expect(a.distance(to: PlanePoint(x: 0, y: 0)) > 280_000)
        #expect(abs(a.distance(to: b) / 41763.809887 - 1) < 1e-3)
    }

    @Test("Going to the plane and back is exact to a millimetre", arguments: [0, 55.75, -77.8, 89.99, -90])
    func roundTrip(latitude: Double) {
        let projection = LocalProjection(center: Coordinate(longitude: 179.97, latitude: latitude))
        for (x, y) in [(0, 0), (120.5, -3), (-50_000, 20_000), (300_000, 299_000), (0, -450_000)] as [(Double, Double)]
        {
            let back = projection.project(projection.unproject(PlanePoint(x: x, y: y)))
            #expect(back.distance(to: PlanePoint(x: x, y: y)) < 1e-3)
        }
    }

    @Test("The middle of positions on both sides of the antimeridian is between them")
    func middleAcrossAntimeridian() throws {
        let positions = [179.9, -179.9, 179.8, -179.8, 180.0].map { Coordinate(longitude: $0, latitude: -17) }
        let center = try #require(LocalProjection(around: positions)).center
        #expect(abs(center.longitude) > 179.75)
        #expect(abs(center.latitude + 17) < 0.01)
    }

    @Test("One position at 0° 0° does not pull the middle out of the city")
    func middleIsRobust() throws {
        var positions = (0..<99).map { Coordinate(longitude: 37.5 + Double($0) * 0.001, latitude: 55.7) }
        positions.append(Coordinate(longitude: 0, latitude: 0))
        let center = try #require(LocalProjection(around: positions)).center
        #expect(abs(center.longitude - 37.55) < 0.01)
        #expect(abs(center.latitude - 55.7) < 0.01)
    }

    @Test("No positions have no middle, and positions all over the globe still have a projection")
    func degenerateMiddles() {
        #expect(LocalProjection(around: [Coordinate]()) == nil)
        let poles = [Coordinate(longitude: 0, latitude: 90), Coordinate(longitude: 0, latitude: -90)]
        let projection = LocalProjection(around: poles)
        #expect(projection?.project(poles[1]).x.isFinite == true)
    }
}
