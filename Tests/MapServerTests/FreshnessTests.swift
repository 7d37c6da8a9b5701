import Foundation
import Geometry
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Synchronization
import TestConditions
import Testing
import Works

@testable import HTTPEdge
@testable import MapServer

@Suite("Freshness")
struct FreshnessTests {
    @Test("knows every moment at which the clock alone changes a deadline state")
    func calendar() {
        let base = Instant(year: 2026, month: 11, day: 23)
        var generator = SystemRandomNumberGenerator()
        let works = (0..<60).map { _ in
            (
                status: WorkStatus.allCases.randomElement(using: &generator)!,
                dueAt: Bool.random() ? base + Int64.random(in: -400_000...400_000, using: &generator) : nil
            )
        }
        let calendar = DeadlineCalendar(works)
        func states(_ now: Instant) -> [DeadlineState] {
            works.map { DeadlineState(status: $0.status, dueAt: $0.dueAt, completedAt: nil, at: now) }
        }
        for _ in 0..<300 {
            let now = base + Int64.random(in: -900_000...900_000, using: &generator)
            let next = works.compactMap { DeadlineState.nextChange(status: $0.status, dueAt: $0.dueAt, after: now) }
                .min()
            #expect(calendar.next(after: now) == next)
            let later = now + Int64.random(in: 0...50_000, using: &generator)
            if calendar.epoch(at: now) == calendar.epoch(at: later) { #expect(states(now) == states(later)) }
        }
    }

    @Test("takes in a change as a full look would")
    func incremental() throws {
        let store = MemoryStore((1...20).map { TestMap.work($0, due: Int64($0) * 3600) })
        let followed = Freshness(store: store)
        try followed.refresh()
        store.add(TestMap.work(3, status: .done, due: 3 * 3600))
        store.add(TestMap.work(5, due: 900_000))
        store.add(TestMap.work(21, due: 60))
        try followed.refresh()
        let fresh = Freshness(store: store)
        try fresh.refresh()
        for hours in stride(from: Int64(-100), to: 300, by: 1) {
            let now = TestMap.now + hours * 3600
            #expect(try followed.stamp(at: now).epoch == fresh.stamp(at: now).epoch)
            #expect(try followed.stamp(at: now).nextChange == fresh.stamp(at: now).nextChange)
        }
    }

    @Test("gives a whole layer a new entity tag when a work changes and when a deadline passes")
    func entityTags() throws {
        let store = MemoryStore([TestMap.work(1, due: 1000)])
        let freshness = Freshness(store: store)
        try freshness.refresh()
        func tag(_ seconds: Int64) throws -> ContentHash {
            var hash = ContentHash()
            try freshness.stamp(at: TestMap.now + seconds).hash(into: &hash, layer: nil)
            return hash
        }
        #expect(try tag(0) == tag(1000))
        #expect(try tag(1000) != tag(1001))
        let before = try tag(0)
        store.add(TestMap.work(1, due: 1000))
        // Until the calendar has followed, an answer is told apart by the second it was made in.
        #expect(try tag(0) != tag(1))
        try freshness.refresh()
        #expect(try tag(0) == tag(1))
        #expect(try tag(0) != before)
    }

    @Test("follows commits of this process and of others, and tells when it is ready")
    func refresher() async throws {
        let map = TestMap { $0.pollInterval = .milliseconds(10) }
        try await map.over(.live) { client in
            try await eventually("readiness") { map.server.services.readiness.state == .ready }
            let ready = try await client.executeRequest(uri: "/health/ready", method: .get, headers: [:], body: nil)
            #expect(ready.status == .ok)
            map.store.add(TestMap.work(50))
            let revision = try map.store.revision().works
            try await eventually("an exact stamp") { try map.server.services.freshness.stamp(at: .now).isExact }
            #expect(try map.store.revision().works == revision)
            #expect(map.atlas.refreshed.load(ordering: .relaxed) > 0)
        }
    }

    @Test("is not ready before the first look and after one that failed")
    func readiness() async throws {
        // Without polling and commits only the first look happens; here the test stands in for it.
        let readiness = Readiness()
        #expect(readiness.state == .starting)
        readiness.succeed()
        #expect(readiness.state == .ready)
        readiness.fail("the disk is gone")
        #expect(readiness.state == .failing("the disk is gone"))
    }

    @Test("compresses text for those who ask, to the same octets")
    func gzip() async throws {
        let map = TestMap(works: (1...2000).map { TestMap.work($0) })
        try await map.test { client in
            for path in ["/geojson/works.geojson", "/ogc/collections/works/items?limit=2000", "/works"] {
                let plain = try await client.executeRequest(uri: path, method: .get, headers: [:], body: nil)
                let packed = try await client.executeRequest(
                    uri: path, method: .get, headers: [.acceptEncoding: "br, gzip;q=0.5"], body: nil)
                #expect(plain.headers[.contentEncoding] == nil)
                #expect(packed.headers[.contentEncoding] == "gzip")
                #expect(packed.headers[.vary]?.contains("Accept-Encoding") == true)
                #expect(packed.body.readableBytes < plain.body.readableBytes / 4)
                let unpacked = try Self.gunzip(packed.body)
                // The moment of the answer is the only thing in it that may differ.
                #expect(unpacked.count == plain.body.readableBytes, "\(path)")
                let refused = try await client.executeRequest(
                    uri: path, method: .get, headers: [.acceptEncoding: "gzip;q=0, *"], body: nil)
                #expect(refused.headers[.contentEncoding] == nil)
            }
        }
    }

    /// What the system's gzip makes of it.
    private static func gunzip(_ bytes: ByteBuffer) throws -> Data {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("worksmap-\(UUID().uuidString).gz")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(bytes.readableBytesView).write(to: file)
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/gzip")
        process.arguments = ["-dc", file.path]
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return data
    }
}
