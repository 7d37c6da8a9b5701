import Dispatch
import Synchronization
import TimeBudgets
import Works

/// Cuts 0..<`count` into runs of `size`, calls `body` for them on all cores, and returns its results in order.
///
/// The cuts depend on the arguments alone, so that a sum over the results is the same on any number of cores.
func mapChunks<Result: Sendable>(
    of count: Int, size: Int, _ body: @Sendable (Range<Int>) -> Result
) -> [Result] {
    let chunks = (count + size - 1) / size
    guard chunks > 1 else { return count > 0 ? [body(0..<count)] : [] }
    let results = Mutex([Result?](repeating: nil, count: chunks))
    DispatchQueue.concurrentPerform(iterations: chunks) { chunk in
        let result = body(chunk * size..<min((chunk + 1) * size, count))
        results.withLock { $0[chunk] = result }
    }
    return results.withLock { results in results.map { $0! } }
}

/// As ``mapChunks(of:size:_:)``, but chunks that begin after the budget is spent are not worked on, and its error is thrown.
func mapChunks<Result: Sendable>(
    of count: Int, size: Int, within budget: TimeBudget, _ body: @Sendable (Range<Int>) -> Result
) throws(TimeBudgetError) -> [Result] {
    let results = mapChunks(of: count, size: size) { range in budget.verdict == nil ? body(range) : nil }
    // A chunk that was left out has seen a verdict, and a verdict never changes back.
    try budget.check()
    return results.compactMap { $0 }
}

/// One value for each of 0..<`count`, found on all cores, `chunk` of them at a time.
func mapIndices<Value: Sendable>(of count: Int, chunk: Int, _ body: @Sendable (Int) -> Value) -> [Value] {
    let chunks = mapChunks(of: count, size: chunk) { range in range.map(body) }
    guard chunks.count != 1 else { return chunks[0] }
    var values = [Value]()
    values.reserveCapacity(count)
    for chunk in chunks { values.append(contentsOf: chunk) }
    return values
}
