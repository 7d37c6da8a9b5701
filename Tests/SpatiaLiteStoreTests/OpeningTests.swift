import Foundation
import Geometry
import SpatiaLiteStore
import Testing
import Works

@Suite("Opening a file")
struct OpeningTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("A database is made, closed and opened again")
    func reopen() throws {
        let work = Work.sample(1, at: .point(Coordinate(longitude: 1, latitude: 2)))
        let store = try SpatiaLiteStore.create(at: folder.path())
        try store.write(bulk: false) { try $0.insert(work, ledger: work.ledger) }
        try store.close()
        #expect(folder.files == ["works.city", "works.sqlite"])
        let again = try SpatiaLiteStore.open(at: folder.path())
        #expect(try again.works() == [work])
        let reader = try SpatiaLiteStore.open(at: folder.path(), readOnly: true)
        #expect(try reader.work(work.id) == work)
        #expect {
            try reader.write(bulk: false) { try $0.noteObservation(noon, ofSource: "a") }
        } throws: { error in
            guard case StoreError.unwritable = error else { return false }
            return true
        }
    }

    @Test("What is there is never overwritten by a new database")
    func createOverExisting() throws {
        try "precious".write(toFile: folder.path(), atomically: true, encoding: .utf8)
        #expect(throws: StoreError.unwritable(path: folder.path(), reason: "there is a file of this name already")) {
            try SpatiaLiteStore.create(at: folder.path())
        }
        #expect(try String(contentsOfFile: folder.path(), encoding: .utf8) == "precious")
        #expect(folder.files == ["works.sqlite"])
    }

    @Test("A folder that is not there can hold no database")
    func createNowhere() throws {
        #expect {
            try SpatiaLiteStore.create(at: folder.path("no/such/works.sqlite"))
        } throws: { error in
            guard case StoreError.unwritable = error else { return false }
            return true
        }
    }

    @Test("A missing file is missing, and opening does not make it")
    func missing() throws {
        #expect(throws: StoreError.missing(path: folder.path())) { try SpatiaLiteStore.open(at: folder.path()) }
        #expect(folder.files == [])
    }

    @Test("Files that are no database of ours are foreign and stay as they are")
    func foreign() throws {
        try "just a text, but a long one: ".padding(toLength: 4096, withPad: "x", startingAt: 0)
            .write(toFile: folder.path("text"), atomically: true, encoding: .utf8)
        try Data().write(to: URL(fileURLWithPath: folder.path("empty")))
        try SQLite(folder.path("plain")).run("CREATE TABLE t (a); INSERT INTO t VALUES (1)")
        try SQLite(folder.path("spatial"), spatial: true).run("SELECT InitSpatialMetaData(1, 'NONE')")
        for name in ["text", "empty", "plain", "spatial", "."] {
            let path = folder.path(name)
            let before = name == "." ? nil : try Data(contentsOf: URL(fileURLWithPath: path))
            #expect("\(name)") {
                try SpatiaLiteStore.open(at: path)
            } throws: { error in
                guard case StoreError.foreign(path, _) = error else { return false }
                return true
            }
            if name != "." { #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before) }
        }
        #expect(folder.files == ["empty", "plain", "spatial", "text"])
    }

    @Test("A database of a newer program is left alone")
    func newer() throws {
        try SpatiaLiteStore.create(at: folder.path()).close()
        try SQLite(folder.path()).run("PRAGMA user_version = 99")
        #expect {
            try SpatiaLiteStore.open(at: folder.path())
        } throws: { error in
            guard case StoreError.newer = error else { return false }
            return true
        }
    }

    @Test("A file that is cut off is corrupt", arguments: [50, 100, 4096, 60_000])
    func truncated(size: Int) throws {
        try SpatiaLiteStore.create(at: folder.path()).close()
        let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path()))
        try whole.prefix(size).write(to: URL(fileURLWithPath: folder.path()))
        #expect {
            try SpatiaLiteStore.open(at: folder.path())
        } throws: { error in
            guard case StoreError.corrupt = error else { return false }
            return true
        }
    }

    @Test("Pages that were overwritten are found by the check")
    func overwritten() throws {
        let store = try SpatiaLiteStore.create(at: folder.path())
        try store.write(bulk: true) { transaction in
            for number in 1...2000 {
                let work = Work.sample(number, at: .point(Coordinate(longitude: 1, latitude: 2)))
                try transaction.insert(work, ledger: work.ledger)
            }
        }
        try store.close()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path()))
        let middle = bytes.count / 2 / 8192 * 8192
        bytes.replaceSubrange(middle..<middle + 40_000, with: Data(repeating: 0x55, count: 40_000))
        try bytes.write(to: URL(fileURLWithPath: folder.path()))
        var found: [StoreFinding] = []
        do { found = try SpatiaLiteStore.open(at: folder.path()).check() } catch StoreError.corrupt { return }
        #expect(!found.isEmpty)
    }

    /// The new works are in the write-ahead log only, and the file has fewer pages than the database.
    @Test("Broken pages beside a log with the newest ones are no file that is cut off", arguments: [false, true])
    func brokenBesideLog(isCut: Bool) throws {
        let store = try SpatiaLiteStore.create(at: folder.path())
        func add(_ numbers: ClosedRange<Int>, bulk: Bool) throws {
            try store.write(bulk: bulk) { transaction in
                for number in numbers {
                    let work = Work.sample(number, at: .point(Coordinate(longitude: 1, latitude: 2)))
                    try transaction.insert(work, ledger: work.ledger)
                }
            }
        }
        try add(1...2000, bulk: true)
        _ = try store.lastWorkNumber()
        try add(2001...2200, bulk: false)
        let size = try Data(contentsOf: URL(fileURLWithPath: folder.path())).count
        let pages = try #require(try SQLite(folder.path()).text("PRAGMA page_count"))
        #expect(try #require(Int(pages)) * 8192 > size)

        if isCut {
            #expect(truncate(folder.path(), size / 2) == 0)
        } else {
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: folder.path()))
            try file.seek(toOffset: 16 * 8192)
            try file.write(contentsOf: Data(repeating: 0x55, count: size - 16 * 8192))
            try file.synchronize()
        }
        #expect {
            try store.write(bulk: false) { _ in _ = try store.works() }
        } throws: { error in
            switch error {
            case StoreError.corrupt: !isCut
            case StoreError.gone(_, let reason): isCut && reason.contains("cut off")
            default: false
            }
        }
    }

    @Test("A box that the engine's triggers rounded twice is no finding")
    func roundedTwice() throws {
        let store = try SpatiaLiteStore.create(at: folder.path())
        // Widened 32-bit floats: the nearest float lies just inside of each.
        let line = Geometry.lineString([
            Coordinate(longitude: -93.5132217407226, latitude: 41.8350213061221),
            Coordinate(longitude: -93.4607791900635, latitude: 41.8344297683109),
        ])
        try store.write(bulk: false) { transaction in
            let work = Work.sample(1, at: line)
            try transaction.insert(work, ledger: work.ledger)
        }
        #expect(try store.check() == [])
    }

    @Test("A write that another process holds up ends in time and says so")
    func locked() throws {
        let store = try SpatiaLiteStore.create(at: folder.path(), options: StoreOptions(busyTimeout: 0.1))
        let other = try SQLite(folder.path())
        try other.run("BEGIN IMMEDIATE")
        #expect(throws: StoreError.locked(path: folder.path())) {
            try store.write(bulk: false) { try $0.noteObservation(noon, ofSource: "a") }
        }
        #expect(try store.works() == [])
        try other.run("COMMIT")
        try store.write(bulk: false) { try $0.noteObservation(noon, ofSource: "a") }
    }
}
