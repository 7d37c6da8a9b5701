import SeededRandom
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@Suite("Works as they were, from the file")
struct EarlierWorkStoreTests {
    @Test("At every moment the file gives what it held then, and its rows know what was moved late")
    func moments() throws {
        let folder = try TemporaryFolder()
        let store = try SpatiaLiteStore.create(at: folder.path())
        var random = SeededRandom(seed: 5)
        var works: [Work] = []
        for number in 0..<40 {
            var draft = WorkDraft()
            (draft.source, draft.sourceID) = ("list", "\(number)")
            draft.reportedAt = noon
            draft.dueAt = noon + Int64(random.unit() * 10) * 86_400
            let (work, ledger) = Reconciliation.create(
                draft, kind: .hazard, id: .new(), at: noon, by: importer)
            try store.write(bulk: false) { try $0.insert(work, ledger: ledger) }
            works.append(work)
        }
        var held: [(Instant, [Work])] = [(noon, works)]
        for step in 1...8 {
            let moment = noon + Int64(step) * 3 * 86_400
            for index in works.indices where random.unit() < 0.4 {
                var draft = WorkDraft()
                draft.status = WorkStatus.allCases[Int(random.unit() * 5)]
                draft.dueAt = moment + Int64(random.unit() * 10 - 5) * 86_400
                guard
                    case .updated(let work, let ledger) = Reconciliation.update(
                        works[index], with: draft, at: moment, by: importer)
                else { continue }
                try store.write(bulk: false) { try $0.update(work, ledger: ledger) }
                works[index] = work
            }
            held.append((moment, works))
        }
        for (moment, expected) in held {
            let earlier = try store.worksAsOf(moment, matching: .all, budget: .unlimited)
            var known = earlier.works
            try store.forEachWork(WorkPage(), at: moment, budget: .unlimited) { row in
                if !earlier.isElsewhere(row.number) { known.append(try row.work()) }
            }
            func facts(_ works: [Work]) -> [WorkID: [String?]] {
                Dictionary(
                    uniqueKeysWithValues: works.map {
                        (
                            $0.id,
                            [
                                $0.status.rawValue, $0.dueAt?.description, $0.passedDueAt?.description,
                                "\($0.dueChanges)",
                            ]
                        )
                    })
            }
            #expect(facts(known) == facts(expected))
            var late = WorkFilter()
            late.movedLate = true
            let found = try store.worksAsOf(moment, matching: late, budget: .unlimited).works
            #expect(found.count { !$0.isMovedLate } == 0)
        }
        #expect(works.count { $0.isMovedLate } > 0)
        var filter = WorkFilter()
        filter.movedLate = true
        let count = try store.countWorks(matching: filter, at: noon, budget: .unlimited)
        #expect(count == works.count { $0.isMovedLate })
        for state in DeadlineState.allCases {
            filter = WorkFilter()
            filter.deadlineStates = [state]
            let now = noon + 30 * 86_400
            let count = try store.countWorks(matching: filter, at: now, budget: .unlimited)
            #expect(count == works.count { $0.deadlineState(at: now) == state })
        }
        #expect(try store.check() == [])
    }
}
