/// Whether a work keeps its deadline, as of a stated moment.
public enum DeadlineState: String, Sendable, CaseIterable, Codable {
    /// There is no deadline, the work was rejected, or it was done at a time that nobody recorded.
    case none
    /// Open, and the deadline is further away than ``dueSoonWindow``.
    case onTime = "on_time"
    /// Open, and the deadline is near.
    case dueSoon = "due_soon"
    /// Open, and the deadline has passed.
    case overdue
    /// Done by the deadline.
    case met
    /// Done after the deadline.
    case missed

    /// How near a deadline must be to be due soon, in seconds: 72 hours unless configured.
    public static let dueSoonWindow: Int64 = 72 * 3600

    /// The state of a work with this status, deadline and completion at the moment `now`.
    ///
    /// This is the only place where the rule is written for values; the database and the snapshot ask the same three
    /// questions of the same three columns, and a test holds them together. A deadline is kept when the work is done **at**
    /// it; an open work is overdue from the second after it.
    @inlinable
    public init(
        status: WorkStatus, dueAt: Instant?, completedAt: Instant?, at now: Instant,
        dueSoonWithin window: Int64 = DeadlineState.dueSoonWindow
    ) {
        guard let dueAt, status != .rejected else {
            self = .none
            return
        }
        if status == .done {
            self = completedAt.map { $0 <= dueAt ? .met : .missed } ?? .none
        } else if now > dueAt {
            self = .overdue
        } else {
            self = dueAt - now <= window ? .dueSoon : .onTime
        }
    }

    /// The deadline that a work is judged by: the one in force while it is open; once it is closed, the one that was in force when it passed.
    ///
    /// A deadline that is moved after it has passed stays missed, whatever it was moved to.
    @inlinable
    public static func judged(_ status: WorkStatus, dueAt: Instant?, passedDueAt: Instant?) -> Instant? {
        status.isOpen ? dueAt : passedDueAt ?? dueAt
    }

    /// The next moment after `now` at which the state changes by the clock alone, if there is one.
    public static func nextChange(
        status: WorkStatus, dueAt: Instant?, after now: Instant, dueSoonWithin window: Int64 = dueSoonWindow
    ) -> Instant? {
        guard let dueAt, status.isOpen, now <= dueAt else { return nil }
        // The first second at which the distance to the deadline is inside the window; then the one after the deadline.
        let soon = dueAt - window
        return now < soon ? soon : dueAt + 1
    }

    /// How many days too late something is that ended, or goes on, at `moment`: a day counts from its first second. 0 if it is not late.
    @inlinable
    public static func daysLate(dueAt: Instant, until moment: Instant) -> Int {
        Int(max(0, moment - dueAt + 86_399) / 86_400)
    }
}
