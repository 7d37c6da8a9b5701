/// By how much incidents became more or fewer from one stretch of time to the next, per day of coverage.
///
/// Two Poisson counts are compared by their conditional distribution: given their sum *n*, the later one is binomial with probability
/// *p* = *t₁r* / (*t₁r* + *t₀*), where *r* is the ratio of the rates and *t* the days covered (J. Przyborowski and H. Wilenski, *Biometrika* 31,
/// 1940). The interval of *r* follows from Wilson's interval of *p*.
public struct RateChange: Hashable, Sendable {
    /// Counts, and the days that they cover: more than 0.
    public var before: Int
    public var beforeDays: Double
    public var now: Int
    public var nowDays: Double

    public init(before: Int, days beforeDays: Double, now: Int, days nowDays: Double) {
        precondition(before >= 0 && now >= 0 && beforeDays > 0 && nowDays > 0)
        (self.before, self.beforeDays, self.now, self.nowDays) = (before, beforeDays, now, nowDays)
    }

    /// The later rate over the earlier one; nil if nothing was before.
    public var ratio: Double? {
        before > 0 ? Double(now) / nowDays / (Double(before) / beforeDays) : nil
    }

    /// By what share there are more or, negative, fewer; nil if nothing was before.
    public var relative: Double? { ratio.map { $0 - 1 } }

    /// True where there are incidents and were none before.
    public var isNew: Bool { before == 0 && now > 0 }

    /// The ratios that are compatible with the counts (95 %); the high one is nil where it has no limit. Nil if there are no incidents.
    public var likely: (low: Double, high: Double?)? {
        guard before + now > 0 else { return nil }
        let share = ProportionInterval(successes: now, of: before + now)
        func ratio(_ p: Double) -> Double { p / (1 - p) * beforeDays / nowDays }
        return (ratio(share.low), share.high < 1 ? ratio(share.high) : nil)
    }

    /// More, or fewer, than chance alone would make of equal rates; nil where one cannot say.
    public var direction: Direction? {
        guard let likely else { return nil }
        if likely.low > 1 { return .up }
        if let high = likely.high, high < 1 { return .down }
        return nil
    }

    public enum Direction: String, Sendable {
        case up, down

        public var arrow: String { self == .up ? "↑" : "↓" }
    }

    /// `+50 % ↑`, with an arrow where it is more than chance; `new`, or a dash where there is nothing to compare.
    var text: String {
        let arrow = direction.map { " " + $0.arrow } ?? ""
        if isNew { return "new" + arrow }
        return relative.map { ($0 > 0 ? "+" : "") + ($0 * 100).fixed(0) + " %" + arrow } ?? "–"
    }

    /// Per cent between which the change can lie by chance alone: `-12…+80`.
    var likelyText: String {
        guard let likely else { return "–" }
        func percent(_ ratio: Double) -> String { (ratio > 1 ? "+" : "") + ((ratio - 1) * 100).fixed(0) }
        return "\(percent(likely.low))…\(likely.high.map(percent) ?? "∞")"
    }
}

/// Days of two stretches of time of which there are data.
public struct TrendCoverage: Hashable, Sendable {
    public var before: Double
    public var now: Double
}
