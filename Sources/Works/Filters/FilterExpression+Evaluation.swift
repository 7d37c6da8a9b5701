public import Geometry
import Glibc

/// What a property or an operand is for one feature.
public enum FilterValue: Hashable, Sendable {
    case text(String)
    case number(Double)
    case truth(Bool)
    case time(FilterTime)
    case interval(TimeKey, TimeKey)
    case geometry(Geometry)
}

/// Whether two geometries lie to each other as a relation says; nil if that cannot be said.
///
/// The relations of geometries are the business of a spatial library, which this module does not know.
public typealias SpatialJudge = (SpatialRelation, Geometry, Geometry) -> Bool?

extension FilterExpression {
    /// Whether the condition holds, in the three-valued logic of CQL2 and SQL: nil is unknown, as everything is that depends on a value that
    /// is not there. A feature matches if it holds.
    ///
    /// - Parameter value: The values of the feature's properties, nil where there is none.
    public func truth(of value: (String) -> FilterValue?, relate: SpatialJudge) -> Bool? {
        switch self {
        case .constant(let truth): return truth
        case .not(let part): return part.truth(of: value, relate: relate).map { !$0 }
        case .and(let parts):
            let truths = parts.map { $0.truth(of: value, relate: relate) }
            return truths.contains(false) ? false : truths.contains(nil) ? nil : true
        case .or(let parts):
            let truths = parts.map { $0.truth(of: value, relate: relate) }
            return truths.contains(true) ? true : truths.contains(nil) ? nil : false
        case .comparison(let comparison, let one, let other):
            return comparison.holds(one.value(of: value), other.value(of: value))
        case .like(let text, let pattern):
            guard case .text(let text)? = text.value(of: value), case .text(let pattern)? = pattern.value(of: value)
            else { return nil }
            return LikePattern.matches(pattern, text)
        case .between(let operand, let low, let high):
            return FilterExpression.and([
                .comparison(.greaterOrEqual, operand, low), .comparison(.lessOrEqual, operand, high),
            ]).truth(of: value, relate: relate)
        case .membership(let operand, let list):
            return FilterExpression.or(list.map { .comparison(.equal, operand, $0) }).truth(of: value, relate: relate)
        case .isNull(let operand): return operand.value(of: value) == nil
        case .spatial(let relation, let one, let other):
            guard case .geometry(let one)? = one.value(of: value), case .geometry(let other)? = other.value(of: value)
            else { return nil }
            return relate(relation, one, other)
        case .temporal(let relation, let one, let other):
            guard let one = one.value(of: value), let other = other.value(of: value) else { return nil }
            return relation.holds(one, other)
        }
    }
}

extension FilterComparison {
    /// Nil if a value is missing or the two cannot be compared.
    func holds(_ one: FilterValue?, _ other: FilterValue?) -> Bool? {
        guard let one, let other else { return nil }
        switch (one, other) {
        case (.text(let one), .text(let other)):
            // As octets: databases know no other order and no equality of composed and decomposed letters.
            return holds(
                isEqual: one.utf8.elementsEqual(other.utf8), isLess: one.utf8.lexicographicallyPrecedes(other.utf8))
        case (.number(let one), .number(let other)): return holds(isEqual: one == other, isLess: one < other)
        case (.truth(let one), .truth(let other)): return holds(isEqual: one == other, isLess: !one && other)
        case (.time(let one), .time(let other)):
            if case .moment = one, case .moment = other {
                return holds(isEqual: one.start == other.start, isLess: one.start < other.start)
            }
            return holds(isEqual: one.day == other.day, isLess: one.day < other.day)
        default: return nil
        }
    }
}

extension TemporalRelation {
    func holds(_ one: FilterValue, _ other: FilterValue) -> Bool? {
        var (one, other) = (one, other)
        if case .time(let first) = one, case .time(let second) = other {
            // A day and a moment are compared as days.
            if case .day = first { other = .time(.day(second.day)) }
            if case .day = second { one = .time(.day(first.day)) }
        }
        guard let first = one.stretch, let second = other.stretch else { return nil }
        func key(_ end: End) -> TimeKey {
            switch end {
            case .start1: first.0
            case .end1: first.1
            case .start2: second.0
            case .end2: second.1
            }
        }
        let holds = conditions.allSatisfy { one, comparison, other in
            comparison.holds(isEqual: key(one) == key(other), isLess: key(one) < key(other))
        }
        return holds != (self == .disjoint)
    }
}

extension FilterValue {
    fileprivate var stretch: (TimeKey, TimeKey)? {
        switch self {
        case .time(let time): (time.start, time.end)
        case .interval(let start, let end): (start, end)
        default: nil
        }
    }
}

extension FilterOperand {
    /// What the operand is, given what properties are; nil if there is nothing.
    public func value(of property: (String) -> FilterValue?) -> FilterValue? {
        switch self {
        case .property(let name): return property(name)
        case .text(let text): return .text(text)
        case .number(let number): return .number(number)
        case .truth(let truth): return .truth(truth)
        case .time(let time): return .time(time)
        case .geometry(let geometry): return .geometry(geometry)
        case .box(let bounds): return .geometry(bounds.geometry)
        case .interval(let start, let end):
            guard let start = start.key(\.start, .beforeEverything, property),
                let end = end.key(\.end, .afterEverything, property)
            else { return nil }
            return .interval(start, end)
        case .folded(let folding, let operand):
            guard case .text(let text)? = operand.value(of: property) else { return nil }
            return .text(folding.fold(text))
        case .arithmetic(let sign, let one, let other):
            guard case .number(let one)? = one.value(of: property), case .number(let other)? = other.value(of: property)
            else { return nil }
            return sign.result(one, other).map { .number($0) }
        }
    }
}

extension IntervalEnd {
    fileprivate func key(
        _ side: KeyPath<FilterTime, TimeKey>, _ open: TimeKey, _ property: (String) -> FilterValue?
    ) -> TimeKey? {
        switch self {
        case .unbounded: return open
        case .time(let time): return time[keyPath: side]
        case .property(let name):
            guard case .time(let time)? = property(name) else { return nil }
            return time[keyPath: side]
        }
    }
}

extension ArithmeticOperator {
    /// The result; nil where there is none, as of a division by zero.
    public func result(_ one: Double, _ other: Double) -> Double? {
        let result =
            switch self {
            case .add: one + other
            case .subtract: one - other
            case .multiply: one * other
            case .divide: one / other
            case .integerDivide: (one / other).rounded(.towardZero)
            case .modulo: fmod(one, other)
            case .power: pow(one, other)
            }
        return result.isFinite ? result : nil
    }
}

// MARK: - Features

extension Work {
    /// The value of a property that filters may ask for; nil if there is none.
    public func filterValue(_ name: String, at now: Instant) -> FilterValue? {
        switch name {
        case WorkProperty.completedEstimated: return .truth(isCompletedEstimated)
        case WorkProperty.movedLate: return .truth(isMovedLate)
        case WorkProperty.dueChanges: return .number(Double(dueChanges))
        case WorkProperty.revision: return .number(Double(revision))
        case WorkProperty.deadlineState: return .text(deadlineState(at: now).rawValue)
        case WorkProperty.geometry: return geometry.map { .geometry($0) }
        default:
            if let districtClass = DistrictClass.inProperty(name) {
                return district(in: districtClass).map { .text($0) }
            }
            guard let column = WorkColumn.allCases.first(where: { $0.propertyName == name }), column != .districts,
                let text = text(column)
            else { return nil }
            return column.isMoment ? FilterTime(text).map { .time($0) } : .text(text)
        }
    }
}

extension ReferenceFeature {
    /// The value of a property that filters may ask for; nil if there is none.
    public func filterValue(_ name: String) -> FilterValue? {
        switch name {
        case "id": .text(id)
        case "name": self.name.map { .text($0) }
        case "class": featureClass.map { .text($0) }
        case "source": source.map { .text($0) }
        case "source_id": sourceID.map { .text($0) }
        case WorkProperty.geometry: geometry.map { .geometry($0) }
        default: nil
        }
    }
}
