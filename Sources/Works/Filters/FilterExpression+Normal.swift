extension FilterExpression {
    /// The same condition with every NOT right before a single condition, and no AND in an AND nor OR in an OR.
    ///
    /// In three-valued logic De Morgan's laws hold as they do in two-valued logic, so the meaning stays. Filters that programs write are
    /// often deep where they need not be: `((a AND b) AND c) AND d`.
    public var normalized: FilterExpression { normalized(negated: false) }

    private func normalized(negated: Bool) -> FilterExpression {
        switch self {
        case .constant(let truth): return .constant(truth != negated)
        case .not(let part): return part.normalized(negated: !negated)
        case .and(let parts), .or(let parts):
            let isAnd = if case .and = self { !negated } else { negated }
            var flat: [FilterExpression] = []
            for part in parts {
                switch part.normalized(negated: negated) {
                case .and(let inner) where isAnd: flat += inner
                case .or(let inner) where !isAnd: flat += inner
                case let other: flat.append(other)
                }
            }
            return isAnd ? .and(flat) : .or(flat)
        default: return negated ? .not(self) : self
        }
    }

    /// How many ANDs and ORs lie in each other; 0 for a single condition.
    public var levels: Int {
        switch self {
        case .and(let parts), .or(let parts): 1 + (parts.map(\.levels).max() ?? 0)
        case .not(let part): part.levels
        default: 0
        }
    }
}
