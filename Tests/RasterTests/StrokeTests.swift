import Foundation
import Raster
import SeededRandom
import Testing

@Suite("Strokes")
struct StrokeTests {
    /// Covered area in pixels of a stroke along these points.
    func area(_ points: [SIMD2<Double>], _ stroke: Stroke, closed: Bool = false) -> Double {
        let canvas = Canvas(width: 128, height: 128)
        var path = Path()
        for (index, point) in points.enumerated() {
            if index == 0 { path.move(x: point.x, y: point.y) } else { path.line(x: point.x, y: point.y) }
        }
        if closed { path.close() }
        canvas.stroke(path, stroke, .black)
        return canvas.alphas.reduce(0, +)
    }

    static let line = [SIMD2(20.3, 30.1), SIMD2(80.3, 110.1)]

    @Test(
        "A line of length 100 and width 6 covers 600 pixels and its caps",
        arguments: [
            (Stroke.Cap.butt, 600.0), (.round, 600 + 28.27), (.square, 636.0),
        ])
    func capAreas(cap: Stroke.Cap, expected: Double) {
        #expect(abs(area(Self.line, Stroke(width: 6, cap: cap)) - expected) < 1.5)
    }

    @Test(
        "A right angle's corner follows its join",
        arguments: [
            (Stroke.Join.miter, 25.0), (.round, 19.63), (.bevel, 12.5),
        ])
    func joinAreas(join: Stroke.Join, corner: Double) {
        let bend = [SIMD2(20.0, 20), SIMD2(80, 20), SIMD2(80, 90)]
        // Two bars, less the square that they share, and the corner's filling.
        let bars = 60.0 * 10 + 70 * 10 - 25
        #expect(abs(area(bend, Stroke(width: 10, join: join)) - bars - corner) < 1.5)
    }

    @Test("A miter longer than its limit is bevelled")
    func miterLimit() {
        let spike = [SIMD2(10.0, 60), SIMD2(100, 64), SIMD2(10, 68)]
        let sharp = area(spike, Stroke(width: 4, join: .miter, miterLimit: 64))
        let limited = area(spike, Stroke(width: 4, join: .miter, miterLimit: 4))
        let bevel = area(spike, Stroke(width: 4, join: .bevel))
        #expect(limited == bevel)
        #expect(sharp > limited + 10)
    }

    @Test("A closed square ring has four mitred corners and no gap")
    func ring() {
        let square = [SIMD2(20.0, 20), SIMD2(100, 20), SIMD2(100, 100), SIMD2(20, 100)]
        for points in [square, square.reversed(), square + [square[0]]] {
            #expect(abs(area(points, Stroke(width: 6), closed: true) - (86 * 86 - 74 * 74)) < 1)
        }
    }

    @Test("A subpath without length is a dot with round caps, a square with square caps, nothing with butt caps")
    func dots() {
        for points in [[SIMD2(50.5, 50.5)], [SIMD2(50.5, 50.5), SIMD2(50.5, 50.5)]] {
            for closed in [false, true] {
                #expect(abs(area(points, Stroke(width: 10, cap: .round), closed: closed) - 78.5) < 1.5)
                #expect(abs(area(points, Stroke(width: 10, cap: .square), closed: closed) - 100) < 0.5)
                #expect(area(points, Stroke(width: 10, cap: .butt), closed: closed) == 0)
            }
        }
    }

    @Test("Dashes cover their share of the line, wherever the pattern begins", arguments: [0.0, 3, 7.5, 10, -4, 1e6])
    func dashShare(offset: Double) {
        let dash = Dash([6, 4], offset: offset)
        #expect(abs(area(Self.line, Stroke(width: 6, dash: dash)) - 360) < 3)
    }

    @Test("A pattern runs on through the vertices of a line")
    func dashesRunOn() {
        // The same straight line, once in one piece and once in 50.
        let many = (0...50).map { Self.line[0] + (Self.line[1] - Self.line[0]) * (Double($0) / 50) }
        let stroke = Stroke(width: 6, cap: .round, dash: Dash([9, 8, 1, 8]))
        #expect(abs(area(Self.line, stroke) - area(many, stroke)) < 2)
    }

    @Test("Dashes of no length with round caps are dots")
    func dots2() {
        let stroke = Stroke(width: 4, cap: .round, dash: Dash([0, 10]))
        let straight = [SIMD2(10.0, 50), SIMD2(95, 50)]
        // A circle is drawn as a polygon at most 1/12 pixel off: up to 5 % of so small a dot.
        #expect(abs(area(straight, stroke) - 9 * 12.57) < 9 * 0.7)
    }

    @Test("A pattern that cannot be drawn is no pattern")
    func impossibleDashes() {
        #expect(Dash([]) == nil)
        #expect(Dash([0, 0]) == nil)
        #expect(Dash([-1, 4]) == nil)
        #expect(Dash([.nan, 4]) == nil)
        #expect(Dash([.infinity, 4]) == nil)
        #expect(Dash([0.01]) == nil)
        #expect(Dash([3])?.lengths == [3, 3])
    }

    @Test("A stroke never has a hole where its own pieces overlap")
    func noHoles() {
        // A tight coil of segments much shorter than the line is wide: every pixel within half the width of the
        // coil's axis, less one pixel for the border, must be covered.
        var generator = SeededRandom(seed: 5)
        for join in [Stroke.Join.round, .bevel, .miter] {
            var points = [SIMD2(64.0, 64)]
            for _ in 0..<200 {
                points.append(points[points.count - 1] + generator.point(-0.9...0.9))
            }
            let canvas = Canvas(width: 128, height: 128)
            var path = Path()
            for (index, point) in points.enumerated() {
                if index == 0 { path.move(x: point.x, y: point.y) } else { path.line(x: point.x, y: point.y) }
            }
            canvas.stroke(path, Stroke(width: 12, cap: .round, join: join), .black)
            for y in stride(from: 0, to: 128, by: 2) {
                for x in stride(from: y / 2 % 2, to: 128, by: 2) {
                    let middle = SIMD2(Double(x) + 0.5, Double(y) + 0.5)
                    let distance =
                        zip(points, points.dropFirst())
                        .map { Self.distance(middle, $0, $1) }.min() ?? .infinity
                    if join == .round {
                        if distance < 5 { #expect(canvas[x, y].alpha == 255, "\(x) \(y)") }
                        if distance > 7 { #expect(canvas[x, y].alpha == 0, "\(x) \(y)") }
                    } else if zip(points, points.dropFirst()).contains(where: { Self.isBeside(middle, $0, $1, 5) }) {
                        // Between its corners a line is as wide as with round ones.
                        #expect(canvas[x, y].alpha > 0, "\(join) \(x) \(y)")
                    }
                }
            }
        }
    }

    /// Whether a point is nearer than this to a segment, and beside it.
    static func isBeside(_ p: SIMD2<Double>, _ a: SIMD2<Double>, _ b: SIMD2<Double>, _ limit: Double) -> Bool {
        let t = ((p - a) * (b - a)).sum()
        return t > 0 && t < ((b - a) * (b - a)).sum() && distance(p, a, b) < limit
    }

    static func distance(_ p: SIMD2<Double>, _ a: SIMD2<Double>, _ b: SIMD2<Double>) -> Double {
        let d = b - a, length = (d * d).sum()
        let t = length == 0 ? 0 : max(0, min(1, ((p - a) * d).sum() / length))
        let r = p - (a + d * t)
        return (r * r).sum().squareRoot()
    }

    @Test("Every pixel nearer than half the width is covered, none farther", arguments: 0..<20)
    func distanceTwin(seed: Int) {
        var generator = SeededRandom(seed: UInt64(seed) + 100)
        let points = (0..<8).map { _ in generator.point(-20...148) }
        let width = generator.number(1.5...14)
        let canvas = Canvas(width: 128, height: 128)
        var path = Path()
        for (index, point) in points.enumerated() {
            if index == 0 { path.move(x: point.x, y: point.y) } else { path.line(x: point.x, y: point.y) }
        }
        canvas.stroke(path, Stroke(width: width, cap: .round, join: .round), .black)
        for y in 0..<128 {
            for x in 0..<128 {
                let middle = SIMD2(Double(x) + 0.5, Double(y) + 0.5)
                let distance = zip(points, points.dropFirst()).map { Self.distance(middle, $0, $1) }.min()!
                if distance < width / 2 - 0.85 { #expect(canvas[x, y].alpha == 255) }
                if distance > width / 2 + 0.85 { #expect(canvas[x, y].alpha == 0) }
            }
        }
    }

    @Test(
        "A miter is drawn up to its limit, 1 / sin of half the angle, and cut off beyond",
        arguments: [20.0, 50, 90, 130])
    func miterLimit(angle: Double) {
        let half = angle / 2 * .pi / 180
        let bend = Path(
            [[SIMD2(100 - 60 * sin(half), 160), SIMD2(100, 160 - 60 * cos(half)), SIMD2(100 + 60 * sin(half), 160)]],
            closed: false)
        let width = 8.0
        func top(_ limit: Double) -> Double {
            let canvas = Canvas(width: 200, height: 200)
            canvas.stroke(bend, Stroke(width: width, join: .miter, miterLimit: limit), .black)
            let coverage = (0..<200).map { Double(canvas[100, $0].alpha) / 255 }
            let first = coverage.firstIndex { $0 > 0.5 } ?? 200
            return Double(first)
        }
        let corner = 160 - 60 * cos(half)
        // The tip lies width / (2 sin(half)) above the corner, a bevel width / 2 × sin(half).
        #expect(abs(top(1 / sin(half) * 1.01) - (corner - width / 2 / sin(half))) < 4)
        #expect(abs(top(max(1, 1 / sin(half) * 0.99)) - (corner - width / 2 * sin(half))) < 1.5)
    }
}
