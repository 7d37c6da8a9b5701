import Geometry
import Works

/// Filter expressions as SQL. What a condition means is said by `FilterExpression.truth(of:relate:)`; tests hold the two together.
///
/// The engine's own parser keeps no more than a hundred open parentheses and words, hence functions that take whole chains and
/// calculations at once. Unknown is null, as in all of SQL.
struct FilterSQL {
    let columns: FilterColumns

    /// The condition, to stand after WHERE or, in parentheses, beside others.
    func condition(_ filter: FilterExpression) -> SQLPiece {
        switch filter.normalized {
        case .and(let parts): chain(parts, "AND")
        case .or(let parts): chain(parts, "OR")
        case let single: leaf(single)
        }
    }

    /// The deepest conditions stand last: there they are one step down, before others many.
    private func chain(_ parts: [FilterExpression], _ word: String) -> SQLPiece {
        parts.map { (part: $0, levels: $0.levels) }.sorted { $0.levels < $1.levels }
            .map { part, levels -> SQLPiece in levels == 0 ? leaf(part) : "(\(condition(part)))" }
            .chained(by: word)
    }

    /// A condition without AND and OR of the filter's own; it binds at least as tightly as a comparison does.
    private func leaf(_ filter: FilterExpression) -> SQLPiece {
        if filter.properties.isEmpty, !filter.isSpatial {
            return switch filter.truth(of: { _ in nil }, relate: { _, _, _ in nil }) {
            case true?: "1"
            case false?: "0"
            case nil: "NULL"
            }
        }
        switch filter {
        case .not(let part): return "(NOT \(leaf(part)))"
        case .comparison(let comparison, let one, let other): return compare(one, comparison, other)
        case .like(let text, let pattern):
            return "\(name: FilterFunctions.like)(\(scalar(pattern)), \(scalar(text)))"
        case .between(let value, let low, let high):
            return "(\(compare(value, .greaterOrEqual, low)) AND \(compare(value, .lessOrEqual, high)))"
        case .membership(let value, let list): return membership(value, list)
        case .isNull(let operand): return isNull(operand)
        case .spatial(let relation, let one, let other):
            // SpatiaLite says -1 where it cannot say.
            return "nullif(\(name: relation.function)(\(scalar(one)), \(scalar(other))), -1)"
        case .temporal(let relation, let one, let other): return temporal(relation, one, other)
        case .constant, .and, .or: preconditionFailure("a leaf of a normalized filter is a condition of its own")
        }
    }

    // MARK: Comparison

    private func compare(_ one: FilterOperand, _ comparison: FilterComparison, _ other: FilterOperand) -> SQLPiece {
        let asDays = one.isDay || other.isDay
        return "\(scalar(one, asDays: asDays)) \(name: comparison.rawValue) \(scalar(other, asDays: asDays))"
    }

    private func membership(_ value: FilterOperand, _ list: [FilterOperand]) -> SQLPiece {
        if value.isDay || list.contains(where: \.isDay) {
            return "(\(list.map { compare(value, .equal, $0) }.chained(by: "OR")))"
        }
        return "\(scalar(value)) IN (\(list.map { scalar($0) }.joined(by: ", ")))"
    }

    private func isNull(_ operand: FilterOperand) -> SQLPiece {
        switch operand {
        case .interval: "(\(operand.properties.sorted().map { "\(columns.column($0)) IS NULL" }.joined(by: " OR ")))"
        default: "\(scalar(operand)) IS NULL"
        }
    }

    /// One value; moments are texts whose order is that of time.
    private func scalar(_ operand: FilterOperand, asDays: Bool = false) -> SQLPiece {
        switch operand {
        case .property(let name): return asDays ? "substr(\(columns.column(name)), 1, 10)" : columns.column(name)
        case .geometry(let geometry): return "\(value: .blob(SpatiaLiteBlob.encode(geometry)))"
        case .box(let box): return "\(value: .blob(SpatiaLiteBlob.encode(box.geometry)))"
        case .folded(let folding, let inner) where !operand.properties.isEmpty:
            var (names, inner) = ([folding.rawValue], inner)
            while case .folded(let folding, let operand) = inner {
                names.append(folding.rawValue)
                inner = operand
            }
            let chain = SQLValue.text(names.reversed().joined(separator: ","))
            return "\(name: FilterFunctions.fold)(\(value: chain), \(scalar(inner)))"
        case .arithmetic where !operand.properties.isEmpty:
            let variables = operand.properties.sorted().map { name -> SQLPiece in
                "\(value: .text(name)), \(columns.column(name))"
            }
            return "\(name: FilterFunctions.calculate)(\(value: .operand(operand)), \(variables.joined(by: ", ")))"
        default: return constant(operand.value(of: { _ in nil }), asDays: asDays)
        }
    }

    private func constant(_ value: FilterValue?, asDays: Bool) -> SQLPiece {
        switch value {
        case .text(let text)?: "\(value: .text(text))"
        case .number(let number)?: "\(value: .real(number))"
        case .truth(let truth)?: truth ? "1" : "0"
        case .time(let time)?: "\(value: .text(asDays ? time.day.description : time.start.text))"
        case .geometry?, .interval?, nil: "NULL"
        }
    }

    // MARK: Time

    private func temporal(_ relation: TemporalRelation, _ one: FilterOperand, _ other: FilterOperand) -> SQLPiece {
        let first = stretch(one, asDay: other.isDay)
        let second = stretch(other, asDay: one.isDay)
        func end(_ end: TemporalRelation.End) -> SQLPiece {
            switch end {
            case .start1: first.start
            case .end1: first.end
            case .start2: second.start
            case .end2: second.end
            }
        }
        let conditions = relation.conditions.map { one, comparison, other -> SQLPiece in
            "\(end(one)) \(name: comparison.rawValue) \(end(other))"
        }
        let all: SQLPiece =
            relation == .disjoint ? "NOT (\(conditions.joined(by: " AND ")))" : conditions.joined(by: " AND ")
        // One false condition would make the whole false although a time is missing of which another condition speaks.
        let known = one.properties.union(other.properties).sorted().map { name -> SQLPiece in
            "\(columns.column(name)) IS NOT NULL"
        }
        return "CASE WHEN \(known.joined(by: " AND ")) THEN \(all) END"
    }

    private func stretch(_ operand: FilterOperand, asDay: Bool) -> (start: SQLPiece, end: SQLPiece) {
        switch operand {
        case .interval(let start, let end):
            return (self.end(start, \.start, .beforeEverything), self.end(end, \.end, .afterEverything))
        case .property where asDay:
            let day = scalar(operand, asDays: true)
            return ("(\(day) || 'T00:00:00Z')", "(\(day) || 'T23:59:59Z')")
        case .time(let time):
            let time = asDay ? FilterTime.day(time.day) : time
            return ("\(value: .text(time.start.text))", "\(value: .text(time.end.text))")
        default:
            let moment = scalar(operand)
            return (moment, moment)
        }
    }

    private func end(_ end: IntervalEnd, _ side: KeyPath<FilterTime, TimeKey>, _ open: TimeKey) -> SQLPiece {
        switch end {
        case .unbounded: "\(value: .text(open.text))"
        case .time(let time): "\(value: .text(time[keyPath: side].text))"
        case .property(let name): columns.column(name)
        }
    }
}

extension FilterExpression {
    /// Whether it takes a spatial library to say whether the condition holds.
    fileprivate var isSpatial: Bool {
        switch self {
        case .spatial: true
        case .not(let part): part.isSpatial
        default: false
        }
    }
}

extension FilterOperand {
    fileprivate var isDay: Bool { if case .time(.day) = self { true } else { false } }
}

extension SpatialRelation {
    /// SpatiaLite's function.
    var function: String {
        switch self {
        case .intersects: "ST_Intersects"
        case .disjoint: "ST_Disjoint"
        case .equals: "ST_Equals"
        case .touches: "ST_Touches"
        case .crosses: "ST_Crosses"
        case .within: "ST_Within"
        case .contains: "ST_Contains"
        case .overlaps: "ST_Overlaps"
        }
    }
}
