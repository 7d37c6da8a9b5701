public import Works

extension HotspotQuestion {
    /// Answers the question from a store: reads the works of the kinds and categories asked for, and the layer of places.
    ///
    /// - Throws: what ``answer(incidents:places:now:budget:)`` throws, and `StoreError`.
    public func answer(
        from store: any WorksStore, near layer: ReferenceLayer, now: Instant, budget: TimeBudget = .unlimited
    ) throws -> HotspotAnswer {
        try check(until: until ?? now)
        var filter = WorkFilter()
        filter.kinds = Set(kinds)
        filter.categories = Set(categories)
        var incidents = [Incident]()
        try store.forEachWork(WorkPage(filter: filter, columns: Incident.columns), at: now, budget: budget) { row in
            incidents.append(try Incident(row, at: now, weights: severityWeights))
        }
        var places = [Place]()
        try store.forEachFeature(in: layer, bounds: nil, after: nil, limit: nil, budget: budget) { _, feature in
            places.append(Place(feature))
        }
        return try answer(incidents: incidents, places: places, now: now, budget: budget)
    }
}
