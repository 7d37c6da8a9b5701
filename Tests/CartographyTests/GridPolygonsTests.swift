import SeededRandom
import Testing

@testable import Cartography

/// Polygons on the grid of a vector tile.
@Suite("Polygons on a grid")
struct GridPolygonsTests {
    private typealias Place = GridRings.Place

    private func mended(_ rings: [[Place]], holes: Set<Int> = []) -> [[[SIMD2<Int>]]] {
        var grid = GridRings()
        var shell: Int?
        for (number, ring) in rings.enumerated() {
            for place in ring { grid.add(place) }
            let isHole = holes.contains(number)
            if grid.endRing(shell: isHole ? shell : nil, isKept: !isHole || shell != nil), !isHole {
                shell = grid.count - 1
            }
        }
        var polygons = GridPolygons()
        polygons.mend(&grid)
        var result: [[[SIMD2<Int>]]] = []
        for ring in 0..<grid.count {
            let places = grid.places[grid.range(of: ring)].map { SIMD2(Int($0.x), Int($0.y)) }
            if grid.isShell(ring) { result.append([places]) } else { result[result.count - 1].append(places) }
        }
        return result
    }

    private func random(_ generator: inout SeededRandom, side: Int, count: Int) -> [Place] {
        (0..<count).map { _ in
            Place(Int32(generator.unit() * Double(side)), Int32(generator.unit() * Double(side)))
        }
    }

    /// How often a ring, turned counter-clockwise, runs around a place, which is on no edge.
    private func winding(_ ring: [Place], around x: Double, _ y: Double) -> Int {
        var number = 0
        for (a, b) in zip(ring, ring.dropFirst() + ring.prefix(1)) {
            let (ax, ay, bx, by) = (Double(a.x), Double(a.y), Double(b.x), Double(b.y))
            guard (ay > y) != (by > y), ax + (y - ay) / (by - ay) * (bx - ax) > x else { continue }
            number += by > ay ? 1 : -1
        }
        return number
    }

    private func distance(_ x: Double, _ y: Double, to ring: [Place]) -> Double {
        zip(ring, ring.dropFirst() + ring.prefix(1)).map { a, b in
            let (dx, dy) = (Double(b.x - a.x), Double(b.y - a.y))
            let (px, py) = (x - Double(a.x), y - Double(a.y))
            let length = dx * dx + dy * dy
            let t = length > 0 ? max(0, min(1, (px * dx + py * dy) / length)) : 0
            return ((px - t * dx) * (px - t * dx) + (py - t * dy) * (py - t * dy)).squareRoot()
        }.min() ?? .infinity
    }

    @Test("What comes out of any tangle is valid", arguments: [4, 9, 30, 400])
    func anything(side: Int) {
        let geos = GEOSValidity()
        var generator = SeededRandom(seed: UInt64(side))
        for turn in 0..<600 {
            let rings = (0..<(1 + turn % 4)).map { _ in
                random(&generator, side: side, count: 3 + Int(generator.unit() * 30))
            }
            let polygons = mended(rings, holes: turn % 3 == 0 ? [1, 3] : [])
            #expect(geos.fault(in: polygons) == nil, "side \(side), turn \(turn)")
        }
    }

    @Test("Inside is where rings run around more often than holes do, up to a unit from their edges")
    func inside() {
        var generator = SeededRandom(seed: 8)
        for turn in 0..<200 {
            let ring = random(&generator, side: 60, count: 4 + turn % 9)
            // As the rings are taken: turned so that their area is positive.
            let turned = GridRings.twiceArea(ring) < 0 ? ring.reversed() : ring
            guard GridRings.twiceArea(ring) != 0 else { continue }
            let polygons = mended([ring])
            for _ in 0..<200 {
                let (x, y) = (generator.unit() * 60, generator.unit() * 60)
                guard distance(x, y, to: ring) > 1.5 else { continue }
                let isInside = polygons.contains { polygon in
                    polygon.reduce(0) { sum, ring in
                        sum + winding(ring.map { Place(Int32($0.x), Int32($0.y)) }, around: x, y)
                    } > 0
                }
                #expect(isInside == (winding(turned, around: x, y) > 0), "turn \(turn) at \(x), \(y)")
            }
        }
    }

    @Test("A valid polygon stays as it is")
    func valid() {
        let shell: [Place] = [[0, 0], [10, 0], [10, 10], [0, 10]]
        let hole: [Place] = [[2, 2], [2, 8], [8, 8], [8, 2]]
        #expect(
            mended([shell, hole], holes: [1])
                == [[shell.map { SIMD2(Int($0.x), Int($0.y)) }, hole.map { SIMD2(Int($0.x), Int($0.y)) }]])
    }

    @Test("A hole that touches its shell in two points leaves two polygons")
    func dividing() {
        let shell: [Place] = [[0, 0], [10, 0], [10, 10], [0, 10]]
        let polygons = mended([shell, [[5, 0], [4, 5], [5, 10], [6, 5]]], holes: [1])
        #expect(polygons.count == 2 && polygons.allSatisfy { $0.count == 1 })
        #expect(GEOSValidity().fault(in: polygons) == nil)
    }

    @Test("A tangle too dense to take apart is told on a coarser grid instead of taking minutes")
    func dense() {
        var generator = SeededRandom(seed: 5)
        let polygons = mended([random(&generator, side: 4000, count: 20_000)])
        #expect(GEOSValidity().fault(in: polygons) == nil)
    }
}
