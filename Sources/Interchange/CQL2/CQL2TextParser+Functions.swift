import Geometry
import Works

// Geometries, and what is written as a name with parentheses behind it.

extension CQL2TextParser {
    /// A geometry as well-known text; nil if the word at its start is a property after all.
    mutating func geometry(at offset: Int, _ place: CQL2Error.Place) throws(CQL2Error) -> FilterOperand? {
        var ahead = lexer
        let (next, _) = try ahead.next()
        switch next {
        case .sign("("), .name("Z", _), .name("z", _), .name("M", _), .name("ZM", _), .name("EMPTY", _): break
        default: return nil
        }
        let parsed = lexer.bytes.withUnsafeBufferPointer { bytes in
            Result { () throws(RowRefusal) in try WKT.parse(bytes, from: offset) }
        }
        switch parsed {
        case .failure(let refusal): throw CQL2Error(refusal.reason, place)
        case .success(let (geometry, end)):
            lexer.at = end
            try advance()
            return try builder.geometry(geometry, place)
        }
    }

    /// What stands behind the name of a function, of a literal that looks like one, or of nothing that is known.
    mutating func call(_ name: String, _ word: String, _ place: CQL2Error.Place) throws(CQL2Error) -> Node {
        let lower = name.lowercased()
        if let relation = SpatialRelation(rawValue: lower) {
            let (one, other) = try pair()
            return .condition(try builder.spatial(relation, one, other, place))
        }
        if let relation = TemporalRelation.allCases.first(where: { $0.rawValue.lowercased() == lower }) {
            let (one, other) = try pair()
            return .condition(try builder.temporal(relation, one, other, place))
        }
        if let folding = TextFolding(rawValue: lower) {
            try advance()
            let operand = try value()
            try expect(")")
            return .operand(try builder.folded(folding, operand, place))
        }
        switch word {
        case "DATE", "TIMESTAMP":
            try advance()
            guard case .text(let text) = token else { throw unexpected("a text in quotes") }
            let time = try builder.time(text, isDay: word == "DATE", self.place)
            try advance()
            try expect(")")
            return .operand(.time(time))
        case "INTERVAL":
            try advance()
            let start = try intervalEnd()
            try expect(",")
            let end = try intervalEnd()
            try expect(")")
            return .operand(try builder.interval(start, end, place))
        case "BBOX":
            try advance()
            var numbers: [Double] = []
            repeat {
                guard case .number(let number) = try value(), numbers.count < 6 else {
                    throw CQL2Error("BBOX takes four numbers, or six with heights", place)
                }
                numbers.append(number)
            } while try take(",")
            try expect(")")
            return .operand(try builder.box(numbers, place))
        default: throw builder.unknownFunction(name, place)
        }
    }

    /// Two values in parentheses.
    private mutating func pair() throws(CQL2Error) -> (FilterOperand, FilterOperand) {
        try expect("(")
        let one = try value()
        try expect(",")
        let other = try value()
        try expect(")")
        return (one, other)
    }

    private mutating func intervalEnd() throws(CQL2Error) -> IntervalEnd {
        let place = place
        switch token {
        case .text(let text):
            try advance()
            return try builder.intervalEnd(text, place)
        case .name(let name, let isQuoted):
            try advance()
            // An end may also be written as a literal of its own.
            if !isQuoted, token == .sign("("), ["DATE", "TIMESTAMP"].contains(name.uppercased()),
                case .operand(.time(let time)) = try call(name, name.uppercased(), place)
            {
                return .time(time)
            }
            return try builder.intervalEnd(property: name, place)
        default: throw unexpected("an end of an interval: a text in quotes or a property")
        }
    }
}
