import Dispatch
import Foundation
import HTTPEdge
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@testable import MapServer

@Suite("The queue of writes")
struct WriteQueueTests {
    /// A database of its own and a second opening of it that keeps the write lock, as an import does.
    private final class Busy: Sendable {
        let folder: URL
        let store: SpatiaLiteStore
        private let other: SpatiaLiteStore
        private let release = DispatchSemaphore(value: 0)
        private let held = DispatchSemaphore(value: 0)

        init() throws {
            folder = FileManager.default.temporaryDirectory.appendingPathComponent("queue-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let path = folder.appendingPathComponent("works.sqlite").path
            // Far less than any request has.
            store = try SpatiaLiteStore.create(at: path, options: StoreOptions(busyTimeout: 0.05))
            other = try SpatiaLiteStore.open(at: path)
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        /// Takes the write lock and keeps it until ``letGo()``.
        func hold() async {
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async { [self] in
                    DispatchQueue.global().async { [self] in
                        try? other.write(bulk: false) { _ in
                            held.signal()
                            release.wait()
                        }
                        held.signal()
                    }
                    held.wait()
                    continuation.resume()
                }
            }
        }

        /// Gives the lock back.
        func letGo() async {
            release.signal()
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async { [self] in
                    held.wait()
                    continuation.resume()
                }
            }
        }

        func ids() throws -> Set<WorkID> {
            var ids: Set<WorkID> = []
            try store.forEachWork(WorkPage(), at: .now, budget: .unlimited) { ids.insert(try $0.work().id) }
            return ids
        }
    }

    private func insert(_ work: Work, _ queue: WriteQueue, within time: Duration) async throws {
        try await queue.write(until: .now + time) { transaction in
            let entry = LedgerEntry(
                revision: 1, at: .now, recordedAt: .now, field: .registered, to: work.status.rawValue,
                actor: Actor(kind: .resident))
            try transaction.insert(work, ledger: [entry])
        }
    }

    @Test("A write waits for another process as long as its own time lasts, whatever the store's own is")
    func waits() async throws {
        let busy = try Busy()
        let queue = WriteQueue(store: busy.store, capacity: 8)
        await busy.hold()
        async let write: Void = insert(TestMap.work(1), queue, within: .seconds(600))
        try await Task.sleep(for: .milliseconds(300))
        await busy.letGo()
        try await write
        #expect(try busy.ids() == [TestMap.work(1).id])
    }

    @Test("A write whose time passes is refused and never run; those with more time are written")
    func gaveUp() async throws {
        let busy = try Busy()
        let queue = WriteQueue(store: busy.store, capacity: 8)
        await busy.hold()
        async let patient: Void = insert(TestMap.work(2), queue, within: .seconds(600))
        for number in 3...5 {
            await #expect(throws: Problem.writeDeadlineExceeded) {
                try await insert(TestMap.work(number), queue, within: .milliseconds(60))
            }
        }
        await busy.letGo()
        try await patient
        try await insert(TestMap.work(6), queue, within: .seconds(600))
        #expect(try busy.ids() == [TestMap.work(2).id, TestMap.work(6).id])
    }

    @Test("A full queue refuses at once, and has room again when others have given up")
    func full() async throws {
        let busy = try Busy()
        let queue = WriteQueue(store: busy.store, capacity: 1)
        await busy.hold()
        let first = Task { try await insert(TestMap.work(1), queue, within: .milliseconds(400)) }
        try await Task.sleep(for: .milliseconds(50))
        await #expect(throws: Problem.overloaded) {
            try await insert(TestMap.work(2), queue, within: .seconds(600))
        }
        await #expect(throws: Problem.writeDeadlineExceeded) { try await first.value }
        async let second: Void = insert(TestMap.work(3), queue, within: .seconds(600))
        await busy.letGo()
        try await second
        #expect(try busy.ids() == [TestMap.work(3).id])
    }

    @Test("Every write that was acknowledged is there, and none that was refused")
    func acknowledged() async throws {
        let busy = try Busy()
        let queue = WriteQueue(store: busy.store, capacity: 400)
        let works = (1...300).map { TestMap.work($0) }
        let written = try await withThrowingTaskGroup(of: WorkID?.self) { group in
            for (index, work) in works.enumerated() {
                if index % 100 == 50 { await busy.hold() }
                group.addTask {
                    do {
                        try await insert(work, queue, within: .milliseconds(20 + index % 50))
                        return work.id
                    } catch let problem as Problem where problem == .writeDeadlineExceeded {
                        return nil
                    }
                }
                if index % 100 == 90 {
                    try await Task.sleep(for: .milliseconds(40))
                    await busy.letGo()
                }
            }
            return try await group.reduce(into: Set<WorkID>()) { written, id in
                if let id { written.insert(id) }
            }
        }
        #expect(try busy.ids() == written)
    }
}
