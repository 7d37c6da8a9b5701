import Geometry
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@Suite("What only staff may see of works and features")
struct PrivateExtraTests {
    private let folder: TemporaryFolder
    private let store: SpatiaLiteStore

    init() throws {
        folder = try TemporaryFolder()
        store = try SpatiaLiteStore.create(at: folder.path())
    }

    private func feature(_ privateExtra: String?) -> ReferenceFeature {
        ReferenceFeature(
            id: "x:1", name: "School", extra: #"{"n":1}"#, privateExtra: privateExtra,
            geometry: .point(Coordinate(longitude: 1, latitude: 2)))
    }

    @Test(
        "It is written with a work and read by transactions and the desk, and by nobody else", arguments: [true, false])
    func apart(bulk: Bool) throws {
        var work = Work.sample(1, source: "s", at: .point(Coordinate(longitude: 1, latitude: 2)))
        work.extra = #"{"ward":3}"#
        work.privateExtra = #"{"phone":"MARKER"}"#
        try store.write(bulk: bulk) { try $0.insert(work, ledger: work.ledger) }
        #expect(try store.write(bulk: false) { try $0.work(work.id) } == work)
        #expect(try store.write(bulk: false) { try $0.work(source: "s", sourceID: "1") } == work)
        #expect(try store.write(bulk: false) { try $0.openWorks(ofSource: "s", notIn: []) } == [work])
        #expect(try store.privateExtra(of: work.id) == work.privateExtra)
        #expect(try store.work(work.id)?.privateExtra == nil)
        #expect(try store.works().map(\.privateExtra) == [nil])
        let file = try SQLite(folder.path())
        for table in ["works", "road_repairs"] {
            #expect(try file.text("SELECT group_concat(extra) FROM \(table)") == #"{"ward":3}"#)
        }
        for (revision, text) in [(2, #"{"phone":"other"}"#), (3, nil)] as [(Int, String?)] {
            work.privateExtra = text
            work.revision = revision
            try store.write(bulk: bulk) { try $0.update(work, ledger: []) }
            #expect(try store.privateExtra(of: work.id) == text)
        }
        #expect(try store.check() == [])
    }

    @Test("A feature whose private part alone differs is updated, and the same again changes nothing")
    func features() throws {
        func upsert(_ text: String?) throws -> Bool? {
            try store.write(bulk: false) { try $0.upsert(feature(text), in: .schools) }
        }
        #expect(try upsert(#"{"phone":"MARKER"}"#) == true)
        #expect(try upsert(#"{"phone":"MARKER"}"#) == nil)
        #expect(try upsert(#"{"phone":"other"}"#) == false)
        #expect(try upsert(nil) == false)
        #expect(try upsert(nil) == nil)
        #expect(try store.feature("x:1", in: .schools)?.privateExtra == nil)
    }

    /// Makes the file one of the version before, in which everything was public.
    private func age() throws {
        for number in 1...5 {
            var work = Work.sample(number, source: number < 3 ? "s" : nil)
            work.extra =
                [
                    #"{"phone":"MARKER"}"#, nil, #"{"media_url":"https://a.example/p.jpg","phone":"MARKER"}"#,
                    #"{"media_url":"https://a.example/p.jpg"}"#, "no JSON, MARKER",
                ][number - 1]
            try store.write(bulk: false) { try $0.insert(work, ledger: work.ledger) }
        }
        try store.write(bulk: false) { _ = try $0.upsert(feature(nil), in: .schools) }
        try store.close()
        try SQLite(folder.path()).run(try Version5.statements())
        try SQLite(folder.path()).run(
            """
            DROP TABLE private_extra; DELETE FROM grdb_migrations WHERE identifier LIKE '4 %'; PRAGMA user_version = 3
            """)
    }

    @Test("What older versions published is private when the file is opened, read-only too", arguments: [true, false])
    func migration(readOnly: Bool) throws {
        try age()
        let opened = try SpatiaLiteStore.open(at: folder.path(), readOnly: readOnly)
        let works = try opened.works()
        let picture = #"{"media_url":"https://a.example/p.jpg"}"#
        #expect(works.map(\.extra) == [nil, nil, picture, picture, nil])
        #expect(
            try works.map { try opened.privateExtra(of: $0.id) } == [
                #"{"phone":"MARKER"}"#, nil, #"{"phone":"MARKER"}"#, nil, "no JSON, MARKER",
            ])
        // Caches that know the older answer by its revision ask for the new one.
        #expect(works.map(\.revision) == [2, 1, 2, 1, 2])
        #expect(try opened.feature("x:1", in: .schools)?.extra == nil)
        #expect(try opened.check() == [])
        var changed = WorkPage()
        changed.changedSince = try opened.revision().works - 1
        #expect(try opened.ids(changed) == [works[0].id, works[2].id, works[4].id])
    }

    @Test("A migration that cannot be finished leaves the older file as it was, and is done the next time")
    func interrupted() throws {
        try age()
        let file = try SQLite(folder.path())
        try file.run(
            "CREATE TRIGGER stop BEFORE UPDATE OF extra ON schools BEGIN SELECT RAISE(ABORT, 'the power is gone'); END")
        #expect(throws: (any Error).self) { try SpatiaLiteStore.open(at: folder.path()) }
        #expect(throws: (any Error).self) { try SpatiaLiteStore.open(at: folder.path(), readOnly: true) }
        #expect(try file.text("SELECT count(*) FROM works WHERE extra LIKE '%MARKER%'") == "3")
        #expect(try file.text("SELECT count(*) FROM sqlite_master WHERE name = 'private_extra'") == "0")
        try file.run("DROP TRIGGER stop")
        let opened = try SpatiaLiteStore.open(at: folder.path())
        #expect(try opened.works().allSatisfy { !($0.extra ?? "").contains("MARKER") })
        #expect(try opened.check() == [])
    }
}
