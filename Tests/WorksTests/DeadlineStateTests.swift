import Testing
import Works

@Suite("Whether a deadline is kept")
struct DeadlineStateTests {
    static let now = Instant("2026-05-04T12:00:00Z")!
    static let window = DeadlineState.dueSoonWindow

    @Test(
        "An open work's state follows the clock",
        arguments: [
            (Int64(-1), DeadlineState.overdue), (0, .dueSoon), (1, .dueSoon), (window, .dueSoon), (window + 1, .onTime),
        ])
    func open(secondsToDeadline: Int64, expected: DeadlineState) {
        for status in WorkStatus.allCases where status.isOpen {
            #expect(state(status, due: Self.now + secondsToDeadline) == expected)
            // A completion that was taken back does not count while the work is open.
            #expect(state(status, due: Self.now + secondsToDeadline, completed: Self.now - 99) == expected)
        }
    }

    @Test(
        "A work that is done has met its deadline up to the very second",
        arguments: [(Int64(-1), DeadlineState.met), (0, .met), (1, .missed)])
    func done(secondsAfterDeadline: Int64, expected: DeadlineState) {
        for due in [Self.now - 1000, Self.now + 1000] {
            #expect(state(.done, due: due, completed: due + secondsAfterDeadline) == expected)
        }
    }

    @Test("Without a deadline, without a completion, or rejected there is nothing to keep")
    func none() {
        for status in WorkStatus.allCases { #expect(state(status, due: nil, completed: Self.now) == .none) }
        #expect(state(.done, due: Self.now) == .none)
        #expect(state(.rejected, due: Self.now - 5) == .none)
    }

    @Test("The next change is the first second at which the state is another")
    func nextChange() {
        for status in WorkStatus.allCases {
            for seconds in [-10, 0, 1, 50, Self.window - 1, Self.window, Self.window + 1, Self.window + 5000] {
                let due = Self.now + seconds
                let before = state(status, due: due)
                guard let next = DeadlineState.nextChange(status: status, dueAt: due, after: Self.now) else {
                    #expect(before == state(status, due: due, at: Self.now + 10 * Self.window))
                    continue
                }
                #expect(next > Self.now)
                #expect(state(status, due: due, at: next) != before)
                #expect(state(status, due: due, at: next - 1) == before)
            }
            #expect(DeadlineState.nextChange(status: status, dueAt: nil, after: Self.now) == nil)
        }
    }

    private func state(
        _ status: WorkStatus, due: Instant?, completed: Instant? = nil, at now: Instant = DeadlineStateTests.now
    ) -> DeadlineState {
        DeadlineState(status: status, dueAt: due, completedAt: completed, at: now)
    }
}
