import Glibc
import Synchronization
import TimeBudgets
import Works

/// Works as they were at moments that were asked for lately, each read once and then brought up to date by what changed.
///
/// A class, because all readers share it.
final class MomentCache: Sendable {
    private struct State {
        /// The one used last stands last.
        var known: [EarlierWorks] = []
        /// Moments that somebody reads right now.
        var busy: Set<Instant> = []
    }

    private let state = Mutex(State())
    /// Memory of all moments together, in octets. The one used last stays even if it is larger alone.
    private let limit: Int

    /// Moments that are kept at most.
    static let count = 8
    /// Microseconds between two looks of somebody who waits for another reader of the same moment.
    private static let pause: UInt32 = 2000

    init(limit: Int = 128 << 20) {
        self.limit = limit
    }

    /// Works of a moment, of whatever state.
    func works(asOf moment: Instant) -> EarlierWorks? {
        state.withLock { state in
            guard let index = state.known.firstIndex(where: { $0.moment == moment }) else { return nil }
            let found = state.known.remove(at: index)
            state.known.append(found)
            return found
        }
    }

    /// Keeps what is known of a moment; the moments used least recently give way.
    func keep(_ works: EarlierWorks) {
        state.withLock { state in
            state.known.removeAll { $0.moment == works.moment }
            state.known.append(works)
            while state.known.count > 1,
                state.known.count > Self.count || state.known.reduce(0, { $0 + $1.bytes }) > limit
            {
                state.known.removeFirst()
            }
        }
    }

    /// Runs `body` while nobody else reads the same moment in this way.
    ///
    /// - Throws: What `body` throws; ``TimeBudgetError`` if the budget is spent while another reads.
    func alone<Result>(at moment: Instant, budget: TimeBudget, _ body: () throws -> Result) throws -> Result {
        while !state.withLock({ $0.busy.insert(moment).inserted }) {
            try budget.check()
            usleep(Self.pause)
        }
        defer { state.withLock { _ = $0.busy.remove(moment) } }
        return try body()
    }
}
