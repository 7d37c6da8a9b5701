import Geometry
import HTTPEdge
import HTTPTypes
import Hummingbird
import Interchange
import Works

/// `/api/works`: one work and its history, as JSON.
struct WorkRoutes: RouteFamily {
    let services: MapServices

    var routes: [Route] {
        [
            .get("/api/works/{id}") { request, context in try await work(request, context) },
            .get("/api/works/{id}/history") { request, context in try await history(request, context) },
        ]
    }

    func work(_ request: Request, _ context: MapContext) async throws -> Response {
        try QueryParameters(request).allow(only: [])
        let id = try Self.id(context)
        let now = Instant.now
        let content = try await services.features(request, context) { _ in
            guard let work = try services.store.work(id) else { throw Self.noWork(id) }
            var json = JSONWriter()
            FeatureText(now: now).write(work, to: &json)
            // Revision and deadline state make the content; a strong tag, so that PATCH can demand it with If-Match.
            let tag = "\"\(work.revision)-\(work.deadlineState(at: now).rawValue)\""
            var content = Content(binary: json.bytes, "application/geo+json", entityTag: tag)
            content.headers[.link] = "</works/\(id)>; rel=\"alternate\"; type=\"text/html\""
            return content
        }
        return content.response(to: request, caching: .revalidate)
    }

    func history(_ request: Request, _ context: MapContext) async throws -> Response {
        try QueryParameters(request).allow(only: [])
        let id = try Self.id(context)
        let gzip = request.acceptsGzip
        let content = try await services.features(request, context) { _ in
            let entries = try services.store.ledger(of: id)
            if entries.isEmpty, try services.store.work(id) == nil { throw Self.noWork(id) }
            var json = JSONWriter()
            json.history(of: id, entries)
            return Content(text: json.bytes, "application/json", gzip: gzip)
        }
        return content.response(to: request, caching: .revalidate)
    }

    /// The id in the path.
    static func id(_ context: MapContext) throws -> WorkID {
        let text = context.parameters.get("id") ?? ""
        guard let id = WorkID(text) else {
            throw Problem.notFound("“\(text.prefix(60))” is no id of a work: ids are UUIDs")
        }
        return id
    }

    static func noWork(_ id: WorkID) -> Problem { .notFound("there is no work \(id)") }
}
