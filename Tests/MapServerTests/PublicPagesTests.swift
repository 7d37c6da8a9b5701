import Foundation
import Geometry
import HTTPTypes
import Hotspots
import HummingbirdTesting
import Testing
import Works

@testable import HTTPEdge
@testable import MapServer

@Suite("Pages that need no script")
struct PublicPagesTests {
    /// Two districts: in one enough works to be rated, in the other too few.
    private static let works: [Work] = (1...40).map { number in
        var work = TestMap.work(
            number, number % 3 == 0 ? .hazard : .roadRepair, status: number % 4 == 0 ? .done : .accepted,
            due: Int64(number - 20) * 86_400 - 43_200)
        if number <= 5 { work.district = "Нагорный & <старый>" }
        if work.status == .done { work.completedAt = TestMap.now }
        work.extra = #"{"title_en":"Work no. \#(number)"}"#
        return work
    }

    private static let districts = [
        ReferenceFeature(
            id: "d/1", name: "Заречный", extra: #"{"name_en":"Riverside"}"#,
            geometry: .point(Coordinate(longitude: 44.5, latitude: 56.5))),
        ReferenceFeature(id: "d:2", name: "Нагорный & <старый>", geometry: nil),
    ]

    private func pages<Value>(_ body: @Sendable (@Sendable (String) async throws -> String) async throws -> Value)
        async throws -> Value
    {
        let map = TestMap(works: Self.works, features: [.districts: Self.districts])
        return try await map.test { client in
            try await body { address in
                let answer = try await client.executeRequest(uri: address, method: .get, headers: [:], body: nil)
                #expect(answer.status == .ok, "\(address): \(answer.text)")
                return answer.text
            }
        }
    }

    @Test("are known under one address a language, whatever language is asked for")
    func canonical() async throws {
        try await pages { page in
            for path in ["/works", "/works/\(TestMap.pothole.id)", "/districts", "/districts/d:2", "/statistics"] {
                for (asked, code) in [("ru", "ru"), ("en", "en"), ("de", "ru"), ("en-GB", "en")] {
                    let html = try await page("\(path)?lang=\(asked)")
                    #expect(html.contains("<html lang=\"\(code)\">"))
                    #expect(html.contains("<link rel=\"canonical\" href=\"http://"))
                    #expect(html.contains("\(path)?lang=\(code)\">"), "\(path) \(asked)")
                    for each in ["ru", "en", "x-default"] { #expect(html.contains("hreflang=\"\(each)\"")) }
                    #expect(html.components(separatedBy: "<h1>").count == 2)
                    #expect(html.contains("<meta name=\"description\""))
                }
            }
        }
    }

    @Test("say everything in the language of the page, also what works and categories are called")
    func language() async throws {
        try await pages { page in
            let english = try await page("/works?lang=en")
            #expect(english.contains("Work no. 1<") && english.contains("Road repair, pothole"))
            #expect(!english.contains("Работа №") && !english.contains("Ремонт"))
            let russian = try await page("/works?lang=ru")
            #expect(russian.contains("Работа № 1<") && russian.contains("Ремонт дороги, яма"))
            #expect(try await page("/districts?lang=en").contains(">Riverside</a>"))
            #expect(try await page("/districts/d%2F1?lang=en").contains("<h1>Riverside</h1>"))
        }
    }

    @Test("keep what the filter's form asked, and pass over what it left empty")
    func form() async throws {
        try await pages { page in
            let html = try await page(
                "/works?kind=hazard&category=&status=&deadline_state=&district=&q=&open=false&lang=en")
            #expect(html.contains("<option value=\"hazard\" selected>Hazard</option>"))
            #expect(html.contains("Found: 13"))
            #expect(html.contains("<option value=\"false\" selected>all</option>"))
            // Who asks for finished works gets them, though the form says "unfinished" unless told otherwise.
            #expect(try await page("/works?status=done&open=true&lang=en").contains("Found: 10"))
            #expect(
                try await page("/works?severity=moderate&cursor=\(Cursor(number: 3).text)&lang=en").contains(
                    "<input type=\"hidden\" name=\"severity\" value=\"moderate\">"))
            // A period that a link of the map gave is shown in whole days.
            let linked = try await page("/works?datetime=2026-11-02T10:00:00Z/2026-11-03T09:00:00Z&lang=en")
            #expect(linked.contains("name=\"from\" type=\"date\" maxlength=\"200\" value=\"2026-11-02\""))
            #expect(linked.contains("name=\"until\" type=\"date\" maxlength=\"200\" value=\"2026-11-03\""))
            #expect(
                try await !page("/works?severity=moderate&cursor=\(Cursor(number: 3).text)&lang=en").contains(
                    "name=\"cursor\""))
            // Several values, which the form has no choice for, stay.
            #expect(
                try await page("/works?kind=hazard,outage&lang=en").contains(
                    "<option value=\"hazard,outage\" selected>hazard,outage</option>"))
        }
    }

    @Test("call no share what is too few works, and give the numbers of the interface")
    func statistics() async throws {
        let map = TestMap(works: Self.works, features: [.districts: Self.districts])
        try await map.test { client in
            let html = try await client.executeRequest(
                uri: "/statistics?lang=en", method: .get, headers: [:], body: nil
            ).text
            let json = try await client.executeRequest(
                uri: "/api/statistics?group=district", method: .get, headers: [:], body: nil
            ).json
            let rows = try #require(json["rows"]?.array)
            #expect(rows.count == 2)
            for row in rows {
                let decided = row["decided"]?.integer ?? -1
                #expect(html.contains("\(row["kept"]?.integer ?? -1) of \(decided)"))
                let isRanked = row["ranked"]?.bool == true
                #expect(isRanked == (row["name"]?.string == "Заречный"))
                let low = Int(((row["share_met_low"]?.double ?? 0) * 100).rounded())
                let high = Int(((row["share_met_high"]?.double ?? 0) * 100).rounded())
                #expect(html.contains("% (\(low)–\(high))") == isRanked)
            }
            #expect(html.contains("too few"))
            #expect(html.contains("Нагорный &amp; &lt;старый&gt;"))
            #expect(html.contains("role=\"img\" aria-label=\"By district: "))
        }
    }

    @Test("list a district's works by deadline, and lead on to all of them")
    func district() async throws {
        try await pages { page in
            let html = try await page("/districts/d%2F1?lang=en")
            let numbers = html.matches(of: #/>Work no. (\d+)</#).compactMap { Int($0.1) }
            #expect(numbers == (6...40).filter { $0 % 4 != 0 })
            #expect(
                html.contains(
                    "/works?district=%D0%97%D0%B0%D1%80%D0%B5%D1%87%D0%BD%D1%8B%D0%B9&amp;open=true&amp;lang=en"))
        }
    }

    @Test("tell moves of deadlines in days, or hours if it is less than one, and in the plural of the language")
    func moves() {
        var work = TestMap.work(1, due: 0)
        func text(_ changes: Int, seconds: Int64, _ language: Language) -> String? {
            work.dueChanges = changes
            work.originalDueAt = work.dueAt.map { $0 - seconds }
            return language.moves(of: work)
        }
        #expect(text(0, seconds: 0, .russian) == nil)
        #expect(text(1, seconds: 14 * 86_400, .russian) == "переносили 1 раз, +14 дней")
        #expect(text(3, seconds: 21 * 86_400 + 50_000, .russian) == "переносили 3 раза, +22 дня")
        #expect(text(1, seconds: 86_400, .english) == "moved once, +1 day")
        #expect(text(2, seconds: -7200, .english) == "moved 2 times, −2 hours")
        #expect(text(2, seconds: 0, .english) == "moved 2 times, back to the first date")
    }

    @Test("know the names of the whole vocabulary in both languages", arguments: Language.allCases)
    func vocabulary(language say: Language) {
        let names =
            WorkKind.allCases.map(say.name) + WorkStatus.allCases.map(say.name) + DeadlineState.allCases.map(say.name)
            + Severity.allCases.map(say.name) + TrafficImpact.allCases.map(say.name)
            + LedgerField.allCases.map(say.name)
        #expect(names.allSatisfy { !$0.contains(".") && !$0.contains("_") }, "\(names)")
        #expect(say.categories.count > 30)
    }
}
