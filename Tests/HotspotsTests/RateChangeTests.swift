import Hotspots
import Testing

@Suite("Changes of rates")
struct RateChangeTests {
    /// Limits worked out apart: Wilson's interval of the conditional share *p*, as *p* / (1 − *p*) × *t₀* / *t₁*.
    @Test(
        "The interval is that of the conditional share, per day of coverage",
        arguments: [
            (10, 30.0, 15, 30.0, [0.6874634544901771, 3.2729012506833532]),
            (10, 30.0, 40, 30.0, [2.0268995173229425, 7.8938298930241295]),
            (40, 30.0, 10, 30.0, [0.12668121983268388, 0.4933643683140077]),
            (10, 15.0, 20, 30.0, [0.47618216350024484, 2.1000366596038735]),
        ])
    func interval(before: Int, beforeDays: Double, now: Int, nowDays: Double, limits: [Double]) throws {
        let change = RateChange(before: before, days: beforeDays, now: now, days: nowDays)
        let likely = try #require(change.likely)
        #expect(abs(likely.low - limits[0]) < 1e-9 && abs((likely.high ?? 0) - limits[1]) < 1e-9)
        #expect(change.ratio == Double(now) / nowDays / (Double(before) / beforeDays))
    }

    @Test("Only what chance alone does not explain has a direction, and growth from nothing is new")
    func directions() {
        func change(_ before: Int, _ now: Int) -> RateChange {
            RateChange(before: before, days: 30, now: now, days: 30)
        }
        #expect(change(10, 15).direction == nil && change(10, 15).relative == 0.5)
        #expect(change(10, 40).direction == .up && change(40, 10).direction == .down)
        #expect(change(0, 3).isNew && change(0, 3).relative == nil && change(0, 3).direction == nil)
        #expect(change(0, 8).isNew && change(0, 8).direction == .up)
        #expect(!change(0, 0).isNew && change(0, 0).likely == nil)
        #expect(change(12, 0).direction == .down)
    }

    @Test("Twice as many in twice the time is no change")
    func coverage() {
        let change = RateChange(before: 100, days: 15, now: 200, days: 30)
        #expect(change.relative == 0 && change.direction == nil)
    }
}
