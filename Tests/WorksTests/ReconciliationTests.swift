import Geometry
import Testing
import Works

@Suite("What becomes of a work when its source speaks again")
struct ReconciliationTests {
    static let now = Instant("2026-05-04T12:00:00Z")!
    static let source = Actor(kind: .source, name: "list")
    static let id = WorkID(high: 1, low: 2)

    private func inserted(_ change: (inout WorkDraft) -> Void) throws -> (work: Work, ledger: [LedgerEntry]) {
        var draft = WorkDraft()
        draft.source = "list"
        draft.sourceID = "1"
        change(&draft)
        let (work, ledger) = Reconciliation.create(
            draft, kind: .roadRepair, id: Self.id, at: Self.now, by: Self.source)
        return (work, ledger)
    }

    private func updated(
        _ work: Work, at now: Instant = now + 100, _ change: (inout WorkDraft) -> Void
    ) throws -> (work: Work, ledger: [LedgerEntry]) {
        var draft = WorkDraft()
        change(&draft)
        guard case .updated(let work, let ledger) = Reconciliation.update(work, with: draft, at: now, by: Self.source)
        else { throw Unexpected() }
        return (work, ledger)
    }

    struct Unexpected: Error {}

    // MARK: New works

    @Test("A new work is registered with its status and its first promise")
    func insert() throws {
        let (work, ledger) = try inserted {
            $0.reportedAt = Self.now - 500
            $0.dueAt = Self.now + 86_400
            $0.status = .accepted
        }
        #expect(work.revision == 1 && work.dueChanges == 0)
        #expect(work.originalDueAt == work.dueAt)
        #expect(ledger.map(\.field) == [.registered, .dueAt])
        #expect(ledger[0].to == "accepted" && ledger[0].at == Self.now - 500)
        #expect(ledger[1].from == nil && ledger[1].to == work.dueAt?.description)
        #expect(ledger.allSatisfy { $0.revision == 1 && $0.recordedAt == Self.now && $0.actor == Self.source })
    }

    @Test("A source that knows of a first deadline and of another now tells of one move")
    func firstDeadline() throws {
        let (work, ledger) = try inserted {
            $0.firstDueAt = Self.now
            $0.dueAt = Self.now + 3600
        }
        #expect(work.originalDueAt == Self.now && work.dueAt == Self.now + 3600 && work.dueChanges == 1)
        let moves = ledger.filter { $0.field == .dueAt }
        #expect(moves.map(\.from) == [nil, Self.now.description])
        let same = try inserted {
            $0.firstDueAt = Self.now
            $0.dueAt = Self.now
        }
        #expect(same.work.dueChanges == 0)
    }

    @Test("A work that comes in done tells when it was reported and when it was completed")
    func insertDone() throws {
        let (work, ledger) = try inserted {
            $0.status = .done
            $0.reportedAt = Self.now - 900
            $0.completedAt = Self.now - 100
        }
        #expect(work.completedAt == Self.now - 100)
        #expect(ledger.map(\.field) == [.registered, .status])
        #expect(ledger[1].from == "reported" && ledger[1].to == "done" && ledger[1].at == Self.now - 100)
        let open = try inserted { $0.completedAt = Self.now - 100 }
        #expect(open.work.completedAt == nil)
    }

    // MARK: Known works

    @Test("A deadline that differs is a move: counted, written down, the first promise untouched")
    func move() throws {
        let first = Self.now + 86_400
        var (work, _) = try inserted { $0.dueAt = first }
        for (step, days) in [3, 2, 9].enumerated() {
            let before = work.dueAt
            let due = first + Int64(days) * 86_400
            let (next, ledger) = try updated(work) {
                $0.dueAt = due
                $0.observedAt = Self.now + Int64(step)
            }
            #expect(next.dueAt == due && next.originalDueAt == first && next.dueChanges == step + 1)
            #expect(next.revision == work.revision + 1 && next.updatedAt == Self.now + 100)
            #expect(ledger.map(\.field) == [.dueAt])
            #expect(ledger[0].from == before?.description && ledger[0].to == due.description)
            #expect(ledger[0].at == Self.now + Int64(step) && ledger[0].revision == next.revision)
            work = next
        }
    }

    @Test("A first promise that comes late is no move")
    func latePromise() throws {
        let (work, _) = try inserted { _ in }
        let (next, ledger) = try updated(work) { $0.dueAt = Self.now + 60 }
        #expect(next.dueChanges == 0 && next.originalDueAt == Self.now + 60)
        #expect(ledger.map(\.from) == [nil])
    }

    @Test("Saying the same again changes nothing, and saying nothing takes nothing away")
    func unchanged() throws {
        func say(_ draft: inout WorkDraft) {
            draft.title = "Яма"
            draft.dueAt = Self.now + 60
            draft.status = .inProgress
            draft.geometry = .point(Coordinate(longitude: 30, latitude: 60))
            draft.extra = ExtraStatement(published: #"{"a":1}"#, withheld: #"{"b":2}"#)
        }
        let (work, _) = try inserted(say)
        var again = WorkDraft()
        say(&again)
        again.observedAt = Self.now + 50
        #expect(Reconciliation.update(work, with: again, at: Self.now + 50, by: Self.source) == .unchanged)
        #expect(Reconciliation.update(work, with: WorkDraft(), at: Self.now + 50, by: Self.source) == .unchanged)
    }

    @Test("What has a field in the ledger leaves a line there, the rest only a new revision")
    func fields() throws {
        let (work, _) = try inserted { $0.title = "a" }
        #expect(try updated(work) { $0.title = "b" }.ledger == [])
        let (next, ledger) = try updated(work) {
            $0.organisation = "Дорсервис"
            $0.severity = .severe
            $0.category = "water"
            $0.geometry = .point(Coordinate(longitude: 1, latitude: 2))
        }
        #expect(Set(ledger.map(\.field)) == [.organisation, .severity, .category, .geometry])
        #expect(ledger.allSatisfy { $0.revision == next.revision })
    }

    @Test("A work that is done has a completion, and one that is opened again has none")
    func reopening() throws {
        let (work, _) = try inserted { $0.status = .inProgress }
        let (done, ledger) = try updated(work) {
            $0.status = .done
            $0.observedAt = Self.now + 5
        }
        #expect(done.completedAt == Self.now + 5)
        #expect(ledger.map(\.field) == [.status] && ledger[0].at == Self.now + 5)
        let (open, _) = try updated(done) { $0.status = .inProgress }
        #expect(open.completedAt == nil && open.status == .inProgress)
    }

    // MARK: Works that left their list

    @Test(
        "A work that left its list ended at its deadline if that lies between the lists, otherwise by the later one",
        arguments: [
            // deadline, last listed, observed, taken to be completed; hours from now
            (2, 1, 3, 2), (1, 1, 3, 1), (3, 1, 3, 3), (0, 1, 3, 3), (5, 1, 3, 3),
        ])
    func closeUnlisted(due: Int64, listed: Int64, observed: Int64, completed: Int64) throws {
        func hour(_ number: Int64) -> Instant { Self.now + number * 3600 }
        let (work, _) = try inserted { $0.dueAt = hour(due) }
        guard
            case .updated(let closed, let ledger) = Reconciliation.closeUnlisted(
                work, lastListedAt: hour(listed), observedAt: hour(observed), at: hour(9), by: Self.source)
        else { throw Unexpected() }
        #expect(closed.status == .done && closed.completedAt == hour(completed))
        #expect(ledger.map(\.field) == [.status] && ledger[0].at == hour(completed))
        #expect(ledger[0].reason != nil)
        // Nobody is called late on a guess; who was still listed after the deadline was late.
        #expect(closed.deadlineState(at: hour(9)) == (due < listed ? .missed : .met))
    }

    @Test("Without a last list a work is closed as of the list that lacks it; closed works stay as they are")
    func closeUnlistedOtherwise() throws {
        let (work, _) = try inserted { $0.dueAt = Self.now - 60 }
        guard
            case .updated(let closed, _) = Reconciliation.closeUnlisted(
                work, lastListedAt: nil, observedAt: Self.now, at: Self.now, by: Self.source)
        else { throw Unexpected() }
        #expect(closed.completedAt == Self.now)
        #expect(
            Reconciliation.closeUnlisted(
                closed, lastListedAt: nil, observedAt: Self.now + 9, at: Self.now, by: Self.source)
                == .unchanged)
    }
}
