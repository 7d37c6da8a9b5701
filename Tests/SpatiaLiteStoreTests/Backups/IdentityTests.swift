import Geometry
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@Suite("Identity of a store")
struct IdentityTests {
    let folder: TemporaryFolder
    let store: SpatiaLiteStore

    init() throws {
        folder = try TemporaryFolder()
        store = try SpatiaLiteStore.create(at: folder.path())
    }

    private func insert(_ numbers: ClosedRange<Int>, into store: SpatiaLiteStore) throws {
        for number in numbers {
            let work = Work.sample(number)
            try store.write(bulk: false) { try $0.insert(work, ledger: work.ledger) }
        }
    }

    @Test("Each commit has another token, and what it went on from is known")
    func commits() throws {
        var seen: Set<Int64> = []
        var states: [StoreState] = []
        for number in 1...20 {
            try insert(number...number, into: store)
            #expect(try seen.insert(store.identity().token).inserted)
            #expect(try store.identity().commit > Int64(number))
            states.append(try store.revision().stateOfWorks)
        }
        for state in states { #expect(try store.continues(state)) }
        #expect(try !store.continues(StoreState(count: 7, token: 1)))
        #expect(try !store.continues(StoreState(count: 21, token: states[19].token)))
    }

    @Test("A transaction that writes nothing is no commit")
    func nothing() throws {
        try insert(1...1, into: store)
        let before = try store.identity()
        try store.write(bulk: false) { _ = try $0.work(WorkID("01890000-0000-7000-8000-000000000000")!) }
        #expect(try store.identity() == before)
    }

    @Test("A restored store that has grown to the same count again goes on from no state before the restore")
    func restored() throws {
        try insert(1...3, into: store)
        let backup = folder.path("backup.sqlite")
        try store.backup(to: backup)
        let atBackup = try store.revision()
        try insert(4...6, into: store)
        let before = try store.revision()
        try SpatiaLiteStore.restore(backup, to: folder.path())
        #expect(try store.identity().store == SpatiaLiteStore.open(at: folder.path()).identity().store)
        try insert(14...16, into: store)
        let after = try store.revision()
        #expect(after.works == before.works && after.stateOfWorks != before.stateOfWorks)
        #expect(try !store.continues(before.stateOfWorks))
        #expect(try !store.continues(atBackup.stateOfWorks))
        #expect(try store.works().map(\.id).contains(Work.sample(16).id))
        #expect(try !store.works().map(\.id).contains(Work.sample(6).id))
        for layer in ReferenceLayer.allCases { #expect(after.state(of: layer) != before.state(of: layer)) }
    }

    @Test("The ledger's order is that of writing, whatever the clock says")
    func clockGoesBack() throws {
        var work = Work.sample(1)
        try store.write(bulk: false) { try $0.insert(work, ledger: work.ledger) }
        for step in 1...5 {
            work.revision += 1
            let before = work.contractor
            work.contractor = "contractor \(step)"
            let moment = noon - Int64(step) * 86_400
            let entry = LedgerEntry(
                revision: work.revision, at: moment, recordedAt: moment, field: .contractor, from: before,
                to: work.contractor,
                actor: importer)
            let changed = work
            try store.write(bulk: false) { try $0.update(changed, ledger: [entry]) }
        }
        #expect(try store.ledger(of: work.id).map(\.revision) == [1, 2, 3, 4, 5, 6])
        #expect(try store.check() == [])
    }
}
