import Foundation
import Glibc
import Sealing
import SeededRandom
import Testing
import Works

@testable import SpatiaLiteStore

@Suite("What is erased")
struct ErasingTests {
    private let folder: TemporaryFolder
    private let store: SpatiaLiteStore
    private let day = Retention.day

    init() throws {
        folder = try TemporaryFolder()
        store = try SpatiaLiteStore.create(at: folder.path())
    }

    private func insert(_ number: Int, _ change: (inout Work) -> Void = { _ in }) throws -> WorkID {
        var work = Work.sample(number)
        change(&work)
        let inserted = work
        try store.writeDesk { try $0.insert(inserted, ledger: inserted.ledger) }
        return work.id
    }

    private func setContact(_ email: String, of work: WorkID) throws {
        try store.writeDesk { try $0.setContact(ReporterContact(email: email), of: work) }
    }

    /// The bytes of the database and of its log.
    private func bytes() throws -> Data {
        try Data(contentsOf: folder.url.appendingPathComponent("works.sqlite"))
            + ((try? Data(contentsOf: folder.url.appendingPathComponent("works.sqlite-wal"))) ?? Data())
    }

    // MARK: Retention

    @Test("Contacts of closed, of rejected and of forgotten works are erased when their time is over, others are not")
    func retention() throws {
        let now = noon + 1000 * day
        func work(_ number: Int, _ status: WorkStatus, completed: Int64? = nil, updated: Int64) throws -> WorkID {
            let id = try insert(number) { work in
                work.status = status
                work.completedAt = completed.map { now - $0 * day }
                work.updatedAt = now - updated * day
            }
            try setContact("a\(number)@example.org", of: id)
            return id
        }
        let over = [
            try work(1, .done, completed: 181, updated: 1), try work(2, .rejected, updated: 181),
            try work(3, .accepted, updated: 731),
        ]
        let kept = [
            try work(4, .done, completed: 179, updated: 179), try work(5, .accepted, updated: 729),
            try work(6, .reported, updated: 10),
        ]
        let counts = try store.writeDesk { try $0.erase(keeping: Retention(), at: now) }
        #expect(counts.contacts == 3 && counts.reports == 0)
        for id in over { #expect(try store.contact(of: id) == nil) }
        for id in kept { #expect(try store.contact(of: id) != nil) }
        #expect(try store.writeDesk { try $0.erase(keeping: Retention(), at: now) }.isEmpty)
    }

    @Test("Followers of a work are only counted once its time is over, unless somebody began to follow it lately")
    func followers() throws {
        let now = noon + 800 * day
        let (old, lively) = (try insert(1), try insert(2))
        try store.writeDesk { transaction throws in
            _ = try transaction.addFollower(from: "203.0.113.7", to: old, at: noon)
            _ = try transaction.addFollower(from: "203.0.113.7", to: lively, at: now - day)
        }
        let counts = try store.writeDesk { try $0.erase(keeping: Retention(), at: now) }
        #expect(counts.followedWorks == 1)
        #expect(try store.followerCount(of: old) == 1)
        try store.writeDesk { transaction throws in
            #expect(try transaction.addFollower(from: "203.0.113.7", to: old, at: now))
            #expect(try !transaction.addFollower(from: "203.0.113.7", to: lively, at: now))
        }
        #expect(try store.writeDesk { try $0.erase(keeping: Retention(), at: now) }.isEmpty)
    }

    @Test("Reports lose what is kept no longer, and waiting ones in the end count as refused")
    func reports() throws {
        let now = noon + 1000 * day
        func add(_ token: String, received: Int64) throws {
            let report = PendingReport(
                token: token, receivedAt: now - received * day, category: "other", severity: .minor, description: "d",
                address: "a", longitude: 44.5, latitude: 56.25, mediaURL: "https://example.org/a.jpg",
                contact: ReporterContact(email: "a@b.c", phone: "1"))
            try store.writeDesk { try $0.add(report, from: "203.0.113.7") }
        }
        for (token, received) in [("refused", 300), ("young", 300), ("old", 200), ("new", 1), ("lapsed", 800)]
            as [(String, Int64)]
        {
            try add(token, received: received)
        }
        try store.writeDesk { transaction throws in
            #expect(try transaction.decide("refused", .refused, at: now - 200 * day))
            #expect(try transaction.decide("young", .refused, at: now - 100 * day))
        }
        let counts = try store.writeDesk { try $0.erase(keeping: Retention(), at: now) }
        #expect(counts.contacts == 3 && counts.reports == 2 && counts.lapsedReports == 1)
        let refused = try #require(try store.pendingReport("refused"))
        #expect(
            refused
                == PendingReport(
                    token: "refused", receivedAt: now - 300 * day, category: "other", decision: .refused,
                    decidedAt: now - 200 * day))
        #expect(try store.pendingReport("young")?.description == "d")
        let old = try #require(try store.pendingReport("old"))
        #expect(old.contact.isEmpty && old.longitude == 44.5)
        #expect(try store.pendingReport("lapsed")?.decision == .refused)
        #expect(try store.pendingReports().map(\.token) == ["old", "new"])
        let others = try SQLite(folder.path())
        #expect(try others.text("SELECT count(*) FROM pending_reports WHERE reporter IS NOT NULL") == "2")
    }

    @Test("An accepted report keeps nothing that its work has")
    func accepted() throws {
        let work = try insert(1)
        let report = PendingReport(
            token: "t", receivedAt: noon, category: "other", description: "d", longitude: 1, latitude: 2,
            contact: ReporterContact(email: "a@b.c"))
        try store.writeDesk { transaction throws in
            try transaction.add(report)
            #expect(try transaction.decide("t", .accepted(work), at: noon + 60))
            #expect(try !transaction.decide("t", .refused, at: noon + 60))
        }
        #expect(
            try store.pendingReport("t")
                == PendingReport(
                    token: "t", receivedAt: noon, category: "other", decision: .accepted(work), decidedAt: noon + 60))
    }

    // MARK: Bytes

    /// True if some bytes are in others.
    private func contains(_ needle: [UInt8], in bytes: Data) -> Bool {
        bytes.range(of: Data(needle)) != nil
    }

    @Test("Nothing of what was erased is left in the file or in its log, however rows have moved meanwhile")
    func gone() throws {
        var generator = SeededRandom(seed: 1)
        var kept: [WorkID: String] = [:]
        var erased: [[UInt8]] = []
        let file = try SQLite(folder.path())
        /// Bytes of a sealed value, which are as good as random.
        func sealed(_ sql: String) throws -> [UInt8] {
            let digits = Array(try #require(try file.text("SELECT hex(\(sql)")))
            return stride(from: 0, to: 80, by: 2).map { UInt8(String(digits[$0...($0 + 1)]), radix: 16)! }
        }
        for round in 0..<8 {
            try store.writeDesk { transaction throws in
                for index in 0..<100 {
                    let work = Work.sample(round * 100 + index + 1)
                    let token = "token \(round) \(index)"
                    kept[work.id] = token
                    try transaction.insert(work, ledger: work.ledger)
                    let contact = ReporterContact(email: "a@b.c", firstName: String(repeating: "x", count: index * 9))
                    try transaction.setContact(contact, of: work.id)
                    try transaction.add(
                        PendingReport(
                            token: token, receivedAt: noon, category: "other", description: "d", contact: contact))
                }
            }
            let gone = kept.keys.sorted { $0.description < $1.description }.shuffled(using: &generator).prefix(60)
            for work in gone {
                let digest = KeyedDigest.plain(kept[work]!)
                erased += [
                    try sealed("sealed) FROM reporter_contacts JOIN works ON fid = work WHERE id = '\(work)'"),
                    try sealed("sealed) FROM pending_reports WHERE digest = '\(digest)'"),
                    try sealed("contact) FROM pending_reports WHERE digest = '\(digest)'"),
                ]
            }
            try store.writeDesk { transaction throws in
                for work in gone {
                    #expect(try transaction.eraseContact(of: work, at: noon))
                    let report = try #require(try transaction.pendingReport(kept.removeValue(forKey: work)!))
                    var bare = report
                    bare.eraseContents()
                    (bare.decision, bare.decidedAt) = (.refused, noon)
                    try transaction.rewrite(report, as: bare, at: noon)
                }
            }
            #expect(try store.eraseTraces())
            let content = try bytes()
            #expect(erased.count { contains($0, in: content) } == 0, "in round \(round)")
        }
        #expect(try store.check().isEmpty)
    }

    // MARK: The journal

    private var journal: URL { folder.url.appendingPathComponent("works.city/erasures") }

    private func reading() throws -> ErasureJournal.Reading {
        guard case .read(let reading) = store.journal.state() else { throw StoreError.missing(path: journal.path) }
        return reading
    }

    @Test("The journal names what was erased and revoked, and says nothing about anybody")
    func journalled() throws {
        let work = try insert(1)
        try setContact("anna@example.org", of: work)
        let id = try store.writeDesk {
            try $0.add(
                AccessToken(name: "Анна", role: .admin, digest: String(repeating: "a", count: 64), createdAt: noon))
        }
        #expect(try reading() == ErasureJournal.Reading())
        try store.writeDesk { transaction throws in
            _ = try transaction.eraseContact(of: work, at: noon + 60)
            _ = try transaction.revokeToken(id, at: noon + 120)
        }
        #expect(
            try reading().erasures
                == [Erasure(.contact, work, at: noon + 60), Erasure(.token, "\(id)@\(noon)", at: noon + 120)])
        let text = try String(contentsOf: journal, encoding: .utf8)
        for secret in ["anna", "Анна", "example"] { #expect(!text.localizedCaseInsensitiveContains(secret)) }
        var status = stat()
        #expect(stat(journal.path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test("What is taken back of a transaction is not noted, and what cannot be noted is not erased")
    func refused() throws {
        struct Stop: Error {}
        let work = try insert(1)
        try setContact("anna@example.org", of: work)
        try store.writeDesk { transaction throws in
            try? transaction.savepoint {
                _ = try transaction.eraseContact(of: work, at: noon)
                throw Stop()
            }
        }
        #expect(try reading().erasures.isEmpty)
        #expect(try store.contact(of: work) != nil)
        try FileManager.default.createDirectory(at: journal, withIntermediateDirectories: true)
        #expect(throws: StoreError.self) { try store.writeDesk { try $0.eraseContact(of: work, at: noon) } }
        #expect(try store.contact(of: work) != nil)
    }

    @Test("A last line that was cut is passed over and mended by the next; another broken one is told")
    func broken() throws {
        let works = try (1...3).map { try insert($0) }
        for work in works { try setContact("a@b.c", of: work) }
        for work in works.prefix(2) { try store.writeDesk { _ = try $0.eraseContact(of: work, at: noon) } }
        let whole = try Data(contentsOf: journal)
        try whole.dropLast(9).write(to: journal)
        #expect(
            try reading()
                == ErasureJournal.Reading(erasures: [Erasure(.contact, works[0], at: noon)], broken: [], isCut: true))
        try store.writeDesk { _ = try $0.eraseContact(of: works[2], at: noon) }
        #expect(try reading().erasures.map(\.id) == [works[0], works[2]].map(\.description))
        #expect(try !reading().isCut && reading().broken.isEmpty)
        // Without its line feed the last line is whole all the same.
        try whole.dropLast(1).write(to: journal)
        #expect(try reading().erasures.count == 2)
        var text = String(decoding: whole, as: UTF8.self)
        text.replace(works[0].description.prefix(8), with: "00000000", maxReplacements: 1)
        try Data(text.utf8).write(to: journal)
        #expect(
            try reading()
                == ErasureJournal.Reading(erasures: [Erasure(.contact, works[1], at: noon)], broken: [2], isCut: false))
    }

    // MARK: Restoring

    private func copy() throws -> String {
        let path = folder.path("backup.sqlite")
        try store.backup(to: path)
        return path
    }

    enum Fate: CaseIterable { case readable, withoutJournal, damaged, missing, another }

    @Test(
        "What was erased and revoked since a backup stays so, whatever became of the database", arguments: Fate.allCases
    )
    func restored(_ fate: Fate) throws {
        let works = try (1...3).map { try insert($0) }
        for work in works { try setContact("a@b.c", of: work) }
        let ids = try store.writeDesk { transaction throws -> [Int64] in
            for token in ["refused", "lapsed", "kept"] {
                try transaction.add(
                    PendingReport(
                        token: token, receivedAt: noon, category: "other", description: "d",
                        contact: ReporterContact(email: "a@b.c")))
            }
            _ = try transaction.addFollower(from: "203.0.113.7", to: works[2], at: noon)
            return try (1...2).map { number in
                try transaction.add(
                    AccessToken(
                        name: "T\(number)", role: .admin, digest: String(repeating: "\(number)", count: 64),
                        createdAt: noon + Int64(number)))
            }
        }
        let backup = try copy()
        try store.writeDesk { transaction throws in
            _ = try transaction.eraseContact(of: works[0], at: noon)
            _ = try transaction.revokeToken(ids[0], at: noon + 5)
            _ = try transaction.add(
                AccessToken(
                    name: "New", role: .admin, digest: String(repeating: "3", count: 64), createdAt: noon + 9,
                    expiresAt: .now + 999))
            _ = try transaction.eraseFollowings(ofReportersOf: [], at: noon)
            for token in ["refused", "lapsed"] {
                let report = try #require(try transaction.pendingReport(token))
                var kept = report
                kept.eraseContents()
                (kept.decision, kept.decidedAt) = (.refused, noon)
                try transaction.rewrite(report, as: kept, at: noon)
            }
        }
        try store.close()
        switch fate {
        case .readable: break
        case .withoutJournal: try FileManager.default.removeItem(at: journal)
        case .damaged: try Data("no database".utf8).write(to: folder.url.appendingPathComponent("works.sqlite"))
        // A log may be left.
        case .missing: try FileManager.default.removeItem(atPath: folder.path())
        case .another:
            folder.removeDatabase()
            try SpatiaLiteStore.create(at: folder.path()).close()
        }
        let restoration = try SpatiaLiteStore.restore(backup, to: folder.path())
        #expect(restoration.takenAway == [.contact: 1, .token: 1, .report: 2])
        #expect(restoration.isComplete)
        switch fate {
        case .readable, .withoutJournal: #expect(restoration.lostTokens?.map(\.name) == ["New"])
        case .damaged, .missing, .another: #expect(restoration.lostTokens == nil)
        }
        let opened = try SpatiaLiteStore.open(at: folder.path())
        #expect(try opened.contact(of: works[0]) == nil)
        #expect(try opened.contact(of: works[1]) != nil)
        #expect(try opened.tokens().map { $0.revokedAt } == [noon + 5, nil])
        #expect(try opened.pendingReports().map(\.token) == ["kept"])
        #expect(try opened.pendingReport("lapsed")?.description == nil)
        #expect(try opened.check().isEmpty)
    }

    @Test("Where neither database nor journal says what was erased nothing is restored, unless that is said")
    func unknown() throws {
        let work = try insert(1)
        try setContact("a@b.c", of: work)
        let backup = try copy()
        try store.writeDesk { _ = try $0.eraseContact(of: work, at: noon) }
        try store.close()
        try FileManager.default.moveItem(atPath: folder.path("works.city/key"), toPath: folder.path("key"))
        try FileManager.default.removeItem(at: journal.deletingLastPathComponent())
        folder.removeDatabase()
        let options = StoreOptions(keyFile: folder.path("key"))
        #expect(throws: RestoreError.self) { try SpatiaLiteStore.restore(backup, to: folder.path(), options: options) }
        #expect(folder.files == ["backup.sqlite", "key"])
        #expect(
            try !SpatiaLiteStore.restore(backup, to: folder.path(), options: options, withoutErasures: true).isComplete)
        #expect(try SpatiaLiteStore.open(at: folder.path(), options: options).contact(of: work) != nil)
        // Without the key nothing comes back that anybody could read.
        #expect(try !SpatiaLiteStore.restore(backup, to: folder.path("new.sqlite")).isComplete)
    }

    @Test("A token that was made after a restore is not taken for an older one of its number")
    func tokenNumbers() throws {
        func add(_ digit: String, at moment: Instant) throws -> Int64 {
            try store.writeDesk {
                try $0.add(
                    AccessToken(
                        name: digit, role: .admin, digest: String(repeating: digit, count: 64), createdAt: moment))
            }
        }
        let backup = try copy()
        let old = try add("1", at: noon)
        try store.writeDesk { _ = try $0.revokeToken(old, at: noon + 1) }
        try SpatiaLiteStore.restore(backup, to: folder.path())
        let new = try add("2", at: noon + 60)
        #expect(new == old)
        let later = folder.path("later.sqlite")
        try store.backup(to: later)
        #expect(try SpatiaLiteStore.restore(later, to: folder.path()).takenAway.isEmpty)
        #expect(try store.tokens().map(\.revokedAt) == [nil])
    }
}
