public import Works

extension DeadlineReport {
    /// A report on the works of a store.
    ///
    /// - Parameter filter: Which works; all unless said otherwise.
    /// - Throws: `StoreError`, `TimeBudgetError`.
    public init(
        from store: any WorksStore, matching filter: WorkFilter = .all, by group: Group,
        period: Period = Period(from: nil, until: nil), at now: Instant, minimumSample: Int = 10,
        budget: TimeBudget = .unlimited
    ) throws {
        var works = [WorkOutcome]()
        let page = WorkPage(filter: filter, columns: WorkOutcome.columns, geometry: false)
        try store.forEachWork(page, at: now, budget: budget) { row in works.append(try WorkOutcome(row)) }
        self.init(works, by: group, period: period, at: now, minimumSample: minimumSample)
    }
}
