import Foundation
import SeededRandom
import Testing
import TimeBudgets
import Works

@testable import SpatiaLiteStore

@Suite("Backups")
struct BackupTests {
    let folder: TemporaryFolder
    let store: SpatiaLiteStore

    init() throws {
        folder = try TemporaryFolder()
        store = try SpatiaLiteStore.create(at: folder.path())
        try write(1...40)
    }

    private func write(_ numbers: ClosedRange<Int>) throws {
        try store.write(bulk: false) { transaction in
            for number in numbers {
                let work = Work.sample(number)
                try transaction.insert(work, ledger: work.ledger)
            }
        }
    }

    @Test("One bit that changes anywhere in a backup is noticed", arguments: 1...6)
    func flippedBits(seed: UInt64) throws {
        try "rules".write(toFile: folder.path("works.city") + "/rules.yaml", atomically: true, encoding: .utf8)
        let backup = folder.path("backup.sqlite")
        try store.backup(to: backup)
        guard case .whole(let seal) = try BackupSeal.verify(backup) else {
            Issue.record("a fresh backup is not whole")
            return
        }
        #expect(seal.works == 40 && seal.files == 1)
        let whole = try Data(contentsOf: URL(fileURLWithPath: backup))
        var generator = SeededRandom(seed: seed)
        for _ in 0..<12 {
            let place = Int.random(in: 100..<whole.count, using: &generator)
            var changed = whole
            changed[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            try changed.write(to: URL(fileURLWithPath: backup))
            switch try BackupSeal.verify(backup) {
            case .damaged: break
            // The last letters are the mark by which the seal is known.
            case .unsealed: #expect(place >= whole.count - 8)
            case .whole: Issue.record("a bit of byte \(place) of \(whole.count) has changed")
            }
        }
    }

    @Test("Opening a backup leaves its seal, writing to it takes the seal away")
    func sealEndsWithWriting() throws {
        let backup = folder.path("backup.sqlite")
        try store.backup(to: backup)
        let options = StoreOptions(keyFile: folder.path("works.city") + "/key")
        try SpatiaLiteStore.open(at: backup, readOnly: true, options: options).close()
        #expect(try SpatiaLiteStore.checkSeal(backup) == [])
        let opened = try SpatiaLiteStore.open(at: backup, options: options)
        let work = Work.sample(99)
        try opened.write(bulk: false) { try $0.insert(work, ledger: work.ledger) }
        try opened.close()
        #expect(try BackupSeal.verify(backup) == .unsealed)
        #expect(try SpatiaLiteStore.open(at: backup, readOnly: true, options: options).check() == [])
    }

    @Test("The city's files come back where they are missing, and never the key")
    func cityFiles() throws {
        let city = folder.path("works.city")
        try FileManager.default.createDirectory(atPath: city + "/sources/a", withIntermediateDirectories: true)
        let large = Data((0..<2_500_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        try large.write(to: URL(fileURLWithPath: city + "/sources/a/list.csv"))
        try "mine".write(toFile: city + "/privacy.en.md", atomically: true, encoding: .utf8)
        let backup = folder.path("backup.sqlite")
        try store.backup(to: backup)
        try FileManager.default.removeItem(atPath: city + "/sources")
        try "changed".write(toFile: city + "/privacy.en.md", atomically: true, encoding: .utf8)
        let restoration = try SpatiaLiteStore.restore(backup, to: folder.path())
        #expect(restoration.cityFiles.written == 1 && restoration.cityFiles.kept == 1 && restoration.isSealed)
        #expect(try Data(contentsOf: URL(fileURLWithPath: city + "/sources/a/list.csv")) == large)
        #expect(try String(contentsOfFile: city + "/privacy.en.md", encoding: .utf8) == "changed")
        let key = try #require(FileManager.default.contents(atPath: city + "/key"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: backup)).range(of: key.suffix(60)) == nil)
        #expect(try Data(contentsOf: URL(fileURLWithPath: backup)).range(of: Data("mine".utf8)) == nil)
    }

    @Test("What killed writers have left is removed, what is being written stays")
    func unfinishedFiles() throws {
        let held = try UnfinishedFile(beside: folder.path("a.sqlite"))
        for name in ["a.sqlite.0abc.part", "a.sqlite.0abc.part-wal", "a.sqlite.X.part", "b.sqlite.0abc.part"] {
            try Data().write(to: folder.url.appendingPathComponent(name))
        }
        UnfinishedFile.clean(beside: folder.path("a.sqlite"))
        let left = folder.files.filter { $0.contains(".part") }
        #expect(
            left == [(held.path as NSString).lastPathComponent, "a.sqlite.X.part", "b.sqlite.0abc.part"].sorted())
    }

    struct Retained: Sendable {
        var ages: [Int]
        var retention: BackupRetention
        var kept: Int
    }

    @Test(
        "One backup an hour, a day and a week stays",
        arguments: [
            Retained(ages: Array(0..<48), retention: .init(hours: 24, days: 0, weeks: 0), kept: 25),
            Retained(ages: Array(0..<240), retention: .init(hours: 0, days: 7, weeks: 0), kept: 8),
            Retained(ages: Array(0..<2000), retention: .init(hours: 0, days: 0, weeks: 4), kept: 5),
            Retained(ages: [5000, 6000], retention: .init(), kept: 1), Retained(ages: [], retention: .init(), kept: 0),
        ])
    func retention(_ one: Retained) {
        let now: Int64 = 1_800_000_000_000
        let moments = one.ages.map { now - Int64($0) * 3_600_000 }.sorted()
        let kept = one.retention.kept(moments, at: now)
        #expect(abs(kept.count - one.kept) <= (one.kept > 1 ? 1 : 0))
        if !moments.isEmpty { #expect(kept.contains(moments.count - 1)) }
    }
}
