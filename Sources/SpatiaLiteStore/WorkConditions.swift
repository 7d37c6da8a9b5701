import Geometry
import Works

/// The conditions of a filter as SQL over the table `works`.
struct WorkConditions {
    private var conditions: [SQLPiece] = []
    /// Whether few texts of SQL cover all filters of this shape, so that the statement is worth keeping.
    private(set) var isCommon = true

    init(_ filter: WorkFilter, upTo: Int64? = nil, changedSince: Int64? = nil, at now: Instant) {
        if let upTo { add("fid <= \(value: .integer(upTo))") }
        if let changedSince {
            // The plus keeps the engine from walking the index of changes, whose order is not that of the numbers.
            add("+change_number > \(value: .integer(changedSince))")
        }
        if let bounds = filter.bounds { add(SearchFunctions.meets(bounds)) }
        if filter.openOnly { add("status NOT IN ('done', 'rejected')") }
        if !filter.kinds.isEmpty { add(Self.isOne("kind", of: filter.kinds.map(\.rawValue))) }
        addSet("status", filter.statuses)
        addSet("severity", filter.severities)
        addSet("category", filter.categories)
        addSet("district", filter.districts)
        for (name, wanted) in filter.districtsByClass.sorted(by: { $0.key < $1.key }) {
            addSet(FilterColumns.district(in: name), wanted)
        }
        addSet("organisation", filter.organisations)
        addSet("contractor", filter.contractors)
        addPeriod(filter.period)
        if let since = filter.updatedSince { add("updated_at >= \(value: .text(since.description))") }
        let columns = FilterColumns.works(at: now)
        addSet(columns.column(WorkProperty.deadlineState), filter.deadlineStates)
        if let late = filter.movedLate { add(late ? "passed_due_at IS NOT NULL" : "passed_due_at IS NULL") }
        for word in filter.words {
            isCommon = false
            add("\(name: SearchFunctions.mentions)(\(value: .text(word.lowercased())), title, description, address)")
        }
        for position in filter.excluded {
            isCommon = false
            let isThere = FilterExpression.spatial(
                .within, .property(WorkProperty.geometry), .box(position.surrounding))
            add("ifnull(NOT (\(FilterSQL(columns: columns).condition(isThere))), 1)")
        }
        if let expression = filter.expression {
            isCommon = false
            // Last, because it may be the costliest.
            add("(\(FilterSQL(columns: columns).condition(expression)))")
        }
    }

    /// The conditions after `WHERE` or `AND`; empty if every work matches.
    func clause(_ keyword: String) -> SQLPiece {
        conditions.isEmpty ? "" : " \(name: keyword) \(conditions.joined(by: " AND "))"
    }

    private mutating func add(_ condition: SQLPiece) { conditions.append(condition) }

    private mutating func addSet(_ expression: SQLPiece, _ wanted: Set<String>) {
        guard !wanted.isEmpty else { return }
        isCommon = false
        add(Self.isOne(expression, of: Array(wanted)))
    }

    private static func isOne(_ expression: SQLPiece, of wanted: [String]) -> SQLPiece {
        let list = wanted.sorted().map { text -> SQLPiece in "\(value: .text(text))" }
        return "\(expression) IN (\(list.joined(by: ", ")))"
    }

    private mutating func addSet<Value: RawRepresentable<String>>(_ expression: SQLPiece, _ wanted: Set<Value>) {
        addSet(expression, Set(wanted.map(\.rawValue)))
    }

    /// ``Presence`` in SQL.
    private mutating func addPeriod(_ period: Period?) {
        if let until = period?.until {
            add("ifnull(ifnull(starts_at, reported_at) <= \(value: .text(until.description)), 1)")
        }
        if let from = period?.from {
            add(
                """
                (status NOT IN ('done', 'rejected') OR ifnull(completed_at, updated_at) >= \
                \(value: .text(from.description)))
                """)
        }
    }
}
