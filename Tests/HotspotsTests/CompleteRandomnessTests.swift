import Foundation
import Geometry
import SeededRandom
import Testing
import Works

@testable import Hotspots

/// Share of random sets of incidents that have “hot” cells or “clustering”. `WORKSMAP_RANDOM_SETS=400` takes more sets; `make bench-randomness`
/// asks the command line.
@Suite("Complete randomness")
struct CompleteRandomnessTests {
    static let sets = ProcessInfo.processInfo.environment["WORKSMAP_RANDOM_SETS"].flatMap { Int($0) } ?? 40
    static let now = Instant("2026-06-01T00:00:00Z")!
    static let center = LocalProjection(center: Coordinate(longitude: 10, latitude: 50))

    /// So many of the sets may have one: 5 % and three standard errors.
    static var most: Double { 0.05 * Double(sets) + 3 * (0.05 * 0.95 * Double(sets)).squareRoot() }

    /// Random incidents over 6 × 6 km, which are 30 × 30 cells.
    private func incidents(perCell: Double, set: Int) -> [Incident] {
        var random = SeededRandom(seed: UInt64(set) * 1000 + UInt64(perCell * 100))
        return (0..<Int(900 * perCell)).map { _ in
            let point = PlanePoint(x: random.number(-3000...3000), y: random.number(-3000...3000))
            return Incident(position: Self.center.unproject(point))
        }
    }

    private func question() -> HotspotQuestion {
        var question = HotspotQuestion(method: .giStar, near: "schools", within: 400)
        question.cell = 200
        return question
    }

    @Test(
        "At most one random set in twenty has a hot cell, clustering, or a place with more or fewer",
        arguments: [0.05, 0.2, 1, 4])
    func falseAlarms(perCell: Double) throws {
        let schools = (0..<40).map { index in
            let point = PlanePoint(x: Double(index % 8) * 700 - 2450, y: Double(index / 8) * 1000 - 2000)
            return Place(id: "\(index)", name: nil, geometry: .point(Self.center.unproject(point)))
        }
        var (hot, clustered, wrong) = (0, 0, 0)
        for set in 0..<Self.sets {
            let answer = try question().answer(
                incidents: incidents(perCell: perCell, set: set), places: schools, now: Self.now)
            hot += answer.cells(significantOnly: true).contains { $0.z > 0 } ? 1 : 0
            clustered += try #require(answer.moran).p <= 0.05 ? 1 : 0
            wrong += answer.places.contains { $0.count.verdict != nil } ? 1 : 0
        }
        print(
            "\(perCell) incidents a cell, \(Self.sets) random sets: hot cells in \(hot), Moran's I in \(clustered), places in \(wrong)"
        )
        #expect(Double(hot) <= Self.most)
        #expect(Double(clustered) <= Self.most)
        #expect(Double(wrong) <= Self.most)
    }

    @Test("One lone hot cell among random incidents is found", arguments: [0.2, 1, 4])
    func loneCell(perCell: Double) throws {
        let pile = (0..<Int(15 + 10 * perCell)).map { index in
            Incident(position: Self.center.unproject(PlanePoint(x: 905 + Double(index), y: 1105)))
        }
        let answer = try question().answer(
            incidents: incidents(perCell: perCell, set: 1) + pile, places: [], now: Self.now)
        let hot = answer.cells(significantOnly: true).filter { $0.z > 0 }
        #expect(hot.contains { $0.incidents >= pile.count })
        #expect(hot.count <= 9)
    }

    @Test("Moran's I finds a gradient, and is the same for the same seed")
    func gradient() throws {
        var random = SeededRandom(seed: 6)
        let slope = (0..<900).map { _ in
            let x = random.unit().squareRoot() * 6000 - 3000
            return Incident(position: Self.center.unproject(PlanePoint(x: x, y: random.number(-3000...3000))))
        }
        func test(seed: Int, count: Int = 999) throws -> MoranTest {
            var question = question()
            question.permutations = Permutations(count: count, seed: seed)
            return try #require(try question.answer(incidents: slope, places: [], now: Self.now).moran)
        }
        let one = try test(seed: 1)
        #expect(one.permutations == 999 && one.p == 0.002)
        #expect(try test(seed: 1).p == one.p)
        #expect(try test(seed: 2, count: 9999).p < 0.002)
        let random900 = try question().answer(
            incidents: incidents(perCell: 1, set: 3), places: [], now: Self.now)
        #expect(try #require(random900.moran?.permutations) < 999)
    }

    @Test("Nine incidents, and a grid of few cells, are not judged, which is said")
    func tooFew() throws {
        let nine = Array(incidents(perCell: 1, set: 1).prefix(9))
        var large = question()
        large.cell = 3000
        for (asked, given) in [(question(), nine), (large, incidents(perCell: 1, set: 1))] {
            let answer = try asked.answer(incidents: given, places: [], now: Self.now)
            #expect(answer.grid?.model == nil && answer.moran == nil)
            #expect(answer.cells(significantOnly: true).isEmpty)
            #expect(answer.limits.contains { $0.code == .tooFewToJudge })
        }
    }
}
