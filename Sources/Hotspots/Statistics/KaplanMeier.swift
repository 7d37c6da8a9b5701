import TimeBudgets
import Works

/// How long something lasts when part of it has not ended yet: the product-limit estimate.
///
/// What is still open counts as lasting **at least** as long as it has lasted so far (censored); leaving it out would make
/// every service look quicker than it is. E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete
/// observations", *Journal of the American Statistical Association* 53 (1958).
public struct KaplanMeier: Sendable {
    /// One observation.
    public struct Duration: Hashable, Sendable {
        /// How long it lasted, or has lasted so far, in any unit; may be negative, as the delay of a work done early is.
        public var length: Double
        /// Whether it has ended.
        public var ended: Bool

        public init(_ length: Double, ended: Bool) {
            self.length = length
            self.ended = ended
        }
    }

    /// A length at which something ended, and the share that lasts longer.
    public struct Step: Hashable, Sendable {
        public var length: Double
        /// 0…1.
        public var survival: Double
    }

    /// Where the curve falls, by ascending length.
    public let steps: [Step]

    /// Complexity: O(*n* log *n*).
    public init(_ durations: [Duration]) { try! self.init(durations, within: .unlimited) }

    /// As ``init(_:)``, within a budget.
    ///
    /// - Throws: `TimeBudgetError`.
    init(_ durations: [Duration], within budget: TimeBudget) throws {
        var meter = BudgetMeter(budget)
        let sorted = try durations.sorted {
            try meter.spend(4)
            return $0.length < $1.length
        }
        var steps = [Step]()
        var survival = 1.0
        var index = 0
        while index < sorted.count {
            let length = sorted[index].length
            let atRisk = sorted.count - index
            var ended = 0
            // What is censored at a length counts as lasting a little longer than what ended there.
            while index < sorted.count, sorted[index].length == length {
                if sorted[index].ended { ended += 1 }
                index += 1
            }
            if ended > 0 {
                survival *= Double(atRisk - ended) / Double(atRisk)
                steps.append(Step(length: length, survival: survival))
            }
        }
        self.steps = steps
    }

    /// The smallest length by which a share of `p` (0…1) has ended; nil if so many have not ended yet.
    public func quantile(_ p: Double) -> Double? {
        // A billionth of tolerance: three of four times two of three is a half, whatever the rounding says.
        steps.first { $0.survival <= 1 - p + 1e-9 }?.length
    }

    public var median: Double? { quantile(0.5) }
}
