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
        try check(until: until ?? now)
        var selection = try selection(in: store, at: now, asKnownThen: asKnownThen, budget: budget)
        if openOnly, since != nil {
            selection.before = try openBefore(selection, in: store, matching: works, budget: budget)
        }
        var places = [Place]()
        try store.forEachFeature(in: layer, bounds: nil, after: nil, limit: nil, budget: budget) { _, feature in
            places.append(Place(feature))
        }
        let usual = boundary == nil ? try StudyBoundary.usual(of: store, budget: budget) : nil
        let source = try exposure(near: layer, in: store, at: now, asKnownThen: asKnownThen, budget: budget)
        var answer = try answer(selection, places, within: usual, exposure: source, now: now, budget: budget)
        try answer.nameOutliers(in: store, at: now, budget: budget)
        answer.limits.insert(contentsOf: try unknownCategories(in: store, at: now, budget: budget), at: 0)
        return answer
    }

    /// The filter for works of the kinds and categories asked for.
    private var works: WorkFilter {
        var filter = filter
        if !kinds.isEmpty { filter.kinds = Set(kinds) }
        if !categories.isEmpty { filter.categories = Set(categories) }
        return filter
    }

    /// The works that the question is about, read on all cores.
    private func selection(
        in store: any WorksStore, at now: Instant, asKnownThen: Bool, budget: TimeBudget
    ) throws -> IncidentSelection {
        var filter = works
        filter.asOf = asKnownThen ? now : nil
        let end = until ?? now
        let parts = try store.readWorks(
            WorkPage(filter: filter, columns: Incident.columns), into: IncidentSelection(for: self, until: end),
            at: now,
            budget: budget
        ) { selection, row in
            selection.add(try Incident(row, at: now, weights: severityWeights), row: row.number)
        }
        var selection = parts[0]
        for part in parts.dropFirst() {
            try budget.check()
            selection.append(part)
        }
        return selection
    }

    /// Material of the question's exposure; nil for area.
    ///
    /// - Throws: ``HotspotError/noExposure(_:reason:)`` for a layer that is empty or has no such column.
    private func exposure(
        near layer: ReferenceLayer, in store: any WorksStore, at now: Instant, asKnownThen: Bool, budget: TimeBudget
    ) throws -> ExposureSource? {
        switch per {
        case .area: return nil
        case .roadLength:
            var lines = [Geometry]()
            try store.forEachFeature(in: .roads, bounds: nil, after: nil, limit: nil, budget: budget) { _, feature in
                if let geometry = feature.geometry { lines.append(geometry) }
            }
            guard !lines.isEmpty else {
                throw HotspotError.noExposure(
                    per.text, reason: "the layer roads is empty; worksmap import FILE --as roads fills it")
            }
            return .lines(lines)
        case .controls(let filter, _):
            var question = self
            (question.kinds, question.categories, question.openOnly) = ([], [], false)
            question.filter = filter
            let selection = try question.selection(in: store, at: now, asKnownThen: asKnownThen, budget: budget)
            guard !selection.coordinates.isEmpty else {
                throw HotspotError.noExposure(per.text, reason: "no work of the period matches")
            }
            return .positions(selection.coordinates)
        case .column(let source, let name):
            let column = try ExposureColumn(name, of: source, in: store, budget: budget)
            return source == layer ? .own(column.byID) : .numbers(column.numbers)
        }
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

extension HotspotAnswer {
    /// Gives outliers the ids of their works.
    fileprivate mutating func nameOutliers(in store: any WorksStore, at now: Instant, budget: TimeBudget) throws {
        let rows = outliers.flatMap(\.rows).prefix(1000).sorted()
        guard !rows.isEmpty else { return }
        var names: [Int64: String] = [:]
        var page = WorkPage(columns: WorkColumns(.id), geometry: false)
        page.numbers = rows
        try store.forEachWork(page, at: now, budget: budget) { names[$0.number] = $0.text(.id) }
        for index in outliers.indices { outliers[index].works = outliers[index].rows.compactMap { names[$0] } }
    }
}

extension Incident {
    /// The place of an open incident of the period before; nil for all others.
    fileprivate func openPosition(in selection: IncidentSelection) -> Coordinate? {
        guard isOpen, selection.isBefore(reportedAt), let position, position.isValid else { return nil }
        return position
    }
}
