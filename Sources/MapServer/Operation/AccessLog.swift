import HTTPTypes
import Hummingbird
import Logging

/// The outermost layer: measures each request and writes a line about it, without anything that tells who asked or what for: no address
/// of a client, no query, no agent.
struct AccessLog: RouterMiddleware {
    typealias Context = MapContext

    let metrics: RequestMetrics

    func handle(
        _ request: Request, context: MapContext, next: (Request, MapContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        let route = context.endpointPath ?? "-"
        let status = response.status.code
        let report: @Sendable (Int, (any Error)?) -> Void = { octets, error in
            let duration = ContinuousClock.now - context.started
            metrics.record(
                route: route, status: status, duration: duration, octets: octets, aborted: error != nil)
            guard context.logger.logLevel <= .info else { return }
            context.logger.log(
                level: status >= 500 ? .warning : .info, "request",
                metadata: [
                    "request": .string(context.requestID), "method": .string(request.method.rawValue),
                    "route": .string(route), "path": .string(String(request.uri.path.prefix(200))),
                    "status": .stringConvertible(status), "octets": .stringConvertible(octets),
                    "milliseconds": .string(duration.milliseconds),
                    "outcome": .string(error.map { "aborted: \($0)" } ?? "complete"),
                ])
        }
        let isHead = request.method == .head
        return (isHead ? response.withoutBody() : response).whenSent { report(isHead ? 0 : $0, $1) }
    }
}

extension Duration {
    /// Milliseconds with two decimals.
    var milliseconds: String {
        let (seconds, attoseconds) = components
        let hundredths = seconds * 100_000 + attoseconds / 10_000_000_000_000
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }
}
