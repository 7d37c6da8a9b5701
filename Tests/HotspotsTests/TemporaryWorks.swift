import Foundation
import Geometry
import SpatiaLiteStore
import Works

/// A database of potholes that is gone when its last user is.
final class TemporaryWorks {
    let store: SpatiaLiteStore
    let works: [Work]
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("worksmap-\(UUID().uuidString)")

    /// - Parameter places: Where each lies.
    init(places: [Geometry?]) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let noon = Instant("2026-05-04T12:00:00Z")!
        works = places.enumerated().map { number, place in
            var generator = SystemRandomNumberGenerator()
            let id = WorkID(millisecondsSinceEpoch: 1_700_000_000_000 + UInt64(number), using: &generator)
            var work = Work(id: id, kind: .roadRepair, category: "pothole", updatedAt: noon)
            work.reportedAt = noon + Int64(number)
            work.dueAt = number % 3 == 0 ? noon + 60 : nil
            work.originalDueAt = work.dueAt
            work.geometry = place
            return work
        }
        store = try SpatiaLiteStore.create(at: folder.appendingPathComponent("works.sqlite").path)
        let works = works
        try store.write(bulk: true) { transaction in
            for work in works {
                let entry = LedgerEntry(
                    revision: 1, at: noon, recordedAt: noon, field: .registered, to: work.status.rawValue,
                    actor: Actor(kind: .source, name: "test"))
                try transaction.insert(work, ledger: [entry])
            }
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
}
