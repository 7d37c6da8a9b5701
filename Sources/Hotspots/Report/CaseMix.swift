import Works

/// Chance of missing a deadline that works of one kind, category and season have in the whole city: the standard to compare groups with.
///
/// Indirect standardisation (N. E. Breslow and N. E. Day, *Statistical Methods in Cancer Research*, vol. II, IARC 1987, section 2.3): the
/// expected number of missed deadlines of a group is the sum of the city's rates over the group's works, and the ratio of what was observed
/// to what was expected tells the group from its mix of works.
struct CaseMix {
    /// A kind of work, a category and a quarter of the year; works without a time have a season of their own.
    struct Stratum: Hashable {
        var kind: WorkKind
        var category: String
        var quarter: Int?
    }

    private struct Count {
        var missed = 0
        var decided = 0
    }

    private var numbers = [Stratum: Int]()
    private var counts = [Count]()
    /// All missed deadlines.
    private(set) var missed = 0

    /// Takes in a work whose promise was kept or broken; returns the number of its stratum.
    mutating func add(_ work: WorkOutcome, isMissed: Bool, _ months: inout CityMonths) -> Int {
        let stratum = Stratum(
            kind: work.kind, category: work.category,
            quarter: work.beganAt.map { (months.month(of: $0).ofYear - 1) / 3 })
        let number: Int
        if let known = numbers[stratum] {
            number = known
        } else {
            number = counts.count
            numbers[stratum] = number
            counts.append(Count())
        }
        counts[number].decided += 1
        if isMissed {
            counts[number].missed += 1
            missed += 1
        }
        return number
    }

    /// The chance of a missed deadline in a stratum, 0…1.
    func rate(_ stratum: Int) -> Double { Double(counts[stratum].missed) / Double(counts[stratum].decided) }
}

/// A group's missed deadlines beside those that its mix of works lets one expect.
public struct StandardizedRatio: Hashable, Sendable {
    public var observed: Int
    public var expected: Double

    /// Observed to expected; 1 is what the city's average makes of the same works. Nil if nothing is expected.
    public var ratio: Double? { expected > 0 ? Double(observed) / expected : nil }

    /// The ratios that are compatible with what was observed (95 %): Garwood's limits of the count over the expected number.
    ///
    /// The counts are taken for Poisson distributed, which is wider than the truth where large shares are missed.
    public var likely: (low: Double, high: Double)? {
        guard expected > 0 else { return nil }
        let limits = PoissonInterval(count: observed)
        return (limits.low / expected, limits.high / expected)
    }
}
