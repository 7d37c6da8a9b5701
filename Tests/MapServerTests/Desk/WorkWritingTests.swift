import Geometry
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@testable import HTTPEdge
@testable import MapServer

@Suite("Writing works over HTTP")
struct WorkWritingTests {
    @Test("A new work is routed and timed by the rules, and bears where it is found")
    func create() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let answer = try await client.send(
                .post, "/api/works", token: DeskMap.dispatcher,
                body: #"{"category":"pothole","title":"Яма","geometry":{"type":"Point","coordinates":[44.5,56.5]}}"#)
            #expect(answer.status == .created)
            let work = try answer.json
            let id = try #require(work["id"]?.string)
            #expect(answer.headers[.location] == "/api/works/\(id)")
            #expect(work["properties"]?["organisation"] == "Roads")
            #expect(work["properties"]?["district"] == "Заречный")
            #expect(work["properties"]?["kind"] == "road_repair")
            #expect(work["properties"]?["due_at"]?.string != nil)
            let read = try await client.send(.get, "/api/works/\(id)")
            #expect(read.headers[.eTag] == answer.headers[.eTag])
            let ledger = try map.store.ledger(of: try #require(WorkID(id)))
            #expect(ledger.first { $0.field == .dueAt }?.actor.kind == .rule)
            #expect(try map.store.audit(limit: 1).first?.action == "work.create")
        }
    }

    @Test(
        "A picture's address that is none on the web is refused by name, and goes out nowhere if it is there already",
        arguments: ["javascript:alert(1)", "data:text/html,x", "//evil.example/x", "https://a.example/\u{202E}gpj"])
    func mediaAddress(_ address: String) async throws {
        let map = try DeskMap()
        try await map.test { client in
            let text = JSONValue.string(address).description
            for body in [
                #"{"category":"pothole","media_url":\#(text)}"#,
                #"{"category":"pothole","extra":{"media_url":\#(text)}}"#,
                #"{"category":"pothole","media_url":["https://a.example"]}"#,
            ] {
                let answer = try await client.send(.post, "/api/works", token: DeskMap.dispatcher, body: body)
                #expect(answer.status == .badRequest)
                #expect(try answer.json["parameter"] == "media_url")
            }
            let fine = #"{"category":"pothole","media_url":"https://a.example/p.jpg","note":"a"}"#
            let (id, _) = try await client.work(fine)
            #expect(try await client.send(.get, "/api/works/\(id)").text.contains("https://a.example/p.jpg"))
            // As a file may have brought it in before it was looked at.
            try map.store.write(bulk: false) { transaction in
                var work = try #require(try transaction.work(id))
                work.extra = #"{"note":"a","media_url":\#(text)}"#
                work.revision += 1
                try transaction.update(work, ledger: [])
            }
            for path in [
                "/api/works/\(id)", "/open311/v2/requests/\(id).json", "/open311/v2/requests/\(id).xml",
                "/geojson/works.geojson", "/ogc/collections/works/items", "/works/\(id)",
            ] {
                let answer = try await client.send(.get, path)
                #expect(
                    answer.status == .ok && !answer.text.contains(address) && !answer.text.contains("alert"), "\(path)")
            }
            #expect(try await client.send(.get, "/api/works/\(id)").json["properties"]?["extra"]?["note"] == "a")
        }
    }

    @Test("What a source says twice is counted once")
    func idempotent() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let said = #"{"category":"pothole","source":"sensor","source_id":"7","title":"leak"}"#
            let first = try await client.send(.post, "/api/works", token: DeskMap.sensor, body: said)
            let second = try await client.send(.post, "/api/works", token: DeskMap.sensor, body: said)
            #expect(first.status == .created && second.status == .ok)
            #expect(try first.json["id"] == second.json["id"])
            #expect(try second.json["properties"]?["revision"] == 1)
            #expect(try map.store.countWorks(matching: .all, at: .now, budget: .unlimited) == 1)
        }
    }

    @Test("A batch takes each line by itself and says what became of it")
    func batch() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let answer = try await client.send(
                .post, "/api/works", token: DeskMap.sensor, headers: [.contentType: "application/x-ndjson"],
                body: """
                    {"category":"pothole","source":"sensor","source_id":1}
                    {"category":"pothole","source":"sensor","source_id":1}

                    {"category":"pothole","source":"sensor"}
                    {nonsense
                    {"category":"unheard-of","source_id":2}
                    {"category":"unheard-of","kind":"outage","source_id":2}
                    """)
            #expect(answer.status == .ok)
            let report = try answer.json
            #expect(report["inserted"] == 2 && report["unchanged"] == 1 && report["refused"] == 3)
            let results = report["results"]?.array ?? []
            #expect(results.map { $0["line"] } == [1, 2, 4, 5, 6, 7])
            #expect(
                results.map { $0["result"] } == ["inserted", "unchanged", "refused", "refused", "refused", "inserted"])
            #expect(try map.store.countWorks(matching: .all, at: .now, budget: .unlimited) == 2)
        }
    }

    @Test(
        "Who has no good token, or too small a role, changes nothing",
        arguments: [
            (nil, 401), ("wm_forged", 401), (DeskMap.revoked, 401), (DeskMap.expired, 401), (DeskMap.viewer, 403),
        ] as [(String?, Int)])
    func roles(_ token: String?, _ status: Int) async throws {
        let map = try DeskMap()
        try await map.test { client in
            let answer = try await client.send(.post, "/api/works", token: token, body: #"{"category":"pothole"}"#)
            #expect(Int(answer.status.code) == status)
            #expect(answer.headers[.contentType] == Problem.mediaType)
            #expect((answer.headers[.wwwAuthenticate] != nil) == (status == 401))
            #expect(try map.store.countWorks(matching: .all, at: .now, budget: .unlimited) == 0)
        }
    }

    @Test("A dispatcher of one organisation leaves the works of others alone")
    func organisations() async throws {
        try await DeskMap().test { client in
            let (own, ownTag) = try await client.work()
            let (other, tag) = try await client.work(
                #"{"category":"pothole","organisation":"Water","confirm":true,"reason":"new service"}"#)
            let change = #"{"status":"accepted"}"#
            let refused = try await client.send(
                .patch, "/api/works/\(other)", token: DeskMap.roads, headers: [.ifMatch: tag], body: change)
            #expect(refused.status == .forbidden)
            let taken = try await client.send(
                .patch, "/api/works/\(own)", token: DeskMap.roads, headers: [.ifMatch: ownTag], body: change)
            #expect(taken.status == .ok)
            let given = try await client.send(
                .post, "/api/works", token: DeskMap.roads, body: #"{"category":"pothole","organisation":"Water"}"#)
            #expect(given.status == .forbidden)
        }
    }

    @Test("A change says which revision it is about: 428 without, 412 for an old one")
    func preconditions() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let (id, tag) = try await client.work()
            func patch(_ condition: String?) async throws -> TestResponse {
                try await client.send(
                    .patch, "/api/works/\(id)", token: DeskMap.admin,
                    headers: condition.map { [.ifMatch: $0] } ?? [:],
                    body: #"{"due_at":"2030-01-01T09:00:00Z","reason":"мороз"}"#)
            }
            #expect(try await patch(nil).status.code == 428)
            #expect(try await patch("W/\(tag)").status == .preconditionFailed)
            let first = try await patch(tag)
            #expect(first.status == .ok)
            #expect(try first.json["properties"]?["due_changes"] == 1)
            #expect(try await patch(tag).status == .preconditionFailed)
            #expect(try map.store.ledger(of: id).filter { $0.field == .dueAt && $0.from != nil }.count == 1)
        }
    }

    @Test("Of 32 who change one work at once, every accepted change is in the ledger and every other one got 412")
    func race() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let (id, _) = try await client.work()
            let accepted = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<32 {
                    group.addTask {
                        var accepted = 0
                        for round in 0..<4 {
                            let tag = try await client.send(.get, "/api/works/\(id)").headers[.eTag] ?? ""
                            let answer = try await client.send(
                                .patch, "/api/works/\(id)", token: DeskMap.admin, headers: [.ifMatch: tag],
                                body: #"{"contractor":"c\#(number)-\#(round)","confirm":true}"#)
                            #expect([200, 412].contains(answer.status.code))
                            if answer.status == .ok { accepted += 1 }
                        }
                        return accepted
                    }
                }
                return try await group.reduce(0, +)
            }
            let work = try #require(try map.store.work(id))
            #expect(work.revision == accepted + 1 && accepted > 0)
            #expect(try map.store.ledger(of: id).filter { $0.field == .contractor }.count == accepted)
        }
    }

    @Test(
        "What the rules for people forbid is refused with the reason",
        arguments: [
            (#"{"due_at":"2030-01-01T09:00:00Z"}"#, 422, "reason"), (#"{"status":"rejected"}"#, 422, "reason"),
            (#"{"on_site_at":"2999-01-01T00:00:00Z"}"#, 422, "future"), (#"{}"#, 422, "nothing"),
            (#"{"status":"lost"}"#, 400, "status"), (#"{"colour":"red"}"#, 400, "colour"), (#"[]"#, 400, "object"),
            (#"{"duplicate_of":"x"}"#, 400, "duplicate_of"),
            (#"{"status":"accepted","duplicate_of":null}"#, 400, "reason"),
        ])
    func refused(_ body: String, _ status: Int, _ word: String) async throws {
        try await DeskMap().test { client in
            let (id, tag) = try await client.work()
            let answer = try await client.send(
                .patch, "/api/works/\(id)", token: DeskMap.admin, headers: [.ifMatch: tag], body: body)
            #expect(Int(answer.status.code) == status)
            #expect(try answer.json["detail"]?.string?.contains(word) == true, "\(answer.text)")
        }
    }

    @Test("A duplicate is linked and unlinked, with a reason, by a person")
    func duplicate() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let (first, _) = try await client.work()
            let (second, tag) = try await client.work()
            let linked = try await client.send(
                .patch, "/api/works/\(second)", token: DeskMap.admin, headers: [.ifMatch: tag],
                body: #"{"duplicate_of":"\#(first)","reason":"та же яма"}"#)
            #expect(linked.status == .ok)
            #expect(try linked.json["properties"]?["status"] == "rejected")
            #expect(try map.store.original(of: second) == first)
            let unlinked = try await client.send(
                .patch, "/api/works/\(second)", token: DeskMap.admin,
                headers: [.ifMatch: try #require(linked.headers[.eTag])], body: #"{"duplicate_of":null,"reason":"нет"}"#
            )
            #expect(try unlinked.json["properties"]?["status"] == "accepted")
        }
    }

    @Test("Names of people stand in no public answer about what they changed")
    func names() async throws {
        try await DeskMap().test { client in
            let (id, tag) = try await client.work()
            _ = try await client.send(
                .patch, "/api/works/\(id)", token: DeskMap.admin, headers: [.ifMatch: tag],
                body: #"{"status":"accepted"}"#)
            for address in ["/api/works/\(id)", "/api/works/\(id)/history", "/works/\(id)", "/geojson/works.geojson"] {
                let answer = try await client.send(.get, address)
                #expect(answer.status == .ok)
                #expect(!answer.text.contains("Иван"), "\(address)")
            }
        }
    }

    @Test("Emoji, right-to-left text, HTML and SQL come back as they were, and the page escapes them")
    func text() async throws {
        try await DeskMap().test { client in
            let text = "🚧 שלום <script>alert(1)</script> '; DROP TABLE works; -- \u{202E}"
            let value = JSONValue.string(text)
            let (id, _) = try await client.work(
                "{\"category\":\"pothole\",\"title\":\(value),\"description\":\(value),\"address\":\(value)}")
            let properties = try await client.send(.get, "/api/works/\(id)").json["properties"]
            for name in ["title", "description", "address"] { #expect(properties?[name] == value) }
            #expect(try await !client.send(.get, "/works/\(id)").text.contains("<script>"))
        }
    }

    @Test("Somebody who guesses tokens is turned away after a while, and told for how long")
    func guesses() async throws {
        try await DeskMap { $0.desk.failedLogins = 2 }.test { client in
            var last: TestResponse?
            for number in 0..<3 {
                last = try await client.send(.post, "/api/works", token: "wm_\(number)", body: "{}")
            }
            #expect(last?.status == .tooManyRequests)
            #expect(last?.headers[.retryAfter].flatMap { Int($0) } ?? 0 > 0)
        }
    }
}
