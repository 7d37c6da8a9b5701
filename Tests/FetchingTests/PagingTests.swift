import Foundation
import Interchange
import Testing
import Works

@testable import Fetching

@Suite("A list in pages")
struct PagingTests {
    let city: TestCity

    init() throws { city = try TestCity() }

    private static func slice(_ start: Int, _ size: Int, of count: Int = 7) -> Range<Int> {
        min(start, count)..<min(start + size, count)
    }

    private func count(_ style: SourcePaging.Style, _ server: ListServer, size: Int = 3) async throws -> Int? {
        var schedule = city.schedule(server.address("/list?x=1"))
        schedule.paging = SourcePaging(style: style, size: size, maximumPages: 20)
        return try await city.fetch(schedule).reports.first?.inserted
    }

    @Test("of Socrata is fetched by offset until a page is empty, however few rows the server gives")
    func socrata() async throws {
        let server = try ListServer { request in
            let start = Int(request.query["$offset"] ?? "") ?? 0
            return .of(Lists.collection(Self.slice(start, 2)))
        }
        #expect(try await count(.socrata, server) == 7)
        #expect(server.requests.map { $0.query["$offset"] } == ["0", "2", "4", "6", "7"])
        #expect(
            server.requests.allSatisfy {
                $0.query["$order"] == ":id" && $0.query["x"] == "1" && $0.query["$limit"] == "3"
            })
    }

    @Test("of Socrata may be CSV, each page with the header")
    func csv() async throws {
        let server = try ListServer { request in
            let rows = Self.slice(Int(request.query["$offset"] ?? "") ?? 0, 3).map {
                "\($0),pothole,\"Hole,\n\($0)\",44.5,56.\(100 + $0)"
            }
            return .of(
                (["source_id,category,title,longitude,latitude"] + rows).joined(separator: "\n"), type: "text/csv")
        }
        #expect(try await count(.socrata, server) == 7)
    }

    @Test("of ArcGIS is fetched while the server says that there is more", arguments: [true, false])
    func arcgis(isTopLevel: Bool) async throws {
        let server = try ListServer { request in
            let start = Int(request.query["resultOffset"] ?? "") ?? 0
            let more = start + 3 < 7 ? "\"exceededTransferLimit\":true" : "\"other\":1"
            return .of(Lists.collection(Self.slice(start, 3), isTopLevel ? "\(more)," : "\"properties\":{\(more)},"))
        }
        #expect(try await count(.arcgis, server) == 7)
        #expect(server.requests.count == 3)
        let kept = try #require(city.state().lastGood)
        let list = city.folder.appendingPathComponent("sources/holes/\(kept)/list.geojson")
        #expect(try !String(contentsOf: list, encoding: .utf8).contains("exceededTransferLimit"))
    }

    @Test("of OGC API Features is fetched link by link")
    func ogc() async throws {
        let server = try ListServer { request in
            let start = Int(request.query["c"] ?? "") ?? 0
            let next = start + 3 < 7 ? "{\"rel\":\"next\",\"href\":\"/list?c=\(start + 3)\"}," : ""
            return .of(
                Lists.collection(
                    Self.slice(start, 3), "\"numberMatched\":7,\"links\":[\(next){\"rel\":\"self\",\"href\":\"x\"}],"))
        }
        #expect(try await count(.ogc, server) == 7)
    }

    @Test("of Open311 is fetched page by page, as JSON")
    func open311() async throws {
        let server = try ListServer { request in
            let start = 3 * ((Int(request.query["page"] ?? "") ?? 1) - 1)
            let rows = Self.slice(start, 3).map {
                "{\"source_id\":\"\($0)\",\"category\":\"pothole\",\"longitude\":44.5,\"latitude\":56.\(100 + $0)}"
            }
            return .of("[\(rows.joined(separator: ","))]", type: "application/json")
        }
        #expect(try await count(.open311, server) == 7)
    }

    @Test("of XML is joined within its root")
    func xml() throws {
        let url = URL(string: "http://city.test/")!
        let target = city.folder.appendingPathComponent("joined.xml")
        var join = try PageJoin(into: target, limit: 10_000)
        for page in ["<r><a>1</a><a>2</a></r>", "<r><a>3</a></r>", "<r/>"] {
            try join.add(ListPage(Data("<?xml version=\"1.0\"?>\n\(page)\n".utf8), from: url))
        }
        try join.finish()
        #expect(
            try String(contentsOf: target, encoding: .utf8)
                == "<?xml version=\"1.0\"?>\n<r><a>1</a><a>2</a><a>3</a></r>\n")
        #expect(join.count == 3)
    }

    /// Servers that page wrongly, each with the way of paging.
    static let broken:
        [(String, SourcePaging.Style, FetchError.Kind, @Sendable (ListServer.Request) -> ListServer.Reply)] = [
            ("ignores the offset", .socrata, .paging, { _ in .of(Lists.collection(0..<3)) }),
            (
                "ignores the page", .open311, .paging,
                { _ in .of("[\(Lists.features(0..<3))]", type: "application/json") }
            ),
            (
                "has more, and gives none", .arcgis, .paging,
                { _ in .of(Lists.collection([], "\"exceededTransferLimit\":true,")) }
            ),
            (
                "leads round in circles", .ogc, .paging,
                { request in
                    .of(
                        Lists.collection(
                            request.target.count..<request.target.count + 1,
                            "\"links\":[{\"rel\":\"next\",\"href\":\"\(request.path == "/a" ? "/b" : "/a")\"}],"))
                }
            ),
            (
                "has fewer rows than it says", .ogc, .paging,
                { _ in .of(Lists.collection(0..<3, "\"numberMatched\":9,")) }
            ),
            (
                "never ends", .socrata, .paging,
                { request in .of(Lists.collection([Int(request.query["$offset"] ?? "") ?? 0])) }
            ),
            ("answers with an error", .arcgis, .content, { _ in .of("{\"error\":{\"message\":\"no\"}}") }),
            (
                "breaks off at the second page", .arcgis, .status,
                { request in
                    request.query["resultOffset"] == "0"
                        ? .of(Lists.collection(0..<3, "\"exceededTransferLimit\":true,")) : .of("", status: "500 Oops")
                }
            ),
            (
                "leads inside", .ogc, .forbidden,
                { _ in .of(Lists.collection(0..<3, "\"links\":[{\"rel\":\"next\",\"href\":\"http://127.0.0.1:1/\"}],"))
                }
            ),
        ]

    @Test("is taken whole or not at all", arguments: broken.indices)
    func brokenPaging(_ index: Int) async throws {
        let (name, style, kind, answer) = Self.broken[index]
        let server = try ListServer(answer)
        let error = await #expect(throws: FetchError.self) { try await count(style, server) }
        #expect(error?.kind == kind, "\(name): \(error?.description ?? "")")
        #expect(try city.openWorks() == 0)
    }

    @Test("of another server is asked without the secrets")
    func secrets() async throws {
        let other = try ListServer { _ in .of(Lists.collection(3..<5)) }
        let server = try ListServer { _ in
            .of(
                Lists.collection(
                    0..<3, "\"links\":[{\"rel\":\"next\",\"href\":\"\(other.address(host: "other.test"))\"}],"))
        }
        try city.write("s3cret", to: "token")
        var schedule = city.schedule(server.address())
        schedule.headers = [.init(name: "Authorization", value: .secret(file: "token"))]
        schedule.paging = SourcePaging(style: .ogc)
        try await city.fetch(schedule)
        #expect(server.requests.first?.headers["authorization"] == "s3cret")
        #expect(other.requests.count == 1 && other.requests[0].headers["authorization"] == nil)
    }
}
