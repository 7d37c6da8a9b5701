import Raster
import SeededRandom
import TestConditions
import Testing

extension Array<SIMD2<Double>> {
    var length: Double {
        zip(self, dropFirst()).map { a, b in
            let d = b - a
            return (d * d).sum().squareRoot()
        }.reduce(0, +)
    }
}

extension ClipRectangle {
    func clip(line: [SIMD2<Double>]) -> [[SIMD2<Double>]] {
        var pieces = Polylines()
        clip(line: line.span, into: &pieces)
        return (0..<pieces.count).map { Array(pieces[$0]) }
    }

    func clip(outline ring: [SIMD2<Double>]) -> [[SIMD2<Double>]] {
        var pieces = Polylines()
        clip(outline: ring.span, into: &pieces)
        return (0..<pieces.count).map { Array(pieces[$0]) }
    }
}

@Suite("Clipping lines")
struct ClipLineTests {
    static let rectangle = ClipRectangle(minX: 0, minY: 0, maxX: 10, maxY: 10)

    static let cases: [(name: String, line: [SIMD2<Double>], pieces: [[SIMD2<Double>]])] = [
        ("inside", [SIMD2(1, 1), SIMD2(9, 9)], [[SIMD2(1, 1), SIMD2(9, 9)]]),
        ("through", [SIMD2(-5, 5), SIMD2(15, 5)], [[SIMD2(0, 5), SIMD2(10, 5)]]),
        ("through a corner region", [SIMD2(-1, 5), SIMD2(5, 11)], [[SIMD2(0, 6), SIMD2(4, 10)]]),
        ("beyond a corner", [SIMD2(-5, 7), SIMD2(7, 19)], []),
        ("touching a corner", [SIMD2(-5, 5), SIMD2(5, 15)], []),
        (
            "in and out and in", [SIMD2(5, 5), SIMD2(15, 5), SIMD2(15, 8), SIMD2(5, 8)],
            [[SIMD2(5, 5), SIMD2(10, 5)], [SIMD2(10, 8), SIMD2(5, 8)]]
        ),
        ("along the border", [SIMD2(-5, 0), SIMD2(15, 0)], [[SIMD2(0, 0), SIMD2(10, 0)]]),
        (
            "touching the border from inside", [SIMD2(1, 5), SIMD2(5, 10), SIMD2(9, 5)],
            [[SIMD2(1, 5), SIMD2(5, 10), SIMD2(9, 5)]]
        ),
        ("touching the border from outside", [SIMD2(1, 15), SIMD2(5, 10), SIMD2(9, 15)], []),
        ("a point on the border and one outside", [SIMD2(10, 5), SIMD2(15, 5)], []),
        ("without length", [SIMD2(5, 5), SIMD2(5, 5)], []),
        ("one point", [SIMD2(5, 5)], []),
        ("none", [], []),
        ("repeated points", [SIMD2(1, 1), SIMD2(1, 1), SIMD2(2, 1)], [[SIMD2(1, 1), SIMD2(1, 1), SIMD2(2, 1)]]),
    ]

    @Test("Known lines", arguments: cases.indices)
    func knownLines(index: Int) {
        #expect(
            Self.rectangle.clip(line: Self.cases[index].line) == Self.cases[index].pieces, "\(Self.cases[index].name)")
    }

    @Test("Pieces lie inside, are as long as each segment's own part, and join without gaps", arguments: 0..<200)
    func naiveTwin(seed: Int) {
        var generator = SeededRandom(seed: UInt64(seed))
        let rectangle = Self.rectangle
        let reach = [3.0, 12, 100][seed % 3]
        var line = [generator.point(-5...15)]
        for _ in 0..<60 {
            var next = line[line.count - 1] + generator.point(-reach...reach)
            if (next * next).sum() > 1e5 { next = generator.point(-5...15) }
            // Half of them on whole numbers, to meet borders and corners.
            line.append(seed % 2 == 0 ? next.rounded(.toNearestOrEven) : next)
        }
        let pieces = rectangle.clip(line: line)
        for point in pieces.joined() {
            #expect((0...10).contains(point.x) && (0...10).contains(point.y))
        }
        let expected = zip(line, line.dropFirst()).map { Self.lengthInside($0, $1) }.reduce(0, +)
        #expect(abs(pieces.map(\.length).reduce(0, +) - expected) < 1e-9)
        // A piece ends only where the line does or at the border.
        for piece in pieces {
            for (end, own) in [(piece[0], line[0]), (piece[piece.count - 1], line[line.count - 1])] where end != own {
                #expect(end.x == 0 || end.x == 10 || end.y == 0 || end.y == 10)
            }
        }
    }

    /// Length of a segment in the rectangle by bisection of nothing but the definition: the parameter interval in which
    /// all four inequalities hold.
    static func lengthInside(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> Double {
        var low = 0.0, high = 1.0
        for axis in 0..<2 {
            let d = b[axis] - a[axis]
            if d == 0 {
                if a[axis] < 0 || a[axis] > 10 { return 0 }
            } else {
                let s = (0 - a[axis]) / d, t = (10 - a[axis]) / d
                low = max(low, min(s, t))
                high = min(high, max(s, t))
            }
        }
        return high > low ? (high - low) * [a, b].length : 0
    }

    @Test("As long as GEOS says", arguments: 0..<100)
    func lengthOfGEOS(seed: Int) {
        var generator = SeededRandom(seed: UInt64(seed) + 40)
        let line = (0..<30).map { _ in
            let point = generator.point(-8...18)
            return seed % 2 == 0 ? point.rounded(.toNearestOrEven) : point
        }
        let length = Self.rectangle.clip(line: line).map(\.length).reduce(0, +)
        #expect(abs(length - GEOS().clippedLength(line, to: (0, 0, 10, 10))) < 1e-8)
    }

    @Test(
        "As long as GEOS says: the rings of earcut's test suite and the lines of GEOS's own, at rectangles around their middle",
        .needs(.realData("nasty-geometry")))
    func nastyLines() throws {
        let geos = GEOS()
        var lines = try NastyGeometry.earcut().flatMap { name, rings in rings.map { (name, $0 + [$0[0]]) } }
        for (name, wkt) in try NastyGeometry.geosTexts() {
            lines += geos.lines(wkt: wkt).map { ("\(name): \(wkt.prefix(200))", $0) }
        }
        var count = 0
        for (name, line) in lines where line.allSatisfy({ abs($0.x) < 1e12 && abs($0.y) < 1e12 }) {
            for r in NastyGeometry.rectangles(around: line) {
                let rectangle = ClipRectangle(minX: r.0, minY: r.1, maxX: r.2, maxY: r.3)
                let pieces = rectangle.clip(line: line)
                for point in pieces.joined() {
                    #expect((r.0...r.2).contains(point.x) && (r.1...r.3).contains(point.y), "\(name) at \(r)")
                }
                let length = pieces.map(\.length).reduce(0, +), expected = geos.clippedLength(line, to: r)
                #expect(abs(length - expected) <= 1e-9 * max(r.2 - r.0 + r.3 - r.1, expected), "\(name) at \(r)")
                count += 1
            }
        }
        #expect(count > 1000)
    }

    @Test("A ring's outline comes in whole pieces wherever the ring begins, and none runs along the border")
    func outline() {
        let ring = [SIMD2(5.0, 5), SIMD2(15, 5), SIMD2(15, 8), SIMD2(5, 8)]
        for turn in 0..<4 {
            let turned = Array(ring[turn...] + ring[..<turn])
            for closed in [turned, turned + [turned[0]]] {
                #expect(
                    Self.rectangle.clip(outline: closed) == [[SIMD2(10, 8), SIMD2(5, 8), SIMD2(5, 5), SIMD2(10, 5)]])
            }
        }
        let inside = [SIMD2(1.0, 1), SIMD2(2, 1), SIMD2(2, 2)]
        #expect(Self.rectangle.clip(outline: inside) == [inside + [inside[0]]])
    }

    @Test(
        "A segment so long that rounding loses its end beside the rectangle gives nothing",
        arguments: [1e15, 1e30, 1e100])
    func farAway(distance: Double) {
        for line in [[SIMD2(-distance, 5.5), SIMD2(-0.6, 5.4)], [SIMD2(-0.6, 5.4), SIMD2(-distance, 5.5)]] {
            #expect(Self.rectangle.clip(line: line) == [])
            #expect(Self.rectangle.clip(line: line.map { SIMD2($0.y, $0.x) }) == [])
        }
    }
}
