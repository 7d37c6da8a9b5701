import Foundation
import Geometry
import Interchange
import SpatiaLiteStore
import TestConditions
import Testing
import TimeBudgets
import Works

@Suite(.needs(.realData()))
struct SpatiaLiteImportTests {
    @Test("After five lists the database holds what the simplest of stores holds; the last one again changes nothing")
    func sameAsInMemory() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("import-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = try SpatiaLiteStore.create(at: folder.appendingPathComponent("works.sqlite").path)
        let memory = MemoryStore()
        var options = Importer.Options()
        options.now = Instant("2026-11-23T09:00:00Z")
        options.refusedFile = folder.appendingPathComponent("refused.csv").path
        let mapping = try RealData.mappings.mapping("karlsruhe")
        let files = ["07-22", "07-26", "07-30", "08-03", "08-07"].map {
            RealData.path("karlsruhe-works/baustellen_2026-\($0).geojson.gz")
        }
        for file in files {
            let one = try Importer(store: database, options: options).importFile(file, mapping: mapping)
            let other = try Importer(store: memory, options: options).importFile(file, mapping: mapping)
            #expect(one == other)
        }
        let again = try Importer(store: database, options: options).importFile(files[4], mapping: mapping)
        #expect(again.unchanged == again.read && again.closed == 0)

        var stored: [String: Work] = [:]
        try database.forEachWork(WorkPage(), at: .now, budget: .unlimited) { row in
            let work = try row.work()
            stored[work.sourceID ?? ""] = work
        }
        #expect(stored.count == memory.works.count)
        for work in memory.works {
            var twin = try #require(stored[work.sourceID ?? ""])
            #expect(try database.ledger(of: twin.id) == memory.ledger(of: work.id))
            twin.privateExtra = try database.privateExtra(of: twin.id)
            twin.id = work.id
            #expect(twin == work)
        }
    }
}
