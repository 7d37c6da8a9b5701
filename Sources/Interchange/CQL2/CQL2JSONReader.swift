import Geometry
import Works

/// Reads CQL2 JSON (OGC 21-065r2, section 8 and its JSON Schema).
struct CQL2JSONReader {
    private var builder: FilterBuilder
    private var depth = 0

    init(_ builder: FilterBuilder) {
        self.builder = builder
    }

    mutating func read(_ text: String) throws(CQL2Error) -> FilterExpression {
        let value: JSONValue
        do { value = try JSONParser.parse(text) } catch {
            throw CQL2Error("the filter is not JSON: \(error.reason)", .path("octet \(error.offset + 1)"))
        }
        return try condition(value, "")
    }

    // MARK: Conditions

    private mutating func condition(_ value: JSONValue, _ path: String) throws(CQL2Error) -> FilterExpression {
        if let truth = value.bool {
            try builder.count(.path(path))
            return .constant(truth)
        }
        guard let (name, arguments) = try operation(value, path) else {
            throw CQL2Error("a condition expected: an object with op and args", .path(path))
        }
        guard depth < CQL2.maximumDepth else {
            throw CQL2Error("the filter is nested more than \(CQL2.maximumDepth) deep", .path(path))
        }
        depth += 1
        defer { depth -= 1 }
        switch name {
        case "and", "or":
            guard arguments.count >= 2 else {
                throw CQL2Error("\(name) joins two conditions or more; here are \(arguments.count)", .path(path))
            }
            var parts: [FilterExpression] = []
            for index in arguments.indices {
                parts.append(try condition(arguments[index], Self.argument(path, index)))
            }
            return name == "and" ? .and(parts) : .or(parts)
        case "not":
            try expect(1, of: arguments, name, path)
            return .not(try condition(arguments[0], Self.argument(path, 0)))
        case "isNull":
            try expect(1, of: arguments, name, path)
            return .isNull(try operand(arguments[0], Self.argument(path, 0)))
        case "like":
            let operands = try operands(arguments, 2, name, path)
            return try builder.like(operands[0], operands[1], .path(path))
        case "between":
            let operands = try operands(arguments, 3, name, path)
            return try builder.between(operands[0], operands[1], operands[2], .path(path))
        case "in":
            try expect(2, of: arguments, name, path)
            guard let elements = arguments[1].array else {
                throw CQL2Error("in looks in an array", .path(Self.argument(path, 1)))
            }
            let value = try operand(arguments[0], Self.argument(path, 0))
            var list: [FilterOperand] = []
            for (index, element) in elements.enumerated() {
                list.append(try operand(element, "\(Self.argument(path, 1))[\(index)]"))
            }
            return try builder.membership(value, list, .path(path))
        default: break
        }
        if let comparison = FilterComparison(rawValue: name) {
            let operands = try operands(arguments, 2, name, path)
            return try builder.comparison(comparison, operands[0], operands[1], .path(path))
        }
        if let relation = SpatialRelation(rawValue: name.lowercased()) {
            let operands = try operands(arguments, 2, name, path)
            return try builder.spatial(relation, operands[0], operands[1], .path(path))
        }
        if let relation = TemporalRelation.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() }) {
            let operands = try operands(arguments, 2, name, path)
            return try builder.temporal(relation, operands[0], operands[1], .path(path))
        }
        if TextFolding(rawValue: name) != nil || ArithmeticOperator(rawValue: name) != nil {
            throw CQL2Error("a condition expected, a value (\(name)) found", .path(path))
        }
        throw builder.unknownFunction(name, .path(Self.join(path, "op")))
    }

    // MARK: Operands

    private mutating func operands(
        _ arguments: [JSONValue], _ count: Int, _ name: String, _ path: String
    ) throws(CQL2Error) -> [FilterOperand] {
        try expect(count, of: arguments, name, path)
        var operands: [FilterOperand] = []
        for index in arguments.indices { operands.append(try operand(arguments[index], Self.argument(path, index))) }
        return operands
    }

    private mutating func operand(_ value: JSONValue, _ path: String) throws(CQL2Error) -> FilterOperand {
        let place = CQL2Error.Place.path(path)
        switch value {
        case .string(let text):
            try builder.count(place)
            return .text(text)
        case .integer, .number:
            try builder.count(place)
            return .number(value.double!)
        case .bool(let truth):
            try builder.count(place)
            return .truth(truth)
        case .null: throw CQL2Error("null is no value to compare with; isNull asks for it", place)
        case .array: throw CQL2Error("an array can stand only after in", place)
        case .object(let object): return try operand(object, value, path)
        }
    }

    private mutating func operand(
        _ object: JSONObject, _ value: JSONValue, _ path: String
    ) throws(CQL2Error) -> FilterOperand {
        let place = CQL2Error.Place.path(path)
        if let property = object["property"] {
            return try builder.property(try text(property, Self.join(path, "property")), place)
        }
        if let date = object["date"] {
            return .time(try builder.time(try text(date, Self.join(path, "date")), isDay: true, place))
        }
        if let moment = object["timestamp"] {
            return .time(try builder.time(try text(moment, Self.join(path, "timestamp")), isDay: false, place))
        }
        if let ends = object["interval"] {
            let path = Self.join(path, "interval")
            guard let ends = ends.array, ends.count == 2 else {
                throw CQL2Error("an interval is an array of its two ends", .path(path))
            }
            let start = try intervalEnd(ends[0], path + "[0]")
            return try builder.interval(start, try intervalEnd(ends[1], path + "[1]"), place)
        }
        if let box = object["bbox"] {
            let numbers = box.array?.map(\.double) ?? []
            guard !numbers.isEmpty, !numbers.contains(nil) else {
                throw CQL2Error("a bbox is an array of numbers", .path(Self.join(path, "bbox")))
            }
            return try builder.box(numbers.map { $0! }, place)
        }
        if object["type"] != nil {
            let geometry: Geometry?
            do { geometry = try GeoJSON.geometry(from: value, path: path) } catch {
                throw CQL2Error("the geometry cannot be read: \(error.reason)", .path(error.path))
            }
            return try builder.geometry(geometry, place)
        }
        guard let (name, arguments) = try operation(value, path) else {
            throw CQL2Error("a value expected: a literal, or an object with property, date, op …", place)
        }
        guard depth < CQL2.maximumDepth else {
            throw CQL2Error("the filter is nested more than \(CQL2.maximumDepth) deep", place)
        }
        depth += 1
        defer { depth -= 1 }
        if let folding = TextFolding(rawValue: name.lowercased()) {
            let operands = try operands(arguments, 1, name, path)
            return try builder.folded(folding, operands[0], place)
        }
        if let sign = ArithmeticOperator(rawValue: name) {
            let operands = try operands(arguments, 2, name, path)
            return try builder.arithmetic(sign, operands[0], operands[1], place)
        }
        throw builder.unknownFunction(name, .path(Self.join(path, "op")))
    }

    private mutating func intervalEnd(_ value: JSONValue, _ path: String) throws(CQL2Error) -> IntervalEnd {
        if let text = value.string { return try builder.intervalEnd(text, .path(path)) }
        if let name = value["property"]?.string { return try builder.intervalEnd(property: name, .path(path)) }
        // The schema also has dates and moments as objects here.
        if let text = value["date"]?.string ?? value["timestamp"]?.string {
            return try builder.intervalEnd(text, .path(path))
        }
        throw CQL2Error("an end of an interval is a text or a property", .path(path))
    }

    // MARK: Shapes

    private func operation(
        _ value: JSONValue, _ path: String
    ) throws(CQL2Error) -> (name: String, arguments: [JSONValue])? {
        guard let op = value["op"] else { return nil }
        let name = try text(op, Self.join(path, "op"))
        guard let arguments = value["args"]?.array else {
            throw CQL2Error("args is missing, or no array", .path(Self.join(path, "args")))
        }
        return (name, arguments)
    }

    private func text(_ value: JSONValue, _ path: String) throws(CQL2Error) -> String {
        guard let text = value.string else { throw CQL2Error("a string expected", .path(path)) }
        return text
    }

    private func expect(
        _ count: Int, of arguments: [JSONValue], _ name: String, _ path: String
    ) throws(CQL2Error) {
        guard arguments.count == count else {
            throw CQL2Error(
                "\(name) takes \(count) arguments; here are \(arguments.count)", .path(Self.join(path, "args")))
        }
    }

    private static func argument(_ path: String, _ index: Int) -> String { join(path, "args[\(index)]") }

    private static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
