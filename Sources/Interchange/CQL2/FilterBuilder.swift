import Geometry
import Works

/// Puts a filter together for both readers: what fits what, which properties there are, and how much is too much.
struct FilterBuilder {
    let vocabulary: FilterVocabulary?
    let position: ((Double, Double) -> Coordinate?)?
    private var parts = 0

    typealias Place = CQL2Error.Place

    init(vocabulary: FilterVocabulary?, position: ((Double, Double) -> Coordinate?)?) {
        self.vocabulary = vocabulary
        self.position = position
    }

    /// Counts one more part of the filter.
    mutating func count(_ place: Place) throws(CQL2Error) {
        parts += 1
        guard parts <= CQL2.maximumParts else {
            throw CQL2Error("the filter has more than \(CQL2.maximumParts) parts", place)
        }
    }

    // MARK: Operands

    mutating func property(_ name: String, _ place: Place) throws(CQL2Error) -> FilterOperand {
        try count(place)
        if let vocabulary, vocabulary[name] == nil {
            throw CQL2Error(
                "there is no property “\(name.prefix(60))” to ask for; there are "
                    + vocabulary.properties.map(\.name).joined(separator: ", "), place)
        }
        return .property(name)
    }

    mutating func time(_ text: String, isDay: Bool, _ place: Place) throws(CQL2Error) -> FilterTime {
        try count(place)
        let wanted = isDay ? "a date such as 2026-11-23" : "a moment in UTC such as 2026-11-23T09:00:00Z"
        guard let time = FilterTime(text) else { throw CQL2Error("“\(text.prefix(40))” is not \(wanted)", place) }
        if case .day = time, isDay { return time }
        if case .moment = time, !isDay { return time }
        throw CQL2Error("“\(text.prefix(40))” is not \(wanted)", place)
    }

    /// The end of an interval that a text says: a date, a moment, or `..`.
    mutating func intervalEnd(_ text: String, _ place: Place) throws(CQL2Error) -> IntervalEnd {
        try count(place)
        if text == ".." { return .unbounded }
        guard let time = FilterTime(text) else {
            throw CQL2Error(
                "“\(text.prefix(40))” is no end of an interval: a date, a moment in UTC such as 2026-11-23T09:00:00Z, or ..",
                place)
        }
        return .time(time)
    }

    mutating func intervalEnd(property name: String, _ place: Place) throws(CQL2Error) -> IntervalEnd {
        let property = try property(name, place)
        try expect(property, .time, "an end of an interval", place)
        return .property(name)
    }

    func interval(_ start: IntervalEnd, _ end: IntervalEnd, _ place: Place) throws(CQL2Error) -> FilterOperand {
        if case .time(let first) = start, case .time(let last) = end, first.start > last.end {
            throw CQL2Error("the interval ends before it starts", place)
        }
        return .interval(start, end)
    }

    mutating func box(_ numbers: [Double], _ place: Place) throws(CQL2Error) -> FilterOperand {
        try count(place)
        guard numbers.count == 4 || numbers.count == 6 else {
            throw CQL2Error("a box has four numbers, or six with heights; here are \(numbers.count)", place)
        }
        let half = numbers.count / 2
        guard vocabulary != nil else {
            return .box(Bounds(west: numbers[0], south: numbers[1], east: numbers[half], north: numbers[half + 1]))
        }
        let lower = try coordinate(numbers[0], numbers[1], place)
        let upper = try coordinate(numbers[half], numbers[half + 1], place)
        guard lower.latitude <= upper.latitude else {
            throw CQL2Error("the box has its north south of its south", place)
        }
        return .box(
            Bounds(west: lower.longitude, south: lower.latitude, east: upper.longitude, north: upper.latitude))
    }

    private func coordinate(_ first: Double, _ second: Double, _ place: Place) throws(CQL2Error) -> Coordinate {
        let coordinate = position.map { $0(first, second) } ?? Coordinate(longitude: first, latitude: second)
        guard let coordinate, coordinate.isValid else {
            throw CQL2Error(
                "the position \(first) \(second) is outside the world, or in the order of another system", place)
        }
        return coordinate
    }

    /// A geometry as a literal, moved into the system of ours and checked if it is going to be used.
    mutating func geometry(_ geometry: Geometry?, _ place: Place) throws(CQL2Error) -> FilterOperand {
        try count(place)
        guard let geometry else { throw CQL2Error("an empty geometry meets nothing", place) }
        guard vocabulary != nil else { return .geometry(geometry) }
        let moved = try geometry.mapped { raw throws(CQL2Error) in
            try coordinate(raw.longitude, raw.latitude, place)
        }
        switch GeometryCheck.check(moved, isRounded: false) {
        case .valid(let sound): return .geometry(sound)
        case .repaired(let sound, _): return .geometry(sound)
        case .refused(let defect): throw CQL2Error("the geometry cannot be used: \(defect)", place)
        }
    }

    func folded(_ folding: TextFolding, _ operand: FilterOperand, _ place: Place) throws(CQL2Error) -> FilterOperand {
        try expect(operand, .text, folding.rawValue.uppercased(), place)
        return .folded(folding, operand)
    }

    mutating func arithmetic(
        _ sign: ArithmeticOperator, _ one: FilterOperand, _ other: FilterOperand, _ place: Place
    ) throws(CQL2Error) -> FilterOperand {
        try count(place)
        try expect(one, .number, sign.rawValue, place)
        try expect(other, .number, sign.rawValue, place)
        return .arithmetic(sign, one, other)
    }

    // MARK: Conditions

    mutating func comparison(
        _ comparison: FilterComparison, _ one: FilterOperand, _ other: FilterOperand, _ place: Place
    ) throws(CQL2Error) -> FilterExpression {
        try count(place)
        let (one, other) = (timed(one, beside: other), timed(other, beside: one))
        try alike([one, other], comparison.rawValue, place)
        if type(of: one) == .truth || type(of: other) == .truth, comparison != .equal, comparison != .notEqual {
            throw CQL2Error("truth values are equal or not; \(comparison.rawValue) has no meaning for them", place)
        }
        return .comparison(comparison, one, other)
    }

    mutating func like(
        _ text: FilterOperand, _ pattern: FilterOperand, _ place: Place
    ) throws(CQL2Error) -> FilterExpression {
        try count(place)
        try expect(text, .text, "LIKE", place)
        func isLiteral(_ operand: FilterOperand) -> Bool {
            switch operand {
            case .text: true
            case .folded(_, let inner): isLiteral(inner)
            default: false
            }
        }
        guard isLiteral(pattern) else { throw CQL2Error("the pattern after LIKE has to be a text in quotes", place) }
        return .like(text, pattern: pattern)
    }

    mutating func between(
        _ value: FilterOperand, _ low: FilterOperand, _ high: FilterOperand, _ place: Place
    ) throws(CQL2Error) -> FilterExpression {
        try count(place)
        let (low, high) = (timed(low, beside: value), timed(high, beside: value))
        try alike([value, low, high], "BETWEEN", place)
        return .between(value, low, high)
    }

    mutating func membership(
        _ value: FilterOperand, _ list: [FilterOperand], _ place: Place
    ) throws(CQL2Error) -> FilterExpression {
        try count(place)
        guard !list.isEmpty else { throw CQL2Error("the list after IN is empty", place) }
        let list = list.map { timed($0, beside: value) }
        try alike([value] + list, "IN", place)
        return .membership(value, list)
    }

    mutating func spatial(
        _ relation: SpatialRelation, _ one: FilterOperand, _ other: FilterOperand, _ place: Place
    ) throws(CQL2Error) -> FilterExpression {
        try count(place)
        let name = relation.rawValue.uppercased()
        for operand in [one, other] {
            try expect(operand, .geometry, name, place)
            guard vocabulary != nil, relation != .intersects, relation != .disjoint else { continue }
            let shape: Geometry? =
                switch operand {
                case .geometry(let geometry): geometry
                case .box(let box): box.geometry
                default: nil
                }
            if case .geometryCollection? = shape {
                throw CQL2Error(
                    "\(name) is not defined for a GEOMETRYCOLLECTION; S_INTERSECTS and S_DISJOINT are", place)
            }
        }
        return .spatial(relation, one, other)
    }

    mutating func temporal(
        _ relation: TemporalRelation, _ one: FilterOperand, _ other: FilterOperand, _ place: Place
    ) throws(CQL2Error) -> FilterExpression {
        try count(place)
        for operand in [one, other] {
            guard let type = type(of: operand), type != .time, type != .interval else { continue }
            throw mismatch(relation.rawValue.uppercased(), "a time or an interval", type, place)
        }
        return .temporal(relation, one, other)
    }

    // MARK: Names

    /// The error for a function that is not read.
    func unknownFunction(_ name: String, _ place: Place) -> CQL2Error {
        if name.lowercased().hasPrefix("a_") {
            return CQL2Error("\(name.prefix(40)) is not offered: no property here is an array", place)
        }
        return CQL2Error(
            "there is no function “\(name.prefix(40))”; there are CASEI, ACCENTI, S_INTERSECTS and the other spatial "
                + "and T_INTERSECTS and the other temporal functions of CQL2", place)
    }

    // MARK: Types

    /// The type of an operand; nil if it is a property of which nothing is known.
    func type(of operand: FilterOperand) -> FilterType? {
        switch operand {
        case .property(let name): vocabulary?[name]
        case .text, .folded: .text
        case .number, .arithmetic: .number
        case .truth: .truth
        case .time: .time
        case .interval: .interval
        case .geometry, .box: .geometry
        }
    }

    private func expect(_ operand: FilterOperand, _ wanted: FilterType, _ what: String, _ place: Place)
        throws(CQL2Error)
    {
        guard let type = type(of: operand), type != wanted else { return }
        throw mismatch(what, wanted.words, type, place)
    }

    /// Values that are compared are of one type, and of one that has an order or at least equality.
    private func alike(_ operands: [FilterOperand], _ what: String, _ place: Place) throws(CQL2Error) {
        var common: FilterType?
        for operand in operands {
            guard let type = type(of: operand) else { continue }
            if type == .geometry || type == .interval {
                throw CQL2Error(
                    "\(what) does not compare \(type.words); \(type == .geometry ? "S_EQUALS" : "T_EQUALS") and its like do",
                    place)
            }
            if let common, common != type {
                throw CQL2Error("\(what) compares \(common.words) with \(type.words)", place)
            }
            common = type
        }
    }

    /// A text as the time that it says, if it is compared with a time: many clients write times as texts.
    private func timed(_ operand: FilterOperand, beside other: FilterOperand) -> FilterOperand {
        guard case .text(let text) = operand, type(of: other) == .time, let time = FilterTime(text) else {
            return operand
        }
        return .time(time)
    }

    private func mismatch(_ what: String, _ wanted: String, _ found: FilterType, _ place: Place) -> CQL2Error {
        CQL2Error("\(what) takes \(wanted), not \(found.words)", place)
    }
}

extension FilterType {
    var words: String {
        switch self {
        case .text: "a text"
        case .number: "a number"
        case .truth: "a truth value"
        case .time: "a time (TIMESTAMP or DATE)"
        case .interval: "an interval"
        case .geometry: "a geometry"
        }
    }
}
