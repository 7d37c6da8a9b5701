import HTTPTypes
import Hummingbird
import Logging

/// The outermost layer: measures each request and writes a line about it, without anything that tells who asked or what for: no address
/// of a client, no query, no agent, and of a path none of the secrets that stand in it.
struct AccessLog: RouterMiddleware {
    typealias Context = MapContext

    let metrics: RequestMetrics

    func handle(
        _ request: Request, context: MapContext, next: (Request, MapContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        let line = AccessLine(
            requestID: context.requestID, method: request.method.rawValue, route: context.endpointPath ?? "-",
            path: LoggedPath.text(of: request.uri.path, route: context.endpointPath), started: context.started)
        let isHead = request.method == .head
        return (isHead ? response.withoutBody() : response).whenSent { [status = response.status.code] octets, error in
            line.write(status: status, octets: isHead ? 0 : octets, error: error, to: context.logger, metrics)
        }
    }
}

/// One request as metrics and the log know it.
struct AccessLine: Sendable {
    var requestID: String
    var method: String
    var route: String
    var path: String
    var started: ContinuousClock.Instant

    /// Notes the answer, once it has left or failed to.
    func write(status: Int, octets: Int, error: (any Error)?, to logger: Logger, _ metrics: RequestMetrics) {
        let duration = ContinuousClock.now - started
        metrics.record(route: route, status: status, duration: duration, octets: octets, aborted: error != nil)
        guard logger.logLevel <= .info else { return }
        logger.log(
            level: status >= 500 ? .warning : .info, "request",
            metadata: [
                "request": .string(requestID), "method": .string(method), "route": .string(route),
                "path": .string(String(path.prefix(200))), "status": .stringConvertible(status),
                "octets": .stringConvertible(octets), "milliseconds": .string(duration.milliseconds),
                "outcome": .string(error.map { "aborted: \($0)" } ?? "complete"),
            ])
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
