import Foundation
import Geometry
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Interchange
import Logging
import SpatiaLiteStore
import TestConditions
import Testing
import TimeBudgets
import Works

@testable import HTTPEdge
@testable import MapServer

#if canImport(FoundationXML)
import FoundationXML
#endif

/// The names of an XML document's elements with their texts, read by Foundation's parser.
private final class Elements: NSObject, XMLParserDelegate {
    private(set) var texts: [String: [String]] = [:]
    private var open: [(String, String)] = []

    static func read(_ text: String) throws -> [String: [String]] {
        let elements = Elements()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = elements
        try #require(parser.parse(), "not XML: \(text)")
        return elements.texts
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) { open.append((name, "")) }

    func parser(_ parser: XMLParser, foundCharacters text: String) { open[open.count - 1].1 += text }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        let element = open.removeLast()
        texts[element.0, default: []].append(element.1)
    }
}

@Suite("Open311 GeoReport v2")
struct Open311Tests {
    static let root = "/open311/v2"

    @Test("A report becomes a work with a service, a deadline and a district, in JSON and XML alike")
    func report() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let created = try await client.form(
                "\(Self.root)/requests.json?lang=en",
                [
                    "service_code": "pothole", "lat": "56.5", "long": "44.5", "description": "🚧 <b>יֹמָה</b> & more",
                    "media_url": "https://example.org/a.jpg", "attribute[severity]": "severe",
                ])
            #expect(created.status == .created)
            let id = try #require(try created.json.array?.first?["service_request_id"]?.string)
            let workID = try #require(WorkID(id))
            let work = try #require(try map.store.work(workID))
            #expect(work.organisation == "Roads" && work.district == "Заречный" && work.severity == .severe)
            let json = try await client.send(.get, "\(Self.root)/requests/\(id).json?lang=en").json.array?.first
            #expect(json?["status"] == "open" && json?["status_notes"] == "reported")
            #expect(json?["service_name"] == "Pothole" && json?["media_url"] == "https://example.org/a.jpg")
            #expect(json?["expected_datetime"]?.string == work.dueAt?.description)
            #expect(json?["lat"] == 56.5 && json?["long"] == 44.5)
            let answer = try await client.send(.get, "\(Self.root)/requests/\(id).xml")
            #expect(answer.headers[.contentType] == "text/xml; charset=utf-8")
            let xml = try Elements.read(answer.text)
            #expect(xml["description"] == ["🚧 <b>יֹמָה</b> & more"] && xml["service_request_id"] == [id])
            #expect(xml["service_requests"]?.count == 1 && xml["request"]?.count == 1)
        }
    }

    @Test("A contact is kept apart, and stands in no public answer")
    func contact() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let created = try await client.form(
                "\(Self.root)/requests.json",
                [
                    "service_code": "pothole", "lat": "56.5", "long": "44.5", "email": "secret@example.org",
                    "phone": "5550001", "first_name": "Secretia", "last_name": "Secretova",
                    "account_id": "secret-account",
                    "device_id": "secret-device",
                ])
            let id = try #require(try created.json.array?.first?["service_request_id"]?.string)
            #expect(try map.store.contact(of: try #require(WorkID(id)))?.email == "secret@example.org")
            for address in [
                "\(Self.root)/requests.json", "\(Self.root)/requests/\(id).xml", "/api/works/\(id)",
                "/api/works/\(id)/history", "/works/\(id)", "/works", "/geojson/works.geojson",
                "/ogc/collections/works/items",
                "/staff",
            ] {
                let answer = try await client.send(.get, address)
                #expect(answer.status == .ok, "\(address)")
                #expect(!answer.text.lowercased().contains("secret") && !answer.text.contains("5550001"), "\(address)")
            }
        }
    }

    struct Refusal: CustomTestStringConvertible {
        var testDescription: String
        var fields: KeyValuePairs<String, String>
        var word: String
        /// 404 for what does not exist, as the specification says.
        var status = HTTPResponse.Status.badRequest
    }

    static let refusals = [
        Refusal(testDescription: "no service", fields: ["lat": "56.5", "long": "44.5"], word: "service_code"),
        Refusal(
            testDescription: "unknown service", fields: ["service_code": "x", "lat": "56.5", "long": "44.5"],
            word: "service_code", status: .notFound),
        Refusal(
            testDescription: "a service that residents do not ask for",
            fields: ["service_code": "bridge", "lat": "56.5", "long": "44.5"], word: "service_code",
            status: .notFound),
        Refusal(testDescription: "no place", fields: ["service_code": "pothole"], word: "place"),
        Refusal(testDescription: "half a place", fields: ["service_code": "pothole", "lat": "56.5"], word: "long"),
        Refusal(
            testDescription: "a place that is none", fields: ["service_code": "pothole", "lat": "NaN", "long": "44.5"],
            word: "degrees"),
        Refusal(
            testDescription: "outside the city", fields: ["service_code": "pothole", "lat": "10", "long": "10"],
            word: "outside"),
        Refusal(
            testDescription: "a script for a picture",
            fields: ["service_code": "pothole", "lat": "56.5", "long": "44.5", "media_url": "javascript:alert(1)"],
            word: "media_url"),
        Refusal(
            testDescription: "5000 characters",
            fields: [
                "service_code": "pothole", "lat": "56.5", "long": "44.5",
                "description": String(repeating: "я", count: 5000),
            ], word: "description"),
        Refusal(
            testDescription: "an unknown severity",
            fields: ["service_code": "pothole", "lat": "56.5", "long": "44.5", "attribute[severity]": "x"],
            word: "severity"),
    ]

    @Test("A report that cannot be taken is refused in the specification's shape", arguments: refusals)
    func refused(_ each: Refusal) async throws {
        let map = try DeskMap()
        try await map.test { client in
            let json = try await client.form("\(Self.root)/requests.json", each.fields)
            #expect(json.status == each.status)
            let error = try json.json.array?.first
            #expect(error?["code"] == .string("\(each.status.code)"))
            #expect(error?["description"]?.string?.contains(each.word) == true, "\(json.text)")
            let xml = try Elements.read(try await client.form("\(Self.root)/requests.xml", each.fields).text)
            #expect(xml["errors"]?.count == 1 && xml["code"] == ["\(each.status.code)"])
            #expect(try map.store.countWorks(matching: .all, at: .now, budget: .unlimited) == 0)
        }
    }

    @Test("A category that is moderated answers with a token, which becomes a request once a dispatcher accepts it")
    func moderation() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let answer = try await client.form(
                "\(Self.root)/requests.json",
                ["service_code": "other", "lat": "56.5", "long": "44.5", "description": "?", "email": "a@b.c"])
            #expect(answer.status == .accepted)
            let token = try #require(try answer.json.array?.first?["token"]?.string)
            #expect(try map.store.countWorks(matching: .all, at: .now, budget: .unlimited) == 0)
            let waiting = try await client.send(.get, "\(Self.root)/tokens/\(token).json").json.array?.first
            #expect(waiting?["service_request_id"] == .null && waiting?["token"]?.string == token)
            let desk = try await StaffTests.Browser.signIn(client, DeskMap.dispatcher)
            let accepted = try await desk.post("/staff/reports/\(token)", ["action": "accept"])
            #expect(accepted.status == .seeOther)
            let decided = try await client.send(.get, "\(Self.root)/tokens/\(token).json").json.array?.first
            let id = try #require(decided?["service_request_id"]?.string)
            #expect(try map.store.contact(of: try #require(WorkID(id)))?.email == "a@b.c")
            #expect(try await client.send(.get, "\(Self.root)/tokens/unheard-of.json").status == .notFound)
        }
    }

    @Test("A report near an open one is told so; whoever follows that instead is counted once")
    func duplicates() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let place = [("service_code", "pothole"), ("lat", "56.5"), ("long", "44.5")]
            let first = try await client.form(
                "\(Self.root)/requests.json", ["service_code": "pothole", "lat": "56.5", "long": "44.5"])
            let id = try #require(try first.json.array?.first?["service_request_id"]?.string)
            #expect(try first.json.array?.first?["service_notice"] == .null)
            let near = try await client.form(
                "\(Self.root)/requests.json", ["service_code": "pothole", "lat": "56.5001", "long": "44.5"])
            #expect(try near.json.array?.first?["service_notice"]?.string?.contains(id) == true)
            let offered = try await client.send(
                .get, "/api/duplicates?category=pothole&lat=\(place[1].1)&long=\(place[2].1)")
            #expect(try offered.json["duplicates"]?.array?.first?["id"]?.string == id)
            let far = try await client.send(.get, "/api/duplicates?category=pothole&lat=56.51&long=44.5")
            #expect(try far.json["duplicates"] == [])
            for status in [HTTPResponse.Status.created, .ok] {
                let followed = try await client.form(
                    "\(Self.root)/requests.json",
                    [
                        "service_code": "pothole", "lat": "56.5", "long": "44.5", "duplicate_of": id,
                        "email": "A@example.org",
                    ])
                #expect(followed.status == status)
                #expect(try followed.json.array?.first?["service_request_id"]?.string == id)
            }
            #expect(try map.store.followerCount(of: try #require(WorkID(id))) == 1)
        }
    }

    @Test("Inventing e-mail addresses adds nobody to those who follow a work, by no way")
    func inventedAddresses() async throws {
        let map = try DeskMap()
        try await map.test { client in
            func report(_ fields: KeyValuePairs<String, String>) async throws -> WorkID {
                let answer = try await client.form("\(Self.root)/requests.json", fields)
                return try #require(try answer.json.array?.first?["service_request_id"]?.string.flatMap { WorkID($0) })
            }
            let id = try await report(["service_code": "pothole", "lat": "56.5", "long": "44.5"])
            for number in 0..<100 {
                let followed = try await report([
                    "service_code": "pothole", "lat": "56.5", "long": "44.5", "duplicate_of": "\(id)",
                    "email": "a\(number)@example.org", "phone": "892712345\(number)", "account_id": "\(number)",
                    "device_id": "\(number)",
                ])
                #expect(followed == id)
            }
            #expect(try map.store.followerCount(of: id) == 1)
            for number in 0..<10 {
                let again = try await report([
                    "service_code": "pothole", "lat": "56.51", "long": "44.5", "email": "b\(number)@example.org",
                ])
                let linked = try await client.send(
                    .patch, "/api/works/\(again)", token: DeskMap.admin, headers: [.ifMatch: "*"],
                    body: #"{"duplicate_of":"\#(id)","reason":"та же яма"}"#)
                #expect(linked.status == .ok, "\(linked.text)")
            }
            #expect(try map.store.followerCount(of: id) == 1)
        }
    }

    @Test("An address that sends too many reports is told when to come again")
    func rateLimit() async throws {
        try await DeskMap { $0.desk.reportsPerMinute = 1 }.test { client in
            var refused: [TestResponse] = []
            for _ in 0..<20 {
                let answer = try await client.form(
                    "\(Self.root)/requests.json", ["service_code": "pothole", "lat": "56.5", "long": "44.5"])
                if answer.status != .created { refused.append(answer) }
            }
            // A slow machine gives the address time for another report or two.
            #expect(refused.count > 10)
            for answer in refused {
                #expect(answer.status == .tooManyRequests)
                #expect(answer.headers[.retryAfter].flatMap { Int($0) } ?? 0 > 0)
                #expect(try answer.json.array?.first?["code"] == "429")
            }
        }
    }

    @Test("A bucket gives its portions, says when there is another one, and fills no further than it was")
    func bucket() {
        let limit = RateLimit(capacity: 3, in: 60)
        let start = ContinuousClock.now
        let (a, b) = (TestMap.client(1), TestMap.client(2))
        #expect((0..<4).map { _ in limit.consume(a, at: start) } == [nil, nil, nil, 20])
        #expect(limit.consume(b, at: start) == nil)
        #expect(limit.consume(a, at: start + .seconds(19)) == 1)
        #expect(limit.consume(a, at: start + .seconds(21)) == nil)
        #expect((0..<4).map { _ in limit.consume(a, at: start + .seconds(9999)) } == [nil, nil, nil, 20])
    }

    @Test("Where keys are wanted, a report without a good one is forbidden and reading is not")
    func keys() async throws {
        try await DeskMap { $0.desk.open311Keys = ["good"] }.test { client in
            for (key, status) in [("", 403), ("bad", 403), ("good", 201)] {
                let answer = try await client.form(
                    "\(Self.root)/requests.json",
                    ["api_key": key, "service_code": "pothole", "lat": "56.5", "long": "44.5"])
                #expect(Int(answer.status.code) == status)
            }
            #expect(try await client.send(.get, "\(Self.root)/requests.json").status == .ok)
        }
    }

    @Test("A jurisdiction that is not ours is not found")
    func jurisdiction() async throws {
        try await DeskMap { $0.desk.jurisdiction = "city.example" }.test { client in
            for (name, status) in [("other", HTTPResponse.Status.notFound), ("city.example", .ok)] {
                let answer = try await client.send(.get, "\(Self.root)/services.xml?jurisdiction_id=\(name)")
                #expect(answer.status == status)
            }
        }
    }

    @Test("Requests are filtered by code, status, ids and dates, at most 90 days and a page of them")
    func filters() async throws {
        let map = try DeskMap()
        let now = Instant.now
        var ids: [WorkID] = []
        try map.store.writeDesk { transaction in
            for (number, age) in [1, 30, 89, 91, 200].enumerated() {
                var work = TestMap.work(number + 10, .roadRepair, status: number == 1 ? .done : .accepted)
                work.category = number == 0 ? "other" : "pothole"
                work.reportedAt = now - Int64(age) * 86_400
                try transaction.insert(work, ledger: [])
                ids.append(work.id)
            }
        }
        let all = ids
        try await map.test { client in
            func found(_ query: String) async throws -> [Int?] {
                let answer = try await client.send(.get, "\(Self.root)/requests.json?\(query)")
                #expect(answer.status == .ok, "\(query)")
                return (try answer.json.array ?? []).map { entry in
                    all.firstIndex { $0.description == entry["service_request_id"]?.string }
                }
            }
            let day = Int64(86_400)
            #expect(try await found("") == [0, 1, 2])
            #expect(try await found("service_code=pothole,unheard-of") == [1, 2])
            #expect(try await found("status=closed") == [1])
            #expect(try await found("status=open,closed") == [0, 1, 2])
            #expect(try await found("start_date=\(now - 210 * day)&end_date=\(now - 190 * day)") == [4])
            #expect(try await found("end_date=\(now - 90 * day)") == [3])
            #expect(try await found("page_size=1&page=2") == [1])
            #expect(try await found("service_request_id=\(all[4]),\(WorkID.new()),nonsense&status=closed") == [4])
            for query in [
                "start_date=\(now - 200 * day)&end_date=\(now)", "status=lost", "start_date=yesterday", "page=0",
                "start_date=\(now)&end_date=\(now - day)",
            ] {
                let answer = try await client.send(.get, "\(Self.root)/requests.json?\(query)")
                #expect(answer.status == .badRequest, "\(query)")
            }
        }
    }

    @Test("Services and their definitions say what may be reported, in both forms and languages")
    func services() async throws {
        try await DeskMap().test { client in
            let russian = try await client.send(.get, "\(Self.root)/services.json").json.array
            #expect(russian?.map { $0["service_code"] } == ["pothole", "other"])
            #expect(russian?.map { $0["service_name"] } == ["Яма", "Другое"])
            #expect(russian?.map { $0["type"] } == ["realtime", "batch"])
            let english = try Elements.read(
                try await client.send(.get, "\(Self.root)/services.xml", headers: [.acceptLanguage: "en"]).text)
            #expect(english["service_name"] == ["Pothole", "Other"])
            let definition = try await client.send(.get, "\(Self.root)/services/pothole.json").json
            #expect(definition["service_code"] == "pothole")
            #expect(definition["attributes"]?.array?.first?["code"] == "severity")
            #expect(try await client.send(.get, "\(Self.root)/services/bridge.json").status == .notFound)
            let discovery = try Elements.read(try await client.send(.get, "\(Self.root)/discovery.xml").text)
            #expect(discovery["format"] == ["application/json", "text/xml"])
        }
    }

    @Test("Rules that change are read again without a restart; broken ones keep the old ones in force")
    func reload() async throws {
        let map = try DeskMap()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let shelf = RuleShelf(
            folder: map.server.services.configuration.desk.rules, city: map.server.services.city, logger: logger)
        #expect(try shelf.book().limits.first?.limit == .hours(24))
        let file = try #require(map.server.services.configuration.desk.rules).appendingPathComponent("limits.yaml")
        func write(_ text: String, at seconds: TimeInterval) throws {
            try Data(text.utf8).write(to: file)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: seconds)], ofItemAtPath: file.path)
        }
        try write("- { limit: 48 hours }\n", at: 1)
        try await eventually("the new rules") { try shelf.book().limits.first?.limit == .hours(48) }
        try write("- { limit: soon }\n", at: 2)
        try await Task.sleep(for: .milliseconds(1100))
        #expect(try shelf.book().limits.first?.limit == .hours(48))
        try write("- { limit: 12 hours }\n", at: 3)
        try await eventually("the mended rules") { try shelf.book().limits.first?.limit == .hours(12) }
        try await map.test { _ in }
    }
}
