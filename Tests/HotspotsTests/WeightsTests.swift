import Foundation
import Geometry
import SeededRandom
import Testing
import TimeBudgets
import Works

@testable import Hotspots

@Suite("Weights and sizes of cells")
struct WeightsTests {
    static let now = Instant("2026-06-01T00:00:00Z")!
    static let center = LocalProjection(center: Coordinate(longitude: 10, latitude: 50))

    private func at(_ x: Double, _ y: Double) -> Coordinate { Self.center.unproject(PlanePoint(x: x, y: y)) }

    /// Six hundred incidents of weight 1, and thirty of another weight around the first school.
    private func incidents(_ weight: Double, others: Double = 1) -> [Incident] {
        var random = SeededRandom(seed: 11)
        let even = (0..<600).map { _ in
            Incident(position: at(random.number(-3000...3000), random.number(-3000...3000)), weight: others)
        }
        let pile = (0..<30).map { _ in
            Incident(position: at(random.number(900...1000), random.number(900...1000)), weight: weight)
        }
        return even + pile
    }

    private var schools: [Place] {
        [
            Place(id: "a", name: nil, geometry: .point(at(950, 950))),
            Place(id: "b", name: nil, geometry: .point(at(-1500, -1500))),
        ]
    }

    private func answer(
        _ incidents: [Incident], _ method: HotspotQuestion.Method = .count, weighted: Bool = true,
        _ change: (inout HotspotQuestion) -> Void = { _ in }
    ) throws -> HotspotAnswer {
        var question = HotspotQuestion(method: method, near: "schools", within: 300)
        question.countsWeights = weighted
        change(&question)
        return try question.answer(incidents: incidents, places: schools, now: Self.now)
    }

    @Test("Equal weights compare places as incidents do, in another unit", arguments: [1.0, 0.25, 40])
    func equalWeights(weight: Double) throws {
        let plain = try answer(incidents(1), weighted: false)
        let weighted = try answer(incidents(weight, others: weight))
        for (one, other) in zip(weighted.places.map(\.count), plain.places.map(\.count)) {
            #expect(abs(one.expected! - weight * other.expected!) < 1e-9 * weight)
            #expect(abs(one.interval.low - weight * other.interval.low) < 1e-6 * weight)
            #expect(abs(one.p! / other.p! - 1) < 1e-6 && one.verdict == other.verdict)
            #expect(abs(one.rate! - other.rate!) < 1e-9)
        }
    }

    @Test("Heavy incidents make a place and a cell hot; incidents of weight 0 do not")
    func heavyAndZero() throws {
        let heavy = try answer(incidents(5), .giStar)
        #expect(heavy.places[0].place.id == "a" && heavy.places[0].count.verdict == .more)
        #expect(heavy.grid?.model == "gamma")
        let hot = heavy.cells(significantOnly: true).filter { $0.z > 0 }
        #expect(hot.contains { $0.weighted >= 100 } && hot.count <= 16)
        let light = try answer(incidents(0), .giStar)
        #expect(light.cells(significantOnly: true).allSatisfy { $0.z <= 0 })
        #expect(light.places.allSatisfy { $0.count.verdict == nil })
        #expect(throws: HotspotError.noWeight) { try answer(incidents(0, others: 0)) }
    }

    @Test("Weights of random incidents make no cell hot more often than 1 in 20")
    func random() throws {
        var hot = 0
        for set in 0..<40 {
            var random = SeededRandom(seed: UInt64(set))
            let even = (0..<300).map { index in
                Incident(
                    position: at(random.number(-2000...2000), random.number(-2000...2000)),
                    weight: [1, 3, 10][index % 3])
            }
            let found = try answer(even, .giStar) { $0.cell = 200 }
            hot += found.cells(significantOnly: true).contains { $0.z > 0 } ? 1 : 0
        }
        #expect(hot <= 6)
    }

    @Test("Weights make positions core where they sum up to as much as so many incidents")
    func dbscan() throws {
        let points = PlanePoints((0..<4).map { PlanePoint(x: Double($0), y: 0) })
        let light = try DensityClusters(points, weights: [1, 1, 1, 1], epsilon: 1.5, minimumPoints: 4)
        #expect(light.clusterCount == 0)
        #expect(
            try DensityClusters(points, weights: [1, 1, 1, 1], epsilon: 1.5, minimumPoints: 3).isCore == [
                false, true, true, false,
            ])
        let heavy = try DensityClusters(points, weights: [0, 5, 0, 0], epsilon: 1.5, minimumPoints: 4)
        #expect(heavy.isCore == [true, true, true, false] && heavy.labels == [0, 0, 0, 0])
    }

    @Test("Weights are read by severity, each in its range")
    func reading() throws {
        let weights = try SeverityWeights("minor=1,severe=12.5")
        #expect(weights == SeverityWeights(minor: 1, moderate: 2, severe: 12.5))
        for text in ["", "minor", "minor=-1", "minor=x", "huge=3", "minor=1e9", "minor=nan", "minor=1,,severe=2"] {
            #expect(throws: SeverityWeightsError.self) { try SeverityWeights(text) }
        }
        #expect(throws: HotspotError.noWeight) {
            try answer(incidents(1)) { $0.severityWeights = SeverityWeights(minor: 0, moderate: 0, severe: 0) }
        }
    }

    @Test("A pile is hot at every size of cells, and the automatic size has two incidents a cell")
    func sizes() throws {
        let found = try answer(incidents(1), .giStar, weighted: false) {
            $0.cell = 150
            $0.furtherCells = [250, 400]
        }
        #expect(found.places[0].hotAt == [150, 250, 400] && found.places[1].hotAt == [])
        #expect(found.stability.map(\.size) == [150, 250, 400] && found.stability.allSatisfy { $0.hot > 0 })
        let automatic = try answer(incidents(1), .giStar, weighted: false) { $0.isCellAutomatic = true }
        let size = try #require(automatic.grid).grid.cellSize
        #expect(abs(size - (2 * automatic.studyArea!.area / 630).squareRoot()) < 1e-9)
        #expect(throws: HotspotError.self) {
            try answer(incidents(1), .giStar, weighted: false) { $0.furtherCells = [.nan] }
        }
    }
}
