import Geometry
import SeededRandom
import Testing
import TimeBudgets
import Works

@testable import Cartography

@Suite("Crowds of discs")
struct PointCoverTests {
    /// Hazards in a crowd, some 60 by 50 pixels at zoom 10.
    private static func crowd(_ numbers: ClosedRange<Int>, _ generator: inout SeededRandom) -> [Work] {
        numbers.map { number in
            TestCity.work(
                number, .hazard, at: TestCity.point(generator.unit() * 80 - 40, generator.unit() * 40 - 20),
                category: ["pothole", "spill", "sinkhole"][number % 3])
        }
    }

    /// An atlas of 20 000 of them.
    private static let crowded = Result {
        var generator = SeededRandom(seed: 5)
        return try TestCity.atlas(
            MemoryStore(works: crowd(1...20_000, &generator)), styles: TestCity.benchmarkStyles)
    }

    private func tile(_ atlas: Atlas, _ zoom: Int, _ filter: WorkFilter = .all) throws -> DecodedPNG {
        let request = TileRequest(
            tileset: "bench", address: TileAddress(containing: TestCity.center, zoom: zoom), filter: filter)
        return try #require(DecodedPNG(try atlas.tile(request, at: TestCity.now, budget: .unlimited).bytes))
    }

    /// The share of a picture that something is drawn on.
    private func share(_ picture: DecodedPNG) -> Double {
        Double(stride(from: 3, to: picture.bytes.count, by: 4).count { picture.bytes[$0] > 0 }) * 4
            / Double(picture.bytes.count)
    }

    @Test(
        "What is left out changes a picture by less than 1 % of the range, and what is drawn of it by less than 4 %",
        arguments: [9, 10, 12, 13])
    func difference(zoom: Int) throws {
        let atlas = try Self.crowded.get()
        // A filter by time passes everything but cannot rely on one work standing for another.
        var everything = WorkFilter()
        everything.updatedSince = Instant(year: 2000, month: 1, day: 1)
        let few = try tile(atlas, zoom), all = try tile(atlas, zoom, everything)
        #expect(share(all) > 0)
        #expect(few.meanDifference(to: all) < min(0.01, 0.04 * share(all)))
    }

    @Test("After discs on top went away, those that they covered are seen", arguments: [10, 12])
    func changes(zoom: Int) throws {
        var generator = SeededRandom(seed: 6)
        let store = MemoryStore(works: Self.crowd(1...3000, &generator))
        let atlas = try TestCity.atlas(store, styles: TestCity.benchmarkStyles)
        for _ in 0..<3 {
            for number in Set((0..<80).map { _ in 1 + Int(generator.unit().squareRoot() * 3000) }) {
                var changed = Self.crowd(number...number, &generator)[0]
                if generator.unit() < 0.7 { changed.geometry = nil }
                store.put(changed)
            }
            try atlas.refresh()
        }
        let fresh = try TestCity.atlas(store, styles: TestCity.benchmarkStyles)
        let expected = try tile(fresh, zoom)
        #expect(share(expected) > 0)
        #expect(try tile(atlas, zoom).meanDifference(to: expected) < 0.02 * share(expected))
    }

    @Test("What counts as covered lies below later discs, but for two pixels")
    func oracle() throws {
        var generator = SeededRandom(seed: 8)
        var traits = Traits()
        let kinds: [WorkKind] = [.hazard, .outage]
        let numbers = try kinds.map { kind in
            try traits.number(
                of: WorkTrait(
                    kind: kind, status: .reported, severity: .moderate, trafficImpact: nil, category: Traits.absent,
                    district: Traits.absent, organisation: Traits.absent, contractor: Traits.absent, isMovedLate: false)
            )
        }
        // At the deepest zoom: above it what was left out before has a share in what is left out.
        let count = 2500, zoom = PointCover.zooms.upperBound
        // 60 pixels across, in two blocks.
        let quarter = UInt32(1) << UInt32(22 - zoom)
        let places = (0..<count).map { _ in
            (
                x: 0x8000_0000 - 120 * quarter + UInt32(generator.unit() * 240 * Double(quarter)),
                y: 0x5000_0000 + UInt32(generator.unit() * 240 * Double(quarter))
            )
        }.sorted { HilbertCurve.key(x: $0.x, y: $0.y) < HilbertCurve.key(x: $1.x, y: $1.y) }
        var facts = WorkFacts()
        for number in (0..<UInt32(count)).shuffled(using: &generator) {
            facts.append(
                StagedWork(
                    number: number, id: TestCity.id(Int(number)), trait: numbers[number % 7 == 0 ? 1 : 0], due: .none,
                    start: .none, completed: .none, updated: .none))
        }
        let tiers = PointCover.tiers(
            keys: places.map { HilbertCurve.key(x: $0.x, y: $0.y) }, x: places.map(\.x), y: places.map(\.y),
            facts: facts, traits)
        let seen = (0..<count).filter { Int(tiers[$0]) <= PointCover.tier(zoom: zoom) }
        #expect(seen.count < count / 3)
        func place(_ point: Int) -> SIMD2<Int> {
            SIMD2(Int(places[point].x / quarter), Int(places[point].y / quarter))
        }
        for point in 0..<count where Int(tiers[point]) > PointCover.tier(zoom: zoom) {
            let own = place(point)
            let later = seen.filter {
                facts.trait($0) == facts.trait(point) && facts.number[$0] > facts.number[point]
            }.map { place($0) &- own }
            let radius = DiscCover.radius
            var bare = 0
            for y in -radius...radius {
                for x in -radius...radius where x * x + y * y <= radius * radius {
                    func isCovered(_ disc: SIMD2<Int>) -> Bool {
                        (disc.x - x) * (disc.x - x) + (disc.y - y) * (disc.y - y) <= radius * radius
                    }
                    if !later.contains(where: isCovered) { bare += 1 }
                }
            }
            #expect(bare <= 32)
        }
    }
}
