import Fetching
import Foundation
import Geometry
import HTTPTypes
import HummingbirdTesting
import Logging
import Testing

@testable import MapServer

@Suite("Sources on a schedule, as the server tells of them")
struct SourcesTests {
    /// A city's folder with two sources: one was fetched long ago and cannot be now, one never was.
    private func folder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("worksmap-\(UUID().uuidString).city")
        let source = folder.appendingPathComponent("sources/roads")
        try FileManager.default.createDirectory(at: source, withIntermediateDirectories: true)
        try Data(
            """
            - {name: roads, title: {ru: Дороги, en: Roads}, address: "https://data.example.org/?key=hush", as: road_repairs}
            - {name: holes, address: /hidden/folder, as: hazards}
            """.utf8
        ).write(to: folder.appendingPathComponent("sources.yaml"))
        try Data(
            """
            {"last_try":"2026-05-05T12:00:00Z","last_success":"2026-05-04T12:00:00Z","last_list":"2026-05-04T11:00:00Z",\
            "next":"2026-05-05T13:00:00Z","failures":3,"rows_refused":2,\
            "problem":{"kind":"status","words":"https://data.example.org:443 answers 500"}}
            """.utf8
        ).write(to: source.appendingPathComponent("state.json"))
        return folder
    }

    private func map(_ folder: URL) -> TestMap {
        TestMap { configuration in
            var quiet = Logger(label: "test")
            quiet.logLevel = .critical
            configuration.sources = SourceScheduler(
                SourceSurroundings(
                    cityFolder: folder, store: MemoryStore([], ledger: [:], features: [:]), mappings: ""),
                logger: quiet)
        }
    }

    @Test("are told to everybody without addresses, keys and paths")
    func publicly() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = try await map(folder).test { client in
            let answer = try await client.executeRequest(uri: "/api/sources", method: .get, headers: [:], body: nil)
            #expect(answer.status == .ok)
            return answer.text
        }
        let sources = try #require(try JSONParser.parse(text)["sources"]?.array)
        #expect(sources.map { $0["name"]?.string } == ["roads", "holes"])
        #expect(sources.map { $0["state"]?.string } == ["late", "never"])
        #expect(sources[0]["title"]?["ru"]?.string == "Дороги")
        #expect(sources[0]["last_success"]?.string == "2026-05-04T12:00:00Z")
        #expect(sources[0]["problem"]?.string == "the source's server answers with an error")
        #expect(sources[1]["problem"]?.isNull ?? false)
        for word in ["example.org", "hush", "hidden", "500"] { #expect(!text.contains(word)) }
    }

    @Test("are in the details of readiness, which they do not end, and in the metrics")
    func health() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let map = map(folder)
        map.server.services.readiness.succeed()
        let (ready, metrics) = try await map.test { client in
            let ready = try await client.executeRequest(uri: "/health/ready", method: .get, headers: [:], body: nil)
            let metrics = try await client.executeRequest(uri: "/metrics", method: .get, headers: [:], body: nil)
            #expect(ready.status == .ok)
            return (ready.text, metrics.text)
        }
        let sources = try #require(try JSONParser.parse(ready)["sources"])
        #expect(sources["late"]?.integer == 1 && sources["never"]?.integer == 1 && sources["ok"]?.integer == 0)
        #expect(
            sources["remarks"]?.array?.compactMap(\.string) == [
                "source roads is late (https://data.example.org:443 answers 500)",
                "source holes has never been fetched",
            ])
        #expect(metrics.contains("worksmap_source_state{source=\"roads\",state=\"late\"} 1\n"))
        #expect(metrics.contains("worksmap_source_failures{source=\"roads\"} 3\n"))
        #expect(metrics.contains("worksmap_source_last_success_timestamp_seconds{source=\"roads\"} 1777896000\n"))
    }

    @Test("are an empty list where there are none")
    func none() async throws {
        try await TestMap().test { client in
            let answer = try await client.executeRequest(uri: "/api/sources", method: .get, headers: [:], body: nil)
            #expect(answer.text == #"{"sources":[]}"#)
        }
    }
}
