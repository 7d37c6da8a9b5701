import Geometry
import SeededRandom
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@Suite("Pages while others write")
struct PagingTests {
    /// Somebody who asks for a filter's works page by page.
    private struct Walk {
        let filter: WorkFilter
        let size: Int
        var after: Int64?
        var seen: [WorkID] = []
        var isOver = false
        /// What matched at every moment since the first page, and at some moment.
        var always: Set<WorkID>
        var ever: Set<WorkID>

        mutating func look(at works: [Work]) {
            let matching = Set(works.filter { filter.matches($0, at: noon) }.map(\.id))
            always.formIntersection(matching)
            ever.formUnion(matching)
        }
    }

    @Test("A walk shows once what matched throughout, at most once what did for a while, and ends", arguments: 1...12)
    func walks(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        // Who writes has the file open in his own right, as another process does.
        let writing = try SpatiaLiteStore.create(at: folder.path())
        let reading = try SpatiaLiteStore.open(at: folder.path())
        var generator = SeededRandom(seed: seed)
        var works = (1...200).map { Work.random($0, using: &generator) }
        try writing.write(bulk: true) { transaction in
            for work in works { try transaction.insert(work, ledger: work.ledger) }
        }
        var walks = (0..<12).map { number -> Walk in
            let filter = number == 0 ? .all : WorkFilter.random(using: &generator)
            let matching = Set(works.filter { filter.matches($0, at: noon) }.map(\.id))
            return Walk(
                filter: filter, size: Int.random(in: 1...40, using: &generator), always: matching, ever: matching)
        }
        for _ in 0..<1000 {
            for index in walks.indices where !walks[index].isOver {
                var last: Int64?
                let page = WorkPage(filter: walks[index].filter, after: walks[index].after, limit: walks[index].size)
                try reading.forEachWork(page, at: noon, budget: .unlimited) { row in
                    #expect(row.number > walks[index].after ?? 0)
                    walks[index].seen.append(try #require(row.utf8(.id).flatMap { WorkID(utf8: $0) }))
                    last = row.number
                }
                if let last { walks[index].after = last } else { walks[index].isOver = true }
            }
            guard walks.contains(where: { !$0.isOver }) else { break }
            try writing.write(bulk: Int.random(in: 0..<4, using: &generator) == 0) { transaction in
                for _ in 0..<Int.random(in: 0...5, using: &generator) {
                    if works.count < 400, Bool.random(using: &generator) {
                        let work = Work.random(works.count + 1, using: &generator)
                        try transaction.insert(work, ledger: work.ledger)
                        works.append(work)
                    } else {
                        // Anything about it may change but what it is called: place, status, times, words.
                        let index = works.indices.randomElement(using: &generator)!
                        var work = Work.random(index + 1, using: &generator)
                        work.id = works[index].id
                        work.kind = works[index].kind
                        work.revision = works[index].revision + 1
                        try transaction.update(work, ledger: [])
                        works[index] = work
                    }
                }
            }
            for index in walks.indices where !walks[index].isOver { walks[index].look(at: works) }
        }
        for walk in walks {
            #expect(walk.isOver, "\(walk.filter)")
            #expect(Set(walk.seen).count == walk.seen.count, "\(walk.filter)")
            #expect(walk.always.isSubset(of: walk.seen), "\(walk.filter)")
            #expect(walk.ever.isSuperset(of: walk.seen), "\(walk.filter)")
        }
        #expect(try reading.works() == works)
    }
}
