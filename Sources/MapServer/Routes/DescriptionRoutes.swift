import HTTPEdge
import HTTPTypes
import Hummingbird
import Works

/// `/api`: what is not part of the OGC API, described in OpenAPI; that has a description of its own at `/ogc/api`.
struct DescriptionRoutes: RouteFamily {
    let services: MapServices

    var routes: [Route] { [.get("/api") { request, context in try await description(request, context) }] }

    private func description(_ request: Request, _ context: MapContext) async throws -> Response {
        try QueryParameters(request).allow(only: [])
        let classes = try await services.districtClasses(request, context)
        let language = request.preferredLanguage(nil, city: services.city.language)
        let address = PublicAddress(request, configuration: services.configuration)
        let document = OpenAPI(
            part: .downloads, title: services.city.title(language), city: services.city.facts,
            server: address(""),
            writes: services.store is any DeskStore, districtClasses: classes
        ).document
        var content = Content(text: document.bytes, OpenAPI.mediaType, gzip: request.acceptsGzip)
        content.headers[.vary] = "Accept-Encoding, Accept-Language"
        return content.response(to: request, caching: .revalidate)
    }
}
