import Cartography
import Geometry
import Testing
import Works

@Suite("Low zooms")
struct OverviewTests {
    @Test(
        "Leaving out what cannot be seen changes the picture by less than 1 % of the range",
        arguments: [6, 9, 11, 13])
    func difference(zoom: Int) throws {
        var works = TestCity.works(1200, spread: 60)
        var generator = SplitMix(seed: 4)
        for number in 1201...5000 {
            works.append(
                TestCity.work(
                    number, .hazard,
                    at: TestCity.point(generator.unit() * 30 - 15, generator.unit() * generator.unit() * 20),
                    category: ["pothole", "spill", "sinkhole"][number % 3]))
        }
        let atlas = try TestCity.atlas(MemoryStore(works: works))
        let address = TileAddress(containing: TestCity.center, zoom: zoom)
        let tile = try atlas.tile(TileRequest(tileset: "bench", address: address), at: TestCity.now, budget: .unlimited)
        // A filter by time passes everything but cannot rely on one work standing for another.
        var everything = WorkFilter()
        everything.updatedSince = Instant(year: 2000, month: 1, day: 1)
        let full = try atlas.tile(
            TileRequest(tileset: "bench", address: address, filter: everything), at: TestCity.now, budget: .unlimited)
        let (a, b) = (try #require(DecodedPNG(tile.bytes)), try #require(DecodedPNG(full.bytes)))
        #expect(a.meanDifference(to: b) < 0.01)
    }
}
