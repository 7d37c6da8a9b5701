public import TimeBudgets
public import Works

/// Who keeps deadlines: works in groups, with a trend by month.
public struct DeadlineReport: Sendable {
    /// What works are grouped by.
    public enum Group: String, Sendable, CaseIterable, Codable {
        /// The kinds of works, for how deadlines are kept in the whole city.
        case deadlines
        case categories
        case districts
        case contractors
        case organisations
        case months

        /// The group of a work; nil if nobody has said.
        func name(of work: WorkOutcome) -> String? {
            switch self {
            case .deadlines: work.kind.rawValue
            case .categories: work.category
            case .districts: work.district
            case .contractors: work.contractor
            case .organisations: work.organisation
            case .months: work.beganAt?.month
            }
        }
    }

    /// One group.
    public struct Row: Sendable {
        /// Nil for the works of which nobody has said to which group they belong.
        public var name: String?
        public var tally: DeadlineTally
        /// Whether it has enough works with a deadline to be compared with others.
        public var isRanked: Bool
        /// The works begun in each month of the period, in order; months without any are left out.
        public var months: [Month]
    }

    /// The works of a group that began in one month of UTC.
    public struct Month: Sendable, Hashable {
        /// `YYYY-MM`.
        public var name: String
        public var works: Int
        public var met: Int
        public var missed: Int
        public var open: Int
        public var overdue: Int
    }

    /// The minimum sample unless said otherwise.
    public static let usualMinimumSample = 10

    public var group: Group
    public var askedAt: Instant
    public var period: Period
    /// Fewest works with a deadline that a group must have to be ranked.
    public var minimumSample: Int
    /// Ranked groups first, those that miss the largest share of deadlines leading; then the others by their number of works.
    /// Months stay in their order.
    public var rows: [Row]
    /// All works together.
    public var total: Row
    /// Works outside the period, and works without a time when a period was asked for.
    public var outsidePeriod: Int
    public var withoutTime: Int

    /// - Parameters:
    ///   - works: Any works; those that began outside the period are left out and counted.
    ///   - period: Both ends belong to it.
    ///   - now: What is open and overdue is so as of then.
    public init(
        _ works: some Sequence<WorkOutcome>, by group: Group, period: Period = Period(from: nil, until: nil),
        at now: Instant, minimumSample: Int = usualMinimumSample
    ) {
        try! self.init(works, by: group, period: period, at: now, minimumSample: minimumSample, within: .unlimited)
    }

    /// As ``init(_:by:period:at:minimumSample:)``, within a budget.
    ///
    /// - Throws: `TimeBudgetError`.
    public init(
        _ works: some Sequence<WorkOutcome>, by group: Group, period: Period, at now: Instant, minimumSample: Int,
        within budget: TimeBudget
    ) throws {
        // Each work makes texts, which cost some hundred steps.
        var meter = BudgetMeter(budget)
        var groups = [String?: [WorkOutcome]]()
        var all = [WorkOutcome]()
        (outsidePeriod, withoutTime) = (0, 0)
        for work in works {
            try meter.spend(128)
            if period.from != nil || period.until != nil {
                guard let began = work.beganAt else {
                    withoutTime += 1
                    continue
                }
                guard period.overlaps(start: began, end: began) else {
                    outsidePeriod += 1
                    continue
                }
            }
            groups[group.name(of: work), default: []].append(work)
            all.append(work)
        }
        func row(_ name: String?, _ works: [WorkOutcome], isComparable: Bool) throws -> Row {
            let tally = try DeadlineTally(works, at: now, within: budget)
            return Row(
                name: name, tally: tally, isRanked: isComparable && tally.withDeadline >= minimumSample,
                months: try Self.months(of: works, at: now, within: budget))
        }
        self.group = group
        askedAt = now
        self.period = period
        self.minimumSample = minimumSample
        total = try row(nil, all, isComparable: false)
        // What belongs to nobody is shown but not compared.
        rows = try groups.map { try row($0.key, $0.value, isComparable: $0.key != nil) }
        rows.sort(by: group == .months ? Self.isEarlier : Self.leads)
    }

    private static func isEarlier(_ a: Row, _ b: Row) -> Bool { (a.name ?? "~") < (b.name ?? "~") }

    private static func leads(_ a: Row, _ b: Row) -> Bool {
        if a.isRanked != b.isRanked { return a.isRanked }
        if a.isRanked {
            let (shareA, shareB) = (a.tally.shareMissed ?? -1, b.tally.shareMissed ?? -1)
            if shareA != shareB { return shareA > shareB }
        }
        if a.tally.works != b.tally.works { return a.tally.works > b.tally.works }
        // Names are unique; the group without one comes last of its equals.
        return (a.name == nil ? 1 : 0, a.name ?? "") < (b.name == nil ? 1 : 0, b.name ?? "")
    }

    private static func months(
        of works: [WorkOutcome], at now: Instant, within budget: TimeBudget
    ) throws(TimeBudgetError) -> [Month] {
        var meter = BudgetMeter(budget)
        var months = [String: Month]()
        for work in works {
            try meter.spend(128)
            guard let name = work.beganAt?.month else { continue }
            var month = months[name] ?? Month(name: name, works: 0, met: 0, missed: 0, open: 0, overdue: 0)
            month.works += 1
            if work.status.isOpen { month.open += 1 }
            switch DeadlineState(status: work.status, dueAt: work.dueAt, completedAt: work.completedAt, at: now) {
            case .met: month.met += 1
            case .missed: month.missed += 1
            case .overdue: month.overdue += 1
            case .none, .onTime, .dueSoon: break
            }
            months[name] = month
        }
        return months.values.sorted { $0.name < $1.name }
    }
}

extension Instant {
    /// `YYYY-MM` in UTC.
    var month: String { String(description.prefix(7)) }
}
