import Geometry
import Works

/// The moments at which the clock alone changes what is said about the works: when an open work comes near its deadline, and when it
/// passes it.
///
/// It answers two questions exactly: until when does an answer hold, and have two answers of one revision been given on the same side of
/// all those moments.
struct DeadlineCalendar: Sendable {
    /// The moments, ascending.
    private var moments: [Instant] = []

    init() {}

    /// - Parameter works: The status and the deadline of each work.
    init(_ works: some Sequence<(status: WorkStatus, dueAt: Instant?)>) {
        for work in works where work.status.isOpen {
            guard let due = work.dueAt else { continue }
            moments.append(due - DeadlineState.dueSoonWindow)
            moments.append(due + 1)
        }
        moments.sort()
    }

    /// How many of the moments have come by `now`: while it stays the same, so do all deadline states.
    func epoch(at now: Instant) -> Int { firstIndex(after: now) }

    /// The next moment after `now`, if there is one.
    func next(after now: Instant) -> Instant? {
        let index = firstIndex(after: now)
        return index < moments.count ? moments[index] : nil
    }

    private func firstIndex(after now: Instant) -> Int {
        moments.partitioningIndex { $0 > now }
    }
}
