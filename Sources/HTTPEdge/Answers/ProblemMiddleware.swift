import HTTPTypes
package import Hummingbird
package import Logging
import TimeBudgets

/// Turns errors into problem documents, and refuses addresses with broken escapes or climbing paths.
package struct ProblemMiddleware: RouterMiddleware {
    package typealias Context = MapContext

    package init() {}

    package func handle(
        _ request: Request, context: MapContext, next: (Request, MapContext) async throws -> Response
    ) async throws -> Response {
        do {
            try Self.checkPath(request.uri.path)
            return try await next(request, context)
        } catch {
            let problem = Problem(error, logger: context.logger)
            return problem.response(instance: request.uri.path, requestID: context.requestID)
        }
    }

    /// Refuses broken escapes and paths that climb.
    package static func checkPath(_ path: String) throws(Problem) {
        guard path.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: ".") || $0 < 33 }) else {
            return
        }
        guard let decoded = PercentEncoding.decode(path) else {
            throw .malformedAddress("the path is not percent-encoded UTF-8")
        }
        let climbs = decoded.split(whereSeparator: { $0 == "/" || $0 == "\\" }).contains { $0 == ".." || $0 == "." }
        guard !climbs else { throw .malformedAddress("the path has a segment of dots") }
    }
}

/// An error that clients can be told about.
package protocol ProblemConvertible: Error {
    /// The problem that the error is for the client; nil if it is the server's own fault.
    var problem: Problem? { get }
}

extension Problem {
    /// The problem that an error is for the client; what is the server's own fault is logged.
    package init(_ error: any Error, logger: Logger) {
        self.init(error)
        if kind == Self.internalError.kind { logger.error("request failed", metadata: ["error": .string("\(error)")]) }
    }

    /// The problem that an error is for the client.
    package init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case TimeBudgetError.deadlineExceeded: self = .deadlineExceeded
        case TimeBudgetError.cancelled:
            self = .deadlineExceeded
            detail = "the request was given up before its answer was ready"
        case let error as any ProblemConvertible: self = error.problem ?? .internalError
        case let error as any HTTPResponseError:
            if error.status == .notFound {
                self = .notFound("see / for the map, /ogc for the service's own description")
            } else {
                self.init(error.status, "http-error", error.status.reasonPhrase)
            }
        default: self = .internalError
        }
    }
}
