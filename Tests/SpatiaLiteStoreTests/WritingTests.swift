import Geometry
import SeededRandom
import SpatiaLiteStore
import Testing
import Works

@Suite("Writing")
struct WritingTests {
    let folder: TemporaryFolder
    let store: SpatiaLiteStore

    init() throws {
        folder = try TemporaryFolder()
        store = try SpatiaLiteStore.create(at: folder.path())
    }

    struct Interruption: Error {}

    @Test("A body that throws leaves nothing, neither rows nor counts nor missing indexes", arguments: [false, true])
    func rollback(bulk: Bool) throws {
        let kept = Work.sample(1, source: "a", at: .point(Coordinate(longitude: 1, latitude: 1)))
        try store.write(bulk: false) { try $0.insert(kept, ledger: kept.ledger) }
        let before = try store.revision()
        #expect(throws: Interruption.self) {
            try store.write(bulk: bulk) { transaction in
                for number in 2..<3000 {
                    let work = Work.sample(number, source: "a", at: .point(Coordinate(longitude: 2, latitude: 2)))
                    try transaction.insert(work, ledger: work.ledger)
                }
                _ = try transaction.upsert(ReferenceFeature(id: "s", geometry: nil), in: .schools)
                try transaction.noteObservation(noon, ofSource: "a")
                throw Interruption()
            }
        }
        #expect(try store.works() == [kept])
        #expect(try store.revision() == before)
        #expect(try store.feature("s", in: .schools) == nil)
        #expect(try store.write(bulk: false) { try $0.lastObservation(ofSource: "a") } == nil)
        #expect(try store.check() == [])
        #expect(throws: SQLiteFailure.self) { try SQLite(folder.path()).run("DELETE FROM works") }
    }

    @Test("Bulk and row by row make the same database", arguments: [0, 40, 9000])
    func bulkEqualsRows(before: Int) throws {
        var generator = SeededRandom(seed: UInt64(before) + 1)
        let other = try SpatiaLiteStore.create(at: folder.path("bulk.sqlite"))
        func place() -> Geometry {
            .point(
                Coordinate(
                    longitude: Double.random(in: -1...1, using: &generator),
                    latitude: Double.random(in: 50...51, using: &generator)))
        }
        let old = (0..<before).map { Work.sample($0, source: "old", at: place()) }
        let new = (0..<2500).map { number in
            Work.sample(100_000 + number, source: "new", at: number % 9 == 0 ? nil : .random(using: &generator))
        }
        for (target, isBulk) in [(store, false), (other, true)] {
            try target.write(bulk: true) { transaction in
                for work in old { try transaction.insert(work, ledger: work.ledger) }
            }
            try target.write(bulk: isBulk) { transaction in
                for (index, work) in new.enumerated() {
                    try transaction.insert(work, ledger: work.ledger)
                    guard index % 100 == 99 else { continue }
                    // Works of this transaction and of an earlier one move, appear and lose their place.
                    for var known in [new[index - 50], new[index - 9]] + old.dropFirst(index / 100).prefix(1) {
                        known.revision = 2
                        known.geometry =
                            index % 300 == 99 ? nil : .point(Coordinate(longitude: Double(index % 90), latitude: 7))
                        try transaction.update(known, ledger: [])
                    }
                }
            }
        }
        #expect(try store.works() == other.works())
        #expect(try other.check() == [])
        #expect(try store.check() == [])
        for _ in 0..<20 {
            var filter = WorkFilter()
            filter.bounds = Geometry.random(using: &generator).bounds!.union(place().bounds!)
            #expect(try store.ids(WorkPage(filter: filter)) == other.ids(WorkPage(filter: filter)))
        }
        for path in [folder.path(), folder.path("bulk.sqlite")] {
            let file = try SQLite(path, spatial: true)
            #expect(try file.text("SELECT CheckSpatialIndex('works', 'geom')") == "1")
            #expect(try file.text("SELECT rtreecheck('idx_works_geom')") == "ok")
        }
        let schema = "SELECT group_concat(sql, ';' ORDER BY 1) FROM (SELECT sql FROM sqlite_master ORDER BY type, name)"
            .replacing(" ORDER BY 1", with: "")
        #expect(try SQLite(folder.path()).text(schema) == SQLite(folder.path("bulk.sqlite")).text(schema))
    }

    @Test("A source's work is found by its name, before and in a transaction", arguments: [false, true])
    func sourceNames(bulk: Bool) throws {
        let old = Work.sample(1, source: "a")
        try store.write(bulk: false) { try $0.insert(old, ledger: old.ledger) }
        try store.write(bulk: bulk) { transaction in
            #expect(try transaction.knowsSource("a") && !transaction.knowsSource("b"))
            #expect(try transaction.work(source: "a", sourceID: "1") == old)
            #expect(try transaction.work(source: "a", sourceID: "2") == nil)
            #expect(try transaction.work(source: "b", sourceID: "1") == nil)
            for number in 2..<2600 {
                let work = Work.sample(number, source: "b")
                try transaction.insert(work, ledger: work.ledger)
                #expect(try transaction.work(source: "b", sourceID: "\(number)") == work)
            }
            #expect(try transaction.work(source: "a", sourceID: "1") == old)
            #expect(try transaction.work(old.id) == old)
        }
    }

    @Test("A second work of one name is a conflict and undoes the transaction", arguments: [false, true])
    func repeatedName(bulk: Bool) throws {
        let first = Work.sample(1, source: "a")
        var second = Work.sample(2, source: "a")
        second.sourceID = first.sourceID
        #expect(throws: StoreError.conflict(second.id)) {
            try store.write(bulk: bulk) { transaction in
                try transaction.insert(first, ledger: first.ledger)
                try transaction.insert(second, ledger: second.ledger)
            }
        }
        #expect(try store.works() == [])
    }

    @Test("An update of a revision that is not the latest is a conflict")
    func conflict() throws {
        var work = Work.sample(1)
        try store.write(bulk: false) { try $0.insert(work, ledger: work.ledger) }
        work.revision = 3
        #expect(throws: StoreError.conflict(work.id)) {
            try store.write(bulk: false) { try $0.update(work, ledger: []) }
        }
        let stranger = Work.sample(2)
        #expect(throws: StoreError.conflict(stranger.id)) {
            try store.write(bulk: false) { try $0.update(stranger, ledger: []) }
        }
    }

    @Test("The ledger keeps every entry as it was written, in order")
    func ledger() throws {
        let work = Work.sample(1)
        let clerk = Actor(kind: .person, name: "clerk", organisation: "Дорсервис")
        let moves = (2...40).map { revision in
            LedgerEntry(
                revision: revision, at: noon + Int64(revision), recordedAt: noon + Int64(revision * 2), field: .dueAt,
                from: revision == 2 ? nil : "x", to: "y", reason: revision % 2 == 0 ? "дождь" : nil,
                actor: revision % 3 == 0 ? clerk : importer)
        }
        try store.write(bulk: false) { try $0.insert(work, ledger: work.ledger + moves.prefix(5)) }
        var updated = work
        updated.revision = 2
        try store.write(bulk: false) { try $0.update(updated, ledger: Array(moves.dropFirst(5))) }
        #expect(try store.ledger(of: work.id) == work.ledger + moves)
        #expect(try store.ledger(of: Work.sample(9).id) == [])
    }

    @Test(
        "Nobody changes the ledger or takes a work away, not with SQL either",
        arguments: [
            "UPDATE ledger SET new_value = 'x'", "DELETE FROM ledger",
            "INSERT OR REPLACE INTO ledger SELECT fid, work, revision, at, 'status', old_value, 'x', reason, recording FROM ledger",
            "DELETE FROM works",
            "INSERT OR REPLACE INTO works (fid, id, kind, category, status, severity, traffic_impact, updated_at) "
                + "SELECT fid, id, kind, 'x', status, severity, traffic_impact, updated_at FROM works",
        ])
    func appendOnly(sql: String) throws {
        let work = Work.sample(1)
        try store.write(bulk: true) { try $0.insert(work, ledger: work.ledger) }
        #expect(throws: SQLiteFailure.self) { try SQLite(folder.path(), spatial: true).run(sql) }
        #expect(try store.works() == [work])
        #expect(try store.ledger(of: work.id) == work.ledger)
    }

    @Test("Open works that a list no longer has are named")
    func openWorks() throws {
        var done = Work.sample(3, source: "a")
        done.status = .done
        let works = [Work.sample(1, source: "a"), Work.sample(2, source: "a"), done, Work.sample(4, source: "b")]
        try store.write(bulk: false) { transaction in
            for work in works { try transaction.insert(work, ledger: work.ledger) }
            #expect(try transaction.openWorks(ofSource: "a", notIn: ["1"]) == [works[1]])
            try transaction.noteObservation(noon, ofSource: "a")
            try transaction.noteObservation(noon - 5, ofSource: "a")
            #expect(try transaction.lastObservation(ofSource: "a") == noon)
            #expect(try transaction.lastObservation(ofSource: "b") == nil)
        }
    }

    @Test("A note is kept until it is taken away")
    func notes() throws {
        let name = try #require(StoreNote.allCases.first)
        #expect(try store.note(name) == nil)
        try store.write(bulk: false) { try $0.setNote(name, to: "Приозёрск") }
        try store.write(bulk: false) { try $0.setNote(name, to: "Заречье") }
        #expect(try store.note(name) == "Заречье")
        try store.write(bulk: false) { try $0.setNote(name, to: nil) }
        #expect(try store.note(name) == nil)
    }
}
