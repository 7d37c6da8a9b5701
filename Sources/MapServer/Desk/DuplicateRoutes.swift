import Geometry
import HTTPEdge
import HTTPTypes
import Hummingbird
import TimeBudgets
import Works

/// `/api/duplicates`: what a report at a place would probably repeat.
struct DuplicateRoutes: RouteFamily {
    let desk: Desk

    var routes: [Route] {
        [.get("/api/duplicates") { request, context in try await near(request, context) }]
    }

    private func near(_ request: Request, _ context: MapContext) async throws -> Response {
        let query = try QueryParameters(request)
        try query.allow(only: ["category", "lat", "long"])
        guard let category = query["category"] else { throw Problem.malformedParameter("category", "is missing") }
        func degrees(_ name: String, _ limit: Double) throws(Problem) -> Double {
            guard let value = try query.number(name, in: NumberRange(-limit...limit, unit: "degrees")) else {
                throw .malformedParameter(name, "is missing")
            }
            return value
        }
        let place = Coordinate(longitude: try degrees("long", 180), latitude: try degrees("lat", 90))
        let book = try desk.rules.book()
        guard book.category(category) != nil else {
            throw Problem.malformedParameter("category", "“\(category.prefix(40))” is not in the catalogue")
        }
        let rule = book.duplicateRule(for: category)
        let (gzip, language) = (request.acceptsGzip, request.preferredLanguage(nil, city: desk.services.city.language))
        let now = Instant.now
        let content = try await desk.services.features(request, context, on: desk.services.reportPool) { budget in
            let found = try rule.map {
                try desk.store.nearReports(category: category, at: place, $0, now: now, budget: budget)
            }
            var json = JSONWriter()
            json.beginObject()
            json.key("duplicates")
            json.beginArray()
            for near in found ?? [] {
                let work = near.work
                json.beginObject()
                json.member("id", work.id.description)
                json.member("title", work.title(in: language))
                json.member("address", orNull: work.address)
                json.member("status", work.status.rawValue)
                json.member("reported_at", orNull: work.reportedAt?.description)
                json.member("due_at", orNull: work.dueAt?.description)
                json.key("metres")
                json.integer(Int(near.metres.rounded()))
                json.key("followers")
                json.integer(try desk.store.followerCount(of: work.id))
                json.endObject()
            }
            json.endArray()
            json.endObject()
            return Content(text: json.bytes, "application/json", gzip: gzip)
        }
        return content.response(to: request, caching: .never)
    }
}
