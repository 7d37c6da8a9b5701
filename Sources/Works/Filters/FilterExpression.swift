public import Geometry

/// A condition on a feature, as CQL2 has them (OGC 21-065r2): a tree of values that says what is asked, not how it was written.
///
/// Its meaning is ``truth(of:relate:)``; what a database makes of it has to agree with that.
public indirect enum FilterExpression: Hashable, Sendable {
    case constant(Bool)
    case and([FilterExpression])
    case or([FilterExpression])
    case not(FilterExpression)
    case comparison(FilterComparison, FilterOperand, FilterOperand)
    /// Whether a text is like a pattern, see ``LikePattern``.
    case like(FilterOperand, pattern: FilterOperand)
    /// Whether a value is no less than the first bound and no more than the second.
    case between(FilterOperand, FilterOperand, FilterOperand)
    case membership(FilterOperand, [FilterOperand])
    case isNull(FilterOperand)
    case spatial(SpatialRelation, FilterOperand, FilterOperand)
    case temporal(TemporalRelation, FilterOperand, FilterOperand)
}

/// What a condition is about: a property of the feature, a literal, or something made of both.
public indirect enum FilterOperand: Hashable, Sendable {
    case property(String)
    case text(String)
    case number(Double)
    case truth(Bool)
    case time(FilterTime)
    case interval(IntervalEnd, IntervalEnd)
    case geometry(Geometry)
    /// A box; one whose west is greater than its east crosses the antimeridian.
    case box(Bounds)
    /// A text without regard to what the folding takes away.
    case folded(TextFolding, FilterOperand)
    case arithmetic(ArithmeticOperator, FilterOperand, FilterOperand)
}

/// One end of an interval.
public enum IntervalEnd: Hashable, Sendable {
    /// `..`: before, or after, everything.
    case unbounded
    case time(FilterTime)
    case property(String)
}

/// How two values compare; the raw values are CQL2's.
public enum FilterComparison: String, Sendable, CaseIterable {
    case equal = "="
    case notEqual = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    /// Whether the comparison holds for two values of which it is known whether they are equal and whether the first is less.
    func holds(isEqual: Bool, isLess: Bool) -> Bool {
        switch self {
        case .equal: isEqual
        case .notEqual: !isEqual
        case .less: isLess
        case .lessOrEqual: isLess || isEqual
        case .greater: !isLess && !isEqual
        case .greaterOrEqual: !isLess
        }
    }
}

/// How two geometries lie to each other, as OGC 06-103r4 section 6.1.15 defines it; the raw values are CQL2's names in JSON.
public enum SpatialRelation: String, Sendable, CaseIterable {
    case intersects = "s_intersects"
    case disjoint = "s_disjoint"
    case equals = "s_equals"
    case touches = "s_touches"
    case crosses = "s_crosses"
    case within = "s_within"
    case contains = "s_contains"
    case overlaps = "s_overlaps"
}

/// A calculation with two numbers; the raw values are CQL2's.
public enum ArithmeticOperator: String, Sendable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case integerDivide = "div"
    case modulo = "%"
    case power = "^"
}

extension FilterExpression {
    /// Calls `body` with every operand in the tree, those inside other operands too.
    public func forEachOperand(_ body: (FilterOperand) -> Void) {
        func visit(_ operand: FilterOperand) {
            body(operand)
            switch operand {
            case .folded(_, let inner): visit(inner)
            case .arithmetic(_, let one, let other):
                visit(one)
                visit(other)
            default: break
            }
        }
        switch self {
        case .constant: break
        case .and(let parts), .or(let parts): for part in parts { part.forEachOperand(body) }
        case .not(let part): part.forEachOperand(body)
        case .comparison(_, let one, let other), .like(let one, pattern: let other), .spatial(_, let one, let other),
            .temporal(_, let one, let other):
            visit(one)
            visit(other)
        case .between(let value, let low, let high): for operand in [value, low, high] { visit(operand) }
        case .membership(let value, let list): for operand in [value] + list { visit(operand) }
        case .isNull(let operand): visit(operand)
        }
    }

    /// The names of all properties that the condition asks for.
    public var properties: Set<String> {
        var names: Set<String> = []
        forEachOperand { names.formUnion($0.ownProperties) }
        return names
    }

    /// Whether the passing of time alone can change what matches.
    public var movesWithTheClock: Bool { properties.contains(WorkProperty.deadlineState) }

    /// A box that everything meets that can match; nil if there is no such box smaller than the world. Of a ``normalized`` condition it is
    /// the smallest.
    public var necessaryBounds: Bounds? {
        switch self {
        case .and(let parts): return parts.reduce(nil) { .smaller($0, $1.necessaryBounds) }
        case .or(let parts):
            let boxes = parts.map(\.necessaryBounds)
            guard !boxes.contains(where: { $0?.crossesAntimeridian ?? true }) else { return nil }
            return boxes.reduce(nil) { box, other in box.map { $0.union(other!) } ?? other }
        case .spatial(.disjoint, _, _): return nil
        case .spatial(_, .property, let other), .spatial(_, let other, .property): return other.bounds
        default: return nil
        }
    }
}

extension FilterOperand {
    /// The box around a geometry or of a box.
    public var bounds: Bounds? {
        switch self {
        case .geometry(let geometry): geometry.bounds
        case .box(let bounds): bounds
        default: nil
        }
    }

    /// The names of all properties in the operand.
    public var properties: Set<String> { FilterExpression.isNull(self).properties }

    /// The names of the properties of this operand itself, not of those inside it.
    fileprivate var ownProperties: [String] {
        switch self {
        case .property(let name): [name]
        case .interval(let start, let end):
            [start, end].compactMap { if case .property(let name) = $0 { name } else { nil } }
        default: []
        }
    }
}

extension Bounds {
    /// The smaller of two boxes, either of which may be missing: what has to meet both is looked for in that.
    public static func smaller(_ one: Bounds?, _ other: Bounds?) -> Bounds? {
        guard let one, let other else { return one ?? other }
        return one.width * one.height <= other.width * other.height ? one : other
    }

    /// The box as a geometry: an area, or a line or a point if it has no width or no height; of two parts if it crosses the antimeridian.
    public var geometry: Geometry {
        let parts = split.map(\.part)
        if parts.count == 1 { return parts[0] }
        let areas = parts.compactMap { if case .polygon(let area) = $0 { area } else { nil } }
        return areas.count == parts.count ? .multiPolygon(areas) : .geometryCollection(parts)
    }

    private var part: Geometry {
        let corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
            .map { Coordinate(longitude: $0.0, latitude: $0.1) }
        if west == east, south == north { return .point(corners[0]) }
        if west == east || south == north { return .lineString([corners[0], corners[2]]) }
        return .polygon(Polygon(rings: [corners]))
    }
}
