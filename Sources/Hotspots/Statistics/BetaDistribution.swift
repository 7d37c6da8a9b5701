import Glibc

/// The beta distribution, and the tails of count distributions that it gives.
enum BetaDistribution {
    /// The probability of a value up to `x`: the regularised incomplete beta function I*ₓ*(*a*, *b*).
    ///
    /// The continued fraction of NIST's *Digital Library of Mathematical Functions* 8.17.22, evaluated by Lentz's method, on the side where it
    /// converges quickly.
    static func cumulative(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        return x < (a + 1) / (a + b + 2) ? tail(x, 1 - x, a, b) : 1 - tail(1 - x, x, b, a)
    }

    /// 1 − ``cumulative(_:_:_:)``, without losing digits where that is near 1.
    static func upper(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 1 }
        guard x < 1 else { return 0 }
        return x < (a + 1) / (a + b + 2) ? 1 - tail(x, 1 - x, a, b) : tail(1 - x, x, b, a)
    }

    private static func tail(_ x: Double, _ rest: Double, _ a: Double, _ b: Double) -> Double {
        let front = exp(a * log(x) + b * log(rest) + logGamma(a + b) - logGamma(a) - logGamma(b)) / a
        return min(1, front * fraction(x, a, b))
    }

    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let tiny = 1e-300
        var c = 1.0
        var d = 1 / nonzero(1 - (a + b) * x / (a + 1), tiny)
        var fraction = d
        for step in 1..<100_000 {
            let m = Double(step)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / nonzero(1 + even * d, tiny)
            c = nonzero(1 + even / c, tiny)
            fraction *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / nonzero(1 + odd * d, tiny)
            c = nonzero(1 + odd / c, tiny)
            fraction *= d * c
            if abs(d * c - 1) < 1e-16 { break }
        }
        return fraction
    }

    private static func nonzero(_ value: Double, _ tiny: Double) -> Double { abs(value) < tiny ? tiny : value }

    static func logGamma(_ x: Double) -> Double {
        var sign: Int32 = 0
        return lgamma_r(x, &sign)
    }
}

/// Tails of a distribution, each with the observed value in it.
struct Tails: Hashable {
    var lower: Double
    var upper: Double

    /// Twice the smaller tail, at most 1.
    var twoSidedP: Double { min(1, 2 * min(lower, upper)) }
}
