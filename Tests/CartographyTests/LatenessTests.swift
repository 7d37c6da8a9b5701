import Cartography
import Geometry
import Testing
import TimeBudgets
import Works

@Suite("Works that are late")
struct LatenessTests {
    private func tile(_ work: Work, zoom: Int, at now: Instant = TestCity.now) throws -> EncodedTile {
        let atlas = try TestCity.atlas(MemoryStore(works: [work]))
        let address = TileAddress(containing: TestCity.center, zoom: zoom)
        return try atlas.tile(TileRequest(tileset: "works", address: address), at: now, budget: .unlimited)
    }

    @Test("say at close zooms by how many days, and the tile holds until the next day of delay begins")
    func days() throws {
        // A quarter of a tile away from its edges.
        let point = Geometry.point(TileAddress(containing: TestCity.center, zoom: 17).bounds.center)
        let work = TestCity.work(1, at: point, dueInHours: -30)
        let late = try tile(work, zoom: 17)
        #expect(late.expiresAt == TestCity.now + 18 * 3600 + 1)
        let sameDay = try tile(work, zoom: 17, at: TestCity.now + 18 * 3600)
        #expect(sameDay.bytes == late.bytes)
        let nextDay = try tile(work, zoom: 17, at: TestCity.now + 18 * 3600 + 1)
        #expect(nextDay.bytes != late.bytes)
        // Further out no days are told, and nothing changes by the clock any more.
        #expect(try tile(work, zoom: 14).expiresAt == nil)
        #expect(try tile(work, zoom: 14).bytes == tile(work, zoom: 14, at: TestCity.now + 86_400 * 40).bytes)
    }

    @Test(
        "are drawn as of any moment, however far from those that works have",
        arguments: [
            Instant.range.lowerBound, Instant("1969-12-31T23:59:59Z")!, Instant("1970-01-02T00:00:00Z")!,
            Instant("2106-02-07T06:28:15Z")!,
            Instant("2200-01-01T00:00:00Z")!, Instant.range.upperBound,
        ])
    func farMoments(_ now: Instant) throws {
        let point = Geometry.point(TileAddress(containing: TestCity.center, zoom: 17).bounds.center)
        for due in [Instant.range.lowerBound, Instant("1970-01-01T00:00:00Z")!, TestCity.now, Instant.range.upperBound]
        {
            var work = TestCity.work(1, at: point, dueInHours: 1)
            work.dueAt = due
            for zoom in [14, 17] { #expect(try !tile(work, zoom: zoom, at: now).bytes.isEmpty) }
        }
    }

    @Test("say so too once they are done, as long as they were late; others say nothing")
    func done() throws {
        let point = Geometry.point(TileAddress(containing: TestCity.center, zoom: 18).bounds.center)
        func done(dueInHours: Int) throws -> [UInt8] {
            try tile(TestCity.work(1, at: point, status: .done, dueInHours: dueInHours), zoom: 18).bytes
        }
        // Done two hours ago: 22 and 20 hours late are one day, 26 hours are two.
        #expect(try done(dueInHours: -24) == done(dueInHours: -22))
        #expect(try done(dueInHours: -28) != done(dueInHours: -24))
        #expect(try done(dueInHours: 1) == done(dueInHours: 100))
    }

    @Test("are a larger part of the ring around a count, the more of them there are", arguments: [0, 3, 10])
    func ring(late: Int) throws {
        let works = (1...10).map { number in
            TestCity.work(number, at: .point(TestCity.center), dueInHours: number <= late ? -48 : 300)
        }
        let atlas = try TestCity.atlas(MemoryStore(works: works))
        let address = TileAddress(containing: TestCity.center, zoom: 10)
        let tile = try atlas.tile(
            TileRequest(tileset: "works", address: address), at: TestCity.now, budget: .unlimited)
        let picture = try #require(DecodedPNG(tile.bytes))
        var (red, blue) = (0, 0)
        for y in 0..<picture.height {
            for x in 0..<picture.width {
                let pixel = picture.pixel(x, y)
                guard pixel[3] > 200 else { continue }
                if pixel[0] > 150, pixel[1] < 60, pixel[2] < 90 { red += 1 }
                if pixel[0] < 40, pixel[1] > 90, pixel[2] > 150 { blue += 1 }
            }
        }
        let share = Double(red) / Double(max(1, red + blue))
        #expect(abs(share - Double(late) / 10) < 0.08)
    }
}
