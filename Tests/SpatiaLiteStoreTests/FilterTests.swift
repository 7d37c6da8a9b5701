import Geometry
import SeededRandom
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@Suite("What the database finds")
struct FilterTests {
    let folder: TemporaryFolder
    let store: SpatiaLiteStore
    let works: [Work]

    init() throws {
        folder = try TemporaryFolder()
        store = try SpatiaLiteStore.create(at: folder.path())
        var generator = SeededRandom(seed: 7)
        works = (1...600).map { Work.random($0, using: &generator) }
        try store.write(bulk: true) { transaction in
            for work in works { try transaction.insert(work, ledger: work.ledger) }
        }
    }

    @Test("Every work comes back as it went in")
    func roundTrip() throws {
        #expect(try store.works() == works)
    }

    @Test("A filter finds what its definition matches, row for row and in number")
    func filtersAgree() throws {
        var generator = SeededRandom(seed: 11)
        for _ in 0..<400 {
            let filter = WorkFilter.random(using: &generator)
            let now = noon + Int64.random(in: -300_000...300_000, using: &generator)
            let expected = works.filter { filter.matches($0, at: now) }.map(\.id)
            #expect(try store.ids(WorkPage(filter: filter), at: now) == expected, "\(filter)")
            #expect(try store.countWorks(matching: filter, at: now, budget: .unlimited) == expected.count, "\(filter)")
            let numbers = try store.workNumbers(matching: filter, at: now, budget: .unlimited)
            #expect(numbers == works.indices.filter { filter.matches(works[$0], at: now) }.map { Int64($0 + 1) })
            // Of numbers that are given, those are found that match.
            var page = WorkPage(filter: filter, limit: works.count)
            page.numbers = (1...Int64(works.count)).filter { _ in Bool.random(using: &generator) }
            let wanted = Set(page.numbers!).intersection(numbers).sorted()
            #expect(try store.ids(page, at: now) == wanted.map { works[Int($0) - 1].id }, "\(filter)")
        }
    }

    @Test("Pages laid end to end are the whole, whatever their size", arguments: [1, 7, 100, 1000])
    func pages(size: Int) throws {
        var filter = WorkFilter.all
        filter.bounds = Bounds(west: 170, south: -60, east: -170, north: 60)
        var seen: [WorkID] = []
        var last: Int64?
        while true {
            var count = 0
            try store.forEachWork(
                WorkPage(filter: filter, columns: WorkColumns(.id), geometry: false, after: last, limit: size),
                at: noon,
                budget: .unlimited
            ) { row in
                seen.append(try #require(row.utf8(.id).flatMap { WorkID(utf8: $0) }))
                last = row.number
                count += 1
            }
            if count == 0 { break }
            #expect(count <= size)
        }
        #expect(seen == works.filter { filter.matches($0, at: noon) }.map(\.id))
    }

    @Test("Only the columns that were asked for are there")
    func columns() throws {
        try store.forEachWork(
            WorkPage(columns: WorkColumns(.id, .status), geometry: false, limit: 5), at: noon, budget: .unlimited
        ) { row in
            #expect(row.text(.id) != nil && row.text(.status) != nil)
            #expect(row.text(.kind) == nil && row.text(.updatedAt) == nil && row.geometry == nil)
        }
    }

    @Test("What changed since a revision is found, in the order of numbers")
    func changedSince() throws {
        let before = try store.revision().works
        let changed = [works[500], works[3], works[77]]
        try store.write(bulk: false) { transaction in
            for var work in changed {
                work.revision += 1
                work.title = "changed"
                try transaction.update(work, ledger: [])
            }
        }
        let expected = [works[3].id, works[77].id, works[500].id]
        #expect(try store.ids(WorkPage(changedSince: before)) == expected)
        #expect(try store.ids(WorkPage(limit: 1, changedSince: before)) == [works[3].id])
        #expect(try store.ids(WorkPage(changedSince: 0)).count == works.count)
    }

    @Test("The extent holds every geometry and little more")
    func extent() throws {
        let extent = try #require(try store.extent(of: nil))
        let exact = works.compactMap { $0.geometry?.bounds }.reduce(works.compactMap { $0.geometry?.bounds }.first!) {
            $0.union($1)
        }
        #expect(extent.west <= exact.west && extent.south <= exact.south)
        #expect(extent.east >= exact.east && extent.north >= exact.north)
        #expect(abs(extent.west - exact.west) < 1e-4 && abs(extent.north - exact.north) < 1e-4)
    }
}

extension WorkFilter {
    /// A filter of one to three conditions.
    static func random(using generator: inout SeededRandom) -> WorkFilter {
        var filter = WorkFilter()
        func moment() -> Instant { noon + Int64.random(in: -400_000...400_000, using: &generator) }
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            switch Int.random(in: 0..<13, using: &generator) {
            case 0, 1, 2:
                let (a, b) = (Geometry.random(using: &generator), Geometry.random(using: &generator))
                let box = a.bounds!.union(b.bounds!)
                filter.bounds = [
                    a.bounds!, box, Bounds(west: box.east, south: box.south, east: box.west, north: box.north), .world,
                ].randomElement(using: &generator)!
            case 3:
                filter.period = Period(
                    from: Bool.random(using: &generator) ? moment() : nil,
                    until: Bool.random(using: &generator) ? moment() : nil)
            case 4: filter.kinds = [.outage, WorkKind.allCases.randomElement(using: &generator)!]
            case 5: filter.statuses = [.done, WorkStatus.allCases.randomElement(using: &generator)!]
            case 6: filter.severities = [.severe]
            case 7:
                filter.deadlineStates = Set(
                    DeadlineState.allCases.shuffled(using: &generator).prefix(Int.random(in: 1...3, using: &generator)))
            case 8: filter.categories = ["water", "no such"]
            case 9: filter.districts = ["Центр"]
            case 10: filter.openOnly = true
            case 11: filter.updatedSince = moment()
            default:
                filter.words = [
                    "пушкина", "ПУШКИНА", "ёлка", "Pipe", "strasse", "CAFÉ", "теплотрассы", "line", "🚧", "i", "GYŐR",
                    "",
                    "\n", "o'b", "7",
                ].shuffled(using: &generator).suffix(Int.random(in: 1...2, using: &generator))
            }
        }
        if Int.random(in: 0..<6, using: &generator) == 0 { filter.organisations = ["Водоканал"] }
        if Int.random(in: 0..<6, using: &generator) == 0 { filter.contractors = ["А", "Б"] }
        return filter
    }
}
