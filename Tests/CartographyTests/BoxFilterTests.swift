import Geometry
import Testing
import TimeBudgets
import Works

@testable import Cartography

@Suite("Boxes that tiles are filtered by")
struct BoxFilterTests {
    @Test("Tiles show the works that intersect the box, not those whose own boxes only do")
    func intersections() throws {
        func at(_ x: Double, _ y: Double) -> Coordinate {
            Coordinate(longitude: TestCity.center.longitude + x, latitude: TestCity.center.latitude + y)
        }
        func square(_ half: Double) -> [Coordinate] {
            [at(-half, -half), at(half, -half), at(half, half), at(-half, half), at(-half, -half)]
        }
        let geometries: [Geometry] = [
            .polygon(Polygon(rings: [square(0.3)])), .polygon(Polygon(rings: [square(0.3), square(0.2)])),
            .polygon(Polygon(rings: [square(0.3), square(0.05)])), .lineString([at(-0.3, 0.05), at(0.05, -0.3)]),
            .lineString([at(-0.3, 0), at(0.3, 0.01)]), .lineString([at(-0.3, 0.19), at(0.19, -0.3)]),
            .multiPoint([at(-0.3, -0.3), at(0.3, 0.3)]), .multiPoint([at(0.09, 0.09), at(0.3, 0.3)]), .point(at(0, 0)),
            .point(at(0.11, 0)),
        ]
        var works = TestCity.works(geometries.count)
        for index in works.indices { works[index].geometry = geometries[index] }
        var writer = SnapshotWriter(store: MemoryStore(works: works))
        let snapshot = try writer.load()
        var filter = WorkFilter()
        filter.bounds = Bounds(
            west: at(-0.1, 0).longitude, south: at(0, -0.1).latitude, east: at(0.1, 0).longitude,
            north: at(0, 0.1).latitude)
        let view = SnapshotView(snapshot, CompiledFilter(filter, snapshot.traits, at: TestCity.now), TestCity.now)
        var hits = WorkHits()
        let scene = Scene(TileAddress(containing: TestCity.center, zoom: 0), scale: .single)
        try hits.collect(view, scene, reach: 1, detail: .all, budget: .unlimited)
        let found = Set((0..<hits.count).map { Int(hits.number($0)) - 1 })
        #expect(found == [0, 2, 4, 5, 7, 8])
        #expect(found == Set(works.indices.filter { filter.matches(works[$0], at: TestCity.now) }))
    }
}
