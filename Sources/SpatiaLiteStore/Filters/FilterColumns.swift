import Works

/// Where in a table the properties stand that filters ask for.
struct FilterColumns {
    let vocabulary: FilterVocabulary
    /// The moment as of which deadlines are judged.
    let now: Instant

    static func works(at now: Instant) -> FilterColumns { FilterColumns(vocabulary: .works, now: now) }

    /// Those of the reference layers, none of which moves with the clock.
    static let references = FilterColumns(vocabulary: .references, now: Instant(secondsSinceEpoch: 0))

    /// The value of a property; null for a name that no property has.
    func column(_ name: String) -> SQLPiece {
        guard vocabulary[name] != nil else { return "NULL" }
        if let districtClass = DistrictClass.inProperty(name) { return Self.district(in: districtClass) }
        switch name {
        case WorkProperty.geometry: return "geom"
        case WorkProperty.completedEstimated: return "ifnull(completed_estimated, 0)"
        case WorkProperty.movedLate: return "(passed_due_at IS NOT NULL)"
        case WorkProperty.deadlineState:
            let soon = now + DeadlineState.dueSoonWindow
            return SQLPiece(
                text: "(\(DeadlineSQL.state(now: "?", soon: "?")))",
                values: [.text(now.description), .text(soon.description)])
        // The tables call the others what the interface calls them.
        default: return "\(name: name)"
        }
    }

    /// The district in a class; as `Work.district(in:)` has it.
    static func district(in name: String) -> SQLPiece {
        let path = SQLValue.text("$.\"\(name)\"")
        guard name == DistrictClass.unnamed else { return "json_extract(districts, \(value: path))" }
        return "iif(districts IS NULL, district, json_extract(districts, \(value: path)))"
    }
}
