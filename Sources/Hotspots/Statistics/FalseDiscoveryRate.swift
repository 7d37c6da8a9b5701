import TimeBudgets
import Works

/// Correction for asking the same question of many places at once.
public enum FalseDiscoveryRate {
    /// Adjusted p-values: calling everything significant that is adjusted to at most *q* is wrong for at most a share of *q* of
    /// what is called so, on average.
    ///
    /// Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", *Journal of the Royal Statistical Society B*
    /// 57 (1995): the *i*-th smallest of *m* becomes min over *j* ≥ *i* of *p*₍ⱼ₎ *m* / *j*. It holds for independent
    /// tests and for those that depend positively on each other, as those of neighbouring cells do (Benjamini and
    /// Yekutieli 2001). Values that are not a number stay so and are not counted among the *m*.
    public static func adjusted(_ p: [Double]) -> [Double] { try! adjusted(p, within: .unlimited) }

    /// As ``adjusted(_:)``, within a budget.
    static func adjusted(_ p: [Double], within budget: TimeBudget) throws(TimeBudgetError) -> [Double] {
        // The bits of doubles that are not negative order as their values do.
        let tested = p.indices.filter { !p[$0].isNaN }
        let order = try radixSortedOrder(of: tested.map { p[$0].bitPattern }, within: budget)
        var adjusted = p
        var smallest = 1.0
        for rank in order.indices.reversed() {
            let index = tested[Int(order[rank])]
            smallest = min(smallest, p[index] * Double(order.count) / Double(rank + 1))
            adjusted[index] = smallest
        }
        return adjusted
    }
}
