import Testing

@testable import Interchange

@Suite("Reasons for refusing rows")
struct RefusalReasonsTests {
    @Test("What differs from row to row is left out, what is the same in all stays")
    func summary() {
        var reasons = RefusalReasons()
        reasons.add("latitude 91.5 is beyond 90; convert with ogr2ogr -t_srs EPSG:4326")
        reasons.add("no category “pit”")
        var more = RefusalReasons()
        more.add("latitude 95 is beyond 90; convert with ogr2ogr -t_srs EPSG:4326")
        more.add("no category “hole 7”")
        more.add("no category “hole 7”")
        more.add("it is 12 o'clock")
        reasons.add(more)
        #expect(
            reasons.all.map { "\($0.count) × \($0.reason)" } == [
                "3 × no category “…”", "2 × latitude … is beyond 90; convert with ogr2ogr -t_srs EPSG:4326",
                "1 × it is 12 o'clock",
            ])
    }
}
