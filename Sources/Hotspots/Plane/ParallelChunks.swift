import Synchronization
import TimeBudgets
import Works

/// Cuts 0..<`count` into runs of `size`, calls `body` for them on all cores, and returns its results in order.
///
/// The cuts depend on the arguments alone, so that a sum over the results is the same on any number of cores.
/// Runs that begin after the budget is spent, or after another has failed, are not worked on.
/// `body` looks at the budget itself if a run can take long.
///
/// - Throws: `TimeBudgetError`, and what `body` throws.
func mapChunks<Result: Sendable>(
    of count: Int, size: Int, within budget: TimeBudget, _ body: @Sendable (Range<Int>) throws -> Result
) throws -> [Result] {
    let chunks = (count + size - 1) / size
    try budget.check()
    guard chunks > 1 else { return count > 0 ? [try body(0..<count)] : [] }
    let results = Mutex([Result?](repeating: nil, count: chunks))
    let failure = Mutex<(any Error)?>(nil)
    let isStopped = Atomic<Bool>(false)
    CoreThreads.perform(iterations: chunks) { chunk in
        guard !isStopped.load(ordering: .relaxed) else { return }
        do {
            try budget.check()
            let result = try body(chunk * size..<min((chunk + 1) * size, count))
            results.withLock { $0[chunk] = result }
        } catch {
            isStopped.store(true, ordering: .relaxed)
            failure.withLock { $0 = $0 ?? error }
        }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return results.withLock { results in results.map { $0! } }
}

/// As ``mapChunks(of:size:within:_:)`` without a limit of time.
func mapChunks<Result: Sendable>(
    of count: Int, size: Int, _ body: @Sendable (Range<Int>) -> Result
) -> [Result] {
    try! mapChunks(of: count, size: size, within: .unlimited) { range in body(range) }
}

/// One value for each of 0..<`count`, found on all cores, `chunk` of them at a time.
///
/// - Throws: `TimeBudgetError`.
func mapIndices<Value: Sendable>(
    of count: Int, chunk: Int, within budget: TimeBudget, _ body: @Sendable (Int) -> Value
) throws -> [Value] {
    let chunks = try mapChunks(of: count, size: chunk, within: budget) { range in range.map(body) }
    guard chunks.count != 1 else { return chunks[0] }
    var values = [Value]()
    values.reserveCapacity(count)
    for chunk in chunks { values.append(contentsOf: chunk) }
    return values
}

/// As ``mapIndices(of:chunk:within:_:)`` without a limit of time.
func mapIndices<Value: Sendable>(of count: Int, chunk: Int, _ body: @Sendable (Int) -> Value) -> [Value] {
    try! mapIndices(of: count, chunk: chunk, within: .unlimited, body)
}
