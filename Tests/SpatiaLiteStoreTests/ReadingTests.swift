import Geometry
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@Suite("Reading under a budget, beside writers")
struct ReadingTests {
    let folder: TemporaryFolder
    let store: SpatiaLiteStore

    init() throws {
        folder = try TemporaryFolder()
        store = try SpatiaLiteStore.create(at: folder.path())
        try store.write(bulk: true) { transaction in
            for number in 1...4000 {
                var work = Work.sample(number, at: .point(Coordinate(longitude: Double(number) / 100, latitude: 2)))
                work.description = String(repeating: "Długi opis ", count: 20)
                try transaction.insert(work, ledger: work.ledger)
            }
        }
    }

    @Test("A budget that is spent lets nothing begin")
    func spent() throws {
        let budget = TimeBudget(.zero)
        #expect(throws: TimeBudgetError.deadlineExceeded) {
            try store.forEachWork(WorkPage(), at: noon, budget: budget) { _ in }
        }
    }

    @Test("SQL that finds nothing is stopped in its tracks")
    func stopsSQL() throws {
        var filter = WorkFilter.all
        // No text has such a word, so no row is ever handed out, and each costs hundreds of letters to look through.
        filter.words = ["ł", "opis", "nowhere"]
        let clock = ContinuousClock()
        var found: Int?
        let whole = try clock.measure { found = try store.countWorks(matching: filter, at: noon, budget: .unlimited) }
        #expect(found == 0)
        let stopped = clock.measure {
            #expect(throws: TimeBudgetError.deadlineExceeded) {
                try store.countWorks(matching: filter, at: noon, budget: TimeBudget(whole / 10))
            }
        }
        #expect(stopped < whole)
        #expect(try store.countWorks(matching: .all, at: noon, budget: .unlimited) == 4000)
    }

    @Test("A reader that nobody waits for any more stops between rows")
    func cancelled() throws {
        let budget = TimeBudget.unlimited
        var rows = 0
        #expect(throws: TimeBudgetError.cancelled) {
            try store.forEachWork(WorkPage(), at: noon, budget: budget) { _ in
                rows += 1
                if rows == 10 { budget.cancel() }
            }
        }
        #expect(rows < 1000)
    }

    @Test("What the body throws ends the reading and reaches the caller")
    func bodyThrows() throws {
        struct Enough: Error {}
        #expect(throws: Enough.self) {
            try store.forEachWork(WorkPage(), at: noon, budget: .unlimited) { row in
                if row.number > 3 { throw Enough() }
            }
        }
        #expect(try store.ids(WorkPage(limit: 2)).count == 2)
    }

    @Test("Readers beside a writer each see one state of all works")
    func oneState() throws {
        let works = Array(try store.works().prefix(50))
        let page = WorkPage(columns: WorkColumns(.id), geometry: false, limit: 50)
        try expectOneState(store, page, of: works, until: 25)
        #expect(try store.work(works[0].id)?.revision == 25)
    }

    @Test("Subscribers hear of commits that changed something")
    func revisions() async throws {
        let streams = [store.revisions(), store.revisions()]
        let before = try store.revision()
        try store.write(bulk: false) { try $0.noteObservation(noon, ofSource: "a") }
        try store.write(bulk: false) { try $0.insert(Work.sample(9000), ledger: Work.sample(9000).ledger) }
        for stream in streams {
            var iterator = stream.makeAsyncIterator()
            let heard = await iterator.next()
            #expect(heard?.works == before.works + 1)
        }
        #expect(try store.revision().works == before.works + 1)
    }

    @Test("A backup taken in use is a whole database, and restoring brings its state back")
    func backup() throws {
        let before = try store.works()
        try store.backup(to: folder.path("copy"))
        try store.write(bulk: false) { try $0.insert(Work.sample(9000), ledger: Work.sample(9000).ledger) }
        let copy = try SpatiaLiteStore.open(at: folder.path("copy"), readOnly: false)
        #expect(try copy.works() == before)
        #expect(try copy.check() == [])
        try copy.close()
        #expect(!folder.files.contains { $0.contains("part") })
        try SpatiaLiteStore.restore(folder.path("copy"), to: folder.path())
        #expect(try store.works() == before)
        try SpatiaLiteStore.restore(folder.path("copy"), to: folder.path("new"))
        #expect(try SpatiaLiteStore.open(at: folder.path("new")).works() == before)
    }

    @Test("The check names works whose ledger contradicts them")
    func contradictions() throws {
        try SQLite(folder.path(), spatial: true, isTrusted: true).run(
            "UPDATE works SET due_changes = 3 WHERE fid = 5; DELETE FROM idx_works_geom WHERE pkid = 6")
        let problems = try store.check().map(\.description)
        #expect(problems.count == 2)
        #expect(problems.contains { $0.contains(Work.sample(5).id.description) })
        #expect(problems.contains { $0.contains("row 6") })
    }
}
