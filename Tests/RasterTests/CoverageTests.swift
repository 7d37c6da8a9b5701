import SeededRandom
import Testing

@testable import Raster

/// What the cells are compared with: areas in floating point, by cutting the polygon at each pixel's four sides.
enum NaiveCoverage {
    static func area(of polygon: [SIMD2<Double>], x: Int, y: Int) -> Double {
        var ring = polygon
        let limits: [(axis: Int, value: Double, keepsAbove: Bool)] = [
            (0, Double(x), true), (0, Double(x + 1), false), (1, Double(y), true), (1, Double(y + 1), false),
        ]
        for (axis, value, keepsAbove) in limits {
            var cut: [SIMD2<Double>] = []
            for index in ring.indices {
                let a = ring[index], b = ring[(index + 1) % ring.count]
                let aIn = keepsAbove ? a[axis] >= value : a[axis] <= value
                let bIn = keepsAbove ? b[axis] >= value : b[axis] <= value
                if aIn { cut.append(a) }
                if aIn != bIn { cut.append(a + (b - a) * ((value - a[axis]) / (b[axis] - a[axis]))) }
            }
            ring = cut
            if ring.isEmpty { return 0 }
        }
        return twiceArea(ring) / 2
    }

    static func twiceArea(_ ring: [SIMD2<Double>]) -> Double {
        var sum = 0.0
        for index in ring.indices {
            let a = ring[index], b = ring[(index + 1) % ring.count]
            sum += a.x * b.y - a.y * b.x
        }
        return sum
    }
}

extension Path {
    init(_ rings: [[SIMD2<Double>]]) {
        self.init()
        for ring in rings {
            for (index, point) in ring.enumerated() {
                if index == 0 { move(x: point.x, y: point.y) } else { line(x: point.x, y: point.y) }
            }
            close()
        }
    }
}

extension Canvas {
    /// Alpha of every pixel, 0...1, row by row.
    var alphas: [Double] {
        (0..<height).flatMap { y in (0..<width).map { x in Double(self[x, y].alpha) / 255 } }
    }
}

@Suite("Coverage is the area of a pixel that is inside")
struct CoverageTests {
    @Test("A random triangle covers each pixel as its area says", arguments: 0..<60)
    func triangleAreas(seed: Int) {
        var generator = SeededRandom(seed: UInt64(seed))
        let size = seed % 3 == 0 ? 4.0 : 60.0
        let origin = generator.point(-10...30)
        // Corners on the 1/256 grid, so that both sides see the same triangle.
        let ring = (0..<3).map { _ in ((origin + generator.point(0...size)) * 256).rounded(.toNearestOrEven) / 256 }
        let canvas = Canvas(width: 40, height: 40)
        canvas.fill(Path([ring]), .black)
        for y in 0..<40 {
            for x in 0..<40 {
                let area = abs(NaiveCoverage.area(of: ring, x: x, y: y))
                let alpha = Double(canvas[x, y].alpha) / 255
                #expect(abs(alpha - area) < 0.013, "pixel \(x), \(y)")
            }
        }
    }

    @Test("A polygon's pixels add up to its area to a thousandth")
    func totalArea() {
        var generator = SeededRandom(seed: 7)
        for _ in 0..<50 {
            // A star-shaped polygon around the middle.
            let ring = (0..<40).map { index in
                let angle = Double(index) * 0.157, radius = generator.number(20...50)
                return SIMD2(60 + radius * (1 - angle * angle / 8), 60 + radius * angle / 4)
            }
            let hull = [SIMD2(5.3, 7.1), SIMD2(110.9, 12.7), SIMD2(90.2, 100.4), SIMD2(20.6, 90.9)]
            for polygon in [hull, Array(ring.prefix(3))] {
                let canvas = Canvas(width: 128, height: 128)
                canvas.fill(Path([polygon]), .black)
                let area = abs(NaiveCoverage.twiceArea(polygon)) / 2
                #expect(abs(canvas.alphas.reduce(0, +) - area) < 0.001 * area + 1)
            }
        }
    }

    @Test("A square on pixel borders is filled without anti-aliasing, and nothing else is touched")
    func sharpSquare() {
        let canvas = Canvas(width: 20, height: 20)
        canvas.fill(Path([[SIMD2(3, 4), SIMD2(12, 4), SIMD2(12, 17), SIMD2(3, 17)]]), .black)
        for y in 0..<20 {
            for x in 0..<20 {
                #expect(canvas[x, y].alpha == ((3..<12).contains(x) && (4..<17).contains(y) ? 255 : 0))
            }
        }
    }

    @Test("Overlapping subpaths of the same direction are one area, of opposite directions a hole")
    func windings() {
        let outer = [SIMD2(2.0, 2), SIMD2(18, 2), SIMD2(18, 18), SIMD2(2, 18)]
        let inner = [SIMD2(6.0, 6), SIMD2(14, 6), SIMD2(14, 14), SIMD2(6, 14)]
        let cases: [(rings: [[SIMD2<Double>]], rule: FillRule, middle: UInt8)] = [
            ([outer, inner], .nonZero, 255), ([outer, inner.reversed()], .nonZero, 0),
            ([outer, inner], .evenOdd, 0), ([outer, inner.reversed()], .evenOdd, 0),
            ([outer, outer, inner.reversed()], .nonZero, 255), ([outer.reversed(), inner.reversed()], .nonZero, 255),
            ([outer, outer, inner], .evenOdd, 255),
        ]
        for (index, test) in cases.enumerated() {
            let canvas = Canvas(width: 20, height: 20)
            canvas.fill(Path(test.rings), .black, rule: test.rule)
            #expect(canvas[10, 10].alpha == test.middle, "case \(index)")
        }
    }

    @Test("A ring drawn forth and back leaves nothing")
    func cancellation() {
        var generator = SeededRandom(seed: 11)
        let ring = (0..<100).map { _ in generator.point(-300...300) }
        let canvas = Canvas(width: 64, height: 64)
        canvas.fill(Path([ring, ring.reversed()]), .black)
        #expect(canvas.isEmpty)
    }

    @Test("Coordinates out of reach are drawn as if the plane had no end")
    func farCoordinates() {
        let far = 1e9
        let cases: [(ring: [SIMD2<Double>], middle: UInt8)] = [
            ([SIMD2(-far, -far), SIMD2(far, -far), SIMD2(far, far), SIMD2(-far, far)], 255),
            ([SIMD2(-far, -far), SIMD2(far, -far), SIMD2(far, -5), SIMD2(-far, -5)], 0),
            ([SIMD2(0, 0), SIMD2(far, 0), SIMD2(far, far), SIMD2(0, far)], 255),
            // A long thin triangle, whose middle passes through the canvas.
            ([SIMD2(-far, -far - 40), SIMD2(far, far), SIMD2(-far, -far + 40)], 255),
            // Lines that go around a corner of the reach.
            ([SIMD2(-2.9e6, -2e6), SIMD2(2e6, 5e8), SIMD2(-5e8, 2e6)], 0),
            ([SIMD2(.infinity, 0), SIMD2(0, .infinity), SIMD2(-.infinity, -.infinity)], 255),
        ]
        for (index, test) in cases.enumerated() {
            let canvas = Canvas(width: 16, height: 16)
            canvas.fill(Path([test.ring]), .black)
            #expect(canvas[8, 8].alpha == test.middle, "case \(index)")
        }
        var path = Path()
        path.move(x: .nan, y: .nan)
        path.line(x: 16, y: .nan)
        path.line(x: 16, y: 16)
        let canvas = Canvas(width: 16, height: 16)
        canvas.fill(path, .black)
        #expect(canvas[15, 3].alpha == 255)
    }

    @Test(
        "A subpath from a pen is that of single vertices, also beyond the room asked for and out of reach",
        arguments: [0, 3, 100], [1.0, 30, 1e6])
    func pens(limit: Int, reach: Double) {
        var generator = SeededRandom(seed: 19)
        for isClosed in [false, true] {
            let points = (0..<20).map { generator.point(($0 % 5 == 0 ? -40 * reach : -40)...60) }
            var path = Path(), expected = Path()
            for start in [0, 10] {
                path.add(upTo: limit, isClosed: isClosed) { pen in
                    for point in points[start..<start + 10] { pen.line(x: point.x, y: point.y) }
                }
                for (index, point) in points[start..<start + 10].enumerated() {
                    if index == 0 {
                        expected.move(x: point.x, y: point.y)
                    } else {
                        expected.line(x: point.x, y: point.y)
                    }
                }
                if isClosed { expected.close() }
            }
            path.add(upTo: limit, isClosed: true) { _ in }
            #expect(path.vertexCount == expected.vertexCount)
            let canvas = Canvas(width: 24, height: 24), twin = Canvas(width: 24, height: 24)
            for (canvas, path) in [(canvas, path), (twin, expected)] {
                canvas.fill(path, Color("#d7301f80")!)
                canvas.stroke(path, Stroke(width: 1.5), .black)
            }
            #expect(canvas.rgba == twin.rgba)
            #expect(!canvas.isEmpty)
        }
    }

    @Test("A ring of a million vertices, far and near, ends")
    func millionVertices() {
        var generator = SeededRandom(seed: 13)
        var path = Path()
        for index in 0..<1_000_000 {
            let point = generator.point(index % 2 == 0 ? -40...40 : -1e7...1e7)
            if index == 0 { path.move(x: point.x, y: point.y) } else { path.line(x: point.x, y: point.y) }
        }
        path.close()
        let canvas = Canvas(width: 16, height: 16)
        canvas.fill(path, .black)
        canvas.stroke(path, Stroke(width: 2), .black)
        #expect(!canvas.isEmpty)
    }

    @Test("Tiny dashes along far segments are counted, not walked")
    func farDashes() {
        var generator = SeededRandom(seed: 14)
        var path = Path()
        for index in 0..<2000 {
            let point = generator.point(index % 2 == 0 ? -40...40 : -2e6...2e6)
            if index == 0 { path.move(x: point.x, y: point.y) } else { path.line(x: point.x, y: point.y) }
        }
        let canvas = Canvas(width: 16, height: 16)
        canvas.stroke(path, Stroke(width: 2, dash: Dash([0.2, 0.2])), .black)
        #expect(!canvas.isEmpty)
    }

    @Test("After drawing, the cells are zero again")
    func cellsAreClean() {
        var generator = SeededRandom(seed: 17)
        let canvas = Canvas(width: 600, height: 40)
        for _ in 0..<200 {
            let ring = (0..<5).map { _ in generator.point(-700...1300) }
            canvas.fill(Path([ring]), .black)
            canvas.stroke(Path([ring]), Stroke(width: 3), .black)
        }
        canvas.clear()
        canvas.cells.rows.pointee = RowRange(
            first: Lanes(repeating: 0), last: Lanes(repeating: Int32(canvas.height - 1)))
        canvas.cells.resolve(.nonZero, SolidPaint(.black), over: canvas.pixels)
        #expect(canvas.isEmpty)
        for row in 0..<canvas.height {
            for column in 0..<canvas.cells.width where canvas.cells.sums[row * canvas.cells.stride + column] != 0 {
                Issue.record("cell \(column), \(row) is not zero")
            }
        }
    }

    @Test(
        "A ring that runs around 16384 times is inside as one that does once", arguments: [1, 16_383, 16_384, 16_385])
    func windings(count: Int) {
        let square = [SIMD2(2.0, 2), SIMD2(30, 2), SIMD2(30, 30), SIMD2(2, 30)]
        for ring in [square, square.reversed()] {
            let canvas = Canvas(width: 32, height: 32)
            canvas.fill(Path([[SIMD2<Double>]](repeating: ring, count: count)), Color("#0000ff80")!)
            #expect(canvas[16, 16] == Color("#0000ff80")!.premultiplied)
        }
    }
}
