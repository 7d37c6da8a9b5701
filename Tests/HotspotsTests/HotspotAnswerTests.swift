import Foundation
import Geometry
import SeededRandom
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@testable import Hotspots

@Suite("Hotspot answers")
struct HotspotAnswerTests {
    static let now = Instant("2026-06-01T00:00:00Z")!
    static let center = LocalProjection(center: Coordinate(longitude: 37.6, latitude: 55.75))

    private func at(_ x: Double, _ y: Double) -> Coordinate { Self.center.unproject(PlanePoint(x: x, y: y)) }

    private func day(_ days: Int64) -> Instant { Self.now - days * 86_400 }

    /// Four hundred incidents over 4 × 4 km, and sixty within 100 m of the first school.
    private func city() -> [Incident] {
        var random = SeededRandom(seed: 17)
        var incidents = [Incident]()
        for index in 0..<400 {
            let position = at(random.number(-2000...2000), random.number(-2000...2000))
            incidents.append(
                Incident(
                    position: position, weight: 1, reportedAt: day(Int64(index % 60) + 1), isOpen: index % 2 == 0,
                    isOverdue: index % 10 == 0))
        }
        for index in 0..<60 {
            let position = at(random.number(450...550), random.number(450...550))
            incidents.append(
                Incident(position: position, weight: 3, reportedAt: day(Int64(index % 20) + 1), isOpen: true))
        }
        return incidents
    }

    private var schools: [Place] {
        [
            Place(id: "a", name: "Школа № 1", geometry: .point(at(500, 500))),
            Place(id: "b", name: "Школа, \"вторая\"", geometry: .point(at(-1200, -900))),
            Place(id: "c", name: nil, geometry: .point(at(9000, 0))),
            Place(id: "d", name: "Без адреса", geometry: nil),
        ]
    }

    private func object(_ json: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Foundation.Data(json)) as? [String: Any])
    }

    @Test("Counts come with the period, what was left out, and the limits")
    func count() throws {
        var question = HotspotQuestion(method: .count, near: "schools", within: 300)
        question.since = day(30)
        var incidents = city()
        incidents.append(Incident(position: nil, reportedAt: day(3)))
        incidents.append(Incident(position: at(0, 0), reportedAt: nil))
        incidents.append(Incident(position: at(0, 0), reportedAt: day(200)))
        let answer = try question.answer(incidents: incidents, places: schools, now: Self.now)

        let within = city().filter { $0.reportedAt! >= day(30) }
        #expect(answer.incidents == within.count)
        #expect(
            answer.leftOut == [
                .noLocation: 1, .noTime: 1, .outsidePeriod: 463 - 3 + 1 - within.count, .notOpen: 0, .excluded: 0,
                .outsideArea: 0, .farAway: 0,
            ])
        #expect(answer.places.map(\.place.id) == ["a", "b", "c"])
        let best = answer.places[0].count
        let near = city().filter { Self.center.project($0.position!).distance(to: PlanePoint(x: 500, y: 500)) <= 300 }
        let used = near.filter { $0.reportedAt! >= day(30) }
        #expect(best.incidents == used.count)
        #expect(best.open == used.count { $0.isOpen })
        #expect(best.overdue == used.count { $0.isOverdue })
        #expect(best.weighted == used.reduce(0) { $0 + $1.weight })
        #expect(best.before == near.count - used.count)
        #expect(try #require(best.expected) < best.interval.low)
        #expect(answer.places[2].count.isOutside)
        #expect(
            answer.limits.map(\.code) == [
                .incidentsWithoutLocation, .incidentsWithoutTime, .placesWithoutGeometry, .placesOutside,
            ])
        #expect(answer.largestDistanceError < 1e-6)
    }

    @Test("Only open incidents are used when only those are asked for")
    func openOnly() throws {
        var question = HotspotQuestion(near: "schools", within: 300)
        question.openOnly = true
        let answer = try question.answer(incidents: city(), places: schools, now: Self.now)
        #expect(answer.incidents == 260)
        #expect(answer.leftOut[.notOpen] == 200)
        #expect(answer.limits.contains { $0.code == .noPeriodBefore })
    }

    @Test("JSON has the fields of the interface, with null where nothing is known")
    func json() throws {
        let question = HotspotQuestion(near: "schools", within: 300)
        let answer = try question.answer(incidents: city(), places: schools, now: Self.now)
        let json = try object(answer.json(version: "1.2.3"))
        #expect(json["method"] as? String == "count")
        #expect(json["version"] as? String == "1.2.3")
        #expect(json["incidents"] as? Int == 460)
        #expect((json["period"] as? [String: Any])?["from"] is NSNull)
        #expect((json["left_out"] as? [String: Int])?["no_location"] == 0)
        #expect((json["parameters"] as? [String: Any])?["within_m"] as? Double == 300)
        let places = try #require(json["places"] as? [[String: Any]])
        let fields = [
            "id", "name", "incidents", "open", "overdue", "weighted", "nearest_m", "expected", "low", "high", "trend",
        ]
        for place in places { #expect(fields.allSatisfy { place[$0] != nil }) }
        #expect(places[0]["name"] as? String == "Школа № 1")
        #expect(places[0]["trend"] is NSNull)
        #expect(places[2]["name"] is NSNull)
    }

    @Test(
        "gi-star finds the pile and the school that it reaches, in squares and hexagons",
        arguments: CellGrid.Shape.allCases)
    func giStar(shape: CellGrid.Shape) throws {
        var question = HotspotQuestion(method: .giStar, near: "schools", within: 150)
        question.cell = 200
        question.cellShape = shape
        let answer = try question.answer(incidents: city(), places: schools, now: Self.now)
        let hot = answer.cells(significantOnly: true).filter { $0.z > 0 }
        let best = try #require(hot.first)
        #expect(best.places == ["a"])
        #expect(answer.places[0].reachedBy.contains(best.id))
        #expect(answer.places[1].reachedBy == [])
        #expect(answer.cells().reduce(0) { $0 + $1.incidents } == 460)
        #expect(try #require(answer.moran).statistic.expected < 0)

        let json = try object(answer.json(version: "1"))
        let cells = try #require(json["cells"] as? [[String: Any]])
        #expect(cells.count == answer.grid?.cells.count)
        for field in ["id", "incidents", "z", "p", "p_adjusted", "geometry"] {
            #expect(cells.allSatisfy { $0[field] != nil })
        }
    }

    @Test("dbscan finds the pile, its span in time, its hull and the school within reach")
    func dbscan() throws {
        var question = HotspotQuestion(method: .dbscan, near: "schools", within: 300)
        question.epsilon = 50
        question.minimumPoints = 10
        let answer = try question.answer(incidents: city(), places: schools, now: Self.now)
        let cluster = try #require(answer.clusters.first)
        #expect(answer.clusters.count == 1)
        #expect(cluster.size >= 60 && cluster.places == ["a"])
        #expect(answer.noise == 460 - cluster.size)
        #expect(try #require(cluster.from) <= day(20))
        #expect(cluster.until == day(1))
        #expect(cluster.area > 5000 && cluster.area < 30_000)
        let json = try object(answer.json(version: "1"))
        let first = try #require((json["clusters"] as? [[String: Any]])?.first)
        for field in ["id", "size", "from", "until", "hull", "places"] { #expect(first[field] != nil) }
        #expect((first["hull"] as? [String: Any])?["type"] as? String == "Polygon")
    }

    @Test("kde has its densest peak at the pile, near the school")
    func kde() throws {
        var question = HotspotQuestion(method: .kde, near: "schools", within: 150)
        question.bandwidth = 200
        let answer = try question.answer(incidents: city(), places: schools, now: Self.now)
        let peak = try #require(answer.peaks.first)
        #expect(Self.center.project(peak.position).distance(to: PlanePoint(x: 500, y: 500)) < 60)
        #expect(peak.places == ["a"])
        #expect(answer.surface?.bandwidth == 200 && answer.surface?.cellSize == 20)
        #expect((try object(answer.json(version: "1"))["peaks"] as? [[String: Any]])?.count == answer.peaks.count)
    }

    @Test(
        "GeoJSON is a FeatureCollection whose features have a role and a style",
        arguments: HotspotQuestion.Method.allCases)
    func geoJSON(method: HotspotQuestion.Method) throws {
        var question = HotspotQuestion(method: method, near: "schools", within: 150)
        question.top = 2
        let answer = try question.answer(incidents: city(), places: schools, now: Self.now)
        let json = try object(answer.geoJSON(version: "1"))
        #expect(json["type"] as? String == "FeatureCollection")
        #expect(json["method"] as? String == method.rawValue)
        let features = try #require(json["features"] as? [[String: Any]])
        let properties = features.compactMap { $0["properties"] as? [String: Any] }
        #expect(properties.count { $0["role"] as? String == "place" } == 2)
        #expect(properties.allSatisfy { $0["fill"] != nil || $0["marker-color"] != nil })
        #expect(features.allSatisfy { ($0["geometry"] as? [String: Any])?["type"] != nil })
        let roles: Set<String> =
            switch method {
            case .count: ["place"]
            case .giStar: ["place", "cell"]
            case .dbscan: ["place", "cluster"]
            case .kde: ["place", "peak"]
            }
        #expect(Set(properties.compactMap { $0["role"] as? String }) == roles)
    }

    @Test("CSV quotes what needs quoting and has one line for each place")
    func csv() throws {
        let answer = try HotspotQuestion(near: "schools", within: 300)
            .answer(incidents: city(), places: schools, now: Self.now)
        let lines = answer.csv().components(separatedBy: "\r\n")
        #expect(lines.count == 5 && lines[4] == "")
        #expect(lines[0].hasPrefix("id,name,incidents,open,overdue,weighted,nearest_m,expected,low,high"))
        #expect(lines[2].hasPrefix("b,\"Школа, \"\"вторая\"\"\","))
    }

    @Test(
        "The table is as wide as asked at most, in all its lines, and says which columns that costs",
        arguments: HotspotQuestion.Method.allCases, [40, 80, 140])
    func table(method: HotspotQuestion.Method, width: Int) throws {
        var places = schools
        places[0].name = String(repeating: "Средняя общеобразовательная школа ", count: 5)
        var question = HotspotQuestion(method: method, near: "schools", within: 300)
        question.since = day(30)
        let answer = try question.answer(incidents: city(), places: places, now: Self.now)
        let text = answer.table(width: width)
        #expect(text.split(separator: "\n").map { String($0).terminalWidth }.max()! <= width)
        #expect(text.contains("Средняя") && text.contains("…"))
        let flowing = text.replacing("\n", with: " ")
        #expect(flowing.contains("outside the area"))
        #expect(flowing.contains(#/too narrow for: .*Weighted/#) == (width < 140))
        #expect(!answer.table().contains("too narrow"))
    }

    @Test("An empty layer, a period without incidents and a category that no work has are told")
    func nothingToAsk() throws {
        let question = HotspotQuestion(near: "schools", within: 300)
        let noPlaces = try question.answer(incidents: city(), places: [], now: Self.now)
        #expect(noPlaces.limits.map(\.code).contains(.noPlaces))
        #expect(noPlaces.limits.contains { $0.text.contains("worksmap import FILE --as schools") })
        let shapeless = try question.answer(
            incidents: city(), places: [Place(id: "d", name: "Без адреса", geometry: nil)], now: Self.now)
        #expect(shapeless.places.isEmpty)
        #expect(shapeless.limits.map(\.code).contains(.placesWithoutGeometry))
        var late = question
        late.since = day(-10)
        late.until = day(-20)
        let noIncidents = try late.answer(incidents: city(), places: schools, now: Self.now)
        #expect(noIncidents.limits.contains { $0.code == .noIncidents && $0.text.contains("None of 460 incidents") })
        #expect(!noIncidents.table().contains("Школа"))

        let store = try TemporaryWorks(places: (0..<3).map { .point(at(Double($0), 0)) })
        var unknown = question
        unknown.categories = ["pothole", "potholle"]
        let answer = try unknown.answer(from: store.store, near: .schools, now: Self.now)
        #expect(answer.incidents == 3)
        #expect(
            answer.limits.first?.text == "No work has the category “potholle”; there are pothole.")
    }

    @Test(
        "Works are read on all cores, each once and in order, and a part that fails fails the whole",
        arguments: [1, 70, 1000])
    func parts(leastPart: Int64) throws {
        let line = Geometry.lineString([at(0, 0), at(9, 9)])
        let places = (0..<500).map { (number: Int) -> Geometry? in
            if number % 7 == 0 { return nil }
            return number % 5 == 0 ? line : .point(at(Double(number), 1))
        }
        let works = try TemporaryWorks(places: places)
        let page = WorkPage(columns: Incident.columns)
        func read(
            _ budget: TimeBudget = .unlimited, _ check: @escaping @Sendable (WorkRow) throws -> Void = { _ in }
        ) throws -> [[Incident]] {
            let none = [Incident]()
            return try works.store.readWorks(page, into: none, at: Self.now, budget: budget, leastPart: leastPart) {
                part, row in
                try check(row)
                part.append(try Incident(row, at: Self.now))
            }
        }
        let parts = try read()
        // Read as they are stored, they are what they were written as.
        #expect(parts.flatMap { $0 } == works.works.map { Incident($0, at: Self.now) })
        #expect(parts.count == max(1, min(ProcessInfo.processInfo.activeProcessorCount, Int(500 / leastPart))))
        #expect(throws: HotspotError.tooManyPairs(limit: 1)) {
            try read { if $0.number == 400 { throw HotspotError.tooManyPairs(limit: 1) } }
        }
        #expect(throws: TimeBudgetError.deadlineExceeded) { try read(TimeBudget(.zero)) }
    }

    @Test(
        "Without incidents every method answers with zeros and says so",
        arguments: HotspotQuestion.Method.allCases)
    func noIncidents(method: HotspotQuestion.Method) throws {
        let answer = try HotspotQuestion(method: method, near: "schools", within: 300)
            .answer(incidents: [], places: schools, now: Self.now)
        #expect(answer.incidents == 0 && answer.places.count == 3)
        #expect(answer.places.allSatisfy { $0.count.incidents == 0 && $0.count.nearest == nil })
        #expect(answer.limits.map(\.code).contains(.noIncidents))
        _ = try object(answer.json(version: "1"))
        _ = try object(answer.geoJSON(version: "1"))
        #expect(!answer.table().isEmpty)
        let empty = try HotspotQuestion(method: method, near: "schools", within: 300)
            .answer(incidents: [], places: [], now: Self.now)
        #expect(empty.places.isEmpty && empty.projection == nil)
        _ = try object(empty.json(version: "1"))
    }

    @Test("Incidents on one point are answered too", arguments: HotspotQuestion.Method.allCases)
    func onePoint(method: HotspotQuestion.Method) throws {
        for count in [1, 30] {
            let pile = [Incident](repeating: Incident(position: at(500, 500), reportedAt: day(2)), count: count)
            let answer = try HotspotQuestion(method: method, near: "schools", within: 300)
                .answer(incidents: pile, places: schools, now: Self.now)
            #expect(answer.places[0].count.incidents == count)
            #expect(answer.places[0].count.expected == nil)
            let json = try object(answer.geoJSON(version: "1"))
            #expect(json["features"] != nil)
            if method == .dbscan, count == 30 {
                guard case .point = try #require(answer.clusters.first).hull else {
                    Issue.record("the hull of one position is a point")
                    return
                }
            }
        }
    }

    @Test("Incidents that a source puts at one position are pointed out")
    func sharedPosition() throws {
        let pile = [Incident](repeating: Incident(position: at(-700, 200)), count: 25)
        let question = HotspotQuestion(near: "schools", within: 300)
        let limits = try question.answer(incidents: city() + pile, places: schools, now: Self.now).limits
        let limit = try #require(limits.first { $0.code == .sharedPosition })
        #expect(limit.count == 25)
        let without = try question.answer(incidents: city(), places: schools, now: Self.now).limits
        #expect(!without.contains { $0.code == .sharedPosition })
    }

    @Test("Parameters that make no sense are refused with what is wrong")
    func refusals() {
        func refusal(_ change: (inout HotspotQuestion) -> Void) -> String? {
            var question = HotspotQuestion(method: .giStar, near: "schools", within: 300)
            change(&question)
            do {
                _ = try question.answer(incidents: city(), places: schools, now: Self.now)
                return nil
            } catch { return "\(error)" }
        }
        #expect(refusal { $0.within = 0 } == "within: “0” is not a number of 0.001…20037508 m")
        #expect(refusal { $0.within = -5 } == "within: “-5” is not a number of 0.001…20037508 m")
        #expect(refusal { $0.cell = 0 } == "cell: “0” is not a number of 0.001…20037508 m")
        #expect(refusal { $0.cell = 0.5 }?.contains("cells, more than the 5000000 that are allowed") == true)
        #expect(refusal { $0.since = Self.now }?.contains("is empty") == true)
        #expect(refusal { $0.minimumPoints = 0 }?.contains("1…1000000") == true)
        #expect(refusal { _ in } == nil)
    }

    @Test("The answer is the same however often it is asked")
    func reproducible() throws {
        for method in HotspotQuestion.Method.allCases {
            let question = HotspotQuestion(method: method, near: "schools", within: 150)
            let first = try question.answer(incidents: city(), places: schools, now: Self.now).json(version: "1")
            let second = try question.answer(incidents: city(), places: schools, now: Self.now).json(version: "1")
            #expect(first == second)
        }
    }

    @Test("A school on the other side of the antimeridian is near")
    func antimeridian() throws {
        let incidents = (0..<20).map {
            Incident(position: Coordinate(longitude: 179.9995, latitude: 65 + Double($0) * 1e-5))
        }
        let school = Place(id: "e", name: nil, geometry: .point(Coordinate(longitude: -179.9995, latitude: 65)))
        let answer = try HotspotQuestion(near: "schools", within: 60)
            .answer(incidents: incidents, places: [school], now: Self.now)
        #expect(answer.places[0].count.incidents == 20)
        // echo "65 179.9995 65 -179.9995" | geod -I +ellps=WGS84 -F %.3f
        #expect(abs(answer.places[0].count.nearest! - 47.176) < 0.001)
    }

    @Test("A work is counted where its district is taken from: one position stands for a geometry")
    func positions() throws {
        let kite = Geometry.polygon(Polygon(rings: [[at(0, 0), at(300, 20), at(40, 200), at(0, 0)]]))
        var work = Work(id: .new(), kind: .hazard, category: "pothole", updatedAt: Self.now)
        for geometry in [kite, .lineString([at(0, 0), at(300, 0), at(300, 100)]), .multiPoint([at(5, 5), at(9, 9)])] {
            work.geometry = geometry
            #expect(Incident(work, at: Self.now).position == geometry.representativePoint)
            let stepped = try work.withRow { try Incident($0, at: Self.now) }
            #expect(stepped.position == geometry.representativePoint)
        }
    }

    @Test("Widths are those of a terminal")
    func terminalWidths() {
        for (text, width) in [
            ("School", 6), ("Школа", 5), ("学校", 4), ("й", 1), ("и\u{306}", 1), ("école", 5), ("한국", 4), ("🏫", 2),
            ("", 0),
        ] { #expect(text.terminalWidth == width, "\(text)") }
        var table = TextTable([.init("名", .left), .init("n")])
        table.add(["學校", "1"])
        table.add(["Школа", "22"])
        #expect(table.text() == "名      n\n─────  ──\n學校    1\nШкола  22\n")
    }

    @Test("The page is one well-formed document that names no other file", arguments: HotspotQuestion.Method.allCases)
    func html(method: HotspotQuestion.Method) throws {
        var places = schools
        places[1].name = "<script>alert('x')</script> & \"co\""
        places[2].geometry = .polygon(
            Polygon(rings: [[at(0, 0), at(300, 0), at(300, 300), at(0, 0)]]))
        places[3].geometry = .lineString([at(-500, 0), at(-500, 900)])
        for incidents in [city(), []] {
            let page = try HotspotQuestion(method: method, near: "schools", within: 150)
                .answer(incidents: incidents, places: places, now: Self.now).html(version: "1.0")
            #expect(!page.contains("<script"))
            #expect(!page.contains("nan") && !page.contains("inf\""))
            #expect(!page.contains("src=") && !page.contains("href="))
            #expect(page.contains("Школа № 1") && page.contains("&lt;script&gt;"))
            // What XML allows is stricter than HTML; only the empty elements of the head differ.
            let body =
                "<body>" + page.components(separatedBy: "<body>")[1].components(separatedBy: "</body>")[0] + "</body>"
            #expect(throws: Never.self) { try XMLCheck.check(body) }
        }
    }

    @Test("The map of the page lies exactly over the ground that is drawn for its frame")
    func ground() throws {
        let answer = try HotspotQuestion(near: "schools", within: 300)
            .answer(incidents: city(), places: schools, now: Self.now)
        var frame: ReportFrame?
        let page = answer.html(version: "1", credits: "© the city\n© others") { asked in
            frame = asked
            return [1, 2, 3]
        }
        let shown = try #require(frame)
        #expect(page.contains("href=\"data:image/png;base64,AQID\""))
        #expect(page.contains("© the city; © others"))
        // The frame has the proportions of its bounds, so that a picture that shows the bounds fills it.
        let (north, south) = (WebMercator.y(latitude: shown.bounds.north), WebMercator.y(latitude: shown.bounds.south))
        let width = WebMercator.x(longitude: shown.bounds.east) - WebMercator.x(longitude: shown.bounds.west)
        #expect(abs(width / (south - north) - Double(shown.width) / Double(shown.height)) < 1e-9)
        // The first school is where the tiles would have it.
        let place = at(500, 500)
        let x = (WebMercator.x(longitude: place.longitude) - WebMercator.x(longitude: shown.bounds.west)) / width
        let y = (WebMercator.y(latitude: place.latitude) - north) / (south - north)
        let circle = try #require(
            page.firstMatch(of: #/<circle cx="([0-9.]+)" cy="([0-9.]+)" r="[0-9.]+" [^>]*><title>Школа № 1:/#))
        #expect(abs(Double(circle.1)! - x * Double(shown.width)) < 0.06)
        #expect(abs(Double(circle.2)! - y * Double(shown.height)) < 0.06)
    }
}
