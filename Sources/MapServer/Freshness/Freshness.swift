import HTTPEdge
import Synchronization
import TimeBudgets
import Works

/// Where the store stood when it was last looked at, and until when answers made of it hold.
final class Freshness: Sendable {
    /// One look.
    struct Stamp: Sendable {
        var revision: StoreRevision
        /// ``DeadlineCalendar/epoch(at:)`` at the moment of asking.
        var epoch: Int
        /// When the clock alone will next change a deadline state.
        var nextChange: Instant?
        var now: Instant
        /// Whether the calendar is that of the revision. If not, answers made now must not be told apart by it.
        var isExact: Bool

        /// The part of an entity tag that stands for the state of the works or, with a layer, of that layer.
        func hash(into hash: inout ContentHash, layer: ReferenceLayer?) {
            if let layer {
                hash.combine(revision.state(of: layer))
            } else {
                hash.combine(revision.stateOfWorks)
                hash.combine(UInt64(epoch))
                if !isExact { hash.combine(UInt64(bitPattern: now.secondsSinceEpoch)) }
            }
        }
    }

    private struct State {
        var deadlines: [Int64: Instant] = [:]
        var calendar = DeadlineCalendar()
        /// The latest change that any work's record has seen.
        var updatedAt: Instant?
        /// The state of the works that the calendar holds; nil before the first look.
        var works: StoreState?
    }

    private let store: any WorksStore
    private let state = Mutex(State())

    init(store: any WorksStore) {
        self.store = store
    }

    /// The state of the store now. It asks the store, so it is called on a worker.
    func stamp(at now: Instant) throws -> Stamp {
        let revision = try store.revision()
        return state.withLock { state in
            Stamp(
                revision: revision, epoch: state.calendar.epoch(at: now), nextChange: state.calendar.next(after: now),
                now: now, isExact: state.works == revision.stateOfWorks)
        }
    }

    /// When the record of a work last changed, as of the last look; nil if there are no works.
    var updatedAt: Instant? { state.withLock { $0.updatedAt } }

    /// Takes in what has changed since the last time.
    func refresh() throws {
        let revision = try store.revision()
        let known = state.withLock { $0.works }
        guard known != revision.stateOfWorks else { return }
        var changes: [(number: Int64, dueAt: Instant?)] = []
        var latest: Instant?
        // A store that does not go on from there is another store: a backup was restored.
        let since = try known.flatMap { try store.continues($0) ? $0.count : nil }
        let page = WorkPage(columns: WorkColumns(.status, .dueAt, .updatedAt), geometry: false, changedSince: since)
        try store.forEachWork(page, at: .now, budget: .unlimited) { row in
            let status: WorkStatus? = row.value(.status)
            changes.append((row.number, status?.isOpen == true ? row.instant(.dueAt) : nil))
            if let updated = row.instant(.updatedAt), updated > latest ?? updated - 1 { latest = updated }
        }
        // Asked after the rows: what was hidden in between is in both, and gone.
        for number in try store.numbersHidden(since: since ?? 0) { changes.append((number, nil)) }
        state.withLock { state in
            if since == nil {
                state.deadlines.removeAll()
                state.updatedAt = nil
            }
            if let latest { state.updatedAt = max(latest, state.updatedAt ?? latest) }
            for change in changes { state.deadlines[change.number] = change.dueAt }
            state.calendar = DeadlineCalendar(state.deadlines.values.lazy.map { (.accepted, $0) })
            state.works = revision.stateOfWorks
        }
    }
}

extension ContentHash {
    fileprivate mutating func combine(_ state: StoreState) {
        combine(UInt64(bitPattern: state.count))
        combine(UInt64(bitPattern: state.token))
    }
}
