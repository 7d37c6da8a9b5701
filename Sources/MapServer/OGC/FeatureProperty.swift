import Geometry
import HTTPEdge
import Works

/// A property of the features of a collection, as schemas describe it.
struct FeatureProperty: Sendable {
    var name: String
    /// As in JSON Schema.
    var type = "string"
    var format: String?
    var values: [String] = []
    var meaning: String
    /// Whether a query parameter of its name filters by it.
    var isFilter = false

    /// The properties of a layer's features in their order.
    static func all(of layer: Layer) -> [FeatureProperty] {
        layer.reference == nil ? works : references
    }

    private static func moment(_ name: String, _ meaning: String) -> FeatureProperty {
        FeatureProperty(name: name, format: "date-time", meaning: meaning)
    }

    private static func choice<Value: RawRepresentable & CaseIterable>(
        _ name: String, _: Value.Type, _ meaning: String, isFilter: Bool = true
    ) -> FeatureProperty where Value.RawValue == String {
        FeatureProperty(name: name, values: Value.allCases.map(\.rawValue), meaning: meaning, isFilter: isFilter)
    }

    static let works: [FeatureProperty] = [
        choice("kind", WorkKind.self, "road repair, outage or hazard"),
        .init(name: "category", meaning: "category code, such as pothole or water", isFilter: true),
        .init(name: "title", meaning: "title"),
        .init(name: "description", meaning: "description"),
        .init(name: "address", meaning: "address"),
        choice("status", WorkStatus.self, "how far the work has come"),
        choice("severity", Severity.self, "how bad it is"),
        .init(name: "district", meaning: "the district it lies in", isFilter: true),
        .init(
            name: "districts", type: "object",
            meaning: "its districts by class, such as wards or postal codes; left out if the city has no classes"),
        .init(name: "organisation", meaning: "the service responsible", isFilter: true),
        .init(name: "contractor", meaning: "the contractor", isFilter: true),
        moment("reported_at", "when it was reported"),
        moment("starts_at", "when the work starts"),
        moment("due_at", "the present deadline"),
        moment("original_due_at", "the first deadline promised"),
        moment("completed_at", "when it was done, or rejected"),
        .init(
            name: WorkProperty.completedEstimated, type: "boolean",
            meaning:
                "true if its source does not state the end, so that completed_at is an estimate; left out otherwise"),
        moment("updated_at", "when the record last changed"),
        .init(name: "due_changes", type: "integer", meaning: "how often the deadline was moved"),
        .init(
            name: WorkProperty.movedLate, type: "boolean", meaning: "true if a deadline was moved after it had passed"),
        moment("passed_due_at", "the deadline that had passed when it was moved; left out otherwise"),
        .init(name: "daily_from", meaning: "when the crew's day starts, HH:MM"),
        .init(name: "daily_until", meaning: "when the crew's day ends, HH:MM"),
        moment("on_site_at", "when somebody last confirmed that work is going on there"),
        choice("traffic_impact", TrafficImpact.self, "what it does to traffic; null if nobody knows", isFilter: false),
        choice("deadline_state", DeadlineState.self, "whether the deadline is kept, as of the answer"),
        .init(name: "source", meaning: "where it was imported from"),
        .init(name: "source_id", meaning: "its name there"),
        .init(name: "revision", type: "integer", meaning: "grows with every change"),
        .init(name: "extra", type: "object", meaning: "what else the source said and the city publishes"),
    ]

    /// The name by which a feature is known, which stands beside its properties.
    static let id = FeatureProperty(name: "id", meaning: "the feature's id")

    /// The property of a name that some collection can be asked for.
    static func queryable(_ name: String) -> FeatureProperty {
        ([id] + works + references).first { $0.name == name } ?? FeatureProperty(name: name, meaning: name)
    }

    static let references: [FeatureProperty] = [
        .init(name: "name", meaning: "name"),
        .init(name: "class", meaning: "what it is within its layer"),
        .init(name: "source", meaning: "where it was imported from"),
        .init(name: "source_id", meaning: "its name there"),
        .init(name: "extra", type: "object", meaning: "what else the source said and the city publishes"),
    ]

    /// The property of works for a class of districts.
    static func district(in name: String) -> FeatureProperty {
        FeatureProperty(
            name: DistrictClass.property(name), meaning: "the district of the class \(name) it lies in", isFilter: true)
    }

    /// The property's own schema. Any may be null, but what every work has.
    var schema: JSONValue {
        var members: [(String, JSONValue)] = [("title", .string(meaning)), ("type", .string(type))]
        if let format { members.append(("format", .string(format))) }
        if !values.isEmpty { members.append(("enum", .array(values.map { .string($0) }))) }
        return .object(JSONObject(members))
    }

    /// A JSON Schema of the properties, with the geometry.
    static func schema(of layer: Layer, id: String, title: String, queryablesOnly: Bool, classes: [String]) -> JSONValue
    {
        var properties: [(String, JSONValue)] = [
            (WorkProperty.geometry, ["x-ogc-role": "primary-geometry", "format": "geometry-any"])
        ]
        if queryablesOnly { properties.append((Self.id.name, Self.id.schema)) }
        for property in all(of: layer) where !queryablesOnly || layer.vocabulary[property.name] != nil {
            properties.append((property.name, property.schema))
        }
        if queryablesOnly, layer.reference == nil {
            for name in classes { properties.append((DistrictClass.property(name), Self.district(in: name).schema)) }
        }
        return [
            "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": .string(id), "type": "object",
            "title": .string(title), "properties": .object(JSONObject(properties)),
            "additionalProperties": .bool(!queryablesOnly),
        ]
    }
}
