import Geometry
import HTTPTypes
import HummingbirdTesting
import Interchange
import Testing
import Works

@testable import HTTPEdge
@testable import MapServer

@Suite("Filters in CQL2 over HTTP")
struct ExpressionQueryTests {
    private static let items = "/ogc/collections/works/items"

    private static func query(_ parameters: [(String, String)]) throws -> String {
        try parameters.reduce(QueryParameters(nil)) { $0.setting($1.0, to: $1.1) }.encoded
    }

    private func titles(_ client: any TestClientProtocol, _ parameters: [(String, String)]) async throws -> [String] {
        let answer = try await client.executeRequest(
            uri: try Self.items + Self.query(parameters), method: .get, headers: [:], body: nil)
        #expect(answer.status == .ok, "\(answer.text)")
        let features = try answer.json["features"]?.array ?? []
        #expect(try answer.json["numberMatched"]?.integer == features.count)
        return features.compactMap { $0["properties"]?["title"]?.string }
    }

    @Test(
        "A filter chooses works, alone and with the other filters",
        arguments: [
            ([("filter", "kind = 'outage'")], ["Работа № 2"]),
            ([("filter", "CASEI(title) LIKE CASEI('РАБОТА № _')"), ("kind", "hazard")], ["Работа № 3"]),
            (
                [("filter", #"{"op":"isNull","args":[{"property":"due_at"}]}"#), ("filter-lang", "cql2-json")],
                ["Работа № 3"]
            ),
            ([("filter", "deadline_state = 'overdue'")], ["Работа № 2"]),
            ([("filter", "(title ILIKE '%БОТА № 1')"), ("filter-lang", "cql-text")], ["Работа № 1"]),
            ([("filter", "source_id > '1'"), ("title", "Работа № 2")], ["Работа № 2"]),
            ([("title", "работа № 2")], []),
            ([("revision", "1"), ("source_id", "3")], ["Работа № 3"]),
            ([("revision", "2")], []),
            ([("updated_at", TestMap.now.description)], (1...3).map { "Работа № \($0)" }),
            ([("updated_at", "2020-01-01")], []),
            ([("filter", "TRUE"), ("filter-crs", "EPSG:4326")], (1...3).map { "Работа № \($0)" }),
        ])
    func filters(parameters: [(String, String)], expected: [String]) async throws {
        try await TestMap().test { client in
            let found = try await titles(client, parameters)
            #expect(found == expected)
        }
    }

    @Test(
        "What cannot be used is 400 and named with its place",
        arguments: [
            ([("filter", "status = ")], "filter", "filter: at character 10: a value expected, the end found"),
            ([("filter", "titel = 'a'")], "filter", "there is no property “titel” to ask for; there are id, kind"),
            ([("filter", "TRUE"), ("filter-lang", "cql")], "filter-lang", "known are cql2-text, cql2-json, cql-text"),
            ([("filter-lang", "")], "filter-lang", "known are"),
            ([("filter", "TRUE"), ("filter-crs", "EPSG:9999")], "filter-crs", "is not known here"),
            (
                [("filter", "S_INTERSECTS(geometry, POINT(44 100))")], "filter",
                "the position 44.0 100.0 is outside the world"
            ),
            ([("filter", "")], "filter", "the filter is empty"),
            ([("revision", "1.5")], "revision", "“1.5” is not a whole number"),
            ([("due_at", "soon")], "due_at", "is not a moment such as 2026-11-23T09:00:00Z or a date"),
            ([("traffic_impact", "some")], "traffic_impact", "is not one of none, sidewalk_closed"),
            ([("extra", "{}")], "extra", "“extra” is unknown here"),
            ([("geometry", "POINT(1 1)")], "geometry", "“geometry” is unknown here"),
        ])
    func refusals(parameters: [(String, String)], parameter: String, detail: String) async throws {
        try await TestMap().test { client in
            let answer = try await client.executeRequest(
                uri: try Self.items + Self.query(parameters), method: .get, headers: [:], body: nil)
            #expect(answer.status == .badRequest)
            #expect(answer.headers[.contentType] == "application/problem+json")
            #expect(try answer.json["parameter"]?.string == parameter)
            #expect(try answer.json["detail"]?.string?.contains(detail) == true, "\(answer.text)")
        }
    }

    @Test("The links of a page carry its filter, and the pages laid end to end are what matches")
    func paging() async throws {
        let map = TestMap(works: (1...25).map { TestMap.work($0, $0 % 2 == 0 ? .outage : .hazard) })
        try await map.test { client in
            var address: String? =
                try Self.items + Self.query([("filter", "kind = 'outage' AND title <> 'Работа № 4'"), ("limit", "5")])
            var seen = 0
            while let next = address {
                let answer = try await client.executeRequest(uri: next, method: .get, headers: [:], body: nil)
                let page = try answer.json
                #expect(page["numberMatched"]?.integer == 11)
                seen += page["features"]?.array?.count ?? 0
                address = page["links"]?.array?.first { $0["rel"]?.string == "next" }?["href"]?.string
                    .map { String($0.dropFirst("http://localhost".count)) }
                #expect(address?.contains("filter=kind") != false)
            }
            #expect(seen == 11)
            // The pages after the first count what matches once.
            #expect(map.store.listed == 1)
        }
    }

    @Test(
        "Everything that can be asked for is a queryable, a property of filters and a parameter",
        arguments: Layer.collections)
    func queryables(layer: Layer) async throws {
        try await TestMap().test { client in
            let answer = try await client.executeRequest(
                uri: "/ogc/collections/\(layer.name)/queryables", method: .get, headers: [:], body: nil)
            #expect(answer.headers[.contentType] == "application/schema+json")
            let names = try answer.json["properties"]?.object.map { Set($0.map(\.name)) }
            #expect(names == Set(layer.vocabulary.properties.map(\.name)))
            let parameters = Set(FeaturesRoutes.parameters(of: layer))
            #expect(parameters.isSuperset(of: layer.vocabulary.properties.map(\.name).filter { $0 != "geometry" }))
        }
    }

    @Test("The types of queryables are those that filters compare by")
    func types() {
        for property in FilterVocabulary.works.properties where property.type != .geometry {
            let described = FeatureProperty.queryable(property.name)

            #expect((described.format == "date-time") == (property.type == .time), "\(property)")
            #expect((described.type == "integer") == (property.type == .number), "\(property)")
        }
    }
}
