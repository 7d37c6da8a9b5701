public import Geometry
public import Works

extension CQL2 {
    /// A filter as CQL2 JSON.
    public static func json(_ filter: FilterExpression) -> JSONValue {
        func operation(_ name: String, _ arguments: [JSONValue]) -> JSONValue {
            ["op": .string(name), "args": .array(arguments)]
        }
        switch filter {
        case .constant(let truth): return .bool(truth)
        case .and(let parts): return operation("and", parts.map(json))
        case .or(let parts): return operation("or", parts.map(json))
        case .not(let part): return operation("not", [json(part)])
        case .comparison(let comparison, let one, let other):
            return operation(comparison.rawValue, [json(one), json(other)])
        case .like(let text, let pattern): return operation("like", [json(text), json(pattern)])
        case .between(let value, let low, let high): return operation("between", [json(value), json(low), json(high)])
        case .membership(let value, let list): return operation("in", [json(value), .array(list.map(json))])
        case .isNull(let operand): return operation("isNull", [json(operand)])
        case .spatial(let relation, let one, let other): return operation(relation.rawValue, [json(one), json(other)])
        case .temporal(let relation, let one, let other): return operation(relation.rawValue, [json(one), json(other)])
        }
    }

    private static func json(_ operand: FilterOperand) -> JSONValue {
        switch operand {
        case .property(let name): ["property": .string(name)]
        case .text(let text): .string(text)
        case .number(let number): Int(exactly: number).map { .integer($0) } ?? .number(number)
        case .truth(let truth): .bool(truth)
        case .time(.day(let day)): ["date": .string(day.description)]
        case .time(let moment): ["timestamp": .string(moment.description)]
        case .interval(let start, let end): ["interval": [json(start), json(end)]]
        case .geometry(let geometry): (try? JSONParser.parse(geometry.geoJSON)) ?? .null
        case .box(let box): ["bbox": [.number(box.west), .number(box.south), .number(box.east), .number(box.north)]]
        case .folded(let folding, let inner): ["op": .string(folding.rawValue), "args": [json(inner)]]
        case .arithmetic(let sign, let one, let other):
            ["op": .string(sign.rawValue), "args": [json(one), json(other)]]
        }
    }

    private static func json(_ end: IntervalEnd) -> JSONValue {
        switch end {
        case .unbounded: ".."
        case .time(let time): .string(time.description)
        case .property(let name): ["property": .string(name)]
        }
    }
}
