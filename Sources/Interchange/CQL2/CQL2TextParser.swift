import Geometry
import Works

/// Reads CQL2 text by recursive descent (OGC 21-065r2, annex B).
///
///     or → and → not → predicate → sum → product → power → sign → primary
///
/// A parenthesis may hold a condition or a calculation, and only its end tells which; so every level hands on whichever it has.
struct CQL2TextParser {
    enum Node {
        case condition(FilterExpression)
        case operand(FilterOperand)
    }

    var lexer: CQL2Lexer
    var builder: FilterBuilder
    var token = CQL2Token.end
    /// The octet at which the present word begins.
    private var start = 0
    var depth = 0

    init(_ text: String, _ builder: FilterBuilder) {
        lexer = CQL2Lexer(text)
        self.builder = builder
    }

    mutating func parse() throws(CQL2Error) -> FilterExpression {
        try advance()
        guard token != .end else { throw CQL2Error("the filter is empty", .start) }
        let condition = try condition(try or(), at: 0)
        guard token == .end else { throw unexpected("nothing more, or AND or OR") }
        return condition
    }

    // MARK: Words

    mutating func advance() throws(CQL2Error) {
        (token, start) = try lexer.next()
    }

    var place: CQL2Error.Place { lexer.place(of: start) }

    /// The keyword at the cursor in upper case; nil if something else stands there.
    private var keyword: String? {
        if case .name(let name, isQuoted: false) = token { name.uppercased() } else { nil }
    }

    private mutating func take(keyword wanted: String) throws(CQL2Error) -> Bool {
        guard keyword == wanted else { return false }
        try advance()
        return true
    }

    mutating func take(_ sign: String) throws(CQL2Error) -> Bool {
        guard token == .sign(sign) else { return false }
        try advance()
        return true
    }

    mutating func expect(_ sign: String) throws(CQL2Error) {
        guard try take(sign) else { throw unexpected("“\(sign)”") }
    }

    func unexpected(_ wanted: String) -> CQL2Error {
        let found =
            switch token {
            case .end: "the end"
            case .name(let name, _): "“\(name.prefix(40))”"
            case .text(let text): "the text '\(text.prefix(40))'"
            case .number(let number): "the number \(number)"
            case .sign(let sign): "“\(sign)”"
            }
        return CQL2Error("\(wanted) expected, \(found) found", place)
    }

    private mutating func nested<Result>(
        _ body: (inout CQL2TextParser) throws(CQL2Error) -> Result
    ) throws(CQL2Error) -> Result {
        guard depth < CQL2.maximumDepth else {
            throw CQL2Error("the filter is nested more than \(CQL2.maximumDepth) deep", place)
        }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    private func condition(_ node: Node, at offset: Int) throws(CQL2Error) -> FilterExpression {
        switch node {
        case .condition(let condition): return condition
        case .operand(.truth(let truth)): return .constant(truth)
        case .operand: throw lexer.error("a condition expected, a value alone found", at: offset)
        }
    }

    private func operand(_ node: Node, at offset: Int) throws(CQL2Error) -> FilterOperand {
        switch node {
        case .operand(let operand): return operand
        case .condition(.constant(let truth)): return .truth(truth)
        case .condition: throw lexer.error("a value expected, a condition found", at: offset)
        }
    }

    // MARK: Conditions

    private mutating func or() throws(CQL2Error) -> Node {
        try chain("OR", FilterExpression.or) { (parser: inout CQL2TextParser) throws(CQL2Error) in try parser.and() }
    }

    private mutating func and() throws(CQL2Error) -> Node {
        try chain("AND", FilterExpression.and) { (parser: inout CQL2TextParser) throws(CQL2Error) in try parser.not() }
    }

    private mutating func chain(
        _ word: String, _ join: ([FilterExpression]) -> FilterExpression,
        _ element: (inout CQL2TextParser) throws(CQL2Error) -> Node
    ) throws(CQL2Error) -> Node {
        let offset = start
        let first = try element(&self)
        guard keyword == word else { return first }
        var parts = [try condition(first, at: offset)]
        while try take(keyword: word) {
            let offset = start
            parts.append(try condition(try element(&self), at: offset))
        }
        return .condition(join(parts))
    }

    private mutating func not() throws(CQL2Error) -> Node {
        guard keyword == "NOT" else { return try predicate() }
        return try nested { (parser: inout CQL2TextParser) throws(CQL2Error) in
            try parser.advance()
            let offset = parser.start
            return .condition(.not(try parser.condition(try parser.not(), at: offset)))
        }
    }

    private mutating func predicate() throws(CQL2Error) -> Node {
        let offset = start
        let first = try sum()
        if case .sign(let sign) = token, let comparison = FilterComparison(rawValue: sign) {
            let left = try operand(first, at: offset)
            let place = place
            try advance()
            let other = start
            return .condition(try builder.comparison(comparison, left, try operand(try sum(), at: other), place))
        }
        switch keyword {
        case "IS":
            let left = try operand(first, at: offset)
            try advance()
            let isNegated = try take(keyword: "NOT")
            guard try take(keyword: "NULL") else { throw unexpected("NULL") }
            return .condition(isNegated ? .not(.isNull(left)) : .isNull(left))
        case "NOT", "LIKE", "ILIKE", "BETWEEN", "IN":
            let left = try operand(first, at: offset)
            let isNegated = try take(keyword: "NOT")
            let condition = try containment(of: left)
            return .condition(isNegated ? .not(condition) : condition)
        default: return first
        }
    }

    private mutating func containment(of left: FilterOperand) throws(CQL2Error) -> FilterExpression {
        let place = place
        if try take(keyword: "LIKE") {
            return try builder.like(left, try value(), place)
        }
        // Not of the standard, but GDAL writes it for LIKE without regard to case.
        if try take(keyword: "ILIKE") {
            let pattern = try builder.folded(.caseInsensitive, try value(), place)
            return try builder.like(try builder.folded(.caseInsensitive, left, place), pattern, place)
        }
        if try take(keyword: "BETWEEN") {
            let low = try value()
            guard try take(keyword: "AND") else { throw unexpected("AND") }
            return try builder.between(left, low, try value(), place)
        }
        if try take(keyword: "IN") {
            try expect("(")
            var list: [FilterOperand] = []
            repeat {
                try builder.count(self.place)
                list.append(try value())
            } while try take(",")
            try expect(")")
            return try builder.membership(left, list, place)
        }
        throw unexpected("LIKE, BETWEEN or IN")
    }

    // MARK: Values

    mutating func value() throws(CQL2Error) -> FilterOperand {
        let offset = start
        return try operand(try sum(), at: offset)
    }

    private mutating func sum() throws(CQL2Error) -> Node {
        try calculation(["+", "-"]) { (parser: inout CQL2TextParser) throws(CQL2Error) in try parser.product() }
    }

    private mutating func product() throws(CQL2Error) -> Node {
        try calculation(["*", "/", "%", "div"]) { (parser: inout CQL2TextParser) throws(CQL2Error) in
            try parser.power()
        }
    }

    private mutating func power() throws(CQL2Error) -> Node {
        try calculation(["^"]) { (parser: inout CQL2TextParser) throws(CQL2Error) in try parser.signed() }
    }

    private mutating func calculation(
        _ signs: [String], _ element: (inout CQL2TextParser) throws(CQL2Error) -> Node
    ) throws(CQL2Error) -> Node {
        let offset = start
        var left = try element(&self)
        // The tree grows to its left, so a long chain lies deep.
        let base = depth
        defer { depth = base }
        while let sign = arithmeticSign, signs.contains(sign.rawValue) {
            let one = try operand(left, at: offset)
            let place = place
            guard depth < CQL2.maximumDepth else {
                throw CQL2Error("the filter is nested more than \(CQL2.maximumDepth) deep", place)
            }
            depth += 1
            try advance()
            let other = start
            left = .operand(try builder.arithmetic(sign, one, try operand(try element(&self), at: other), place))
        }
        return left
    }

    private var arithmeticSign: ArithmeticOperator? {
        if case .sign(let sign) = token { return ArithmeticOperator(rawValue: sign) }
        return keyword == "DIV" ? .integerDivide : nil
    }

    private mutating func signed() throws(CQL2Error) -> Node {
        if token == .sign("+") || token == .sign("-") {
            let isNegative = token == .sign("-")
            return try nested { (parser: inout CQL2TextParser) throws(CQL2Error) in
                let place = parser.place
                try parser.advance()
                let offset = parser.start
                let operand = try parser.operand(try parser.signed(), at: offset)
                guard isNegative else { return .operand(operand) }
                if case .number(let number) = operand { return .operand(.number(-number)) }
                return .operand(try parser.builder.arithmetic(.multiply, .number(-1), operand, place))
            }
        }
        return try primary()
    }

    private mutating func primary() throws(CQL2Error) -> Node {
        let place = place
        switch token {
        case .text(let text):
            try builder.count(place)
            try advance()
            return .operand(.text(text))
        case .number(let number):
            try builder.count(place)
            try advance()
            return .operand(.number(number))
        case .sign("("):
            return try nested { (parser: inout CQL2TextParser) throws(CQL2Error) in
                try parser.advance()
                let node = try parser.or()
                try parser.expect(")")
                return node
            }
        case .name(let name, let isQuoted):
            let offset = start
            let word = name.uppercased()
            if !isQuoted, word == "TRUE" || word == "FALSE" {
                try builder.count(place)
                try advance()
                return .operand(.truth(word == "TRUE"))
            }
            if !isQuoted, GeometryType.allCases.contains(where: { $0.rawValue.uppercased() == word }),
                let geometry = try geometry(at: offset, place)
            {
                return .operand(geometry)
            }
            try advance()
            if !isQuoted, token == .sign("(") {
                return try nested { (parser: inout CQL2TextParser) throws(CQL2Error) in
                    try parser.call(name, word, place)
                }
            }
            return .operand(try builder.property(name, place))
        default: throw unexpected("a value")
        }
    }
}
