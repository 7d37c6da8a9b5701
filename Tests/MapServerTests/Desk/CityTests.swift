import Foundation
import Geometry
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import SpatiaLiteStore
import Testing
import Works

@testable import HTTPEdge
@testable import MapServer

extension DeskMap {
    /// States facts as `worksmap city set` does, and has the server see them as its refresher does.
    func state(_ facts: KeyValuePairs<CityFact, String?>) throws {
        try store.write(bulk: false) { transaction in
            for (fact, text) in facts { try transaction.setNote(fact.note, to: text) }
        }
        try server.services.city.refresh()
    }
}

@Suite("The city's facts on its map")
struct CityTests {
    @Test("Name, contact and licence stand in every description, in the language that is asked for")
    func names() async throws {
        let map = try DeskMap()
        try map.state([
            .name: "Самара", .nameEnglish: "Samara", .contact: "works@example.org",
            .licence: "https://example.org/licence",
        ])
        try await map.test { client in
            func text(_ path: String) async throws -> String { try await client.send(.get, path).text }
            for path in ["/works", "/districts", "/statistics", "/privacy"] {
                let russian = try await text("\(path)?lang=ru")
                #expect(russian.contains(" — Самара</title>") && russian.contains(">Самара</a>"), "\(path)")
                let english = try await text("\(path)?lang=en")
                #expect(english.contains(" — Samara</title>") && english.contains("works@example.org"), "\(path)")
            }
            #expect(try await text("/staff?lang=en").contains(" — Samara</title>"))
            let desk = try await StaffTests.Browser.signIn(client, DeskMap.admin)
            #expect(try await desk.get("/staff?lang=en").text.contains("<strong class=\"city\">Samara</strong>"))
            let landing = try await client.send(.get, "/ogc?f=json&lang=en").json
            #expect(landing["title"]?.string == "Samara: map of works")
            #expect(landing["links"]?.array?.contains { $0["rel"]?.string == "license" } == true)
            #expect(try await text("/ogc?f=html&lang=ru").contains("<title>Самара: карта работ</title>"))
            for path in ["/api", "/ogc/api?f=json"] {
                let about = try await client.send(.get, path, headers: [.acceptLanguage: "en"]).json["info"]
                #expect(about?["title"]?.string == "Samara: map of works", "\(path)")
                #expect(about?["contact"]?["name"]?.string == "works@example.org")
                #expect(about?["license"]?["url"]?.string == "https://example.org/licence")
            }
            #expect(try await text("/wmts?service=WMTS&request=GetCapabilities").contains("Самара: карта работ"))
            #expect(try await text("/open311/v2/discovery.json").contains("works@example.org"))
        }
    }

    @Test("/api/city has all facts and a first view; without facts it says so")
    func address() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let empty = try await client.send(.get, "/api/city").json
            #expect(empty["name"]?["ru"] == .null && empty["time_zone"] == .null && empty["bounds"] == .null)
            #expect(empty["view"]?["bounds"] == .array([44, 56, 45, 57].map { .number($0) }), "the districts")
            try map.state([
                .name: "Самара", .timeZone: "Europe/Samara", .language: "en", .bounds: "49.9,53.1,50.4,53.4",
            ])
            let city = try await client.send(.get, "/api/city").json
            #expect(city["name"]?["en"]?.string == "Самара" && city["language"]?.string == "en")
            #expect(city["time_zone"]?.string == "Europe/Samara")
            let box = JSONValue.array([49.9, 53.1, 50.4, 53.4].map { .number($0) })
            #expect(city["bounds"] == box && city["view"]?["bounds"] == box)
            #expect(city["view"]?["min_zoom"] == .integer(11))
            #expect(
                try await client.send(.get, "/works").text.contains("<html lang=\"en\">"), "nobody asks for Russian")
            let german = try await client.send(.get, "/works", headers: [.acceptLanguage: "de"])
            #expect(german.text.contains("<html lang=\"en\">"))
            let russian = try await client.send(.get, "/works", headers: [.acceptLanguage: "ru"])
            #expect(russian.text.contains("<html lang=\"ru\">"))
        }
    }

    @Test("One clock: 17:00 at the desk is 17:00 on the page, its moment in the API and the ledger, whoever types it")
    func oneClock() async throws {
        let map = try DeskMap()
        try map.state([.timeZone: "Europe/Helsinki"])
        try await map.test { client in
            let (id, _) = try await client.work(#"{"category":"pothole","confirm":true,"reason":"x"}"#)
            // Two people, whose browsers are elsewhere: a form says nothing of a device's zone.
            for (number, token) in [DeskMap.admin, DeskMap.dispatcher].enumerated() {
                let desk = try await StaffTests.Browser.signIn(client, token)
                let page = try await desk.get("/staff/works/\(id)?lang=en").text
                #expect(page.contains("by the city&#39;s clock (Europe/Helsinki)"))
                let typed = "2027-07-0\(number + 1)T17:00"
                let saved = try await desk.post(
                    "/staff/works/\(id)",
                    [
                        "action": "deadline", "due": typed, "zone": "Europe/Helsinki", "revision": "\(number + 1)",
                        "reason": "x", "confirm": "yes",
                    ])
                #expect(saved.status == .seeOther, "\(saved.text)")
                let moment = "2027-07-0\(number + 1)T14:00:00Z"
                #expect(try await client.send(.get, "/api/works/\(id)").json["properties"]?["due_at"]?.string == moment)
                #expect(try map.store.ledger(of: id).last { $0.field == .dueAt }?.to == moment)
                let shown = try await client.send(.get, "/works/\(id)?lang=en").text
                #expect(shown.contains(">2027-07-0\(number + 1) 17:00</time>"))
                #expect(try await desk.get("/staff/works/\(id)?lang=en").text.contains("value=\"\(typed)\""))
            }
            let patched = try await client.send(
                .patch, "/api/works/\(id)", token: DeskMap.admin, headers: [.ifMatch: "\"3\""],
                body: #"{"due_at":"2027-08-01T17:00:00+03:00","reason":"x","confirm":true}"#)
            #expect(patched.status == .ok)
            #expect(try await client.send(.get, "/works/\(id)?lang=en").text.contains(">2027-08-01 17:00</time>"))
        }
    }

    @Test("A city that moves its zone: moments stay, pages follow, and a form of the old clock is not taken")
    func moving() async throws {
        let map = try DeskMap()
        try map.state([.timeZone: "Europe/Moscow"])
        try await map.test { client in
            let (id, _) = try await client.work(
                #"{"category":"pothole","due_at":"2027-07-01T14:00:00Z","confirm":true,"reason":"x"}"#)
            #expect(try await client.send(.get, "/works/\(id)?lang=en").text.contains(">2027-07-01 17:00</time>"))
            func months() async throws -> String {
                try await client.send(.get, "/api/statistics?group=month&since=2026-01-01").json["period"]?["from"]?
                    .string ?? ""
            }
            let before = try await months()
            try map.state([.timeZone: "Europe/Samara"])
            #expect(try await client.send(.get, "/works/\(id)?lang=en").text.contains(">2027-07-01 18:00</time>"))
            #expect(try await months() != before, "a day begins at another moment")
            let desk = try await StaffTests.Browser.signIn(client, DeskMap.admin)
            let stale = try await desk.post(
                "/staff/works/\(id)?lang=en",
                ["action": "deadline", "due": "2027-07-02T17:00", "zone": "Europe/Moscow", "revision": "1"])
            #expect(stale.status == .conflict && stale.text.contains("Europe/Samara now"))
            #expect(try map.store.work(id)?.dueAt == Instant("2027-07-01T14:00:00Z"))
        }
    }

    @Test("Rules count by the city's clock, which holds over the calendar's, and follow it")
    func rules() async throws {
        let map = try DeskMap()
        try await map.test { _ in
            let shelf = map.server.services.rules
            #expect(try shelf.book().calendar.timeZone.identifier == "Europe/Moscow", "the calendar's own")
            try map.state([.timeZone: "Asia/Yekaterinburg"])
            map.server.reload()
            let book = try shelf.book()
            #expect(book.calendar.timeZone.identifier == "Asia/Yekaterinburg")
            #expect(book.zoneRemark?.contains("Europe/Moscow") == true)
        }
    }

    @Test("A service without a time zone is ready and says what it lacks")
    func readiness() async throws {
        let map = try DeskMap()
        map.server.services.readiness.succeed()
        try await map.test { client in
            func notes() async throws -> [String] {
                let answer = try await client.send(.get, "/health/ready")
                #expect(answer.status == .ok)
                return try answer.json["notes"]?.array?.compactMap(\.string) ?? []
            }
            #expect(try await notes().contains { $0.contains("no time zone") })
            try map.state([.timeZone: "Europe/Samara"])
            #expect(try await notes().isEmpty)
        }
    }

    @Test("The first steps are for admins and for people at this machine, and nobody else")
    func setup() async throws {
        let map = try DeskMap()
        try await map.test { client in
            #expect(try await client.send(.get, "/staff/setup").status == .notFound)
            let dispatcher = try await StaffTests.Browser.signIn(client, DeskMap.dispatcher)
            #expect(try await dispatcher.get("/staff/setup").status == .notFound)
            let admin = try await StaffTests.Browser.signIn(client, DeskMap.admin)
            let page = try await admin.get("/staff/setup?lang=en")
            #expect(page.status == .ok && page.headers[.cacheControl] == "no-store")
            #expect(page.text.contains("worksmap city set --time-zone"))
            #expect(page.text.contains("<s>There are no districts.</s>"), "they are there")
            #expect(try await admin.get("/staff/setup?lang=ru").text.contains("Первые шаги"))
        }
    }
}
