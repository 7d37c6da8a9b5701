import Cartography
import Geometry
import HTTPEdge
import HTTPTypes
import Hummingbird
import Interchange
import Works

/// `/ogc`: the landing page, the conformance classes, the description of the interface and the collections
/// (OGC 17-069r4, OGC API - Features - Part 1: Core 1.0.1).
struct OGCCoreRoutes: RouteFamily {
    let services: MapServices

    var routes: [Route] {
        [
            .get("/ogc") { request, _ in try landing(request) },
            .get("/ogc/conformance") { request, _ in try conformance(request) },
            .get("/ogc/api") { request, context in try await api(request, context) },
            .get("/ogc/collections") { request, context in try await collections(request, context) },
            .get("/ogc/collections/{layer}") { request, context in try await collection(request, context) },
            .get("/ogc/collections/{layer}/schema") { request, context in try await schema(request, context, "schema")
            },
            .get("/ogc/collections/{layer}/queryables") { request, context in
                try await schema(request, context, "queryables")
            },
        ]
    }

    /// The classes that the service conforms to, and no others.
    static let conformanceClasses =
        ["core", "oas30", "html", "geojson"].map { "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/" + $0 }
        + ["http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs"]
        + [
            "queryables", "queryables-query-parameters", "filter", "features-filter",
        ].map { "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/" + $0 }
        + CQL2.conformanceClasses.map { "http://www.opengis.net/spec/cql2/1.0/conf/" + $0 }
        + [
            "core", "landing-page", "json", "html", "oas30",
        ].map { "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/" + $0 }
        + ["http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections"]
        + [
            "core", "tileset", "tilesets-list", "dataset-tilesets", "png", "mvt",
        ].map { "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/" + $0 }

    // MARK: Landing page

    private func landing(_ request: Request) throws -> Response {
        let resource = try OGCResource(request, services)
        let say = resource.language
        let pages =
            resource.selfLinks(json: "application/json") + [
                Link(
                    href: resource.href("/api"), rel: "service-desc", type: OpenAPI.mediaType,
                    title: say("Описание интерфейса", "The interface's description")),
                Link(
                    href: resource.href("/api?f=html"), rel: "service-doc", type: "text/html",
                    title: say("Описание для людей", "Its description for people")),
                Link(
                    href: resource.address("/api"), rel: "related", type: OpenAPI.mediaType,
                    title: say("Описание остального интерфейса", "The description of the rest of the interface")),
                Link(
                    href: resource.href("/conformance"), rel: "conformance", type: "application/json",
                    title: say("Классы соответствия", "Conformance classes")),
                Link(
                    href: resource.href("/collections"), rel: "data", type: "application/json",
                    title: say("Слои", "Collections")),
                Link(
                    href: resource.href("/tileMatrixSets"),
                    rel: "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes", type: "application/json",
                    title: say("Системы тайлов", "Tile matrix sets")),
                Link(
                    href: resource.href("/tiles"), rel: "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector",
                    type: "application/json", title: say("Векторные тайлы", "Vector tiles")),
                Link(
                    href: resource.href("/tiles"), rel: "http://www.opengis.net/def/rel/ogc/1.0/tilesets-map",
                    type: "application/json", title: say("Тайлы карты", "Map tiles")),
            ]
        let licence = services.city.facts[.licence].flatMap { WebAddress.isPlain($0) ? $0 : nil }.map {
            Link(href: $0, rel: "license", type: "text/html", title: say("Лицензия данных", "The data's licence"))
        }
        let links = pages + [licence].compactMap { $0 }
        let title = services.city.title(resource.language)
        let description = say(
            "Дорожные работы, отключения и опасности города: сроки, статусы и их история.",
            "Road works, outages and hazards of a city: their deadlines, statuses and history.")
        return resource.response(
            request,
            [
                "title": .string(title), "description": .string(description), "links": links.json,
            ], links: links
        ) {
            resource.page(title, [], "<p>\(description)</p>\n" + Self.list(links.dropFirst(2)))
        }
    }

    private static func list(_ links: some Sequence<Link>) -> HTML {
        var items: HTML = ""
        for link in links {
            let href = link.type == "application/json" ? link.href + "?f=html" : link.href
            items += "<li><a href=\"\(href)\">\(link.title ?? link.href)</a></li>\n"
        }
        return "<ul>\n\(items)</ul>"
    }

    // MARK: Conformance

    private func conformance(_ request: Request) throws -> Response {
        let resource = try OGCResource(request, services)
        return resource.response(
            request,
            [
                "conformsTo": .array(Self.conformanceClasses.map { .string($0) }),
                "links": resource.selfLinks(json: "application/json").json,
            ]
        ) {
            var items: HTML = ""
            for name in Self.conformanceClasses { items += "<li>\(name)</li>\n" }
            return resource.page(
                resource.language("Классы соответствия", "Conformance classes"), [], "<ul>\n\(items)</ul>")
        }
    }

    // MARK: The interface

    private func api(_ request: Request, _ context: MapContext) async throws -> Response {
        let resource = try OGCResource(request, services)
        let classes = try await services.districtClasses(request, context)
        let document = OpenAPI(
            part: .ogc, title: services.city.title(resource.language), city: services.city.facts,
            server: resource.href(""), districtClasses: classes
        ).document
        return resource.response(request, document, type: OpenAPI.mediaType) {
            var rows: HTML = ""
            for path in document["paths"]?.object.map({ Array($0) }) ?? [] {
                let get = path.value["get"]
                rows += "<tr><td><code>\(path.name)</code></td><td>\(get?["summary"]?.string ?? "")</td></tr>\n"
            }
            return resource.page(
                resource.language("Интерфейс", "The interface"), [],
                "<p><a href=\"/ogc/api?f=json\">OpenAPI 3.0</a></p>\n<table>\(rows)</table>")
        }
    }

    // MARK: Collections

    private func collections(_ request: Request, _ context: MapContext) async throws -> Response {
        let resource = try OGCResource(request, services)
        let collections = try await services.features(request, context) { _ in
            try Layer.collections.map { try Collection($0, resource) }
        }
        let links = resource.selfLinks(json: "application/json")
        return resource.response(
            request,
            [
                "links": links.json,
                "crs": .array(CoordinateReference.allCases.map { .string($0.rawValue) }),
                "collections": .array(collections.map(\.json)),
            ], links: links
        ) {
            var items: HTML = ""
            for collection in collections {
                items += """
                    <li><a href="/ogc/collections/\(collection.layer.name)?f=html">\(collection.title)</a> —
                    \(collection.description)</li>

                    """
            }
            return resource.page(resource.language("Слои", "Collections"), [], "<ul>\n\(items)</ul>")
        }
    }

    private func collection(_ request: Request, _ context: MapContext) async throws -> Response {
        let layer = try Self.layer(context)
        let resource = try OGCResource(request, services)
        let collection = try await services.features(request, context) { _ in try Collection(layer, resource) }
        return resource.response(request, collection.json, links: collection.links) {
            let say = resource.language
            return resource.page(
                collection.title, [(say("Слои", "Collections"), "/ogc/collections?f=html")],
                """
                <p>\(collection.description)</p>
                <p><a href="/ogc/collections/\(layer.name)/items?f=html">\(say("Объекты", "Features"))</a></p>
                <p><a href="/ogc/collections/\(layer.name)/queryables?f=json">\(say("Свойства", "Queryables"))</a></p>
                <p><a href="/geojson/\(layer.name).geojson">GeoJSON</a></p>
                """)
        }
    }

    /// The JSON Schema of a collection's features, or of what can be asked of them.
    private func schema(_ request: Request, _ context: MapContext, _ kind: String) async throws -> Response {
        let layer = try Self.layer(context)
        let classes = try await services.districtClasses(request, context)
        let resource = try OGCResource(request, services)
        let document = FeatureProperty.schema(
            of: layer, id: resource.href("/collections/\(layer.name)/\(kind)"), title: resource.language.name(layer),
            queryablesOnly: kind == "queryables", classes: classes)
        return resource.response(request, document, type: "application/schema+json") {
            var rows: HTML = ""
            let isQueryables = kind == "queryables"
            let properties = isQueryables ? [.id] + FeatureProperty.all(of: layer) : FeatureProperty.all(of: layer)
            let named = isQueryables && layer.reference == nil ? classes.map(FeatureProperty.district) : []
            for property in properties + named where !isQueryables || layer.vocabulary[property.name] != nil {
                rows +=
                    "<tr><td><code>\(property.name)</code></td><td>\(property.type)</td><td>\(property.meaning)</td></tr>\n"
            }
            return resource.page(
                resource.language.name(layer), [(layer.name, "/ogc/collections/\(layer.name)?f=html")],
                "<table>\(rows)</table>")
        }
    }

    /// The layer in the path.
    static func layer(_ context: MapContext) throws -> Layer {
        let name = context.parameters.get("layer") ?? ""
        guard let layer = Layer.collections.first(where: { $0.name == name }) else {
            throw Problem.notFound(
                "there is no collection “\(name.prefix(60))”; there are \(Layer.collections.map(\.name).joined(separator: ", "))"
            )
        }
        return layer
    }
}

extension HTML {
    static func + (one: HTML, other: HTML) -> HTML { HTML(markup: one.text + other.text) }
}
