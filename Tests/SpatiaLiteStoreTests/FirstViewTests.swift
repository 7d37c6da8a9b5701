import Geometry
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@Suite("The first view of a store's city")
struct FirstViewTests {
    private let folder: TemporaryFolder
    private let store: SpatiaLiteStore

    init() throws {
        folder = try TemporaryFolder()
        store = try SpatiaLiteStore.create(at: folder.path())
    }

    private var view: CityView { get throws { try store.cityView(at: noon, budget: .unlimited) } }

    private func upsert(_ layer: ReferenceLayer, _ west: Double, _ south: Double) throws {
        let corners = [(0.0, 0.0), (0.5, 0), (0.5, 0.5), (0, 0.5), (0, 0)]
        let ring = corners.map { Coordinate(longitude: west + $0.0, latitude: south + $0.1) }
        _ = try store.write(bulk: false) {
            try $0.upsert(
                ReferenceFeature(id: "\(layer)", name: "A", geometry: .polygon(Polygon(rings: [ring]))), in: layer)
        }
    }

    @Test("Its stated box comes first, then its districts, then its works without the far ones, then any layer")
    func order() throws {
        #expect(try view == .world, "an empty database")
        try upsert(.basemap, 30, 50)
        #expect(try view.bounds.center == Coordinate(longitude: 30.25, latitude: 50.25))
        try store.write(bulk: true) { transaction in
            for number in 1...100 {
                let place = Coordinate(longitude: number == 1 ? 0 : 10 + Double(number) / 1000, latitude: 50)
                let work = Work.sample(number, at: .point(place))
                try transaction.insert(work, ledger: work.ledger)
            }
        }
        let works = try view
        #expect(works.bounds.west > 9.9 && works.bounds.east < 10.2 && works.minimumZoom == 11, "one is far away")
        try upsert(.districts, 20, 60)
        #expect(try view.bounds == Bounds(west: 20, south: 60, east: 20.5, north: 60.5))
        try store.write(bulk: false) { try $0.setNote(.cityBounds, to: "179,60,-179,61") }
        #expect(try view.bounds == Bounds(west: 179, south: 60, east: -179, north: 61), "over the antimeridian")
    }
}
