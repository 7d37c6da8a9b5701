import Geometry
import Works

/// The conditions of a filter as SQL over the table `works`.
struct WorkConditions {
    /// Joined by AND; empty if every work matches.
    private(set) var sql: String
    /// The values of the parameters, in order.
    private(set) var values: [SQLValue]
    /// Whether few texts of SQL cover all filters of this shape, so that the statement is worth keeping.
    private(set) var isCommon = true

    init(_ filter: WorkFilter, changedSince: Int64? = nil, at now: Instant) {
        sql = ""
        values = []
        if let changedSince {
            // The plus keeps the engine from walking the index of changes, whose order is not that of the numbers.
            add("+change_number > ?", .integer(changedSince))
        }
        if let bounds = filter.bounds {
            add(
                "\(SearchFunctions.meetsBox)(geom, ?, ?, ?, ?)", .real(bounds.west), .real(bounds.south),
                .real(bounds.east), .real(bounds.north))
        }
        if filter.openOnly { add("status NOT IN ('done', 'rejected')") }
        addSet("kind", filter.kinds)
        addSet("status", filter.statuses)
        addSet("severity", filter.severities)
        addSet("category", filter.categories)
        addSet("district", filter.districts)
        addSet("organisation", filter.organisations)
        addSet("contractor", filter.contractors)
        addPeriod(filter.period)
        if let since = filter.updatedSince { add("updated_at >= ?", .text(since.description)) }
        if !filter.deadlineStates.isEmpty {
            isCommon = false
            values += [.text(now.description), .text((now + DeadlineState.dueSoonWindow).description)]
            addSet(DeadlineSQL.state(now: "?", soon: "?"), filter.deadlineStates)
        }
        for word in filter.words {
            isCommon = false
            add("\(SearchFunctions.mentions)(?, title, description, address)", .text(word.lowercased()))
        }
    }

    /// The conditions after `WHERE` or `AND`.
    func clause(_ keyword: String) -> String { sql.isEmpty ? "" : " \(keyword) \(sql)" }

    private mutating func add(_ condition: String, _ values: SQLValue...) {
        sql += sql.isEmpty ? condition : " AND \(condition)"
        self.values += values
    }

    private mutating func addSet(_ expression: String, _ wanted: Set<String>) {
        guard !wanted.isEmpty else { return }
        isCommon = false
        sql += sql.isEmpty ? "" : " AND "
        sql += "(\(expression)) IN (\(Array(repeating: "?", count: wanted.count).joined(separator: ", ")))"
        values += wanted.sorted().map { .text($0) }
    }

    private mutating func addSet<Value: RawRepresentable<String>>(_ expression: String, _ wanted: Set<Value>) {
        addSet(expression, Set(wanted.map(\.rawValue)))
    }

    private mutating func addPeriod(_ period: Period?) {
        if let until = period?.until {
            add("ifnull(ifnull(starts_at, reported_at) <= ?, 1)", .text(until.description))
        }
        if let from = period?.from {
            add("ifnull(ifnull(completed_at, due_at) >= ?, 1)", .text(from.description))
        }
    }
}
