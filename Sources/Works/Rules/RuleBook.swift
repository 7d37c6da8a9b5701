public import Foundation

/// What a city has decided beforehand: which problems there are, who deals with them, how fast, and what a person has to look at first.
public struct RuleBook: Hashable, Sendable {
    public var calendar: WorkingCalendar
    public var categories: [CategoryRule]
    public var routes: [RoutingRule]
    public var limits: [LimitRule]
    public var duplicates: [DuplicateRule]
    /// The time zone that the calendar states, where the city's clock is another and holds.
    public var otherZone: TimeZone?

    public init(
        calendar: WorkingCalendar, categories: [CategoryRule], routes: [RoutingRule], limits: [LimitRule],
        duplicates: [DuplicateRule]
    ) {
        self.calendar = calendar
        self.categories = categories
        self.routes = routes
        self.limits = limits
        self.duplicates = duplicates
    }

    /// The entry of the catalogue with this code.
    public func category(_ code: String) -> CategoryRule? { categories.first { $0.code == code } }
}

/// One kind of problem in the catalogue.
public struct CategoryRule: Hashable, Sendable {
    /// As it stands in ``Work/category``.
    public var code: String
    public var kind: WorkKind
    /// The names by language code; `ru` and `en` are there.
    public var names: [String: String]
    /// Keywords and a line of explanation for those who report, by language code.
    public var descriptions: [String: String]
    public var severity: Severity
    /// One symbol that stands for it in lists.
    public var icon: String?
    /// The heading under which the catalogue shows it.
    public var group: String?
    /// Whether residents may report it; others come from services only.
    public var isReportable: Bool
    /// Whether a dispatcher looks at a report before the public sees it.
    public var needsModeration: Bool

    public init(
        code: String, kind: WorkKind, names: [String: String], descriptions: [String: String] = [:],
        severity: Severity = .moderate, icon: String? = nil, group: String? = nil, isReportable: Bool = true,
        needsModeration: Bool = false
    ) {
        self.code = code
        self.kind = kind
        self.names = names
        self.descriptions = descriptions
        self.severity = severity
        self.icon = icon
        self.group = group
        self.isReportable = isReportable
        self.needsModeration = needsModeration
    }
}

/// Who deals with a category, everywhere or in some districts. The first rule that fits decides.
public struct RoutingRule: Hashable, Sendable {
    /// Empty means every category.
    public var categories: Set<String>
    /// Empty means everywhere.
    public var districts: Set<String>
    public var organisation: String

    public init(categories: Set<String> = [], districts: Set<String> = [], organisation: String) {
        self.categories = categories
        self.districts = districts
        self.organisation = organisation
    }
}

/// How long a service has for a category and a severity. The first rule that fits decides.
public struct LimitRule: Hashable, Sendable {
    public var categories: Set<String>
    public var severities: Set<Severity>
    public var limit: TimeLimit

    public init(categories: Set<String> = [], severities: Set<Severity> = [], limit: TimeLimit) {
        self.categories = categories
        self.severities = severities
        self.limit = limit
    }
}

/// When a new report is probably about something already reported. The first rule that fits decides.
public struct DuplicateRule: Hashable, Sendable {
    public var categories: Set<String>
    /// How near the other must be, in metres.
    public var metres: Double
    /// How recently it must have been reported, in seconds.
    public var seconds: Int64

    public init(categories: Set<String> = [], metres: Double, seconds: Int64) {
        self.categories = categories
        self.metres = metres
        self.seconds = seconds
    }
}
