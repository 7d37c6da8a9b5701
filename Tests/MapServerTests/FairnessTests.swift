import Foundation
import Geometry
import HTTPTypes
import HummingbirdTesting
import Synchronization
import TestConditions
import Testing
import TimeBudgets
import Works

@testable import HTTPEdge
@testable import MapServer

@Suite("Fairness between clients")
struct FairnessTests {
    // MARK: Pools

    /// A pool whose one worker is busy until the returned budget is cancelled.
    private func busyPool(capacity: Int) async throws -> (pool: WorkerPool, release: TimeBudget) {
        let pool = WorkerPool(name: "test", workers: 1, capacity: capacity)
        let release = TimeBudget.unlimited
        pool.submit(within: .unlimited, for: nil) {
            while release.verdict == nil { usleep(500) }
        } completion: { _ in
        }
        try await eventually("the worker is busy") { pool.counts.running == 1 }
        return (pool, release)
    }

    @Test("a client that filled the queue makes room for another, and serves in turn")
    func fullQueue() async throws {
        let (pool, release) = try await busyPool(capacity: 4)
        let served = Mutex<[String]>([])
        let refused = Mutex<[String]>([])
        func submit(_ name: String, _ client: UInt64) {
            pool.submit(within: .unlimited, for: nil, of: TestMap.client(client)) {
                served.withLock { $0.append(name) }
            } completion: { result in
                if case .failure(let error) = result {
                    #expect(error as? Problem == .overloaded)
                    refused.withLock { $0.append(name) }
                }
            }
        }
        for job in 1...6 { submit("a\(job)", 1) }
        #expect(refused.withLock { $0 } == ["a5", "a6"])
        submit("b1", 2)
        #expect(refused.withLock { $0 } == ["a5", "a6", "a4"])
        submit("c1", 3)
        #expect(refused.withLock { $0 } == ["a5", "a6", "a4", "a3"])
        #expect(pool.counts.waiting == 4)
        #expect(pool.counts.shed == 4)
        release.cancel()
        try await eventually("all jobs are served") { pool.counts.running + pool.counts.waiting == 0 }
        let order = served.withLock { $0 }
        #expect(Set(order[..<3]) == ["a1", "b1", "c1"])
        #expect(order.last == "a2")
        await pool.shutDown()
    }

    @Test("a stream that loses its place in the queue hears so")
    func displacedStream() async throws {
        let (pool, release) = try await busyPool(capacity: 2)
        let failures = Mutex<[Problem]>([])
        for _ in 0..<2 {
            pool.resume(of: TestMap.client(1)) {
            } onFailure: { error in
                failures.withLock { $0.append(error as? Problem ?? .internalError) }
            }
        }
        pool.submit(within: .unlimited, for: nil, of: TestMap.client(2), {}, completion: { _ in })
        #expect(failures.withLock { $0 } == [.overloaded])
        release.cancel()
        await pool.shutDown()
    }

    // MARK: Files

    @Test("files wait for no worker")
    func files() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("<p>one</p>".utf8).write(to: folder.appendingPathComponent("index.html"))
        let map = TestMap {
            $0.web = folder
            $0.maxQueue = 0
        }
        map.store.stalls = true
        try await map.test { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let pages = map.server.services.pagePool
                for _ in 0..<pages.workers {
                    group.addTask {
                        _ = try await client.executeRequest(uri: "/works", method: .get, headers: [:], body: nil)
                    }
                }
                // One worker is kept for other clients.
                try await eventually("the pages' workers are busy") {
                    pages.counts.running == pages.workers - 1 && pages.counts.waiting == 1
                }
                let page = try await client.executeRequest(uri: "/", method: .get, headers: [:], body: nil)
                #expect(page.status == .ok)
                #expect(page.text == "<p>one</p>")
                map.store.stalls = false
                try await group.waitForAll()
            }
        }
    }

    @Test("a file that changes is read again, and one that goes away is gone")
    func changedFile() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("page.txt")
        let cache = FileCache()
        func text() async throws -> String? {
            try await cache.file("page.txt", in: folder).map { String(decoding: $0.bytes, as: UTF8.self) }
        }
        #expect(try await text() == nil)
        try Data("one".utf8).write(to: file)
        #expect(try await text() == "one")
        try Data("longer".utf8).write(to: file)
        try await eventually("the file is read again") { try await text() != "one" }
        #expect(try await text() == "longer")
        try FileManager.default.removeItem(at: file)
        try await eventually("the file is gone") { try await text() == nil }
        await cache.shutDown()
    }

    // MARK: Connections

    @Test("an address that holds all its connections idle is served on a new one")
    func idleConnections() async throws {
        let map = TestMap {
            $0.limits.connections = 16
            $0.limits.connectionsPerAddress = 8
            $0.limits.idleTimeout = .seconds(600)
        }
        try await map.over(.live) { client in
            let raw = RawClient(port: try #require(client.port))
            try await raw.holding(12) {
                // Half a head counts as idle too.
                try await raw.holding(12, sending: "GET / HT") {
                    let reply = await raw.exchange("GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                    #expect(reply.status == 200)
                }
            }
            let counts = map.server.services.connections.counts
            #expect(counts.displaced > 0)
            #expect(counts.refused == 0)
        }
    }

    @Test(
        "a body that breaks off its framing is answered at once",
        arguments: ["/open311/v2/requests.json", "/api/works", "/nowhere"])
    func brokenChunk(_ address: String) async throws {
        let map = TestMap { $0.limits.idleTimeout = .seconds(600) }
        try await map.over(.live) { client in
            let raw = RawClient(port: try #require(client.port))
            let reply = await raw.exchange(
                "POST \(address) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nZZ\r\n")
            #expect([400, 404, 405].contains(reply.status ?? 0), "\(reply.text)")
        }
    }

    // MARK: Limits of filters

    @Test(
        "refuses filters beyond measure by name",
        arguments: [
            ("/works", "q", String(repeating: "a ", count: 21)),
            ("/works", "q", String(repeating: "a ", count: 2000)),
            ("/tiles/works/9/320/160.png", "q", String(repeating: "a ", count: 900)),
            ("/geojson/works.geojson", "category", (0...200).map { "c\($0)" }.joined(separator: ",")),
            ("/tiles/works/9/320/160.mvt", "district", (0...200).map { "c\($0)" }.joined(separator: ",")),
            (
                "/ogc/collections/works/items", "filter",
                [String](repeating: "ACCENTI(CASEI(description))='n'", count: 150).joined(separator: " OR ")
            ),
            (
                "/ogc/collections/works/items", "filter",
                [String](repeating: "title='n'", count: 450).joined(separator: " OR ")
            ),
            (
                "/ogc/collections/schools/items", "filter",
                [String](repeating: "S_INTERSECTS(geometry,POINT(1 2))", count: 30).joined(separator: " AND ")
            ),
        ])
    func limits(_ address: String, _ parameter: String, _ value: String) async throws {
        try await TestMap().test { client in
            let answer = try await client.executeRequest(
                uri: "\(address)?\(parameter)=\(PercentEncoding.encode(value))", method: .get, headers: [:], body: nil)
            #expect(answer.status == .badRequest)
            #expect(try answer.json["parameter"]?.string == parameter)
        }
    }
}
