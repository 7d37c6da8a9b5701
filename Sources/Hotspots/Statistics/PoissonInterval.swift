import Glibc

/// The means that are compatible with an observed count, if counts are Poisson distributed.
///
/// The exact interval of F. Garwood, "Fiducial limits for the Poisson distribution", *Biometrika* 28 (1936): its limits
/// are quantiles of χ², that is of the gamma distribution, low = Γ⁻¹(α/2; *k*) and high = Γ⁻¹(1 − α/2; *k* + 1).
public struct PoissonInterval: Hashable, Sendable {
    /// 0 if nothing was observed.
    public var low: Double
    public var high: Double

    /// - Parameters:
    ///   - count: What was observed, 0 or more.
    ///   - confidence: How often such an interval holds the mean at least, between 0 and 1.
    public init(count: Int, confidence: Double = 0.95) { self.init(value: Double(count), confidence: confidence) }

    /// As ``init(count:confidence:)`` for a count that need not be whole.
    init(value: Double, confidence: Double = 0.95) {
        precondition(value >= 0 && confidence > 0 && confidence < 1)
        let tail = (1 - confidence) / 2
        low = value == 0 ? 0 : GammaDistribution.quantile(tail, shape: value)
        high = GammaDistribution.quantile(1 - tail, shape: value + 1)
    }
}

/// The gamma distribution of scale 1.
enum GammaDistribution {
    /// The probability of a value up to `x`: the regularised incomplete gamma function P(*a*, *x*).
    ///
    /// The series below *x* = *a* + 1, Legendre's continued fraction above it (Abramowitz & Stegun 6.5.29 and 6.5.31,
    /// evaluated by Lentz's method).
    static func cumulative(_ x: Double, shape a: Double) -> Double {
        guard x > 0 else { return 0 }
        return x < a + 1 ? lowerSeries(x, a) : 1 - upperFraction(x, a)
    }

    /// 1 − ``cumulative(_:shape:)``, without losing digits where that is near 1.
    static func upper(_ x: Double, shape a: Double) -> Double {
        guard x > 0 else { return 1 }
        return x < a + 1 ? 1 - lowerSeries(x, a) : upperFraction(x, a)
    }

    /// The value that is not exceeded with probability `p` between 0 and 1.
    ///
    /// Newton's method from the approximation of Wilson and Hilferty (Abramowitz & Stegun 26.4.17), kept between
    /// bounds that only ever close in.
    static func quantile(_ p: Double, shape a: Double) -> Double {
        var (low, high) = (0.0, Double.infinity)
        let z = roughNormalQuantile(p)
        let root = 1 - 1 / (9 * a) + z / (3 * a.squareRoot())
        var x = root > 0 ? a * root * root * root : 0
        if x < a * 1e-3 { x = exp((log(p) + logGamma(a + 1)) / a) }
        for _ in 0..<200 {
            let error = cumulative(x, shape: a) - p
            if error > 0 { high = min(high, x) } else { low = max(low, x) }
            let density = exp((a - 1) * log(x) - x - logGamma(a))
            var next = x - error / density
            if !(next > low && next < high) { next = high.isFinite ? (low + high) / 2 : x * 2 }
            let step = abs(next - x)
            x = next
            if step <= 1e-14 * x { break }
        }
        return x
    }

    private static func lowerSeries(_ x: Double, _ a: Double) -> Double {
        var term = 1 / a
        var sum = term
        var n = a
        while term > sum * 1e-17 {
            n += 1
            term *= x / n
            sum += term
        }
        return sum * exp(a * log(x) - x - logGamma(a))
    }

    private static func upperFraction(_ x: Double, _ a: Double) -> Double {
        let tiny = 1e-300
        var b = x + 1 - a
        var c = 1 / tiny
        var d = 1 / b
        var fraction = d
        for i in 1..<100_000 {
            let numerator = -Double(i) * (Double(i) - a)
            b += 2
            d = 1 / nonzero(numerator * d + b, tiny)
            c = nonzero(b + numerator / c, tiny)
            fraction *= d * c
            if abs(d * c - 1) < 1e-16 { break }
        }
        return fraction * exp(a * log(x) - x - logGamma(a))
    }

    private static func nonzero(_ value: Double, _ tiny: Double) -> Double { abs(value) < tiny ? tiny : value }

    private static func logGamma(_ x: Double) -> Double {
        var sign: Int32 = 0
        return lgamma_r(x, &sign)
    }

    /// The normal quantile to 4.5e-4 (Abramowitz & Stegun 26.2.23): good enough to begin with.
    private static func roughNormalQuantile(_ p: Double) -> Double {
        let t = (-2 * log(min(p, 1 - p))).squareRoot()
        let z =
            t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
        return p < 0.5 ? -z : z
    }
}
