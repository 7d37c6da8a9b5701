import Geometry
import SeededRandom
import Testing
import TimeBudgets
import Works

@testable import Hotspots

/// What a question may ask for: numbers have ranges, memory and time have limits.
@Suite("Limits of hotspot questions")
struct BoundsTests {
    private static let now = Instant("2026-06-01T00:00:00Z")!
    private static let center = LocalProjection(center: Coordinate(longitude: 37.6, latitude: 55.75))

    private static func scattered(_ count: Int, over metres: Double, seed: UInt64 = 3) -> [PlanePoint] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in PlanePoint(x: random.number(0...metres), y: random.number(0...metres)) }
    }

    private static func incidents(_ count: Int, over metres: Double = 4000) -> [Incident] {
        scattered(count, over: metres).map { Incident(position: center.unproject($0)) }
    }

    private static func places(_ count: Int) -> [Place] {
        scattered(count, over: 4000, seed: 4).enumerated().map {
            Place(id: "\($0.offset)", name: nil, geometry: .point(center.unproject($0.element)))
        }
    }

    static let extremes: [Double] = [
        .infinity, -.infinity, .nan, 1e300, -1e300, 1e200, 1e19, 0x1p63, -0x1p63, 2.1e7, 0, -0.0, -1, 1e-300, 0x1p-1070,
        .leastNonzeroMagnitude,
        .greatestFiniteMagnitude,
    ]

    @Test(
        "A distance out of its range is refused with its name and the range, whatever the method", arguments: extremes)
    func distances(_ metres: Double) throws {
        let parameters: [(String, WritableKeyPath<HotspotQuestion, Double?>)] = [
            ("cell", \.cell), ("band", \.band), ("epsilon", \.epsilon), ("bandwidth", \.bandwidth),
        ]
        for method in HotspotQuestion.Method.allCases {
            let wide = HotspotQuestion(method: method, near: "schools", within: metres)
            expect(wide, isRefusedFor: "within")
            for (name, path) in parameters {
                var question = HotspotQuestion(method: method, near: "schools", within: 300)
                question[keyPath: path] = metres
                expect(question, isRefusedFor: name)
            }
        }
    }

    @Test("A count out of its range is refused with its name", arguments: [0, -1, -5, 1_000_001, Int.max, Int.min])
    func counts(_ count: Int) {
        var question = HotspotQuestion(method: .dbscan, near: "schools", within: 300)
        question.minimumPoints = count
        expect(question, isRefusedFor: "minimum_points")
        question = HotspotQuestion(near: "schools", within: 300)
        question.top = count
        expect(question, isRefusedFor: "top")
    }

    private func expect(_ question: HotspotQuestion, isRefusedFor parameter: String) {
        let error = #expect(throws: HotspotError.self) {
            try question.answer(incidents: Self.incidents(50), places: Self.places(3), now: Self.now)
        }
        #expect(error?.parameter == parameter)
        #expect(error?.description.hasPrefix(parameter) == true)
        #expect(error?.description.contains("…") == true)
    }

    @Test(
        "The ends of the ranges are answered or refused by name",
        arguments: HotspotQuestion.Method.allCases, [0.001, 1, 20_037_508])
    func ends(_ method: HotspotQuestion.Method, _ metres: Double) throws {
        for path in [\HotspotQuestion.cell, \.band, \.epsilon, \.bandwidth] {
            var question = HotspotQuestion(method: method, near: "schools", within: metres)
            question.cellLimit = 20_000
            question[keyPath: path] = metres
            do {
                let answer = try question.answer(incidents: Self.incidents(60), places: Self.places(3), now: Self.now)
                #expect(answer.places.count == 3)
                let html = try answer.html(version: "1")
                #expect(!answer.json(version: "1").isEmpty && !html.isEmpty)
            } catch let error as HotspotError {
                #expect(!error.parameter.isEmpty)
            }
        }
    }

    @Test(
        "Incidents all over the world and all at one place have answers too", arguments: HotspotQuestion.Method.allCases
    )
    func spreads(_ method: HotspotQuestion.Method) throws {
        let everywhere = [
            (-180.0, -90.0), (180, 90), (0, 0), (90, 45), (-90, -45), (179.9999, 0), (-179.9999, 0), (37, 55),
        ]
        .map { Incident(position: Coordinate(longitude: $0.0, latitude: $0.1)) }
        let piled = (0..<30).map { _ in Incident(position: Coordinate(longitude: 37, latitude: 55)) }
        let odd = (0..<30).map { Incident(position: Coordinate(longitude: 0, latitude: Double($0) * 0x1p-1070)) }
        for incidents in [everywhere, piled, odd] {
            for within in [0.001, 300, 20_037_508] {
                var question = HotspotQuestion(method: method, near: "schools", within: within)
                question.cellLimit = 20_000
                do {
                    let answer = try question.answer(incidents: incidents, places: Self.places(3), now: Self.now)
                    #expect(answer.incidents == incidents.count)
                    _ = try answer.html(version: "1")
                } catch is HotspotError {}
            }
        }
    }

    // MARK: - Memory

    @Test(
        "A band beyond the grid takes no more memory than the grid, and means all cells",
        arguments: CellGrid.Shape.allCases)
    func widestBand(_ shape: CellGrid.Shape) throws {
        let points = PlanePoints(Self.scattered(300, over: 1000))
        let grid = try CellGrid(covering: points.extent!, cellSize: 100, shape: shape, limit: 1000)
        let neighbourhood = grid.neighbourhood(within: 20_037_508)
        #expect(neighbourhood.even.count == 2 * grid.rows - 1)
        #expect(
            (neighbourhood.even + neighbourhood.odd).allSatisfy { $0.lastColumn - $0.firstColumn <= 2 * grid.columns })
        let widest = try GridHotspots(points, grid: grid, band: 20_037_508)
        let diagonal = try GridHotspots(points, grid: grid, band: 3000)
        #expect(widest.neighbours == diagonal.neighbours && widest.counts == diagonal.counts)
        #expect(widest.neighbours.allSatisfy { $0 == Int32(grid.count - 1) })
    }

    @Test("An answer that would list too many pairs of places and findings is refused before they are listed")
    func pairs() throws {
        for method in [HotspotQuestion.Method.giStar, .dbscan, .kde] {
            var question = HotspotQuestion(method: method, near: "schools", within: 20_000)
            question.cell = 100
            question.epsilon = 50
            question.minimumPoints = 3
            question.bandwidth = 150
            question.significance = 0.5
            let incidents = Self.incidents(400) + Self.incidents(100, over: 150)
            let answer = try question.answer(incidents: incidents, places: Self.places(40), now: Self.now)
            let listed = answer.places.reduce(0) { $0 + $1.reachedBy.count }
            #expect(listed >= 40)
            question.pairLimit = listed
            _ = try question.answer(incidents: incidents, places: Self.places(40), now: Self.now)
            question.pairLimit = listed - 1
            #expect(throws: HotspotError.tooManyPairs(limit: listed - 1)) {
                try question.answer(incidents: incidents, places: Self.places(40), now: Self.now)
            }
        }
    }

    @Test(
        "A shape of edges that all go from bottom to top keeps as many copies of them as others do, and the same distances"
    )
    func zigzag() throws {
        let corners =
            (0..<4000).map { PlanePoint(x: Double($0), y: $0 % 2 == 0 ? 0 : 1000) } + [PlanePoint(x: 2000, y: -10)]
        let shape = try #require(PlaceShape(polygon: corners))
        for point in Self.scattered(50, over: 4000) {
            let naive = corners.indices.map { index -> Double in
                let (a, b) = (corners[index], corners[(index + 1) % corners.count])
                let (dx, dy) = (b.x - a.x, b.y - a.y)
                let share = min(max(((point.x - a.x) * dx + (point.y - a.y) * dy) / (dx * dx + dy * dy), 0), 1)
                return point.distance(to: PlanePoint(x: a.x + share * dx, y: a.y + share * dy))
            }.min()!
            let distance = shape.distance(to: point)
            #expect(shape.contains(point) ? distance == 0 : abs(distance - naive) < 1e-6)
        }
    }

    // MARK: - Time

    /// Questions of which each would take minutes.
    static let longest: [HotspotQuestion] = {
        var cells = HotspotQuestion(method: .giStar, near: "schools", within: 300)
        (cells.cell, cells.band) = (2, 20_000_000)
        var clusters = HotspotQuestion(method: .dbscan, near: "schools", within: 300)
        (clusters.epsilon, clusters.minimumPoints) = (4000, 1_000_000)
        var surface = HotspotQuestion(method: .kde, near: "schools", within: 300)
        (surface.bandwidth, surface.cell) = (4000, 3)
        return [cells, clusters, surface]
    }()

    @Test(
        "A question that would take minutes ends soon after its time is spent", .timeLimit(.minutes(2)),
        arguments: longest)
    func spentTime(_ question: HotspotQuestion) {
        #expect(throws: TimeBudgetError.deadlineExceeded) {
            try question.answer(
                incidents: Self.incidents(60_000), places: Self.places(10), now: Self.now,
                budget: TimeBudget(.milliseconds(1500)))
        }
    }

    @Test("Counting around places that are all near all incidents ends when its time is spent", .timeLimit(.minutes(2)))
    func spentTimeOfCounts() throws {
        let star = (0..<20_000).map { index -> Coordinate in
            let angle = Double(index) / 20_000 * 2 * .pi
            let radius = index % 2 == 0 ? 1000.0 : 1900
            return Self.center.unproject(
                PlanePoint(x: 2000 + radius * cosine(angle), y: 2000 + radius * cosine(angle - .pi / 2)))
        }
        let place = Place(id: "star", name: nil, geometry: .polygon(Polygon(rings: [star + [star[0]]])))
        let question = HotspotQuestion(near: "schools", within: 20_000)
        #expect(throws: TimeBudgetError.deadlineExceeded) {
            try question.answer(
                incidents: Self.incidents(20_000), places: Array(repeating: place, count: 50), now: Self.now,
                budget: TimeBudget(.milliseconds(1500)))
        }
    }

    @Test("A report on works stops when nobody wants it any more")
    func report() {
        let budget = TimeBudget.unlimited
        budget.cancel()
        let work = WorkOutcome(kind: .hazard, category: "pothole", status: .reported, beganAt: Self.now)
        #expect(throws: TimeBudgetError.cancelled) {
            try DeadlineReport(
                Array(repeating: work, count: 5000), by: .categories, period: Period(from: nil, until: nil),
                at: Self.now, minimumSample: 10,
                within: budget)
        }
        #expect(throws: TimeBudgetError.cancelled) {
            try KaplanMeier(
                (0..<50_000).map { KaplanMeier.Duration(Double($0 * 7919 % 50_000), ended: true) }, within: budget)
        }
    }

    /// The cosine by its series, so that no C library has to be imported.
    private func cosine(_ angle: Double) -> Double {
        let reduced = angle - (angle / (2 * .pi)).rounded() * 2 * .pi
        var (term, sum) = (1.0, 1.0)
        for step in 1..<30 {
            term *= -reduced * reduced / Double((2 * step - 1) * (2 * step))
            sum += term
        }
        return sum
    }
}
