import HTTPTypes
package import Hummingbird
package import Logging

/// The outermost layer: measures each request and writes a line about it, without anything that tells who asked or what for: no address
/// of a client, no query, no agent, and of a path none of the secrets that stand in it.
package struct AccessLog: RouterMiddleware {
    package typealias Context = MapContext

    private let metrics: RequestMetrics

    /// Path as it stands in the log, from a request's path and its route.
    private let loggedPath: @Sendable (_ path: String, _ route: String?) -> String

    package init(
        metrics: RequestMetrics, loggedPath: @escaping @Sendable (_ path: String, _ route: String?) -> String
    ) {
        self.metrics = metrics
        self.loggedPath = loggedPath
    }

    package func handle(
        _ request: Request, context: MapContext, next: (Request, MapContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        let line = AccessLine(
            requestID: context.requestID, method: request.method.rawValue, route: context.endpointPath ?? "-",
            path: loggedPath(request.uri.path, context.endpointPath), started: context.started)
        let isHead = request.method == .head
        return (isHead ? response.withoutBody() : response).whenSent { [status = response.status.code] octets, error in
            line.write(status: status, octets: isHead ? 0 : octets, error: error, to: context.logger, metrics)
        }
    }
}

/// One request as metrics and the log know it.
package struct AccessLine: Sendable {
    package var requestID: String
    package var method: String
    package var route: String
    package var path: String
    package var started: ContinuousClock.Instant

    package init(
        requestID: String, method: String, route: String, path: String, started: ContinuousClock.Instant
    ) {
        self.requestID = requestID
        self.method = method
        self.route = route
        self.path = path
        self.started = started
    }

    /// Notes the answer, once it has left or failed to.
    package func write(status: Int, octets: Int, error: (any Error)?, to logger: Logger, _ metrics: RequestMetrics) {
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
    package var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }

    /// Milliseconds with two decimals.
    package var milliseconds: String {
        let (seconds, attoseconds) = components
        let hundredths = seconds * 100_000 + attoseconds / 10_000_000_000_000
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }
}
