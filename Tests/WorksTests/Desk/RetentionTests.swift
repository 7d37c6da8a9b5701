import Testing
import Works

@Suite("How long what residents said about themselves is kept")
struct RetentionTests {
    private let now = Instant("2026-11-30T12:00:00Z")!
    private let retention = Retention()

    private func ago(_ days: Int64) -> Instant { now - days * Retention.day }

    @Test(
        "Contacts of closed works are kept 180 days from the end, of open ones two years from the last change",
        arguments: [
            (WorkStatus.done, 181, 0, true), (.done, 179, 179, false), (.done, nil, 181, true),
            (.rejected, nil, 179, false),
            (.rejected, nil, 181, true), (.accepted, nil, 729, false), (.accepted, nil, 731, true),
            (.reported, 900, 10, false),
        ] as [(WorkStatus, Int64?, Int64, Bool)])
    func works(_ status: WorkStatus, _ completed: Int64?, _ updated: Int64, _ isOver: Bool) {
        let over = retention.isOver(status, completedAt: completed.map { ago($0) }, updatedAt: ago(updated), at: now)
        #expect(over == isOver)
    }

    private func report(received days: Int64, _ decision: PendingReport.Decision? = nil, decided: Int64? = nil)
        -> PendingReport
    {
        PendingReport(
            token: "t", receivedAt: ago(days), category: "other", severity: .severe, description: "d", address: "a",
            longitude: 1, latitude: 2, mediaURL: "https://example.org/a.jpg", contact: ReporterContact(email: "a@b.c"),
            decision: decision, decidedAt: decided.map { ago($0) })
    }

    @Test("A refused report keeps time, category and decision, and nothing else")
    func refused() {
        let young = report(received: 400, .refused, decided: 179)
        #expect(retention.kept(of: young, at: now) == young)
        let kept = retention.kept(of: report(received: 400, .refused, decided: 181), at: now)
        let bare = PendingReport(
            token: "t", receivedAt: ago(400), category: "other", decision: .refused, decidedAt: ago(181))
        #expect(kept == bare)
        #expect(retention.kept(of: kept, at: now) == kept)
        var short = retention
        short.refusedReports = 30 * Retention.day
        #expect(short.kept(of: young, at: now).description == nil)
    }

    @Test("An accepted report keeps nothing that its work has")
    func accepted() {
        let work = WorkID.new()
        let kept = retention.kept(of: report(received: 1, .accepted(work), decided: 0), at: now)
        #expect(
            kept
                == PendingReport(
                    token: "t", receivedAt: ago(1), category: "other", decision: .accepted(work), decidedAt: now))
    }

    @Test("A report that waits loses its contact after 180 days, and counts as refused after two years")
    func waiting() {
        let young = report(received: 179)
        #expect(retention.kept(of: young, at: now) == young)
        var old = report(received: 181)
        let kept = retention.kept(of: old, at: now)
        old.contact = ReporterContact()
        #expect(kept == old)
        let lapsed = retention.kept(of: report(received: 731), at: now)
        #expect(lapsed.decision == .refused && lapsed.decidedAt == now && lapsed.description == nil)
    }

    @Test("What was erased of a report is named by its kind")
    func kinds() {
        let waiting = report(received: 1)
        var kept = waiting
        #expect(waiting.erasure(to: kept) == nil)
        kept.contact = ReporterContact()
        #expect(waiting.erasure(to: kept) == .reportContact)
        kept.description = "…"
        #expect(waiting.erasure(to: kept) == .reportText)
        kept.eraseContents()
        kept.decision = .refused
        #expect(waiting.erasure(to: kept) == .report)
        kept.decision = .accepted(.new())
        #expect(waiting.erasure(to: kept) == nil, "its work has all of it")
    }

    @Test(
        "An erasure is read from its line, and other lines are none",
        arguments: ["", "contact", "contact x", "contact x y", "contact  2026-11-30T12:00:00Z", "a b c d"])
    func lines(_ line: String) {
        let erasure = Erasure(.contact, .new(), at: now)
        #expect(Erasure(line: erasure.line) == erasure)
        #expect(Erasure(line: line) == nil)
    }
}
