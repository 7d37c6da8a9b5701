import TimeBudgets
import Works

/// The order that sorts `keys` ascending and keeps equal ones as they stand: least significant digit first, 11 bits a pass.
///
/// Complexity: O(*n*) for each 11 bits of the largest key.
///
/// - Throws: `TimeBudgetError`, between two passes.
func radixSortedOrder(of keys: [UInt64], within budget: TimeBudget) throws(TimeBudgetError) -> [Int32] {
    var order = (0..<Int32(keys.count)).map { $0 }
    guard let largest = keys.max(), largest > 0 else { return order }
    var sortedKeys = keys
    var nextOrder = order
    var nextKeys = keys
    for shift in stride(from: UInt64(0), to: UInt64(64 - largest.leadingZeroBitCount), by: 11) {
        try budget.check()
        var offsets = [Int](repeating: 0, count: 2049)
        for key in sortedKeys { offsets[Int(key >> shift & 2047) + 1] += 1 }
        for digit in 1..<2049 { offsets[digit] += offsets[digit - 1] }
        for position in order.indices {
            let key = sortedKeys[position]
            let digit = Int(key >> shift & 2047)
            nextKeys[offsets[digit]] = key
            nextOrder[offsets[digit]] = order[position]
            offsets[digit] += 1
        }
        swap(&sortedKeys, &nextKeys)
        swap(&order, &nextOrder)
    }
    return order
}

/// As ``radixSortedOrder(of:within:)`` without a limit of time.
func radixSortedOrder(of keys: [UInt64]) -> [Int32] { try! radixSortedOrder(of: keys, within: .unlimited) }
