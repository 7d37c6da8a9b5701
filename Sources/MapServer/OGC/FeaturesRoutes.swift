import Geometry
import HTTPEdge
import HTTPTypes
import Hummingbird
import Interchange
import TimeBudgets
import Works

/// `/ogc/collections/{layer}/items`: features in pages, and each by itself (OGC 17-069r4, sections 7.15 and 7.16; OGC 18-058r1).
struct FeaturesRoutes: RouteFamily {
    let services: MapServices

    static let defaultLimit = 100
    static let maximumLimit = 10_000

    var routes: [Route] {
        [
            .get("/ogc/collections/{layer}/items") { request, context in try await items(request, context) },
            .get("/ogc/collections/{layer}/items/{id}") { request, context in try await item(request, context) },
        ]
    }

    /// The parameters of a page of features.
    static func parameters(of layer: Layer) -> [String] {
        let filters = layer.reference == nil ? FilterQuery.names : ["bbox", "datetime"]
        return filters + ExpressionQuery.names + ExpressionQuery.queryables(of: layer).map(\.name)
            + ["limit", "cursor", "crs", "bbox-crs"]
    }

    /// The parameters of one feature.
    static func itemParameters(of layer: Layer) -> [String] { layer.reference == nil ? ["crs", "at"] : ["crs"] }

    // MARK: A page of features

    private func items(_ request: Request, _ context: MapContext) async throws -> Response {
        let layer = try OGCCoreRoutes.layer(context)
        let resource = try OGCResource(request, services, parameters: Self.parameters(of: layer))
        let page = try FeaturePage(layer, resource)
        let gzip = request.acceptsGzip
        let pool = page.readsTexts ? services.questionPool : services.pagePool
        let content = try await services.features(request, context, on: pool) { budget in
            switch page.resource.form {
            case .json: try page.content(gzip: gzip, budget: budget)
            case .html: try page.pageContent(gzip: gzip, budget: budget)
            }
        }
        return content.response(to: request, caching: .revalidate)
    }

    // MARK: One feature

    private func item(_ request: Request, _ context: MapContext) async throws -> Response {
        let layer = try OGCCoreRoutes.layer(context)
        let resource = try OGCResource(request, services, parameters: Self.itemParameters(of: layer))
        let crs = try resource.query["crs"].map { name throws(Problem) in
            try CoordinateReference(name, parameter: "crs")
        }
        guard let id = PercentEncoding.decode(context.parameters.get("id") ?? "") else {
            throw Problem.malformedAddress("the feature's id is not percent-encoded UTF-8")
        }
        let moment = try FilterQuery.filter(resource.query, services.cityZone).asOf
        let now = moment ?? .now
        let gzip = request.acceptsGzip
        let links =
            resource.selfLinks(json: "application/geo+json") + [
                Link(href: resource.href("/collections/\(layer.name)"), rel: "collection", type: "application/json")
            ]
        let content = try await services.features(request, context) { _ in
            let feature = try self.feature(id, in: layer, crs: crs ?? .crs84, asOf: moment, at: now)
            switch resource.form {
            case .json:
                var json = JSONWriter()
                json.feature(feature, links: links.json)
                var content = Content(text: json.bytes, "application/geo+json", gzip: gzip)
                content.headers[.link] = links.field
                content.headers[.contentCRS] = "<\((crs ?? .crs84).rawValue)>"
                content.headers[.vary] = "Accept, Accept-Encoding"
                return content
            case .html:
                let html = Self.html(try JSONParser.parse(feature), layer, resource)
                var content = Content(text: html.bytes, "text/html; charset=utf-8", gzip: gzip)
                content.headers[.vary] = "Accept, Accept-Encoding, Accept-Language"
                return content
            }
        }
        return content.response(to: request, caching: .revalidate)
    }

    /// The text of one feature.
    private func feature(
        _ id: String, in layer: Layer, crs: CoordinateReference, asOf moment: Instant?, at now: Instant
    ) throws -> [UInt8] {
        var json = JSONWriter()
        switch layer.export {
        case .works(let kind):
            guard let workID = WorkID(id), var work = try services.store.work(workID, asOf: moment),
                kind == nil || work.kind == kind
            else { throw Problem.notFound("there is no feature “\(id.prefix(60))” in \(layer.name)") }
            if crs != .crs84 { work.geometry = work.geometry.map(crs.geometry) }
            FeatureText(now: now).write(work, to: &json)
        case .reference(let reference):
            guard var feature = try services.store.feature(id, in: reference) else {
                throw Problem.notFound("there is no feature “\(id.prefix(60))” in \(layer.name)")
            }
            if crs != .crs84 { feature.geometry = feature.geometry.map(crs.geometry) }
            try FeatureText(now: now).write(feature, to: &json)
        }
        return json.bytes
    }

    private static func html(_ feature: JSONValue, _ layer: Layer, _ resource: OGCResource) -> HTML {
        var rows: HTML = ""
        for member in feature["properties"]?.object.map({ Array($0) }) ?? [] where !member.value.isNull {
            rows += "<dt>\(member.name)</dt><dd>\(member.value.string ?? member.value.description)</dd>\n"
        }
        let id = feature["id"]?.string ?? ""
        return resource.page(
            feature["properties"]?["title"]?.string ?? feature["properties"]?["name"]?.string ?? id,
            [(resource.language.name(layer), "/ogc/collections/\(layer.name)/items?f=html")],
            "<p>\(id)</p>\n<dl>\n\(rows)</dl>")
    }
}

extension JSONWriter {
    /// A feature with links added to its members.
    fileprivate mutating func feature(_ text: [UInt8], links: JSONValue) {
        // The text is one object: what is added goes in before its closing brace.
        var whole = Array(text.dropLast())
        whole += Array(",\"links\":".utf8) + links.bytes + [UInt8(ascii: "}")]
        raw(whole)
    }
}
