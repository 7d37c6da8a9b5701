import Geometry
import SeededRandom
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@Suite("Reference layers")
struct ReferenceLayerTests {
    let folder: TemporaryFolder
    let store: SpatiaLiteStore

    init() throws {
        folder = try TemporaryFolder()
        store = try SpatiaLiteStore.create(at: folder.path())
    }

    private func feature(_ number: Int, at place: Geometry?) -> ReferenceFeature {
        ReferenceFeature(
            id: "f\(number)", name: "Школа № \(number)", featureClass: "school", source: "s", sourceID: "\(number)",
            extra: #"{"pupils":300}"#, geometry: place)
    }

    @Test("A feature is new, then unchanged, then replaced", arguments: [false, true])
    func upsert(bulk: Bool) throws {
        var school = feature(1, at: .point(Coordinate(longitude: 30, latitude: 60)))
        var answers: [Bool?] = []
        try store.write(bulk: bulk) { transaction in
            answers.append(try transaction.upsert(school, in: .schools))
            answers.append(try transaction.upsert(school, in: .schools))
            school.geometry = .point(Coordinate(longitude: 31, latitude: 60))
            answers.append(try transaction.upsert(school, in: .schools))
        }
        #expect(answers == [true, nil, false])
        #expect(try store.feature("f1", in: .schools) == school)
        #expect(try store.feature("f1", in: .roads) == nil)
        #expect(try store.revision().layers[.schools] == 2)
        #expect(try store.revision().layers[.roads] == 0)
        #expect(try store.check() == [])
    }

    @Test("A box finds the features that meet it and those without a place", arguments: [false, true])
    func boxes(bulk: Bool) throws {
        var generator = SeededRandom(seed: 3)
        let features = (0..<400).map { feature($0, at: $0 % 10 == 0 ? nil : .random(using: &generator)) }
        try store.write(bulk: bulk) { transaction in
            for feature in features { _ = try transaction.upsert(feature, in: .roads) }
        }
        for _ in 0..<100 {
            let box = Geometry.random(using: &generator).bounds!.union(Geometry.random(using: &generator).bounds!)
            for bounds in [box, Bounds(west: box.east, south: box.south, east: box.west, north: box.north)] {
                let expected = features.filter { $0.geometry.map(bounds.intersects) ?? true }
                var found: [ReferenceFeature] = []
                try store.forEachFeature(in: .roads, bounds: bounds, after: nil, limit: nil, budget: .unlimited) {
                    found.append($1)
                }
                #expect(found == expected)
                #expect(
                    try store.countFeatures(in: .roads, matching: FeatureFilter(bounds: bounds), budget: .unlimited)
                        == expected.count)
            }
        }
        var second: [Int64] = []
        try store.forEachFeature(in: .roads, bounds: nil, after: 100, limit: 3, budget: .unlimited) { number, _ in
            second.append(number)
        }
        #expect(second == [101, 102, 103])
        #expect(try store.check() == [])
    }
}
