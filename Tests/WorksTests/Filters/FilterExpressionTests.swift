import Geometry
import Testing
import Works

@Suite("Filter expressions")
struct FilterExpressionTests {
    private let property = FilterOperand.property("title")

    private func truth(_ filter: FilterExpression, _ values: [String: FilterValue] = [:]) -> Bool? {
        filter.truth(of: { values[$0] }, relate: { _, _, _ in nil })
    }

    @Test("What is not there makes a condition unknown, and so is its opposite")
    func unknown() {
        let equal = FilterExpression.comparison(.equal, property, .text("a"))
        #expect(truth(equal) == nil)
        #expect(truth(.not(equal)) == nil)
        #expect(truth(.and([equal, .constant(false)])) == false)
        #expect(truth(.and([equal, .constant(true)])) == nil)
        #expect(truth(.or([equal, .constant(true)])) == true)
        #expect(truth(.or([equal, .constant(false)])) == nil)
        #expect(truth(.isNull(property)) == true)
        #expect(truth(.membership(property, [.text("a")])) == nil)
        #expect(truth(.like(property, pattern: .text("%"))) == nil)
        #expect(truth(.comparison(.equal, .arithmetic(.divide, .number(1), .number(0)), .number(1))) == nil)
    }

    @Test("Laying a condition flat does not change what it means")
    func normalized() {
        var generator = SystemRandomNumberGenerator()
        func random(_ depth: Int) -> FilterExpression {
            switch Int.random(in: 0..<(depth == 0 ? 3 : 6), using: &generator) {
            case 0: return .constant(.random(using: &generator))
            case 1: return .comparison(.equal, .property("a"), .number(1))
            case 2: return .comparison(.equal, .property("missing"), .number(1))
            case 3: return .not(random(depth - 1))
            case 4: return .and((0..<Int.random(in: 1...3)).map { _ in random(depth - 1) })
            default: return .or((0..<Int.random(in: 1...3)).map { _ in random(depth - 1) })
            }
        }
        /// No NOT before AND, OR or NOT, no AND in AND, no OR in OR.
        func isFlat(_ filter: FilterExpression, in parent: String = "") -> Bool {
            switch filter {
            case .and(let parts): parent != "and" && parts.allSatisfy { isFlat($0, in: "and") }
            case .or(let parts): parent != "or" && parts.allSatisfy { isFlat($0, in: "or") }
            case .not(.and), .not(.or), .not(.not), .not(.constant): false
            default: true
            }
        }
        for _ in 0..<3000 {
            let filter = random(5)
            for a in [1.0, 2.0] {
                #expect(truth(filter.normalized, ["a": .number(a)]) == truth(filter, ["a": .number(a)]), "\(filter)")
            }
            #expect(isFlat(filter.normalized))
        }
    }

    @Test("A chain that a program wrote as a pile is one level deep")
    func piles() {
        var filter = FilterExpression.isNull(property)
        for _ in 0..<60 { filter = .not(.not(.and([filter, .isNull(property)]))) }
        #expect(filter.normalized.levels == 1)
        #expect(FilterExpression.and([.or([.isNull(property)]), .isNull(property)]).levels == 2)
    }

    @Test("The box that has to be searched is the smallest that all matches meet")
    func necessaryBounds() {
        let small = Bounds(west: 0, south: 0, east: 1, north: 1)
        let large = Bounds(west: -10, south: -10, east: 10, north: 10)
        func meets(_ box: Bounds, _ relation: SpatialRelation = .intersects) -> FilterExpression {
            .spatial(relation, .property("geometry"), .box(box))
        }
        #expect(FilterExpression.and([meets(large), meets(small)]).necessaryBounds == small)
        #expect(FilterExpression.or([meets(large), meets(small)]).necessaryBounds == large)
        #expect(FilterExpression.or([meets(small), .isNull(property)]).necessaryBounds == nil)
        #expect(meets(small, .disjoint).necessaryBounds == nil)
        #expect(FilterExpression.not(meets(small)).normalized.necessaryBounds == nil)
        #expect(FilterExpression.not(.not(meets(small))).normalized.necessaryBounds == small)
        var filter = WorkFilter.all
        filter.bounds = large
        filter.expression = meets(small)
        #expect(filter.searchBounds == small)
    }

    @Test("A box without width or height is a line or a point")
    func thinBoxes() {
        func kind(_ west: Double, _ south: Double, _ east: Double, _ north: Double) -> GeometryType {
            Bounds(west: west, south: south, east: east, north: north).geometry.type
        }
        #expect(kind(1, 2, 1, 2) == .point)
        #expect(kind(1, 2, 1, 3) == .lineString)
        #expect(kind(1, 2, 3, 2) == .lineString)
        #expect(kind(1, 2, 3, 4) == .polygon)
        #expect(kind(170, 0, -170, 1) == .multiPolygon)
        #expect(kind(170, 0, -180, 1) == .geometryCollection)
    }

    @Test("Only the state of a deadline moves with the clock")
    func clock() {
        #expect(FilterExpression.not(.isNull(.folded(.caseInsensitive, .property("deadline_state")))).movesWithTheClock)
        #expect(!FilterExpression.isNull(.property("due_at")).movesWithTheClock)
    }

    @Test("A day compares with a moment as days do")
    func days() throws {
        let day = FilterOperand.time(try #require(FilterTime("2026-05-04")))
        let due = ["due_at": FilterValue.time(try #require(FilterTime("2026-05-04T23:59:59Z")))]
        func holds(_ comparison: FilterComparison) -> Bool? {
            truth(.comparison(comparison, .property("due_at"), day), due)
        }
        #expect(holds(.equal) == true && holds(.lessOrEqual) == true && holds(.greater) == false)
        #expect(truth(.temporal(.equals, .property("due_at"), day), due) == true)
        #expect(truth(.temporal(.before, .property("due_at"), day), due) == false)
    }

    @Test("Two stretches of time lie to each other in one of Allen's thirteen ways")
    func allen() throws {
        let order: [TemporalRelation] = [
            .before, .meets, .overlaps, .starts, .during, .finishes, .equals, .finishedBy, .contains, .startedBy,
            .overlappedBy, .metBy, .after,
        ]
        let days = (1...5).map { FilterTime("2026-05-0\($0)T00:00:00Z")! }
        func interval(_ start: Int, _ end: Int) -> FilterOperand { .interval(.time(days[start]), .time(days[end])) }
        for a in 0..<5 {
            for b in a + 1..<5 {
                for c in 0..<5 {
                    for d in c + 1..<5 {
                        let holding = order.filter { truth(.temporal($0, interval(a, b), interval(c, d))) == true }
                        #expect(holding.count == 1, "\(a)-\(b) \(c)-\(d): \(holding)")
                        let shares = truth(.temporal(.intersects, interval(a, b), interval(c, d)))
                        #expect(shares == !(holding == [.before] || holding == [.after]))
                        #expect(truth(.temporal(.disjoint, interval(a, b), interval(c, d))) != shares)
                    }
                }
            }
        }
    }
}
