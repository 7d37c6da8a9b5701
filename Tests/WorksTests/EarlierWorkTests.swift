import Foundation
import Geometry
import SeededRandom
import Testing
import Works

@Suite("Works as they were")
struct EarlierWorkTests {
    private static let start = Instant("2026-01-01T00:00:00Z")!
    private static let source = Actor(kind: .source, name: "list")

    private static func pick<Value>(_ values: [Value], _ random: inout SeededRandom) -> Value {
        values[Int(random.unit() * Double(values.count))]
    }

    /// A draft that states some fields at random.
    private static func draft(_ random: inout SeededRandom, at moment: Instant) -> WorkDraft {
        var draft = WorkDraft()
        draft.observedAt = moment
        if random.unit() < 0.5 { draft.status = pick(WorkStatus.allCases, &random) }
        if random.unit() < 0.6 { draft.dueAt = moment + Int64(random.unit() * 40 - 10) * 86_400 }
        if random.unit() < 0.3 { draft.category = pick(["pothole", "water", "ice"], &random) }
        if random.unit() < 0.3 { draft.severity = pick(Severity.allCases, &random) }
        if random.unit() < 0.3 { draft.organisation = pick(["Roads", "Water"], &random) }
        if random.unit() < 0.3 { draft.contractor = pick(["A", "B", "C"], &random) }
        if random.unit() < 0.2 { draft.district = pick(["North", "South"], &random) }
        if random.unit() < 0.2 { draft.kind = pick(WorkKind.allCases, &random) }
        if random.unit() < 0.3 { draft.startsAt = moment + 3600 }
        if random.unit() < 0.3 {
            draft.geometry = .point(Coordinate(longitude: (random.unit() * 100).rounded(), latitude: 50))
        }
        if random.unit() < 0.2 { draft.withdrawn.insert(.dueAt) }
        if random.unit() < 0.1 { draft.withdrawn.insert(.contractor) }
        return draft
    }

    @Test("At every moment the ledger gives the work that the record held then", arguments: 0..<200)
    func history(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        var moment = Self.start
        var first = Self.draft(&random, at: moment)
        first.reportedAt = moment
        var (work, ledger) = Reconciliation.create(
            first, kind: .hazard, id: .new(), at: moment, by: Self.source)
        var record = [(moment, work)]
        for _ in 0..<12 {
            moment = moment + Int64(1 + random.unit() * 10 * 86_400)
            let said = Self.draft(&random, at: moment)
            guard
                case .updated(let next, let entries) = Reconciliation.update(
                    work, with: said, at: moment, by: Self.source)
            else { continue }
            work = next
            ledger += entries
            record.append((moment, work))
        }
        #expect(work.passedDueAt == LateMove.passedDueAt(ledger))
        #expect(work.asOf(Self.start - 1, ledger) == nil)
        for (index, (moment, expected)) in record.enumerated() {
            let until = index + 1 < record.count ? record[index + 1].0 - 1 : moment + 86_400
            for then in [moment, until] {
                var found = try #require(work.asOf(then, ledger))
                found.updatedAt = expected.updatedAt
                found.revision = expected.revision
                // The ledger does not tell a stated end from the time of a list.
                found.isCompletedEstimated = expected.isCompletedEstimated
                #expect(found == expected, "seed \(seed), step \(index)")
            }
        }
    }

    @Test("A work that was registered as done was open until it was done")
    func registeredAsDone() throws {
        var draft = WorkDraft()
        draft.status = .done
        draft.startsAt = Self.start
        draft.completedAt = Self.start + 10 * 86_400
        let (work, ledger) = Reconciliation.create(
            draft, kind: .outage, id: .new(), at: Self.start + 90 * 86_400, by: Self.source)
        let then = try #require(work.asOf(Self.start + 86_400, ledger))
        #expect(then.status == .reported && then.completedAt == nil)
        #expect(work.asOf(Self.start + 10 * 86_400, ledger)?.status == .done)
    }
}

@Suite("Deadlines moved late")
struct LateMoveTests {
    private static let due = Instant("2026-01-10T00:00:00Z")!

    private static func move(
        at: Instant, to: String? = "2026-12-31T00:00:00Z", revision: Int = 2, reason: String? = nil,
        by kind: Actor.Kind = .source
    ) -> LedgerEntry {
        LedgerEntry(
            revision: revision, at: at, recordedAt: at, field: .dueAt, from: due.description, to: to, reason: reason,
            actor: Actor(kind: kind))
    }

    @Test(
        "A move counts as late from the second after the deadline, a withdrawal too; what one list states at once does not"
    )
    func late() {
        #expect(!LateMove.isLate(Self.move(at: Self.due)))
        #expect(LateMove.isLate(Self.move(at: Self.due + 1)))
        #expect(LateMove.isLate(Self.move(at: Self.due + 1, to: nil)))
        #expect(!LateMove.isLate(Self.move(at: Self.due + 1, revision: 1)))
    }

    @Test("An import that is taken back leaves no mark; a person's words do not pass for that")
    func takenBack() {
        let late = Self.move(at: Self.due + 1)
        var back = LedgerEntry(
            revision: 3, at: Self.due + 60, recordedAt: Self.due + 60, field: .dueAt, from: late.to,
            to: Self.due.description, reason: "import taken back: wrong file", actor: Actor(kind: .source))
        #expect(LateMove.passedDueAt([late]) == Self.due)
        #expect(LateMove.passedDueAt([late, back]) == nil)
        back.actor.kind = .person
        #expect(LateMove.passedDueAt([late, back]) == Self.due)
    }

    @Test("The deadline that passed decides, whatever it was moved to, also before the moved one")
    func decides() {
        var work = Work(
            id: .new(), kind: .hazard, category: "ice", status: .accepted, dueAt: Self.due, updatedAt: Self.due)
        var draft = WorkDraft()
        draft.dueAt = Self.due + 300 * 86_400
        guard
            case .updated(let moved, _) = Reconciliation.update(
                work, with: draft, at: Self.due + 86_400, by: Actor(kind: .source))
        else { return }
        work = moved
        #expect(work.isMovedLate && work.deadlineState(at: Self.due + 2 * 86_400) == .onTime)
        work.status = .done
        work.completedAt = Self.due + 3 * 86_400
        #expect(work.deadlineState(at: Self.due + 9 * 86_400) == .missed)
        #expect(work.daysLate(at: Self.due + 9 * 86_400) == 3)
        work.withRow { row in #expect(row.deadlineState(at: Self.due + 9 * 86_400) == .missed) }
        work.completedAt = Self.due
        #expect(work.deadlineState(at: Self.due + 9 * 86_400) == .met)
    }
}

@Suite("Months of the city")
struct CityMonthsTests {
    @Test(
        "A month begins at 00:00 of the city's clock",
        arguments: [
            ("America/New_York", "2015-07-01T03:59:59Z", "2015-06"),
            ("America/New_York", "2015-07-01T04:00:00Z", "2015-07"),
            ("Europe/Moscow", "2026-10-31T21:00:00Z", "2026-11"), ("GMT", "2026-10-31T23:59:59Z", "2026-10"),
            ("Pacific/Kiritimati", "2026-12-31T10:00:00Z", "2027-01"), ("GMT", "0000-01-01T00:00:00Z", "0000-01"),
        ])
    func months(zone: String, moment: String, month: String) {
        var months = CityMonths(.init(identifier: zone)!)
        #expect(months.month(of: Instant(moment)!).description == month)
    }
}

@Suite("Names that are probably one")
struct LikelyTwinsTests {
    @Test("Case, punctuation, order, ё and the form of the company do not tell names apart")
    func twins() {
        let names = [
            "ООО «Ромашка»", "Ромашка ООО", "Общество с ограниченной ответственностью \"Ромашка\"", "ЗАО Берёза",
            "Береза, З.А.О.",
            "Acme Paving, Inc.", "ACME PAVING LLC", "Acme Bridges", "ООО", "АО",
        ]
        #expect(
            LikelyTwins.groups(names) == [
                ["ACME PAVING LLC", "Acme Paving, Inc."], ["Береза, З.А.О.", "ЗАО Берёза"],
                ["ООО «Ромашка»", "Общество с ограниченной ответственностью \"Ромашка\"", "Ромашка ООО"],
            ])
    }
}
