/// Geary's C: the mean squared difference between neighbours, relative to that between any two features.
///
/// *C* = (*n* − 1) Σ *w*ᵢⱼ (*x*ᵢ − *x*ⱼ)² / (2 *S*₀ Σ *z*ᵢ²), with row-standardised weights. Variance under normality:
/// A. D. Cliff and J. K. Ord, *Spatial Processes*, 1981, p. 44.
public struct GearysC: Sendable, Hashable {
    /// Near 0 when neighbours are alike, 1 without a pattern, above 1 when they differ more than strangers.
    public var c: Double
    public var varianceNormal: Double

    public var expected: Double { 1 }
    public var zNormal: Double { (c - 1) / varianceNormal.squareRoot() }
    /// Two-sided.
    public var pNormal: Double { NormalDistribution.twoSidedP(zNormal) }

    /// Nil for fewer than two features, without any neighbours, or if all values are equal.
    public init?(_ values: [Double], neighbours: NeighbourLists) {
        precondition(values.count == neighbours.count, "\(values.count) values for \(neighbours.count) features")
        let n = Double(values.count)
        let second = values.deviationsFromMean.sum { $0 * $0 }
        let sums = WeightSums.rowStandardised(neighbours)
        guard n >= 2, second > 0, sums.s0 > 0 else { return nil }
        var differences = 0.0
        for feature in values.indices {
            var own = 0.0
            for neighbour in neighbours[feature] {
                let difference = values[feature] - values[Int(neighbour)]
                own += difference * difference
            }
            if own > 0 { differences += own / Double(neighbours.degree(of: feature)) }
        }
        c = (n - 1) * differences / (2 * sums.s0 * second)
        let s0 = sums.s0 * sums.s0
        varianceNormal = ((2 * sums.s1 + sums.s2) * (n - 1) - 4 * s0) / (2 * (n + 1) * s0)
    }
}
