import Glibc

/// The general G of Getis and Ord: whether high values (or low ones) keep together, over the whole map.
///
/// *G* = Σ *w*ᵢⱼ *x*ᵢ *x*ⱼ / Σ *x*ᵢ *x*ⱼ over *i* ≠ *j*, with binary weights and values that are not negative.
/// Moments: A. Getis and J. K. Ord, "The analysis of spatial association by use of distance statistics",
/// *Geographical Analysis* 24 (1992), pp. 194–196.
public struct GeneralG: Sendable, Hashable {
    public var g: Double
    public var expected: Double
    public var variance: Double

    public var z: Double { (g - expected) / variance.squareRoot() }

    /// Nil for fewer than four features or fewer than two values above 0.
    public init?(_ values: [Double], neighbours: NeighbourLists) {
        precondition(values.count == neighbours.count, "\(values.count) values for \(neighbours.count) features")
        let n = Double(values.count)
        let (m1, m2) = (values.sum { $0 }, values.sum { $0 * $0 })
        let (m3, m4) = (values.sum { $0 * $0 * $0 }, values.sum { $0 * $0 * $0 * $0 })
        guard n >= 4, m1 * m1 > m2 else { return nil }
        var cross = 0.0
        for feature in values.indices { cross += values[feature] * neighbours.sum(of: values, around: feature) }
        g = cross / (m1 * m1 - m2)

        let sums = WeightSums.binary(neighbours)
        let (s0, s1, s2) = (sums.s0 * sums.s0, sums.s1, sums.s2)
        expected = sums.s0 / (n * (n - 1))
        let b0 = (n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0
        let b1 = -((n * n - n) * s1 - 2 * n * s2 + 6 * s0)
        let b2 = -(2 * n * s1 - (n + 3) * s2 + 6 * s0)
        let b3 = 4 * (n - 1) * s1 - 2 * (n + 1) * s2 + 8 * s0
        let b4 = s1 - s2 + s0
        let square = b0 * m2 * m2 + b1 * m4 + b2 * m1 * m1 * m2 + b3 * m1 * m3 + b4 * m1 * m1 * m1 * m1
        let scale = (m1 * m1 - m2) * (m1 * m1 - m2) * n * (n - 1) * (n - 2) * (n - 3)
        variance = square / scale - expected * expected
    }
}

/// The local G and G* of Getis and Ord: how much of everything lies around each feature, and whether that is more than chance.
///
/// With binary weights and *W* = the number of neighbours, *G*ᵢ = Σⱼ *w*ᵢⱼ *x*ⱼ / Σⱼ *x*ⱼ and
/// *z*ᵢ = (Σⱼ *w*ᵢⱼ *x*ⱼ − *W* *x̄*) / (*s* √((*N* *W* − *W*²) / (*N* − 1))).
/// In G* the feature itself is one of its neighbours and the sums, *x̄*, *s* and *N* go over all features; in G it is left
/// out of all of them. J. K. Ord and A. Getis, "Local spatial autocorrelation statistics", *Geographical Analysis* 27 (1995).
public struct LocalG: Sendable {
    /// The share of all values that lies around each feature, 0…1 if none is negative.
    public let g: [Double]
    /// Standardised; not a number where there is nothing to compare: all values equal, no neighbours, or everything a neighbour.
    public let z: [Double]

    /// - Parameter includingSelf: True for G*, false for G.
    public init(_ values: [Double], neighbours: NeighbourLists, includingSelf: Bool) {
        precondition(values.count == neighbours.count, "\(values.count) values for \(neighbours.count) features")
        let (sum, squares) = (values.sum { $0 }, values.sum { $0 * $0 })
        let results = values.indices.map { feature -> (Double, Double) in
            let own = includingSelf ? 0 : values[feature]
            let around = neighbours.sum(of: values, around: feature) + (includingSelf ? values[feature] : 0)
            let weight = Double(neighbours.degree(of: feature) + (includingSelf ? 1 : 0))
            let moments = SampleMoments(
                count: values.count - (includingSelf ? 0 : 1), sum: sum - own, sumOfSquares: squares - own * own)
            return (around / (sum - own), moments.standardised(around, weight: weight))
        }
        g = results.map(\.0)
        z = results.map(\.1)
    }
}

/// Mean and variance of the features that a local statistic compares with.
struct SampleMoments {
    let count: Double
    let mean: Double
    let variance: Double

    init(count: Int, sum: Double, sumOfSquares: Double) {
        self.count = Double(count)
        mean = sum / self.count
        variance = sumOfSquares / self.count - mean * mean
    }

    /// Tails of a sum over `weight` features under the gamma distribution of the mean and the variance that as many features drawn at random
    /// have: for sums of weights, which are not counts. The lower tail is no less than the probability that none of the incidents is among
    /// them.
    func gammaTails(of sum: Double, weight: Double, incidents: Int, cells: Int) -> Tails {
        let expected = weight * mean
        let spread = variance * weight * (count - weight) / (count - 1)
        guard spread > 0, expected > 0 else { return Tails(lower: 1, upper: 1) }
        let (shape, scale) = (expected * expected / spread, spread / expected)
        let none = exp(Double(incidents) * log1p(-weight / Double(cells)))
        return Tails(
            lower: max(GammaDistribution.cumulative(sum / scale, shape: shape), none),
            upper: GammaDistribution.upper(sum / scale, shape: shape))
    }

    /// How many standard deviations a sum over `weight` features is above what as many features drawn at random have.
    func standardised(_ sum: Double, weight: Double) -> Double {
        let spread = variance * weight * (count - weight) / (count - 1)
        guard spread > 0 else { return .nan }
        return (sum - weight * mean) / spread.squareRoot()
    }
}
