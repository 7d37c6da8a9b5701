import Geometry
public import TimeBudgets
public import Works

extension HotspotQuestion {
    /// Answers the question from a store: reads the works of the kinds and categories asked for, and the layer of places.
    ///
    /// - Parameter asKnownThen: True for the works as they were at `now`, from their ledger.
    /// - Throws: what ``answer(incidents:places:now:budget:)`` throws, and `StoreError`.
    public func answer(
        from store: any WorksStore, near layer: ReferenceLayer, now: Instant, asKnownThen: Bool = false,
        budget: TimeBudget = .unlimited
    ) throws -> HotspotAnswer {
        let end = until ?? now
        try check(until: end)
        var filter = WorkFilter()
        filter.kinds = Set(kinds)
        filter.categories = Set(categories)
        filter.asOf = asKnownThen ? now : nil
        let parts = try store.readWorks(
            WorkPage(filter: filter, columns: Incident.columns), into: IncidentSelection(for: self, until: end),
            at: now,
            budget: budget
        ) { selection, row in
            selection.add(try Incident(row, at: now, weights: severityWeights))
        }
        var selection = parts[0]
        for part in parts.dropFirst() {
            try budget.check()
            selection.append(part)
        }
        if openOnly, since != nil {
            selection.before = try openBefore(selection, in: store, matching: filter, budget: budget)
        }
        var places = [Place]()
        try store.forEachFeature(in: layer, bounds: nil, after: nil, limit: nil, budget: budget) { _, feature in
            places.append(Place(feature))
        }
        var answer = try answer(selection, places, now: now, budget: budget)
        answer.limits.insert(contentsOf: try unknownCategories(in: store, at: now, budget: budget), at: 0)
        return answer
    }

    /// The incidents of the period before that were still open at its end, as known then.
    private func openBefore(
        _ selection: IncidentSelection, in store: any WorksStore, matching filter: WorkFilter, budget: TimeBudget
    ) throws -> [Coordinate] {
        guard let since else { return [] }
        let then = since - 1
        var filter = filter
        filter.asOf = then
        let page = WorkPage(filter: filter, columns: Incident.columns)
        let parts = try store.readWorks(page, into: [Coordinate](), at: then, budget: budget) { found, row in
            if let position = try Incident(row, at: then).openPosition(in: selection) { found.append(position) }
        }
        return parts.flatMap { $0 }
    }

    /// A limit for each category asked for that no work has, naming those that there are.
    private func unknownCategories(
        in store: any WorksStore, at now: Instant, budget: TimeBudget
    ) throws -> [HotspotLimit] {
        let unknown = try categories.filter { category in
            var filter = WorkFilter()
            filter.categories = [category]
            return try store.countWorks(matching: filter, at: now, budget: budget) == 0
        }
        guard !unknown.isEmpty else { return [] }
        var known = Set<String>()
        try store.forEachWork(WorkPage(columns: WorkColumns(.category), geometry: false), at: now, budget: budget) {
            row in
            if let category = row.text(.category) { known.insert(category) }
        }
        let names = known.isEmpty ? "there are no works" : "there are \(known.sorted().joined(separator: ", "))"
        return unknown.map { category in
            HotspotLimit(code: .unknownCategory, count: 0, text: "No work has the category “\(category)”; \(names).")
        }
    }
}

extension Incident {
    /// The place of an open incident of the period before; nil for all others.
    fileprivate func openPosition(in selection: IncidentSelection) -> Coordinate? {
        guard isOpen, selection.isBefore(reportedAt), let position, position.isValid else { return nil }
        return position
    }
}
