import Hotspots
import Testing

@Suite("Intervals of shares")
struct ProportionIntervalTests {
    /// Method 3 of table I in R. G. Newcombe, "Two-sided confidence intervals for the single proportion", *Statistics in Medicine* 17 (1998).
    @Test(
        "are those that Newcombe printed",
        arguments: [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)])
    func published(successes: Int, trials: Int, low: Double, high: Double) {
        let interval = ProportionInterval(successes: successes, of: trials)
        #expect(abs(interval.low - low) < 0.00005)
        #expect(abs(interval.high - high) < 0.00005)
    }

    @Test("are mirrored when successes and failures change places, and reach the ends only there")
    func mirrored() {
        for trials in 1...60 {
            for successes in 0...trials {
                let one = ProportionInterval(successes: successes, of: trials)
                let other = ProportionInterval(successes: trials - successes, of: trials)
                #expect(abs(one.low - (1 - other.high)) < 1e-12)
                #expect((one.low == 0) == (successes == 0))
                #expect((one.high == 1) == (successes == trials))
                #expect(one.low < Double(successes) / Double(trials) + 1e-12)
            }
        }
    }
}
