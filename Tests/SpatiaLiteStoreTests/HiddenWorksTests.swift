import Foundation
import Geometry
import SeededRandom
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@Suite("Works that staff have hidden")
struct HiddenWorksTests {
    private let folder: TemporaryFolder
    private let store: SpatiaLiteStore
    private let staff = Actor(kind: .person, name: "Анна", organisation: "Roads")

    init() throws {
        folder = try TemporaryFolder()
        store = try SpatiaLiteStore.create(at: folder.path())
    }

    /// Works with anything in their fields, and a private part.
    private func fill(_ count: Int) throws -> [Work] {
        var generator = SeededRandom(seed: 5)
        var works: [Work] = []
        for number in 1...count {
            var work = Work.random(number, using: &generator)
            work.privateExtra = #"{"phone":"\(number)"}"#
            works.append(work)
        }
        try store.write(bulk: true) { transaction in
            for work in works { try transaction.insert(work, ledger: work.ledger) }
        }
        return works
    }

    private func hide(_ work: Work) throws {
        _ = try store.writeDesk { try $0.hide(work.id, reason: "private", at: noon + 60, by: staff) }
    }

    private func unhide(_ work: Work) throws {
        _ = try store.writeDesk { try $0.unhide(work.id, reason: "a mistake", at: noon + 120, by: staff) }
    }

    @Test("A hidden work is in no query of the public record, and comes back as it was")
    func everyField() throws {
        let works = try fill(60)
        let world = Bounds(west: -180, south: -90, east: 180, north: 90)
        var box = WorkFilter()
        box.bounds = world
        // The caches of rows and places are full before.
        #expect(try store.ids(WorkPage(filter: box, limit: 100)).count == 60)
        for work in works {
            try hide(work)
            #expect(try store.work(work.id) == nil)
            #expect(try store.works().count == 59)
            #expect(try store.countWorks(matching: box, at: noon, budget: .unlimited) == 59)
            let page = try store.ids(WorkPage(filter: box, limit: 100))
            #expect(page.count == 59 && !page.contains(work.id))
            let public1 = try store.ledger(of: work.id)
            #expect(public1.map(\.field) == [.hidden] && public1[0].reason == "private" && public1[0].to == "true")
            #expect(try store.hiding(of: work.id) == public1[0])
            let hidden = try #require(try store.hiddenWork(work.id))
            var expected = work
            (expected.revision, expected.updatedAt) = (2, noon + 60)
            #expect(hidden.work == expected && hidden.ledger.map(\.field) == work.ledger.map(\.field) + [.hidden])
            #expect(try store.check() == [])
            try unhide(work)
            (expected.revision, expected.updatedAt, expected.privateExtra) = (3, noon + 120, nil)
            #expect(try store.work(work.id) == expected)
            #expect(try store.ledger(of: work.id).map(\.field) == work.ledger.map(\.field) + [.hidden, .hidden])
            #expect(try store.hiding(of: work.id) == nil)
            #expect(try store.hiddenWork(work.id) == nil)
        }
        #expect(try store.ids() == works.map(\.id))
        #expect(try store.check() == [])
    }

    @Test("The views for GIS programs, the index of places and the tables have nothing of it but that it was hidden")
    func file() throws {
        var work = Work.sample(1, source: "s", at: .point(Coordinate(longitude: 1, latitude: 2)))
        (work.title, work.description, work.address) = ("MARKER", "MARKER", "MARKER")
        work.extra = #"{"media_url":"https://MARKER"}"#
        var entries = work.ledger
        entries[0].reason = "MARKER"
        try store.write(bulk: false) { try $0.insert(work, ledger: entries) }
        try hide(work)
        let file = try SQLite(folder.path())
        for table in ["works", "road_repairs", "idx_works_geom_rowid"] {
            #expect(try file.text("SELECT count(*) FROM \(table)") == "0")
        }
        #expect(try file.text("SELECT group_concat(field || coalesce(reason, '')) FROM ledger") == "hiddenprivate")
    }

    @Test("The number of a hidden work is not given to another one, even if it is the newest")
    func numbers() throws {
        let first = Work.sample(1)
        try store.write(bulk: false) { try $0.insert(first, ledger: first.ledger) }
        try hide(first)
        let second = Work.sample(2)
        try store.write(bulk: true) { try $0.insert(second, ledger: second.ledger) }
        try unhide(first)
        #expect(try store.ids() == [first.id, second.id])
        #expect(try store.check() == [])
    }

    @Test("A source that states a hidden work again changes it where it is", arguments: [false, true])
    func imports(bulk: Bool) throws {
        let works = try fill(5)
        let before = works[2].ledger.map(\.field)
        try hide(works[2])
        #expect(try store.knowsSource("random"))
        try store.write(bulk: bulk) { transaction in
            let known = try #require(try transaction.work(source: "random", sourceID: "3"))
            #expect(known.id == works[2].id)
            #expect(try transaction.isHidden(known.id))
            var next = known
            next.title = "new"
            next.contractor = "x"
            next.geometry = .point(Coordinate(longitude: 7, latitude: 8))
            next.revision += 1
            let entry = LedgerEntry(
                revision: next.revision, at: noon, recordedAt: noon, field: .contractor, from: known.contractor,
                to: "x",
                actor: importer)
            try transaction.update(next, ledger: [entry])
            #expect(try transaction.ledger(of: known.id).map(\.field) == before + [.hidden, .contractor])
            #expect(try transaction.work(source: "random", sourceID: "3") == next)
            #expect(try transaction.work(known.id) == nil)
        }
        #expect(try store.works().count == 4)
        #expect(try store.ledger(of: works[2].id).map(\.field) == [.hidden])
        #expect(try store.check() == [])
        try unhide(works[2])
        #expect(try store.work(works[2].id)?.title == "new")
        #expect(try store.ledger(of: works[2].id).map(\.field) == before + [.hidden, .contractor, .hidden])
        var near = WorkFilter()
        near.bounds = Bounds(west: 6.9, south: 7.9, east: 7.1, north: 8.1)
        #expect(try store.ids(WorkPage(filter: near, limit: 10)).contains(works[2].id))
        #expect(try store.check() == [])
    }

    @Test("A source whose works are all hidden is known, and its hidden open works are closed with its list")
    func knownSource() throws {
        let work = Work.sample(1, source: "s")
        try store.write(bulk: false) { try $0.insert(work, ledger: work.ledger) }
        try hide(work)
        #expect(try store.knowsSource("s"))
        #expect(try !store.knowsSource("t"))
        try store.write(bulk: false) { transaction throws in
            #expect(try transaction.knowsSource("s"))
            #expect(try !transaction.knowsSource("t"))
            #expect(try transaction.openWorks(ofSource: "s", notIn: []).map(\.id) == [work.id])
            #expect(try transaction.openWorks(ofSource: "s", notIn: ["1"]).isEmpty)
        }
    }

    @Test("Another work's history does not name a hidden one")
    func duplicates() throws {
        let (first, second) = (Work.sample(1), Work.sample(2))
        try store.writeDesk { transaction in
            for work in [first, second] { try transaction.insert(work, ledger: work.ledger) }
            _ = try transaction.markDuplicate(
                second, of: first.id, reason: "same", at: noon, by: staff)
        }
        try hide(first)
        let values = try store.ledger(of: second.id).flatMap { [$0.from, $0.to] }
        #expect(values.contains(LedgerMark.hidden) && !values.contains(first.id.description))
        #expect(try store.original(of: second.id) == nil)
        try unhide(first)
        #expect(try store.ledger(of: second.id).map(\.to).contains(first.id.description))
        #expect(try store.original(of: second.id) == first.id)
    }

    @Test("A contact of a hidden work is erased in its time too")
    func contacts() throws {
        var work = Work.sample(1)
        (work.status, work.completedAt) = (.done, noon)
        try store.writeDesk {
            try $0.insert(work, ledger: work.ledger)
            try $0.setContact(ReporterContact(email: "a@example.org"), of: work.id)
        }
        try hide(work)
        #expect(try store.contact(of: work.id)?.email == "a@example.org")
        let kept = Retention().contactsOfClosedWorks
        #expect(try store.writeDesk { try $0.erase(keeping: Retention(), at: noon + kept) }.contacts == 0)
        #expect(try store.writeDesk { try $0.erase(keeping: Retention(), at: noon + kept + 1) }.contacts == 1)
        #expect(try store.contact(of: work.id) == nil)
    }

    @Test("What cannot be hidden or brought back is refused in words, and changes nothing")
    func refusals() throws {
        let work = Work.sample(1)
        try store.write(bulk: false) { try $0.insert(work, ledger: work.ledger) }
        func refusal(_ body: (any DeskTransaction) throws -> Work) throws -> TakingBackError? {
            do { _ = try store.writeDesk(body) } catch let error as TakingBackError { return error }
            return nil
        }
        for reason in [nil, "", " \n "] {
            #expect(try refusal { try $0.hide(work.id, reason: reason, at: noon, by: staff) } == .reasonMissing)
        }
        let long = String(repeating: "я", count: 1001)
        #expect(
            try refusal { try $0.hide(work.id, reason: long, at: noon, by: staff) } == .badText("reason", limit: 1000))
        let unknown = WorkID.new()
        #expect(try refusal { try $0.hide(unknown, reason: "x", at: noon, by: staff) } == .unknown(unknown))
        #expect(try refusal { try $0.unhide(unknown, reason: "x", at: noon, by: staff) } == .unknown(unknown))
        #expect(try refusal { try $0.unhide(work.id, reason: "x", at: noon, by: staff) } == .notHidden)
        try hide(work)
        #expect(try refusal { try $0.hide(work.id, reason: "x", at: noon, by: staff) } == .hiddenAlready)
        #expect(try store.ledger(of: work.id).count == 1)
    }

    @Test("What was hidden in a part of a transaction that is undone is not hidden")
    func savepoint() throws {
        struct Stop: Error {}
        let works = try fill(3)
        try store.writeDesk { transaction in
            try? transaction.savepoint {
                _ = try transaction.hide(works[0].id, reason: "x", at: noon, by: staff)
                throw Stop()
            }
            _ = try transaction.hide(works[1].id, reason: "x", at: noon, by: staff)
        }
        #expect(try store.ids() == [works[0].id, works[2].id])
        #expect(try store.check() == [])
    }
}
