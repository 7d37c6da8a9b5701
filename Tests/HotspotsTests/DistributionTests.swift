import Hotspots
import Testing

@Suite("Distributions and corrections")
struct DistributionTests {
    /// Exact 95 % limits of a Poisson mean, which F. Garwood, *Biometrika* 28 (1936), tabulates to two digits after the
    /// point; with ten digits from SciPy: `chi2.ppf(0.025, 2 * k) / 2` and `chi2.ppf(0.975, 2 * k + 2) / 2`.
    static let garwood: [(count: Int, low: Double, high: Double)] = [
        (0, 0, 3.688879454), (1, 0.02531780798, 5.571643391), (2, 0.2422092785, 7.224687668),
        (3, 0.6186721229, 8.76727307), (4, 1.089865374, 10.24158868), (5, 1.62348639, 11.66833208),
        (6, 2.201894253, 13.05947402), (7, 2.814363052, 14.42267536), (8, 3.453832177, 15.76318922),
        (9, 4.115373097, 17.08480345), (10, 4.795388696, 18.39035604), (15, 8.395386133, 24.74021887),
        (20, 12.21651959, 30.8883779), (25, 16.17868185, 36.9049317), (30, 20.24087402, 42.82686539),
        (50, 37.11096374, 65.91876666), (100, 81.36399125, 121.6267938),
    ]

    @Test("The 95 % interval of a count is Garwood's", arguments: garwood)
    func poisson(row: (count: Int, low: Double, high: Double)) {
        let interval = PoissonInterval(count: row.count)
        #expect(abs(interval.low - row.low) <= 1e-9 * row.low)
        #expect(abs(interval.high - row.high) <= 1e-9 * row.high)
    }

    @Test("A large count's interval is near the normal one")
    func largeCount() {
        let interval = PoissonInterval(count: 1_000_000)
        #expect(abs(interval.low - (1_000_000 - 1960)) < 2)
        #expect(abs(interval.high - (1_000_000 + 1962)) < 2)
    }

    @Test("The normal tails are those of the tables")
    func normal() {
        #expect(abs(NormalDistribution.twoSidedP(1.959963984540054) - 0.05) < 1e-15)
        #expect(abs(NormalDistribution.oneSidedP(-2.3263478740408408) - 0.01) < 1e-15)
        #expect(NormalDistribution.twoSidedP(0) == 1)
    }

    @Test("Benjamini and Hochberg's correction, worked by hand")
    func falseDiscoveryRate() {
        // Sorted: 0.005 0.01 0.03 0.04 0.5, times 5/rank: 0.025 0.025 0.05 0.05 0.5, and nowhere falling.
        let adjusted = FalseDiscoveryRate.adjusted([0.01, 0.5, 0.04, 0.005, 0.03])
        for (value, expected) in zip(adjusted, [0.025, 0.5, 0.05, 0.025, 0.05]) {
            #expect(abs(value - expected) < 1e-15)
        }
    }

    @Test(
        "A later, smaller product pulls the earlier ones down, none exceeds 1, and what is not a number does not count")
    func falseDiscoveryRateLimits() {
        let adjusted = FalseDiscoveryRate.adjusted([0.04, 0.045, .nan, 0.9, 0.95])
        // 0.04 · 4 = 0.16 but 0.045 · 4/2 = 0.09; 0.9 · 4/3 = 1.2 but 0.95 · 4/4 = 0.95.
        for (value, expected) in zip([adjusted[0], adjusted[1], adjusted[3], adjusted[4]], [0.09, 0.09, 0.95, 0.95]) {
            #expect(abs(value - expected) < 1e-15)
        }
        #expect(adjusted[2].isNaN)
        #expect(FalseDiscoveryRate.adjusted([]) == [])
    }

    @Test("The 6-MP group of Freireich's leukaemia trial has the published product-limit curve")
    func kaplanMeier() {
        // Weeks in remission; + is censored. E. J. Freireich et al., Blood 21 (1963); Kalbfleisch and Prentice, p. 2:
        // 6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+
        let ended = [6.0, 6, 6, 7, 10, 13, 16, 22, 23].map { KaplanMeier.Duration($0, ended: true) }
        let censored = [6.0, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map { KaplanMeier.Duration($0, ended: false) }
        let curve = KaplanMeier(censored + ended)
        #expect(curve.steps.map(\.length) == [6, 7, 10, 13, 16, 22, 23])
        let published = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
        for (step, survival) in zip(curve.steps, published) { #expect(abs(step.survival - survival) < 0.0006) }
        #expect(curve.median == 23)
        #expect(curve.quantile(0.9) == nil)
    }

    @Test("When everything has ended, the median is the plain one; when nothing has, there is none")
    func kaplanMeierLimits() {
        #expect(KaplanMeier([3, 1, 2, 5, 4].map { .init($0, ended: true) }).median == 3)
        #expect(KaplanMeier([3, 1, 2].map { .init($0, ended: false) }).median == nil)
        #expect(KaplanMeier([]).median == nil)
        #expect(KaplanMeier([-2, -1, 4].map { .init($0, ended: true) }).median == -1)
    }
}
