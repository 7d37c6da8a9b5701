import Geometry
import SeededRandom
import Synchronization
import Testing
import TimeBudgets
import Works

@testable import Cartography

@Suite("The snapshot")
struct SnapshotTests {
    @Test("The fast projection is within half a unit of the exact one, from pole to pole")
    func projection() {
        let projection = FastMercator.Projection()
        var generator = SeededRandom(seed: 1)
        for _ in 0..<200_000 {
            let coordinate = Coordinate(longitude: generator.unit() * 360 - 180, latitude: generator.unit() * 180 - 90)
            let fast = projection.point(longitude: coordinate.longitude, latitude: coordinate.latitude)
            let exact = WorldPoint(coordinate)
            #expect(abs(Int64(fast.x) - Int64(exact.x)) <= 1)
            #expect(abs(Int64(fast.y) - Int64(exact.y)) <= 1)
        }
    }

    @Test("Cells of the Hilbert curve are unbroken, and neighbours on it are neighbours on the plane")
    func hilbert() {
        var keys: [UInt64: (x: Int, y: Int)] = [:]
        for x in 0..<16 {
            for y in 0..<16 { keys[HilbertCurve.key(x: UInt32(x) << 28, y: UInt32(y) << 28) >> 56] = (x, y) }
        }
        #expect(keys.count == 256)
        for key in 1..<UInt64(256) {
            guard let a = keys[key - 1], let b = keys[key] else { continue }
            #expect(abs(a.x - b.x) + abs(a.y - b.y) == 1)
        }
    }

    @Test("The tree finds exactly the items that a plain search finds", arguments: [0, 1, 15, 16, 17, 300, 5000])
    func tree(count: Int) {
        var generator = SeededRandom(seed: UInt64(count))
        func box(_ size: Double) -> WorldBox {
            let (x, y) = (generator.unit() * 4e9, generator.unit() * 4e9)
            return WorldBox(
                minX: UInt32(x), minY: UInt32(y), maxX: UInt32(x + generator.unit() * size),
                maxY: UInt32(y + generator.unit() * size))
        }
        let random = (0..<count).map { _ in box(2e7) }
        let boxes = ShapeShelf.order(random).map { random[Int($0)] }
        let tree = PackedTree(count: count, fanOut: 16) { boxes[$0] }
        for _ in 0..<50 {
            let query = box(2e8)
            var found: [Int] = []
            tree.forEachRun(meeting: query) { run, inside in
                for item in run where inside || boxes[item].intersects(query) { found.append(item) }
                if inside { #expect(run.allSatisfy { boxes[$0].intersects(query) }) }
            }
            #expect(found == boxes.indices.filter { boxes[$0].intersects(query) })
        }
    }

    @Test("What is drawn at a zoom stays within a quarter of a pixel of the whole line", arguments: [8.0, 11, 14, 17])
    func importance(zoom: Double) {
        var generator = SeededRandom(seed: 3)
        var x: [UInt32] = [2_000_000_000], y: [UInt32] = [2_000_000_000]
        for step in 0..<3000 {
            x.append(x[step] &+ UInt32(generator.unit() * 3000))
            y.append(UInt32(Int64(y[step]) + Int64(generator.unit() * 4000) - 2000))
        }
        var importance = [UInt8](repeating: 0, count: x.count)
        Importance.assess(line: x, y, count: x.count, into: &importance)
        let threshold = Importance.threshold(zoom: zoom)
        let kept = x.indices.filter { importance[$0] <= threshold }
        let tolerance = Importance.tolerance * Double(1 << UInt64(24 - Int(zoom)))
        for (a, b) in zip(kept, kept.dropFirst()) {
            for vertex in a..<b {
                let (ax, ay) = (Double(x[a]), Double(y[a]))
                let (dx, dy) = (Double(x[b]) - ax, Double(y[b]) - ay)
                let (px, py) = (Double(x[vertex]) - ax, Double(y[vertex]) - ay)
                let t = max(0, min(1, (px * dx + py * dy) / (dx * dx + dy * dy)))
                let distance = ((px - t * dx) * (px - t * dx) + (py - t * dy) * (py - t * dy)).squareRoot()
                #expect(distance <= tolerance * 1.2)
            }
        }
        if zoom < 12 { #expect(kept.count < x.count / 4) }
    }

    @Test(
        "Works read in portions are those read one after the other, with the same numbers for what they have in common")
    func portions() throws {
        var works = TestCity.works(500)
        for number in works.indices where number % 7 == 3 {
            // Texts that the first portions do not know, and those that they do in another order.
            works[number].district = "District \(number * number % 11)"
            works[number].contractor = number > 300 ? "Contractor \(number % 3)" : nil
        }
        let store = MemoryStore(works: works)
        let plain = try WorkIntake.all(of: store, smallest: .max)
        #expect(store.content.withLock { $0.readings } == 1)
        let portions = try WorkIntake.all(of: store, smallest: 30)
        #expect(store.content.withLock { $0.readings } == 1 + 8)

        #expect(portions.traits.all == plain.traits.all)
        #expect(portions.traits.texts.texts == plain.traits.texts.texts)
        func rows(_ facts: WorkFacts) -> [StagedWork] { (0..<facts.count).map { facts[$0] } }
        let (a, b) = (portions.staging, plain.staging)
        #expect(rows(a.pointFacts) == rows(b.pointFacts))
        #expect(rows(a.shapeFacts) == rows(b.shapeFacts))
        #expect(a.pointFacts.count + a.shapeFacts.count == 500)
        #expect(a.x == b.x && a.y == b.y)
        #expect(a.shapes.x == b.shapes.x && a.shapes.y == b.shapes.y && a.shapes.box == b.shapes.box)
        #expect(a.shapes.start == b.shapes.start && a.shapes.role == b.shapes.role)
        #expect(a.shapes.firstPart == b.shapes.firstPart)
    }

    @Test("Filters on the snapshot mean what they mean on works")
    func filters() throws {
        let works = TestCity.works(400)
        let store = MemoryStore(works: works)
        var writer = SnapshotWriter(store: store)
        let snapshot = try writer.load()
        var filters: [WorkFilter] = [.all]
        func add(_ change: (inout WorkFilter) -> Void) {
            var filter = WorkFilter()
            change(&filter)
            filters.append(filter)
        }
        add { $0.kinds = [.outage] }
        add { $0.statuses = [.done, .rejected] }
        add { $0.categories = ["pothole"] }
        add { $0.categories = ["nothing of the kind"] }
        add { $0.openOnly = true }
        add { $0.deadlineStates = [.overdue, .met] }
        add { $0.deadlineStates = [.none] }
        add { $0.updatedSince = TestCity.now }
        add { $0.period = Period(from: TestCity.now + 86_400, until: TestCity.now + 172_800) }
        add { $0.period = Period(from: nil, until: TestCity.now + -90_000) }
        add { $0.bounds = Bounds(west: 37.99, south: 55.99, east: 38.01, north: 56.01) }
        for filter in filters {
            var hits = WorkHits()
            let view = SnapshotView(snapshot, CompiledFilter(filter, snapshot.traits, at: TestCity.now), TestCity.now)
            let scene = Scene(TileAddress(containing: TestCity.center, zoom: 0), scale: .single)
            try hits.collect(view, scene, reach: 1, detail: .all, budget: .unlimited)
            // The world and its repetitions on both sides are in view; only one of them is counted.
            var found: Set<UInt64> = []
            for index in 0..<hits.count { found.insert(UInt64(hits.number(index))) }
            let wanted = Set(
                works.indices.filter { filter.matches(works[$0], at: TestCity.now) }.map { UInt64($0 + 1) })
            #expect(found == wanted)
        }
    }

    @Test(
        "After any changes, and after merging, tiles are those of an atlas that was loaded afresh",
        arguments: [false, true])
    func changes(merges: Bool) throws {
        let store = MemoryStore(works: TestCity.works(300))
        var writer = SnapshotWriter(store: store)
        var snapshot = try writer.load()
        var generator = SeededRandom(seed: 9)
        let others = TestCity.works(400, seed: 21)
        for round in 0..<12 {
            if merges, round == 5 { writer.beginMerge() }
            let merged = merges && round == 5 ? SnapshotWriter.merged(snapshot) : nil
            for _ in 0..<5 {
                var work = others[Int(generator.unit() * 400)]
                if generator.unit() < 0.1 { work.geometry = nil }
                store.put(work)
            }
            // Of the first city, of those that came since, and some that are hidden already.
            for number in [round * 7, round * 3] { store.hide(TestCity.works(300)[number].id) }
            store.hide(others[Int(generator.unit() * 400)].id)
            if let (next, change) = try writer.update(snapshot) {
                snapshot = next
                #expect(!change.isEmpty)
            }
            if let merged { snapshot = writer.finish(merged, into: snapshot) }
        }
        let fresh = try TestCity.atlas(store)
        #expect(snapshot.works == fresh.status.works)
        let library = try {
            var folder = StyleFolder(url: TestCity.styles)
            return try folder.load()
        }()
        let tileset = try library.tileset(named: "works")
        for zoom in [9, 12, 14] {
            let request = TileRequest(tileset: "works", address: TileAddress(containing: TestCity.center, zoom: zoom))
            let view = SnapshotView(snapshot, CompiledFilter(.all, snapshot.traits, at: TestCity.now), TestCity.now)
            let tile = try Painter(labeler: fresh.labeler).tile(request, tileset, view, budget: .unlimited)
            #expect(tile.bytes == (try fresh.tile(request, at: TestCity.now, budget: .unlimited)).bytes, "zoom \(zoom)")
        }
    }

    @Test("Where a point was hidden by one that is gone, it shows")
    func promotion() throws {
        let crowd = (1...40).map {
            TestCity.work($0, .hazard, at: TestCity.point(Double($0) / 1000, 0), dueInHours: 200 + $0)
        }
        let store = MemoryStore(works: crowd)
        let atlas = try TestCity.atlas(store, styles: TestCity.benchmarkStyles)
        let request = TileRequest(tileset: "bench", address: TileAddress(containing: TestCity.center, zoom: 6))
        let before = try atlas.tile(request, at: TestCity.now, budget: .unlimited)
        // The one that shows for all is the most urgent: it goes away, and so do the next ones.
        for number in 1...39 {
            var work = crowd[number - 1]
            work.geometry = nil
            store.put(work)
            try atlas.refresh()
            let tile = try atlas.tile(request, at: TestCity.now, budget: .unlimited)
            #expect(!tile.isEmpty, "after \(number)")
        }
        #expect(!before.isEmpty)
        #expect(atlas.status.works == 1)
    }

    @Test("A budget that is spent stops a tile and a picture")
    func budget() throws {
        let atlas = try TestCity.atlas(MemoryStore(works: TestCity.works(2000)))
        let address = TileAddress(containing: TestCity.center, zoom: 10)
        for format in TileFormat.allCases {
            #expect(throws: TimeBudgetError.deadlineExceeded) {
                try atlas.tile(
                    TileRequest(tileset: "works", address: address, format: format), at: TestCity.now,
                    budget: TimeBudget(.zero))
            }
        }
        let cancelled = TimeBudget.unlimited
        cancelled.cancel()
        #expect(throws: TimeBudgetError.cancelled) {
            try atlas.picture(
                PictureRequest(tilesets: ["works"], bounds: address.bounds, width: 300, height: 300), at: TestCity.now,
                budget: cancelled)
        }
    }

    @Test("Words are found through the store, once for each revision")
    func words() throws {
        let store = MemoryStore(works: TestCity.works(50))
        let atlas = try TestCity.atlas(store)
        var filter = WorkFilter()
        filter.words = ["work", "17"]
        let request = TileRequest(
            tileset: "works", address: TileAddress(containing: TestCity.center, zoom: 8), format: .mvt, filter: filter)
        let readings = store.content.withLock { $0.readings }
        let tile = try atlas.tile(request, at: TestCity.now, budget: .unlimited)
        _ = try atlas.tile(request, at: TestCity.now, budget: .unlimited)
        #expect(store.content.withLock { $0.readings } == readings + 1)
        #expect(try VectorTileReading(tile.bytes).layers[0].features.count == 1)
    }
}
