import Geometry
import HTTPEdge
import HTTPTypes
import Hummingbird
import Works

/// `/api/city`: what the whole database is about.
struct CityRoutes: RouteFamily {
    let services: MapServices

    var routes: [Route] {
        [.get("/api/city") { request, context in try await city(request, context) }]
    }

    private func city(_ request: Request, _ context: MapContext) async throws -> Response {
        try QueryParameters(request).allow(only: [])
        let gzip = request.acceptsGzip
        let content = try await services.features(request, context) { budget in
            let store = services.store
            let facts = try CityFacts(store)
            let view = try services.firstView.view(store, facts, at: .now, budget: budget)
            let box = view.bounds
            var json = facts.json
            json["view"] = [
                "bounds": .array([box.west, box.south, box.east, box.north].map { .number($0) }),
                "min_zoom": .integer(view.minimumZoom),
            ]
            json["updated_at"] = services.freshness.updatedAt.map { .string($0.description) } ?? .null
            json["attribution"] = try store.note(.attribution).map { .string($0) } ?? .null
            return Content(text: JSONValue.object(json).bytes, "application/json", gzip: gzip)
        }
        return content.response(to: request, caching: .revalidate)
    }
}
