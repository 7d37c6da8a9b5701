import Geometry
import SeededRandom
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@Suite("Reading in batches, beside writers")
struct BatchReadingTests {
    let folder: TemporaryFolder
    let store: SpatiaLiteStore

    private static let works = 3000

    init() throws {
        folder = try TemporaryFolder()
        store = try SpatiaLiteStore.create(at: folder.path())
        try store.write(bulk: true) { transaction in
            for number in 1...Self.works {
                let work = Self.work(number)
                try transaction.insert(work, ledger: work.ledger)
            }
        }
    }

    /// Works on a line from west to east, every hundredth an outage and every fiftieth without a place.
    private static func work(_ number: Int) -> Work {
        let place = Geometry.point(Coordinate(longitude: Double(number) / 100, latitude: 2))
        return .sample(number, kind: number % 100 == 0 ? .outage : .roadRepair, at: number % 50 == 0 ? nil : place)
    }

    static let filters: [(name: String, filter: WorkFilter)] = [
        ("all", .all),
        ("few of a kind", filter { $0.kinds = [.outage] }),
        ("a small box", filter { $0.bounds = Bounds(west: 5, south: 1, east: 6, north: 3) }),
        ("a large box", filter { $0.bounds = Bounds(west: 1, south: 1, east: 28, north: 3) }),
        (
            "a box and a kind",
            filter {
                $0.bounds = Bounds(west: 1, south: 1, east: 4, north: 3)
                $0.kinds = [.outage]
            }
        ),
        ("nothing", filter { $0.categories = ["none"] }),
    ]

    private static func filter(_ set: (inout WorkFilter) -> Void) -> WorkFilter {
        var filter = WorkFilter.all
        set(&filter)
        return filter
    }

    @Test("What matches throughout is read once, in order, while others write", arguments: filters.indices)
    func onceEach(_ index: Int) throws {
        let (name, filter) = Self.filters[index]
        var expected: [WorkID] = []
        try store.forEachWork(WorkPage(filter: filter), at: noon, budget: .unlimited) {
            expected.append(try $0.work().id)
        }
        let known = try store.works()
        var generator = SeededRandom(seed: UInt64(index))
        var revisions: [WorkID: Int] = [:]
        var batches = WorkBatches(store: store, filter: filter, at: noon)
        var read: [WorkID] = []
        var newcomer = Self.works
        var rows = 0
        while try batches.next(
            budget: .unlimited,
            { row in
                read.append(try row.work().id)
                rows += 1
                return rows % 37 != 0
            })
        {
            try store.write(bulk: false) { transaction in
                for _ in 0..<5 {
                    var work = known.randomElement(using: &generator)!
                    work.revision = revisions[work.id, default: 1] + 1
                    revisions[work.id] = work.revision
                    work.title = "Changed"
                    try transaction.update(work, ledger: [])
                }
                newcomer += 1
                let work = Self.work(newcomer)
                try transaction.insert(work, ledger: work.ledger)
            }
        }
        #expect(read == expected, "\(name)")
    }

    @Test("Between two batches nothing keeps the log from being emptied")
    func nothingHeld() throws {
        let other = try SQLite(folder.path())
        for (name, filter) in Self.filters {
            var batches = WorkBatches(store: store, filter: filter, at: noon)
            var count = 0
            while try batches.next(budget: .unlimited, { _ in false }), count < 20 {
                count += 1
                try store.write(bulk: false) { try $0.setNote(.timeZone, to: "Europe/Samara") }
                #expect(try other.text("PRAGMA wal_checkpoint(TRUNCATE)") == "0", "\(name)")
            }
        }
    }

    @Test("Numbers far apart are reached")
    func farApart() throws {
        let other = try SQLite(folder.path(), spatial: true, isTrusted: true)
        for (number, id) in [(1 << 20, 4000), (1 << 40, 4001), (1 << 62, 4002)] {
            try other.run(
                """
                INSERT INTO works (fid, id, kind, category, status, severity, traffic_impact, updated_at)
                VALUES (\(number), '\(Work.sample(id).id)', 'outage', 'far', 'accepted', 'minor', 'none',
                    '2026-05-04T12:00:00Z')
                """)
        }
        var batches = WorkBatches(store: store, filter: Self.filter { $0.categories = ["far"] }, at: noon)
        var numbers: [Int64] = []
        while try batches.next(
            budget: .unlimited,
            {
                numbers.append($0.number)
                return true
            })
        {}
        #expect(numbers == [1 << 20, 1 << 40, 1 << 62])
    }

    @Test("Features of a layer are read once, whatever box they are asked for in")
    func features() throws {
        try store.write(bulk: true) { transaction in
            for number in 1...1000 {
                _ = try transaction.upsert(
                    ReferenceFeature(
                        id: "r\(number)",
                        geometry: .point(Coordinate(longitude: Double(number) / 10, latitude: 1))),
                    in: .roads)
            }
        }
        for bounds in [
            nil, Bounds(west: 0, south: 0, east: 3, north: 2), Bounds(west: 1, south: 0, east: 99, north: 2),
        ] {
            var expected: [String] = []
            try store.forEachFeature(in: .roads, bounds: bounds, after: nil, limit: nil, budget: .unlimited) {
                expected.append($1.id)
            }
            #expect(!expected.isEmpty)
            var batches = FeatureBatches(store: store, layer: .roads, filter: FeatureFilter(bounds: bounds))
            var read: [String] = []
            while try batches.next(
                budget: .unlimited,
                { feature in
                    read.append(feature.id)
                    return read.count % 17 != 0
                })
            {}
            #expect(read == expected)
        }
    }

    @Test("A reading does not go on in another state of the store when a backup is restored")
    func restored() throws {
        let backup = folder.path("backup.sqlite")
        try store.backup(to: backup)
        try store.write(bulk: false) { transaction in
            let work = Self.work(Self.works + 1)
            try transaction.insert(work, ledger: work.ledger)
        }
        var batches = WorkBatches(store: store, at: noon)
        _ = try batches.next(budget: .unlimited) { _ in false }
        try SpatiaLiteStore.restore(backup, to: folder.path())
        #expect(throws: StoreWentBack.self) {
            while try batches.next(budget: .unlimited, { _ in true }) {}
        }
    }
}
