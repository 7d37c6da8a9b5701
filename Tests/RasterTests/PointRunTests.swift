import Foundation
import SeededRandom
import Testing

@testable import Raster

@Suite("Runs of points, compared with a look at each")
struct PointRunTests {
    /// Points on a small grid, so that many lie exactly on the limits, with long runs on one side.
    private func points(_ generator: inout SeededRandom) -> [SIMD2<Double>] {
        var place = SIMD2(0.0, 0.0)
        return (0..<Int(generator.number(0...70))).map { _ in
            let step = generator.point(-1.4...1.4)
            place = SIMD2(
                max(-4, min(4, place.x + step.x.rounded())), max(-4, min(4, place.y + step.y.rounded())))
            return place
        }
    }

    @Test("A run ends at the first point that is out, from wherever it begins", arguments: [false, true])
    func ends(isOpen: Bool) {
        var generator = SeededRandom(seed: isOpen ? 1 : 2)
        let none = Double.infinity
        for _ in 0..<400 {
            let points = points(&generator)
            let (x, y) = (generator.number(-3...0).rounded(), generator.number(-3...0).rounded())
            let low = SIMD2(x, y), high = SIMD2(x + 3, y + 4)
            points.withUnsafeBufferPointer { run in
                for start in 0...points.count {
                    func end(_ isIn: (SIMD2<Double>) -> Bool) -> Int {
                        points[start...].firstIndex { !isIn($0) } ?? points.count
                    }
                    func isBelow(_ a: Double, _ b: Double) -> Bool { isOpen ? a < b : a <= b }
                    #expect(
                        run.endOfRun(from: start, low: low, high: high, isOpen: isOpen)
                            == end {
                                isBelow(low.x, $0.x) && isBelow(low.y, $0.y) && isBelow($0.x, high.x)
                                    && isBelow($0.y, high.y)
                            })
                    #expect(
                        run.endOfRun(from: start, below: SIMD2(none, high.y), isOpen: isOpen)
                            == end { isBelow($0.y, high.y) })
                    #expect(
                        run.endOfRun(from: start, above: SIMD2(low.x, -none), isOpen: isOpen)
                            == end { isBelow(low.x, $0.x) })
                }
            }
        }
    }

    @Test("It is told which way a ring turns, wherever it begins and however many points it has", arguments: 3...80)
    func turns(count: Int) {
        var generator = SeededRandom(seed: UInt64(count))
        // A star around the origin does not cross itself.
        let star = (0..<count).map { corner -> SIMD2<Double> in
            let angle = 2 * Double.pi * Double(corner) / Double(count)
            let radius = generator.number(1...9)
            return SIMD2(radius * cos(angle), radius * sin(angle))
        }
        // A comb has all its lowest points at one height, with others on the way between them.
        let comb = (0..<count).map { SIMD2(Double($0), $0 % 3 == 2 ? 1 : 0) } + [SIMD2(Double(count), 5), SIMD2(0, 5)]
        for shape in [star, comb] {
            for first in [0, shape.count / 3, shape.count - 1] {
                let ring = Array(shape[first...] + shape[..<first])
                ring.withUnsafeBufferPointer { #expect(PolygonClipper.isCounterclockwise($0)) }
                ring.reversed().withUnsafeBufferPointer { #expect(!PolygonClipper.isCounterclockwise($0)) }
            }
        }
    }
}
