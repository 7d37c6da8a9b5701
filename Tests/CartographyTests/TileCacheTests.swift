import Cartography
import Geometry
import Testing
import TimeBudgets
import Works

@Suite("The tile cache")
struct TileCacheTests {
    /// Two works half a kilometre apart, each in a tile of its own at zoom 16.
    private let here = TestCity.point(0, 0)
    private let there = TestCity.point(30, 0)

    private func address(_ geometry: Geometry, zoom: Int = 16) throws -> TileAddress {
        TileAddress(containing: try #require(geometry.bounds).center, zoom: zoom)
    }

    /// Whether asking again is answered from the cache.
    private func isCached(_ atlas: Atlas, _ request: TileRequest, at now: Instant = TestCity.now) throws -> Bool {
        let before = atlas.status.cache.hits
        _ = try atlas.tile(request, at: now, budget: .unlimited)
        return atlas.status.cache.hits > before
    }

    private func city() throws -> (MemoryStore, Atlas) {
        let store = MemoryStore(works: [
            TestCity.work(1, .hazard, at: here), TestCity.work(2, .outage, at: there),
            TestCity.work(3, .roadRepair, at: there, status: .done),
        ])
        return (store, try TestCity.atlas(store, cacheBytes: 1 << 24))
    }

    @Test(
        "A change ends the tiles that show the work, at every zoom and in every tileset that shows it, and no other tile"
    )
    func change() throws {
        let (store, atlas) = try city()
        let touched = try [2, 12, 16, 20].flatMap { zoom in
            try ["works", "hazards"].map { TileRequest(tileset: $0, address: try address(here, zoom: zoom)) }
        }
        var onlyOpen = WorkFilter()
        onlyOpen.openOnly = true
        var onlyDone = WorkFilter()
        onlyDone.statuses = [.done]
        let alsoTouched = [
            TileRequest(tileset: "works", address: try address(here), format: .mvt),
            TileRequest(tileset: "works", address: try address(here), filter: onlyOpen),
        ]
        let untouched = [
            TileRequest(tileset: "works", address: try address(there)),
            TileRequest(tileset: "outages", address: try address(here)),
            TileRequest(tileset: "basemap", address: try address(here)),
            TileRequest(tileset: "works", address: try address(here), filter: onlyDone),
        ]
        for request in touched + alsoTouched + untouched { #expect(try !isCached(atlas, request)) }
        for request in touched + alsoTouched + untouched { #expect(try isCached(atlas, request)) }

        var work = TestCity.work(1, .hazard, at: here)
        work.severity = .severe
        store.put(work)
        #expect(try atlas.refresh())
        for request in touched + alsoTouched {
            #expect(try !isCached(atlas, request), "\(request.tileset) \(request.address)")
        }
        for request in untouched { #expect(try isCached(atlas, request), "\(request.tileset) \(request.address)") }
        #expect(try !atlas.refresh())
    }

    @Test("A work that is hidden ends the tiles that show it and is in none, until it is back")
    func hiding() throws {
        let (store, atlas) = try city()
        let empty = try TestCity.atlas(MemoryStore(works: []))
        let request = TileRequest(tileset: "hazards", address: try address(here))
        let untouched = TileRequest(tileset: "works", address: try address(there))
        let shown = try atlas.tile(request, at: TestCity.now, budget: .unlimited).bytes
        let bare = try empty.tile(request, at: TestCity.now, budget: .unlimited).bytes
        #expect(shown != bare)
        _ = try isCached(atlas, untouched)
        store.hide(TestCity.work(1, .hazard, at: here).id)
        #expect(try atlas.refresh())
        #expect(try atlas.tile(request, at: TestCity.now, budget: .unlimited).bytes == bare)
        #expect(atlas.status.works == 2)
        #expect(try isCached(atlas, untouched))
        store.put(TestCity.work(1, .hazard, at: here))
        #expect(try atlas.refresh())
        #expect(try atlas.tile(request, at: TestCity.now, budget: .unlimited).bytes == shown)
    }

    @Test("A work that moves ends the tiles of its old and of its new place")
    func move() throws {
        let (store, atlas) = try city()
        let new = TestCity.point(60, 10)
        let old = TileRequest(tileset: "hazards", address: try address(here))
        let next = TileRequest(tileset: "hazards", address: try address(new))
        let before = try atlas.tile(old, at: TestCity.now, budget: .unlimited)
        #expect(try atlas.tile(next, at: TestCity.now, budget: .unlimited).isEmpty)
        store.put(TestCity.work(1, .hazard, at: new))
        try atlas.refresh()
        #expect(try atlas.tile(old, at: TestCity.now, budget: .unlimited).isEmpty)
        let after = try atlas.tile(next, at: TestCity.now, budget: .unlimited)
        #expect(!after.isEmpty && !before.isEmpty)
    }

    @Test("A tile ends when a work in it crosses a deadline, not before, and another work's deadline does not end it")
    func deadline() throws {
        let due = TestCity.now + 240 * 3600
        let (_, atlas) = try city()
        let request = TileRequest(tileset: "works", address: try address(here))
        let soon = due - DeadlineState.dueSoonWindow
        let first = try atlas.tile(request, at: TestCity.now, budget: .unlimited)
        #expect(first.expiresAt == soon)
        #expect(try isCached(atlas, request, at: soon - 1))
        #expect(try !isCached(atlas, request, at: soon))
        let second = try atlas.tile(request, at: soon, budget: .unlimited)
        #expect(second.expiresAt == due + 1)
        #expect(second.digest != first.digest)
        let third = try atlas.tile(request, at: due + 1, budget: .unlimited)
        // Each further day of delay is told on the tile.
        #expect(third.expiresAt == due + 86_401)
        #expect(third.digest != second.digest)
    }

    @Test("A filter by state makes a tile end when a work comes into that state")
    func stateFilter() throws {
        let (store, atlas) = try city()
        var filter = WorkFilter()
        filter.deadlineStates = [.overdue]
        let request = TileRequest(tileset: "works", address: try address(here), filter: filter)
        let empty = try atlas.tile(request, at: TestCity.now, budget: .unlimited)
        #expect(empty.isEmpty)
        #expect(empty.expiresAt == TestCity.now + 240 * 3600 - DeadlineState.dueSoonWindow)
        // A work that will be overdue in an hour does not show yet, but the tile may not outlive that hour.
        store.put(TestCity.work(4, .hazard, at: here, dueInHours: 1))
        try atlas.refresh()
        #expect(try isCached(atlas, request))
        let kept = try atlas.tile(request, at: TestCity.now, budget: .unlimited)
        #expect(kept.expiresAt == TestCity.now + 3601)
        #expect(try !atlas.tile(request, at: TestCity.now + 3601, budget: .unlimited).isEmpty)
    }

    @Test("The cache keeps within its memory and drops what was not used for longest")
    func memory() throws {
        let store = MemoryStore(works: TestCity.works(200))
        let atlas = try TestCity.atlas(store, cacheBytes: 60_000)
        let middle = TileAddress(containing: TestCity.center, zoom: 14)
        let requests = try (0..<30).map { index in
            TileRequest(
                tileset: "works",
                address: try #require(TileAddress(z: 14, x: middle.x + index % 6 - 3, y: middle.y + index / 6 - 2)))
        }
        for request in requests {
            _ = try atlas.tile(request, at: TestCity.now, budget: .unlimited)
            _ = try atlas.tile(requests[0], at: TestCity.now, budget: .unlimited)
            #expect(atlas.status.cache.bytes <= 60_000)
        }
        #expect(atlas.status.cache.evicted > 0)
        #expect(try isCached(atlas, requests[0]))
        #expect(try !isCached(atlas, requests[1]))
    }

    @Test("Tiles of made-up filters count their keys, keep to their part and displace no tile of the map")
    func rareFilters() throws {
        let store = MemoryStore(works: TestCity.works(200))
        let atlas = try TestCity.atlas(store, cacheBytes: 800_000)
        let middle = try address(here)
        let map = TileRequest(tileset: "works", address: middle)
        _ = try atlas.tile(map, at: TestCity.now, budget: .unlimited)
        for number in 0..<40 {
            var filter = WorkFilter()
            filter.words = ["\(number)" + String(repeating: "x", count: 20_000)]
            let request = TileRequest(tileset: "works", address: middle, filter: filter)
            _ = try atlas.tile(request, at: TestCity.now, budget: .unlimited)
        }
        let status = atlas.status.cache
        #expect(status.bytes <= 200_000, "an eighth of the memory, and the tile of the map")
        #expect(status.evicted > 30)
        #expect(try isCached(atlas, map))
    }
}
