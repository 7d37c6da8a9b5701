import Dispatch
import SpatiaLiteStore
import Synchronization
import Testing
import TimeBudgets
import Works

/// Writes revision after revision of all works of a page, from 2 to `last`, while three readers read the page: each of them has to see one
/// revision of all, and none that is older than the one it saw before.
func expectOneState(_ store: SpatiaLiteStore, _ page: WorkPage, of works: [Work], until last: Int) throws {
    let finished = Atomic(false)
    let torn = Atomic(0)
    let reads = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: 4) { index in
        if index == 0 {
            for revision in 2...last {
                try? store.write(bulk: false) { transaction in
                    for var work in works {
                        work.revision = revision
                        try transaction.update(work, ledger: [])
                    }
                }
            }
            finished.store(true, ordering: .releasing)
        } else {
            var seen = 0
            repeat {
                var revisions: Set<Int> = []
                try? store.forEachWork(page, at: noon, budget: .unlimited) { revisions.insert($0.revision) }
                if revisions.count != 1 || revisions.first! < seen { torn.add(1, ordering: .relaxed) }
                seen = revisions.first ?? seen
                reads.add(1, ordering: .relaxed)
            } while !finished.load(ordering: .acquiring)
        }
    }
    #expect(torn.load(ordering: .relaxed) == 0)
    #expect(reads.load(ordering: .relaxed) >= 3)
}
