import Geometry
import HTTPTypes
import HummingbirdTesting
import Testing
import Works

@testable import HTTPEdge
@testable import MapServer

@Suite("OGC API - Features")
struct FeaturesTests {
    private func get(_ client: any TestClientProtocol, _ address: String, _ headers: HTTPFields = [:]) async throws
        -> TestResponse
    {
        try await client.executeRequest(uri: address, method: .get, headers: headers, body: nil)
    }

    private func link(_ document: JSONValue, _ rel: String) -> String? {
        document["links"]?.array?.first { $0["rel"]?.string == rel }?["href"]?.string
    }

    @Test("leads from the landing page to everything else")
    func links() async throws {
        try await TestMap().test { client in
            var open = ["http://localhost/ogc"]
            var seen: Set<String> = []
            while let href = open.popLast() {
                guard seen.insert(href).inserted, href.hasPrefix("http://localhost/"), !href.contains("{") else {
                    continue
                }
                let answer = try await get(client, String(href.dropFirst("http://localhost".count)))
                #expect(answer.status == .ok, "\(href)")
                guard answer.headers[.contentType]?.contains("json") == true else { continue }
                if href.hasPrefix("http://localhost/ogc") {
                    #expect(answer.headers[.link]?.contains("rel=\"self\"") == true, "\(href)")
                }
                open += Self.hrefs(try answer.json)
            }
            #expect(seen.count > 40)
        }
    }

    private static func hrefs(_ value: JSONValue) -> [String] {
        if let object = value.object {
            return object.flatMap { $0.name == "href" ? [$0.value.string].compactMap { $0 } : hrefs($0.value) }
        }
        return value.array?.flatMap(hrefs) ?? []
    }

    @Test("pages through all features by its next links, while others are written")
    func paging() async throws {
        let map = TestMap(works: (1...25).map { TestMap.work($0) })
        try await map.test { client in
            var address: String? = "/ogc/collections/works/items?limit=4"
            var ids: [String] = []
            var pages = 0
            while let next = address {
                let page = try await get(client, next).json
                let features = try #require(page["features"]?.array)
                ids += features.compactMap { $0["id"]?.string }
                #expect(page["numberReturned"]?.integer == features.count)
                pages += 1
                address = link(page, "next").map { String($0.dropFirst("http://localhost".count)) }
                if pages == 2 {
                    // A work that was seen changes, and a new one comes.
                    map.store.add(TestMap.work(1, status: .done))
                    map.store.add(TestMap.work(100))
                }
            }
            #expect(ids.count == 26)
            #expect(Set(ids).count == 26)
        }
    }

    @Test("looks for the works of a question once for all its pages, and only at those that changed after that")
    func countsOnce() async throws {
        let map = TestMap(works: (1...30).map { TestMap.work($0) })
        try await map.test { client in
            var address: String? = "/ogc/collections/works/items?limit=3&status=accepted"
            while let next = address {
                let page = try await get(client, next).json
                #expect(page["numberMatched"]?.integer == 30)
                address = link(page, "next").map { String($0.dropFirst("http://localhost".count)) }
            }
            #expect(map.store.listed == 1)
            map.store.add(TestMap.work(31))
            map.store.add(TestMap.work(2, status: .done))
            let page = try await get(client, "/ogc/collections/works/items?limit=3&status=accepted").json
            #expect(page["numberMatched"]?.integer == 30)
            #expect(map.store.listed == 1 && map.store.counted == 0)
        }
    }

    @Test(
        "takes limit by the rules",
        arguments: [("1", 1), ("10000", 25), ("10001", 25), ("999999999999999999999999", 25)])
    func limits(_ limit: String, _ returned: Int) async throws {
        try await TestMap(works: (1...25).map { TestMap.work($0) }).test { client in
            let page = try await get(client, "/ogc/collections/works/items?limit=\(limit)").json
            #expect(page["numberReturned"]?.integer == returned)
        }
    }

    @Test(
        "refuses what it cannot read",
        arguments: [
            "limit=0", "limit=-1", "limit=ten", "limit=", "cursor=", "cursor=1-zzz", "cursor=zzzzzzzzzzzzz", "cursor=0",
            "cursor=\(Cursor(number: -1).text)", "cursor=\(Cursor(number: .max).text)",
            "cursor=\(Cursor(number: .min).text)",
            "cursor=\(Cursor(number: 1 << 60).text)", "cursor=0bi8", "cursor=00bi7", "cursor=0BI7",
            "crs=EPSG:9999", "bbox-crs=x",
            "bbox=1,2,3", "bbox=a,b,c,d", "bbox=NaN,0,1,1", "bbox=0,inf,1,1", "bbox=0,5,1,4", "bbox=200,0,201,1",
            "bbox=1e9,0,2e9,1&bbox-crs=EPSG:3857", "datetime=yesterday", "datetime=../..//", "kind=balloon",
            "open=perhaps",
            "f=xml", "offset=10", "LIMIT=1",
        ])
    func refusals(_ query: String) async throws {
        try await TestMap().test { client in
            let answer = try await get(client, "/ogc/collections/works/items?\(query)")
            #expect(answer.status == .badRequest)
            let name = query.split(separator: "=").first.map(String.init)
            #expect(try answer.json["parameter"]?.string == name)
        }
    }

    @Test("finds the same features by a box in every system, and those without a geometry")
    func boxes() async throws {
        try await TestMap().test { client in
            let epsg = "http://www.opengis.net/def/crs/EPSG/0"
            let boxes = [
                "bbox=44.4,56.4,44.6,56.6",
                "bbox=56.4,44.4,56.6,44.6&bbox-crs=\(epsg)/4326",
                "bbox=4942585,7640000,4964850,7670000&bbox-crs=\(epsg)/3857",
                "bbox=44.4,56.4,-100,44.6,56.6,100",
            ]
            for box in boxes {
                let page = try await get(client, "/ogc/collections/works/items?\(box)").json
                let titles = page["features"]?.array?.compactMap { $0["properties"]?["title"]?.string }
                #expect(titles == ["Работа № 1", "Работа № 3"], "\(box)")
            }
        }
    }

    @Test("gives coordinates in the order of each system's axes, and names the system")
    func systems() async throws {
        try await TestMap().test { client in
            let cases: [(String, [Double])] = [
                ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", [44.5, 56.5]),
                ("http://www.opengis.net/def/crs/EPSG/0/4326", [56.5, 44.5]),
                // x = R·λ, y = R·ln tan(π/4 + φ/2) with R = 6378137 m.
                ("http://www.opengis.net/def/crs/EPSG/0/3857", [4_953_717.34, 7_658_602.29]),
            ]
            for (crs, expected) in cases {
                for path in ["items?limit=1&", "items/\(TestMap.pothole.id)?"] {
                    let answer = try await get(client, "/ogc/collections/road_repairs/\(path)crs=\(crs)")
                    #expect(answer.headers[.contentCRS] == "<\(crs)>")
                    let document = try answer.json
                    let feature = document["features"]?.array?.first ?? document
                    let position = feature["geometry"]?["coordinates"]?.array?.compactMap(\.double) ?? []
                    #expect(position.count == 2)
                    for (value, wanted) in zip(position, expected) {
                        #expect(abs(value - wanted) < 0.01, "\(position)")
                    }
                }
            }
        }
    }

    @Test("shows a layer of one kind that kind only")
    func layersOfKinds() async throws {
        try await TestMap().test { client in
            for (layer, count) in [
                ("works", 3), ("road_repairs", 1), ("outages", 1), ("hazards", 1), ("schools", 1), ("roads", 0),
            ] {
                let page = try await get(client, "/ogc/collections/\(layer)/items").json
                #expect(page["numberMatched"]?.integer == count)
                #expect(page["numberReturned"]?.integer == count)
            }
            let other = try await get(client, "/ogc/collections/outages/items?kind=hazard").json
            #expect(other["numberMatched"]?.integer == 0)
            let foreign = try await get(client, "/ogc/collections/outages/items/\(TestMap.pothole.id)")
            #expect(foreign.status == .notFound)
        }
    }

    @Test("comes as JSON or as a page, as asked")
    func forms() async throws {
        try await TestMap().test { client in
            for path in ["/ogc", "/ogc/collections/works/items", "/ogc/collections/works/items/\(TestMap.pothole.id)"] {
                let browser = try await get(client, path, [.accept: "text/html,application/xml;q=0.9,*/*;q=0.8"])
                #expect(browser.headers[.contentType] == "text/html; charset=utf-8")
                let other = try await get(client, path, [.accept: "application/geo+json, application/json;q=0.5"])
                #expect(other.headers[.contentType]?.contains("json") == true)
                let forced = try await get(client, "\(path)?f=html", [.accept: "application/json"])
                #expect(forced.headers[.contentType] == "text/html; charset=utf-8")
                let none = try await get(client, path, [.accept: "image/png"])
                #expect(none.status == .notAcceptable)
            }
        }
    }

    @Test("escapes in pages what came from outside")
    func escaping() async throws {
        var work = TestMap.work(7)
        work.title = "<script>alert('1')</script>"
        let id = work.id
        let paths = [
            "/works", "/works/\(id)", "/ogc/collections/works/items?f=html",
            "/ogc/collections/works/items/\(id)?f=html",
        ]
        try await TestMap(works: [work]).test { client in
            for path in paths {
                let text = try await get(client, path).text
                #expect(!text.contains("<script"), "\(path)")
                #expect(text.contains("&lt;script&gt;"), "\(path)")
            }
        }
    }

    @Test("never shows the names of people")
    func namesOfPeople() async throws {
        try await TestMap().test { client in
            let id = TestMap.pothole.id
            for path in ["/works/\(id)?lang=en", "/api/works/\(id)/history", "/ogc/collections/works/items/\(id)"] {
                let text = try await get(client, path).text
                #expect(!text.contains("Петров"))
                #expect(!text.contains("Сидорова"))
            }
            let history = try await get(client, "/api/works/\(id)/history").json
            #expect(history["entries"]?.array?.last?["actor"]?["organisation"]?.string == "Дорожная служба")
            #expect(try await get(client, "/works/\(id)?lang=ru").text.contains("&lt;нет&gt; асфальта"))
        }
    }

    @Test("describes its interface without pointing anywhere else", arguments: ["/ogc/api", "/api"])
    func openAPI(address: String) async throws {
        try await TestMap().test { client in
            let answer = try await get(client, address)
            #expect(answer.headers[.contentType] == "application/vnd.oai.openapi+json;version=3.0")
            let document = try answer.json
            func references(_ value: JSONValue) -> [String] {
                if let object = value.object {
                    return object.flatMap { $0.name == "$ref" ? [$0.value.string ?? ""] : references($0.value) }
                }
                return value.array?.flatMap(references) ?? []
            }
            let all = references(document)
            #expect(all.count > 50)
            for reference in Set(all) {
                var target: JSONValue? = document
                #expect(reference.hasPrefix("#/"))
                for part in reference.dropFirst(2).split(separator: "/") { target = target?[String(part)] }
                #expect(target != nil, "\(reference)")
            }
            // Every path that takes no id is one.
            let server = document["servers"]?.array?.first?["url"]?.string ?? ""
            #expect(server == (address == "/api" ? "http://localhost" : "http://localhost/ogc"))
            for path in document["paths"]?.object.map({ $0.map(\.name) }) ?? [] where !path.contains("{") {
                let answer = try await get(client, String((server + path).dropFirst("http://localhost".count)))
                #expect(answer.status == .ok, "\(path)")
            }
        }
    }

    @Test("lists its tiles for desktop programs, row before column in OGC's order")
    func tiles() async throws {
        try await TestMap().test { client in
            let straight = try await get(client, "/tiles/works/12/2551/1281.png")
            let ogc = try await get(client, "/ogc/tiles/works/WebMercatorQuad/12/1281/2551.png")
            let wmts = try await get(
                client,
                "/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=works&STYLE=default&FORMAT=image/png"
                    + "&TILEMATRIXSET=WebMercatorQuad&TILEMATRIX=12&TILEROW=1281&TILECOL=2551")
            #expect(straight.status == .ok)
            #expect(ogc.body == straight.body)
            #expect(wmts.body == straight.body)
            let capabilities = try await get(client, "/wmts?service=WMTS&request=GetCapabilities").text
            #expect(capabilities.contains("http://localhost/tiles/works/{TileMatrix}/{TileCol}/{TileRow}.png"))
            #expect(capabilities.components("<Layer>") == 5)
            #expect(capabilities.components("<TileMatrix>") == 23)
        }
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(_ part: String) -> Int { ranges(of: part).count }
}
