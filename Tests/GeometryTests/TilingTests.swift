import Geometry
import SeededRandom
import Testing

private func at(_ longitude: Double, _ latitude: Double) -> Coordinate {
    Coordinate(longitude: longitude, latitude: latitude)
}

@Suite("Bounds")
struct BoundsTests {
    private static let fiji = Bounds(west: 177, south: -20, east: -178, north: -12)

    @Test(
        "A box whose west exceeds its east goes over the antimeridian",
        arguments: [
            (at(179, -15), true), (at(-179, -15), true), (at(177, -20), true), (at(0, -15), false), (at(179, 0), false),
            (at(180, -12), true),
        ])
    func antimeridian(position: Coordinate, isInside: Bool) {
        #expect(Self.fiji.contains(position) == isInside)
        #expect(Self.fiji.split.contains { $0.contains(position) } == isInside)
    }

    @Test(
        "Boxes meet or do not",
        arguments: [
            (Bounds(west: 0, south: 0, east: 1, north: 1), Bounds(west: 1, south: 1, east: 2, north: 2), true),
            (Bounds(west: 0, south: 0, east: 1, north: 1), Bounds(west: 1.1, south: 0, east: 2, north: 2), false),
            (Bounds(west: 0, south: 0, east: 1, north: 1), Bounds(west: 0, south: 2, east: 1, north: 3), false),
            (fiji, Bounds(west: 178, south: -15, east: 179, north: -14), true),
            (fiji, Bounds(west: -180, south: -15, east: -179, north: -14), true),
            (fiji, Bounds(west: -100, south: -15, east: 100, north: -14), false),
            (fiji, Bounds(west: 179, south: -15, east: -179, north: -14), true),
            (fiji, Bounds(west: 179, south: 0, east: -179, north: 1), false), (fiji, .world, true),
        ])
    func intersections(one: Bounds, other: Bounds, doMeet: Bool) {
        #expect(one.intersects(other) == doMeet)
        #expect(other.intersects(one) == doMeet)
    }

    @Test("Width and center are those of the box, over the antimeridian too")
    func measures() {
        #expect(Self.fiji.width == 5)
        #expect(Self.fiji.center == at(179.5, -16))
        #expect(Bounds(west: 179, south: 0, east: -175, north: 2).center == at(-178, 1))
        #expect(Bounds(west: -2, south: 0, east: 4, north: 2).center == at(1, 1))
        #expect(Self.fiji.description == "177.0,-20.0,-178.0,-12.0")
    }

    @Test("A geometry's bounds hold all its vertices and touch four of them")
    func geometries() {
        var random = SeededRandom(seed: 20)
        for _ in 0..<200 {
            let geometry = random.geometry()
            guard let bounds = geometry.bounds else {
                #expect(geometry.isEmpty)
                continue
            }
            var edges = Set<String>()
            geometry.forEachRun { run in
                for position in run {
                    #expect(bounds.contains(position))
                    if position.longitude == bounds.west { edges.insert("west") }
                    if position.longitude == bounds.east { edges.insert("east") }
                    if position.latitude == bounds.south { edges.insert("south") }
                    if position.latitude == bounds.north { edges.insert("north") }
                }
            }
            #expect(edges.count == 4)
        }
    }
}

@Suite("Web Mercator")
struct WebMercatorTests {
    @Test(
        "Positions fall where the published tables have them",
        arguments: [
            // Metres of EPSG:3857, from PROJ.
            (at(0, 0), 0.0, 0.0), (at(180, 85.0511287798066), 20_037_508.342789, 20_037_508.342789),
            (at(-180, -85.0511287798066), -20_037_508.342789, -20_037_508.342789),
            (at(37.6173, 55.7558), 4_187_538.68, 7_509_955.14), (at(-71.0589, 42.3601), -7_910_240.56, 5_215_074.24),
        ])
    func table(position: Coordinate, east: Double, north: Double) {
        let x = (WebMercator.x(longitude: position.longitude) * 2 - 1) * WebMercator.halfCircumference
        let y = (1 - WebMercator.y(latitude: position.latitude) * 2) * WebMercator.halfCircumference
        #expect(abs(x - east) < 1)
        #expect(abs(y - north) < 1)
    }

    @Test("Back and forth is where one was")
    func roundTrip() {
        var random = SeededRandom(seed: 21)
        for _ in 0..<2000 {
            let position = at(.random(in: -180...180, using: &random), .random(in: -85...85, using: &random))
            #expect(
                abs(WebMercator.longitude(x: WebMercator.x(longitude: position.longitude)) - position.longitude) < 1e-12
                    * 180)
            #expect(
                abs(WebMercator.latitude(y: WebMercator.y(latitude: position.latitude)) - position.latitude) < 1e-11)
            let world = WorldPoint(position)
            #expect(WorldPoint(world.coordinate) == world)
            #expect(abs(world.coordinate.longitude - position.longitude) <= 360 / 4_294_967_296.0)
        }
    }

    @Test("The edges of the world do not wrap around")
    func edges() {
        #expect(WorldPoint(at(-180, 90)) == WorldPoint(x: 0, y: 0))
        #expect(WorldPoint(at(180, -90)) == WorldPoint(x: .max, y: .max))
    }
}

@Suite("Tile addresses")
struct TileAddressTests {
    @Test(
        "A position lies in the tile that every slippy map has it in",
        arguments: [
            (at(37.6173, 55.7558), 10, "10/619/320"), (at(-71.0589, 42.3601), 12, "12/1239/1514"),
            (at(0, 0), 0, "0/0/0"), (at(0, 0), 1, "1/1/1"),
            (at(-180, 85.06), 5, "5/0/0"), (at(180, -85.06), 5, "5/31/31"), (at(180, 0), 22, "22/4194303/2097152"),
            (at(-0.0001, 0.0001), 1, "1/0/0"),
        ])
    func positions(position: Coordinate, zoom: Int, tile: String) {
        #expect(TileAddress(containing: position, zoom: zoom).description == tile)
    }

    @Test("A tile's middle lies in it, and its bounds meet those of its neighbor")
    func bounds() throws {
        var random = SeededRandom(seed: 22)
        for _ in 0..<500 {
            let z = Int.random(in: 0...22, using: &random)
            let x = Int.random(in: 0..<(1 << z), using: &random)
            let y = Int.random(in: 0..<(1 << z), using: &random)
            let tile = try #require(TileAddress(z: z, x: x, y: y))
            #expect(TileAddress(containing: tile.bounds.center, zoom: z) == tile)
            #expect(TileAddress("\(tile)") == tile)
            if let east = TileAddress(z: z, x: x + 1, y: y) { #expect(east.bounds.west == tile.bounds.east) }
            if let south = TileAddress(z: z, x: x, y: y + 1) { #expect(south.bounds.north == tile.bounds.south) }
        }
    }

    @Test(
        "What is outside the pyramid or no address is none",
        arguments: [
            "23/0/0", "-1/0/0", "0/1/0", "1/2/0", "1/0/2", "1/0", "1/0/0/0", "a/0/0", "1/+1/0", "1/ 1/0", "", "//",
            "1/99999999999999999999/0", "1/٠/0",
        ])
    func nowhere(text: String) {
        #expect(TileAddress(text) == nil)
    }
}
