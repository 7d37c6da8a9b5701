import Dispatch
import Foundation
import SpatiaLiteStore
import Synchronization
import TestConditions
import Testing
import TimeBudgets
import Works

@Suite("The write-ahead log")
struct LogMaintenanceTests {
    let folder: TemporaryFolder
    let store: SpatiaLiteStore
    /// Each about a page of the file.
    private static let works: [Work] = (1...1500).map { number in
        var work = Work.sample(number)
        work.description = String(repeating: "d", count: 7000)
        return work
    }

    private static let bound = 32 << 20

    init() throws {
        folder = try TemporaryFolder()
        store = try SpatiaLiteStore.create(at: folder.path())
        try store.write(bulk: true) { transaction in
            for work in Self.works { try transaction.insert(work, ledger: work.ledger) }
        }
    }

    /// Writes 12 MB to the log.
    private static func write(revision: Int, to store: SpatiaLiteStore) throws {
        try store.write(bulk: false) { transaction in
            for var work in Self.works {
                work.revision = revision
                try transaction.update(work, ledger: [])
            }
        }
    }

    private static func logBytes(of store: SpatiaLiteStore) -> Int {
        (try? FileManager.default.attributesOfItem(atPath: store.path + "-wal")[.size] as? Int) ?? 0
    }

    @Test("It stays short though readers in batches never leave a moment without one")
    func readersAllTheTime() throws {
        let store = store
        let finished = Atomic(false)
        var largest = 0
        let failures = Atomic(0)
        let batches = Atomic(0)
        let ended = DispatchSemaphore(value: 0)
        for _ in 0..<3 {
            Thread.detachNewThread {
                while !finished.load(ordering: .acquiring) {
                    var reading = WorkBatches(store: store, at: noon)
                    do {
                        while try reading.next(budget: .unlimited, { $0.number % 100 != 0 }) {
                            batches.add(1, ordering: .relaxed)
                        }
                    } catch { failures.add(1, ordering: .relaxed) }
                }
                ended.signal()
            }
        }
        defer {
            finished.store(true, ordering: .releasing)
            for _ in 0..<3 { ended.wait() }
        }
        try block(until: "readers are at work") { batches.load(ordering: .relaxed) > 10 }
        for revision in 2...10 {
            try Self.write(revision: revision, to: store)
            // As often as it takes: a service does the same twice a second.
            var rounds = 0
            repeat {
                _ = try store.maintain()
                rounds += 1
            } while Self.logBytes(of: store) > Self.bound && rounds < 100
            largest = max(largest, Self.logBytes(of: store))
        }
        #expect(failures.load(ordering: .relaxed) == 0)
        #expect(largest <= Self.bound)
    }

    @Test("What a long read keeps in it is reported, and moved once the read is over")
    func longRead() throws {
        let reader = try SQLite(folder.path())
        try reader.run("BEGIN")
        _ = try reader.text("SELECT count(*) FROM works")
        for revision in 2...5 { try Self.write(revision: revision, to: store) }
        let held = try #require(try store.maintain())
        #expect(held.backlogPages > 3000)
        #expect(held.logBytes > Self.bound)
        try reader.run("COMMIT")
        let moved = try #require(try store.maintain())
        #expect(moved.backlogPages == 0)
        #expect(moved.emptied == held.emptied + 1)
        #expect(Self.logBytes(of: store) == 0)
        #expect(try store.maintain() == moved)
        #expect(try store.works().allSatisfy { $0.revision == 5 })
        #expect(try store.check() == [])
    }

    @Test("A store that only reads leaves it alone, and a closed one too")
    func readers() throws {
        let reader = try SpatiaLiteStore.open(at: folder.path(), readOnly: true)
        #expect(try reader.maintain() == nil)
        try Self.write(revision: 2, to: store)
        _ = try store.maintain()
        try reader.close()
        try store.close()
        _ = try store.maintain()
        let again = try SpatiaLiteStore.open(at: folder.path())
        #expect(try again.works().allSatisfy { $0.revision == 2 })
    }
}
