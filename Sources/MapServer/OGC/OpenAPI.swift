import Geometry
import Works

/// The description of the interface in OpenAPI 3.0, complete in itself: every reference points into the document.
struct OpenAPI {
    static let mediaType = "application/vnd.oai.openapi+json;version=3.0"

    let title: String
    let server: String

    var document: JSONValue {
        [
            "openapi": "3.0.3",
            "info": [
                "title": .string(title), "version": "1.0.0",
                "description": "Road works, outages and hazards of a city: deadlines, statuses, history.",
            ],
            "servers": [["url": .string(server)]],
            "tags": [["name": "features"], ["name": "tiles"], ["name": "works"]],
            "paths": .object(JSONObject(paths)),
            "components": [
                "parameters": .object(JSONObject(parameters)),
                "responses": .object(JSONObject(responses)),
                "schemas": .object(JSONObject(schemas)),
            ],
        ]
    }

    // MARK: Paths

    private var paths: [(String, JSONValue)] {
        let common = ["f", "lang"]
        var paths: [(String, JSONValue)] = [
            ("/ogc", Self.get("landing", "Landing page", common, "landing")),
            ("/ogc/conformance", Self.get("conformance", "Conformance classes", common, "object")),
            ("/ogc/api", Self.get("api", "This document", common, "object", type: Self.mediaType)),
            ("/ogc/collections", Self.get("collections", "The collections", common, "collections")),
            ("/ogc/tiles", Self.get("tilesets", "The tilesets", common, "object")),
            ("/ogc/tileMatrixSets", Self.get("tileMatrixSets", "The tile matrix sets", common, "object")),
        ]
        for layer in Layer.collections {
            let path = "/ogc/collections/\(layer.name)"
            let name = layer.name
            let filters = layer.reference == nil ? FilterQuery.names : ["bbox", "datetime"]
            paths += [
                (path, Self.get("\(name)", "The collection \(name)", common, "object")),
                (
                    path + "/queryables",
                    Self.get(
                        "\(name)Queryables", "What \(name) can be asked for", common, "object",
                        type: "application/schema+json")
                ),
                (
                    path + "/schema",
                    Self.get(
                        "\(name)Schema", "The properties of \(name)", common, "object",
                        type: "application/schema+json")
                ),
                (
                    path + "/items",
                    Self.get(
                        "\(name)Items", "Features of \(name)",
                        filters + ["limit", "cursor", "crs", "bbox-crs"] + common, "featureCollection",
                        type: "application/geo+json")
                ),
                (
                    path + "/items/{id}",
                    Self.get(
                        "\(name)Item", "One feature of \(name)", ["id", "crs"] + common, "feature",
                        type: "application/geo+json", notFound: true)
                ),
            ]
        }
        for layer in Layer.downloads {
            paths.append(
                (
                    "/geojson/\(layer.name).geojson",
                    Self.get(
                        "\(layer.name)Download", "All of \(layer.name)", LayerQuery.names(for: layer),
                        "featureCollection", type: "application/geo+json")
                ))
        }
        paths += [
            (
                "/api/works/{id}",
                Self.get("work", "One work", ["id"], "feature", type: "application/geo+json", notFound: true)
            ),
            (
                "/api/works/{id}/history",
                Self.get("history", "The record of one work", ["id"], "object", notFound: true)
            ),
        ]
        return paths
    }

    private static func get(
        _ id: String, _ summary: String, _ parameters: [String], _ schema: String, type: String = "application/json",
        notFound: Bool = false
    ) -> JSONValue {
        var content: [(String, JSONValue)] = [(type, ["schema": reference("schemas", schema)])]
        if parameters.contains("f") { content.append(("text/html", ["schema": ["type": "string"]])) }
        var responses: [(String, JSONValue)] = [
            ("200", ["description": .string(summary), "content": .object(JSONObject(content))]),
            ("400", reference("responses", "problem")),
            ("503", reference("responses", "problem")),
        ]
        if notFound { responses.insert(("404", reference("responses", "problem")), at: 2) }
        if parameters.contains("f") { responses.insert(("406", reference("responses", "problem")), at: 2) }
        return [
            "get": [
                "operationId": .string(id), "summary": .string(summary), "tags": ["features"],
                "parameters": .array(parameters.map { reference("parameters", $0) }),
                "responses": .object(JSONObject(responses)),
            ]
        ]
    }

    private static func reference(_ kind: String, _ name: String) -> JSONValue {
        ["$ref": .string("#/components/\(kind)/\(name)")]
    }

    // MARK: Parameters

    private var parameters: [(String, JSONValue)] {
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
                        "oneOf": [
                            ["type": "array", "minItems": 4, "maxItems": 4, "items": ["type": "number"]],
                            ["type": "array", "minItems": 6, "maxItems": 6, "items": ["type": "number"]],
                        ]
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
                "updated_since",
                Self.query(
                    "updated_since", "Only works changed since", ["type": "string", "format": "date-time"])
            ),
            ("q", Self.query("q", "Words in title, description, address", ["type": "string"])),
        ]
        for property in FeatureProperty.works where property.isFilter {
            var items: [(String, JSONValue)] = [("type", "string"), ("pattern", "^[^,]+$")]
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

    // MARK: Answers

    private var responses: [(String, JSONValue)] {
        [
            (
                "problem",
                [
                    "description": "What went wrong (RFC 9457)",
                    "content": ["application/problem+json": ["schema": Self.reference("schemas", "problem")]],
                ]
            )
        ]
    }

    private var schemas: [(String, JSONValue)] {
        let link = Self.reference("schemas", "link")
        return [
            (
                "problem",
                [
                    "type": "object", "required": ["type", "title", "status"],
                    "properties": [
                        "type": ["type": "string"], "title": ["type": "string"], "status": ["type": "integer"],
                        "detail": ["type": "string"], "instance": ["type": "string"],
                    ],
                ]
            ),
            (
                "link",
                [
                    "type": "object", "required": ["href", "rel"],
                    "properties": [
                        "href": ["type": "string"], "rel": ["type": "string"], "type": ["type": "string"],
                        "title": ["type": "string"],
                    ],
                ]
            ),
            ("object", ["type": "object"]),
            (
                "landing",
                [
                    "type": "object", "required": ["links"],
                    "properties": [
                        "title": ["type": "string"], "description": ["type": "string"],
                        "links": ["type": "array", "items": link],
                    ],
                ]
            ),
            (
                "collections",
                [
                    "type": "object", "required": ["links", "collections"],
                    "properties": [
                        "links": ["type": "array", "items": link],
                        "collections": ["type": "array", "items": ["type": "object"]],
                    ],
                ]
            ),
            (
                "feature",
                [
                    "type": "object", "required": ["type", "id", "geometry", "properties"],
                    "properties": [
                        "type": ["type": "string", "enum": ["Feature"]], "id": ["type": "string"],
                        "geometry": ["type": "object", "nullable": true], "properties": ["type": "object"],
                        "links": ["type": "array", "items": link],
                    ],
                ]
            ),
            (
                "featureCollection",
                [
                    "type": "object", "required": ["type", "features"],
                    "properties": [
                        "type": ["type": "string", "enum": ["FeatureCollection"]],
                        "features": ["type": "array", "items": Self.reference("schemas", "feature")],
                        "numberMatched": ["type": "integer", "minimum": 0],
                        "numberReturned": ["type": "integer", "minimum": 0],
                        "timeStamp": ["type": "string", "format": "date-time"],
                        "links": ["type": "array", "items": link],
                    ],
                ]
            ),
        ]
    }
}
