import Geometry
import Testing

@Suite("Boxes and geometries that share a point")
struct BoxIntersectionTests {
    private static let box = Bounds(west: 4, south: 4, east: 6, north: 6)

    private static func square(_ from: Double, _ to: Double) -> [Coordinate] {
        line((from, from), (to, from), (to, to), (from, to), (from, from))
    }

    private static func line(_ positions: (Double, Double)...) -> [Coordinate] {
        positions.map { Coordinate(longitude: $0.0, latitude: $0.1) }
    }

    @Test(
        "A geometry intersects a box if they share a point, were it only a corner",
        arguments: [
            (.point(Coordinate(longitude: 6, latitude: 4)), true),
            (.multiPoint(line((0, 0), (10, 10))), false),
            (.multiPoint(line((0, 0), (5, 5))), true),
            (.lineString(line((0, 5), (10, 5))), true),
            (.lineString(line((3, 6), (5, 8))), false),
            (.lineString(line((2, 6), (4, 8), (8, 4))), true),
            (.lineString(line((3, 5), (5, 7))), true),
            (.polygon(Polygon(rings: [square(0, 10)])), true),
            (.polygon(Polygon(rings: [square(0, 10), square(3, 7)])), false),
            (.polygon(Polygon(rings: [square(0, 10), square(3, 6)])), true),
            (.polygon(Polygon(rings: [line((0, 0), (9, 0), (0, 9), (0, 0))])), true),
            (.polygon(Polygon(rings: [line((0, 0), (7, 0), (0, 7), (0, 0))])), false),
            (
                .multiPolygon([Polygon(rings: [square(0, 10), square(3, 7)]), Polygon(rings: [square(4.5, 5)])]), true
            ),
            (.geometryCollection([.lineString(line((0, 0), (1, 9))), .multiPoint(line((7, 7)))]), false),
            (.geometryCollection([]), false),
        ] as [(Geometry, Bool)])
    func geometries(geometry: Geometry, expected: Bool) {
        #expect(Self.box.intersects(geometry) == expected)
        let blob = SpatiaLiteBlob.encode(geometry)
        #expect(blob.withUnsafeBytes { SpatiaLiteBlob.intersects($0, Self.box) } ?? false == expected)
    }

    @Test("A box over the antimeridian has two halves")
    func antimeridian() {
        let box = Bounds(west: 170, south: -10, east: -170, north: 10)
        #expect(box.intersects(.lineString(Self.line((-175, -20), (-175, 20)))))
        #expect(!box.intersects(.lineString(Self.line((-160, 0), (160, 0)))))
        #expect(box.intersects(.lineString(Self.line((-160, 0), (170, 0)))))
    }
}
