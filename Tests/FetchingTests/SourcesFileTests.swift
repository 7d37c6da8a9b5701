import Fetching
import Foundation
import Interchange
import Testing

@Suite("sources.yaml")
struct SourcesFileTests {
    let city: TestCity

    init() throws { city = try TestCity() }

    private func read(_ text: String) throws -> [SourceSchedule] {
        try city.write(text, to: "sources.yaml")
        return try SourcesFile(in: city.folder).read()
    }

    @Test("may be missing or empty")
    func missing() throws {
        #expect(try SourcesFile(in: city.folder).read().isEmpty)
        #expect(try read("[]").isEmpty)
    }

    @Test("says all of a source")
    func whole() throws {
        let source = try #require(
            try read(
                """
                - name: roads
                  title: {ru: Дороги, en: Roads}
                  address: https://data.example.org/list?a=b
                  mapping: karlsruhe
                  as: road_repairs
                  source: city-roads
                  every: 15m
                  late_after: 2h
                  list: full
                  headers: {X-App-Token: {secret: secrets/token}, Accept-Language: ru}
                  query: {key: {secret: secrets/key}}
                  paging: {style: socrata, size: 500, max_pages: 20}
                  max_size: 20MB
                  timeout: 2m
                  idle_timeout: 10s
                  keep: 5
                  keep_size: 1GB
                  allow_private: yes
                  paused: yes
                """
            ).first)
        #expect(source.every == 900 && source.lateAfter == 7200 && source.isFull == true)
        #expect(source.headers[0] == SourceField(name: "X-App-Token", value: .secret(file: "secrets/token")))
        #expect(source.query[0].value == .secret(file: "secrets/key"))
        #expect(source.paging == SourcePaging(style: .socrata, size: 500, maximumPages: 20))
        #expect(source.limits.bytes == 20_000_000 && source.limits.seconds == 120 && source.limits.keptLists == 5)
        #expect(
            source.allowsPrivate && source.isPaused && source.layer == .roadRepairs && source.source == "city-roads")
    }

    /// Lines of one source, and words of the fault that each has.
    static let faults: [(String, String)] = [
        ("every: 15", "“15” is not a length of time such as 90s, 15m, 2h or 1d"),
        ("every: 1s", "must be from 10s to 30d"), ("every: 99999999999999999999d", "is not a length of time"),
        ("evry: 15m", "no key `evry`; is `every` meant?"), ("as: roadworks", "none of works, road_repairs"),
        ("list: ful", "is `full` meant?"), ("paging: socrate", "is `socrata` meant?"),
        ("paging: {style: ogc, size: 0}", "size"), ("max_size: 20", "a size such as 500kB, 20MB or 1GB"),
        ("headers: {Authorization: abc}", "is a secret: write `Authorization: {secret: FILE}`"),
        ("headers: {Host: a}", "is set by the fetch itself"), ("headers: {\"A B\": a}", "no name of a header field"),
        ("headers: {A: {secret: /etc/shadow}}", "leads out of the city's folder"),
        ("headers: {A: {secret: ../key}}", "leads out of the city's folder"),
        ("headers: {A: {file: a}}", "no key `file`"), ("keep: 0", "keep"), ("title: {de: Wege}", "there are ru, en"),
    ]

    @Test("names line, key and what is allowed", arguments: faults)
    func fault(_ line: String, _ words: String) throws {
        let error = #expect(throws: RuleFaults.self) {
            try read("- name: roads\n  address: https://data.example.org/\n  \(line)\n")
        }
        #expect(error?.description.contains(words) ?? false, "\(error?.description ?? "")")
        #expect(error?.description.contains("sources.yaml:3") ?? false, "\(error?.description ?? "")")
    }

    @Test(
        "wants addresses that can be fetched",
        arguments: [
            ("ftp://a/b", "allowed are http, https"), ("https://", "is no address"),
            ("https://u:p@a.org/", "{secret: FILE}"),
            ("https://a.org/#x", "after #"), ("\"https://a.org/ä\"", "is no address"), ("\"\"", "is empty"),
        ])
    func address(_ address: String, _ words: String) throws {
        let error = #expect(throws: RuleFaults.self) { try read("- name: roads\n  address: \(address)\n") }
        #expect(error?.description.contains(words) ?? false, "\(error?.description ?? "")")
    }

    @Test(
        "tells everything at once, and what does not fit together",
        arguments: [
            ("- {name: a, address: b}\n- {name: a, address: c}", "stands there twice"),
            ("- {name: a/b, address: b}", "is no name"), ("- {address: b}", "`name` is missing"),
            ("- {name: a, address: b, paging: ogc}", "belongs to an address of http"),
            ("- {name: a, address: \"http://x.org/\", headers: {K: {secret: k}}}", "by https only"),
            ("name: a", "a list is wanted"), ("- [", "not YAML"),
        ])
    func together(_ text: String, _ words: String) throws {
        let error = #expect(throws: RuleFaults.self) { try read(text) }
        #expect(error?.description.contains(words) ?? false, "\(error?.description ?? "")")
    }

    @Test("may not bring full lists of one source from two places")
    func conflicts() throws {
        let text = "- {name: a, address: b, source: s, list: full}\n- {name: c, address: d, source: s, list: changes}"
        let surroundings = city.surroundings()
        #expect(surroundings.conflicts(in: try read(text)).count == 1)
        #expect(surroundings.conflicts(in: try read(text.replacing("full", with: "changes"))).isEmpty)
    }
}
