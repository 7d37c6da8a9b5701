import Geometry

extension FilterExpression {
    /// Greatest ``cost`` of a condition that anybody may ask over the network.
    public static let maximumCost = 400

    /// Work that the condition takes for each feature, in comparisons of two plain values.
    ///
    /// The weights are rough: folding a text counts as eight comparisons, a pattern as four, a spatial relation as thirty and a third of one for
    /// each vertex of a literal.
    public var cost: Int {
        var cost = 0
        switch self {
        case .constant: break
        case .and(let parts), .or(let parts): cost = parts.reduce(0) { $0.clampedSum($1.cost) }
        case .not(let part): cost = part.cost
        case .comparison, .isNull, .temporal: cost = 1
        case .between: cost = 2
        case .like: cost = 4
        case .membership(_, let list): cost = 1 + list.count / 4
        case .spatial(_, let one, let other): cost = 30 + (one.vertices + other.vertices) / 3
        }
        forEachOwnOperand { cost = cost.clampedSum($0.cost) }
        return cost
    }

    /// Calls `body` with the operands of this condition, not with those of its parts.
    private func forEachOwnOperand(_ body: (FilterOperand) -> Void) {
        switch self {
        case .and, .or, .not, .constant: break
        case .comparison(_, let one, let other), .like(let one, pattern: let other), .spatial(_, let one, let other),
            .temporal(_, let one, let other):
            body(one)
            body(other)
        case .between(let value, let low, let high): for operand in [value, low, high] { body(operand) }
        case .membership(let value, let list): for operand in [value] + list { body(operand) }
        case .isNull(let operand): body(operand)
        }
    }
}

extension FilterOperand {
    /// Work beyond reading a plain value. Literals are folded and worked out once, so they cost nothing.
    fileprivate var cost: Int {
        switch self {
        case .folded(_, let inner):
            properties.isEmpty ? 0 : inner.cost.clampedSum(8)
        case .arithmetic(let operation, let one, let other):
            properties.isEmpty ? 0 : one.cost.clampedSum(other.cost).clampedSum(operation == .power ? 4 : 2)
        default: 0
        }
    }

    fileprivate var vertices: Int {
        if case .geometry(let geometry) = self { geometry.vertexCount } else { 0 }
    }
}

extension Int {
    /// The sum, or the largest number if it is larger than that.
    fileprivate func clampedSum(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}

extension WorkFilter {
    /// Bytes that the filter takes beside its own value, for caches that have it as a key.
    public var memory: Int {
        func texts(_ set: some Collection<String>) -> Int { set.reduce(set.count * 32) { $0 + $1.utf8.count } }
        let sets = [categories, districts, organisations, contractors].reduce(0) { $0 + texts($1) }
        let classes = districtsByClass.reduce(0) { $0 + 64 + texts($1.value) }
        return sets + classes + texts(words) + (expression?.memory ?? 0)
    }

    /// True for filters that many clients ask for: kinds, states and severities, at most one category, and nothing that is written freely.
    public var isCommon: Bool {
        asOf == nil && bounds == nil && period == nil && updatedSince == nil && expression == nil && words.isEmpty
            && districts.isEmpty && districtsByClass.isEmpty && organisations.isEmpty && contractors.isEmpty
            && categories.count <= 1
    }
}

extension FilterExpression {
    /// Bytes of the tree with its texts and vertices.
    public var memory: Int {
        var memory = 64
        if case .and(let parts) = self { memory += parts.reduce(0) { $0 + $1.memory } }
        if case .or(let parts) = self { memory += parts.reduce(0) { $0 + $1.memory } }
        if case .not(let part) = self { memory += part.memory }
        forEachOwnOperand { memory += $0.memory }
        return memory
    }
}

extension FilterOperand {
    fileprivate var memory: Int {
        switch self {
        case .property(let text), .text(let text): 64 + text.utf8.count
        case .folded(_, let inner): 64 + inner.memory
        case .arithmetic(_, let one, let other): 64 + one.memory + other.memory
        default: 64 + 16 * vertices
        }
    }
}
