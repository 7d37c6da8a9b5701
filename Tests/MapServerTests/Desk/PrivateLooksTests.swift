import Dispatch
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

@Suite("Looks at what is private")
struct PrivateLooksTests {
    private static let secret = "secret@example.org"

    /// A reported work of Roads with a contact; the database's own id of it.
    private func reported(_ client: DeskClient) async throws -> WorkID {
        let answer = try await client.form(
            "/open311/v2/requests.json",
            ["service_code": "pothole", "lat": "56.5", "long": "44.5", "email": Self.secret])
        return try #require(try answer.json.array?.first?["service_request_id"]?.string.flatMap { WorkID($0) })
    }

    /// A report that waits and that the rules give to `City`.
    private func waiting(_ client: DeskClient) async throws -> String {
        let answer = try await client.form(
            "/open311/v2/requests.json",
            [
                "service_code": "other", "lat": "56.5", "long": "44.5", "email": Self.secret,
                "description": "За гаражом у Петровых",
            ])
        return try #require(try answer.json.array?.first?["token"]?.string)
    }

    private func looks(_ map: DeskMap) throws -> [AuditEntry] {
        try map.store.audit(limit: 1000).filter { $0.action.hasSuffix(".look") }.reversed()
    }

    private func withCityDispatcher() throws -> DeskMap {
        let map = try DeskMap()
        _ = try map.store.writeDesk {
            try $0.add(
                AccessToken(
                    name: "Сидорова", role: .dispatcher, organisation: "City",
                    digest: AccessSecret.digest(of: "wm_city"),
                    createdAt: .now))
        }
        return map
    }

    @Test("A contact is for the responsible service's dispatchers, and each look has one entry with who and which work")
    func contact() async throws {
        let map = try withCityDispatcher()
        try await map.test { client in
            let id = try await reported(client)
            let other = try await reported(client)
            #expect(try map.store.work(id)?.organisation == "Roads")
            for (token, may) in [
                (DeskMap.viewer, false), ("wm_city", false), (DeskMap.roads, true), (DeskMap.dispatcher, true),
                (DeskMap.admin, true),
            ] {
                let before = try looks(map)
                let browser = try await StaffTests.Browser.signIn(client, token)
                let page = try await browser.get("/staff/works/\(id)")
                #expect(page.status == .ok && page.text.contains(Self.secret) == may, "\(token)")
                if !may { #expect(page.text.contains("видят только диспетчеры службы «Roads»"), "\(token)") }
                // Again and again within the hour it is the same look; another work is another.
                for _ in 0..<3 { _ = try await browser.get("/staff/works/\(id)?lang=en") }
                let new = try looks(map).dropFirst(before.count)
                #expect(new.map(\.action) == (may ? ["contact.look"] : []), "\(token)")
                #expect(new.allSatisfy { $0.work == id && $0.name == "Иван \(token)" && $0.tokenID != nil })
                _ = try await browser.get("/staff/works/\(other)")
                #expect(try looks(map).count == before.count + (may ? 2 : 0), "\(token)")
            }
        }
    }

    @Test("A work that nobody is responsible for is every dispatcher's, and no viewer's")
    func nobodys() async throws {
        let map = try withCityDispatcher()
        try await map.test { client in
            let id = WorkID.new()
            try map.store.writeDesk { transaction in
                var draft = WorkDraft()
                draft.category = "pothole"
                let (work, ledger) = Reconciliation.create(
                    draft, kind: .roadRepair, id: id, at: .now, by: Actor(kind: .resident))
                try transaction.insert(work, ledger: ledger)
                try transaction.setContact(ReporterContact(email: Self.secret), of: id)
            }
            for (token, may) in [(DeskMap.viewer, false), ("wm_city", true), (DeskMap.roads, true)] {
                let browser = try await StaffTests.Browser.signIn(client, token)
                #expect(try await browser.get("/staff/works/\(id)").text.contains(Self.secret) == may, "\(token)")
            }
        }
    }

    @Test("A waiting report is read, accepted and refused by those of the service it would go to; the log names it")
    func reports() async throws {
        let map = try withCityDispatcher()
        try await map.test { client in
            for (token, may) in [
                (DeskMap.viewer, false), (DeskMap.roads, false), ("wm_city", true), (DeskMap.dispatcher, true),
                (DeskMap.admin, true),
            ] {
                let report = try await waiting(client)
                let browser = try await StaffTests.Browser.signIn(client, token)
                let queue = try await browser.get("/staff").text
                #expect(queue.contains(report) == may, "\(token)")
                #expect(!queue.contains("Петровых") && !queue.contains(Self.secret), "a list is no look: \(token)")
                let before = try looks(map).count
                let page = try await browser.get("/staff/reports/\(report)")
                #expect(page.status == (may ? .ok : .forbidden), "\(token)")
                #expect(page.text.contains("Петровых") == may && page.text.contains(Self.secret) == may, "\(token)")
                let new = try looks(map).dropFirst(before)
                #expect(new.map(\.action) == (may ? ["report.look"] : []))
                #expect(new.allSatisfy { $0.detail == "report \(report) other" })
                let refused = try await browser.post("/staff/reports/\(report)", ["action": "refuse"])
                #expect(refused.status == (may ? .seeOther : .forbidden), "\(token)")
                let entry = try map.store.audit(limit: 50).first { $0.action == "report.refuse" }
                if may { #expect(entry?.detail == "report \(report) other" && entry?.work == nil) }
                #expect(try map.store.pendingReport(report)?.decision == (may ? .refused : nil))
            }
            let report = try await waiting(client)
            let browser = try await StaffTests.Browser.signIn(client, "wm_city")
            #expect(try await browser.post("/staff/reports/\(report)", ["action": "accept"]).status == .seeOther)
            let entry = try map.store.audit(limit: 50).first { $0.action == "report.accept" }
            #expect(entry?.detail == "report \(report) other" && entry?.work != nil)
        }
    }

    @Test(
        "Programs with a person's token read what is private of their service's works only, and each look is noted once"
    )
    func programs() async throws {
        let map = try withCityDispatcher()
        try await map.test { client in
            let stated = try await client.send(
                .post, "/api/works", token: DeskMap.sensor,
                body: #"{"category":"pothole","source_id":"1","note":"MARKER"}"#)
            #expect(stated.status == .created && !stated.text.contains("MARKER"), "a machine reads nothing private")
            let id = try #require(try stated.json["id"]?.string)
            for (token, may) in [
                (DeskMap.viewer, false), ("wm_city", false), (DeskMap.roads, true), (DeskMap.dispatcher, true),
                (DeskMap.sensor, false), (DeskMap.admin, true),
            ] {
                let before = try looks(map).count
                for _ in 0..<3 {
                    let answer = try await client.send(.get, "/api/works/\(id)", token: token)
                    #expect(answer.status == .ok && answer.text.contains("MARKER") == may, "\(token)")
                }
                let new = try looks(map).dropFirst(before)
                #expect(new.map(\.action) == (may ? ["private_extra.look"] : []), "\(token)")
            }
            // A change shows it too.
            let answer = try await client.send(
                .patch, "/api/works/\(id)", token: DeskMap.roads, headers: [.ifMatch: "*"],
                body: #"{"severity":"severe","reason":"seen"}"#)
            #expect(answer.status == .ok && answer.text.contains("MARKER"))
            let unread = try await client.send(
                .post, "/api/works", token: DeskMap.roads, body: #"{"category":"other","note":"MARKER"}"#)
            #expect(unread.status == .created && !unread.text.contains("MARKER"), "the rules gave it to City")
        }
    }

    @Test("A change alone, without a look before, has the look of its answer in the log")
    func change() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let (id, _) = try await client.work(#"{"category":"pothole","note":"MARKER"}"#)
            for _ in 0..<2 {
                let answer = try await client.send(
                    .patch, "/api/works/\(id)", token: DeskMap.roads, headers: [.ifMatch: "*"],
                    body: #"{"severity":"severe","reason":"seen"}"#)
                #expect(answer.status == .ok && answer.text.contains("MARKER"))
            }
            #expect(try looks(map).map(\.action) == ["private_extra.look"])
        }
    }

    @Test("While the audit log cannot be written nothing private is shown, and the page and the answer say so")
    func noEntryNoContact() async throws {
        let map = try DeskMap()
        let other = try SpatiaLiteStore.open(at: map.folder.appendingPathComponent("works.sqlite").path)
        try await map.test { client in
            let id = try await reported(client)
            let report = try await waiting(client)
            let (extra, _) = try await client.work(#"{"category":"pothole","note":"MARKER"}"#)
            let browser = try await StaffTests.Browser.signIn(client, DeskMap.admin)
            // Another process writes, as an import does.
            let (held, release, ended) = (
                DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)
            )
            Thread.detachNewThread {
                try? other.write(bulk: false) { _ in
                    held.signal()
                    release.wait()
                }
                ended.signal()
            }
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    held.wait()
                    continuation.resume()
                }
            }
            let page = try await browser.get("/staff/works/\(id)")
            #expect(page.status == .ok && !page.text.contains(Self.secret))
            #expect(page.text.contains("Закрытые сведения сейчас не показаны"))
            let shut = try await browser.get("/staff/reports/\(report)?lang=en")
            #expect(shut.status == .serviceUnavailable && shut.headers[.retryAfter] != nil)
            #expect(!shut.text.contains("Петровых") && shut.text.contains("What is private is not shown for now"))
            let answer = try await client.send(.get, "/api/works/\(extra)", token: DeskMap.admin)
            #expect(answer.status == .ok && !answer.text.contains("MARKER"))
            #expect(try answer.json["properties"]?["private_withheld"]?.string?.contains("audit log") == true)
            #expect(try looks(map).isEmpty)
            release.signal()
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    ended.wait()
                    continuation.resume()
                }
            }
            #expect(try await browser.get("/staff/works/\(id)").text.contains(Self.secret))
            let again = try await client.send(.get, "/api/works/\(extra)", token: DeskMap.admin)
            #expect(again.text.contains("MARKER") && !again.text.contains("private_withheld"))
            #expect(try looks(map).count == 2)
        }
    }

    @Test("An hour later the same look is another one")
    func hour() {
        let looks = PrivateLooks()
        let look = PrivateLook.contact(WorkID.new())
        let now = Instant.now
        func token(_ id: Int64) -> AccessToken {
            AccessToken(id: id, name: "", role: .admin, digest: "", createdAt: now)
        }
        looks.note([look], by: token(1), at: now)
        #expect(looks.missing([look], by: token(1), at: now + 3599).isEmpty)
        #expect(looks.missing([look], by: token(1), at: now + 3600) == [look])
        #expect(looks.missing([look], by: token(1), at: now - 1) == [look], "a clock that was set back loses no entry")
        #expect(looks.missing([look], by: token(2), at: now) == [look])
        #expect(looks.missing([.contact(WorkID.new())], by: token(1), at: now).count == 1)
    }

    @Test("Only admins read the audit log, with the looks")
    func auditPage() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let id = try await reported(client)
            let roads = try await StaffTests.Browser.signIn(client, DeskMap.roads)
            _ = try await roads.get("/staff/works/\(id)")
            for token in [DeskMap.viewer, DeskMap.dispatcher, DeskMap.roads] {
                let browser = try await StaffTests.Browser.signIn(client, token)
                #expect(try await browser.get("/staff/audit").status == .forbidden)
            }
            let admin = try await StaffTests.Browser.signIn(client, DeskMap.admin)
            let page = try await admin.get("/staff/audit").text
            #expect(page.contains("contact.look") && page.contains("Иван wm_roads") && page.contains(id.description))
        }
    }
}
