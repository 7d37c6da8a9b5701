import TimeBudgets
import Works

/// Moran's I: whether high values lie near high ones and low near low ones, over the whole map.
///
/// *I* = (*n* / *S*₀) Σ *w*ᵢⱼ *z*ᵢ *z*ⱼ / Σ *z*ᵢ², with row-standardised weights and *z* the difference from the mean.
/// Moments: A. D. Cliff and J. K. Ord, *Spatial Processes*, 1981, pp. 42–46. A feature without neighbours counts with a
/// weight of 0.
public struct MoransI: Sendable, Hashable {
    /// About +1 for perfect clustering, ``expected`` for no pattern, below it for a chessboard.
    public var i: Double
    /// −1 / (*n* − 1).
    public var expected: Double
    /// The variance if the values are draws from one normal distribution.
    public var varianceNormal: Double
    /// The variance if the values are as they are and only their places are left to chance.
    public var varianceRandomised: Double

    public var zNormal: Double { (i - expected) / varianceNormal.squareRoot() }
    public var zRandomised: Double { (i - expected) / varianceRandomised.squareRoot() }
    /// Two-sided.
    public var pNormal: Double { NormalDistribution.twoSidedP(zNormal) }
    /// Two-sided.
    public var pRandomised: Double { NormalDistribution.twoSidedP(zRandomised) }

    /// Nil for fewer than four features, without any neighbours, or if all values are equal.
    public init?(_ values: [Double], neighbours: NeighbourLists) {
        try! self.init(values, neighbours: neighbours, within: .unlimited)
    }

    /// As ``init(_:neighbours:)``, within a budget.
    init?(_ values: [Double], neighbours: NeighbourLists, within budget: TimeBudget) throws(TimeBudgetError) {
        precondition(values.count == neighbours.count, "\(values.count) values for \(neighbours.count) features")
        let n = Double(values.count)
        guard n >= 4 else { return nil }
        var meter = BudgetMeter(budget)
        let deviations = values.deviationsFromMean
        let (second, fourth) = (deviations.sum { $0 * $0 }, deviations.sum { $0 * $0 * $0 * $0 })
        try budget.check()
        let sums = try WeightSums.rowStandardised(neighbours, &meter)
        guard second > 0, sums.s0 > 0 else { return nil }
        var cross = 0.0
        for feature in values.indices where neighbours.degree(of: feature) > 0 {
            try meter.spend(neighbours.degree(of: feature))
            let lag = neighbours.sum(of: deviations, around: feature) / Double(neighbours.degree(of: feature))
            cross += deviations[feature] * lag
        }
        i = n / sums.s0 * cross / second
        expected = -1 / (n - 1)

        let (s0, s1, s2) = (sums.s0 * sums.s0, sums.s1, sums.s2)
        varianceNormal = (n * n * s1 - n * s2 + 3 * s0) / ((n - 1) * (n + 1) * s0) - expected * expected
        let kurtosis = n * fourth / (second * second)
        let free = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0)
        let tied = kurtosis * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0)
        varianceRandomised = (free - tied) / ((n - 1) * (n - 2) * (n - 3) * s0) - expected * expected
    }
}

/// Local Moran's I (Anselin 1995): each feature's share in the pattern, and of which kind it is.
public struct LocalMoran: Sendable {
    /// Which of high and low values a feature is among; the raw values are those of Moran's scatter plot.
    public enum Quadrant: Int, Sendable {
        case highAmongHigh = 1
        case lowAmongHigh = 2
        case lowAmongLow = 3
        case highAmongLow = 4
    }

    /// (*n* − 1) *z*ᵢ Σ *w*ᵢⱼ *z*ⱼ / Σ *z*², row-standardised.
    public let i: [Double]
    public let quadrants: [Quadrant]

    public init(_ values: [Double], neighbours: NeighbourLists) {
        precondition(values.count == neighbours.count, "\(values.count) values for \(neighbours.count) features")
        let deviations = values.deviationsFromMean
        let second = deviations.sum { $0 * $0 }
        let lags = values.indices.map { feature in
            let degree = neighbours.degree(of: feature)
            return degree == 0 ? 0 : neighbours.sum(of: deviations, around: feature) / Double(degree)
        }
        i = zip(deviations, lags).map { Double(values.count - 1) * $0 * $1 / second }
        quadrants = zip(deviations, lags).map { own, lag in
            switch (own > 0, lag > 0) {
            case (true, true): .highAmongHigh
            case (false, true): .lowAmongHigh
            case (false, false): .lowAmongLow
            case (true, false): .highAmongLow
            }
        }
    }
}
