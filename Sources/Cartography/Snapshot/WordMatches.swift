import Synchronization
import TimeBudgets
import Works

/// The works that hold certain words: titles stay in the store, so it is asked, once for each filter and revision.
final class WordMatches: Sendable {
    private struct Key: Hashable {
        var filter: WorkFilter
        var revision: StoreState
    }

    private let store: any WorksStore
    private let known = Mutex<[(key: Key, numbers: Set<UInt32>)]>([])
    private static let limit = 32
    /// Row ids that all entries together may hold.
    private static let capacity = 1 << 20

    init(store: any WorksStore) {
        self.store = store
    }

    /// The numbers of the works with the filter's words; nil if it has none.
    func numbers(for filter: WorkFilter, revision: StoreState, budget: TimeBudget) throws -> Set<UInt32>? {
        guard !filter.words.isEmpty else { return nil }
        // Everything but the words is answered by the snapshot, and the state of a deadline depends on the moment.
        var words = WorkFilter()
        words.words = filter.words
        let key = Key(filter: words, revision: revision)
        if let found = known.withLock({ $0.first { $0.key == key }?.numbers }) { return found }
        var numbers: Set<UInt32> = []
        try store.forEachWork(WorkPage(filter: words, columns: [], geometry: false), at: .now, budget: budget) { row in
            if let number = UInt32(exactly: row.number) { numbers.insert(number) }
        }
        known.withLock { known in
            var held = numbers.count + known.reduce(0) { $0 + $1.numbers.count }
            while !known.isEmpty, known.count >= Self.limit || held > Self.capacity {
                held -= known.removeFirst().numbers.count
            }
            known.append((key, numbers))
        }
        return numbers
    }
}
