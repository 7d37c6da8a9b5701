import Geometry
import HTTPEdge
import Synchronization
import TimeBudgets
import Works

/// The numbers of the works that match a question, kept for the next of its pages.
///
/// Without them a page would have to look for its works: the last of a few that match among many walks through most of the table. With
/// them every page costs the same, and how many match in all is known. When works change, only those that changed are asked about again.
///
/// A class, because all requests share it.
final class MatchShelf: Sendable {
    fileprivate struct Matches {
        var numbers: [Int64]
        /// The state of the works that the numbers hold at least.
        var revision: StoreState
        /// ``Freshness/Stamp/epoch`` where deadline states matter, otherwise 0.
        var epoch: Int
        var used = 0
        /// Memory of the entry, counted in ids of eight bytes.
        var size = 0
    }

    fileprivate struct State {
        var matches: [WorkFilter: Matches] = [:]
        /// How many numbers there are in all.
        var size = 0
        var uses = 0
    }

    private let state = Mutex(State())
    /// How many numbers are kept at most; the questions that were not asked for longest give way.
    private let capacity: Int

    /// After so many changes it is cheaper to begin anew.
    private static let changesToFollow = 10_000

    /// - Parameter capacity: How many numbers are kept, of eight octets each.
    init(capacity: Int = 4 << 20) {
        self.capacity = capacity
    }

    /// The numbers of the works that match, ascending; nil where the clock decides and it is not known which works it has moved.
    func numbers(
        of filter: WorkFilter, _ stamp: Freshness.Stamp, in store: any WorksStore, budget: TimeBudget
    ) throws -> [Int64]? {
        let moves = filter.movesWithTheClock
        guard !moves || stamp.isExact else { return nil }
        let revision = stamp.revision.stateOfWorks
        let epoch = moves ? stamp.epoch : 0
        let known = state.withLock { state -> Matches? in
            state.uses += 1
            state.matches[filter]?.used = state.uses
            return state.matches[filter]
        }
        var numbers: [Int64]?
        if let known, known.epoch == epoch {
            if known.revision == revision { return known.numbers }
            numbers = try update(known, of: filter, stamp, in: store, budget: budget)
        }
        let matching = try numbers ?? store.workNumbers(matching: filter, at: stamp.now, budget: budget)
        state.withLock { state in
            state.keep(Matches(numbers: matching, revision: revision, epoch: epoch), for: filter, capacity: capacity)
        }
        return matching
    }

    /// The numbers with those that changed since asked about again; nil if they are too many, or if the store was restored.
    private func update(
        _ known: Matches, of filter: WorkFilter, _ stamp: Freshness.Stamp, in store: any WorksStore, budget: TimeBudget
    ) throws -> [Int64]? {
        guard try store.continues(known.revision) else { return nil }
        var page = WorkPage(
            columns: [], geometry: false, limit: Self.changesToFollow + 1, changedSince: known.revision.count)
        var changed: [Int64] = []
        try store.forEachWork(page, at: stamp.now, budget: budget) { changed.append($0.number) }
        changed += try store.numbersHidden(since: known.revision.count)
        guard changed.count <= Self.changesToFollow else { return nil }
        page.filter = filter
        var matching: Set<Int64> = []
        try store.forEachWork(page, at: stamp.now, budget: budget) { matching.insert($0.number) }
        // What changed between the two readings is in the second only.
        return known.numbers.replacing(Set(changed).union(matching).sorted(), by: matching)
    }
}

extension MatchShelf.State {
    fileprivate mutating func keep(_ fresh: MatchShelf.Matches, for filter: WorkFilter, capacity: Int) {
        var fresh = fresh
        fresh.used = uses
        fresh.size = fresh.numbers.count + Self.overhead + filter.memory / 8
        if let old = matches.removeValue(forKey: filter) { size -= old.size }
        guard fresh.size <= capacity / 4 else { return }
        matches[filter] = fresh
        size += fresh.size
        while size > capacity, let oldest = matches.min(by: { $0.value.used < $1.value.used }) {
            matches[oldest.key] = nil
            size -= oldest.value.size
        }
    }

    /// Memory of an entry besides its ids and the texts of its filter, counted in ids.
    private static var overhead: Int { 256 }
}

extension [Int64] {
    /// The ascending numbers without `changed`, but with those of `changed` that are in `kept`, each in its place.
    ///
    /// - Parameter changed: Ascending.
    fileprivate func replacing(_ changed: [Int64], by kept: Set<Int64>) -> [Int64] {
        var result: [Int64] = []
        result.reserveCapacity(count + kept.count)
        var start = 0
        for number in changed {
            let end = partitioningIndex { $0 >= number }
            result += self[start..<end]
            if kept.contains(number) { result.append(number) }
            start = end < count && self[end] == number ? end + 1 : end
        }
        return result + self[start...]
    }
}
