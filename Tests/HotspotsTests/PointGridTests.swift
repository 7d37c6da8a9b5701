import Foundation
import SeededRandom
import Testing

@testable import Hotspots

@Suite("Point grid")
struct PointGridTests {
    /// Positions in a city, some of them many times, and one far away.
    static func scattered(_ count: Int, seed: UInt64) -> PlanePoints {
        var random = SeededRandom(seed: seed)
        var points = (0..<count).map { _ in PlanePoint(x: random.number(-500...900), y: random.number(0...700)) }
        for index in stride(from: 0, to: count, by: 7) { points[index] = points[index / 2] }
        if count > 3 { points[3] = PlanePoint(x: 5_000_000, y: -2_000_000) }
        return PlanePoints(points)
    }

    @Test("Counts within a distance are those of looking at every position", arguments: [0.01, 7, 60, 400, 5e6])
    func count(cellSize: Double) {
        let points = Self.scattered(500, seed: 1)
        let grid = PointGrid(points, cellSize: cellSize)
        for index in stride(from: 0, to: 500, by: 11) {
            for radius in [0, 5, 33.3, 250, 1e5] as [Double] {
                let naive = (0..<500).count {
                    let (dx, dy) = (points.x[$0] - points.x[index], points.y[$0] - points.y[index])
                    return dx * dx + dy * dy <= radius * radius
                }
                #expect(grid.count(within: radius, of: points[index]) == naive)
            }
        }
    }

    @Test("The nearest position is that of looking at every one", arguments: [3, 50, 1e4])
    func nearest(cellSize: Double) {
        let points = Self.scattered(400, seed: 2)
        let grid = PointGrid(points, cellSize: cellSize)
        var random = SeededRandom(seed: 3)
        for _ in 0..<100 {
            let from = PlanePoint(x: random.number(-5000...5000), y: random.number(-5000...5000))
            let naive = (0..<400).map { points[$0].distance(to: from) }.min()
            #expect(grid.nearestDistance(to: from) == naive)
        }
    }

    @Test("A position on the edge of the circle is within it, in whatever cell it is")
    func edge() {
        let points = PlanePoints([PlanePoint(x: 0, y: 0), PlanePoint(x: 30, y: 40), PlanePoint(x: 60, y: 0)])
        #expect(PointGrid(points, cellSize: 30).count(within: 50, of: PlanePoint(x: 0, y: 0)) == 2)
        #expect(PointGrid(points, cellSize: 30).count(within: 30, of: PlanePoint(x: 30, y: 0)) == 2)
    }

    @Test("No positions and one position")
    func degenerate() {
        let none = PointGrid(PlanePoints(x: [], y: []), cellSize: 10)
        #expect(none.count(within: 1e9, of: PlanePoint(x: 0, y: 0)) == 0)
        #expect(none.nearestDistance(to: PlanePoint(x: 0, y: 0)) == nil)
        let one = PointGrid(PlanePoints(x: [5], y: [5]), cellSize: 10)
        #expect(one.count(within: 0, of: PlanePoint(x: 5, y: 5)) == 1)
        #expect(one.nearestDistance(to: PlanePoint(x: 5, y: 6)) == 1)
    }

    @Test("The radix sort keeps equal keys in order and sorts the rest")
    func radixSort() {
        var random = SeededRandom(seed: 9)
        for bits: UInt64 in [1, 8, 23, 64] {
            let keys = (0..<1000).map { _ in bits == 64 ? random.next() : random.next() & (1 << bits - 1) }
            let expected = keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
            #expect(radixSortedOrder(of: keys).map(Int.init) == expected)
        }
        #expect(radixSortedOrder(of: []) == [])
    }

    @Test("Results do not depend on how many chunks there are, and come in order")
    func chunks() {
        for size in [1, 7, 100, 1000] {
            #expect(mapChunks(of: 100, size: size) { Array($0) }.flatMap { $0 } == Array(0..<100))
        }
        #expect(mapChunks(of: 0, size: 5) { $0 }.isEmpty)
        #expect(mapIndices(of: 0, chunk: 5) { $0 } == [])
    }

    @Test("The convex hull of a square with points in and on it is its corners")
    func hull() {
        let square = [(0, 0), (2, 0), (2, 2), (0, 2), (1, 1), (1, 0), (2, 1), (0, 0)].map {
            PlanePoint(x: Double($0.0), y: Double($0.1))
        }
        let corners = ConvexHull.corners(of: square)
        #expect(corners == [(0, 0), (2, 0), (2, 2), (0, 2)].map { PlanePoint(x: Double($0.0), y: Double($0.1)) })
        #expect(ConvexHull.area(corners) == 4)
    }

    @Test("The hull of many positions is that of sorting them all")
    func largeHull() {
        for seed: UInt64 in 0..<5 {
            let points = Self.scattered(3000, seed: seed)
            let all = (0..<3000).map { points[$0] }
            #expect(ConvexHull.corners(of: points) == ConvexHull.corners(of: all))
        }
        #expect(ConvexHull.corners(of: PlanePoints(x: [], y: [])) == [])
        #expect(ConvexHull.corners(of: PlanePoints(x: [1, 2, 3, 4], y: [1, 2, 3, 4])).count == 2)
    }

    @Test("Positions on one line or point have no area")
    func flatHull() {
        #expect(ConvexHull.corners(of: []) == [])
        #expect(ConvexHull.corners(of: [PlanePoint(x: 1, y: 2), PlanePoint(x: 1, y: 2)]).count == 1)
        let line = (0..<5).map { PlanePoint(x: Double($0), y: Double($0)) }
        #expect(ConvexHull.corners(of: line).count == 2)
        #expect(ConvexHull.area(ConvexHull.corners(of: line)) == 0)
    }
}
