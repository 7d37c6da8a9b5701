import Geometry
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import Works

@testable import HTTPEdge
@testable import MapServer

@Suite("Addresses")
struct AddressTests {
    struct Case: CustomTestStringConvertible {
        var address: String
        var status: Int
        var type: String?
        var testDescription: String { address }

        init(_ address: String, _ status: Int, _ type: String? = nil) {
            self.address = address
            self.status = status
            self.type = status >= 400 ? Problem.mediaType : type
        }
    }

    static let cases = [
        Case("/tiles/works/0/0/0.png", 200, "image/png"),
        Case("/tiles/works/12/2551/1281@2x.png", 200, "image/png"),
        Case("/tiles/works/12/2551/1281.mvt", 200, "application/vnd.mapbox-vector-tile"),
        Case("/tiles/works/12/2551/1281@2x.mvt", 404),
        Case("/tiles/works/12/2551/1281.gif", 404),
        Case("/tiles/works/12/2551/1281", 404),
        Case("/tiles/works/23/0/0.png", 404),
        Case("/tiles/works/2/4/0.png", 404),
        Case("/tiles/works/2/0/4.png", 404),
        Case("/tiles/works/-1/0/0.png", 404),
        Case("/tiles/works/99999999999999999999999/0/0.png", 404),
        Case("/tiles/works/1/0x0/0.png", 404),
        Case("/tiles/works/+1/0/0.png", 404),
        Case("/tiles/nowhere/0/0/0.png", 404),
        Case("/tiles/works/0/0/0.png?open=true&kind=outage", 200, "image/png"),
        Case("/tiles/works/0/0/0.png?theme=dark", 200, "image/png"),
        Case("/tiles/works/0/0/0.png?theme=pink", 400),
        Case("/tiles/works/0/0/0.png?nonsense=1", 400),
        Case("/tiles/works/0/0/0.png?kind=balloon", 400),
        Case("/tiles/works/0/0/0.png?bbox=NaN,0,1,1", 400),
        Case("/tiles/works/0/0/0.png?bbox=0,0,inf,1", 400),
        Case("/tiles/works/0/0/0.png?bbox=0,0,1", 400),
        Case("/tiles/works/0/0/0.png?kind=outage&kind=hazard", 400),
        Case("/tiles/works/0/0/0.png?kind=%zz", 400),
        Case("/tiles/works/0/0/0.png?kind=%ff", 400),
        Case("/tiles/works.json", 200, "application/json"),
        Case("/tiles/works.json?format=png", 200, "application/json"),
        Case("/tiles/works.json?format=gif", 400),
        Case("/tiles/nowhere.json", 404),
        Case("/tiles/works", 404),
        Case("/geojson/works.geojson", 200, "application/geo+json"),
        Case("/geojson/outages.geojson?open=true", 200, "application/geo+json"),
        Case("/geojson/schools.geojson?bbox=44,56,45,57", 200, "application/geo+json"),
        Case("/geojson/schools.geojson?open=true", 400),
        Case("/geojson/nothing.geojson", 404),
        Case("/geojson/works.json", 404),
        Case("/api/works/01900000-0000-7000-8000-000000000001", 200, "application/geo+json"),
        Case("/api/works/01900000-0000-7000-8000-000000000001?x=1", 400),
        Case("/api/works/01900000-0000-7000-8000-000000000099", 404),
        Case("/api/works/1", 404),
        Case("/api/works/01900000-0000-7000-8000-000000000001/history", 200, "application/json"),
        Case("/api/works/01900000-0000-7000-8000-000000000099/history", 404),
        Case("/works/01900000-0000-7000-8000-000000000001", 200, "text/html; charset=utf-8"),
        Case("/works/01900000-0000-7000-8000-000000000099", 404),
        Case("/works", 200, "text/html; charset=utf-8"),
        Case("/works?lang=en&status=accepted", 200, "text/html; charset=utf-8"),
        Case("/works?lang=de", 200, "text/html; charset=utf-8"),
        Case("/works?kind=&status=&from=2026-11-01&until=2026-11-30&open=false", 200, "text/html; charset=utf-8"),
        Case("/works?from=2026-13-01", 400),
        Case("/works?from=2026-11-02&until=2026-11-01", 400),
        Case("/works?colour=red", 400),
        Case("/works/01900000-0000-7000-8000-000000000001?lang=de", 200, "text/html; charset=utf-8"),
        Case("/districts", 200, "text/html; charset=utf-8"),
        Case("/districts/nowhere", 404),
        Case("/districts/%zz", 400),
        Case("/statistics", 200, "text/html; charset=utf-8"),
        Case("/statistics?since=90d&kind=hazard", 200, "text/html; charset=utf-8"),
        Case("/statistics?since=2026-11-02&until=2026-11-01", 400),
        Case("/statistics?since=soon", 400),
        Case("/works?cursor=a-c", 400),
        Case("/health/live", 200, "application/json"),
        Case("/metrics", 200, "text/plain; version=0.0.4; charset=utf-8"),
        Case("/nowhere", 404),
        Case("/..", 400),
        Case("/leaflet/../../../etc/passwd", 400),
        Case("/leaflet/%2e%2e/%2e%2e/etc/passwd", 400),
        Case("/leaflet/..%2f..%2fetc/passwd", 400),
        Case("/leaflet/..%5cpasswd", 400),
        Case("/leaflet/%00", 400),
        Case("/leaflet/%", 400),
        Case("/leaflet/%c3%28", 400),
        Case("/leaflet/nothing.js", 404),
        Case("/leaflet//etc/passwd", 404),
        Case("/leaflet/images", 404),
    ]

    @Test("answers each address with its status and form, HEAD as GET", arguments: cases)
    func status(_ each: Case) async throws {
        try await TestMap().test { client in
            let get = try await client.executeRequest(uri: each.address, method: .get, headers: [:], body: nil)
            #expect(get.status.code == each.status, "\(get.text)")
            #expect(get.headers[.contentType] == each.type)
            #expect(get.headers[.xContentTypeOptions] == "nosniff")
            #expect(get.headers[.accessControlAllowOrigin] == "*")
            #expect(get.headers[.requestID] != nil)
            if each.status >= 400 {
                let problem = try get.json
                #expect(problem["status"]?.integer == each.status)
                #expect(problem["type"]?.string?.hasPrefix("/problems/") == true)
                #expect(problem["title"]?.string?.isEmpty == false)
                #expect(problem["detail"]?.string?.isEmpty == false)
                #expect(problem["instance"]?.string == each.address.split(separator: "?").first.map(String.init))
                #expect(get.headers[.cacheControl] == "no-store")
                #expect(get.headers[.eTag] == nil)
            }
            let head = try await client.executeRequest(uri: each.address, method: .head, headers: [:], body: nil)
            #expect(head.status.code == each.status)
            #expect(head.headers[.contentType] == each.type)
            #expect(head.headers[.eTag] == get.headers[.eTag])
            #expect(head.body.readableBytes == 0)
        }
    }

    @Test("names the parameter that it does not know or cannot read")
    func parameterAtFault() async throws {
        try await TestMap().test { client in
            for (query, name) in [("colour=red", "colour"), ("bbox=1,2", "bbox"), ("kind=a&kind=b", "kind")] {
                let answer = try await client.executeRequest(
                    uri: "/geojson/works.geojson?\(query)", method: .get, headers: [:], body: nil)
                #expect(try answer.json["parameter"]?.string == name)
                #expect(try answer.json["detail"]?.string?.contains(name) == true)
            }
        }
    }

    @Test(
        "tells the methods that an address knows",
        arguments: ["/works", "/tiles/works/0/0/0.png", "/geojson/works.geojson"])
    func methods(_ address: String) async throws {
        try await TestMap().test { client in
            let answer = try await client.executeRequest(uri: address, method: .delete, headers: [:], body: nil)
            #expect(answer.status == .methodNotAllowed)
            #expect(answer.headers[.allow] == "GET, HEAD, OPTIONS")
            let preflight = try await client.executeRequest(uri: address, method: .options, headers: [:], body: nil)
            #expect(preflight.status == .noContent)
            #expect(preflight.headers[.accessControlAllowMethods] == "GET, HEAD, OPTIONS")
            #expect(preflight.headers[.allow] == "GET, HEAD, OPTIONS")
        }
    }

    @Test("sends what a client has already only once")
    func conditionalRequests() async throws {
        let addresses = [
            "/tiles/works/0/0/0.png", "/tiles/works/0/0/0.mvt", "/tiles/works.json", "/geojson/works.geojson",
            "/api/works/\(TestMap.pothole.id)", "/api/works/\(TestMap.pothole.id)/history", "/works",
            "/works/\(TestMap.pothole.id)", "/leaflet/leaflet.css",
        ]
        try await TestMap().test { client in
            for address in addresses {
                let first = try await client.executeRequest(uri: address, method: .get, headers: [:], body: nil)
                let tag = try #require(first.headers[.eTag], "\(address)")
                for condition in [
                    tag, "*", "\"other\", \(tag)", tag.hasPrefix("W/") ? String(tag.dropFirst(2)) : "W/\(tag)",
                ] {
                    let second = try await client.executeRequest(
                        uri: address, method: .get, headers: [.ifNoneMatch: condition], body: nil)
                    #expect(second.status == .notModified, "\(address) \(condition)")
                    #expect(second.headers[.eTag] == tag)
                    #expect(second.headers[.cacheControl] == first.headers[.cacheControl])
                    #expect(second.body.readableBytes == 0)
                }
                let other = try await client.executeRequest(
                    uri: address, method: .get, headers: [.ifNoneMatch: "\"other\""], body: nil)
                #expect(other.status == .ok)
                #expect(other.body == first.body || address.hasPrefix("/geojson"))
            }
        }
    }

    @Test("lets no cache keep a tile past the next deadline in it")
    func cachingEndsAtTheDeadline() async throws {
        try await TestMap().test { client in
            let answer = try await client.executeRequest(
                uri: "/tiles/works/0/0/0.png", method: .get, headers: [:], body: nil)
            // The stand-in's tiles expire after ten seconds, of which one may be over already.
            #expect(answer.headers[.cacheControl] == "public, max-age=9, must-revalidate")
        }
    }

    @Test("gives pages for people a policy without scripts of their own")
    func securityHeaders() async throws {
        try await TestMap().test { client in
            let answer = try await client.executeRequest(uri: "/works", method: .get, headers: [:], body: nil)
            let policy = try #require(answer.headers[.contentSecurityPolicy])
            #expect(policy.contains("default-src 'none'"))
            #expect(policy.contains("frame-ancestors"))
            #expect(!policy.contains("unsafe-inline"))
            #expect(!answer.text.contains("<script"))
            #expect(!answer.text.contains("style=\""))
        }
    }
}
