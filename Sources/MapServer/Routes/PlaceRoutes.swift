import Geometry
import HTTPEdge
import HTTPTypes
import Hummingbird
import TimeBudgets
import Works

/// `/api/places`: where a street, district or school is, by its name.
struct PlaceRoutes: RouteFamily {
    let services: MapServices
    private let names = PlaceNames()

    init(services: MapServices) {
        self.services = services
    }

    var routes: [Route] {
        [.get("/api/places") { request, context in try await places(request, context) }]
    }

    private func places(_ request: Request, _ context: MapContext) async throws -> Response {
        let query = try QueryParameters(request)
        try query.allow(only: ["q", "limit"])
        let limit = try query.integer("limit", in: 1...50) ?? 10
        guard let text = query["q"], !text.isEmpty, text.count <= 200 else {
            throw Problem.malformedParameter("q", "a name or its beginning is needed, of at most 200 characters")
        }
        let gzip = request.acceptsGzip
        let content = try await services.features(request, context) { budget in
            var json = JSONWriter()
            json.beginObject()
            json.key("places")
            json.beginArray()
            for place in try names.places(named: text, limit: limit, in: services.store, budget: budget) {
                json.place(place)
            }
            json.endArray()
            json.endObject()
            return Content(text: json.bytes, "application/json", gzip: gzip)
        }
        return content.response(to: request, caching: .revalidate)
    }
}

extension JSONWriter {
    fileprivate mutating func place(_ place: NamedPlace) {
        beginObject()
        member("name", place.name)
        key("names")
        beginObject()
        for (language, name) in place.translations.sorted(by: { $0.key < $1.key }) { member(language, name) }
        endObject()
        member("layer", place.layer.rawValue)
        key("bbox")
        numbers([place.bounds.west, place.bounds.south, place.bounds.east, place.bounds.north])
        key("point")
        numbers([place.point.longitude, place.point.latitude])
        endObject()
    }
}
