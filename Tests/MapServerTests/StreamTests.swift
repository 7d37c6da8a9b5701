import Geometry
import HTTPEdge
import HummingbirdTesting
import TestConditions
import Testing
import TimeBudgets
import Works

@testable import MapServer

@Suite("Whole layers beside slow clients")
struct StreamTests {
    private static let works = (1...20_000).map { TestMap.work($0) }
    private static let request = "GET /geojson/works.geojson HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    @Test("Clients that read nothing hold no thread, so that others get their layers")
    func slowClients() async throws {
        let map = TestMap(works: Self.works) { $0.streamWorkers = 1 }
        try await map.over(.live) { client in
            let raw = RawClient(port: try #require(client.port))
            let services = map.server.services
            let isOver = TimeBudget.unlimited
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        try await raw.abandon(Self.request, once: "the end of the test") { isOver.verdict != nil }
                    }
                }
                try await eventually("six open layers that take no thread") {
                    services.streams.open == 6 && services.streamPool.counts.running == 0
                }
                let reply = await raw.exchange(Self.request)
                #expect(reply.status == 200)
                #expect(reply.text.hasSuffix("0\r\n\r\n"))
                #expect(reply.text.split(separator: #""type":"Feature","#).count == Self.works.count + 1)
                isOver.cancel()
                try await group.waitForAll()
            }
            try await eventually("the end of all layers") { services.streams.open == 0 }
        }
    }

    @Test("More layers than may be open at once are refused, and taken again when one has left")
    func tooMany() async throws {
        let map = TestMap(works: Self.works) { $0.maxStreams = 1 }
        try await map.over(.live) { client in
            let raw = RawClient(port: try #require(client.port))
            let isOver = TimeBudget.unlimited
            async let first: Void = raw.abandon(Self.request, once: "the refusal") { isOver.verdict != nil }
            try await eventually("an open layer") { map.server.services.streams.open == 1 }
            let refused = await raw.exchange(Self.request)
            #expect(refused.status == 503)
            #expect(refused.text.contains("/problems/overloaded"))
            isOver.cancel()
            try await first
            try await eventually("the end of the layer") { map.server.services.streams.open == 0 }
            #expect(await raw.exchange(Self.request).status == 200)
        }
    }

    @Test("The time of a layer rests while its client reads nothing")
    func restingTime() async throws {
        let works = Array(Self.works.prefix(6000))
        let map = TestMap(works: works) { $0.deadlineFeatures = .seconds(8) }
        try await map.over(.live) { client in
            let raw = RawClient(port: try #require(client.port))
            let reply = await raw.exchange(Self.request, afterReading: 1000, pause: .seconds(10))
            #expect(reply.text.hasSuffix("0\r\n\r\n"))
            #expect(reply.text.split(separator: #""type":"Feature","#).count == works.count + 1)
        }
    }

    @Test("An idle connection is not closed before its client has taken the last answer")
    func idleAfterAnswer() async throws {
        // One answer larger than what the system takes at once, from a connection that may rest but for a moment.
        let map = TestMap(works: Self.works) { $0.limits.idleTimeout = .milliseconds(200) }
        try await map.over(.live) { client in
            let raw = RawClient(port: try #require(client.port))
            for version in ["1.0", "1.1"] {
                let reply = await raw.exchange(
                    "GET /ogc/collections/works/items?limit=10000 HTTP/\(version)\r\nHost: a\r\n\r\n",
                    afterReading: 1000, pause: .seconds(3))
                #expect(reply.status == 200)
                let length = reply.text.firstMatch(of: #/content-length: (\d+)/#.ignoresCase()).flatMap { Int($0.1) }
                #expect(reply.body.utf8.count == length, "HTTP/\(version)")
                #expect(length ?? 0 > 4 << 20)
            }
        }
    }
}
