import HTTPEdge
import HTTPTypes
import Hotspots
import Hummingbird
import TimeBudgets
import Works

/// `/api/hotspots`: where incidents pile up near places, as `worksmap hotspots --format geojson` prints it.
struct HotspotRoutes: RouteFamily {
    let services: MapServices

    var routes: [Route] {
        [.get("/api/hotspots") { request, context in try await hotspots(request, context) }]
    }

    private func hotspots(_ request: Request, _ context: MapContext) async throws -> Response {
        let query = try QueryParameters(request)
        let now = Instant.now
        let moment = try FilterQuery.filter(query, services.cityZone).asOf
        let (layer, question) = try HotspotQuery.question(query, services.cityZone, now: moment ?? now)
        let content = try await services.statistic(
            query, request, context, at: now, near: layer, on: services.analysisPool, mediaType: "application/geo+json"
        ) { budget in
            try question.answer(
                from: services.store, near: layer, now: moment ?? now, asKnownThen: moment != nil, budget: budget
            )
            .geoJSON(version: services.configuration.version, within: budget)
        }
        return content.response(to: request, caching: .revalidate)
    }
}

/// A hotspot question as query parameters: the options of `worksmap hotspots`, with underscores.
enum HotspotQuery {
    static let names = [
        "near", "within", "kind", "category", "since", "until", "open", "method", "cell", "hexagons", "band", "epsilon",
        "minimum_points", "bandwidth", "top", "at",
    ]

    /// Most cells of a grid: what anybody may ask for must not fill the memory of everybody.
    static let cellLimit = 200_000
    /// Most pairs of a place and what was found near it, for the same reason: some 100 octets each.
    static let pairLimit = 500_000

    /// The question that the parameters ask, and of which layer the places are.
    static func question(
        _ query: QueryParameters, _ city: CityZone, now: Instant
    ) throws(Problem) -> (layer: ReferenceLayer, question: HotspotQuestion) {
        try query.allow(only: names)
        guard let layer = try query.choice("near", as: ReferenceLayer.self) else {
            throw .malformedParameter(
                "near", "is needed: one of \(ReferenceLayer.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let distances = HotspotQuestion.distances
        guard let within = try query.number("within", in: distances) else {
            throw .malformedParameter("within", "is needed: how many metres from a place is near it")
        }
        let works = try FilterQuery.filter(query, city)
        var question = HotspotQuestion(near: layer.rawValue, within: within)
        question.kinds = WorkKind.allCases.filter(works.kinds.contains)
        question.categories = works.categories.sorted()
        question.openOnly = works.openOnly
        let period = try query.period(city, now: now)
        (question.since, question.until) = (period.from, period.until)
        if let method = try query.choice("method", as: HotspotQuestion.Method.self) { question.method = method }
        question.cell = try query.number("cell", in: distances)
        if try query.truth("hexagons") == true { question.cellShape = .hexagon }
        question.band = try query.number("band", in: distances)
        question.epsilon = try query.number("epsilon", in: distances)
        if let points = try query.number("minimum_points", in: HotspotQuestion.counts) {
            question.minimumPoints = points
        }
        question.bandwidth = try query.number("bandwidth", in: distances)
        question.top = try query.number("top", in: HotspotQuestion.counts)
        question.cellLimit = cellLimit
        question.pairLimit = pairLimit
        return (layer, question)
    }
}
