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
            var filter = WorkFilter.all
            filter.asOf = moment
            var known: [Work] = []
            try store.forEachWork(WorkPage(filter: filter), at: .now, budget: .unlimited) {
                known.append(try $0.work())
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
            late.asOf = moment
            let found = try store.countWorks(matching: late, at: .now, budget: .unlimited)
            #expect(found == expected.count { $0.isMovedLate })
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

    @Test(
        "Filters, pages and counts as of a moment are those of the works as they were, whatever is written meanwhile",
        arguments: 0..<4)
    func filters(seed: Int) throws {
        let folder = try TemporaryFolder()
        let store = try SpatiaLiteStore.create(at: folder.path())
        var random = SeededRandom(seed: UInt64(seed))
        var works: [Work] = []
        var ledgers: [WorkID: [LedgerEntry]] = [:]
        var hidden: Set<WorkID> = []
        func moment() -> Instant { noon + Int64(random.unit() * 60 * 86_400) }
        func draft(_ at: Instant) -> WorkDraft {
            var draft = WorkDraft()
            draft.observedAt = at
            if random.unit() < 0.5 { draft.status = WorkStatus.allCases[Int(random.unit() * 5)] }
            if random.unit() < 0.5 { draft.dueAt = moment() }
            if random.unit() < 0.3 { draft.category = ["pothole", "water", "ice"][Int(random.unit() * 3)] }
            if random.unit() < 0.3 { draft.severity = Severity.allCases[Int(random.unit() * 3)] }
            if random.unit() < 0.3 { draft.organisation = ["Roads", "Water"][Int(random.unit() * 2)] }
            if random.unit() < 0.3 { draft.geometry = .random(using: &random) }
            return draft
        }
        func write() throws {
            let at = moment()
            try store.write(bulk: false) { transaction in
                for _ in 0..<5 {
                    let (work, ledger) = Reconciliation.create(
                        draft(at), kind: .hazard, id: .new(), at: at, by: importer)
                    try transaction.insert(work, ledger: ledger)
                    works.append(work)
                    ledgers[work.id] = ledger
                }
                for index in works.indices where random.unit() < 0.3 && !hidden.contains(works[index].id) {
                    // Lists of the past come in any order.
                    guard
                        case .updated(let work, let ledger) = Reconciliation.update(
                            works[index], with: draft(moment()), at: noon + 90 * 86_400, by: importer)
                    else { continue }
                    try transaction.update(work, ledger: ledger)
                    works[index] = work
                    ledgers[work.id]! += ledger
                }
            }
            if let work = works.first(where: { _ in random.unit() < 0.05 }), hidden.insert(work.id).inserted {
                try store.writeDesk {
                    _ = try $0.hide(work.id, reason: "a mistake", at: noon + 91 * 86_400, by: importer)
                }
            }
        }
        var moments = (0..<12).map { _ in moment() } + [noon - 86_400, noon + 300 * 86_400]
        for _ in 0..<12 {
            try write()
            moments[Int(random.unit() * 12)] = moment()
            for then in moments {
                var filter = WorkFilter.random(using: &random)
                filter.asOf = then
                let expected = works.compactMap { work in
                    hidden.contains(work.id) ? nil : work.asOf(then, ledgers[work.id]!)
                }.filter { filter.matches($0, at: then) }
                var found: [Work] = []
                try store.forEachWork(WorkPage(filter: filter), at: .now, budget: .unlimited) {
                    found.append(try $0.work())
                }
                #expect(found.map(\.id) == expected.map(\.id), "\(filter)")
                for (found, expected) in zip(found, expected) {
                    var found = found
                    found.districts = expected.districts
                    #expect(found == expected)
                }
                #expect(try store.countWorks(matching: filter, at: .now, budget: .unlimited) == expected.count)
                let numbers = try store.workNumbers(matching: filter, at: .now, budget: .unlimited)
                var page = WorkPage(filter: filter, after: numbers.count > 3 ? numbers[2] : nil, limit: 4)
                #expect(
                    try store.ids(page) == Array(expected.map(\.id).dropFirst(numbers.count > 3 ? 3 : 0).prefix(4)))
                page = WorkPage(filter: filter)
                page.numbers = numbers.filter { $0 % 2 == 0 }
                #expect(try store.ids(page).count == page.numbers!.count)
            }
        }
        #expect(!hidden.isEmpty)
    }
}
