import Foundation
import Geometry
import SeededRandom
import Testing
import TimeBudgets
import Works

@testable import Hotspots

/// Tails of sums and of counts against exact rational arithmetic (Python's `fractions`), to 1e-11 of themselves.
@Suite("Distributions of counts")
struct CountDistributionTests {
    private func agrees(_ value: Double, _ expected: Double) -> Bool {
        abs(value - expected) <= 1e-11 * abs(expected)
    }

    @Test(
        "Sums of cells with Poisson counts are binomial",
        arguments: [
            (900, 125, 9, 0, 0.2847077732731958, 1.0), (900, 125, 9, 1, 0.6441872849817764, 0.7152922267268043),
            (900, 125, 9, 9, 0.9999993764692874, 5.3889116974195e-06),
            (900, 125, 9, 20, 1, 2.6230261637528074e-18), (20, 40, 4, 8, 0.5931271301483902, 0.5628541020125905),
            (20, 40, 4, 40, 1, 1.099511627776e-28),
        ])
    func binomial(cells: Int, total: Int, weight: Int, sum: Int, lower: Double, upper: Double) throws {
        // Variance below that of Poisson counts.
        let model = NeighbourhoodSum(cells: cells, total: total, variance: 0.01)
        let tails = try model.tails(upTo: sum, weight: weight, within: .unlimited)[sum]
        #expect(model.name == "binomial" && agrees(tails.lower, lower) && agrees(tails.upper, upper))
    }

    @Test(
        "Sums of cells with overdispersed counts are beta-binomial, with the variance of Gi*",
        arguments: [
            (0, 0.04970034228591854, 1.0), (3, 0.3672623270945146, 0.7503063720068167),
            (15, 0.9813478110290107, 0.027015592425505882), (30, 0.9999842716531929, 2.784621243634982e-05),
            (60, 1, 1.577703367173059e-20),
        ])
    func betaBinomial(sum: Int, lower: Double, upper: Double) throws {
        let model = NeighbourhoodSum(cells: 100, total: 60, variance: 1.8)
        let all = try model.tails(upTo: 60, weight: 9, within: .unlimited)
        #expect(model.name == "beta_binomial" && agrees(all[sum].lower, lower) && agrees(all[sum].upper, upper))
        // The same whatever the largest sum that is asked for.
        let some = try model.tails(upTo: sum, weight: 9, within: .unlimited)
        #expect(agrees(some[sum].upper, upper) && some.count == sum + 1)
        let probabilities = all.indices.map { all[$0].lower - ($0 > 0 ? all[$0 - 1].lower : 0) }
        let mean = probabilities.enumerated().reduce(0) { $0 + Double($1.0) * $1.1 }
        let variance = probabilities.enumerated().reduce(-mean * mean) { $0 + Double($1.0 * $1.0) * $1.1 }
        #expect(abs(mean - 5.4) < 1e-9 && abs(variance - 1.8 * 9 * 91 / 99) < 1e-9)
    }

    @Test("Extreme sums have tails: all incidents in one cell, no incidents, all cells neighbours, a million incidents")
    func extremes() throws {
        let one = NeighbourhoodSum(cells: 100, total: 50, variance: 2500.0 / 100 - 0.25)
        let tails = try one.tails(upTo: 50, weight: 9, within: .unlimited)
        #expect(abs(tails[50].upper - 0.09) < 1e-6 && abs(tails[0].lower - 0.91) < 1e-6)
        #expect(
            try NeighbourhoodSum(cells: 9, total: 7, variance: 1).tails(upTo: 7, weight: 9, within: .unlimited)[7].upper
                == 1)
        #expect(
            try NeighbourhoodSum(cells: 9, total: 0, variance: 0).tails(upTo: 0, weight: 3, within: .unlimited)[0].upper
                == 1)
        let many = NeighbourhoodSum(cells: 10_000, total: 1_000_000, variance: 4000)
        let far = try many.tails(upTo: 5000, weight: 9, within: .unlimited)
        #expect(far.allSatisfy { $0.lower.isFinite && $0.upper > 0 && $0.upper <= 1 })
        #expect(zip(far, far.dropFirst()).allSatisfy { $0.upper >= $1.upper && $0.lower <= $1.lower })
    }

    @Test(
        "Counts with gamma distributed rates are negative binomial",
        arguments: [
            (2.0, 10.0, 0, 0.027777777777777776, 1.0), (2, 10, 10, 0.6186673737323087, 0.43068155437292194),
            (2, 10, 100, 0.9999998205569359, 2.1331923134597479e-07),
            (1, 38, 278, 0.9992878063523606, 0.000730935585735167),
            (5, 0.5, 6, 0.9999878357201702, 8.576799872082258e-05),
        ])
    func negativeBinomial(size: Double, mean: Double, count: Int, lower: Double, upper: Double) {
        let model = CountDistribution(dispersion: 1 + mean / size)
        let tails = model.tails(of: Double(count), mean: mean)
        #expect(agrees(tails.lower, lower) && agrees(tails.upper, upper))
    }

    @Test("Without dispersion counts are Poisson, with Garwood's interval")
    func poisson() {
        let model = CountDistribution(dispersion: 1)
        #expect(model.name == "poisson" && model.interval(of: 7) == PoissonInterval(count: 7))
        // P(X ≤ 2) = 5 e⁻² and P(X ≥ 2) = 1 − 3 e⁻² for a mean of 2.
        let tails = model.tails(of: 2, mean: 2)
        #expect(agrees(tails.lower, 5 * exp(-2)) && agrees(tails.upper, 1 - 3 * exp(-2)))
    }

    @Test(
        "The limits of an interval are the means at which a tail is 2.5 %", arguments: [1.0001, 1.3, 3, 50],
        [0.0, 1, 40, 5000])
    func interval(dispersion: Double, count: Double) {
        let model = CountDistribution(dispersion: dispersion)
        let interval = model.interval(of: count)
        #expect(interval.low <= count && interval.high > count)
        if count > 0 { #expect(abs(model.tails(of: count, mean: interval.low).upper - 0.025) < 1e-6) }
        #expect(abs(model.tails(of: count, mean: interval.high).lower - 0.025) < 1e-6)
    }

    @Test("The method of moments finds the dispersion that counts were made with, and none where there is none")
    func moments() {
        var random = SeededRandom(seed: 5)
        func poisson(_ mean: Double) -> Int {
            var (product, count) = (random.unit(), 0)
            while product > exp(-mean) {
                product *= random.unit()
                count += 1
            }
            return count
        }
        // Rates from an exponential distribution: a variance of 8 + 8².
        let wild = (0..<20_000).map { _ in poisson(-log(1 - random.unit()) * 8) }
        #expect(abs(CountDistribution(counts: wild.map(Double.init), expected: wild.map { _ in 8 }).dispersion - 9) < 1)
        let even = (0..<20_000).map { _ in poisson(8) }
        #expect(CountDistribution(counts: even.map(Double.init), expected: even.map { _ in 8 }).dispersion < 1.05)
    }
}
