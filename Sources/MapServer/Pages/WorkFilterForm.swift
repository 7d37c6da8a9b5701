import HTTPEdge
import Interchange
import Works

/// The form above the list of works: one choice of each filter, and two days by the city's clocks.
///
/// The list also understands every other filter of the interface, such as several values joined by commas; what the form has no choice for
/// stays as it was asked.
struct WorkFilterForm: Sendable {
    /// Both days belong to the period.
    static let days = ["from", "until"]

    /// What the form itself asks; the two days are its way to say `datetime`, the whole days of which they show. A page of the list is not for
    /// another question.
    private static let fields: Set = [
        "kind", "category", "status", "deadline_state", "district", "q", "open", "from", "until", "datetime", "cursor",
    ]

    var visit: PageVisit
    var clock: CityClock
    var districts: [District]

    /// Whether the list is that of the works that are still to be done: it is without a question.
    var asksForOpen: Bool { visit.query.without("cursor").isEmpty }

    /// The filter that is asked for.
    ///
    /// - Throws: ``Problem`` naming the parameter.
    var filter: WorkFilter {
        get throws(Problem) {
            var filter = try FilterQuery.filter(visit.query, visit.services.cityZone)
            if asksForOpen { filter.openOnly = true }
            // Who chooses a state that only finished works have wants to see those, whatever else the form says.
            if Self.asksForFinished(filter) { filter.openOnly = false }
            let from = try midnight("from", plus: 0)
            let until = try midnight("until", plus: 1)
            guard from != nil || until != nil else { return filter }
            guard filter.period == nil else {
                throw .malformedParameter("datetime", "says the same as from and until; use either")
            }
            if let from, let until, from >= until {
                throw .malformedParameter("until", "is before from: the period has to end after it begins")
            }
            filter.period = Period(from: from, until: until.map { $0 - 1 })
            return filter
        }
    }

    private static func asksForFinished(_ filter: WorkFilter) -> Bool {
        let finished: Set<DeadlineState> = [.met, .missed]
        return !filter.statuses.isEmpty && !filter.statuses.contains(where: \.isOpen)
            || !filter.deadlineStates.isEmpty && filter.deadlineStates.isSubset(of: finished)
    }

    /// The same question as parameters of the interface.
    var dataQuery: QueryParameters {
        var query = QueryParameters(visit.query.pairs.filter { FilterParameters.isFilter($0.name) })
        guard let filter = try? filter else { return query }
        query = query.without("open")
        if filter.openOnly { query = query.setting("open", to: "true") }
        if let period = filter.period {
            let (from, until) = (period.from?.description ?? "..", period.until?.description ?? "..")
            query = query.setting("datetime", to: "\(from)/\(until)")
        }
        return query
    }

    private func midnight(_ name: String, plus days: Int) throws(Problem) -> Instant? {
        guard let text = visit.query[name] else { return nil }
        guard let midnight = clock.midnight(text, plus: days) else {
            throw .malformedParameter(name, "“\(text.prefix(40))” is not a day such as 2026-11-23")
        }
        return midnight
    }

    // MARK: HTML

    var html: HTML {
        let say = visit.language
        let any = say("любой", "any")
        var form = FilterForm(visit, action: "/works")
        form.choice("kind", say.text("filters.kind"), WorkKind.allCases.map { ($0.rawValue, say.name($0)) }, any: any)
        form.choice(
            "category", say.text("filters.category"), say.categories.map { ($0, say.category($0)) }, any: any)
        form.choice(
            "status", say.text("filters.status"), WorkStatus.allCases.map { ($0.rawValue, say.name($0)) }, any: any)
        form.choice(
            "deadline_state", say.text("filters.deadline_state"),
            DeadlineState.allCases.map { ($0.rawValue, say.name($0)) }, any: any)
        if !districts.isEmpty {
            form.choice(
                "district", say.text("field.district"), districts.map { ($0.name, $0.name(in: say)) }, any: any)
        }
        let period = try? FilterQuery.filter(visit.query, visit.services.cityZone).period
        form.input("from", say("Идут с", "Going on from"), type: "date", value: period?.from.map(clock.day))
        form.input("until", say("по", "to"), type: "date", value: period?.until.map(clock.day))
        form.input("q", say("Слова", "Words"), type: "search")
        let isOpenOnly = (try? filter.openOnly) ?? false
        form.choice(
            "open", say("Какие", "Which"),
            [("true", say("незаконченные", "unfinished")), ("false", say("все", "all"))],
            any: nil, chosen: "\(isOpenOnly)")
        for pair in visit.query.pairs where !Self.fields.contains(pair.name) { form.hidden(pair.name, pair.value) }
        return form.html
    }
}
