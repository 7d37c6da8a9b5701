public import Geometry
import TimeBudgets
import Works

/// Number of random arrangements that a statistic is compared with, and the seed of their random numbers.
public struct Permutations: Hashable, Sendable {
    public var count: Int
    public var seed: Int

    public init(count: Int = 999, seed: Int = 1) {
        self.count = count
        self.seed = seed
    }

    /// Fewer could not tell 5 %.
    public static let counts = NumberRange(99...99_999)
    public static let seeds = NumberRange(0...2_147_483_647)
}

/// Moran's I and its *p* from random arrangements of the same values.
///
/// *p* is twice the smaller share of arrangements, the observed one among them, whose *I* is at least as high, or as low (B. Phipson and
/// G. K. Smyth, "Permutation p-values should never be zero", 2010). Permutations end early once twenty are as high and twenty as low, where
/// *p* is far above any level (J. Besag and P. Clifford, *Biometrika* 78, 1991). Above ``mostSteps`` the normal approximation under
/// randomisation stands in for them.
public struct MoranTest: Sendable {
    public let statistic: MoransI
    /// Two-sided.
    public let p: Double
    /// Permutations made; nil for the normal approximation.
    public let permutations: Int?

    /// Name of the way to ``p`` in answers.
    public var method: String { permutations == nil ? "normal_randomisation" : "permutation" }

    /// Most sums of neighbours times permutations.
    static let mostSteps = 300_000_000
    /// Permutations between two looks at whether they are enough.
    private static let round = 64
    private static let enough = 20

    /// Nil where ``MoransI`` is.
    ///
    /// - Throws: `TimeBudgetError`.
    init?(
        _ values: [Double], neighbours: NeighbourLists, permutations: Permutations, within budget: TimeBudget
    ) throws {
        guard let statistic = try MoransI(values, neighbours: neighbours, within: budget) else { return nil }
        self.statistic = statistic
        guard (neighbours.neighbours.count + values.count) * permutations.count <= Self.mostSteps else {
            p = statistic.pRandomised
            self.permutations = nil
            return
        }
        let deviations = values.deviationsFromMean
        let shares = (0..<values.count).map { Double(max(1, neighbours.degree(of: $0))) }.map { 1 / $0 }
        let observed = Self.cross(deviations, shares, neighbours)
        // Sums in another order differ in their last digits; equal arrangements must count as equal.
        let slack = 1e-9 * deviations.sum { $0 * $0 }
        var (high, low, made) = (0, 0, 0)
        while made < permutations.count, high < Self.enough || low < Self.enough {
            let first = made
            let size = min(Self.round, permutations.count - made)
            let counts = try mapChunks(of: size, size: 8, within: budget) { range in
                var meter = BudgetMeter(budget)
                var (high, low) = (0, 0)
                var shuffled = deviations
                for number in range {
                    var random = SplitMix(seed: permutations.seed, stream: first + number)
                    try meter.spend(values.count * 4 + neighbours.neighbours.count)
                    random.shuffle(&shuffled)
                    let sum = Self.cross(shuffled, shares, neighbours)
                    if sum >= observed - slack { high += 1 }
                    if sum <= observed + slack { low += 1 }
                    shuffled = deviations
                }
                return (high, low)
            }
            for count in counts {
                high += count.0
                low += count.1
            }
            made += size
        }
        p = min(1, 2 * Double(min(high, low) + 1) / Double(made + 1))
        self.permutations = made
    }

    /// Σ *wᵢⱼ zᵢ zⱼ*, row-standardised.
    private static func cross(_ deviations: [Double], _ shares: [Double], _ neighbours: NeighbourLists) -> Double {
        deviations.withUnsafeBufferPointer { values in
            neighbours.starts.withUnsafeBufferPointer { starts in
                neighbours.neighbours.withUnsafeBufferPointer { list in
                    var sum = 0.0
                    for feature in values.indices {
                        var lag = 0.0
                        for index in Int(starts[feature])..<Int(starts[feature + 1]) { lag += values[Int(list[index])] }
                        sum += values[feature] * lag * shares[feature]
                    }
                    return sum
                }
            }
        }
    }
}

/// Random numbers that are the same on every machine and on any number of cores: SplitMix64 (Steele, Lea and Flood, 2014), one stream for
/// each permutation.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: Int, stream: Int) {
        state = UInt64(truncatingIfNeeded: seed) &* 0xD134_2543_DE82_EF95
        state = next() ^ UInt64(truncatingIfNeeded: stream)
        state = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    /// 0 ..< 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Fisher and Yates's shuffle.
    mutating func shuffle(_ values: inout [Double]) {
        values.withUnsafeMutableBufferPointer { buffer in
            for index in stride(from: buffer.count - 1, to: 0, by: -1) {
                let other = Int(next().multipliedFullWidth(by: UInt64(index + 1)).high)
                buffer.swapAt(index, other)
            }
        }
    }
}
