import Foundation
import Geometry
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@testable import Interchange

@Suite("An import after people have decided")
struct OverruledImportTests {
    private let folder: URL
    private let store: SpatiaLiteStore

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("overruled-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try SpatiaLiteStore.create(at: folder.appendingPathComponent("works.sqlite").path)
    }

    private func load(_ rows: String) throws -> ImportReport {
        let path = folder.appendingPathComponent("list.csv").path
        try Data(("source_id,category,title,status,organisation,due_at,longitude,latitude\n" + rows).utf8)
            .write(to: URL(fileURLWithPath: path))
        return try Importer(store: store).importFile(path, as: .hazards)
    }

    private func work() throws -> Work {
        var found: Work?
        try store.forEachWork(WorkPage(), at: .now, budget: .unlimited) { found = try $0.work() }
        return try #require(found)
    }

    @Test("takes nothing back that a person overruled and the source merely repeats, and hears what is new")
    func repeats() throws {
        let row = "1,ice,Hole,reported,A,2026-12-01T09:00:00Z,37.6,55.7\n"
        #expect(try load(row).inserted == 1)
        var change = WorkChange()
        change.organisation = "B"
        change.status = .accepted
        change.dueAt = Instant("2026-12-24T09:00:00Z")
        change.reason = "frost"
        change.isConfirmed = true
        try store.write(bulk: false) { transaction in
            guard
                case .updated(let work, let ledger) = try Reconciliation.decide(
                    change, on: try self.work(), at: .now,
                    by: Speaker(actor: Actor(kind: .person), mayAddNames: true, names: CityNames()))
            else { return }
            try transaction.update(work, ledger: ledger)
        }
        let decided = try work()
        #expect(try load(row).unchanged == 1)
        #expect(try work() == decided)

        let report = try load("1,ice,New title,reported,A,2026-12-31T09:00:00Z,37.6,55.7\n")
        #expect(report.updated == 1 && report.deadlinesMoved == 1)
        let updated = try work()
        #expect(updated.title == "New title" && updated.organisation == "B" && updated.status == .accepted)
        #expect(updated.dueAt == Instant("2026-12-31T09:00:00Z") && updated.dueChanges == 2)
        try FileManager.default.removeItem(at: folder)
    }
}
