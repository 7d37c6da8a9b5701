public import TimeBudgets
public import Works

extension DeadlineReport {
    /// A report on the works of a store, grouped by the districts of one class.
    ///
    /// - Throws: ``UnknownDistrictClass`` and what other reports throw.
    public init(
        from store: any WorksStore, matching filter: WorkFilter = .all, byDistrictsOf name: String,
        period: Period = Period(from: nil, until: nil), at now: Instant, minimumSample: Int = usualMinimumSample,
        asKnownThen: Bool = false, names: NameTable = NameTable(), budget: TimeBudget = .unlimited
    ) throws {
        let known = try store.districtClasses(budget: budget)
        guard known.contains(name) else { throw UnknownDistrictClass(name: name, known: known) }
        try Self.check(period)
        try HotspotQuestion.counts.require(minimumSample, "minimum_sample")
        let works = try WorkOutcome.all(
            in: store, matching: filter, at: now, asKnownThen: asKnownThen, districtsOf: name, budget: budget)
        try self.init(
            works, by: .districts, period: period, at: now, minimumSample: minimumSample,
            terms: try ReportTerms(of: store, matching: filter, names: names), within: budget)
        districtClass = name
    }
}
