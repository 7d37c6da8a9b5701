/// What the rules make of a report, and which of them decided: shown to whoever asks, and overruled by whoever knows better.
public struct RuleDecision: Hashable, Sendable {
    public var kind: WorkKind
    public var category: String
    public var severity: Severity
    /// The service that gets it; nil if no route fits.
    public var organisation: String?
    /// The position of the deciding route in ``RuleBook/routes``.
    public var route: Int?
    /// Nil if no limit fits.
    public var dueAt: Instant?
    /// The position of the deciding limit in ``RuleBook/limits``.
    public var limit: Int?
    public var needsModeration: Bool
}

extension RuleBook {
    /// Decides what happens to a report of a category of the catalogue; nil for a category that is not in it.
    ///
    /// - Parameters:
    ///   - district: The district of the place, if it lies in one.
    ///   - severity: How bad it is, if somebody said; otherwise as the catalogue has it.
    ///   - reportedAt: From when the time limit counts.
    public func decide(category code: String, district: String?, severity: Severity? = nil, reportedAt: Instant)
        -> RuleDecision?
    {
        guard let category = category(code) else { return nil }
        let severity = severity ?? category.severity
        let route = routes.firstIndex { rule in
            (rule.categories.isEmpty || rule.categories.contains(code))
                && (rule.districts.isEmpty || district.map(rule.districts.contains) ?? false)
        }
        let limit = limits.firstIndex { rule in
            (rule.categories.isEmpty || rule.categories.contains(code))
                && (rule.severities.isEmpty || rule.severities.contains(severity))
        }
        return RuleDecision(
            kind: category.kind, category: code, severity: severity,
            organisation: route.map { routes[$0].organisation }, route: route,
            dueAt: limit.map { calendar.deadline(from: reportedAt, within: limits[$0].limit) }, limit: limit,
            needsModeration: category.needsModeration)
    }

    /// How near and how recent another report of a category has to be to count as the same, if anything does.
    public func duplicateRule(for category: String) -> DuplicateRule? {
        duplicates.first { $0.categories.isEmpty || $0.categories.contains(category) }
    }
}
