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
        let content = try await services.features(request, context) { _ in
            let store = services.store
            var json = JSONWriter()
            json.beginObject()
            json.key("name")
            json.beginObject()
            json.member("ru", orNull: try store.note(.cityNameRussian))
            json.member("en", orNull: try store.note(.cityNameEnglish))
            json.endObject()
            json.member("time_zone", orNull: try store.note(.timeZone))
            json.member("updated_at", orNull: services.freshness.updatedAt?.description)
            json.member("attribution", orNull: try store.note(.attribution))
            json.endObject()
            return Content(text: json.bytes, "application/json", gzip: gzip)
        }
        return content.response(to: request, caching: .revalidate)
    }
}
