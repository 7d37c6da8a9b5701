import Cartography
import Geometry
import HTTPEdge
import HTTPTypes
import Hummingbird
import Works

/// `/api/legend` and `/legend/…`: what the colours, marks and shapes of the works mean, drawn as the map draws them.
struct LegendRoutes: RouteFamily {
    let services: MapServices

    /// Pixels of a symbol's side.
    private static let size = 24

    var routes: [Route] {
        [
            .get("/api/legend") { request, _ in try entries(request) },
            .get("/legend/{group}/{file}") { request, context in try await symbol(request, context) },
        ]
    }

    /// The entries by group, each with the address of its symbol.
    private func entries(_ request: Request) throws -> Response {
        try QueryParameters(request).allow(only: [])
        var json = JSONWriter()
        json.beginArray()
        func entry(_ group: String, _ value: String) {
            json.beginObject()
            json.member("group", group)
            json.member("value", value)
            json.member("symbol", "/legend/\(group)/\(value).png")
            json.endObject()
        }
        for state in DeadlineState.allCases { entry("deadline_state", state.rawValue) }
        for kind in WorkKind.allCases { entry("kind", kind.rawValue) }
        json.endArray()
        return Content(text: json.bytes, "application/json", gzip: request.acceptsGzip)
            .response(to: request, caching: .revalidate)
    }

    /// One symbol, twice as dense as a plain screen wants so that it is sharp on every screen.
    private func symbol(_ request: Request, _ context: MapContext) async throws -> Response {
        let query = try QueryParameters(request)
        try query.allow(only: ["theme"])
        guard let theme = Theme(rawValue: query["theme"] ?? "light") else {
            throw Problem.malformedParameter(
                "theme", "“\((query["theme"] ?? "").prefix(20))” is neither light nor dark")
        }
        guard let file = context.parameters.get("file"), file.hasSuffix(".png"),
            let sample = Self.sample(group: context.parameters.get("group") ?? "", value: String(file.dropLast(4)))
        else { throw Problem.notFound("the symbols of the legend are listed at /api/legend") }
        let png = try await services.tiles(request, context) { _ in
            try services.atlas.legendSymbol(
                kind: sample.kind, state: sample.state, size: Self.size, scale: .double, theme: theme)
        }
        return Content(binary: png, "image/png", entityTag: Content.tag(of: png)).response(
            to: request, caching: .revalidate)
    }

    private static func sample(group: String, value: String) -> (kind: WorkKind, state: DeadlineState)? {
        switch group {
        case "deadline_state": DeadlineState(rawValue: value).map { (.hazard, $0) }
        case "kind": WorkKind(rawValue: value).map { ($0, .onTime) }
        default: nil
        }
    }
}
