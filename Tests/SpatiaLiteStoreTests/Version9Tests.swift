import Foundation
import Geometry
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@Suite("A database of schema 9")
struct Version9Tests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static func statements() throws -> String {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../Acceptance/version9.sql").standardizedFileURL
        return try String(contentsOf: file, encoding: .utf8)
    }

    private func impact(_ number: Int, _ impact: TrafficImpact?, source: String?) -> Work {
        var work = Work.sample(number, source: source, at: .point(Coordinate(longitude: 8.5, latitude: 49.5)))
        work.trafficImpact = impact
        return work
    }

    private static let square = Geometry.polygon(
        Polygon(
            rings: [
                [(8, 49), (9, 49), (9, 50), (8, 50), (8, 49)].map { Coordinate(longitude: $0.0, latitude: $0.1) }
            ]))

    @Test("Impacts that no work of a source ever had become unknown, others stay; nothing else changes")
    func impacts() throws {
        let store = try SpatiaLiteStore.create(at: folder.path())
        let none = TrafficImpact.none
        let works = [
            impact(1, none, source: "silent"), impact(2, none, source: "silent"), impact(3, none, source: "telling"),
            impact(4, .laneClosed, source: "telling"), impact(5, none, source: nil),
        ]
        try store.write(bulk: false) { transaction in
            for work in works { try transaction.insert(work, ledger: work.ledger) }
        }
        try store.close()
        let file = try SQLite(folder.path(), spatial: true)
        try file.run(try Self.statements())
        #expect(
            try file.text("SELECT \"notnull\" FROM pragma_table_info('works') WHERE name = 'traffic_impact'") == "1")
        // But for what later versions add.
        let objects = """
            SELECT group_concat(name || type) FROM (SELECT * FROM sqlite_schema ORDER BY name)
            WHERE tbl_name NOT IN ('commits', 'store_identity') AND name NOT LIKE '%_by_worksmap_only'
            """
        let before = try file.text(objects)

        let opened = try SpatiaLiteStore.open(at: folder.path())
        #expect(try opened.check() == [])
        let after = try opened.works()
        #expect(after.map(\.trafficImpact) == [nil, nil, TrafficImpact.none, .laneClosed, nil])
        // Whoever follows changes hears of those that changed, and of no others.
        #expect(after.map(\.revision) == [2, 2, 1, 1, 2])
        #expect(try file.text(objects) == before)
        #expect(try file.text("PRAGMA integrity_check") == "ok")
        #expect(try file.text("SELECT count(*) FROM hazards WHERE traffic_impact IS NULL") == "0")
        try SQLite(folder.path(), spatial: true, isTrusted: true).run(
            "UPDATE works SET traffic_impact = NULL WHERE fid = 4")
        #expect(try opened.works()[3].trafficImpact == nil)
        var filter = WorkFilter()
        filter.expression = .isNull(.property("traffic_impact"))
        #expect(try opened.countWorks(matching: filter, at: noon, budget: .unlimited) == 4)
        filter.expression = .comparison(.equal, .property("traffic_impact"), .text("none"))
        #expect(try opened.countWorks(matching: filter, at: noon, budget: .unlimited) == 1)
    }

    @Test("Works get their districts by class when the file is opened")
    func classes() throws {
        let store = try SpatiaLiteStore.create(at: folder.path())
        let work = impact(1, nil, source: "s")
        try store.write(bulk: false) { transaction in
            for (id, name) in [("w:1", "ward"), ("z:1", "zip")] {
                _ = try transaction.upsert(
                    ReferenceFeature(id: id, name: id, featureClass: name, geometry: Self.square), in: .districts)
            }
            try transaction.insert(work, ledger: work.ledger)
        }
        #expect(try store.works()[0].districts == #"{"zip":"z:1"}"#)
        try store.close()
        try SQLite(folder.path(), spatial: true).run(try Self.statements())
        let opened = try SpatiaLiteStore.open(at: folder.path())
        #expect(try opened.works()[0].districts == #"{"ward":"w:1","zip":"z:1"}"#)
        #expect(try opened.works()[0].district == "w:1")
        #expect(try opened.check() == [])
    }
}
