import Geometry
import SpatiaLiteStore
import Testing
import Works

@Suite("The desk's part of the store")
struct DeskStoreTests {
    private let folder: TemporaryFolder
    private let store: SpatiaLiteStore

    init() throws {
        folder = try TemporaryFolder()
        store = try SpatiaLiteStore.create(at: folder.path())
    }

    private func insert(_ number: Int) throws -> Work {
        let work = Work.sample(number)
        try store.writeDesk { try $0.insert(work, ledger: work.ledger) }
        return work
    }

    @Test("A token is found by its digest, and stays in the list when it is revoked")
    func tokens() throws {
        let digest = String(repeating: "a", count: 64)
        let id = try store.writeDesk {
            try $0.add(
                AccessToken(name: "Анна", role: .dispatcher, organisation: "Дороги", digest: digest, createdAt: noon))
        }
        #expect(try store.token(digest: digest)?.organisation == "Дороги")
        #expect(try store.token(digest: String(repeating: "b", count: 64)) == nil)
        try store.writeDesk { try $0.noteUse(ofToken: id, at: noon + 60) }
        #expect(try store.writeDesk { try $0.revokeToken(id, at: noon + 120) })
        #expect(try !store.writeDesk { try $0.revokeToken(id, at: noon + 180) })
        let token = try #require(try store.tokens().first)
        #expect(token.lastUsedAt == noon + 60 && token.revokedAt == noon + 120)
    }

    @Test("Works are no duplicates of themselves, of nothing, or of each other")
    func circles() throws {
        let works = try (1...3).map { try insert($0) }
        func mark(_ one: Int, of other: WorkID) throws {
            try store.writeDesk { transaction in
                let work = try #require(try transaction.work(works[one].id))
                _ = try transaction.markDuplicate(
                    work, of: other, reason: "the same", at: noon, by: Actor(kind: .person))
            }
        }
        #expect(throws: DuplicateError.itself) { try mark(0, of: works[0].id) }
        let unknown = WorkID(high: 1, low: 2)
        #expect(throws: DuplicateError.unknown(unknown)) { try mark(0, of: unknown) }
        try mark(1, of: works[0].id)
        #expect(throws: DuplicateError.circle(works[1].id)) { try mark(0, of: works[1].id) }
        // A duplicate of a duplicate is one of the first.
        try mark(2, of: works[1].id)
        #expect(try store.original(of: works[2].id) == works[0].id)
        try store.writeDesk { transaction in
            let work = try #require(try transaction.work(works[2].id))
            let open = try transaction.unmarkDuplicate(work, reason: "another", at: noon, by: Actor(kind: .person))
            #expect(open.status == .accepted)
        }
        #expect(try store.original(of: works[2].id) == nil)
    }

    @Test("A savepoint that fails takes nothing of the others with it")
    func savepoints() throws {
        struct Stop: Error {}
        try store.writeDesk { transaction in
            for number in 1...4 {
                let work = Work.sample(number, source: "s")
                try? transaction.savepoint {
                    try transaction.insert(work, ledger: work.ledger)
                    if number.isMultiple(of: 2) { throw Stop() }
                }
            }
        }
        #expect(try store.works().map(\.sourceID) == ["1", "3"])
        #expect(try store.ledger(of: Work.sample(3).id).count == 1)
        #expect(try store.revision().works == 2)
        #expect(try store.check().isEmpty)
    }

    @Test("A report that waits is decided on once")
    func reports() throws {
        let report = PendingReport(
            token: "t", receivedAt: noon, category: "other", severity: .severe, description: "שלום 🚧", longitude: 44.5,
            latitude: 56.25, mediaURL: "https://example.org/a.jpg", contact: ReporterContact(email: "a@b"))
        try store.writeDesk { try $0.add(report) }
        #expect(try store.pendingReport("t") == report)
        #expect(try store.pendingReports() == [report])
        let work = try insert(1)
        #expect(try store.writeDesk { try $0.decide("t", .accepted(work.id), at: noon) })
        #expect(try !store.writeDesk { try $0.decide("t", .refused, at: noon) })
        let decided = try #require(try store.pendingReport("t"))
        #expect(decided.decision == .accepted(work.id) && decided.contact.isEmpty)
        #expect(try store.pendingReports().isEmpty)
    }

    @Test(
        "The audit log is only ever added to",
        arguments: [
            "UPDATE audit_log SET sealed = x'00'", "DELETE FROM audit_log",
            "INSERT OR REPLACE INTO audit_log (id, at, sealed) VALUES (1, '2026-01-01T00:00:00Z', x'00')",
        ])
    func audit(_ sql: String) throws {
        let entry = AuditEntry(at: noon, name: "Анна", action: "work.change", detail: "status")
        try store.writeDesk { try $0.add(entry) }
        #expect(throws: (any Error).self) { try SQLite(folder.path()).run(sql) }
        #expect(try store.audit(limit: 10) == [entry])
    }

    @Test("A token keeps its source and its end")
    func limitedTokens() throws {
        let token = AccessToken(
            name: "detector", role: .dispatcher, source: "sensors", digest: String(repeating: "c", count: 64),
            createdAt: noon, expiresAt: noon + 60)
        _ = try store.writeDesk { try $0.add(token) }
        let read = try #require(try store.token(digest: token.digest))
        #expect(read.source == "sensors" && read.expiresAt == noon + 60 && read.isMachine)
    }

    @Test("The names of services and contractors are listed with the works that bring them, and undone with them")
    func names() throws {
        var work = try insert(1)
        work.organisation = "Roads"
        work.contractor = "Path"
        work.revision = 2
        let added = try store.writeDesk { transaction in
            try transaction.update(work, ledger: [])
            struct Undo: Error {}
            try? transaction.savepoint {
                var other = Work.sample(2)
                other.contractor = "Undone"
                try transaction.insert(other, ledger: other.ledger)
                throw Undo()
            }
            return transaction.addedNames
        }
        #expect(added == CityNames(organisations: ["Roads"], contractors: ["Path"]))
        _ = try store.writeDesk {
            try $0.add(
                AccessToken(
                    name: "A", role: .viewer, organisation: "Water", digest: String(repeating: "d", count: 64),
                    createdAt: noon))
        }
        let all = CityNames(organisations: ["Roads", "Water"], contractors: ["Path"])
        #expect(try store.cityNames(limit: 10).organisations.isSuperset(of: all.organisations))
        #expect(try store.cityNames(limit: 10).contractors == all.contractors)
        try store.writeDesk { transaction in
            #expect(try transaction.cityNames(among: ["Roads", "Water", "Path", "Undone", "path"]) == all)
            var again = work
            again.revision = 3
            try transaction.update(again, ledger: [])
            #expect(transaction.addedNames.isEmpty)
        }
    }

    @Test("Tokens from before they had ends go on without one, and the names of old works are listed")
    func tokensOfOld() throws {
        var work = Work.sample(1)
        work.organisation = "Roads"
        work.contractor = "Path"
        try store.writeDesk { try $0.insert(work, ledger: work.ledger) }
        try store.close()
        try SQLite(folder.path()).run(try Version5.statements())
        try SQLite(folder.path()).run(
            """
            DROP TABLE city_names; ALTER TABLE access_tokens DROP COLUMN source;
            ALTER TABLE access_tokens DROP COLUMN expires_at;
            INSERT INTO access_tokens (name, role, digest, created_at)
                VALUES ('Анна', 'admin', '\(String(repeating: "a", count: 64))', '2020-01-01T00:00:00Z');
            DELETE FROM grdb_migrations WHERE identifier LIKE '5 %'; PRAGMA user_version = 3
            """)
        let opened = try SpatiaLiteStore.open(at: folder.path())
        let token = try #require(try opened.token(digest: String(repeating: "a", count: 64)))
        #expect(token.name == "Анна" && token.expiresAt == nil && !token.isMachine && token.refusal(at: noon) == nil)
        #expect(try opened.cityNames(limit: 10) == CityNames(organisations: ["Roads"], contractors: ["Path"]))
    }

    @Test("A database from before there was a desk gets one when it is opened")
    func migration() throws {
        try store.close()
        try SQLite(folder.path()).run(try Version5.statements())
        try SQLite(folder.path()).run(
            """
            PRAGMA foreign_keys = OFF;
            DROP TABLE audit_log; DROP TABLE access_tokens; DROP TABLE reporter_contacts; DROP TABLE pending_reports;
            DROP TABLE followers; DROP TABLE duplicates; DROP TABLE desk_secrets; DROP TABLE city_names; DROP TABLE private_extra;
            DROP TRIGGER recordings_are_never_changed; DROP TRIGGER recordings_are_never_deleted;
            DROP TRIGGER recordings_are_never_replaced;
            DELETE FROM grdb_migrations WHERE identifier NOT LIKE '1 %'; PRAGMA user_version = 1
            """)
        let opened = try SpatiaLiteStore.open(at: folder.path())
        #expect(try opened.tokens().isEmpty)
        #expect(try opened.check().isEmpty)
    }
}
