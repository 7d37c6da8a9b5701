import Fetching
import Geometry
import HTTPEdge
import HTTPTypes
import Hummingbird
import Works

/// `/api/sources`: how fresh the data of each source is. Addresses, keys and files are in none of it.
struct SourceRoutes: RouteFamily {
    let services: MapServices

    var routes: [Route] {
        [.get("/api/sources") { request, _ in try sources(request) }]
    }

    private func sources(_ request: Request) throws -> Response {
        try QueryParameters(request).allow(only: [])
        var json = JSONWriter()
        json.beginObject()
        json.key("sources")
        json.beginArray()
        for source in services.configuration.sources?.freshness ?? [] { Self.write(source, to: &json) }
        json.endArray()
        json.endObject()
        return Content(text: json.bytes, "application/json", gzip: request.acceptsGzip)
            .response(to: request, caching: .revalidate)
    }

    private static func write(_ source: SourceFreshness, to json: inout JSONWriter) {
        json.beginObject()
        json.member("name", source.name)
        json.key("title")
        json.beginObject()
        for language in ["ru", "en"] { json.member(language, orNull: source.title[language] ?? source.title[""]) }
        json.endObject()
        json.member("state", source.state.rawValue)
        for (name, time) in [
            ("last_try", source.lastTry), ("last_success", source.lastSuccess), ("last_list", source.lastList),
            ("next", source.next),
        ] {
            json.key(name)
            if let time { json.string(time.description) } else { json.null() }
        }
        json.key("problem")
        if let problem = source.problem { json.string(problem.kind.publicWords) } else { json.null() }
        json.key("rows_refused")
        json.integer(source.rowsRefused)
        json.endObject()
    }
}
