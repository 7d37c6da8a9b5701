public import TimeBudgets
public import Works

extension DeadlineReport {
    /// A report on the works of a store.
    ///
    /// - Parameter filter: Which works; all unless said otherwise.
    /// - Throws: ``HotspotError`` for an empty period or a sample out of range, `StoreError`, `TimeBudgetError`.
    public init(
        from store: any WorksStore, matching filter: WorkFilter = .all, by group: Group,
        period: Period = Period(from: nil, until: nil), at now: Instant, minimumSample: Int = usualMinimumSample,
        budget: TimeBudget = .unlimited
    ) throws {
        try Self.check(period)
        try HotspotQuestion.counts.require(minimumSample, "minimum_sample")
        let works = try WorkOutcome.all(in: store, matching: filter, at: now, budget: budget)
        try self.init(works, by: group, period: period, at: now, minimumSample: minimumSample, within: budget)
    }

    /// - Throws: ``HotspotError/emptyPeriod(from:until:)`` if the period ends before it begins.
    public static func check(_ period: Period) throws {
        guard let from = period.from, let until = period.until, from >= until else { return }
        throw HotspotError.emptyPeriod(from: from.description, until: until.description)
    }
}

extension WorkOutcome {
    /// The works of a store that match, for one report or several.
    ///
    /// - Throws: `StoreError`, `TimeBudgetError`.
    public static func all(
        in store: any WorksStore, matching filter: WorkFilter = .all, at now: Instant, budget: TimeBudget = .unlimited
    ) throws -> [WorkOutcome] {
        let page = WorkPage(filter: filter, columns: columns, geometry: false)
        let parts = try store.readWorks(page, into: [WorkOutcome](), at: now, budget: budget) { works, row in
            works.append(try WorkOutcome(row))
        }
        return Array(parts.joined())
    }
}
