import Geometry
import Glibc
import HTTPTypes
import HummingbirdTesting
import Synchronization
import TestConditions
import Testing
import Works

@testable import Cartography
@testable import HTTPEdge
@testable import MapServer

@Suite("The lane for tiles")
struct TileHandlerTests {
    /// Addresses that are answered in the lane, from the cache and by a worker, and some that go on inwards.
    static let addresses = [
        "/tiles/works/7/3/5.png", "/tiles/works/8/3/5.png", "/tiles/works/8/3/5@2x.png?theme=dark",
        "/tiles/works/7/3/5.mvt",
        "/tiles/works/8/3/5.png?open=true", "/tiles/nothing/8/3/5.png", "/tiles/works/8/300/5.png",
        "/tiles/works/8/03/5.png",
        "/tiles/works/8/3/5.png?colour=red", "/tiles/works/8/3/5.png?theme=%64ark", "/tiles/works/8/3/5.gif",
        "/tiles/work%73/7/3/5.png", "/tiles/works/7/3/5@3x.png", "/tiles/works/7/99999999999/5.png", "/tiles/",
        "/tiles/works.json",
    ]

    /// An answer without what differs from call to call and between a socket and none.
    private func comparable(_ answer: TestResponse) -> (status: HTTPResponse.Status, fields: [String], text: String) {
        let fields = answer.headers.filter {
            ![.date, .contentLength, .init("X-Request-Id")!, .connection].contains($0.name)
        }
        .map { "\($0.name.canonicalName): \($0.value)" }.sorted()
        return (answer.status, fields, answer.text.replacing(#/"request_id":"[^"]*"/#, with: ""))
    }

    @Test("answers as the router would, field by field", arguments: addresses)
    func likeTheRouter(_ address: String) async throws {
        typealias Answer = (status: HTTPResponse.Status, fields: [String], text: String)
        let (lane, router) = (TestMap(), TestMap())
        func answers(_ map: TestMap, _ setup: TestingSetup) async throws -> [Answer] {
            try await map.over(setup) { client in
                var answers: [Answer] = []
                for method in [HTTPRequest.Method.get, .head, .post, .options] {
                    for headers: HTTPFields in [[:], [.ifNoneMatch: "*"], [.ifNoneMatch: "\"a\", W/\"b\""]] {
                        answers.append(
                            comparable(
                                try await client.executeRequest(
                                    uri: address, method: method, headers: headers, body: nil)))
                    }
                }
                return answers
            }
        }
        let (inLane, routed) = (try await answers(lane, .live), try await answers(router, .router))
        #expect(inLane.count == 12)
        for (a, b) in zip(inLane, routed) { #expect(a == b) }
        let routes = (lane.server.services.metrics.all.map(\.route), router.server.services.metrics.all.map(\.route))
        #expect(routes.0 == routes.1)
    }

    @Test("knows a tile again by its tag, and keeps a client's name for its request")
    func conditions() async throws {
        try await TestMap().over(.live) { client in
            for address in ["/tiles/works/7/3/5.png", "/tiles/works/8/3/5.png"] {
                let first = try await client.executeRequest(
                    uri: address, method: .get, headers: [.requestID: "mine-1"], body: nil)
                #expect(first.status == .ok && first.headers[.requestID] == "mine-1")
                #expect(
                    first.headers[.date]?.wholeMatch(of: #/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/#)
                        != nil)
                let tag = try #require(first.headers[.eTag])
                let again = try await client.executeRequest(
                    uri: address, method: .get, headers: [.ifNoneMatch: "\"x\", \(tag)", .requestID: "a b"], body: nil)
                #expect(again.status == .notModified && again.text.isEmpty)
                #expect(again.headers[.eTag] == tag && again.headers[.contentLength] == nil)
                #expect(again.headers[.requestID]?.wholeMatch(of: #/[0-9a-f]{32}/#) != nil)
            }
        }
    }

    @Test("keeps the order of pipelined requests, whichever way they go")
    func pipelining() async throws {
        let map = TestMap()
        try await map.over(.live) { client in
            let paths = [
                "/tiles/works/7/1/1.png", "/health/live", "/tiles/works/8/2/2.png", "/tiles/works/8/3/3.png",
                "/tiles/works/7/4/4.png",
                "/works?limit=1", "/tiles/works/8/5/5.png", "/tiles/works/7/6/6.png", "/nowhere",
                "/tiles/works/8/7/7.png",
            ]
            let requests = paths.enumerated().map { number, path in
                "GET \(path) HTTP/1.1\r\nHost: a\r\nX-Request-Id: r\(number)\r\n\(number == paths.count - 1 ? "Connection: close\r\n" : "")\r\n"
            }
            let reply = await RawClient(port: try #require(client.port)).exchange(requests.joined())
            let names = reply.text.matches(of: #/(?i)x-request-id: (r\d+)/#).map { String($0.1) }
            #expect(names == paths.indices.map { "r\($0)" })
        }
    }

    @Test("takes up what came in one piece with a tile that had to be drawn")
    func afterDrawing() async throws {
        try await TestMap().over(.live) { client in
            let reply = await RawClient(port: try #require(client.port)).exchange(
                "GET /tiles/works/8/1/1.png HTTP/1.1\r\nHost: a\r\n\r\nGET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            )
            #expect(reply.text.matches(of: #/HTTP/1.1 200/#).count == 2)
        }
    }

    @Test("answers no further than the client takes the answers, and goes on when it does")
    func backPressure() async throws {
        let map = TestMap()
        map.atlas.padding.store(50_000, ordering: .relaxed)
        let tiles = ["7/1/1", "8/1/1"].map { "GET /tiles/works/\($0).png HTTP/1.1\r\nHost: a\r\n\r\n" }
        let requests = String(repeating: tiles.joined(), count: 300)
        try await map.over(.live) { client in
            let raw = RawClient(port: try #require(client.port))
            @Sendable func answered() -> Int { map.server.services.metrics.all.reduce(0) { $0 + $1.series.count } }
            try await raw.abandon(requests, once: "a standstill") {
                let before = answered()
                usleep(200_000)
                return before > 0 && answered() == before
            }
            // Thirty megabytes were asked for; what the system's buffers hold is a few.
            #expect(answered() < 400)
            let all = await raw.exchange(requests + "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(all.text.utf8.count > 30_000_000)
            #expect(all.text.hasSuffix("}"))
        }
    }

    @Test("gives up the tile of a client that is gone")
    func clientLeaves() async throws {
        let map = TestMap { $0.limits.partingGrace = .zero }
        map.atlas.stalls = true
        try await map.over(.live) { client in
            let pool = map.server.services.tilePool
            try await RawClient(port: try #require(client.port))
                .abandon("GET /tiles/works/8/3/5.png HTTP/1.1\r\nHost: a\r\n\r\n", once: "a tile in hand") {
                    pool.counts.running > 0
                }
            try await eventually("the end of the drawing") { pool.counts.running == 0 }
            #expect(map.atlas.stalls && map.atlas.interrupted.load(ordering: .relaxed) == 1)
        }
    }

    @Test("finishes a tile that is being drawn when the server is told to end")
    func shutdown() async throws {
        let map = TestMap()
        map.atlas.stalls = true
        let answer = Task<String, any Error>.detached { [map] in
            var text = ""
            let port = AsyncStream<Int>.makeStream()
            try await withThrowingTaskGroup(of: String.self) { group in
                group.addTask {
                    try await map.over(.live) { client in
                        port.continuation.yield(try #require(client.port))
                        let pool = map.server.services.tilePool
                        try await eventually("a tile in hand") { pool.counts.running > 0 }
                        // The server ends when this returns; the tile is let go a little later.
                        Task.detached {
                            try await Task.sleep(for: .milliseconds(300))
                            map.atlas.stalls = false
                        }
                        return ""
                    }
                }
                group.addTask {
                    var ports = port.stream.makeAsyncIterator()
                    let number = await ports.next()!
                    return await RawClient(port: number).exchange(
                        "GET /tiles/works/8/3/5.png HTTP/1.1\r\nHost: a\r\n\r\n"
                    ).text
                }
                for try await part in group { text += part }
            }
            return text
        }
        #expect(try await answer.value.hasSuffix("works 8/3/5 1 png false"))
    }

    @Test("hangs up on clients that rest or dribble, not on those that only ask for tiles")
    func idle() async throws {
        try await TestMap { $0.limits.idleTimeout = .milliseconds(400) }.over(.live) { client in
            let raw = RawClient(port: try #require(client.port))
            let busy = await raw.dribble(
                [String](repeating: "GET /tiles/works/7/3/5.png HTTP/1.1\r\nHost: a\r\n\r\n", count: 16), every: 100)
            #expect(!busy.wasHungUpOn)
            #expect(busy.text.matches(of: #/HTTP/1.1 200/#).count == 16)
            let slow = await raw.dribble("GET /tiles/works/7/3/5.png HTTP/1.1\r\nHost: a".map(String.init), every: 100)
            #expect(slow.wasHungUpOn && slow.text.isEmpty)
            let body = "POST /open311/v2/requests.json HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n"
            let slowBody = await raw.dribble([body] + [String](repeating: "a", count: 40), every: 100)
            #expect(slowBody.wasHungUpOn)
            let quickBody = await raw.dribble(
                [body] + [String](repeating: String(repeating: "a", count: 50), count: 10), every: 100)
            #expect(quickBody.text.hasPrefix("HTTP/1.1 "))
            let silent = await raw.exchange("")
            #expect(silent.text.isEmpty)
        }
    }
}
