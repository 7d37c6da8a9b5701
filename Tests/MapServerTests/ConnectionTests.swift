import Geometry
import HummingbirdTesting
import TestConditions
import Testing
import Works

@testable import HTTPEdge
@testable import MapServer

@Suite("Connections")
struct ConnectionTests {
    /// Runs a test against a server that listens.
    private func live(_ map: TestMap = TestMap(), _ body: @Sendable (RawClient) async throws -> Void) async throws {
        try await map.over(.live) { client in
            try await body(RawClient(port: try #require(client.port)))
        }
    }

    @Test("answers HTTP/1.0 without chunks and closes")
    func http10() async throws {
        try await live { client in
            for address in ["/health/live", "/geojson/works.geojson"] {
                let reply = await client.exchange("GET \(address) HTTP/1.0\r\n\r\n")
                #expect(reply.text.hasPrefix("HTTP/1.0 200 OK\r\n"))
                #expect(!reply.text.lowercased().contains("transfer-encoding"))
                #expect(reply.text.lowercased().contains("connection: close"))
                #expect(!reply.isReset)
                _ = try JSONParser.parse(String(reply.body))
            }
        }
    }

    @Test("closes when asked to, in either case of letters", arguments: ["close", "Close"])
    func connectionClose(_ value: String) async throws {
        try await live { client in
            let reply = await client.exchange("GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: \(value)\r\n\r\n")
            #expect(reply.status == 200)
            #expect(reply.body.hasSuffix("}"))
        }
    }

    @Test("answers pipelined requests in their order, HEAD among them")
    func pipelining() async throws {
        try await live { client in
            let reply = await client.exchange(
                "HEAD /geojson/works.geojson HTTP/1.1\r\nHost: a\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"
                    + "HEAD /works HTTP/1.1\r\nHost: a\r\n\r\nGET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            )
            let heads = reply.text.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
            #expect(heads == ["200", "404", "200", "200"])
            #expect(reply.body.hasPrefix("HTTP/1.1 404"), "nothing of a body may follow the head of an answer to HEAD")
        }
    }

    @Test("does not mind a body on GET, within limits")
    func bodyOnGet() async throws {
        try await live(TestMap { $0.limits.bodyBytes = 100 }) { client in
            let reply = await client.exchange(
                "GET /health/live HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
                    + "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(reply.text.split(separator: "HTTP/1.1 200").count == 2)
            let large = await client.exchange("GET /health/live HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n")
            #expect(large.status == 413)
            #expect(large.text.contains("/problems/body-too-large"))
        }
    }

    static let refused: [(what: String, request: String, status: Int)] = [
        (
            "an address of a megabyte", "GET /?q=\(String(repeating: "a", count: 1 << 20)) HTTP/1.1\r\nHost: a\r\n\r\n",
            414
        ),
        (
            "a query of 20 KB",
            "GET /works?q=\(String(repeating: "a", count: 20_000)) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            414
        ),
        (
            "a header of a megabyte",
            "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 1 << 20))\r\n\r\n", 431
        ),
        ("a flood of headers", "GET / HTTP/1.1\r\n\(String(repeating: "X: y\r\n", count: 5000))\r\n", 431),
        ("no host", "GET /health/live HTTP/1.1\r\n\r\n", 400),
        ("two hosts", "GET /tiles/works/7/1/1.png HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (
            "a body of more octets than can be counted",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\n", 413
        ),
        ("no HTTP", "\u{16}\u{03}\u{01}hello\r\n\r\n", 400),
        ("another version", "GET / HTTP/3.7\r\n\r\n", 505),
        ("two lengths", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        ("a broken escape", "GET /works/%g0 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400),
        ("a climbing path", "GET /leaflet/../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400),
    ]

    @Test("refuses with a problem document", arguments: refused.indices)
    func refusals(_ index: Int) async throws {
        let (what, request, status) = Self.refused[index]
        try await live { client in
            let reply = await client.exchange(request)
            #expect(reply.status == status, "\(what)")
            #expect(reply.text.contains("application/problem+json"), "\(what)")
            let problem = try JSONParser.parse(String(reply.body))
            #expect(problem["status"]?.integer == status, "\(what)")
        }
    }

    @Test("tells a client that waits with its body to send it")
    func expectContinue() async throws {
        try await live { client in
            let reply = await client.exchange(
                "GET /health/live HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
            )
            #expect(reply.text.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"))
            let old = await client.exchange(
                "GET /health/live HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello")
            #expect(old.text.hasPrefix("HTTP/1.0 200 OK\r\n"))
        }
    }

    @Test(
        "answers who wants to speak something else, and ends the connection",
        arguments: [
            "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            "GET /tiles/works/7/1/1.png HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n",
            "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
        ])
    func upgrade(_ request: String) async throws {
        try await live { client in
            let reply = await client.exchange(request + String(repeating: "x", count: 1000))
            #expect(reply.text.lowercased().contains("connection: close"))
            #expect(reply.text.firstMatch(of: #/^HTTP/1.1 (200|404|405) /#) != nil)
        }
    }

    @Test("answers a client that has closed its sending side")
    func halfClosed() async throws {
        try await live { client in
            let reply = await client.exchange("GET /geojson/works.geojson HTTP/1.0\r\n\r\n", closesItsSide: true)
            #expect(reply.status == 200)
            #expect(reply.body.hasSuffix("]}\n"))
        }
    }

    @Test("gives up the work of a client that is gone")
    func clientLeaves() async throws {
        let map = TestMap { $0.limits.partingGrace = .zero }
        map.store.stalls = true
        try await live(map) { client in
            try await client.abandon("GET /works HTTP/1.1\r\nHost: a\r\n\r\n", once: "a reading") {
                map.store.waiting > 0
            }
            // The route's own time ends in ten minutes: only the client's leaving can end the reading.
            try await eventually("the end of the reading") { map.store.interrupted > 0 && map.store.waiting == 0 }
            #expect(map.store.stalls && map.store.interrupted == 1)
        }
    }

    @Test("breaks a stream off so that a client can tell, whatever version it speaks", arguments: ["1.0", "1.1"])
    func abortedStream(_ version: String) async throws {
        let map = TestMap(works: (1...20_000).map { TestMap.work($0) })
        map.store.failsAfter = 15_000
        try await live(map) { client in
            let reply = await client.exchange("GET /geojson/works.geojson HTTP/\(version)\r\nHost: a\r\n\r\n")
            #expect(reply.status == 200)
            #expect(reply.isReset)
            #expect(!reply.text.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test("hangs up on a client that takes nothing of what waits for it")
    func stalledReader() async throws {
        let map = TestMap(works: (1...50_000).map { TestMap.work($0) }) { $0.limits.stallTimeout = .milliseconds(100) }
        try await live(map) { client in
            // The client stays: it is the server that ends the answer.
            try await client.abandon("GET /geojson/works.geojson HTTP/1.1\r\nHost: a\r\n\r\n", once: "a broken answer")
            {
                map.server.services.metrics.all.contains { $0.series.aborted > 0 }
                    && map.server.services.streamPool.counts.running == 0
            }
            #expect(map.server.services.metrics.all.reduce(0) { $0 + $1.series.aborted } == 1)
        }
    }

    @Test("stops making what a client no longer reads")
    func readerLeaves() async throws {
        let map = TestMap(works: (1...50_000).map { TestMap.work($0) })
        try await live(map) { client in
            _ = await client.exchange("GET /geojson/works.geojson HTTP/1.1\r\nHost: a\r\n\r\n", limit: 1000)
            try await eventually("the end of the reading") { map.server.services.streamPool.counts.running == 0 }
            let after = await client.exchange("GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(after.status == 200)
        }
    }
}
