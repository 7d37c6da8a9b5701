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

@Suite("Who says what over HTTP")
struct WhoSaysWhatTests {
    // MARK: Tokens and sources

    struct Door: CustomTestStringConvertible, Sendable {
        var token: String?
        var body: String
        var status: Int
        var parameter: String?

        var testDescription: String { "\(token ?? "nobody"): \(body)" }
    }

    private static let own = #"{"category":"pothole","source":"sensor","source_id":"7"}"#
    private static let plain = #"{"category":"pothole"}"#

    static let posts: [Door] =
        [
            (nil, 401), (DeskMap.viewer, 403), (DeskMap.revoked, 401), (DeskMap.expired, 401),
            (DeskMap.dispatcher, 201), (DeskMap.roads, 201), (DeskMap.admin, 201),
        ].map { Door(token: $0.0, body: plain, status: $0.1) }
        + [DeskMap.dispatcher, DeskMap.roads, DeskMap.admin].flatMap { token in
            [
                Door(token: token, body: own, status: 403, parameter: "source"),
                Door(
                    token: token, body: #"{"category":"pothole","source":"sensor"}"#, status: 403, parameter: "source"),
                Door(
                    token: token, body: #"{"category":"pothole","source_id":"7"}"#, status: 403,
                    parameter: "source_id"),
                // To confirm it changes nothing about who one is.
                Door(
                    token: token,
                    body: #"{"category":"pothole","source":"sensor","source_id":"7","confirm":true,"reason":"x"}"#,
                    status: 403, parameter: "source"),
            ]
        } + [
            Door(token: DeskMap.sensor, body: own, status: 201),
            Door(token: DeskMap.sensor, body: #"{"category":"pothole","source_id":7}"#, status: 201),
            Door(token: DeskMap.sensor, body: plain, status: 400, parameter: "source_id"),
            Door(
                token: DeskMap.sensor, body: #"{"category":"pothole","source":"other","source_id":"7"}"#, status: 403,
                parameter: "source"),
            Door(token: DeskMap.roadSensor, body: own, status: 403, parameter: "source"),
            Door(
                token: DeskMap.sensor,
                body: #"{"category":"pothole","source_id":"7","organisation":"Whoever","contractor":"Nobody"}"#,
                status: 201),
        ]

    @Test("POST /api/works", arguments: posts)
    func post(_ door: Door) async throws {
        let map = try DeskMap()
        try await map.test { client in
            let answer = try await client.send(.post, "/api/works", token: door.token, body: door.body)
            #expect(Int(answer.status.code) == door.status, "\(answer.text)")
            if door.status == 201 {
                let id = try #require(try answer.json["id"]?.string.flatMap { WorkID($0) })
                let isMachine = door.token == DeskMap.sensor
                #expect(try map.store.work(id)?.source == (isMachine ? "sensor" : nil))
                let registered = try map.store.ledger(of: id).first { $0.field == .registered }
                #expect(registered?.actor.kind == (isMachine ? .source : .person))
                #expect(registered?.actor.name == (isMachine ? "sensor" : "Иван \(door.token ?? "")"))
            } else {
                #expect(try answer.json["parameter"]?.string == door.parameter)
                #expect(try map.store.countWorks(matching: .all, at: .now, budget: .unlimited) == 0)
            }
            // A batch says the same of each line.
            let batch = try await client.send(
                .post, "/api/works", token: door.token, headers: [.contentType: "application/x-ndjson"],
                body: door.body)
            if door.status == 201 {
                #expect(try batch.json["refused"] == 0)
            } else if try batch.json["results"] != nil {
                #expect(try batch.json["results"]?.array?.first?["status"]?.integer == door.status)
            } else {
                #expect(Int(batch.status.code) == door.status)
            }
        }
    }

    @Test("Nobody but its source moves, closes or reopens a work of a source by stating it again")
    func attack() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let said = #"{"category":"pothole","source_id":"7","due_at":"2020-01-01T00:00:00Z"}"#
            let made = try await client.send(.post, "/api/works", token: DeskMap.sensor, body: said)
            let id = try #require(try made.json["id"]?.string.flatMap { WorkID($0) })
            let before = try #require(try map.store.work(id))
            for token in [DeskMap.dispatcher, DeskMap.roads, DeskMap.admin, DeskMap.roadSensor] {
                for attack in [
                    #""due_at":"2027-01-01T00:00:00Z""#, #""status":"done","completed_at":"2019-12-31T00:00:00Z""#,
                    #""status":"in_progress""#,
                ] {
                    let body = #"{"category":"pothole","source":"sensor","source_id":"7",\#(attack)}"#
                    let answer = try await client.send(.post, "/api/works", token: token, body: body)
                    #expect(answer.status == .forbidden, "\(token) \(attack)")
                }
            }
            #expect(try map.store.work(id) == before)
            // The source itself moves its deadline without a reason, as a list does.
            let moved = try await client.send(
                .post, "/api/works", token: DeskMap.sensor,
                body: #"{"category":"pothole","source_id":"7","due_at":"2027-01-01T00:00:00Z"}"#)
            #expect(moved.status == .ok)
            #expect(try map.store.ledger(of: id).last?.actor == Actor(kind: .source, name: "sensor"))
        }
    }

    @Test("The addresses that write name their methods")
    func methods() async throws {
        try await DeskMap().test { client in
            let (id, _) = try await client.work()
            for (address, methods) in [
                ("/api/works", ["POST", "OPTIONS"]), ("/api/works/\(id)", ["GET", "HEAD", "PATCH", "OPTIONS"]),
            ] {
                let answer = try await client.send(.options, address)
                #expect(answer.status == .noContent)
                let named = answer.headers[.allow]?.split(separator: ",").map { $0.trimmed } ?? []
                #expect(Set(named) == Set(methods) && named.count == methods.count)
                // Pages of other sites only read.
                #expect(answer.headers[.accessControlAllowMethods] == "GET, HEAD, OPTIONS")
            }
        }
    }

    @Test("The description of the interface has the doors that write")
    func description() async throws {
        try await DeskMap().test { client in
            let paths = try await client.send(.get, "/api").json["paths"]
            #expect(paths?["/api/works"]?["post"]?["security"] != nil)
            let change = paths?["/api/works/{id}"]?["patch"]?["requestBody"]?["content"]?["application/json"]
            let names = change?["schema"]?["properties"]?.object?.map(\.name) ?? []
            #expect(Set(names) == Set(WorkDecision.names))
        }
    }

    @Test("A machine decides on nothing and signs in nowhere")
    func machines() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let made = try await client.send(.post, "/api/works", token: DeskMap.sensor, body: Self.own)
            let id = try #require(try made.json["id"]?.string)
            let answer = try await client.send(
                .patch, "/api/works/\(id)", token: DeskMap.sensor, headers: [.ifMatch: "*"],
                body: #"{"status":"accepted"}"#)
            #expect(answer.status == .forbidden)
            let page = try await client.form("/staff/login", ["token": DeskMap.sensor])
            #expect(page.status == .forbidden && page.headers[.setCookie] == nil)
            #expect(page.text.contains("токен программы"))
        }
    }

    @Test("A machine whose token names a service leaves the works of others alone")
    func machineOfOneService() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let body = #"{"category":"pothole","source_id":"1"}"#
            let made = try await client.send(.post, "/api/works", token: DeskMap.roadSensor, body: body)
            let id = try #require(try made.json["id"]?.string)
            let handed = try await client.send(
                .patch, "/api/works/\(id)", token: DeskMap.admin, headers: [.ifMatch: "*"],
                body: #"{"organisation":"City","reason":"their street"}"#)
            #expect(handed.status == .ok)
            let again = try await client.send(
                .post, "/api/works", token: DeskMap.roadSensor,
                body: #"{"category":"pothole","source_id":"1","title":"x"}"#)
            #expect(again.status == .forbidden)
        }
    }

    @Test("An expired token is refused with words, at the door of programs and of people, and ends its session")
    func expiry() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let answer = try await client.send(.post, "/api/works", token: DeskMap.expired, body: Self.plain)
            #expect(answer.status == .unauthorized)
            #expect(try answer.json["detail"]?.string?.contains("expired") == true)
            #expect(answer.headers[.wwwAuthenticate] != nil)
            let page = try await client.form("/staff/login", ["token": DeskMap.expired])
            #expect(page.status == .unauthorized && page.text.contains("истёк"))
            // Good when it signed in, over a moment later.
            let secret = "wm_short"
            _ = try map.store.writeDesk {
                try $0.add(
                    AccessToken(
                        name: "A", role: .admin, digest: AccessSecret.digest(of: secret), createdAt: .now,
                        expiresAt: .now + 2))
            }
            let desk = try await StaffTests.Browser.signIn(client, secret)
            let end = Instant.now + 2
            while Instant.now <= end { try await Task.sleep(for: .milliseconds(50)) }
            #expect(try await desk.get("/staff").text.contains("Вход для сотрудников"))
        }
    }

    // MARK: Confirmation

    struct Change: CustomTestStringConvertible, Sendable {
        /// Properties of a new work, and the decision made then.
        var body: String
        var fields: [String]
        var needsReason = true
        var needsAdmin = false

        var testDescription: String { body }
    }

    static let changes = [
        Change(body: #""due_at":"2020-01-01T00:00:00Z""#, fields: ["due_at"]),
        Change(body: #""due_at":"2099-01-01T00:00:00Z""#, fields: ["due_at"]),
        Change(body: #""starts_at":"2099-01-01T00:00:00Z""#, fields: ["starts_at"]),
        Change(body: #""status":"done""#, fields: ["status"]),
        Change(
            body: #""status":"done","completed_at":"2020-01-01T00:00:00Z""#, fields: ["status", "completed_at"]),
        Change(body: #""organisation":"Water""#, fields: ["organisation"], needsAdmin: true),
        Change(body: #""contractor":"Nobody""#, fields: ["contractor"], needsReason: false, needsAdmin: true),
    ]

    @Test(
        "What is unusual is refused by every door until it is confirmed, field by field, all at once",
        arguments: changes, ["PATCH", "POST"])
    func confirmation(_ change: Change, _ door: String) async throws {
        let map = try DeskMap()
        try await map.test { client in
            let (id, _) = try await client.work()
            func send(_ token: String, _ more: String) async throws -> TestResponse {
                if door == "PATCH" {
                    return try await client.send(
                        .patch, "/api/works/\(id)", token: token, headers: [.ifMatch: "*"],
                        body: "{\(change.body)\(more)}")
                }
                return try await client.send(
                    .post, "/api/works", token: token, body: "{\"category\":\"pothole\",\(change.body)\(more)}")
            }
            for more in ["", #","confirm":false"#, #","reason":"why""#] {
                let answer = try await send(DeskMap.admin, more)
                #expect(answer.status == .unprocessableContent, "\(more): \(answer.text)")
                let problem = try answer.json
                #expect(problem["type"] == "/problems/confirmation-needed")
                let named = (problem["errors"]?.array ?? []).compactMap { $0["field"]?.string }
                #expect(named.filter { $0 != "reason" } == change.fields)
                #expect(problem["detail"]?.string?.contains("confirm") == true)
            }
            if change.needsReason {
                let answer = try await send(DeskMap.admin, #","confirm":true"#)
                #expect(answer.status == .unprocessableContent)
                #expect(try answer.json["detail"]?.string?.contains("reason") == true)
            }
            let confirmed = #","confirm":true"# + (change.needsReason ? #","reason":"why""# : "")
            if change.needsAdmin {
                for more in ["", confirmed] {
                    let answer = try await send(DeskMap.dispatcher, more)
                    #expect(answer.status == .unprocessableContent, "\(more): \(answer.text)")
                    #expect(try answer.json["type"] == "/problems/unknown-name")
                    #expect(try answer.json["detail"]?.string?.contains("admin") == true)
                }
            }
            #expect(try map.store.countWorks(matching: .all, at: .now, budget: .unlimited) == 1)
            #expect(try map.store.work(id)?.revision == 1)
            let done = try await send(change.needsAdmin ? DeskMap.admin : DeskMap.dispatcher, confirmed)
            #expect([200, 201].contains(done.status.code), "\(done.text)")
            let made = try #require(try done.json["id"]?.string.flatMap { WorkID($0) })
            let reasons = try map.store.ledger(of: made).filter { $0.actor.kind == .person }.map(\.reason)
            if change.needsReason { #expect(reasons.contains("why")) }
        }
    }

    @Test(
        "What has happened does not lie in the future, by any door, confirmed or not",
        arguments: ["reported_at", "completed_at", "on_site_at"])
    func future(_ field: String) async throws {
        try await DeskMap().test { client in
            let (id, _) = try await client.work()
            let more = #","status":"done","confirm":true,"reason":"x""#
            let body = #"{"category":"pothole","\#(field)":"2999-01-01T00:00:00Z"\#(more)}"#
            let made = try await client.send(.post, "/api/works", token: DeskMap.admin, body: body)
            #expect(made.status == .unprocessableContent)
            #expect(try made.json["parameter"]?.string == field)
            guard field != "reported_at" else { return }
            let changed = try await client.send(
                .patch, "/api/works/\(id)", token: DeskMap.admin, headers: [.ifMatch: "*"],
                body: #"{"\#(field)":"2999-01-01T00:00:00Z"\#(more)}"#)
            #expect(changed.status == .unprocessableContent)
        }
    }

    @Test("A name that a work, the rules or a colleague's token has is known to everybody")
    func knownNames() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let (id, _) = try await client.work()
            func assign(_ body: String) async throws -> HTTPResponse.Status {
                try await client.send(
                    .patch, "/api/works/\(id)", token: DeskMap.dispatcher, headers: [.ifMatch: "*"], body: body
                ).status
            }
            // By the rules.
            #expect(try await assign(#"{"organisation":"City","reason":"theirs"}"#) == .ok)
            #expect(try await assign(#"{"contractor":"Path"}"#) == .unprocessableContent)
            // By a list that a source has sent.
            _ = try await client.send(
                .post, "/api/works", token: DeskMap.sensor,
                body: #"{"category":"pothole","source_id":"1","contractor":"Path","organisation":"Water"}"#)
            #expect(try await assign(#"{"contractor":"Path"}"#) == .ok)
            #expect(try await assign(#"{"organisation":"Water","reason":"a pipe"}"#) == .ok)
        }
    }

    @Test("The form has a second step that says what is unusual in the reader's language and confirms it")
    func form() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let (id, _) = try await client.work()
            let desk = try await StaffTests.Browser.signIn(client, DeskMap.admin)
            let fields = [
                "action": "deadline", "due": "2020-01-01T12:00", "revision": "1", "reason": "<b>'\"",
            ]
            for (language, words) in [("ru", "уже прошёл"), ("en", "already passed")] {
                let page = try await desk.post("/staff/works/\(id)?lang=\(language)", fields)
                #expect(page.status == .unprocessableContent && page.text.contains(words), "\(language): \(page.text)")
                #expect(page.text.contains(#"name="confirm" value="yes""#) && page.text.contains(#"role="alert""#))
                #expect(page.text.contains(#"name="due" value="2020-01-01T12:00""#))
                #expect(page.text.contains("&lt;b&gt;&#39;&quot;") && !page.text.contains("<b>"))
            }
            #expect(try map.store.work(id)?.revision == 1)
            var second = fields
            second["confirm"] = "yes"
            second["reason"] = ""
            #expect(try await desk.post("/staff/works/\(id)", second).text.contains("Без причины"))
            second["reason"] = "старая бумага"
            #expect(try await desk.post("/staff/works/\(id)", second).status == .seeOther)
            #expect(try map.store.work(id)?.dueAt == Instant("2020-01-01T12:00:00Z"))
            #expect(try map.store.ledger(of: id).last?.reason == "старая бумага")
            // Whoever was quicker between the steps wins.
            #expect(try await desk.post("/staff/works/\(id)", second).status == .preconditionFailed)
        }
    }

    @Test("A form's status may say when the work ended, by the city's clocks, and offers the names of the list")
    func formEnd() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let (id, _) = try await client.work(#"{"category":"pothole","status":"in_progress"}"#)
            let dispatcher = try await StaffTests.Browser.signIn(client, DeskMap.dispatcher)
            let page = try await dispatcher.get("/staff/works/\(id)").text
            #expect(page.contains(#"<option value="City">"#) && page.contains(#"name="completed""#))
            let unknown = try await dispatcher.post(
                "/staff/works/\(id)",
                ["action": "assign", "organisation": "Water", "revision": "1", "reason": "x", "confirm": "yes"])
            #expect(unknown.status == .unprocessableContent && unknown.text.contains("только администратор"))
            let early = [
                "action": "status", "status": "done", "completed": "2020-05-01T10:00", "revision": "1", "reason": "акт",
            ]
            let asked = try await dispatcher.post("/staff/works/\(id)", early)
            #expect(asked.status == .unprocessableContent && asked.text.contains("больше суток назад"))
            let done = try await dispatcher.post("/staff/works/\(id)", early.merging(["confirm": "yes"]) { $1 })
            #expect(done.status == .seeOther)
            #expect(try map.store.work(id)?.completedAt == Instant("2020-05-01T10:00:00Z"))
        }
    }

    @Test("Residents' reports bear no source, status, deadline or name, whatever their form says")
    func residents() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let answer = try await client.form(
                "/open311/v2/requests.json",
                [
                    "service_code": "pothole", "lat": "56.5", "long": "44.5", "source": "sensor", "source_id": "7",
                    "status": "done", "due_at": "2099-01-01T00:00:00Z", "organisation": "Water", "contractor": "Nobody",
                    "completed_at": "2020-01-01T00:00:00Z", "confirm": "true",
                ])
            #expect(answer.status == .created)
            let id = try #require(try answer.json.array?.first?["service_request_id"]?.string.flatMap { WorkID($0) })
            let work = try #require(try map.store.work(id))
            #expect(work.source == nil && work.status == .reported && work.organisation == "Roads")
            #expect(work.contractor == nil && work.completedAt == nil && (work.dueAt ?? .now) < .now + 2 * 86_400)
            #expect(try map.store.ledger(of: id).first?.actor.kind == .resident)
        }
    }
}
