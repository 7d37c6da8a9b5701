import Foundation
public import TimeBudgets
public import Works

extension DeadlineReport {
    /// A report on the works of a store.
    ///
    /// - Parameters:
    ///   - filter: Works that count; all unless said otherwise.
    ///   - districtClass: Class of the districts to group by; nil for the first one. Other groups have none.
    ///   - now: As of when, unless the filter says it.
    ///   - names: Spellings of contractors and services.
    /// - Throws: ``HotspotError`` for an empty period or a sample out of range, `UnknownDistrictClass`,
    ///   `StoreError`, `TimeBudgetError`.
    public init(
        from store: any WorksStore, matching filter: WorkFilter = .all, by group: Group,
        districtsOf districtClass: String? = nil, period: Period = Period(from: nil, until: nil), at now: Instant,
        minimumSample: Int = usualMinimumSample,
        names: NameTable = NameTable(), budget: TimeBudget = .unlimited
    ) throws {
        if let districtClass {
            let known = try store.districtClasses(budget: budget)
            guard known.contains(districtClass) else { throw UnknownDistrictClass(name: districtClass, known: known) }
        }
        try Self.check(period)
        try HotspotQuestion.counts.require(minimumSample, "minimum_sample")
        let works = try WorkOutcome.all(
            in: store, matching: filter, at: now, districtsOf: districtClass, budget: budget)
        try self.init(
            works, by: group, period: period, at: filter.moment(now), minimumSample: minimumSample,
            terms: try ReportTerms(of: store, matching: filter, names: names), within: budget)
        self.districtClass = districtClass
    }

    /// - Throws: ``HotspotError/emptyPeriod(from:until:)`` if the period ends before it begins.
    public static func check(_ period: Period) throws {
        guard let from = period.from, let until = period.until, from >= until else { return }
        throw HotspotError.emptyPeriod(from: from.description, until: until.description)
    }
}

extension ReportTerms {
    /// The terms of the city in a store, for works that a filter chooses.
    ///
    /// - Throws: `StoreError`.
    public init(of store: any WorksStore, matching filter: WorkFilter = .all, names: NameTable = NameTable()) throws {
        self.init(
            timeZone: try store.timeZone, names: names,
            judgesSources: !filter.openOnly && filter.statuses.isEmpty && filter.deadlineStates.isEmpty
                && filter.expression == nil)
    }
}

extension WorkOutcome {
    /// The works of a store that match, for one report or several.
    ///
    /// - Parameters:
    ///   - now: As of when deadlines are judged, unless the filter says it.
    ///   - districtClass: The class of districts in which works lie; nil for the first one.
    /// - Throws: `StoreError`, `TimeBudgetError`.
    public static func all(
        in store: any WorksStore, matching filter: WorkFilter = .all, at now: Instant,
        districtsOf districtClass: String? = nil, budget: TimeBudget = .unlimited
    ) throws -> [WorkOutcome] {
        let columns = districtClass == nil ? columns : columns.union(WorkColumns(.districts))
        let page = WorkPage(filter: filter, columns: columns, geometry: false)
        let parts = try store.readWorks(page, into: [WorkOutcome](), at: now, budget: budget) { works, row in
            works.append(try WorkOutcome(row))
            if let districtClass { works[works.count - 1].take(districtClass, of: row.text(.districts)) }
        }
        return Array(parts.joined())
    }

    /// Puts the district of a class in the place of the first one's.
    private mutating func take(_ districtClass: String, of districts: String?) {
        if let districts {
            district = DistrictClass.district(in: districtClass, of: districts)
        } else if districtClass != DistrictClass.unnamed {
            district = nil
        }
    }
}
