import Geometry
import SeededRandom
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@Suite("Rows that are kept for the next page")
struct RowCacheTests {
    let folder: TemporaryFolder
    let store: SpatiaLiteStore
    /// The same file, read anew each time.
    let forgetful: SpatiaLiteStore
    let box = Bounds(west: -60, south: -60, east: 60, north: 60)

    init() throws {
        folder = try TemporaryFolder()
        store = try SpatiaLiteStore.create(at: folder.path())
        var generator = SeededRandom(seed: 31)
        try store.write(bulk: true) { transaction in
            for number in 1...3000 {
                let work = Work.random(number, using: &generator)
                try transaction.insert(work, ledger: work.ledger)
            }
        }
        forgetful = try SpatiaLiteStore.open(
            at: folder.path(), readOnly: true, options: StoreOptions(rowMemory: 0))
    }

    private func page(_ bounds: Bounds, _ kinds: Set<WorkKind> = [], after: Int64? = nil, limit: Int = 700) -> WorkPage
    {
        var filter = WorkFilter.all
        filter.bounds = bounds
        filter.kinds = kinds
        return WorkPage(filter: filter, after: after, limit: limit)
    }

    private func works(_ store: SpatiaLiteStore, _ page: WorkPage) throws -> [Work] {
        var works: [Work] = []
        try store.forEachWork(page, at: noon, budget: .unlimited) { works.append(try $0.work()) }
        return works
    }

    private func expectSame(_ page: WorkPage, _ place: SourceLocation = #_sourceLocation) throws {
        let expected = try works(forgetful, page)
        // Once from the file, once from memory.
        #expect(try works(store, page) == expected, sourceLocation: place)
        #expect(try works(store, page) == expected, sourceLocation: place)
        let count = try forgetful.countWorks(matching: page.filter, at: noon, budget: .unlimited)
        #expect(
            try store.countWorks(matching: page.filter, at: noon, budget: .unlimited) == count, sourceLocation: place)
    }

    @Test("Pages and counts are those of the file, whatever the box, the kinds, the place of the page and its size")
    func samePages() throws {
        var generator = SeededRandom(seed: 5)
        var found = 0
        for _ in 0..<150 {
            let west = Double.random(in: -180...180, using: &generator)
            let south = Double.random(in: -90...80, using: &generator)
            let width = [0, 0.5, 20, 200].randomElement(using: &generator)!
            // East of the antimeridian it goes on in the west.
            let east = west + width > 180 ? west + width - 360 : west + width
            let bounds = Bounds(west: west, south: south, east: east, north: min(south + width / 2, 90))
            let page = page(
                bounds, Set(WorkKind.allCases.filter { _ in Bool.random(using: &generator) }),
                after: Bool.random(using: &generator) ? Int64.random(in: 0...3000, using: &generator) : nil,
                limit: Int.random(in: 0...400, using: &generator))
            try expectSame(page)
            found += try works(forgetful, page).count
        }
        #expect(found > 1000)
    }

    @Test("Boxes in which most works lie give the pages of the file, page by page to the end")
    func denseBoxes() throws {
        let world = Bounds(west: -180, south: -90, east: 180, north: 90)
        let questions: [(Bounds, Set<WorkKind>)] = [
            (world, []), (world, [.outage]),
            (Bounds(west: 20, south: -90, east: -20, north: 90), [.hazard, .roadRepair]),
        ]
        for (bounds, kinds) in questions {
            var after: Int64?
            var count = 0
            repeat {
                let page = page(bounds, kinds, after: after, limit: 90)
                try expectSame(page)
                after = nil
                try store.forEachWork(page, at: noon, budget: .unlimited) { row in
                    after = row.number
                    count += 1
                }
            } while after != nil
            #expect(
                try forgetful.countWorks(matching: page(bounds, kinds).filter, at: noon, budget: .unlimited) == count)
            #expect(count > 500)
        }
    }

    @Test("What was changed, added or moved shows at once")
    func changes() throws {
        try expectSame(page(box))
        var moved = try #require(try works(store, page(box)).first { $0.geometry != nil })
        moved.geometry = .point(Coordinate(longitude: 150, latitude: 0))
        moved.revision += 1
        var renamed = try #require(try works(store, page(box)).last)
        renamed.title = "Другое название"
        renamed.kind = renamed.kind == .hazard ? .outage : .hazard
        renamed.revision += 1
        let added = Work.sample(90_000, at: .point(Coordinate(longitude: 1, latitude: 1)))
        try store.write(bulk: false) { transaction in
            try transaction.update(moved, ledger: [])
            try transaction.update(renamed, ledger: [])
            try transaction.insert(added, ledger: added.ledger)
        }
        for kinds in [[], [.hazard], [.outage]] as [Set<WorkKind>] {
            try expectSame(page(box, kinds))
            try expectSame(page(Bounds(west: -1, south: -1, east: 2, north: 2), kinds))
            try expectSame(page(Bounds(west: 149, south: -1, east: 151, north: 1), kinds))
        }
        let all = try works(store, page(box, limit: 10_000))
        #expect(all.contains(renamed))
        #expect(all.last == added)
        #expect(!all.contains { $0.id == moved.id })
    }

    @Test("A change of all works is seen as well")
    func manyChanges() throws {
        try expectSame(page(box))
        let all = try store.works()
        try store.write(bulk: false) { transaction in
            for var work in all {
                work.contractor = "Всё новое"
                work.revision += 1
                try transaction.update(work, ledger: [])
            }
        }
        try expectSame(page(box))
        #expect(try works(store, page(box)).allSatisfy { $0.contractor == "Всё новое" })
    }

    @Test("What another program writes without counting it shows too")
    func foreignWriter() throws {
        let before = try works(store, page(box))
        try SQLite(folder.path(), spatial: true, isTrusted: true).run(
            "UPDATE works SET title = 'by hand', kind = 'outage' WHERE fid < 2000")
        try expectSame(page(box))
        try expectSame(page(box, [.outage]))
        #expect(before.contains { $0.title != "by hand" })
        #expect(try works(store, page(box, limit: 100)).allSatisfy { $0.title == "by hand" })
    }

    @Test("A backup that is put in the file's place is seen, though its changes are counted from where it was made")
    func countGoesBack() throws {
        try expectSame(page(box))
        try SQLite(folder.path(), spatial: true, isTrusted: true).run(
            "UPDATE changes SET count = count - 5 WHERE layer = 'works'; UPDATE works SET title = 'old' WHERE fid < 2000"
        )
        try expectSame(page(box))
    }

    @Test("Memory that holds a few rows only gives the same pages")
    func littleMemory() throws {
        let little = try SpatiaLiteStore.open(
            at: folder.path(), readOnly: true, options: StoreOptions(rowMemory: 20_000))
        for _ in 0..<3 {
            for kinds in [[], [.hazard]] as [Set<WorkKind>] {
                #expect(try works(little, page(box, kinds)) == works(forgetful, page(box, kinds)))
            }
        }
    }

    @Test("Readers beside a writer each see one state of all works, from memory or not")
    func oneState() throws {
        let page = page(box, limit: 60)
        try expectOneState(store, page, of: try works(store, page), until: 40)
    }
}
