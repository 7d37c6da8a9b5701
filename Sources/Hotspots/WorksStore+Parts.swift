import Foundation
import Synchronization
import TimeBudgets
import Works

extension WorksStore {
    /// Reads the works of a page on all cores: cut by their numbers into parts that are read at the same time.
    ///
    /// Each work is seen once. One that is written meanwhile may be seen as it was before, and the next as it is after.
    ///
    /// - Parameters:
    ///   - initial: What each part begins with.
    ///   - leastPart: How many numbers a part has at least.
    ///   - body: Takes one work into its part; works come in the order of their numbers.
    /// - Returns: The parts in the order of the numbers, at least one.
    func readWorks<Part: Sendable>(
        _ page: WorkPage, into initial: Part, at now: Instant, budget: TimeBudget, leastPart: Int64 = 20_000,
        _ body: @Sendable (inout Part, WorkRow) throws -> Void
    ) throws -> [Part] {
        let last = try lastWorkNumber()
        // A connection of its own costs about as much as reading a few thousand works.
        let count = max(1, min(ProcessInfo.processInfo.activeProcessorCount, Int(last / leastPart)))
        let results = Mutex([Result<Part, any Error>?](repeating: nil, count: count))
        CoreThreads.perform(iterations: count) { index in
            let result = Result {
                var page = page
                page.after = index == 0 ? nil : last / Int64(count) * Int64(index)
                page.upTo = index + 1 < count ? last / Int64(count) * Int64(index + 1) : nil
                var part = initial
                try forEachWork(page, at: now, budget: budget) { row in try body(&part, row) }
                return part
            }
            results.withLock { $0[index] = result }
        }
        return try results.withLock { results in try results.map { try $0!.get() } }
    }
}
