import Geometry
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Testing
import Works

@testable import HTTPEdge
@testable import MapServer

@Suite("Doors that change something")
struct ThrottleTests {
    /// Methods and addresses that change something, of the router that requests run through.
    private static func doors(_ map: DeskMap) throws -> [(method: HTTPRequest.Method, path: String)] {
        let desk = try #require(Desk(map.server.services, logger: Logger(label: "test")))
        return (MapServer.families(map.server.services, desk) + desk.families).flatMap(\.routes)
            .filter { ![.get, .head, .options].contains($0.method) }
            .map { ($0.method, $0.path.description.hasPrefix("/") ? $0.path.description : "/\($0.path)") }
    }

    @Test("Every one of them tells a client that sends too much when to come again, whatever it sends")
    func everyDoor() async throws {
        let doors = try Self.doors(try DeskMap())
        #expect(doors.count >= 8)
        for door in doors {
            let map = try DeskMap {
                $0.desk.reportsPerMinute = 1
                $0.desk.formsPerMinute = 1
                $0.desk.changesPerMinute = 1
            }
            try await map.test { client in
                // As an admin with a token, and with a session: signing in was the one form of that person.
                let browser = try await StaffTests.Browser.signIn(client, DeskMap.admin)
                let path = door.path.replacing(/\{[a-z]+\}/, with: WorkID.new().description)
                var answers: [TestResponse] = []
                for _ in 0..<30 {
                    answers.append(
                        try await client.send(
                            door.method, path, token: DeskMap.admin,
                            headers: [
                                .cookie: browser.cookie, .ifMatch: "*",
                                .contentType: path.hasPrefix("/api")
                                    ? "application/json" : "application/x-www-form-urlencoded",
                            ], body: path.hasPrefix("/api") ? "{}" : "key=\(browser.key)"))
                    if path.hasSuffix("logout") { break }
                }
                let refused = answers.filter { $0.status == .tooManyRequests }
                if path.hasSuffix("logout") {
                    #expect(refused.count == 1, "\(door)")
                    return
                }
                // A slow machine gives the client time for another or two.
                #expect(refused.count > 10, "\(door): \(answers.map(\.status.code))")
                for answer in refused {
                    #expect(answer.headers[.retryAfter].flatMap { Int($0) } ?? 0 > 0, "\(door)")
                }
            }
        }
    }

    @Test("A page says it in the reader's language, a program reads a problem document")
    func languages() async throws {
        let map = try DeskMap {
            $0.desk.formsPerMinute = 1
            $0.desk.changesPerMinute = 1
        }
        try await map.test { client in
            func tooMany(_ uri: String, _ headers: HTTPFields, token: String? = nil) async throws -> TestResponse {
                for _ in 0..<30 {
                    let answer = try await client.send(.post, uri, token: token, headers: headers, body: "{}")
                    if answer.status == .tooManyRequests { return answer }
                }
                throw Problem.internalError
            }
            let form = "application/x-www-form-urlencoded"
            let russian = try await tooMany("/staff/logout", [.contentType: form, .acceptLanguage: "ru"])
            #expect(russian.text.contains("Слишком много форм") && russian.text.contains("<html lang=\"ru\">"))
            let english = try await tooMany("/staff/logout", [.contentType: form, .acceptLanguage: "en"])
            #expect(english.text.contains("Too many forms") && english.headers[.cacheControl] == "no-store")
            let program = try await tooMany("/api/works", [.contentType: "application/json"], token: DeskMap.admin)
            #expect(program.headers[.contentType] == Problem.mediaType)
            #expect(try program.json["type"]?.string == "/problems/too-many-requests")
        }
    }

    @Test("A dispatcher's dozen forms a minute, and an office of twenty behind one address, are never refused")
    func ordinaryUse() {
        let throttles = Throttles(DeskConfiguration())
        let start = ContinuousClock.now
        let office = TestMap.client(1)
        for second in stride(from: 0, to: 600, by: 5) {
            for person in 0..<20 {
                #expect(throws: Never.self) {
                    try throttles.admitForm(office, session: "person \(person)", at: start + .seconds(second))
                }
            }
        }
    }

    @Test("One person's flood holds up nobody beside them, and many sessions are no way around the limit")
    func neighbours() {
        let throttles = Throttles(DeskConfiguration())
        let (now, office) = (ContinuousClock.now, TestMap.client(1))
        func admits(_ session: String?) -> Bool {
            (try? throttles.admitForm(office, session: session, at: now)) != nil
        }
        #expect((0..<100).count { _ in admits("one") } == 60)
        #expect(admits("another") && admits(nil))
        let rest = (0..<2000).count { admits("session \($0)") }
        #expect(rest < 600)
    }
}
