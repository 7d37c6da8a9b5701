public import Foundation
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
        func name(of work: WorkOutcome, _ months: inout CityMonths, _ names: NameTable) -> String? {
            switch self {
            case .deadlines: work.kind.rawValue
            case .categories: work.category
            case .districts: work.district
            case .contractors: work.contractor.map(names.name)
            case .organisations: work.organisation.map(names.name)
            case .months: work.beganAt.map { months.month(of: $0).description }
            }
        }
    }

    /// One group.
    public struct Row: Sendable {
        /// Nil for the works of which nobody has said to which group they belong.
        public var name: String?
        public var tally: DeadlineTally
        /// True if it has enough works whose deadline has come to be compared with others.
        public var isRanked: Bool
        /// The works begun in each month of the period, in order; months without any are left out.
        public var months: [Month]
    }

    /// The works of a group that began in one month of the city's calendar.
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
    /// The class of districts that works are grouped by; nil for the first one, and for other groups.
    public var districtClass: String?
    public var askedAt: Instant
    /// The city's, by which months are told.
    public var timeZone: TimeZone
    public var period: Period
    /// Fewest works whose deadline has come that a group must have to be ranked.
    public var minimumSample: Int
    /// Ranked groups first, those that miss the largest share of deadlines leading; then the others by their number of works.
    /// Months stay in their order.
    public var rows: [Row]
    /// All works together.
    public var total: Row
    /// Works outside the period, and works without a time when a period was asked for.
    public var outsidePeriod: Int
    public var withoutTime: Int

    /// Sources that never report an end; their works are in no share.
    public var silentSources: [SilentSource]
    /// Names of groups that are probably one: of contractors and services only.
    public var likelyTwins: [[String]] = []

    /// - Parameters:
    ///   - works: Any works; those that began outside the period are left out and counted.
    ///   - period: From its beginning up to its end, which belongs to the next one.
    ///   - now: What is open and overdue is so as of then.
    ///   - terms: The city's calendar and names.
    public init(
        _ works: some Sequence<WorkOutcome>, by group: Group, period: Period = Period(from: nil, until: nil),
        at now: Instant, minimumSample: Int = usualMinimumSample, terms: ReportTerms = ReportTerms()
    ) {
        try! self.init(
            works, by: group, period: period, at: now, minimumSample: minimumSample, terms: terms, within: .unlimited)
    }

    /// As ``init(_:by:period:at:minimumSample:terms:)``, within a budget.
    ///
    /// - Throws: `TimeBudgetError`.
    public init(
        _ works: some Sequence<WorkOutcome>, by group: Group, period: Period, at now: Instant, minimumSample: Int,
        terms: ReportTerms = ReportTerms(), within budget: TimeBudget
    ) throws {
        // Each work makes texts, which cost some hundred steps.
        var meter = BudgetMeter(budget)
        var all = [WorkOutcome]()
        // The stratum of each, where it is decided.
        var strata = [Int?]()
        var mix = CaseMix()
        var months = CityMonths(terms.timeZone)
        (outsidePeriod, withoutTime) = (0, 0)
        silentSources = terms.judgesSources ? SilentSource.all(of: works, at: now) : []
        let silent = Set(silentSources.map(\.name))
        for work in works {
            try meter.spend(128)
            if period.from != nil || period.until != nil {
                guard let began = work.beganAt else {
                    withoutTime += 1
                    continue
                }
                guard began >= period.from ?? began, period.until.map({ began < $0 }) ?? true else {
                    outsidePeriod += 1
                    continue
                }
            }
            all.append(work)
            let outcome = work.isSilent(silent) ? PromiseOutcome.none : work.outcome(at: now)
            let isDecided = outcome == .kept || outcome == .broken
            strata.append(isDecided ? mix.add(work, isMissed: outcome == .broken, &months) : nil)
        }
        var groups = [String?: (works: [WorkOutcome], expected: Double)]()
        for (work, stratum) in zip(all, strata) {
            try meter.spend(64)
            let name = group.name(of: work, &months, terms.names)
            groups[name, default: ([], 0)].works.append(work)
            if let stratum { groups[name]?.expected += mix.rate(stratum) }
        }
        func row(
            _ name: String?, _ works: [WorkOutcome], expected: Double, isComparable: Bool
        ) throws -> Row {
            var tally = try DeadlineTally(works, at: now, silent: silent, within: budget)
            if tally.decided > 0 {
                tally.standardized = StandardizedRatio(observed: tally.decided - tally.kept, expected: expected)
            }
            return Row(
                name: name, tally: tally, isRanked: isComparable && tally.decided >= minimumSample,
                months: try Self.months(of: works, at: now, &months, within: budget))
        }
        self.group = group
        askedAt = now
        self.period = period
        self.minimumSample = minimumSample
        timeZone = terms.timeZone
        total = try row(nil, all, expected: Double(mix.missed), isComparable: false)
        // What belongs to nobody is shown but not compared.
        rows = try groups.map {
            try row($0.key, $0.value.works, expected: $0.value.expected, isComparable: $0.key != nil)
        }
        rows.sort(by: group == .months ? Self.isEarlier : Self.leads)
        if group == .contractors || group == .organisations {
            likelyTwins = LikelyTwins.groups(rows.compactMap(\.name))
        }
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
        of works: [WorkOutcome], at now: Instant, _ calendar: inout CityMonths, within budget: TimeBudget
    ) throws(TimeBudgetError) -> [Month] {
        var meter = BudgetMeter(budget)
        var months = [CityMonths.Month: Month]()
        for work in works {
            try meter.spend(128)
            guard let key = work.beganAt.map({ calendar.month(of: $0) }) else { continue }
            var month =
                months[key] ?? Month(name: key.description, works: 0, met: 0, missed: 0, open: 0, overdue: 0)
            month.works += 1
            if work.status.isOpen { month.open += 1 }
            switch work.state(at: now) {
            case .met: month.met += 1
            case .missed: month.missed += 1
            case .overdue: month.overdue += 1
            case .none, .onTime, .dueSoon: break
            }
            months[key] = month
        }
        return months.values.sorted { $0.name < $1.name }
    }
}

/// The terms of a city that reports use.
public struct ReportTerms: Sendable {
    /// Months are those of its clocks.
    public var timeZone: TimeZone
    /// Spellings of contractors and services.
    public var names: NameTable
    /// False if the works were chosen by their state, so that no work of a source need be closed.
    public var judgesSources: Bool

    public init(timeZone: TimeZone = .gmt, names: NameTable = NameTable(), judgesSources: Bool = true) {
        self.timeZone = timeZone
        self.names = names
        self.judgesSources = judgesSources
    }
}
