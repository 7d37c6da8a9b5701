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

@Suite("What staff take back over HTTP")
struct TakingBackTests {
    private static let marker = "ZZMARKERZZ"

    private static func insert(in map: DeskMap, organisation: String? = nil) throws -> Work {
        var work = Work(id: .new(), kind: .roadRepair, category: "pothole", updatedAt: .now)
        (work.title, work.description, work.address) = (marker, marker, marker)
        work.organisation = organisation
        work.geometry = .point(Coordinate(longitude: 44.5, latitude: 56.5))
        let entry = LedgerEntry(
            revision: 1, at: .now, recordedAt: .now, field: .registered, to: "reported", reason: marker,
            actor: Actor(kind: .resident))
        let made = work
        try map.store.writeDesk { try $0.insert(made, ledger: [entry]) }
        return work
    }

    static let steps = [
        ("hide", #"{"reason":"why"}"#), ("redact", #"{"field":"title","reason":"why"}"#),
        ("redact", #"{"entry":1,"reason":"why"}"#),
        ("place", #"{"geometry":{"type":"Point","coordinates":[44.6,56.6]},"reason":"why"}"#),
    ]

    @Test(
        "Dispatchers of the service and admins take back; others, viewers and machines do not",
        arguments: steps,
        [
            (nil, 401), (DeskMap.viewer, 403), (DeskMap.revoked, 401), (DeskMap.sensor, 403), (DeskMap.roadSensor, 403),
            (DeskMap.roads, 403), (DeskMap.dispatcher, 200), (DeskMap.admin, 200),
        ] as [(String?, Int)])
    func roles(_ step: (name: String, body: String), _ who: (token: String?, status: Int)) async throws {
        let map = try DeskMap()
        let work = try Self.insert(in: map, organisation: "Water")
        try await map.test { client in
            let answer = try await client.send(
                .post, "/api/works/\(work.id)/\(step.name)", token: who.token, body: step.body)
            #expect(Int(answer.status.code) == who.status, "\(String(buffer: answer.body))")
            let audit = try map.store.audit(limit: 9).filter { $0.work == work.id }
            #expect(audit.map(\.action) == (who.status == 200 ? ["work.\(step.name)"] : []))
            #expect(!audit.contains { $0.detail?.contains(Self.marker) ?? false })
            let isHidden = try map.store.hiding(of: work.id) != nil
            #expect(isHidden == (who.status == 200 && step.name == "hide"))
        }
    }

    @Test("A hidden work is gone, says why in the reader's language, and says nothing else")
    func gone() async throws {
        let map = try DeskMap()
        let work = try Self.insert(in: map)
        try await map.test { client in
            _ = try await client.send(
                .post, "/api/works/\(work.id)/hide", token: DeskMap.admin, body: #"{"reason":"частный дом"}"#)
            for (address, words) in [
                ("/works/\(work.id)?lang=ru", "Работа скрыта"), ("/works/\(work.id)?lang=en", "The work is hidden"),
                ("/api/works/\(work.id)", "частный дом"), ("/open311/v2/requests/\(work.id).xml", "частный дом"),
                ("/open311/v2/requests/\(work.id).json", "частный дом"),
            ] {
                let answer = try await client.send(.get, address)
                let text = String(buffer: answer.body)
                #expect(answer.status == .gone && text.contains(words) && text.contains("частный дом"), "\(address)")
                #expect(!text.contains(Self.marker) && answer.headers[.cacheControl] == "no-store", "\(address)")
            }
            let history = try await client.send(.get, "/api/works/\(work.id)/history")
            let text = String(buffer: history.body)
            #expect(history.status == .ok && text.contains(#""field":"hidden""#) && !text.contains(Self.marker))
            #expect(!text.contains("registered"))
            // What staff may see depends on who they are.
            for (token, status) in [
                (DeskMap.viewer, HTTPResponse.Status.gone), (DeskMap.dispatcher, .ok), (DeskMap.admin, .ok),
            ] {
                #expect(try await client.send(.get, "/api/works/\(work.id)", token: token).status == status)
            }
            let patch = try await client.send(
                .patch, "/api/works/\(work.id)", token: DeskMap.admin, headers: [.ifMatch: "*"],
                body: #"{"status":"accepted"}"#)
            #expect(patch.status == .gone)
            let again = try await client.send(
                .post, "/api/works/\(work.id)/hide", token: DeskMap.admin, body: #"{"reason":"x"}"#)
            #expect(again.status == .conflict)
            let back = try await client.send(
                .post, "/api/works/\(work.id)/unhide", token: DeskMap.admin, body: #"{"reason":"ошибка"}"#)
            #expect(back.status == .ok)
            let work = try await client.send(.get, "/api/works/\(work.id)")
            #expect(work.status == .ok && String(buffer: work.body).contains(Self.marker))
        }
    }

    @Test(
        "What makes no sense is refused, naming the field",
        arguments: [
            ("hide", "{}", 422, "reason"), ("hide", #"{"reason":" "}"#, 422, "reason"),
            ("hide", #"{"reason":7}"#, 400, "reason"), ("hide", #"{"reason":"x","x":1}"#, 400, "x"),
            ("hide", "[]", 400, "body"), ("hide", "{", 400, "body"), ("redact", #"{"reason":"x"}"#, 400, "field"),
            ("redact", #"{"reason":"x","field":"title","entry":1}"#, 400, "field"),
            ("redact", #"{"reason":"x","field":"status"}"#, 400, "field"),
            ("redact", #"{"reason":"x","field":"photo"}"#, 422, "field"),
            ("redact", #"{"reason":"x","field":"photo","replacement":"y"}"#, 422, "replacement"),
            ("redact", #"{"reason":"x","entry":7}"#, 422, "entry"),
            ("redact", #"{"reason":"x","entry":0}"#, 422, "entry"),
            ("redact", #"{"reason":"x","entry":"1"}"#, 400, "entry"),
            ("redact", #"{"reason":"x","entry":99999999999999999999}"#, 400, "entry"),
            ("redact", #"{"reason":"x","entry":1,"replacement":"y"}"#, 400, "replacement"),
            ("place", #"{"reason":"x"}"#, 400, "geometry"),
            ("place", #"{"reason":"x","geometry":null}"#, 400, "geometry"),
            ("place", #"{"reason":"x","geometry":{"type":"Point","coordinates":[200,0]}}"#, 400, "geometry"),
            ("place", #"{"reason":"x","geometry":{"type":"Point","coordinates":[44.5,56.5]}}"#, 422, "geometry"),
            ("unhide", #"{"reason":"x"}"#, 409, nil),
        ] as [(String, String, Int, String?)])
    func badInput(_ step: String, _ body: String, _ status: Int, _ parameter: String?) async throws {
        let map = try DeskMap()
        let work = try Self.insert(in: map)
        try await map.test { client in
            let answer = try await client.send(
                .post, "/api/works/\(work.id)/\(step)", token: DeskMap.admin, body: body)
            let text = String(buffer: answer.body)
            #expect(Int(answer.status.code) == status, "\(text)")
            if let parameter { #expect(text.contains(#""parameter":"\#(parameter)""#), "\(text)") }
            #expect(try map.store.ledger(of: work.id).count == 1)
        }
    }

    @Test("An unknown work is 404, and other methods are 405")
    func addresses() async throws {
        let map = try DeskMap()
        try await map.test { client in
            let unknown = try await client.send(
                .post, "/api/works/\(WorkID.new())/hide", token: DeskMap.admin, body: #"{"reason":"x"}"#)
            #expect(unknown.status == .notFound)
            for name in ["hide", "unhide", "redact", "place"] {
                let address = "/api/works/\(WorkID.new())/\(name)"
                let get = try await client.send(.get, address)
                #expect(get.status == .methodNotAllowed && get.headers[.allow]?.contains("POST") == true)
                let options = try await client.send(.options, address)
                #expect(options.headers[.allow]?.contains("POST") == true)
            }
        }
    }
}
