import Synchronization
import Works

/// How many features match, kept per question and state of the store, so that paging through a layer counts it once.
final class CountCache: Sendable {
    /// A question whose answer stays the same as long as the key does.
    struct Key: Hashable, Sendable {
        enum Subject: Hashable, Sendable {
            case works(WorkFilter)
            case reference(ReferenceLayer, FeatureFilter)
        }

        var subject: Subject
        /// State of what is asked about.
        var revision: StoreState
        /// ``Freshness/Stamp/epoch`` where deadline states matter, otherwise 0.
        var epoch: Int

        /// Bytes of the key.
        var memory: Int {
            let question =
                switch subject {
                case .works(let filter): filter.memory
                case .reference(_, let filter): filter.expression?.memory ?? 0
                }
            return 2 * MemoryLayout<Self>.stride + question
        }
    }

    /// Questions that are remembered, and bytes that they may take; the oldest give way.
    private static let capacity = 512
    private static let maximumMemory = 2 << 20

    private struct State {
        var counts: [Key: Int] = [:]
        var order: [Key] = []
        var memory = 0
    }

    private let state = Mutex(State())

    /// The count under a key, asked of `count` if it is not known.
    func count(_ key: Key, _ count: () throws -> Int) rethrows -> Int {
        if let known = state.withLock({ $0.counts[key] }) { return known }
        let fresh = try count()
        state.withLock { state in
            guard state.counts.updateValue(fresh, forKey: key) == nil else { return }
            state.order.append(key)
            state.memory += key.memory
            while state.order.count > Self.capacity || state.memory > Self.maximumMemory {
                let oldest = state.order.removeFirst()
                state.counts[oldest] = nil
                state.memory -= oldest.memory
            }
        }
        return fresh
    }
}
