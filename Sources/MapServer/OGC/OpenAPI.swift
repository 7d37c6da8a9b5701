import Geometry
import HTTPEdge
import Interchange
import Works

/// A description of a part of the interface in OpenAPI 3.0, complete in itself: every reference points into the document.
struct OpenAPI {
    static let mediaType = "application/vnd.oai.openapi+json;version=3.0"

    /// What a document describes.
    enum Part {
        /// The OGC API, with its paths as OGC's standards have them: below the landing page, where clients look for them.
        case ogc
        /// Whole layers, and single works.
        case downloads
    }

    let part: Part
    let title: String
    /// The facts about the city, for the contact and the licence.
    var city = CityFacts()
    /// The address that the paths are added to.
    let server: String
    /// True if works can be written here; described with the downloads.
    var writes = false
    /// Classes of the city's districts, each a parameter of its own.
    var districtClasses: [String] = []

    var document: JSONValue {
        let paths = JSONValue.object(JSONObject(part == .ogc ? ogcPaths : downloadPaths))
        let text = String(decoding: paths.bytes, as: UTF8.self)
        let used = parameters.filter { text.contains("\"#/components/parameters/\($0.0)\"") }
        var components: [(String, JSONValue)] = [
            ("parameters", .object(JSONObject(used))), ("responses", .object(JSONObject(responses))),
            ("schemas", .object(JSONObject(schemas + (writes ? [Self.staffSchema] : [])))),
        ]
        if writes { components.append(("securitySchemes", Self.securitySchemes)) }
        return [
            "openapi": "3.0.3",
            "info": .object(information),
            "servers": [["url": .string(server)]],
            "tags": [["name": "features"]],
            "paths": paths,
            "components": .object(JSONObject(components)),
        ]
    }

    private var information: JSONObject {
        var members: [(String, JSONValue)] = [
            ("title", .string(title)), ("version", "1.0.0"),
            ("description", "Road works, outages and hazards of a city: deadlines, statuses, history."),
        ]
        /// A text, and the same as an address where it is one.
        func named(_ text: String) -> [(String, JSONValue)] {
            [("name", .string(text))] + (WebAddress.isPlain(text) ? [("url", .string(text))] : [])
        }
        if let contact = city[.contact] { members.append(("contact", .object(JSONObject(named(contact))))) }
        if let licence = city[.licence] { members.append(("license", .object(JSONObject(named(licence))))) }
        return JSONObject(members)
    }

    // MARK: Paths

    private var ogcPaths: [(String, JSONValue)] {
        let common = ["f", "lang"]
        var paths: [(String, JSONValue)] = [
            ("/", Self.get("landing", "Landing page", common, "landing")),
            ("/conformance", Self.get("conformance", "Conformance classes", common, "object")),
            ("/api", Self.get("api", "This document", common, "object", type: Self.mediaType)),
            ("/collections", Self.get("collections", "The collections", common, "collections")),
            ("/tiles", Self.get("tilesets", "The tilesets", common, "object")),
            ("/tileMatrixSets", Self.get("tileMatrixSets", "The tile matrix sets", common, "object")),
        ]
        for layer in Layer.collections {
            let path = "/collections/\(layer.name)"
            let name = layer.name
            // A component's name is told apart by what it is, since the path has a parameter of the name id too.
            let parameters = byClass(FeaturesRoutes.parameters(of: layer)).map { $0 == "id" ? "id-queryable" : $0 }
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
                        parameters + common, "featureCollection",
                        type: "application/geo+json")
                ),
                (
                    path + "/items/{id}",
                    Self.get(
                        "\(name)Item", "One feature of \(name)",
                        ["id"] + FeaturesRoutes.itemParameters(of: layer) + common, "feature",
                        type: "application/geo+json", notFound: true)
                ),
            ]
        }
        return paths
    }

    /// Names of parameters with those for the classes of districts in their place.
    private func byClass(_ names: [String]) -> [String] {
        names.flatMap { $0 == FilterParameters.districtByClass ? districtClasses.map(DistrictClass.property) : [$0] }
    }

    private var downloadPaths: [(String, JSONValue)] {
        var paths: [(String, JSONValue)] = [
            ("/api", Self.get("api", "This document", [], "object", type: Self.mediaType)),
            ("/api/sources", Self.get("sources", "How fresh the data of each source is", [], "object")),
        ]
        for layer in Layer.downloads {
            paths.append(
                (
                    "/geojson/\(layer.name).geojson",
                    Self.get(
                        "\(layer.name)Download", "All of \(layer.name)", byClass(LayerQuery.names(for: layer)),
                        "featureCollection", type: "application/geo+json")
                ))
        }
        let work = Self.get(
            "work", "One work", ["id"], "feature", type: "application/geo+json", notFound: true, gone: true)
        if writes { paths += [("/api/works", ["post": Self.statement])] + Self.takingBack }
        paths += [
            ("/api/works/{id}", writes ? Self.adding("patch", Self.decision, to: Self.readingForStaff(work)) : work),
            (
                "/api/works/{id}/history",
                Self.get("history", "The record of one work", ["id"], "object", notFound: true)
            ),
        ]
        return paths
    }

    /// A path with one more operation.
    private static func adding(_ method: String, _ operation: JSONValue, to path: JSONValue) -> JSONValue {
        var operations = path.object ?? JSONObject()
        operations[method] = operation
        return .object(operations)
    }

    private static func get(
        _ id: String, _ summary: String, _ parameters: [String], _ schema: String, type: String = "application/json",
        notFound: Bool = false, gone: Bool = false
    ) -> JSONValue {
        var content: [(String, JSONValue)] = [(type, ["schema": reference("schemas", schema)])]
        if parameters.contains("f") { content.append(("text/html", ["schema": ["type": "string"]])) }
        var responses: [(String, JSONValue)] = [
            ("200", ["description": .string(summary), "content": .object(JSONObject(content))]),
            ("400", reference("responses", "problem")),
            ("503", reference("responses", "problem")),
        ]
        if gone { responses.insert(("410", reference("responses", "problem")), at: 2) }
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
                        "parameter": ["type": "string"],
                        "errors": [
                            "type": "array",
                            "items": [
                                "type": "object", "required": ["field", "detail"],
                                "properties": ["field": ["type": "string"], "detail": ["type": "string"]],
                            ],
                        ],
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
