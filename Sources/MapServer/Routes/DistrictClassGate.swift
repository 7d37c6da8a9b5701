import HTTPEdge
import HTTPTypes
import Hummingbird
import Works

/// Refuses filters by classes of districts that the city does not have, whatever the route.
struct DistrictClassGate: RouterMiddleware {
    let services: MapServices

    func handle(
        _ request: Request, context: MapContext, next: (Request, MapContext) async throws -> Response
    ) async throws -> Response {
        let prefix = DistrictClass.property("")
        guard request.uri.query?.contains(prefix) ?? false else { return try await next(request, context) }
        let asked = try QueryParameters(request).pairs.compactMap { DistrictClass.inProperty($0.name) }
        if !asked.isEmpty {
            let known = try await services.districtClasses(request, context)
            for name in asked where !known.contains(name) {
                throw Problem.unknownParameter(DistrictClass.property(name), known: known.map(DistrictClass.property))
            }
        }
        return try await next(request, context)
    }
}

extension MapServices {
    /// The classes of the city's districts, the first one first.
    func districtClasses(_ request: Request, _ context: MapContext) async throws -> [String] {
        try await features(request, context) { budget in try districts.classes(in: store, budget: budget) }
    }
}
