extension RandomAccessCollection {
    /// The index of the first element that belongs to the second part of a collection whose elements of the first part all come before those
    /// of the second; the end if there is none.
    ///
    /// Complexity: O(log *n*).
    @inlinable
    public func partitioningIndex(where belongsInSecond: (Element) throws -> Bool) rethrows -> Index {
        var low = startIndex
        var rest = count
        while rest > 0 {
            let half = rest / 2
            let middle = index(low, offsetBy: half)
            if try belongsInSecond(self[middle]) {
                rest = half
            } else {
                low = index(after: middle)
                rest -= half + 1
            }
        }
        return low
    }
}
