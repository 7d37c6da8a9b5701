import Foundation
import Geometry
import SeededRandom
import Testing
import TimeBudgets
import Works

@testable import SpatiaLiteStore

/// The journal against the database itself: whatever is written and however the log is emptied, the replayed copy holds the same works.
@Suite("Journal of changes")
struct JournalTests {
    @Test("A backup and the journal give each state that there was", arguments: 1...5)
    func replay(seed: UInt64) throws {
        var generator = SeededRandom(seed: seed)
        let folder = try TemporaryFolder()
        let store = try SpatiaLiteStore.create(at: folder.path())
        try FileManager.default.createDirectory(atPath: folder.path("backups"), withIntermediateDirectories: true)
        let backups = BackupFolder(folder.path("backups"))
        let secret: [UInt8]? = nil
        let log = try WriteAheadLog(of: folder.path())
        let head = JournalSegment.Head(
            store: try store.identity().store, pageSize: log.pageSize, follows: nil, key: nil)
        let writer = try JournalSegment.Writer(
            "journal-20261130T190000000Z.changes", in: backups, head, secret: secret)
        // Moments that tests can tell apart; the backup is of the first.
        var moment: Int64 = 1000
        func advance() throws {
            moment += 1000
            try log.advance(limit: 100_000) { try writer.append($0, at: moment, isLast: $1) }
        }
        try advance()
        let backup = backups.path + "/city-20261130T190000001Z.sqlite"
        var seal = try store.backup(to: backup, segment: writer.name)
        seal.at = moment
        var states: [(at: Int64, ids: [WorkID])] = []
        var next = 1
        for _ in 0..<25 {
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: _ = try store.log?.maintain()
            case 1:
                let numbers = next..<(next + Int.random(in: 200...900, using: &generator))
                next = numbers.upperBound
                try store.write(bulk: true) { transaction in
                    for number in numbers {
                        let work = Work.random(number, using: &generator)
                        try transaction.insert(work, ledger: work.ledger)
                    }
                }
            case 2: try SQLite(folder.path()).run("PRAGMA wal_checkpoint(PASSIVE)")
            default:
                let work = Work.random(next, using: &generator)
                next += 1
                try store.write(bulk: false) { try $0.insert(work, ledger: work.ledger) }
            }
            if Bool.random(using: &generator) {
                try advance()
                states.append((moment, try store.ids()))
            }
        }
        try advance()
        states.append((moment, try store.ids()))
        for (at, ids) in states {
            let copy = folder.path("copy-\(at).sqlite")
            try Data().write(to: URL(fileURLWithPath: copy))
            try PageCopy.copy(backup, "?immutable=1", to: copy, isIdentified: false)
            let outcome = try JournalReplay.apply(backups, after: seal, to: copy, until: at, identity: nil)
            #expect(outcome.at <= at)
            let options = StoreOptions(keyFile: folder.path("works.city") + "/key")
            let restored = try SpatiaLiteStore.open(at: copy, options: options)
            #expect(try restored.ids() == ids)
            #expect(try restored.check() == [])
            try restored.close()
        }
    }

    @Test("The log is emptied although the journal follows it")
    func emptying() throws {
        let folder = try TemporaryFolder()
        let store = try SpatiaLiteStore.create(at: folder.path())
        let log = try WriteAheadLog(of: folder.path())
        var pages = 0
        for round in 0..<6 {
            try store.write(bulk: false) { transaction in
                for number in (round * 900)..<((round + 1) * 900) {
                    let work = Work.sample(number + 1)
                    try transaction.insert(work, ledger: work.ledger)
                }
            }
            for _ in 0..<4 {
                try log.advance(limit: 1 << 20) { change, _ in pages += change.pages.count }
                _ = try store.maintain()
            }
        }
        #expect(pages > 200)
        let status = try store.maintain()
        #expect(status?.backlogPages == 0)
        #expect(log.length < 3000)
    }

    @Test("A cut record is passed over, a changed one in the middle is told")
    func damage() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("journal-20261130T190000000Z.changes")
        let head = JournalSegment.Head(store: "s", pageSize: 512, follows: nil, key: nil)
        let writer = try JournalSegment.Writer(
            "journal-20261130T190000000Z.changes", in: BackupFolder(folder.url.path), head, secret: nil)
        for number in 1...3 {
            let page = [UInt8](repeating: UInt8(number), count: 512)
            try writer.append(.init(pages: [1: page], databasePages: 1), at: Int64(number), isLast: true)
        }
        func moments() throws -> [Int64] {
            var moments: [Int64] = []
            try JournalSegment.forEachRecord(path, identity: nil) {
                moments.append($0.at)
                return true
            }
            return moments
        }
        #expect(try moments() == [1, 2, 3])
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try whole.dropLast(3).write(to: URL(fileURLWithPath: path))
        #expect(try moments() == [1, 2])
        var changed = whole
        changed[head.line.count + 30] ^= 1
        try changed.write(to: URL(fileURLWithPath: path))
        #expect(throws: StoreError.self) { try moments() }
    }
}
