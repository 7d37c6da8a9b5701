import Foundation
import SeededRandom
import Testing

@testable import Raster

@Suite("Chains of edges")
struct EdgeChainTests {
    /// Sums, touched bits and rows of all that was added.
    private static func trace(width: Int, height: Int, _ add: (CoverageCells) -> Void) -> [Int64] {
        let cells = CoverageCells(width: width, height: height)
        defer { cells.deallocate() }
        add(cells)
        cells.leaveWaiting()
        let rows = cells.rows.pointee.all
        var all = [Int64(rows.first), Int64(rows.last)]
        for row in 0..<height {
            for column in 0..<width { all.append(Int64(cells.sums[row * cells.stride + column])) }
            for word in 0..<cells.words {
                // The block behind the last one is never read.
                for block in 64 * word..<min(64 * word + 64, width / 8) {
                    all.append(Int64(cells.touched[row * cells.words + word] >> UInt64(block % 64) & 1))
                }
            }
        }
        return all
    }

    /// Points that go on from each other by about `step` pixels, now and then along rows and columns and on the borders of pixels.
    private static func points(_ count: Int, step: Double, size: Double, seed: UInt64) -> [PixelPoint] {
        var generator = SeededRandom(seed: seed)
        var at = generator.point(0...size)
        return (0..<count).map { index in
            var move = generator.point(-step...step)
            switch index % 7 {
            case 0: move.x = 0
            case 1: move.y = 0
            case 2: move.y /= 16
            case 3: move.x /= 16
            default: break
            }
            at += move
            if at.x < -size || at.x > 2 * size || at.y < -size || at.y > 2 * size { at = generator.point(0...size) }
            if index % 11 == 0 { at = at.rounded(.toNearestOrEven) }
            return PixelPoint(x: Int32(Path.subpixels(at.x)), y: Int32(Path.subpixels(at.y)))
        }
    }

    @Test(
        "Eight edges at a time leave the same cells as one after the other",
        arguments: [0.3, 1, 3, 12, 60, 900, 20_000, 900_000], [(64, 48), (256, 256), (512, 20), (1040, 30)])
    func twins(step: Double, size: (width: Int, height: Int)) {
        for edges in [1, 2, 7, 8, 9, 400] {
            let points = Self.points(edges + 9, step: step, size: Double(size.width), seed: UInt64(edges))
            for sign in [Int32(1), -1] {
                let together = Self.trace(width: size.width, height: size.height) { cells in
                    points.withUnsafeBufferPointer { cells.chain($0.baseAddress!, edges: edges, sign: sign) }
                }
                let single = Self.trace(width: size.width, height: size.height) { cells in
                    for index in 0..<edges {
                        let (a, b) = (points[index], points[index + 1])
                        if sign > 0 { cells.edge(a, b) } else { cells.edge(b, a) }
                    }
                }
                #expect(together == single, "\(edges) edges, sign \(sign)")
            }
        }
    }

    @Test("A chain and its way back leave nothing in the cells", arguments: [0.3, 2, 40, 3000])
    func cancellation(step: Double) {
        let points = Self.points(209, step: step, size: 100, seed: 5)
        let cells = CoverageCells(width: 104, height: 100)
        defer { cells.deallocate() }
        points.withUnsafeBufferPointer { cells.chain($0.baseAddress!, edges: 200, sign: 1) }
        let back = Array(points[...200].reversed()) + points[..<8]
        back.withUnsafeBufferPointer { cells.chain($0.baseAddress!, edges: 200, sign: 1) }
        cells.leaveWaiting()
        #expect((0..<cells.stride * cells.height).allSatisfy { cells.sums[$0] == 0 })
    }

    @Test("A ring's chain closes it", arguments: 3...20)
    func rings(count: Int) {
        let points = Self.points(count, step: 9, size: 40, seed: UInt64(count))
        let ring = Self.trace(width: 40, height: 40) { cells in points.withUnsafeBufferPointer { cells.ring($0) } }
        let edges = Self.trace(width: 40, height: 40) { cells in
            for index in points.indices { cells.edge(points[index], points[(index + 1) % count]) }
        }
        #expect(ring == edges)
    }

    @Test("Arithmetic on lanes is that of single numbers")
    func lanes() {
        let numbers: [Int32] = [0, 1, -1, 255, 256, -256, 1 << 29, -(1 << 29)]
        for a in numbers {
            for b in numbers {
                let (x, y) = (Lanes(repeating: a), Lanes(numbers.map { $0 / 2 &+ b / 2 }))
                for lane in 0..<8 {
                    #expect(Lanes.less(x, y)[lane] == (x[lane] < y[lane] ? -1 : 0))
                    #expect(Lanes.lesser(x, y)[lane] == min(x[lane], y[lane]))
                    #expect(Lanes.greater(x, y)[lane] == max(x[lane], y[lane]))
                    #expect(y.atLeast(3)[lane] == max(y[lane], 3))
                    let (first, second) = Lanes.signBits(y, x)
                    #expect(first >> UInt32(lane) & 1 == (y[lane] < 0 ? 1 : 0))
                    #expect(second >> UInt32(lane) & 1 == (x[lane] < 0 ? 1 : 0))
                }
            }
        }
    }

    @Test(
        "Eight bends at a time leave the same cells as one after the other",
        arguments: [Stroke.Join.miter, .round, .bevel],
        [0.2, 1.2, 5, 40])
    func strokeTwins(join: Stroke.Join, width: Double) {
        for (step, seed) in [(0.4, UInt64(1)), (2, 2), (9, 3), (300, 4)] {
            // Straight on, more or less, as streets are, but for a bend here and there.
            var generator = SeededRandom(seed: seed)
            var at = generator.point(40...80), angle = generator.number(0...6)
            let points = (0..<300).map { index in
                angle += index % 13 == 0 ? generator.number(-3...3) : generator.number(-0.2...0.2)
                at += SIMD2(cos(angle), sin(angle)) * step * (index % 29 == 0 ? 0.01 : 1)
                return PixelPoint(x: Int32(Path.subpixels(at.x)), y: Int32(Path.subpixels(at.y)))
            }
            for isClosed in [false, true] {
                let stroke = Stroke(width: width, cap: .round, join: join)
                let traces = [true, false].map { together in
                    Self.trace(width: 128, height: 128) { cells in
                        var stroker = Stroker(stroke, cells)
                        points.withUnsafeBufferPointer { stroker.line($0, isClosed: isClosed, together: together) }
                    }
                }
                #expect(traces[0] == traces[1], "steps of \(step), closed \(isClosed)")
                #expect(traces[0].contains { $0 > 1 })
            }
        }
    }
}
