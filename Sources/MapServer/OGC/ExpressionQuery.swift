import Geometry
import HTTPEdge
import Interchange
import Works

/// Conditions on properties as query parameters: `filter` in CQL2, and each queryable by its own name (OGC 19-079r2, sections 6.4 and 7).
enum ExpressionQuery {
    /// The parameters of a filter in CQL2.
    static let names = ["filter", "filter-lang", "filter-crs"]

    /// The values of `filter-lang`. The last is what GDAL up to 3.8 looks for and calls the text form; without it, it takes conditions on times
    /// for the parameter `datetime`, which means another thing.
    static let languages: [(name: String, form: CQL2.Form)] =
        CQL2.Form.allCases.map { ($0.rawValue, $0) } + [("cql-text", .text)]

    /// The queryables of a layer that are parameters of their own and not filters of the interface already.
    static func queryables(of layer: Layer) -> [FilterVocabulary.Property] {
        layer.vocabulary.properties.filter {
            $0.type != .geometry && (layer.reference != nil || !FilterQuery.names.contains($0.name))
        }
    }

    /// The condition that all these parameters describe together; nil if there are none of them.
    ///
    /// - Throws: ``Problem`` naming the parameter, and what in it cannot be used.
    static func expression(_ layer: Layer, _ query: QueryParameters) throws(Problem) -> FilterExpression? {
        var conditions: [FilterExpression] = []
        if let filter = try filter(layer, query) { conditions.append(filter) }
        for property in queryables(of: layer) {
            guard let text = query[property.name] else { continue }
            let value = try value(text, of: property)
            conditions.append(.comparison(.equal, .property(property.name), value))
        }
        return conditions.count > 1 ? .and(conditions) : conditions.first
    }

    /// The condition on works in the parameter `filter`; nil if it is not given.
    static func worksFilter(_ query: QueryParameters) throws(Problem) -> FilterExpression? {
        try filter(Layer(.works(nil)), query)
    }

    private static func filter(_ layer: Layer, _ query: QueryParameters) throws(Problem) -> FilterExpression? {
        let crs = try query["filter-crs"].map { name throws(Problem) in
            try CoordinateReference(name, parameter: "filter-crs")
        }
        var form = CQL2.Form.text
        if let name = query["filter-lang"] {
            guard let known = languages.first(where: { $0.name == name }) else {
                let names = languages.map(\.name).joined(separator: ", ")
                throw .malformedParameter("filter-lang", "“\(name.prefix(40))” is not known here; known are \(names)")
            }
            form = known.form
        }
        guard let text = query["filter"] else { return nil }
        let condition: FilterExpression
        do {
            condition = try CQL2.parse(
                text, as: form, vocabulary: layer.vocabulary, position: (crs ?? .crs84).coordinate(_:_:))
        } catch {
            throw .malformedParameter("filter", error.description)
        }
        guard condition.cost <= FilterExpression.maximumCost else {
            throw .malformedParameter(
                "filter",
                "asks too much of each feature: its cost is \(condition.cost), at most \(FilterExpression.maximumCost) is allowed; "
                    + "a comparison costs 1, CASEI and ACCENTI 8 each, LIKE 4, a spatial relation 30; use fewer of them"
            )
        }
        return condition
    }

    /// The value that a parameter asks a property to be equal to.
    private static func value(
        _ text: String, of property: FilterVocabulary.Property
    ) throws(Problem) -> FilterOperand {
        func refused(_ wanted: String) -> Problem {
            .malformedParameter(property.name, "“\(text.prefix(60))” is not \(wanted)")
        }
        switch property.type {
        case .number:
            let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = Double(text) else {
                throw refused("a whole number")
            }
            return .number(number)
        case .time:
            guard let time = FilterTime(text) ?? Instant(text).map({ .moment($0, nanoseconds: 0) }) else {
                throw refused("a moment such as 2026-11-23T09:00:00Z or a date such as 2026-11-23")
            }
            return .time(time)
        case .text, .truth, .interval, .geometry:
            let choices = FeatureProperty.queryable(property.name).values
            guard choices.isEmpty || choices.contains(text) else {
                throw refused("one of \(choices.joined(separator: ", "))")
            }
            return .text(text)
        }
    }
}

extension Layer {
    /// What the layer's features can be asked for.
    var vocabulary: FilterVocabulary { reference == nil ? .works : .references }
}
