import Foundation
import HTTPEdge
import HTTPTypes
import Hotspots
import Hummingbird
import TimeBudgets
import Works

/// `/api/statistics`: who keeps deadlines, as `worksmap report` prints it.
struct StatisticsRoutes: RouteFamily {
    let services: MapServices

    /// What works can be grouped by: in the singular, as one says it of one work.
    static let groups: [(word: String, meaning: DeadlineReport.Group)] = [
        ("kind", .deadlines), ("category", .categories), ("district", .districts), ("contractor", .contractors),
        ("organisation", .organisations), ("month", .months),
    ]

    /// The parameters, beside the filters that every list of works knows.
    static let names = ["group", "since", "until", "minimum_sample", "format"] + FilterQuery.names

    private enum Format: String, CaseIterable { case json, csv }

    var routes: [Route] {
        [.get("/api/statistics") { request, context in try await statistics(request, context) }]
    }

    private func statistics(_ request: Request, _ context: MapContext) async throws -> Response {
        let query = try QueryParameters(request)
        try query.allow(only: Self.names)
        let districtClass = query["group"].flatMap(DistrictClass.inProperty)
        guard
            let group = try districtClass == nil
                ? query.choice("group", of: Self.groups) : DeadlineReport.Group.districts
        else {
            throw Problem.malformedParameter(
                "group", "is needed: one of \(Self.groups.map(\.word).joined(separator: ", "))")
        }
        let now = Instant.now
        let period = try query.period(services.cityZone, now: now)
        let minimumSample = try query.number("minimum_sample", in: HotspotQuestion.counts)
        let format = try query.choice("format", as: Format.self) ?? .json
        let filter = try FilterQuery.filter(query, services.cityZone)
        let content = try await services.statistic(
            query, request, context, at: now, mediaType: format == .json ? "application/json" : "text/csv"
        ) { budget in
            let report: DeadlineReport
            do {
                report = try DeadlineReport(
                    from: services.store, matching: filter, by: group, districtsOf: districtClass, period: period,
                    at: now, minimumSample: minimumSample ?? DeadlineReport.usualMinimumSample,
                    names: services.cityTexts.names(), budget: budget)
            } catch let error as UnknownDistrictClass {
                throw Problem.malformedParameter("group", error.description)
            }
            return switch format {
            case .json: report.json(version: services.configuration.version)
            case .csv: Array(report.csv().utf8)
            }
        }
        return content.response(to: request, caching: .revalidate)
    }
}

extension MapServices {
    /// A statistic about the works, worked out on a pool or kept from a moment ago.
    ///
    /// - Parameters:
    ///   - layers: Layers that the statistic looks at beside the works.
    ///   - pool: Whose threads work it out; those of questions unless told.
    ///   - variant: What else tells answers of one address apart, such as the reader's language.
    ///   - make: Works it out, within the budget; whatever ``HotspotError`` it throws is told as a problem of the parameter at fault.
    func statistic(
        _ query: QueryParameters, _ request: Request, _ context: MapContext, at now: Instant,
        beside layers: Set<ReferenceLayer> = [], on pool: WorkerPool? = nil, mediaType: String, variant: String = "",
        _ make: @escaping @Sendable (TimeBudget) throws -> [UInt8]
    ) async throws -> Content {
        let gzip = request.acceptsGzip
        var key = ContentHash()
        key.combine(request.uri.path)
        key.combine(query.encoded)
        key.combine(variant)
        key.combine(cityZone.timeZone.identifier)
        return try await features(request, context, on: pool ?? questionPool) { [key] budget in
            let stamp = try freshness.stamp(at: now)
            var key = key
            stamp.hash(into: &key, layer: nil)
            for layer in ReferenceLayer.allCases where layers.contains(layer) {
                stamp.hash(into: &key, layer: layer)
            }
            do {
                let bytes = try statistics.answer(key, at: now) { try make(budget) }
                return Content(text: bytes, mediaType, gzip: gzip)
            } catch let error as HotspotError {
                throw Problem.unanswerable(error)
            }
        }
    }
}

extension Problem {
    /// A question that makes no sense or is too large.
    static func unanswerable(_ error: HotspotError) -> Problem {
        Problem(
            .badRequest, "malformed-parameter", "A parameter has a value that cannot be used",
            detail: error.description, parameter: error.parameter)
    }
}
