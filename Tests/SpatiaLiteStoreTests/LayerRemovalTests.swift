import Geometry
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@Suite("Reference layers taken away")
struct LayerRemovalTests {
    private let folder: TemporaryFolder
    private let store: SpatiaLiteStore

    init() throws {
        folder = try TemporaryFolder()
        store = try SpatiaLiteStore.create(at: folder.path())
    }

    private func square(_ west: Double) -> Geometry {
        let corners = [(west, 49.0), (west + 1, 49), (west + 1, 50), (west, 50), (west, 49)]
        return .polygon(Polygon(rings: [corners.map { Coordinate(longitude: $0.0, latitude: $0.1) }]))
    }

    private func feature(_ source: String, _ name: String, _ geometry: Geometry) -> ReferenceFeature {
        ReferenceFeature(
            id: "\(source):\(name)", name: name, source: source, sourceID: name,
            privateExtra: #"{"note":"\#(name)"}"#, geometry: geometry)
    }

    private func remove(_ layer: ReferenceLayer, _ source: String? = nil) throws -> (features: Int, reassigned: Int) {
        try store.write(bulk: false) { try $0.removeFeatures(of: layer, source: source, at: noon + 120) }
    }

    private func count(_ layer: ReferenceLayer, in bounds: Bounds? = nil) throws -> Int {
        try store.countFeatures(in: layer, matching: FeatureFilter(bounds: bounds), budget: .unlimited)
    }

    @Test("Features of one source go with their place in the index and their private part, and others stay")
    func oneSource() throws {
        let place = Coordinate(longitude: 8.5, latitude: 49.5)
        try store.write(bulk: true) { transaction in
            for number in 0..<300 {
                let source = number % 3 == 0 ? "a" : "b"
                _ = try transaction.upsert(feature(source, "\(number)", .point(place)), in: .schools)
            }
            _ = try transaction.upsert(feature("a", "road", .point(place)), in: .roads)
        }
        #expect(
            try store.layerParts() == [
                LayerPart(layer: .schools, source: "a", features: 100, named: 100),
                LayerPart(layer: .schools, source: "b", features: 200, named: 200),
                LayerPart(layer: .roads, source: "a", features: 1, named: 1),
            ])
        let before = try store.revision()
        #expect(try remove(.schools, "nobody").features == 0)
        #expect(try store.revision() == before, "what removes nothing changes nothing")
        #expect(try remove(.schools, "a").features == 100)
        let after = try store.revision()
        #expect(after.state(of: .schools) != before.state(of: .schools))
        #expect(after.state(of: .roads) == before.state(of: .roads) && after.works == before.works)
        let box = Bounds(west: 8, south: 49, east: 9, north: 50)
        #expect(try count(.schools) == 200 && count(.schools, in: box) == 200 && count(.roads) == 1)
        #expect(try store.feature("a:0", in: .schools) == nil)
        #expect(try remove(.schools).features == 200)
        #expect(try store.extent(of: .schools) == nil && count(.schools, in: box) == 0)
        #expect(try SQLite(folder.path()).text("SELECT count(*) FROM private_extra WHERE layer = 'schools'") == "0")
        #expect(try SQLite(folder.path()).text("SELECT count(*) FROM private_extra WHERE layer = 'roads'") == "1")
        #expect(try store.check().isEmpty)
    }

    @Test("Where districts go, works are in those that are left, and in none without any; works without a place stay")
    func districts() throws {
        try store.write(bulk: true) { transaction in
            _ = try transaction.upsert(feature("old", "West", square(8)), in: .districts)
            _ = try transaction.upsert(feature("new", "All", square(8)), in: .districts)
        }
        var placed = Work.sample(1, at: .point(Coordinate(longitude: 8.5, latitude: 49.5)))
        placed.district = "West"
        var unplaced = Work.sample(2)
        unplaced.district = "Stated"
        try store.write(bulk: true) { transaction in
            for work in [placed, unplaced] { try transaction.insert(work, ledger: work.ledger) }
        }
        #expect(try remove(.districts, "old") == (1, 1))
        #expect(try store.work(placed.id)?.district == "All" && store.work(unplaced.id)?.district == "Stated")
        #expect(try remove(.districts) == (1, 1))
        let work = try #require(try store.work(placed.id))
        #expect(work.district == nil && work.revision == 3 && work.updatedAt == noon + 120)
        #expect(try store.work(unplaced.id)?.district == "Stated")
        #expect(try store.check().isEmpty)
    }
}
