import Foundation
import Geometry
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@Suite("Texts that staff take back, and places that they mend")
struct RedactionTests {
    private let folder: TemporaryFolder
    private let store: SpatiaLiteStore
    private let staff = Actor(kind: .person, name: "Анна")
    /// Long enough to fill pages of its own in the file.
    private let marker = "ZZMARKERZZ"
    private var long: String { String(repeating: marker + " ", count: 300) }

    init() throws {
        folder = try TemporaryFolder()
        store = try SpatiaLiteStore.create(at: folder.path())
    }

    /// True if a file of the folder has the bytes.
    private func isInFiles(_ text: String) throws -> Bool {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.url.path)
        return names.contains {
            FileManager.default.contents(atPath: folder.path($0))?.range(of: Data(text.utf8)) != nil
        }
    }

    private func insert(_ number: Int = 1, _ change: (inout Work) -> Void) throws -> Work {
        var work = Work.sample(number, source: "s", at: .point(Coordinate(longitude: 1, latitude: 2)))
        change(&work)
        let made = work
        try store.writeDesk { try $0.insert(made, ledger: made.ledger) }
        return made
    }

    private func redact(_ part: RedactedPart, _ work: Work, with text: String? = nil) throws {
        try store.writeDesk {
            _ = try $0.redact(part, of: work.id, replacement: text, reason: "a name", at: noon, by: staff)
        }
        #expect(try store.eraseTraces())
    }

    @Test(
        "A redacted field is gone from the work and from every file", arguments: RedactableField.allCases,
        [false, true])
    func fields(_ field: RedactableField, isHidden: Bool) throws {
        let work = try insert {
            switch field {
            case .title: $0.title = marker
            case .description: $0.description = long
            case .address: $0.address = marker
            case .photo: $0.extra = #"{"media_url":"https://\#(marker)","ward":1}"#
            case .extra: $0.extra = #"{"note":"\#(long)"}"#
            case .privateExtra: $0.privateExtra = #"{"note":"\#(long)"}"#
            }
        }
        if isHidden { _ = try store.writeDesk { try $0.hide(work.id, reason: "x", at: noon, by: staff) } }
        // What is private is sealed from the start.
        #expect(try isInFiles(marker) || field == .privateExtra)
        try redact(.field(field), work)
        #expect(try !isInFiles(marker))
        let ledger = try store.hiddenWork(work.id)?.ledger ?? store.ledger(of: work.id)
        let entry = try #require(ledger.last)
        #expect(entry.field == .redacted && entry.to == field.rawValue && entry.reason == "a name")
        if field == .photo, !isHidden { #expect(try store.work(work.id)?.extra == #"{"ward":1}"#) }
        #expect(try store.check() == [])
        #expect(throws: TakingBackError.nothingThere(field)) {
            try store.writeDesk { _ = try $0.redact(.field(field), of: work.id, reason: "x", at: noon, by: staff) }
        }
    }

    @Test("A text that was in many works, was changed and moved about, leaves no copy behind")
    func moved() throws {
        var works: [Work] = []
        for number in 1...200 {
            works.append(
                try insert(number) {
                    $0.description = number == 100 ? marker : nil
                    $0.title = String(repeating: "x", count: number % 7 * 90)
                })
        }
        // Rows grow and shrink, so that pages are split and joined with the marker on them.
        for round in 1...4 {
            try store.writeDesk { transaction in
                for index in works.indices {
                    works[index].title = String(repeating: "y", count: (index * round) % 11 * 120)
                    works[index].revision += 1
                    try transaction.update(works[index], ledger: [])
                }
            }
        }
        try redact(.field(.description), works[99])
        #expect(try !isInFiles(marker))
    }

    @Test("Another text may stand in the place of title, description and address")
    func replacements() throws {
        let work = try insert { ($0.title, $0.description, $0.address) = (marker, marker, marker) }
        for field in [RedactableField.title, .description, .address] {
            try redact(.field(field), work, with: "plain \(field.rawValue)")
        }
        let now = try #require(try store.work(work.id))
        #expect(now.title == "plain title" && now.description == "plain description" && now.address == "plain address")
        #expect(try !isInFiles(marker))
        for (field, text) in [
            (RedactableField.title, "plain title"), (.photo, "x"), (.extra, "x"), (.privateExtra, "x"),
        ] {
            #expect(throws: TakingBackError.badReplacement(field)) { try redact(.field(field), work, with: text) }
        }
        for text in ["", " ", "a\nb", String(repeating: "x", count: 501)] {
            #expect(throws: TakingBackError.badText("replacement", limit: 500)) {
                try redact(.field(.title), work, with: text)
            }
        }
    }

    @Test("The reason of an entry is redacted in its place, and nothing else of it changes", arguments: [false, true])
    func entries(isHidden: Bool) throws {
        let work = try insert { _ in }
        var next = work
        (next.status, next.revision) = (.rejected, 2)
        let entry = LedgerEntry(
            revision: 2, at: noon, recordedAt: noon, field: .status, from: "reported", to: "rejected", reason: long,
            actor: staff)
        try store.writeDesk { try $0.update(next, ledger: [entry]) }
        if isHidden { _ = try store.writeDesk { try $0.hide(work.id, reason: "x", at: noon, by: staff) } }
        let before = try store.hiddenWork(work.id)?.ledger ?? store.ledger(of: work.id)
        try redact(.entry(2), work)
        #expect(try !isInFiles(marker))
        let after = try store.hiddenWork(work.id)?.ledger ?? store.ledger(of: work.id)
        var expected = before
        expected[1].reason = LedgerMark.redacted
        #expect(Array(after.dropLast()) == expected && after.last?.to == "entry 2")
        for (number, error) in [
            (0, TakingBackError.noEntry(0, of: after.count)), (-1, .noEntry(-1, of: after.count)),
            (99, .noEntry(99, of: after.count)), (1, .nothingInEntry(1)), (2, .nothingInEntry(2)),
        ] {
            #expect(throws: error) { try redact(.entry(number), work) }
        }
        #expect(try store.check() == [])
    }

    @Test("A place is moved, mended or given, and both places stand in the history", arguments: [false, true])
    func places(hasPlace: Bool) throws {
        let work = try insert { if !hasPlace { $0.geometry = nil } }
        let line = Geometry.lineString([Coordinate(longitude: 3, latitude: 4), Coordinate(longitude: 5, latitude: 6)])
        try store.writeDesk {
            _ = try $0.place(work.id, at: line, in: "Centre", reason: "mended", at: noon, by: staff)
        }
        let now = try #require(try store.work(work.id))
        #expect(now.geometry == line && now.district == "Centre" && now.revision == 2)
        let entry = try #require(try store.ledger(of: work.id).last)
        #expect(entry.field == .geometry && entry.from == work.geometry?.geoJSON && entry.to == line.geoJSON)
        var box = WorkFilter()
        box.bounds = Bounds(west: 3.9, south: 4.9, east: 4.1, north: 5.1)
        #expect(try store.ids(WorkPage(filter: box, limit: 5)) == [work.id])
        #expect(throws: TakingBackError.samePlace) {
            try store.writeDesk { _ = try $0.place(work.id, at: line, in: nil, reason: "x", at: noon, by: staff) }
        }
        let bad = Geometry.point(Coordinate(longitude: 200, latitude: 4))
        #expect(throws: TakingBackError.self) {
            try store.writeDesk { _ = try $0.place(work.id, at: bad, in: nil, reason: "x", at: noon, by: staff) }
        }
        #expect(try store.check() == [])
    }

    // MARK: Triggers

    static let attacks = [
        "DELETE FROM works", "DELETE FROM ledger", "DELETE FROM hidden_works", "UPDATE hidden_works SET fid = 9",
        "UPDATE ledger SET reason = '[redacted]'", "UPDATE ledger SET old_value = '[redacted]'",
        "UPDATE ledger SET at = '2020-01-01T00:00:00Z'", "INSERT INTO taking_back VALUES (1)",
        "INSERT INTO hidden_works SELECT fid, id, 1, x'00' FROM works",
        "INSERT OR REPLACE INTO hidden_works SELECT fid, id, 1, x'00' FROM hidden_works",
        """
        INSERT INTO works (fid, id, kind, category, status, severity, traffic_impact, updated_at) SELECT fid, 'x', 'hazard', 'other',
        'reported', 'minor', 'none', '2026-01-01T00:00:00Z' FROM hidden_works
        """,
        "DELETE FROM ledger WHERE field = 'hidden'",
    ]

    @Test("Another program takes nothing away, and is told who may", arguments: attacks)
    func otherPrograms(_ sql: String) throws {
        for number in [1, 2] { _ = try insert(number) { $0.title = marker } }
        _ = try store.writeDesk { try $0.hide(Work.sample(2).id, reason: "x", at: noon, by: staff) }
        let before = try SQLite(folder.path()).text(Self.state)
        #expect(throws: SQLiteFailure.self) { try SQLite(folder.path(), spatial: true).run(sql) }
        #expect(try SQLite(folder.path()).text(Self.state) == before)
    }

    @Test("Texts and deletions are refused in words that name what may")
    func words() throws {
        _ = try insert { $0.title = marker }
        for (sql, words) in [
            ("DELETE FROM works", "works are closed, or hidden by worksmap work hide, never deleted"),
            ("DELETE FROM ledger", "the ledger is only ever added to"),
            ("UPDATE ledger SET reason = 'x'", "redacted by worksmap work redact"),
            ("INSERT INTO taking_back VALUES (1)", "worksmap_takes_back"),
        ] {
            do {
                try SQLite(folder.path(), spatial: true).run(sql)
                Issue.record("\(sql) was let in")
            } catch let failure as SQLiteFailure { #expect(failure.message.contains(words)) }
        }
    }

    private static let state = """
        SELECT (SELECT group_concat(fid || id || title) FROM works) || (SELECT group_concat(fid || hex(record)) FROM hidden_works)
            || (SELECT group_concat(fid || field || at || coalesce(reason, '')) FROM ledger)
        """
}
