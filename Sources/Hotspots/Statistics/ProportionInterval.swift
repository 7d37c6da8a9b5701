import Glibc

/// The probabilities that are compatible with an observed share, if each trial has the same chance.
///
/// The score interval of E. B. Wilson, "Probable inference, the law of succession, and statistical inference", *Journal of the American
/// Statistical Association* 22 (1927): it stays within 0…1 and is honest for few trials, where the usual one is not.
public struct ProportionInterval: Hashable, Sendable {
    public var low: Double
    public var high: Double

    /// The interval that holds the probability in 95 of 100 cases.
    ///
    /// - Parameters:
    ///   - successes: 0 to `trials`.
    ///   - trials: 1 or more.
    public init(successes: Int, of trials: Int) {
        precondition(trials > 0 && (0...trials).contains(successes))
        let z = 1.959963984540054
        let n = Double(trials)
        let share = Double(successes) / n
        let middle = share + z * z / (2 * n)
        let reach = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        let scale = 1 + z * z / n
        low = successes == 0 ? 0 : max(0, (middle - reach) / scale)
        high = successes == trials ? 1 : min(1, (middle + reach) / scale)
    }
}
