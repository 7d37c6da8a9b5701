import Foundation
import Raster
import SeededRandom
import TestConditions
import Testing

extension PolygonClipper {
    mutating func clip(_ rings: [[SIMD2<Double>]]) -> [[[SIMD2<Double>]]] {
        var input = Polylines()
        for ring in rings { input.append(ring) }
        var result = Polygons()
        clip(input, into: &result)
        return result.shells.indices.map { polygon in result.rings(of: polygon).map { Array(result.rings[$0]) } }
    }
}

@Suite("Clipping polygons, compared with GEOS")
struct ClipPolygonTests {
    /// Clips, and expects GEOS's area, a valid result, and nothing outside; false when GEOS finds the input invalid.
    @discardableResult
    static func check(
        _ rings: [[SIMD2<Double>]], _ r: (Double, Double, Double, Double), _ comment: Comment, geos: GEOS = GEOS()
    ) -> Bool {
        let rectangle = ClipRectangle(minX: r.0, minY: r.1, maxX: r.2, maxY: r.3)
        var clipper = PolygonClipper(rectangle)
        let result = clipper.clip(rings)
        for point in result.joined().joined() {
            #expect((r.0...r.2).contains(point.x) && (r.1...r.3).contains(point.y), comment)
        }
        guard let expected = geos.clipped(rings, to: r) else { return false }
        let measures = geos.measures(polygons: result)
        #expect(abs(measures.area - expected.area) <= 1e-9 * (r.2 - r.0) * (r.3 - r.1), comment)
        #expect(measures.isValid, comment)
        return true
    }

    static let tile = (0.0, 0.0, 10.0, 10.0)

    static func box(_ a: Double, _ b: Double, _ c: Double, _ d: Double) -> [SIMD2<Double>] {
        [SIMD2(a, b), SIMD2(c, b), SIMD2(c, d), SIMD2(a, d)]
    }

    static let cases: [(name: String, rings: [[SIMD2<Double>]])] = [
        ("inside", [box(2, 2, 8, 8)]),
        ("inside, touching", [box(0, 2, 8, 10)]),
        ("the rectangle itself", [box(0, 0, 10, 10)]),
        ("around", [box(-5, -5, 15, 15)]),
        ("around, sharing sides", [box(0, -5, 10, 15)]),
        ("beside, sharing a side", [box(10, 0, 20, 10)]),
        ("across", [box(-5, 2, 15, 8)]),
        ("a corner", [box(5, 5, 15, 15)]),
        ("around, with a hole inside", [box(-5, -5, 15, 15), box(2, 2, 8, 8)]),
        ("around, with a hole around", [box(-5, -5, 15, 15), box(-2, -2, 12, 12)]),
        ("around, with the rectangle as its hole", [box(-5, -5, 15, 15), box(0, 0, 10, 10)]),
        ("around, with a hole across", [box(-5, -5, 15, 15), box(-2, 2, 12, 8)]),
        ("around, with a hole over a corner", [box(-5, -5, 15, 15), box(5, 5, 12, 12)]),
        ("around, a hole touching in a side", [box(-5, -5, 15, 15), box(0, 2, 5, 8)]),
        (
            "around, a hole touching in a point",
            [box(-5, -5, 15, 15), [SIMD2(5, 0), SIMD2(8, 5), SIMD2(5, 8), SIMD2(2, 5)]]
        ),
        (
            "around, a hole touching in two points",
            [box(-5, -5, 15, 15), [SIMD2(5, 0), SIMD2(8, 5), SIMD2(5, 10), SIMD2(2, 5)]]
        ),
        (
            "around, a hole touching in four points",
            [box(-5, -5, 15, 15), [SIMD2(5, 0), SIMD2(10, 5), SIMD2(5, 10), SIMD2(0, 5)]]
        ),
        (
            "around, a hole of many points touching in one",
            [
                box(-5, -5, 15, 15),
                (0..<12).map { SIMD2(5, 3) + SIMD2(sin(Double($0) * .pi / 6), -cos(Double($0) * .pi / 6)) * 3 },
            ]
        ),
        (
            "around, two holes that touch each other and the border in a point each",
            [
                box(-5, -5, 15, 15), [SIMD2(5, 0), SIMD2(6, 3), SIMD2(5, 5), SIMD2(4, 3)],
                [SIMD2(5, 5), SIMD2(6, 8), SIMD2(5, 10), SIMD2(4, 8)],
            ]
        ),
        (
            "around, a chain of holes from side to side, touching in vertices and on edges",
            [
                box(-5, -5, 15, 15), [SIMD2(-2, 4), SIMD2(2, 5), SIMD2(-2, 6)], box(2, 4, 4, 6),
                [SIMD2(4, 5), SIMD2(6, 4), SIMD2(6, 6)], box(6, 6, 8, 8), [SIMD2(12, 6), SIMD2(8, 7), SIMD2(12, 8)],
            ]
        ),
        (
            "across, a hole between the shell and another hole that is cut",
            [box(2, -5, 15, 15), [SIMD2(2, 5), SIMD2(5, 4), SIMD2(5, 6)], [SIMD2(5, 6), SIMD2(12, 5), SIMD2(12, 8)]]
        ),
        (
            "around, holes in a corner",
            [
                box(-5, -5, 15, 15), [SIMD2(0, 4), SIMD2(3, 3), SIMD2(2, 5)], [SIMD2(3, 3), SIMD2(4, 0), SIMD2(5, 2)],
                box(0.5, 0.5, 1, 1),
            ]
        ),
        ("inside, touching in four points", [[SIMD2(5, 0), SIMD2(10, 5), SIMD2(5, 10), SIMD2(0, 5)]]),
        (
            "a notch touching a side",
            [[SIMD2(-5, -5), SIMD2(15, -5), SIMD2(15, 15), SIMD2(8, 15), SIMD2(5, 0), SIMD2(2, 15), SIMD2(-5, 15)]]
        ),
        (
            "a comb",
            [
                [
                    SIMD2(1, -3), SIMD2(9, -3), SIMD2(9, 4), SIMD2(8, 4), SIMD2(8, -1), SIMD2(6, -1), SIMD2(6, 4),
                    SIMD2(5, 4), SIMD2(5, -1), SIMD2(3, -1), SIMD2(3, 4), SIMD2(1, 4),
                ]
            ]
        ),
        (
            "a comb with two holes in its teeth",
            [
                [
                    SIMD2(1, -3), SIMD2(9, -3), SIMD2(9, 4), SIMD2(6, 4), SIMD2(6, -1), SIMD2(4, -1), SIMD2(4, 4),
                    SIMD2(1, 4),
                ],
                box(7, 1, 8, 2), box(2, 1, 3, 2),
            ]
        ),
        ("along the border and away", [[SIMD2(0, 0), SIMD2(10, 0), SIMD2(15, 5), SIMD2(10, 10), SIMD2(5, 5)]]),
        ("a corner touches a corner", [box(10, 10, 20, 20)]),
        ("a diagonal through two corners", [[SIMD2(-5, -5), SIMD2(15, 15), SIMD2(-5, 15)]]),
        ("not a ring", [[SIMD2(1, 1), SIMD2(2, 2)]]),
        ("nothing", []),
    ]

    @Test("Known polygons, in both directions and from every first point", arguments: cases.indices)
    func knownPolygons(index: Int) {
        let test = Self.cases[index]
        Self.check(test.rings, Self.tile, "\(test.name)")
        Self.check(test.rings.map { $0.reversed() }, Self.tile, "\(test.name), reversed")
        for turn in 0..<(test.rings.first?.count ?? 0) {
            let turned = test.rings.map { ring in (0..<ring.count).map { ring[($0 + turn) % ring.count] } }
            Self.check(turned, Self.tile, "\(test.name), turned \(turn)")
        }
    }

    @Test("Random star-shaped polygons with holes", arguments: 0..<150)
    func randomStars(seed: Int) {
        var generator = SeededRandom(seed: UInt64(seed))
        let center = generator.point(-2...12)
        let snaps = seed % 3 == 0
        let count = Int.random(in: 3...60, using: &generator)
        let scale = [2.0, 6, 14][seed / 3 % 3]
        func star(_ low: Double, _ high: Double) -> [SIMD2<Double>] {
            (0..<count).map { index in
                let angle = 2 * Double.pi * Double(index) / Double(count)
                let radius = generator.number(low...high) * scale
                let point = center + SIMD2(cos(angle), sin(angle)) * radius
                return snaps ? point.rounded(.toNearestOrEven) : point
            }
        }
        var rings = [star(0.5, 1)]
        if count > 8 { rings.append(star(0.1, 0.4)) }
        Self.check(rings, Self.tile, "seed \(seed)")
    }

    @Test("Random unions of grid cells, which run along borders, corners and into each other", arguments: 0..<60)
    func randomGrids(seed: Int) {
        var generator = SeededRandom(seed: UInt64(seed) + 500)
        // A random staircase polygon on whole numbers: heights over a row of columns.
        var ring: [SIMD2<Double>] = []
        for x in 0..<16 {
            let y = Double(Int.random(in: -3...14, using: &generator))
            ring.append(SIMD2(Double(x) - 3, y))
            ring.append(SIMD2(Double(x) - 2, y))
        }
        ring.append(SIMD2(13, -4))
        ring.append(SIMD2(-3, -4))
        Self.check([ring], Self.tile, "seed \(seed)")
        // The same steps with sloping sides.
        var slopes = ring
        for index in slopes.indices.dropLast(2) where index % 2 == 0 { slopes[index].x += 0.5 }
        Self.check([slopes], Self.tile, "seed \(seed), sloping")
    }

    @Test("Holes that hang together in corners and chains, at the rectangle's border too")
    func hangingHoles() {
        let geos = GEOS()
        var valid = 0
        for seed in 0..<400 {
            var generator = SeededRandom(seed: UInt64(seed) + 7000)
            var rings = [Self.box(-5, -5, 15, 15)]
            // Squares and diamonds on whole numbers meet in corners and on edges.
            for x in stride(from: -4.0, through: 13, by: 2) {
                for y in stride(from: -4.0, through: 13, by: 2) where generator.number(0...1) < 0.35 {
                    let size = Double(Int.random(in: 1...2, using: &generator))
                    switch Int.random(in: 0..<3, using: &generator) {
                    case 0: rings.append(Self.box(x, y, x + size, y + size))
                    case 1: rings.append([SIMD2(x + 1, y), SIMD2(x + 2, y + 1), SIMD2(x + 1, y + 2), SIMD2(x, y + 1)])
                    default: rings.append([SIMD2(x, y), SIMD2(x + 2, y + 1), SIMD2(x + 1, y + size)])
                    }
                }
            }
            valid += Self.check(rings, Self.tile, "seed \(seed)", geos: geos) ? 1 : 0
        }
        #expect(valid > 50)
    }

    @Test("Self-crossing rings end, inside the rectangle", arguments: 0..<40)
    func tangles(seed: Int) {
        var generator = SeededRandom(seed: UInt64(seed) + 900)
        let ring = (0..<200).map { _ in
            let point = generator.point(-8...18)
            return seed % 2 == 0 ? point.rounded(.toNearestOrEven) : point
        }
        Self.check([ring, Array(ring.reversed().prefix(90))], Self.tile, "seed \(seed)")
    }

    @Test("A ring of a million points ends")
    func millionPoints() {
        let ring = (0..<1_000_000).map { index -> SIMD2<Double> in
            let up = index % 2 == 0 ? 0.0 : 20
            return SIMD2(Double(index % 1000) / 50 - 5, Double(index / 1000) / 50 - 5 + up)
        }
        var clipper = PolygonClipper(ClipRectangle(minX: 0, minY: 0, maxX: 10, maxY: 10))
        #expect(!clipper.clip([ring]).isEmpty)
    }

    // MARK: Other people's nasty shapes

    @Test("The rings of earcut's test suite, at rectangles around their middle", .needs(.realData("nasty-geometry")))
    func earcut() throws {
        let geos = GEOS()
        var valid = 0
        for (name, rings) in try NastyGeometry.earcut() {
            for r in NastyGeometry.rectangles(around: rings.joined()) {
                valid += Self.check(rings, r, "\(name) at \(r)", geos: geos) ? 1 : 0
            }
        }
        #expect(valid > 50)
    }

    @Test("The polygons of GEOS's own test suite", .needs(.realData("nasty-geometry")))
    func geosSuite() throws {
        let geos = GEOS()
        var valid = 0
        for (name, wkt) in try NastyGeometry.geosTexts() {
            for polygon in geos.polygons(wkt: wkt) {
                let points = polygon.joined()
                guard points.allSatisfy({ abs($0.x) < 1e12 && abs($0.y) < 1e12 }) else { continue }
                for r in NastyGeometry.rectangles(around: points) {
                    valid += Self.check(polygon, r, "\(name): \(wkt.prefix(200)) at \(r)", geos: geos) ? 1 : 0
                }
            }
        }
        #expect(valid > 1000)
    }
}
