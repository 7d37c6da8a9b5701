import Geometry
import SpatiaLiteStore
import Testing
import Works

@Suite("The check of a file")
struct CheckTests {
    let folder: TemporaryFolder
    let store: SpatiaLiteStore
    let work: Work

    /// A work whose deadline, service, place and status changed, each with its entry.
    init() throws {
        folder = try TemporaryFolder()
        store = try SpatiaLiteStore.create(at: folder.path())
        var draft = WorkDraft()
        (draft.category, draft.source, draft.sourceID) = ("pothole", "s", "1")
        (draft.reportedAt, draft.dueAt) = (noon - 86_400, noon + 86_400)
        draft.geometry = .point(Coordinate(longitude: 1, latitude: 2))
        let (first, ledger) = Reconciliation.create(
            draft, kind: .roadRepair, id: Work.sample(1).id, at: noon, by: importer)
        var second = WorkDraft()
        (second.dueAt, second.organisation, second.status) = (noon + 200_000, "Roads", .accepted)
        second.geometry = .point(Coordinate(longitude: 1.5, latitude: 2.5))
        guard
            case .updated(let work, let entries) = Reconciliation.update(
                first, with: second, at: noon + 60, by: importer)
        else { preconditionFailure("nothing changed") }
        self.work = work
        try store.write(bulk: false) { transaction in
            try transaction.insert(first, ledger: ledger)
            try transaction.update(work, ledger: entries)
            for layer in ReferenceLayer.allCases {
                _ = try transaction.upsert(
                    ReferenceFeature(id: "a:1", name: "A", geometry: work.geometry), in: layer)
            }
        }
    }

    // MARK: By whom

    static let foreignChanges =
        ["schools", "districts", "roads", "basemap"].flatMap {
            ["UPDATE \($0) SET name = 'x'", "DELETE FROM \($0)", "INSERT INTO \($0) (id) VALUES ('x')"]
        } + [
            "UPDATE works SET status = 'done'", "UPDATE works SET geom = NULL", "UPDATE works SET title = title",
            "INSERT INTO works (id, kind, category, status, severity, updated_at) "
                + "VALUES ('x', 'hazard', 'other', 'reported', 'minor', '2026-01-01T00:00:00Z')",
            "INSERT INTO ledger (work, revision, at, field, recording) VALUES (1, 3, '2026-01-01T00:00:00Z', 'status', 1)",
            "INSERT INTO recordings (recorded_at, actor) VALUES ('2026-01-01T00:00:00Z', 'person')",
            "UPDATE changes SET count = 0", "DELETE FROM changes",
        ]

    @Test("Another program is refused before its first row", arguments: foreignChanges)
    func otherPrograms(sql: String) throws {
        do {
            try SQLite(folder.path(), spatial: true).run(sql)
            Issue.record("was let in")
        } catch let failure as SQLiteFailure {
            #expect(failure.message.contains("only_worksmap_writes"))
        }
        #expect(try store.works() == [work])
        #expect(try store.check() == [])
    }

    // MARK: By value

    @Test(
        "A value that a forger wrote is told, with the work and both values",
        arguments: [
            ("UPDATE works SET status = 'done'", "status “done”, but its last entry says “accepted”"),
            ("UPDATE works SET status = 'reported'", "status “reported”"),
            ("UPDATE works SET due_at = '2030-01-01T00:00:00Z'", "due_at “2030-01-01T00:00:00Z”"),
            ("UPDATE works SET due_at = NULL", "due_at none"),
            ("UPDATE works SET original_due_at = due_at", "original_due_at"),
            ("UPDATE works SET original_due_at = NULL", "original_due_at none, but its first deadline was"),
            ("UPDATE works SET organisation = 'Friends'", "organisation “Friends”, but its last entry says “Roads”"),
            ("UPDATE works SET geom = MakePoint(9, 9, 4326)", "at another place"),
            ("UPDATE works SET geom = NULL", "at another place"),
            (
                "DROP TRIGGER ledger_is_never_changed; UPDATE ledger SET new_value = '2026-05-05T00:00:00Z' WHERE field = 'due_at' AND old_value IS NULL",
                "changes due_at from"
            ),
            (
                "DROP TRIGGER ledger_is_never_changed; UPDATE ledger SET old_value = NULL WHERE field = 'status'",
                "changes status from none, but it was “reported”"
            ),
            (
                "DROP TRIGGER ledger_is_never_changed; UPDATE ledger SET field = 'mood' WHERE field = 'geometry'",
                "“mood”"
            ),
            ("DROP TRIGGER ledger_is_never_changed; UPDATE ledger SET at = 'yesterday'", "time that can be read"),
            (
                "DROP TRIGGER ledger_is_never_changed; UPDATE ledger SET revision = 0 WHERE field = 'status'",
                "earlier revision"
            ),
            (
                "INSERT INTO ledger SELECT fid + 50, work, 2, at, 'due_at', NULL, '2027-01-01T00:00:00Z', NULL, recording FROM ledger WHERE field = 'registered'",
                "changes due_at from none"
            ),
        ])
    func forgedValues(sql: String, words: String) throws {
        try SQLite(folder.path(), spatial: true, isTrusted: true).run(sql)
        let findings = try store.check().filter { $0.subject == "ledger" }
        #expect(findings.contains { $0.problem.contains(words) }, "\(findings)")
    }

    @Test(
        "A row that the program cannot read is told",
        arguments: [
            ("works SET kind = 'party'", "work 1 has party as kind"),
            ("works SET status = 'maybe'", "work 1 has maybe as status"),
            ("works SET updated_at = '2026-99-99T00:00:00Z'", "2026-99-99T00:00:00Z"),
            ("works SET starts_at = '2026-02-30T00:00:00Z'", "2026-02-30T00:00:00Z"),
            ("works SET daily_from = 'noon'", "work 1 has noon as daily"),
            ("works SET geom = x'00'", "geometry"),
            ("recordings SET actor = 'ghost'", "does not say who wrote"),
        ])
    func unreadable(assignment: String, words: String) throws {
        let triggers = ["recordings_are_never_changed", "ggu_works_geom", "giu_works_geom"]
        try SQLite(folder.path(), spatial: true, isTrusted: true).run(
            triggers.map { "DROP TRIGGER \($0); " }.joined()
                + "PRAGMA ignore_check_constraints = ON; UPDATE \(assignment)")
        let findings = try store.check()
        #expect(findings.contains { $0.problem.contains(words) }, "\(findings)")
    }

    // MARK: By the schema

    @Test(
        "What guards the record and is gone, replaced or smuggled in is told",
        arguments: [
            ("DROP TRIGGER works_are_never_deleted", "trigger works_are_never_deleted is missing"),
            ("DROP TRIGGER works_update_by_worksmap_only", "trigger works_update_by_worksmap_only is missing"),
            ("DROP TRIGGER gii_works_geom", "trigger gii_works_geom is missing"),
            ("DROP INDEX works_source", "index works_source is missing"),
            ("DROP VIEW hazards", "view hazards is missing"),
            (
                "DROP TRIGGER ledger_is_never_deleted; CREATE TRIGGER ledger_is_never_deleted BEFORE DELETE ON ledger WHEN 0 BEGIN SELECT 1; END",
                "trigger ledger_is_never_deleted is not the one of this version"
            ),
            (
                "CREATE TRIGGER sly AFTER UPDATE ON works BEGIN UPDATE works SET due_at = original_due_at; END",
                "trigger sly on works was not made by this program"
            ),
            ("ALTER TABLE works ADD COLUMN mood TEXT", "table works has not the columns of this version"),
            ("DROP TABLE taking_back", "table taking_back is missing"),
        ])
    func schema(sql: String, words: String) throws {
        try SQLite(folder.path(), spatial: true, isTrusted: true).run(sql)
        let findings = try store.check()
        #expect(findings.contains { $0.subject == "schema" && $0.problem == words }, "\(findings)")
    }

    @Test("Tables, views and indexes that others made for themselves are no finding")
    func additions() throws {
        try SQLite(folder.path(), spatial: true).run(
            """
            CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, sld TEXT);
            CREATE TRIGGER of_styles AFTER INSERT ON layer_styles BEGIN SELECT 1; END;
            CREATE VIEW late AS SELECT * FROM works WHERE due_changes > 0;
            CREATE INDEX by_category ON works (category);
            """)
        #expect(try store.check() == [])
    }
}
