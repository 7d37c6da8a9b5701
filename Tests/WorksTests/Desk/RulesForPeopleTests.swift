import Testing
import Works

/// A day and an hour before or after the tests' now, in seconds.
private let day: Int64 = 86_400
private let now = Instant("2026-11-23T09:00:00Z")!
private let names = CityNames(organisations: ["Roads", "City"], contractors: ["Path Ltd"])
private let dispatcher = Speaker(actor: Actor(kind: .person), mayAddNames: false, names: names)
private let admin = Speaker(actor: Actor(kind: .person), mayAddNames: true, names: names)

private func work(_ status: WorkStatus, due: Instant? = now + 2 * day) -> Work {
    var work = Work(id: WorkID(millisecondsSinceEpoch: 1), kind: .roadRepair, category: "pothole", updatedAt: now)
    work.status = status
    work.dueAt = due
    work.originalDueAt = due
    work.organisation = "Roads"
    work.contractor = "Unlisted of old"
    if status == .done { work.completedAt = now - day }
    return work
}

extension WorkID {
    fileprivate init(millisecondsSinceEpoch: UInt64) {
        var random = SystemRandomNumberGenerator()
        self.init(millisecondsSinceEpoch: millisecondsSinceEpoch, using: &random)
    }
}

@Suite("What is unusual in what people say")
struct ConcernTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var about: WorkStatus?
        var due: Instant? = now + 2 * day
        var say: @Sendable (inout WorkDraft) -> Void
        var fields: [String]
        var needsReason = true
        var needsAdmin = false
    }

    static let cases = [
        Case(
            testDescription: "a deadline now is none that has passed", about: .accepted, say: { $0.dueAt = now },
            fields: []),
        Case(
            testDescription: "a deadline a second ago has passed", about: .accepted, say: { $0.dueAt = now - 1 },
            fields: ["due_at"]),
        Case(
            testDescription: "a deadline that is not moved is no concern, however late", about: .accepted,
            due: now - 9 * day, say: { $0.dueAt = now - 9 * day }, fields: []),
        Case(
            testDescription: "a deadline five years ahead is believed", about: .accepted,
            say: { $0.dueAt = now + Concern.horizon }, fields: []),
        Case(
            testDescription: "a deadline further ahead is not", about: nil,
            say: { $0.dueAt = now + Concern.horizon + 1 },
            fields: ["due_at"]),
        Case(
            testDescription: "nor is a start", about: .accepted, say: { $0.startsAt = now + 30 * 365 * day },
            fields: ["starts_at"]),
        Case(
            testDescription: "reported straight to done", about: .reported, say: { $0.status = .done },
            fields: ["status"]),
        Case(testDescription: "done from the start", about: nil, say: { $0.status = .done }, fields: ["status"]),
        Case(testDescription: "accepted to done is a step", about: .accepted, say: { $0.status = .done }, fields: []),
        Case(
            testDescription: "reported to in progress is a step", about: .reported, say: { $0.status = .inProgress },
            fields: []),
        Case(
            testDescription: "an end a day ago is believed", about: .inProgress,
            say: { ($0.status, $0.completedAt) = (.done, now - day) }, fields: []),
        Case(
            testDescription: "an earlier end is not", about: .inProgress,
            say: { ($0.status, $0.completedAt) = (.done, now - day - 1) }, fields: ["completed_at"]),
        Case(
            testDescription: "an end an hour ago that makes a late work count as done in time", about: .inProgress,
            due: now - 1800, say: { ($0.status, $0.completedAt) = (.done, now - 3600) }, fields: ["completed_at"]),
        Case(
            testDescription: "an end after the deadline makes nothing better", about: .inProgress, due: now - 7200,
            say: { ($0.status, $0.completedAt) = (.done, now - 3600) }, fields: []),
        Case(
            testDescription: "the deadline that a new work is given with its end counts", about: nil, due: nil,
            say: { ($0.status, $0.dueAt, $0.completedAt) = (.done, now - 60, now - 3600) },
            fields: ["due_at", "status", "completed_at"]),
        Case(
            testDescription: "a service of the list", about: .accepted, say: { $0.organisation = "City" }, fields: []),
        Case(
            testDescription: "a service that nobody has defined", about: .accepted, say: { $0.organisation = "city" },
            fields: ["organisation"], needsAdmin: true),
        Case(
            testDescription: "a contractor of the list", about: .accepted, say: { $0.contractor = "Path Ltd" },
            fields: []),
        Case(
            testDescription: "a service that does the work itself", about: .accepted, say: { $0.contractor = "City" },
            fields: []),
        Case(
            testDescription: "a contractor is no service", about: .accepted, say: { $0.organisation = "Path Ltd" },
            fields: ["organisation"], needsAdmin: true),
        Case(
            testDescription: "a contractor whom nobody knows needs no reason", about: nil,
            say: { $0.contractor = "Nobody" }, fields: ["contractor"], needsReason: false, needsAdmin: true),
        Case(
            testDescription: "a contractor that the work has already", about: .accepted,
            say: { $0.contractor = "Unlisted of old" }, fields: []),
    ]

    @Test("concerns", arguments: cases)
    func concerns(_ each: Case) {
        var draft = WorkDraft()
        each.say(&draft)
        let found = draft.concerns(about: each.about.map { work($0, due: each.due) }, at: now, names: names)
        #expect(found.map(\.field) == each.fields)
        #expect(found.isEmpty || found.contains(where: \.needsReason) == each.needsReason)
        #expect(found.contains(where: \.needsAdmin) == each.needsAdmin)
        for concern in found { #expect(!concern.description.isEmpty) }
    }

    @Test("All of them are told at once, and nothing changes before they are confirmed with a reason")
    func together() {
        var change = WorkChange()
        change.organisation = "Water"
        change.dueAt = now - day
        change.startsAt = now + 99 * 365 * day
        func refusal(by speaker: Speaker) -> WorkChangeError? {
            #expect(throws: WorkChangeError.self) {
                try Reconciliation.decide(change, on: work(.accepted), at: now, by: speaker)
            }
        }
        guard case .unconfirmed(let concerns, reasonMissing: true)? = refusal(by: admin) else {
            Issue.record("no confirmation was asked for")
            return
        }
        #expect(concerns.map(\.field) == ["due_at", "starts_at", "organisation"])
        change.isConfirmed = true
        #expect(refusal(by: admin) == .unconfirmed(concerns, reasonMissing: true))
        change.reason = " \t"
        #expect(refusal(by: admin) == .unconfirmed(concerns, reasonMissing: true))
        change.reason = "flood"
        #expect(refusal(by: dispatcher) == .adminNeeded([.unknownName(.organisation, "Water")]))
        guard
            case .updated(let changed, let ledger)? = try? Reconciliation.decide(
                change, on: work(.accepted), at: now, by: admin)
        else {
            Issue.record("what is confirmed is carried out")
            return
        }
        #expect(changed.organisation == "Water" && changed.dueAt == now - day)
        #expect(ledger.allSatisfy { $0.reason == "flood" })
    }
}

@Suite("The rules for people")
struct RulesForPeopleTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var about: WorkStatus
        var reason: String?
        var say: @Sendable (inout WorkChange) -> Void
        var refusal: WorkChangeError?
    }

    static let cases = [
        Case(
            testDescription: "a deadline moves with a reason only", about: .accepted, say: { $0.dueAt = now + day },
            refusal: .reasonMissing(.dueAt)),
        Case(
            testDescription: "a confirmation is no reason", about: .accepted,
            say: { ($0.dueAt, $0.isConfirmed) = (now + day, true) }, refusal: .reasonMissing(.dueAt)),
        Case(
            testDescription: "with a reason it moves", about: .accepted, reason: "frost", say: { $0.dueAt = now + day }),
        Case(
            testDescription: "what is done is reopened with a reason only", about: .done,
            say: { $0.status = .inProgress }, refusal: .reasonMissing(.status)),
        Case(
            testDescription: "and so is what was rejected", about: .rejected, say: { $0.status = .accepted },
            refusal: .reasonMissing(.status)),
        Case(
            testDescription: "an end lies not in the future", about: .inProgress, reason: "x",
            say: { ($0.status, $0.completedAt, $0.isConfirmed) = (.done, now + 1, true) },
            refusal: .notYet(.completedAt, now + 1)),
        Case(
            testDescription: "an end comes with the step to done", about: .inProgress, reason: "x",
            say: { ($0.completedAt, $0.isConfirmed) = (now - 1, true) }, refusal: .endWithoutDone),
        Case(
            testDescription: "the end of what is done stays", about: .done, reason: "x",
            say: { ($0.status, $0.completedAt, $0.isConfirmed) = (.done, now - 5 * day, true) },
            refusal: .endWithoutDone),
        Case(
            testDescription: "an end of today needs nothing", about: .inProgress,
            say: { ($0.status, $0.completedAt) = (.done, now - 3600) }),
        Case(
            testDescription: "what was seen lies not in the future", about: .inProgress, reason: "x",
            say: { ($0.onSiteAt, $0.isConfirmed) = (now + 1, true) }, refusal: .notYet(.onSiteAt, now + 1)),
        Case(
            testDescription: "a status without a way there is not confirmed away", about: .done, reason: "x",
            say: { ($0.status, $0.isConfirmed) = (.rejected, true) },
            refusal: .forbiddenStatus(from: .done, to: .rejected)),
        Case(
            testDescription: "reported straight to done, confirmed, needs a reason", about: .reported,
            say: { ($0.status, $0.isConfirmed) = (.done, true) },
            refusal: .unconfirmed([.jump(from: .reported)], reasonMissing: true)),
        Case(
            testDescription: "and is done with one", about: .reported, reason: "cleared on the spot",
            say: { ($0.status, $0.isConfirmed) = (.done, true) }),
    ]

    @Test("decide", arguments: cases)
    func decide(_ each: Case) throws {
        var change = WorkChange()
        change.reason = each.reason
        each.say(&change)
        if let refusal = each.refusal {
            #expect(throws: refusal) {
                try Reconciliation.decide(change, on: work(each.about), at: now, by: dispatcher)
            }
        } else {
            let outcome = try Reconciliation.decide(change, on: work(each.about), at: now, by: dispatcher)
            guard case .updated(let changed, let ledger) = outcome else {
                Issue.record("nothing changed")
                return
            }
            #expect(changed.completedAt == (changed.status == .done ? change.completedAt ?? now : nil))
            #expect(ledger.allSatisfy { $0.reason == each.reason && $0.actor.kind == .person })
        }
    }

    struct Statement: Sendable {
        var refusal: WorkChangeError?
        var say: @Sendable (inout WorkDraft) -> Void

        init(_ refusal: WorkChangeError?, _ say: @escaping @Sendable (inout WorkDraft) -> Void) {
            self.refusal = refusal
            self.say = say
        }
    }

    static let statements: [Statement] = [
        Statement(.notYet(.reportedAt, now + 1)) { $0.reportedAt = now + 1 },
        Statement(.notYet(.onSiteAt, now + 1)) { $0.onSiteAt = now + 1 },
        Statement(.notYet(.completedAt, now + 1)) { ($0.status, $0.completedAt) = (.done, now + 1) },
        Statement(.endWithoutDone) { $0.completedAt = now - 1 },
        Statement(.reasonMissing(.status)) { $0.status = .rejected },
        Statement(.unconfirmed([.jump(from: nil)], reasonMissing: true)) { $0.status = .done },
        Statement(.unconfirmed([.deadlinePassed(now - 1)], reasonMissing: true)) { $0.dueAt = now - 1 },
        Statement(.adminNeeded([.unknownName(.contractor, "Nobody")])) { $0.contractor = "Nobody" },
        Statement(nil) { $0.reportedAt = now - 400 * day },
    ]

    @Test("A new work says nothing of the future, ends and is rejected by the same rules", arguments: statements)
    func new(_ each: Statement) throws {
        let refusal = each.refusal
        var said = WorkDraft()
        each.say(&said)
        let draft = said
        func check(reason: String?, isConfirmed: Bool) throws {
            _ = try Reconciliation.checkNew(draft, reason: reason, isConfirmed: isConfirmed, at: now, by: dispatcher)
        }
        guard let refusal else { return try check(reason: nil, isConfirmed: false) }
        #expect(throws: refusal) { try check(reason: nil, isConfirmed: false) }
        switch refusal {
        case .unconfirmed, .reasonMissing: try check(reason: "why", isConfirmed: true)
        default: #expect(throws: refusal) { try check(reason: "why", isConfirmed: true) }
        }
    }
}

@Suite("Who speaks for whom")
struct AuthorityTests {
    private static func token(_ source: String?, expires: Instant? = nil, revoked: Instant? = nil) -> AccessToken {
        AccessToken(
            name: "A", role: .dispatcher, organisation: "Roads", source: source, digest: "", createdAt: now,
            expiresAt: expires, revokedAt: revoked)
    }

    @Test(
        "stating",
        arguments: [
            (nil, nil, nil, nil), (nil, "s", "1", .personNamesSource(field: "source")),
            (nil, "s", nil, .personNamesSource(field: "source")),
            (nil, nil, "1", .personNamesSource(field: "source_id")), ("s", "s", "1", nil), ("s", nil, "1", nil),
            ("s", "t", "1", .otherSource(own: "s", named: "t")), ("s", "S", "1", .otherSource(own: "s", named: "S")),
            ("s", "s", nil, .sourceIDMissing), ("s", nil, nil, .sourceIDMissing),
        ] as [(String?, String?, String?, AuthorityError?)])
    func stating(_ own: String?, _ source: String?, _ sourceID: String?, _ refusal: AuthorityError?) throws {
        let token = Self.token(own)
        var draft = WorkDraft()
        (draft.source, draft.sourceID) = (source, sourceID)
        if let refusal {
            #expect(throws: refusal) { try token.stating(draft) }
        } else {
            #expect(try token.stating(draft).source == own)
        }
    }

    @Test("A machine acts as its source, a person as a person; a machine decides nothing")
    func actors() throws {
        #expect(Self.token("s").actor == Actor(kind: .source, name: "s"))
        #expect(Self.token(nil).actor == Actor(kind: .person, name: "A", organisation: "Roads"))
        try Self.token(nil).requirePerson()
        #expect(throws: AuthorityError.machineDecides(source: "s")) { try Self.token("s").requirePerson() }
    }

    @Test("A token has no power from its end on, or when it is revoked; one without an end goes on")
    func ends() {
        #expect(Self.token(nil).refusal(at: now + 99 * 365 * day) == nil)
        #expect(Self.token(nil, expires: now + 1).refusal(at: now) == nil)
        #expect(Self.token(nil, expires: now).refusal(at: now) == .expired(now))
        #expect(Self.token(nil, expires: now, revoked: now).refusal(at: now) == .revoked)
    }
}
