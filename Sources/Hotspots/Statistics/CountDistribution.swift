import Glibc
import TimeBudgets
import Works

/// A distribution of incidents around places: Poisson, or negative binomial where counts vary more than that.
///
/// The variance is ``dispersion`` times the mean, whatever the mean, as it is where incidents come in groups (the form NB1 of A. C. Cameron and
/// P. K. Trivedi, *Regression Analysis of Count Data*, 1998, section 3.3).
public struct CountDistribution: Hashable, Sendable {
    /// Variance over mean, *φ*; 1 for Poisson.
    public var dispersion: Double

    public init(dispersion: Double) {
        precondition(dispersion >= 1)
        self.dispersion = dispersion
    }

    /// Below this the distribution is Poisson to all digits that matter.
    private static let least = 1 + 1e-9

    private var isPoisson: Bool { dispersion < Self.least }

    /// Name of the model in answers.
    public var name: String { isPoisson ? "poisson" : "negative_binomial" }

    /// The dispersion by the method of moments, from counts where nothing is special and what is expected of each: Σ(*k* − *μ*)² / Σ*μ*, and 1
    /// where counts vary less than Poisson ones.
    init(counts: [Double], expected: [Double]) {
        var (squares, means) = (0.0, 0.0)
        for (count, mean) in zip(counts, expected) {
            squares += (count - mean) * (count - mean)
            means += mean
        }
        self.init(dispersion: means > 0 ? max(1, squares / means) : 1)
    }

    /// The probabilities of at most, and of at least, a count.
    ///
    /// - Parameter k: 0 or more; of weighted incidents it need not be whole.
    func tails(of k: Double, mean: Double) -> Tails {
        guard mean > 0 else { return Tails(lower: 1, upper: k == 0 ? 1 : 0) }
        if isPoisson {
            return Tails(
                lower: GammaDistribution.upper(mean, shape: k + 1),
                upper: k == 0 ? 1 : GammaDistribution.cumulative(mean, shape: k))
        }
        let (size, p) = (mean / (dispersion - 1), 1 / dispersion)
        return Tails(
            lower: BetaDistribution.cumulative(p, size, k + 1),
            upper: k == 0 ? 1 : BetaDistribution.upper(p, size, k))
    }

    /// The means that are compatible with a count: those for which neither tail is below half of 1 − `confidence`.
    ///
    /// For Poisson counts that is the exact interval of ``PoissonInterval``; for negative binomial ones the same construction (Clopper and
    /// Pearson, *Biometrika* 26, 1934), by bisection.
    func interval(of count: Double, confidence: Double = 0.95) -> PoissonInterval {
        guard !isPoisson else { return PoissonInterval(value: count, confidence: confidence) }
        let tail = (1 - confidence) / 2
        var interval = PoissonInterval(count: 0)
        interval.low = count == 0 ? 0 : mean { tails(of: count, mean: $0).upper >= tail }
        interval.high = mean { tails(of: count, mean: $0).lower <= tail }
        return interval
    }

    /// The smallest mean at which something holds that holds for all larger ones.
    private func mean(where holds: (Double) -> Bool) -> Double {
        var (low, high) = (0.0, 1.0)
        while !holds(high) { (low, high) = (high, high * 2) }
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if holds(middle) { high = middle } else { low = middle }
        }
        return high
    }
}

/// The distribution of the sum of a neighbourhood of cells, given the sum of all cells: of the mean and the variance that Gi* has for it, and
/// of the shape of counts.
///
/// If incidents fall into equal cells independently, the sum over *W* of *n* cells is binomial. If the cells' own rates are gamma distributed,
/// it is beta-binomial (J. E. Mosimann, *Biometrika* 49, 1962). Both are exact, so that small probabilities need no permutations. The
/// parameter is chosen so that the variance is that of Gi*; where counts vary no more than Poisson ones it is the binomial's.
struct NeighbourhoodSum {
    /// Cells.
    let cells: Int
    /// Sum over all cells.
    let total: Int
    /// Sum of the two parameters of the beta distribution; infinite for the binomial.
    private let precision: Double

    /// - Parameter variance: Variance of the counts of cells, over all of them.
    init(cells: Int, total: Int, variance: Double) {
        let (n, mean) = (Double(cells), Double(total) / Double(cells))
        self.init(cells: cells, total: total, inflation: mean > 0 && cells > 1 ? variance * n / (n - 1) / mean : 1)
    }

    /// - Parameter inflation: Variance of the counts of cells over that of Poisson ones; 1 or less for the binomial distribution.
    init(cells: Int, total: Int, inflation: Double) {
        self.cells = cells
        self.total = total
        precision = inflation <= 1 + 1e-9 ? .infinity : max((Double(total) - inflation) / (inflation - 1), 1e-9)
    }

    /// Name of the distribution in answers.
    var name: String { isOverdispersed ? "beta_binomial" : "binomial" }

    /// True if counts of cells vary more than Poisson ones.
    var isOverdispersed: Bool { precision.isFinite }

    /// Tails of all sums from 0 to `largest` of a neighbourhood of so many cells.
    ///
    /// Probabilities follow from one another by the ratio of neighbours; both tails are sums of positive terms, so that small ones keep their
    /// digits. Complexity: O(`largest`), and the terms beyond it that matter.
    func tails(upTo largest: Int, weight: Int, within budget: TimeBudget) throws(TimeBudgetError) -> [Tails] {
        let share = Double(weight) / Double(cells)
        guard share < 1, total > 0 else {
            return (0...largest).map { Tails(lower: $0 >= total ? 1 : 0, upper: $0 <= total ? 1 : 0) }
        }
        var meter = BudgetMeter(budget)
        let logs = try logProbabilities(share, past: largest, &meter)
        var tails = [Tails](repeating: Tails(lower: 0, upper: 0), count: largest + 1)
        var sum = 0.0
        for k in 0...largest {
            sum += exp(logs[k])
            tails[k].lower = min(1, sum)
        }
        sum = 0
        for k in logs.indices.reversed() {
            sum += exp(logs[k])
            if k <= largest { tails[k].upper = min(1, sum) }
        }
        return tails
    }

    /// Logarithms of the probabilities of 0, 1, … up to `largest`, and beyond as long as they count in the sum of the rest.
    private func logProbabilities(
        _ share: Double, past largest: Int, _ meter: inout BudgetMeter
    ) throws(TimeBudgetError) -> [Double] {
        let n = Double(total)
        let (a, b) = (precision * share, precision * (1 - share))
        func logGamma(_ x: Double) -> Double { BetaDistribution.logGamma(x) }
        var logs = [
            isOverdispersed
                ? logGamma(b + n) - logGamma(b) + logGamma(a + b) - logGamma(a + b + n) : n * log1p(-share)
        ]
        var highest = -Double.infinity
        for k in 0..<total {
            try meter.spend(32)
            let last = logs[k]
            if k >= largest {
                highest = max(highest, last)
                if last < highest - 40 { break }
            }
            let i = Double(k)
            let odds = isOverdispersed ? (a + i) / (b + n - i - 1) : share / (1 - share)
            logs.append(last + log((n - i) / (i + 1) * odds))
        }
        return logs
    }
}

/// Sums and sums of squares over a neighbourhood of cells.
struct NeighbourhoodTotals: Sendable {
    var sum: Int
    var squares: Double
    /// Cells, the one in the middle among them.
    var cells: Int
}

extension NeighbourhoodSum {
    /// Two-sided probabilities of the sums of neighbourhoods, and the name of the distribution.
    ///
    /// The variation of counts is learned from the cells outside of each neighbourhood, so that a pile does not hide itself. It is rounded up to
    /// steps of 2 %, so that few distributions serve all.
    ///
    /// - Parameters:
    ///   - cells: All cells.
    ///   - isKnown: False for neighbourhoods that there is nothing to compare with; their probability is 1.
    /// - Throws: `TimeBudgetError`.
    static func twoSidedP(
        of neighbourhoods: [NeighbourhoodTotals], among cells: NeighbourhoodTotals, isKnown: @Sendable (Int) -> Bool,
        within budget: TimeBudget
    ) throws -> (p: [Double], model: String) {
        let steps = try mapIndices(of: neighbourhoods.count, chunk: 16_384, within: budget) {
            inflationStep(outside: neighbourhoods[$0], of: cells)
        }
        var largest: [Key: Int] = [:]
        for (neighbourhood, step) in zip(neighbourhoods, steps) {
            let key = Key(cells: neighbourhood.cells, step: step)
            largest[key] = max(largest[key] ?? 0, neighbourhood.sum)
        }
        let keys = Array(largest)
        let tails = try mapChunks(of: keys.count, size: 1, within: budget) { range in
            let (key, sum) = keys[range.lowerBound]
            let model = NeighbourhoodSum(cells: cells.cells, total: cells.sum, inflation: pow(1.02, Double(key.step)))
            return try model.tails(upTo: sum, weight: key.cells, within: budget).map(\.twoSidedP)
        }
        let positions = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1.key, $0) })
        let p = try mapIndices(of: neighbourhoods.count, chunk: 16_384, within: budget) { index -> Double in
            guard isKnown(index) else { return 1 }
            let key = Key(cells: neighbourhoods[index].cells, step: steps[index])
            return tails[positions[key]!][neighbourhoods[index].sum]
        }
        return (p, keys.contains { $0.key.step > 0 } ? "beta_binomial" : "binomial")
    }

    private struct Key: Hashable, Sendable {
        var cells: Int
        var step: Int
    }

    private static func inflationStep(outside own: NeighbourhoodTotals, of all: NeighbourhoodTotals) -> Int {
        let (n, sum, squares) = (Double(all.cells - own.cells), Double(all.sum - own.sum), all.squares - own.squares)
        guard n >= 2, sum > 0 else { return 0 }
        let mean = sum / n
        let inflation = (squares - sum * mean) / (n - 1) / mean
        return inflation > 1 ? Int((log(inflation) / log(1.02)).rounded(.up)) : 0
    }
}
