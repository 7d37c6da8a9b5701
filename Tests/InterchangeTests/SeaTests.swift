import Geometry
import Testing

@testable import Interchange

@Suite struct SeaTests {
    private let frame = Bounds(west: 0, south: 0, east: 10, north: 10)

    private func line(_ points: (Double, Double)...) -> [Coordinate] {
        points.map { Coordinate(longitude: $0.0, latitude: $0.1) }
    }

    /// By the trapezoidal rule, independent of how rings run.
    private func area(_ sea: Sea) -> Double {
        func area(_ ring: [Coordinate]) -> Double {
            zip(ring, ring.dropFirst()).reduce(0) {
                $0 + ($1.1.longitude - $1.0.longitude) * ($1.1.latitude + $1.0.latitude) / 2
            }.magnitude
        }
        return sea.areas.reduce(0) { $0 + area($1.rings[0]) - $1.rings.dropFirst().reduce(0) { $0 + area($1) } }
    }

    @Test("The sea lies on the right of the coast, whichever way it runs")
    func sides() {
        let east = Sea(coasts: [line((5, -1), (5, 11))], frame: frame)
        #expect(abs(area(east) - 50) < 1e-9 && east.areas[0].rings[0].allSatisfy { $0.longitude >= 5 })
        let west = Sea(coasts: [line((4, 11), (4, -1))], frame: frame)
        #expect(abs(area(west) - 40) < 1e-9 && west.areas[0].rings[0].allSatisfy { $0.longitude <= 4 })
        let north = Sea(coasts: [line((11, 3), (-1, 3))], frame: frame)
        #expect(abs(area(north) - 70) < 1e-9)
        let south = Sea(coasts: [line((-1, 3), (11, 3))], frame: frame)
        #expect(abs(area(south) - 30) < 1e-9)
    }

    @Test("A coast in pieces is one coast, in whatever order they come")
    func pieces() {
        let sea = Sea(coasts: [line((5, 4), (5, 11)), line((5, -1), (5, 4))], frame: frame)
        #expect(!sea.isBroken && abs(area(sea) - 50) < 1e-9)
    }

    @Test("A bay and a strait: every shore is used once")
    func shores() {
        // A bay from the east, and a strait in the west between a mainland and a peninsula.
        let bay = line((11, 4), (7, 4), (7, 6), (11, 6)).reversed()
        let sea = Sea(coasts: [Array(bay)], frame: frame)
        #expect(abs(area(sea) - 94) < 1e-9)
        let inlet = Sea(coasts: [line((11, 4), (7, 4), (7, 6), (11, 6))], frame: frame)
        #expect(abs(area(inlet) - 6) < 1e-9)
        let strait = Sea(coasts: [line((2, 11), (2, -1)).reversed(), line((4, 11), (4, -1))], frame: frame)
        #expect(strait.areas.count == 1 && abs(area(strait) - 20) < 1e-9)
    }

    @Test("Islands are holes, and only islands mean that all around is sea")
    func islands() {
        // Land on the left: counterclockwise.
        let island = line((7, 4), (8, 4), (8, 5), (7, 5), (7, 4))
        let sea = Sea(coasts: [line((5, -1), (5, 11)), island], frame: frame)
        #expect(sea.areas.count == 1 && sea.areas[0].rings.count == 2 && abs(area(sea) - 49) < 1e-9)
        let ocean = Sea(coasts: [island], frame: frame)
        #expect(abs(area(ocean) - 99) < 1e-9)
        let inland = Sea(coasts: [Array(island.reversed())], frame: frame)
        #expect(abs(area(inland) - 1) < 1e-9)
        let crossing = Sea(coasts: [line((9, 4), (12, 4), (12, 6), (9, 6), (9, 4))], frame: frame)
        #expect(abs(area(crossing) - 98) < 1e-9)
    }

    @Test("Ends close to the frame are on it, and a coast that ends in the middle says nothing about the sea")
    func ends() {
        let cut = Sea(coasts: [line((5, 0.1), (5, 9.9))], frame: frame)
        #expect(!cut.isBroken && abs(area(cut) - 50) < 1e-9)
        let broken = Sea(coasts: [line((5, -1), (5, 5))], frame: frame)
        #expect(broken.isBroken && broken.areas.isEmpty)
        #expect(Sea(coasts: [], frame: frame).areas.isEmpty)
    }
}
