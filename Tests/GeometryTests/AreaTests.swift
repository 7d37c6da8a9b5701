import Geometry
import SeededRandom
import Testing

private func at(_ longitude: Double, _ latitude: Double) -> Coordinate {
    Coordinate(longitude: longitude, latitude: latitude)
}

@Suite("Areas")
struct AreaTests {
    private static let polygon = Polygon(rings: [
        [at(0, 0), at(10, 0), at(10, 10), at(0, 10), at(0, 0)], [at(2, 2), at(2, 4), at(4, 4), at(4, 2), at(2, 2)],
    ])

    @Test(
        "The boundary is part of an area and a hole is not",
        arguments: [
            (at(5, 5), true), (at(3, 3), false), (at(0, 0), true), (at(10, 5), true), (at(5, 10), true),
            (at(10, 10), true),
            (at(2, 3), true), (at(3, 4), true), (at(2, 2), true), (at(-1, 0), false), (at(11, 10), false),
            (at(1, 2), true),
            (at(5, 4), true), (at(5, 2), true), (at(-1, 2), false), (at(5, -0.001), false), (at(5, 10.001), false),
        ])
    func table(position: Coordinate, isInside: Bool) {
        #expect(Self.polygon.contains(position) == isInside)
        #expect(AreaIndex(.polygon(Self.polygon)).contains(position) == isInside)
        #expect(
            AreaIndex(.polygon(Polygon(rings: Self.polygon.rings.map { $0.reversed() }))).contains(position) == isInside
        )
    }

    @Test("A prepared area and a plain one agree, on vertices and edges too")
    func agreement() {
        var random = SeededRandom(seed: 17)
        for vertices in [3, 4, 10, 100, 2000] {
            let star = random.star(vertices: vertices, center: at(5, 5), radius: 5)
            let polygon = Polygon(rings: [star])
            let index = AreaIndex([polygon])
            for _ in 0..<500 {
                let position = at(.random(in: -1...11, using: &random), .random(in: -1...11, using: &random))
                #expect(index.contains(position) == polygon.contains(position))
            }
            for vertex in star {
                #expect(index.contains(vertex))
                let level = at(.random(in: -1...11, using: &random), vertex.latitude)
                #expect(index.contains(level) == polygon.contains(level))
            }
        }
    }

    @Test("Inside and outside are told apart by angle and distance")
    func star() {
        var random = SeededRandom(seed: 18)
        let star = random.star(vertices: 1000, center: at(0, 0), radius: 10)
        let index = AreaIndex(.polygon(Polygon(rings: [star])))
        for vertex in star {
            #expect(index.contains(at(vertex.longitude * 0.4, vertex.latitude * 0.4)))
            #expect(!index.contains(at(vertex.longitude * 2.1, vertex.latitude * 2.1)))
        }
    }

    @Test("Areas without extent contain nothing but themselves")
    func degenerate() {
        #expect(!AreaIndex(.point(at(1, 1))).contains(at(1, 1)))
        #expect(AreaIndex(.point(at(1, 1))).bounds == nil)
        #expect(!AreaIndex([]).contains(at(0, 0)))
        let flat = AreaIndex([Polygon(rings: [[at(0, 0), at(1, 0), at(2, 0), at(0, 0)]])])
        #expect(flat.contains(at(1, 0)))
        #expect(!flat.contains(at(3, 0)))
        #expect(!AreaIndex(.point(at(1, 1))).contains(at(.nan, .nan)))
    }

    @Test("Of several areas the first and all that hold a position are found")
    func locator() {
        let east = Geometry.polygon(Polygon(rings: [[at(10, 0), at(20, 0), at(20, 10), at(10, 10), at(10, 0)]]))
        let locator = AreaLocator([.polygon(Self.polygon), east, .point(at(0, 0))])
        #expect(locator.first(containing: at(15, 5)) == 1)
        #expect(locator.first(containing: at(10, 5)) == 0)
        #expect(locator.all(containing: at(10, 5)) == [0, 1])
        #expect(locator.first(containing: at(30, 5)) == nil)
    }

    @Test("The representative point of an area lies in it", arguments: [3, 5, 20, 300])
    func representative(vertices: Int) throws {
        var random = SeededRandom(seed: 19)
        for _ in 0..<100 {
            let star = random.star(vertices: vertices, center: at(5, 5), radius: 5)
            let polygon = Polygon(rings: [star, star.map { at(5 + ($0.longitude - 5) / 2, 5 + ($0.latitude - 5) / 2) }])
            let point = try #require(Geometry.polygon(polygon).representativePoint)
            #expect(polygon.contains(point))
        }
    }

    @Test(
        "The representative point of anything else lies on it",
        arguments: [
            (Geometry.point(at(1, 2)), at(1, 2)), (.multiPoint([at(3, 4), at(1, 2)]), at(3, 4)),
            (.lineString([at(0, 0), at(0, 2), at(0, 10)]), at(0, 5)), (.lineString([at(1, 1)]), at(1, 1)),
            (.multiLineString([[at(0, 0), at(0, 1)], [at(5, 0), at(5, 4)]]), at(5, 2)),
            (.geometryCollection([.point(at(1, 1)), .lineString([at(0, 0), at(0, 2)])]), at(0, 1)),
            (.polygon(Polygon(rings: [[at(0, 0), at(4, 0), at(4, 4), at(0, 4), at(0, 0)]])), at(2, 2)),
        ])
    func others(geometry: Geometry, expected: Coordinate) {
        #expect(geometry.representativePoint == expected)
    }

    @Test("What is empty has no representative point")
    func nothing() {
        #expect(Geometry.multiPoint([]).representativePoint == nil)
        #expect(Geometry.geometryCollection([.lineString([])]).representativePoint == nil)
        #expect(Geometry.polygon(Polygon(rings: [])).representativePoint == nil)
    }

    @Test("Ring areas are signed by winding")
    func areas() {
        #expect(Ring.signedArea(Self.polygon.exterior) == 100)
        #expect(Ring.signedArea(Self.polygon.exterior.reversed()) == -100)
        #expect(Self.polygon.area == 96)
        #expect(Ring.signedArea([]) == 0)
    }
}
