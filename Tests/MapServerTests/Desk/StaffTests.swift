import Geometry
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import SpatiaLiteStore
import Testing
import Works

@testable import HTTPEdge
@testable import MapServer

@Suite("The staff page")
struct StaffTests {
    /// A browser that has signed in.
    struct Browser {
        let client: DeskClient
        let cookie: String
        let key: String

        static func signIn(_ client: DeskClient, _ token: String) async throws -> Browser {
            let answer = try await client.form("/staff/login", ["token": token])
            try #require(answer.status == .seeOther)
            let field = try #require(answer.headers[.setCookie])
            #expect(field.contains("HttpOnly") && field.contains("SameSite=Strict"))
            let cookie = String(field.prefix { $0 != ";" })
            let page = try await client.send(.get, "/staff", headers: [.cookie: cookie]).text
            let key = try #require(page.firstMatch(of: /name="key" value="([0-9a-f]+)"/)).output.1
            return Browser(client: client, cookie: cookie, key: String(key))
        }

        func get(_ uri: String) async throws -> TestResponse {
            try await client.send(.get, uri, headers: [.cookie: cookie])
        }

        func post(_ uri: String, _ fields: [String: String], key: String? = nil) async throws -> TestResponse {
            var pairs = fields
            pairs["key"] = key ?? self.key
            let body = pairs.map { "\(PercentEncoding.encode($0.key))=\(PercentEncoding.encode($0.value))" }
            return try await client.send(
                .post, uri, headers: [.cookie: cookie, .contentType: "application/x-www-form-urlencoded"],
                body: body.joined(separator: "&"))
        }
    }

    @Test("Whoever has not signed in sees the form and nothing else, in Russian and English")
    func signIn() async throws {
        try await DeskMap().test { client in
            let (id, _) = try await client.work(#"{"category":"pothole","title":"Секретная яма"}"#)
            for address in ["/staff", "/staff?view=mine", "/staff/works/\(id)"] {
                let page = try await client.send(.get, address)
                #expect(page.text.contains("Вход для сотрудников") && !page.text.contains("Секретная"))
                #expect(page.headers[.cacheControl] == "no-store")
            }
            #expect(try await client.send(.get, "/staff?lang=en").text.contains("Staff sign-in"))
            for token in ["", "wm_forged", DeskMap.revoked] {
                let answer = try await client.form("/staff/login", ["token": token])
                #expect(answer.status == .unauthorized && answer.headers[.setCookie] == nil)
            }
            let forged = try await client.send(.get, "/staff", headers: [.cookie: "worksmap_staff=0123"])
            #expect(forged.text.contains("Вход для сотрудников"))
        }
    }

    @Test("A form that another site made changes nothing")
    func crossSite() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let (id, _) = try await client.work()
            let desk = try await Browser.signIn(client, DeskMap.admin)
            let fields = ["action": "status", "status": "accepted", "revision": "1"]
            #expect(try await desk.post("/staff/works/\(id)", fields, key: "guess").status == .forbidden)
            #expect(try map.store.work(id)?.revision == 1)
            #expect(try await desk.post("/staff/works/\(id)", fields).status == .seeOther)
            #expect(try map.store.work(id)?.status == .accepted)
        }
    }

    @Test("What another site makes a browser send is refused before it is read, signing in too")
    func otherSites() async throws {
        try await DeskMap().test { client in
            let (id, _) = try await client.work()
            for site in ["cross-site", "same-site"] {
                for address in ["/staff/login", "/staff/logout", "/staff/works/\(id)"] {
                    let answer = try await client.send(
                        .post, address,
                        headers: [.contentType: "application/x-www-form-urlencoded", .secFetchSite: site],
                        body: "token=\(DeskMap.admin)")
                    #expect(answer.status == .forbidden && answer.headers[.setCookie] == nil, "\(site) \(address)")
                }
            }
            let own = try await client.send(
                .post, "/staff/login",
                headers: [.contentType: "application/x-www-form-urlencoded", .secFetchSite: "same-origin"],
                body: "token=\(DeskMap.admin)")
            #expect(own.status == .seeOther)
        }
    }

    @Test("Signing out, and a session that is over, make the browser forget what it stored")
    func forgetting() async throws {
        try await DeskMap().test { client in
            let desk = try await Browser.signIn(client, DeskMap.dispatcher)
            #expect(try await desk.get("/staff").headers[.clearSiteData] == nil)
            let out = try await desk.post("/staff/logout", [:])
            #expect(out.headers[.clearSiteData] == #""cache", "storage""#)
            #expect(out.headers[.setCookie]?.contains("Max-Age=0") == true)
            #expect(try await desk.get("/staff").headers[.clearSiteData] == #""cache", "storage""#)
            #expect(try await client.send(.get, "/staff").headers[.clearSiteData] == nil, "nobody was signed in")
        }
    }

    @Test("Everything that a dispatcher decides can be done with forms, and stands in the ledger and the audit log")
    func decisions() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let (first, _) = try await client.work()
            let (id, _) = try await client.work()
            let desk = try await Browser.signIn(client, DeskMap.admin)
            let steps: [[String: String]] = [
                ["action": "status", "status": "in_progress"],
                ["action": "deadline", "due": "2030-07-01T12:00", "reason": "нет асфальта"],
                [
                    "action": "assign", "organisation": "City", "contractor": "ООО «Путь»", "reason": "их улица",
                    "confirm": "yes",
                ],
                ["action": "category", "category": "other", "severity": "severe", "reason": "не яма"],
                ["action": "onsite"],
                ["action": "duplicate", "original": first.description, "reason": "та же яма"],
                ["action": "unlink", "reason": "другая"],
            ]
            for (number, step) in steps.enumerated() {
                var fields = step
                fields["revision"] = String(number + 1)
                let answer = try await desk.post("/staff/works/\(id)", fields)
                #expect(answer.status == .seeOther, "\(step): \(answer.text)")
                #expect(try await desk.get("/staff/works/\(id)").status == .ok)
            }
            let work = try #require(try map.store.work(id))
            #expect(work.revision == steps.count + 1 && work.status == .accepted && work.contractor == "ООО «Путь»")
            // 12:00 by the clock of a city whose zone is not noted is 12:00 UTC.
            #expect(work.dueAt == Instant("2030-07-01T12:00:00Z") && work.dueChanges == 1)
            #expect(try map.store.ledger(of: id).filter { $0.actor.kind == .person }.count >= steps.count)
            #expect(try map.store.audit(limit: 100).filter { $0.action == "work.change" }.count == steps.count)
            #expect(try map.store.audit(limit: 100).contains { $0.action == "session.open" })
        }
    }

    @Test("A lost race and a refused change are told on the page, and nothing is saved")
    func messages() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let (id, _) = try await client.work()
            let desk = try await Browser.signIn(client, DeskMap.admin)
            let late = try await desk.post(
                "/staff/works/\(id)", ["action": "status", "status": "accepted", "revision": "0"])
            #expect(late.status == .preconditionFailed && late.text.contains("role=\"alert\""))
            let refused = try await desk.post(
                "/staff/works/\(id)", ["action": "status", "status": "rejected", "revision": "1"])
            #expect(refused.status == .unprocessableContent && refused.text.contains("role=\"alert\""))
            #expect(try map.store.work(id)?.revision == 1)
        }
    }

    @Test("A viewer looks and changes nothing, and a contact is for dispatchers")
    func viewer() async throws {
        try await DeskMap().test { client in
            let created = try await client.form(
                "/open311/v2/requests.json",
                ["service_code": "pothole", "lat": "56.5", "long": "44.5", "email": "secret@example.org"])
            let id = try #require(try created.json.array?.first?["service_request_id"]?.string)
            let viewer = try await Browser.signIn(client, DeskMap.viewer)
            let page = try await viewer.get("/staff/works/\(id)").text
            #expect(!page.contains("secret@example.org") && !page.contains("name=\"revision\""))
            let answer = try await viewer.post(
                "/staff/works/\(id)", ["action": "status", "status": "accepted", "revision": "1"])
            #expect(answer.status == .forbidden)
            let dispatcher = try await Browser.signIn(client, DeskMap.dispatcher)
            #expect(try await dispatcher.get("/staff/works/\(id)").text.contains("secret@example.org"))
        }
    }

    @Test("The queues list what is new, what is one's own and what is overdue")
    func queues() async throws {
        try await DeskMap().test { client in
            _ = try await client.work(#"{"category":"pothole","title":"новая <i>","organisation":"Roads"}"#)
            _ = try await client.work(
                #"{"category":"pothole","title":"чужая","organisation":"Water","status":"accepted","due_at":"2020-01-01T00:00:00Z","confirm":true,"reason":"old paper"}"#
            )
            let desk = try await Browser.signIn(client, DeskMap.roads)
            for (view, shown, hidden) in [
                ("new", "новая &lt;i&gt;", "чужая"), ("mine", "новая", "чужая"),
                ("overdue", "чужая", "новая &lt;i&gt;"),
            ] {
                let page = try await desk.get("/staff?view=\(view)").text
                #expect(page.contains(shown) && !page.contains(hidden), "\(view)")
                #expect(!page.contains("<script") && page.contains("aria-current"))
            }
        }
    }

    @Test("Whoever signs out, or whose token is revoked, has no session any more")
    func signOut() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let desk = try await Browser.signIn(client, DeskMap.admin)
            #expect(try await desk.post("/staff/logout", [:]).status == .seeOther)
            #expect(try await desk.get("/staff").text.contains("Вход для сотрудников"))
            let other = try await Browser.signIn(client, DeskMap.viewer)
            let token = try #require(try map.store.token(digest: AccessSecret.digest(of: DeskMap.viewer)))
            _ = try map.store.writeDesk { try $0.revokeToken(token.id, at: .now) }
            #expect(try await other.get("/staff").text.contains("Вход для сотрудников"))
        }
    }
}
