import Geometry
import Glibc
import HTTPTypes
import HummingbirdTesting
import TestConditions
import Testing
import TimeBudgets
import Works

@testable import HTTPEdge
@testable import MapServer

@Suite("Load and time")
struct LoadTests {
    @Test(
        "answers a spent budget with a problem that no cache keeps and stops the work",
        arguments: ["/works", "/geojson/works.geojson"])
    func spentBudget(_ address: String) async throws {
        let map = TestMap { $0.deadlineFeatures = .milliseconds(50) }
        map.store.stalls = true
        try await map.test { client in
            let answer = try await client.executeRequest(uri: address, method: .get, headers: [:], body: nil)
            #expect(answer.status == .serviceUnavailable)
            #expect(try answer.json["type"]?.string == "/problems/deadline-exceeded")
            #expect(answer.headers[.retryAfter] != nil)
            #expect(answer.headers[.cacheControl] == "no-store")
            // The reading goes on until its budget stops it.
            try await eventually("the end of the reading") {
                map.server.services.pools.allSatisfy { $0.counts.running == 0 }
            }
        }
    }

    @Test("lets a client ask for less time, never for more")
    func preferWait() async throws {
        let map = TestMap { $0.deadlineTiles = .milliseconds(100) }
        map.atlas.stalls = true
        try await map.test { client in
            for wait in ["wait=0", "respond-async, wait=\"0\"", "wait=3600"] {
                let answer = try await client.executeRequest(
                    uri: "/tiles/works/0/0/0.png", method: .get, headers: [.prefer: wait], body: nil)
                #expect(answer.status == .serviceUnavailable)
                #expect(try answer.json["type"]?.string == "/problems/deadline-exceeded")
            }
        }
    }

    @Test("refuses at once what finds the queue full, and serves the other pool meanwhile")
    func overload() async throws {
        let map = TestMap {
            $0.tileWorkers = 1
            $0.maxQueue = 2
            $0.deadlineTiles = .seconds(60)
        }
        map.atlas.stalls = true
        try await map.test { client in
            try await withThrowingTaskGroup(of: HTTPResponse.Status.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        try await client.executeRequest(
                            uri: "/tiles/works/0/0/0.png", method: .get, headers: [:], body: nil
                        ).status
                    }
                }
                let pool = map.server.services.tilePool
                try await eventually("three requests") { pool.counts.running + pool.counts.waiting == 3 }
                let shed = try await client.executeRequest(
                    uri: "/tiles/works/0/0/0.png", method: .get, headers: [:], body: nil)
                #expect(shed.status == .serviceUnavailable)
                #expect(try shed.json["type"]?.string == "/problems/overloaded")
                #expect(shed.headers[.retryAfter] == "1")
                #expect(pool.counts.shed == 1)
                let other = try await client.executeRequest(uri: "/works", method: .get, headers: [:], body: nil)
                #expect(other.status == .ok)
                map.atlas.stalls = false
                for try await status in group { #expect(status == .ok) }
            }
        }
    }

    @Test("takes out of the queue what has waited too long, and never runs it")
    func droppedFromTheQueue() async throws {
        let pool = WorkerPool(name: "test", workers: 1, capacity: 4)
        let release = TimeBudget.unlimited
        async let first: Void = pool.run(within: TimeBudget(.seconds(600)), for: nil) {
            try block(until: "the release") { release.verdict != nil }
        }
        try await eventually("the first job") { pool.counts.running == 1 }
        // Each at its own time, however many look ahead to later ones.
        for dropped in 1...2 {
            await #expect(throws: TimeBudgetError.deadlineExceeded) {
                try await pool.run(within: TimeBudget(.milliseconds(20)), for: nil) { Issue.record("it ran") }
            }
            #expect(pool.counts.waiting == 0)
            #expect(pool.counts.dropped == dropped)
        }
        release.cancel()
        try await first
        await pool.shutDown()
    }

    @Test("refuses at once what would spend its time in the queue")
    func hopelessJobs() async throws {
        let pool = WorkerPool(name: "test", workers: 1, capacity: 10)
        for _ in 0..<8 { try await pool.run(within: TimeBudget(.seconds(600)), for: nil) { _ = usleep(20_000) } }
        let release = TimeBudget.unlimited
        let started = TimeBudget.unlimited
        async let first: Void = pool.run(within: .unlimited, for: nil) {
            started.cancel()
            try block(until: "the release") { release.verdict != nil }
        }
        try await eventually("the first job") { started.verdict != nil }
        // Of late a job took some twenty milliseconds; this one has one.
        await #expect(throws: Problem.overloaded) {
            try await pool.run(within: TimeBudget(.milliseconds(1)), for: nil) { Issue.record("it ran") }
        }
        #expect(pool.counts.shed == 1)
        #expect(pool.counts.waiting == 0)
        release.cancel()
        try await first
        await pool.shutDown()
    }

    @Test("measures requests by route")
    func metrics() async throws {
        try await TestMap().test { client in
            _ = try await client.executeRequest(uri: "/tiles/works/0/0/0.png", method: .get, headers: [:], body: nil)
            _ = try await client.executeRequest(uri: "/tiles/works/9/999/0.png", method: .get, headers: [:], body: nil)
            let text = try await client.executeRequest(uri: "/metrics", method: .get, headers: [:], body: nil).text
            let route = "route=\"/tiles/{tileset}/{z}/{x}/{y}\""
            #expect(text.contains("worksmap_http_responses_total{\(route),status=\"200\"} 1\n"))
            #expect(text.contains("worksmap_http_responses_total{\(route),status=\"404\"} 1\n"))
            #expect(text.contains("worksmap_http_request_duration_seconds_count{\(route)} 2\n"))
            for line in text.split(separator: "\n") where !line.hasPrefix("#") {
                #expect(line.wholeMatch(of: /[a-z_]+(\{.*\})? [-+.e0-9]+/) != nil, "\(line)")
            }
        }
    }

    @Test("keeps a name that a client gives its request, if it is a plain one")
    func requestIDs() async throws {
        try await TestMap().test { client in
            let named = try await client.executeRequest(
                uri: "/nowhere", method: .get, headers: [.requestID: "abc-1.2"], body: nil)
            #expect(named.headers[.requestID] == "abc-1.2")
            #expect(try named.json["request_id"]?.string == "abc-1.2")
            let forged = try await client.executeRequest(
                uri: "/nowhere", method: .get, headers: [.requestID: "a b\"c"], body: nil)
            #expect(forged.headers[.requestID] != "a b\"c")
        }
    }
}
