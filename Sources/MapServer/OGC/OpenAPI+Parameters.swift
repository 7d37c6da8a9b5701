import Geometry
import HTTPEdge
import Interchange
import Works

extension OpenAPI {
    /// The parameters of all paths as components, with their names.
    var parameters: [(String, JSONValue)] {
        let systems: JSONValue = [
            "type": "string", "enum": .array(CoordinateReference.allCases.map { .string($0.rawValue) }),
            "default": .string(CoordinateReference.crs84.rawValue),
        ]
        var parameters: [(String, JSONValue)] = [
            ("f", Self.query("f", "The form of the answer", ["type": "string", "enum": ["json", "html"]])),
            (
                "lang",
                Self.query("lang", "The language of texts for people", ["type": "string", "enum": ["ru", "en"]])
            ),
            (
                "limit",
                Self.query(
                    "limit", "How many features a page has at most; more than the maximum is the maximum",
                    [
                        "type": "integer", "minimum": 1, "maximum": .integer(FeaturesRoutes.maximumLimit),
                        "default": .integer(FeaturesRoutes.defaultLimit),
                    ])
            ),
            (
                "cursor",
                Self.query(
                    "cursor", "Where the page starts: only values from next links",
                    ["type": "string", "pattern": .string(Cursor.pattern)])
            ),
            ("crs", Self.query("crs", "The system of the answer's coordinates", systems)),
            ("bbox-crs", Self.query("bbox-crs", "The system of bbox", systems)),
            (
                "id",
                [
                    "name": "id", "in": "path", "required": true, "schema": ["type": "string"],
                    "description": "The feature's id",
                ]
            ),
            (
                "bbox",
                Self.list(
                    "bbox", "Only features whose box meets this one, and those without a geometry",
                    [
                        "type": "array", "items": ["type": "number"],
                        "oneOf": [["minItems": 4, "maxItems": 4], ["minItems": 6, "maxItems": 6]],
                    ])
            ),
            (
                "datetime",
                Self.query(
                    "datetime", "Only features of this moment or interval, and those without times",
                    ["type": "string"])
            ),
            ("open", Self.query("open", "Only works on which something is still to be done", ["type": "boolean"])),
            (
                "moved_late",
                Self.query(
                    "moved_late", "Only works whose deadline was moved after it had passed, or only the others",
                    ["type": "boolean"])
            ),
            (
                "updated_since",
                Self.query(
                    "updated_since", "Only works changed since", ["type": "string", "format": "date-time"])
            ),
            (
                "at",
                Self.query(
                    "at",
                    "The works as they were said and promised by this moment; of a date by its end. By the record, which knows status, "
                        + "deadline, start, service, contractor, category, kind, severity, effect on traffic, district and place",
                    ["type": "string", "format": "date-time"])
            ),
            (
                "q",
                Self.query("q", "Words in title, description, address", ["type": "string", "pattern": "^[^\\x00]*$"])
            ),
        ]
        parameters += [
            (
                "filter",
                Self.query(
                    "filter", "Only features for which this condition in CQL2 holds",
                    ["type": "string", "example": "due_changes > 0 AND CASEI(title) LIKE CASEI('%pipe%')"])
            ),
            (
                "filter-lang",
                Self.query(
                    "filter-lang", "The form of filter",
                    [
                        "type": "string", "enum": .array(ExpressionQuery.languages.map { .string($0.name) }),
                        "default": .string(CQL2.Form.text.rawValue),
                    ])
            ),
            ("filter-crs", Self.query("filter-crs", "The system of the coordinates in filter", systems)),
        ]
        var queryables: Set<String> = []
        for property in Layer.collections.flatMap(ExpressionQuery.queryables)
        where queryables.insert(property.name).inserted {
            let described = FeatureProperty.queryable(property.name)
            var schema: [(String, JSONValue)] = [("type", .string(described.type))]
            if let format = described.format { schema.append(("format", .string(format))) }
            if !described.values.isEmpty {
                schema.append(("enum", .array(described.values.map { .string($0) })))
            } else if described.format == nil, described.type == "string" {
                schema.append(("pattern", "^[^\\x00]*$"))
            }
            parameters.append(
                (
                    property.name == "id" ? "id-queryable" : property.name,
                    Self.query(
                        property.name, "Only features of which this is equal: \(described.meaning)",
                        .object(JSONObject(schema)))
                ))
        }
        for property in FeatureProperty.works + districtClasses.map(FeatureProperty.district) where property.isFilter {
            var items: [(String, JSONValue)] = [("type", "string"), ("pattern", "^[^,\\x00]+$")]
            if !property.values.isEmpty { items.append(("enum", .array(property.values.map { .string($0) }))) }
            parameters.append(
                (
                    property.name,
                    Self.list(
                        property.name, "Only works with one of these: \(property.meaning)",
                        [
                            "type": "array", "minItems": 1, "items": .object(JSONObject(items)),
                        ])
                ))
        }
        return parameters
    }

    private static func query(_ name: String, _ description: String, _ schema: JSONValue) -> JSONValue {
        [
            "name": .string(name), "in": "query", "required": false, "description": .string(description),
            "schema": schema,
        ]
    }

    /// A parameter of several values joined by commas.
    private static func list(_ name: String, _ description: String, _ schema: JSONValue) -> JSONValue {
        [
            "name": .string(name), "in": "query", "required": false, "description": .string(description),
            "style": "form", "explode": false, "schema": schema,
        ]
    }
}
