import Geometry
import SpatiaLiteStore
import Testing
import Works

@Suite("Districts worked out again")
struct DistrictAssignmentTests {
    private let folder: TemporaryFolder
    private let store: SpatiaLiteStore
    private let staff = Actor(kind: .person, name: "Анна", organisation: "Roads")

    init() throws {
        folder = try TemporaryFolder()
        store = try SpatiaLiteStore.create(at: folder.path())
    }

    private func square(_ west: Double) -> Geometry {
        let corners = [(west, 49.0), (west + 1, 49), (west + 1, 50), (west, 50), (west, 49)]
        return .polygon(Polygon(rings: [corners.map { Coordinate(longitude: $0.0, latitude: $0.1) }]))
    }

    @Test("Every work with a place gets its district and a revision, hidden ones too, and no entry in its ledger")
    func assigned() throws {
        func point(_ longitude: Double) -> Geometry { .point(Coordinate(longitude: longitude, latitude: 49.5)) }
        var works = [
            Work.sample(1, at: point(8.5)), Work.sample(2, at: square(9)), Work.sample(3, at: point(20)),
            Work.sample(4),
            Work.sample(5, at: point(9.5)), Work.sample(6, at: point(8.5)),
        ]
        for index in works.indices { works[index].district = index == 5 ? "West" : "old" }
        try store.write(bulk: true) { transaction in
            for work in works { try transaction.insert(work, ledger: work.ledger) }
        }
        _ = try store.writeDesk { try $0.hide(works[4].id, reason: "private", at: noon, by: staff) }
        func assign() throws -> Int { try store.write(bulk: false) { try $0.assignDistricts(at: noon + 60) } }
        #expect(try assign() == 0)
        try store.write(bulk: true) { transaction in
            for (name, west) in [("West", 8.0), ("East", 9.0)] {
                _ = try transaction.upsert(
                    ReferenceFeature(id: "d:\(name)", name: name, geometry: square(west)), in: .districts)
            }
        }
        let before = try store.revision().works
        #expect(try assign() == 4)
        #expect(try store.revision().works == before + 4)
        let expected = [("West", 2), ("East", 2), (nil, 2), ("old", 1)] + [("West", 1)] as [(String?, Int)]
        for (work, (district, revision)) in zip(works[..<4] + works[5...], expected) {
            let stored = try #require(try store.work(work.id))
            #expect(stored.district == district && stored.revision == revision)
            #expect(stored.updatedAt == (revision == 2 ? noon + 60 : noon))
            #expect(try store.ledger(of: work.id).map(\.field) == [.registered])
        }
        let hidden = try #require(try store.hiddenWork(works[4].id))
        #expect(hidden.work.district == "East" && hidden.work.revision == 3)
        #expect(try assign() == 0)
        #expect(try store.check().isEmpty)
    }
}
