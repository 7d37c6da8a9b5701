import Hotspots
import SeededRandom
import Testing
import TimeBudgets
import Works

@Suite("Cells and Gi*")
struct GridHotspotsTests {
    private func random(_ count: Int, seed: UInt64) -> PlanePoints {
        var random = SeededRandom(seed: seed)
        return PlanePoints(
            (0..<count).map { index in
                index % 3 == 0
                    ? PlanePoint(x: random.number(400...500), y: random.number(300...380))
                    : PlanePoint(x: random.number(0...1000), y: random.number(0...800))
            })
    }

    @Test("A position is in the cell whose centre is nearest", arguments: CellGrid.Shape.allCases)
    func nearestCenter(shape: CellGrid.Shape) throws {
        let points = random(400, seed: 5)
        let grid = try CellGrid(covering: points.extent!, cellSize: 73, shape: shape, limit: 1000)
        for index in 0..<points.count {
            let naive = (0..<grid.count).min {
                grid.center(of: $0).distance(to: points[index]) < grid.center(of: $1).distance(to: points[index])
            }
            #expect(grid.cell(at: points[index]) == naive)
            // A hexagon's corners are further away than any position inside it, a square's likewise.
            let farthest = grid.corners(of: naive!).map { $0.distance(to: grid.center(of: naive!)) }.max()!
            #expect(grid.center(of: naive!).distance(to: points[index]) <= farthest + 1e-9)
        }
    }

    @Test("Cells tile the plane: their areas add up and neighbours share corners", arguments: CellGrid.Shape.allCases)
    func area(shape: CellGrid.Shape) throws {
        let extent = PlaneExtent(minX: 0, minY: 0, maxX: 1000, maxY: 1000)
        let grid = try CellGrid(covering: extent, cellSize: 100, shape: shape, limit: 1000)
        let expected = shape == .square ? 10_000 : 10_000 * 3.0.squareRoot() / 2
        for cell in 0..<grid.count { #expect(abs(ConvexHull.area(grid.corners(of: cell)) - expected) < 1e-6) }
    }

    @Test("Neighbours are the cells whose centres are within the distance", arguments: CellGrid.Shape.allCases)
    func neighbours(shape: CellGrid.Shape) throws {
        let extent = PlaneExtent(minX: 10, minY: -40, maxX: 810, maxY: 660)
        let grid = try CellGrid(covering: extent, cellSize: 100, shape: shape, limit: 1000)
        let included = (0..<grid.count).filter { $0 % 7 != 3 }
        for distance in [50, 100, 145, 200, 310] as [Double] {
            let lists = grid.neighbourLists(within: distance, of: included)
            for (number, cell) in included.enumerated() {
                let naive = included.indices.filter {
                    included[$0] != cell
                        && grid.center(of: included[$0]).distance(to: grid.center(of: cell)) <= distance * (1 + 1e-9)
                }
                #expect(lists[number].map(Int.init).sorted() == naive)
            }
        }
    }

    @Test("z on a grid is that of Gi* over neighbour lists", arguments: CellGrid.Shape.allCases, [100.0, 145, 320])
    func sameAsNeighbourLists(shape: CellGrid.Shape, band: Double) throws {
        let points = random(2000, seed: 11)
        let grid = try CellGrid(covering: points.extent!, cellSize: 100, shape: shape, limit: 1000)
        for masked in [false, true] {
            let western: (@Sendable (PlanePoint) -> Bool) = { point in !masked || point.x < 600 }
            let hotspots = try GridHotspots(points, grid: grid, band: band, isInStudyArea: western)
            let lists = grid.neighbourLists(within: band, of: hotspots.cells)
            let local = LocalG(hotspots.counts.map(Double.init), neighbours: lists, includingSelf: true)
            let total = hotspots.counts.reduce(0) { $0 + Int($1) }
            #expect(total == 2000)
            for index in hotspots.cells.indices {
                #expect(abs(hotspots.z[index] - local.z[index]) < 1e-9)
                #expect(Int(hotspots.neighbours[index]) == lists.degree(of: index))
            }
            #expect(hotspots.adjustedP == FalseDiscoveryRate.adjusted(hotspots.p))
            if band == 100, !masked {
                let best = try #require(hotspots.significant().first)
                let center = grid.center(of: hotspots.cells[best])
                #expect((300...600).contains(center.x) && (200...480).contains(center.y))
            }
        }
    }

    @Test("The corners of a square grid have three neighbours, which is too few")
    func corners() throws {
        let points = random(100, seed: 2)
        let grid = try CellGrid(covering: points.extent!, cellSize: 100, limit: 1000)
        let hotspots = try GridHotspots(points, grid: grid, band: 150)
        #expect(hotspots.neighbours.count { $0 < GridHotspots.fewestNeighbours } == 4)
        #expect(hotspots.neighbours.max() == 8)
    }

    @Test("One incident, and incidents on one point, give one cell that nothing can be said about")
    func degenerate() throws {
        for points in [PlanePoints(x: [5], y: [5]), PlanePoints(x: [5, 5, 5], y: [5, 5, 5])] {
            let grid = try CellGrid(covering: points.extent!, cellSize: 100, limit: 1000)
            let hotspots = try GridHotspots(points, grid: grid, band: 150)
            #expect(hotspots.cells == [0])
            #expect(hotspots.p == [1] && hotspots.z[0].isNaN)
            #expect(hotspots.significant() == [])
            #expect(hotspots.moran() == nil)
        }
    }

    @Test("Cells too small for memory are refused with their number and a size that fits")
    func tooMany() throws {
        let extent = PlaneExtent(minX: 0, minY: 0, maxX: 20_000, maxY: 10_000)
        let error = #expect(throws: HotspotError.self) {
            try CellGrid(covering: extent, cellSize: 1, limit: 5_000_000)
        }
        // 20 001 columns and 10 001 rows.
        let text = try #require(error).description
        #expect(text.contains("200030001 cells"))
        #expect(text.contains("at least 7 m"))
        #expect(try CellGrid(covering: extent, cellSize: 7, limit: 5_000_000).count <= 5_000_000)
        for size in [0, -5, Double.nan] {
            #expect(throws: HotspotError.self) { try CellGrid(covering: extent, cellSize: size, limit: 10) }
        }
    }

    @Test("A spent budget stops the work")
    func budget() throws {
        let points = random(100, seed: 2)
        let grid = try CellGrid(covering: points.extent!, cellSize: 100, limit: 1000)
        let budget = TimeBudget.unlimited
        budget.cancel()
        #expect(throws: TimeBudgetError.cancelled) { try GridHotspots(points, grid: grid, band: 150, budget: budget) }
        #expect(throws: TimeBudgetError.cancelled) {
            try DensityClusters(points, epsilon: 10, minimumPoints: 3, budget: budget)
        }
        #expect(throws: TimeBudgetError.cancelled) {
            try KernelDensity(points, bandwidth: 100, cellSize: 10, budget: budget)
        }
    }
}
