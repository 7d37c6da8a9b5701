import Geometry
import SeededRandom
import Works

/// Makes filter expressions of every kind, from what the random works hold and what they do not.
struct RandomFilter {
    var generator: SeededRandom

    init(seed: UInt64) { generator = SeededRandom(seed: seed) }

    mutating func filter(depth: Int = 3) -> FilterExpression {
        guard depth > 0 else { return condition() }
        switch pick(0..<8) {
        case 0: return .not(filter(depth: depth - 1))
        case 1, 2: return .and(many(1...4) { $0.filter(depth: depth - 1) })
        case 3, 4: return .or(many(1...4) { $0.filter(depth: depth - 1) })
        default: return condition()
        }
    }

    // MARK: Conditions

    private mutating func condition() -> FilterExpression {
        switch pick(0..<9) {
        case 0: return .constant(chance(2))
        case 1: return .comparison(choose(FilterComparison.allCases), text(), text())
        case 2: return .comparison(choose(FilterComparison.allCases), number(depth: 3), number(depth: 2))
        case 3: return .comparison(choose(FilterComparison.allCases), time(), time())
        case 4:
            switch pick(0..<3) {
            case 0: return .membership(text(), many(1...5) { $0.text() })
            case 1: return .membership(number(depth: 1), many(1...5) { $0.number(depth: 1) })
            default: return .membership(time(), many(1...5) { $0.time() })
            }
        case 5:
            return .like(
                text(), pattern: folded(.text(choose(["%а%", "я%", "_____%", "%st%", "", "%\\_%", "ул. %, _"]))))
        case 6:
            switch pick(0..<3) {
            case 0: return .between(text(), text(), text())
            case 1: return .between(number(depth: 2), number(depth: 1), number(depth: 1))
            default: return .between(time(), time(), time())
            }
        case 7:
            return .isNull(
                choose([text(), number(depth: 2), time(), interval(), .property("geometry"), .property("no_such")]))
        default:
            return chance(2)
                ? .temporal(choose(TemporalRelation.allCases), stretch(), stretch())
                : .spatial(choose(SpatialRelation.allCases), .property("geometry"), place())
        }
    }

    // MARK: Operands

    private mutating func text() -> FilterOperand {
        let words = [
            "Яма на улице Пушкина", "ёлка УПАЛА", "burst PIPE", "Istanbul", "café strasse", "", "overdue", "outage",
            "Север", "no such", "08:30", "М",
        ]
        let operand: FilterOperand =
            chance(2)
            ? .text(choose(words))
            : .property(
                choose([
                    "title", "description", "address", "kind", "category", "district", "contractor", "deadline_state",
                    "daily_from", "traffic_impact", "source_id", "id", "no_such",
                ]))
        return folded(operand)
    }

    private mutating func folded(_ operand: FilterOperand) -> FilterOperand {
        chance(3) ? folded(.folded(choose(TextFolding.allCases), operand)) : operand
    }

    private mutating func number(depth: Int) -> FilterOperand {
        if depth > 0, chance(2) {
            return .arithmetic(choose(ArithmeticOperator.allCases), number(depth: depth - 1), number(depth: depth - 1))
        }
        return chance(2)
            ? .number(choose([0, 1, 2, 2.5, -1, 3, 1e308]))
            : .property(choose(["due_changes", "revision", "no_such"]))
    }

    private mutating func time() -> FilterOperand {
        if chance(2) { return .property(choose(["reported_at", "starts_at", "due_at", "completed_at", "updated_at"])) }
        return .time(moment())
    }

    private mutating func moment() -> FilterTime {
        let instant = noon + Int64.random(in: -400_000...400_000, using: &generator)
        switch pick(0..<3) {
        case 0: return FilterTime(String(instant.description.prefix(10)))!
        case 1: return .moment(instant, nanoseconds: choose([1, 500_000_000]))
        default: return .moment(instant, nanoseconds: 0)
        }
    }

    private mutating func interval() -> FilterOperand {
        .interval(end(), end())
    }

    private mutating func end() -> IntervalEnd {
        switch pick(0..<4) {
        case 0: .unbounded
        case 1: .time(moment())
        default: .property(choose(["reported_at", "starts_at", "due_at", "completed_at"]))
        }
    }

    private mutating func stretch() -> FilterOperand { chance(2) ? interval() : time() }

    private mutating func place() -> FilterOperand {
        let (one, other) = (Geometry.random(using: &generator), Geometry.random(using: &generator))
        let box = one.bounds!.union(other.bounds!)
        switch pick(0..<4) {
        case 0: return .box(box)
        case 1: return .box(Bounds(west: box.east, south: box.south, east: box.west, north: box.north))
        default: return .geometry(one)
        }
    }

    // MARK: Chance

    private mutating func pick(_ range: Range<Int>) -> Int { .random(in: range, using: &generator) }

    /// True once in so many times.
    private mutating func chance(_ times: Int) -> Bool { pick(0..<times) == 0 }

    private mutating func choose<Value>(_ values: [Value]) -> Value { values.randomElement(using: &generator)! }

    private mutating func many<Value>(_ count: ClosedRange<Int>, _ one: (inout RandomFilter) -> Value) -> [Value] {
        (0..<Int.random(in: count, using: &generator)).map { _ in one(&self) }
    }
}
