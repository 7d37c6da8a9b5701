import Cartography
import Geometry
import HTTPEdge
import HTTPTypes
import Hummingbird
import Works

/// `/health` and `/metrics`: for those who run the server.
struct OperationRoutes: RouteFamily {
    let services: MapServices

    var routes: [Route] {
        [
            .get("/health/live") { request, _ in
                try QueryParameters(request).allow(only: [])
                var json = JSONWriter()
                json.beginObject()
                json.member("status", "live")
                json.endObject()
                return Content(text: json.bytes, "application/json", gzip: false, entityTag: nil).response(
                    to: request, caching: .never)
            },
            .get("/health/ready") { request, _ in try ready(request) },
            .get("/metrics") { request, _ in
                try QueryParameters(request).allow(only: [])
                return Content(
                    text: MetricsText(services: services).bytes, "text/plain; version=0.0.4; charset=utf-8",
                    gzip: request.acceptsGzip
                ).response(to: request, caching: .never)
            },
        ]
    }

    private func ready(_ request: Request) throws -> Response {
        try QueryParameters(request).allow(only: [])
        switch services.readiness.state {
        case .starting: throw Problem.notReady("the map is being built")
        case .failing(let reason): throw Problem.notReady("the map could not be brought up to date: \(reason)")
        case .ready: break
        }
        let status = services.atlas.status
        var json = JSONWriter()
        json.beginObject()
        json.member("status", "ready")
        json.key("works")
        json.integer(status.works)
        json.key("revision")
        json.integer(status.revision.works)
        json.key("snapshot_age_seconds")
        json.number(status.age.inSeconds)
        json.key("style_problems")
        json.beginArray()
        for problem in status.styleProblems { json.string(problem.description) }
        json.endArray()
        json.endObject()
        return Content(text: json.bytes, "application/json", gzip: false).response(to: request, caching: .never)
    }
}
