import Geometry
import SeededRandom
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@Suite("Boxes that works intersect")
struct BoxFilterTests {
    /// A geometry on whole degrees, so that edges and corners often touch.
    private static func geometry(using generator: inout SeededRandom) -> Geometry {
        func at() -> Coordinate {
            Coordinate(
                longitude: Double(Int.random(in: 0...12, using: &generator)),
                latitude: Double(Int.random(in: 0...12, using: &generator)))
        }
        func area() -> Polygon {
            let (corner, width, height) = (at(), Double.random(in: 4...9, using: &generator), 5.0)
            func ring(_ inset: Double) -> [Coordinate] {
                let (west, east) = (corner.longitude + inset, corner.longitude + width - inset)
                let (south, north) = (corner.latitude + inset, corner.latitude + height - inset)
                return [(west, south), (east, south), (east, north), (west, north), (west, south)].map {
                    Coordinate(longitude: $0.0, latitude: $0.1)
                }
            }
            return Polygon(rings: Bool.random(using: &generator) ? [ring(0), ring(1)] : [ring(0)])
        }
        func line() -> [Coordinate] {
            let first = at()
            var next = at()
            while next == first { next = at() }
            return [first, next, Coordinate(longitude: next.longitude + 1, latitude: next.latitude)]
        }
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: return .point(at())
        case 1: return .lineString(line())
        case 2: return .polygon(area())
        case 3: return .multiLineString([line(), line()])
        case 4: return .multiPoint([at(), at()])
        default: return .geometryCollection([.lineString(line()), .polygon(area())])
        }
    }

    @Test("A box finds the works that GEOS finds for it, in pages, counts and layers, and in memory as in the file")
    func intersections() throws {
        let folder = try TemporaryFolder()
        let store = try SpatiaLiteStore.create(at: folder.path())
        var generator = SeededRandom(seed: 3)
        let works = (1...400).map { Work.sample($0, at: Self.geometry(using: &generator)) }
        try store.write(bulk: true) { transaction in
            for work in works { try transaction.insert(work, ledger: work.ledger) }
            for (index, work) in works.enumerated() {
                _ = try transaction.upsert(
                    ReferenceFeature(id: "a:\(index)", source: "a", sourceID: "\(index)", geometry: work.geometry),
                    in: .roads)
            }
        }
        var found = 0
        for round in 0..<120 {
            let west = Double(Int.random(in: -1...16, using: &generator))
            let south = Double(Int.random(in: -1...16, using: &generator))
            let inset = round % 2 == 0 ? 0 : 0.25
            let box = Bounds(
                west: west + inset, south: south + inset,
                east: west + Double(Int.random(in: 1...3, using: &generator)) - inset, north: south + 1 - inset)
            var (filter, judged) = (WorkFilter.all, WorkFilter.all)
            filter.bounds = box
            judged.expression = .spatial(.intersects, .property("geometry"), .box(box))
            let expected = try store.ids(WorkPage(filter: judged))
            // Once from the file, once from rows that are kept in memory.
            for _ in 0..<2 { #expect(try store.ids(WorkPage(filter: filter, limit: 400)) == expected, "\(box)") }
            #expect(try store.countWorks(matching: filter, at: noon, budget: .unlimited) == expected.count, "\(box)")
            #expect(works.filter { filter.matches($0, at: noon) }.map(\.id) == expected, "\(box)")
            let features = try store.countFeatures(
                in: .roads, matching: FeatureFilter(bounds: box), budget: .unlimited)
            #expect(features == expected.count, "\(box)")
            found += expected.count
        }
        #expect(found > 1000)
    }
}
