import HTTPEdge
import HTTPTypes
import Hummingbird
import Interchange
import TimeBudgets
import Works

/// `/geojson`: whole layers, streamed.
struct DownloadRoutes: RouteFamily {
    let services: MapServices

    var routes: [Route] {
        [.get("/geojson/{file}") { request, context in try await download(request, context) }]
    }

    func download(_ request: Request, _ context: MapContext) async throws -> Response {
        let suffix = ".geojson"
        guard let file = context.parameters.get("file"), file.hasSuffix(suffix),
            let layer = Layer.downloads.first(where: { $0.name == file.dropLast(suffix.count) })
        else {
            let names = Layer.downloads.map { $0.name + suffix }.joined(separator: ", ")
            throw Problem.notFound("there are \(names)")
        }
        let parameters = try QueryParameters(request)
        try parameters.allow(only: LayerQuery.names(for: layer))
        let filter = try FilterQuery.filter(parameters, services.cityZone)
        let now = Instant.now
        let deadline = services.deadline(request, context, route: services.configuration.deadlineFeatures)

        let stamp = try await services.features(request, context) { _ in try services.freshness.stamp(at: now) }
        var headers: HTTPFields = [
            .contentType: "application/geo+json", .cacheControl: Caching.revalidate.field,
            .contentDisposition: "attachment; filename=\"\(file)\"", .vary: "Accept-Encoding",
        ]
        let tag = entityTag(layer, parameters, stamp)
        headers[.eTag] = tag
        if request.condition.holds(for: tag) { return Response(status: .notModified, headers: headers) }
        let gzip = request.acceptsGzip
        if gzip { headers[.contentEncoding] = "gzip" }
        if request.method == .head {
            return Response(status: .ok, headers: headers, body: ResponseBody { try await $0.finish(nil) })
        }
        let source = LayerSource(
            LayerExport(store: services.store, at: now).reading(layer.export, as: .geojson, filter: filter), gzip: gzip)
        let body = try await services.streams.stream(
            until: deadline, for: context.connection, of: context.client
        ) { octets, budget in
            try source.next(octets: octets, budget: budget)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    /// The whole need not be made to know whether it changed: it is what the store's revision, the passing of deadlines and the question
    /// make it.
    private func entityTag(_ layer: Layer, _ parameters: QueryParameters, _ stamp: Freshness.Stamp) -> String {
        var hash = ContentHash()
        hash.combine(layer.name)
        hash.combine(parameters.encoded)
        stamp.hash(into: &hash, layer: layer.reference)
        return hash.weakEntityTag
    }
}
