extension [Double] {
    /// The sum of `term` over all values.
    func sum(_ term: (Double) -> Double) -> Double {
        var sum = 0.0
        for value in self { sum += term(value) }
        return sum
    }

    /// Each value less the mean of all.
    var deviationsFromMean: [Double] {
        guard !isEmpty else { return [] }
        let mean = sum { $0 } / Double(count)
        return map { $0 - mean }
    }
}
