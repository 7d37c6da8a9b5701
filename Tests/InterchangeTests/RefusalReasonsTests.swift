import Testing

@testable import Interchange

@Suite("Reasons for refusing rows")
struct RefusalReasonsTests {
    @Test("Numbers that differ from row to row are left out, quoted values are counted")
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
                "3 × no category “hole 7” 2, “pit” 1",
                "2 × latitude … is beyond 90; convert with ogr2ogr -t_srs EPSG:4326",
                "1 × it is 12 o'clock",
            ])
    }

    @Test("A hint stays with its value, and rare values are summed up")
    func hints() {
        var reasons = RefusalReasons()
        for value in ["“In Review”", "“OPEN” (is `Open` meant?)", "“In Review”", "“Duplicate”"] {
            reasons.add("status: not in the mapping's table: \(value); add what is missing")
        }
        #expect(
            reasons.all.map(\.reason) == [
                "status: not in the mapping's table: “In Review” 2, “Duplicate” 1, “OPEN” 1 (is `Open` meant?); add what is missing"
            ])
        for number in 0..<1000 { reasons.add("name: “\(number)” is too odd") }
        #expect(reasons.all.first?.reason.contains("others 990 is too odd") == true)
    }
}
