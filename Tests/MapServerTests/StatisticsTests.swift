import Geometry
import HTTPTypes
import Hotspots
import HummingbirdTesting
import TestConditions
import Testing
import TimeBudgets
import Works

@testable import HTTPEdge
@testable import MapServer

@Suite("Statistics over HTTP")
struct StatisticsTests {
    /// Two districts; one has enough works to be ranked.
    private static let works: [Work] = (1...30).map { number in
        var work = TestMap.work(
            number, number % 3 == 0 ? .hazard : .roadRepair, status: number % 4 == 0 ? .done : .accepted,
            due: Int64(number - 20) * 86_400 - 43_200,
            geometry: .point(Coordinate(longitude: 44.1 + Double(number % 5) * 0.001, latitude: 56.1)))
        if number <= 5 { work.district = "Нагорный" }
        if work.status == .done { work.completedAt = TestMap.now }
        return work
    }

    private func get(_ client: any TestClientProtocol, _ address: String, _ headers: HTTPFields = [:]) async throws
        -> TestResponse
    {
        try await client.executeRequest(uri: address, method: .get, headers: headers, body: nil)
    }

    /// Whether a text is what is expected as of one of the seconds since `start`: open works last longer with each of them.
    private func isExpected(_ text: String, since start: Instant, _ expected: (Instant) throws -> String) rethrows
        -> Bool
    {
        var moment = start
        while moment <= .now {
            if try timeless(expected(moment)) == timeless(text) { return true }
            moment = moment + 1
        }
        return false
    }

    /// The text without the moment of asking, which no two answers share.
    private func timeless(_ text: String) -> String {
        text.replacing(#/"(asked_at|until)":"[^"]*"/#, with: "")
    }

    @Test(
        "prints what the report prints",
        arguments: ["kind", "category", "district", "contractor", "organisation", "month"])
    func report(_ group: String) async throws {
        let map = TestMap(works: Self.works) { $0.version = "1.2.3" }
        let kind = try #require(StatisticsRoutes.groups.first { $0.word == group }?.meaning)
        let start = Instant.now
        try await map.test { client in
            let answer = try await get(client, "/api/statistics?group=\(group)")
            #expect(answer.status == .ok)
            #expect(answer.headers[.contentType] == "application/json")
            #expect(
                try isExpected(answer.text, since: start) { moment in
                    let report = try DeadlineReport(from: map.store, by: kind, at: moment)
                    return String(decoding: report.json(version: "1.2.3"), as: UTF8.self)
                })
            let csv = try await get(client, "/api/statistics?group=\(group)&format=csv")
            #expect(csv.headers[.contentType] == "text/csv")
            #expect(
                try isExpected(csv.text, since: start) { moment in
                    try DeadlineReport(from: map.store, by: kind, at: moment).csv()
                })
        }
    }

    @Test("keeps to the filters, the period and the minimum sample that it is given")
    func narrowed() async throws {
        try await TestMap(works: Self.works).test { client in
            let all = try await get(client, "/api/statistics?group=district").json
            #expect(all["total"]?["works"]?.integer == 30)
            #expect(all["rows"]?.array?.map { $0["ranked"]?.bool } == [true, false])
            let one = try await get(
                client, "/api/statistics?group=month&district=%D0%9D%D0%B0%D0%B3%D0%BE%D1%80%D0%BD%D1%8B%D0%B9"
            ).json
            #expect(one["total"]?["works"]?.integer == 5)
            let small = try await get(client, "/api/statistics?group=district&minimum_sample=3").json
            #expect(small["rows"]?.array?.map { $0["ranked"]?.bool } == [true, true])
            let none = try await get(client, "/api/statistics?group=district&until=2d").json
            #expect(none["total"]?["works"]?.integer == 0)
            #expect(none["left_out"]?["outside_period"]?.integer == 30)
        }
    }

    @Test("answers from its shelf until a work changes, and says when nothing has changed")
    func kept() async throws {
        let map = TestMap(works: Self.works)
        try await map.test { client in
            let first = try await get(client, "/api/statistics?group=kind")
            let tag = try #require(first.headers[.eTag])
            #expect(first.headers[.cacheControl] == "public, no-cache")
            let again = try await get(client, "/api/statistics?group=kind", [.ifNoneMatch: tag])
            #expect(again.status == .notModified)
            map.store.add(TestMap.work(31))
            try map.server.services.freshness.refresh()
            let later = try await get(client, "/api/statistics?group=kind", [.ifNoneMatch: tag])
            #expect(later.status == .ok)
            #expect(try later.json["total"]?["works"]?.integer == 31)
        }
    }

    @Test(
        "refuses what makes no sense, naming the parameter",
        arguments: [
            ("statistics?", "group"), ("statistics?group=street", "group"),
            ("statistics?group=month&since=soon", "since"),
            ("statistics?group=month&since=2026-02-01&until=2026-01-01", "since"),
            ("statistics?group=month&minimum_sample=0", "minimum_sample"), ("statistics?group=month&kind=x", "kind"),
            ("statistics?group=month&format=xml", "format"), ("statistics?group=month&near=schools", "near"),
            ("hotspots?within=300", "near"), ("hotspots?near=houses&within=300", "near"),
            ("hotspots?near=schools", "within"), ("hotspots?near=schools&within=0", "within"),
            ("hotspots?near=schools&within=-5", "within"), ("hotspots?near=schools&within=inf", "within"),
            ("hotspots?near=schools&within=far", "within"), ("hotspots?near=schools&within=300&cell=-1", "cell"),
            ("hotspots?near=schools&within=300&cell=0.001&method=gi-star", "cell"),
            ("hotspots?near=schools&within=300&cell=0.001&method=kde", "cell"),
            ("hotspots?near=schools&within=300&epsilon=0", "epsilon"),
            ("hotspots?near=schools&within=300&minimum_points=0", "minimum_points"),
            ("hotspots?near=schools&within=300&method=guess", "method"),
            ("hotspots?near=schools&within=300&open=perhaps", "open"),
            ("hotspots?near=schools&within=300&since=1d&until=2d", "since"),
            ("hotspots?near=schools&within=300&top=0", "top"), ("hotspots?near=schools&within=300&colour=x", "colour"),
            ("hotspots?near=schools&within=1e200", "within"), ("hotspots?near=schools&within=300&cell=1e200", "cell"),
            ("hotspots?near=schools&within=300&band=1e19&method=gi-star", "band"),
            ("hotspots?near=schools&within=300&band=3e9&method=gi-star", "band"),
            ("hotspots?near=schools&within=300&bandwidth=1e300&method=kde", "bandwidth"),
            ("hotspots?near=schools&within=1e-320", "within"),
            ("hotspots?near=schools&within=300&top=9223372036854775808", "top"),
            ("statistics?group=month&minimum_sample=1e5", "minimum_sample"),
        ])
    func refusals(_ question: String, _ parameter: String) async throws {
        try await TestMap(works: Self.works).test { client in
            let answer = try await get(client, "/api/\(question)")
            #expect(answer.status == .badRequest)
            #expect(answer.headers[.contentType] == "application/problem+json")
            #expect(try answer.json["parameter"]?.string == parameter)
        }
    }

    @Test("says how many cells would not fit")
    func tooManyCells() async throws {
        try await TestMap(works: Self.works).test { client in
            let answer = try await get(client, "/api/hotspots?near=schools&within=300&cell=0.001&method=gi-star")
            #expect(try answer.json["detail"]?.string?.contains(#/would be \d+ cells, more than the 200000/#) == true)
        }
    }

    @Test("prints what hotspots prints as GeoJSON", arguments: HotspotQuestion.Method.allCases)
    func hotspots(_ method: HotspotQuestion.Method) async throws {
        let map = TestMap(works: Self.works) { $0.version = "1.2.3" }
        var question = HotspotQuestion(method: method, near: "schools", within: 300)
        question.kinds = [.hazard]
        question.cell = 50
        let start = Instant.now
        let asked = question
        try await map.test { client in
            let answer = try await get(
                client, "/api/hotspots?near=schools&within=300&kind=hazard&cell=50&method=\(method.rawValue)")
            #expect(answer.status == .ok)
            #expect(answer.headers[.contentType] == "application/geo+json")
            #expect(answer.headers[.eTag] != nil)
            #expect(
                try isExpected(answer.text, since: start) { moment in
                    let expected = try asked.answer(from: map.store, near: .schools, now: moment)
                    return String(decoding: expected.geoJSON(version: "1.2.3"), as: UTF8.self)
                })
        }
    }

    @Test("stops reading when the time of the request is spent")
    func budget() async throws {
        let map = TestMap(works: Self.works) { $0.deadlineFeatures = .seconds(1) }
        try await map.test { client in
            map.store.stalls = true
            // On a busy machine the time can be spent before a worker takes the request up: then it is asked again.
            for _ in 0..<60 where map.store.interrupted == 0 {
                let answer = try await get(client, "/api/hotspots?near=schools&within=300")
                #expect(answer.status == .serviceUnavailable)
                #expect(try answer.json["type"]?.string == "/problems/deadline-exceeded")
                // The client is answered at the deadline, whether or not the reader has noticed it by then.
                try await eventually("the end of the reading") { map.store.waiting == 0 }
            }
        }
        #expect(map.store.interrupted > 0)
    }

    @Test("keeps an answer for its lifetime and no more answers than it has room for")
    func shelf() {
        let shelf = AnswerShelf()
        var made = 0
        func answer(_ name: String, after seconds: Int64 = 0, size: Int = 10) -> [UInt8] {
            var key = ContentHash()
            key.combine(name)
            return shelf.answer(key, at: TestMap.now + seconds) {
                made += 1
                return [UInt8](repeating: UInt8(made), count: size)
            }
        }
        #expect(answer("a") == answer("a", after: AnswerShelf.lifetime - 1))
        #expect(made == 1)
        #expect(answer("b") != answer("a"))
        #expect(made == 2)
        _ = answer("a", after: AnswerShelf.lifetime)
        #expect(made == 3)
        _ = answer("large", after: AnswerShelf.lifetime, size: AnswerShelf.capacity)
        _ = answer("a", after: AnswerShelf.lifetime)
        #expect(made == 5)
    }
}
