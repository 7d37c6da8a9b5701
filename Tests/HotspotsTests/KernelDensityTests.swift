import Hotspots
import SeededRandom
import Testing

@Suite("Kernel density")
struct KernelDensityTests {
    @Test("The surface is the sum of the kernels, at every cell")
    func naive() throws {
        var random = SeededRandom(seed: 4)
        let points = PlanePoints(
            (0..<200).map { _ in PlanePoint(x: random.number(0...900), y: random.number(0...700)) })
        let weights = (0..<200).map { Double($0 % 3 + 1) }
        let h = 130.0
        let surface = try KernelDensity(points, weights: weights, bandwidth: h, cellSize: 20)
        for row in 0..<surface.rows {
            for column in 0..<surface.columns {
                let center = surface.center(row: row, column: column)
                var density = 0.0
                for index in 0..<200 {
                    let d = points[index].distance(to: center)
                    if d < h {
                        density += weights[index] * 3 / (.pi * h * h) * (1 - d * d / h / h) * (1 - d * d / h / h)
                    }
                }
                #expect(abs(Double(surface.values[row * surface.columns + column]) - density) <= 1e-6 * density + 1e-12)
            }
        }
    }

    @Test("The volume below the surface is the number of incidents")
    func volume() throws {
        let points = PlanePoints(x: [0, 300, 301], y: [0, 50, 52])
        let surface = try KernelDensity(points, bandwidth: 100, cellSize: 2)
        let volume = surface.values.reduce(0.0) { $0 + Double($1) } * 4
        #expect(abs(volume - 3) < 0.001)
    }

    @Test("Two piles of incidents are two peaks, the larger one first and where it is")
    func peaks() throws {
        let points = PlanePoints(x: [0, 1, 2, 500, 501], y: [0, 0, 0, 400, 400])
        let peaks = try KernelDensity(points, bandwidth: 100, cellSize: 5).peaks()
        #expect(peaks.count == 2)
        #expect(peaks[0].position.distance(to: PlanePoint(x: 1, y: 0)) < 5)
        #expect(peaks[1].position.distance(to: PlanePoint(x: 500.5, y: 400)) < 5)
        // Three incidents, all but on top of each other: three times the height of one kernel, 3 / (π h²).
        #expect(abs(peaks[0].density / (3 * 3 / (.pi * 1e4)) - 1) < 0.01)
    }

    @Test("The first row is the northernmost")
    func northUp() throws {
        let surface = try KernelDensity(PlanePoints(x: [0, 0], y: [0, 1000]), bandwidth: 50, cellSize: 10)
        #expect(surface.center(row: 0, column: 0).y > 1000)
        #expect(surface.northWest.y >= 1050)
    }

    @Test("No incidents make an empty surface; bad distances and too many cells are refused")
    func degenerate() throws {
        let none = try KernelDensity(PlanePoints(x: [], y: []), bandwidth: 50, cellSize: 10)
        #expect(none.values == [] && none.peaks() == [])
        let one = PlanePoints(x: [0], y: [0])
        #expect(throws: HotspotError.self) { try KernelDensity(one, bandwidth: 0, cellSize: 10) }
        #expect(throws: HotspotError.self) { try KernelDensity(one, bandwidth: 10, cellSize: -1) }
        #expect(
            throws: HotspotError.tooManyCells(cells: 40_000, limit: 100, cellSize: 1, width: 200, height: 200)
        ) { try KernelDensity(one, bandwidth: 100, cellSize: 1, limit: 100) }
    }
}
