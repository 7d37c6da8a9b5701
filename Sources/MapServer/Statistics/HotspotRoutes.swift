import HTTPEdge
import HTTPTypes
import Hotspots
import Hummingbird
import Interchange
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
            query, request, context, at: now, beside: HotspotQuery.layers(query, near: layer),
            on: services.analysisPool, mediaType: "application/geo+json"
        ) { budget in
            var question = question
            question.boundary = try HotspotQuery.boundary(query, of: services.store, budget: budget)
            return try question.answer(
                from: services.store, near: layer, now: moment ?? now, asKnownThen: moment != nil, budget: budget
            )
            .geoJSON(version: services.configuration.version, within: budget)
        }
        return content.response(to: request, caching: .revalidate)
    }
}

/// A hotspot question as query parameters: the options of `worksmap hotspots`, with underscores.
enum HotspotQuery {
    static let names =
        [
            "near", "within", "since", "until", "boundary", "exclude_at", "per", "weights", "method", "cell",
            "hexagons", "band",
            "epsilon", "minimum_points", "bandwidth", "permutations", "seed", "top", "filter",
        ] + FilterQuery.names

    /// Filters that the answer repeats as members of their own.
    private static let ownMembers = ["kind", "category", "open"]

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
        var works = try FilterQuery.filter(query, city)
        var question = HotspotQuestion(near: layer.rawValue, within: within)
        question.kinds = WorkKind.allCases.filter(works.kinds.contains)
        question.categories = works.categories.sorted()
        question.openOnly = works.openOnly
        works.openOnly = false
        works.expression = try ExpressionQuery.worksFilter(query)
        question.filter = works
        let conditions = query.pairs.filter {
            FilterParameters.isFilter($0.name) && !["bbox"].contains($0.name) && !ownMembers.contains($0.name)
        }.map { "\($0.name)=\($0.value)" }
        question.filterTexts =
            (query["bbox"].map { ["bbox=" + $0] } ?? []) + (conditions + (query["filter"].map { [$0] } ?? [])).sorted()
        if let text = query["per"] {
            let kind: ExposureKind?
            do {
                kind = try ExposureKind(text) { try FilterParameters.filter(text: $0, in: city.timeZone) }
            } catch { throw .malformedParameter("per", "\(error)") }
            guard let kind else { throw .malformedParameter("per", "is one of \(ExposureKind.choices)") }
            question.per = kind
        }
        if let text = query["exclude_at"] {
            do { question.excluded = try FilterParameters.positions(text) } catch {
                throw .malformedParameter(error.parameter, error.reason)
            }
        }
        let period = try query.period(city, now: now)
        (question.since, question.until) = (period.from, period.until)
        if let method = try query.choice("method", as: HotspotQuestion.Method.self) { question.method = method }
        if let text = query["cell"], text == "auto" {
            question.isCellAutomatic = true
        } else if let text = query["cell"], text.contains(",") {
            let sizes = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
            question.cell = sizes.first
            question.furtherCells = Array(sizes.dropFirst())
        } else {
            question.cell = try query.number("cell", in: distances)
        }
        if let text = query["weights"] {
            do { question.severityWeights = try SeverityWeights(text) } catch {
                throw .malformedParameter("weights", error.description)
            }
            question.countsWeights = true
        }
        if try query.truth("hexagons") == true { question.cellShape = .hexagon }
        question.band = try query.number("band", in: distances)
        question.epsilon = try query.number("epsilon", in: distances)
        if let points = try query.number("minimum_points", in: HotspotQuestion.counts) {
            question.minimumPoints = points
        }
        question.bandwidth = try query.number("bandwidth", in: distances)
        if let count = try query.number("permutations", in: Permutations.counts) { question.permutations.count = count }
        if let seed = try query.number("seed", in: Permutations.seeds) { question.permutations.seed = seed }
        question.top = try query.number("top", in: HotspotQuestion.counts)
        question.cellLimit = cellLimit
        question.pairLimit = pairLimit
        return (layer, question)
    }

    /// The layers that an answer depends on: that of the places, and those that the area or the exposure is taken from.
    static func layers(_ query: QueryParameters, near layer: ReferenceLayer) -> Set<ReferenceLayer> {
        let named = [
            query["boundary"],
            query["per"] == "road-length" ? "roads" : query["per"].map { String($0.prefix { $0 != "." }) },
        ]
        return Set([layer, .districts] + named.compactMap { $0.flatMap(ReferenceLayer.init(rawValue:)) })
    }

    /// The boundary that a parameter names: a layer or a box; nil if it names none.
    ///
    /// - Throws: `Problem`, `StoreError`, `TimeBudgetError`.
    static func boundary(
        _ query: QueryParameters, of store: any WorksStore, budget: TimeBudget
    ) throws -> StudyBoundary? {
        guard let text = query["boundary"] else { return nil }
        guard let layer = ReferenceLayer(rawValue: text) else {
            do { return StudyBoundary(try FilterParameters.bounds(text)) } catch {
                let layers = ReferenceLayer.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem.malformedParameter("boundary", "is a layer (\(layers)) or a box: \(error.reason)")
            }
        }
        guard let boundary = try StudyBoundary(layer: layer, of: store, budget: budget) else {
            throw Problem.malformedParameter("boundary", "“\(text)” is a layer without polygons")
        }
        return boundary
    }
}
