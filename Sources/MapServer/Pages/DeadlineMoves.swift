import HTTPEdge
import Works

extension Language {
    /// How often a work's deadline was moved and by how much in all, as “moved 3 times, +19 days”; nil if it never was.
    ///
    /// Less than a day is told in hours. `web/deadline.js` says the same, with the same words, of the same numbers.
    func moves(of work: Work) -> String? {
        guard work.dueChanges > 0, let first = work.originalDueAt, let due = work.dueAt else { return nil }
        let moved = text("moves.times", count: work.dueChanges)
        let shift = due - first
        guard shift != 0 else { return "\(moved), \(text("moves.back"))" }
        let isLong = shift.magnitude >= 86_400
        let amount = Int((Double(shift.magnitude) / (isLong ? 86_400 : 3600)).rounded())
        let sign = shift < 0 ? "−" : "+"
        return "\(moved), \(sign)\(text(isLong ? "moves.days" : "moves.hours", count: max(amount, 1)))"
    }

    /// The state of a work's deadline, and by how much it is late.
    func state(of work: Work, at now: Instant) -> String {
        let state = name(work.deadlineState(at: now))
        return work.daysLate(at: now).map { "\(state), \(text("late", count: $0))" } ?? state
    }
}
