import Cartography
import Geometry
import SeededRandom
import Testing
import TimeBudgets
import Works

@Suite("Low zooms")
struct OverviewTests {
    /// Works of every kind over 0.7 by 0.35 degrees, as wide as a tile of zoom 9, and more points towards the middle.
    private static let works: [Work] = {
        var works = TestCity.works(6000, spread: 350)
        var generator = SeededRandom(seed: 4)
        for number in 6001...20_000 {
            works.append(
                TestCity.work(
                    number, .hazard,
                    at: TestCity.point(
                        generator.unit() * generator.unit() * 700 - 350, generator.unit() * generator.unit() * 350 - 175
                    ),
                    category: ["pothole", "spill", "sinkhole"][number % 3]))
        }
        return works
    }()

    private static let atlas = Result {
        try TestCity.atlas(MemoryStore(works: works), styles: TestCity.benchmarkStyles)
    }

    @Test(
        "Leaving out what cannot be seen changes the picture by less than 1 % of the range",
        arguments: [6, 8, 9, 10, 12, 14])
    func difference(zoom: Int) throws {
        let address = TileAddress(containing: TestCity.center, zoom: zoom)
        let tile = try Self.atlas.get().tile(
            TileRequest(tileset: "bench", address: address), at: TestCity.now, budget: .unlimited)
        let (few, all) = (
            try #require(DecodedPNG(tile.bytes)), try #require(DecodedPNG(FullDrawing.tile(of: Self.works, address)))
        )
        #expect(all.bytes.contains { $0 > 0 })
        #expect(few.meanDifference(to: all) < 0.01)
    }

    @Test("After works went away, moved and came, low zooms show what a fresh start shows", arguments: [7, 10, 13])
    func changes(zoom: Int) throws {
        var generator = SeededRandom(seed: 11)
        func work(_ number: Int) -> Work {
            TestCity.work(
                number, number % 5 == 0 ? .outage : .hazard,
                at: TestCity.point(generator.unit() * 30 - 15, generator.unit() * generator.unit() * 20),
                category: ["pothole", "spill", "sinkhole"][number % 3])
        }
        let store = MemoryStore(works: (1...3000).map(work))
        let atlas = try TestCity.atlas(store, styles: TestCity.benchmarkStyles)
        for _ in 0..<10 {
            // The later ones hide the others, so it is they that must give way.
            for _ in 0..<60 {
                var changed = work(1 + Int(generator.unit().squareRoot() * 3100))
                if generator.unit() < 0.7 { changed.geometry = nil }
                store.put(changed)
            }
            try atlas.refresh()
        }
        let fresh = try TestCity.atlas(store, styles: TestCity.benchmarkStyles)
        let request = TileRequest(tileset: "bench", address: TileAddress(containing: TestCity.center, zoom: zoom))
        let tile = try atlas.tile(request, at: TestCity.now, budget: .unlimited)
        let expected = try fresh.tile(request, at: TestCity.now, budget: .unlimited)
        let (a, b) = (try #require(DecodedPNG(tile.bytes)), try #require(DecodedPNG(expected.bytes)))
        #expect(!expected.isEmpty && a.meanDifference(to: b) < 0.0005)
    }
}
