import Foundation
import Geometry
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Testing
import Works

@testable import HTTPEdge
@testable import MapServer

/// Those who ask, in the order of the table's columns.
private enum Asker: String, CaseIterable {
    case nobody
    /// Bearers of people's tokens: `own` is a dispatcher of the service that is responsible, `any` one of the whole city.
    case viewer, own, other, any, admin
    /// Bearers of machines' tokens: of the work's source, and of another.
    case machine, otherMachine
    case expired, revoked
    case viewerSession, ownSession, otherSession, anySession, adminSession
    /// A program with a key for reports.
    case apiKey

    var isMachine: Bool { self == .machine || self == .otherMachine }

    /// The token that is borne, or that a session was opened with.
    var secret: String? {
        switch self {
        case .nobody, .apiKey: nil
        case .viewer, .viewerSession: DeskMap.viewer
        case .own, .ownSession: DeskMap.roads
        case .other, .otherSession: "wm_other"
        case .any, .anySession: DeskMap.dispatcher
        case .admin, .adminSession: DeskMap.admin
        case .machine: DeskMap.sensor
        case .otherMachine: "wm_other_sensor"
        case .expired: DeskMap.expired
        case .revoked: DeskMap.revoked
        }
    }

    var hasSession: Bool { rawValue.hasSuffix("Session") }
}

/// A line of ``AccessTable``.
private struct AccessLine {
    var method: HTTPRequest.Method
    var path: String
    /// Address that stands for the route.
    var sample: String?
    /// Answers in the order of the columns.
    var answers: [String]
    var body: String?

    init?(_ text: Substring) {
        let halves = text.split(separator: " < ", maxSplits: 1)
        guard let first = halves.first else { return nil }
        var words = first.split(separator: " ").map(String.init)
        guard words.count > 2, let method = HTTPRequest.Method(words[0]) else { return nil }
        (self.method, path) = (method, words[1])
        words.removeFirst(2)
        if words.first == "as" {
            sample = words[1]
            words.removeFirst(2)
        }
        answers = words.count == 1 ? Asker.allCases.map { _ in words[0] } : words
        guard answers.count == Asker.allCases.count else { return nil }
        body = halves.count > 1 ? halves[1].trimmingCharacters(in: .whitespaces) : nil
    }

    static func all(in table: String) throws -> [AccessLine] {
        try table.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { text in
            try #require(AccessLine(text), "a line has a method, a route and 1 or 16 answers: \(text)")
        }
    }
}

/// A work and a waiting report for one question, and how each asker asks about them.
private struct AccessBench {
    let map: DeskMap
    let client: DeskClient

    static let marker = "MARKER"

    static func map() throws -> DeskMap {
        let map = try DeskMap {
            // Nothing is refused here for being too much.
            $0.desk.failedLogins = 1_000_000
            $0.desk.formsPerMinute = 1_000_000
            $0.desk.changesPerMinute = 0
            $0.desk.open311Keys = ["good"]
        }
        try map.store.writeDesk { transaction in
            for (secret, organisation, source) in [
                ("wm_other", "Water", nil), ("wm_other_sensor", nil, "other-sensor"),
            ] {
                _ = try transaction.add(
                    AccessToken(
                        name: secret, role: .dispatcher, organisation: organisation, source: source,
                        digest: AccessSecret.digest(of: secret), createdAt: .now))
            }
        }
        return map
    }

    /// Parameters of routes.
    struct Subject {
        var id = WorkID.new()
        var sourceID = UUID().uuidString
        var token = AccessSecret.new(prefix: "")
    }

    func subject() throws -> Subject {
        let subject = Subject()
        var draft = WorkDraft()
        draft.category = "pothole"
        draft.title = "Hole"
        draft.organisation = "Roads"
        draft.source = "sensor"
        draft.sourceID = subject.sourceID
        draft.geometry = .point(Coordinate(longitude: 44.5, latitude: 56.5))
        draft.extra = ExtraStatement(published: nil, withheld: #"{"note":"MARKER"}"#, isWhole: false)
        let contact = ReporterContact(email: "MARKER@example.org")
        try map.store.writeDesk { [draft] transaction in
            let (work, ledger) = Reconciliation.create(
                draft, kind: .roadRepair, id: subject.id, at: .now, by: Actor(kind: .source, name: "sensor"))
            try transaction.insert(work, ledger: ledger)
            try transaction.setContact(contact, of: work.id)
            try transaction.add(
                PendingReport(
                    token: subject.token, receivedAt: .now, category: "pothole", description: "A hole",
                    longitude: 44.5, latitude: 56.5, contact: contact))
        }
        return subject
    }

    /// Cookie and form key of a session that a token has opened.
    func session(_ secret: String) async throws -> (cookie: String, key: String) {
        let browser = try await StaffTests.Browser.signIn(client, secret)
        return (browser.cookie, browser.key)
    }

    func ask(
        _ method: HTTPRequest.Method, _ route: String, _ sample: String?, as asker: Asker, about subject: Subject,
        body: String?, session: (cookie: String, key: String)?
    ) async throws -> TestResponse {
        var headers: HTTPFields = [.ifMatch: "*"]
        if let session { headers[.cookie] = session.cookie }
        let token = session == nil ? asker.secret : nil
        var text = body
        for (place, value) in [
            ("{formKey}", session?.key ?? ""), ("{secret}", asker.secret ?? ""),
            ("{apiKey}", asker == .apiKey ? "good" : ""), ("{sourceID}", subject.sourceID),
            ("{machine}", asker.isMachine ? ",\"source_id\":\"\(UUID().uuidString)\"" : ""),
        ] { text?.replace(place, with: value) }
        if let text {
            headers[.contentType] =
                text.hasPrefix("{") ? "application/json" : "application/x-www-form-urlencoded"
        }
        return try await client.send(
            method, Self.address(route, sample, subject), token: token, headers: headers, body: text)
    }

    /// An address of a route.
    static func address(_ route: String, _ sample: String?, _ subject: Subject) -> String {
        var address = sample ?? route
        for (place, value) in [
            ("{id}", subject.id.description), ("{token}", subject.token), ("{layer}", "works"),
            ("{tileset}/{z}/{x}/{y}", "works/0/0/0.png"), ("{tileset}", "works"), ("{set}", "WebMercatorQuad"),
            ("{z}/{row}/{column}", "0/0/0"), ("{code}", "pothole"), ("**", "file"),
        ] { address.replace(place, with: value) }
        return address
    }
}

@Suite("Who may do what")
struct AccessMatrixTests {
    /// Methods that are tried at each address. GET comes with HEAD, and what no line names is 405.
    private static let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]

    /// Routes of the router that requests run through, by their paths.
    private static func routes(_ map: DeskMap) throws -> [String] {
        let desk = try #require(Desk(map.server.services, logger: Logger(label: "test")))
        let paths = map.server.router(desk).routes.map(\.path.description)
        return Set(paths.map { $0.hasPrefix("/") ? $0 : "/" + $0 }).sorted()
    }

    @Test("Every route has a line, and every line a route")
    func complete() async throws {
        let map = try AccessBench.map()
        let routes = Set(try Self.routes(map))
        let lines = Set(try AccessLine.all(in: AccessTable.lines).map(\.path))
        for path in routes.subtracting(lines).sorted() {
            Issue.record("the route \(path) has no line in AccessTable")
        }
        for path in lines.subtracting(routes).sorted() {
            Issue.record("AccessTable has a line for \(path), where nobody answers")
        }
        let names = AccessTable.columns.split(whereSeparator: \.isWhitespace).map(String.init)
        #expect(names == Asker.allCases.map(\.rawValue))
        try await map.test { _ in }
    }

    @Test("Everybody gets at every address, by every method, what the table says")
    func matrix() async throws {
        let map = try AccessBench.map()
        let lines = try AccessLine.all(in: AccessTable.lines)
        let routes = try Self.routes(map)
        try await map.test { client in
            let bench = AccessBench(map: map, client: client)
            let standing = try bench.subject()
            var sessions: [Asker: (cookie: String, key: String)] = [:]
            for asker in Asker.allCases where asker.hasSession {
                sessions[asker] = try await bench.session(asker.secret!)
            }
            for path in routes {
                for method in Self.methods {
                    let named = lines.filter {
                        $0.path == path && ($0.method == method || (method == .head && $0.method == .get))
                    }
                    if named.isEmpty {
                        let expected = method == .options ? "204" : "405"
                        let sample = lines.first { $0.path == path }?.sample
                        for asker in Asker.allCases {
                            let answer = try await bench.ask(
                                method, path, sample, as: asker, about: standing, body: nil, session: sessions[asker])
                            #expect(answer.status.code.description == expected, "\(method) \(path) as \(asker)")
                        }
                    }
                    for line in named { try await hold(line, method, bench, standing, sessions) }
                }
            }
        }
    }

    /// Asks as everybody, and records an issue with the whole line if anybody gets something else than it says.
    private func hold(
        _ line: AccessLine, _ method: HTTPRequest.Method, _ bench: AccessBench, _ standing: AccessBench.Subject,
        _ sessions: [Asker: (cookie: String, key: String)]
    ) async throws {
        let isSafe = [.get, .head].contains(method)
        var answers: [String] = []
        var texts = ""
        for (index, asker) in Asker.allCases.enumerated() {
            // What is changed by one question is not there for the next.
            let subject = isSafe ? standing : try bench.subject()
            var session = sessions[asker]
            if !isSafe, let secret = asker.secret, asker.hasSession { session = try await bench.session(secret) }
            let answer = try await bench.ask(
                method, line.path, line.sample, as: asker, about: subject, body: line.body, session: session)
            let mark = answer.text.contains(AccessBench.marker) ? "+" : ""
            answers.append("\(answer.status.code)\(mark)")
            let expected = method == .head ? line.answers[index].replacing("+", with: "") : line.answers[index]
            if answers[index] != expected { texts += "\n\(asker): \(answer.text.prefix(200))" }
        }
        let expected = method == .head ? line.answers.map { $0.replacing("+", with: "") } : line.answers
        #expect(
            answers == expected,
            "\(method) \(line.path) < \(line.body ?? "") answers \(answers.joined(separator: " "))\(texts)")
    }
}
