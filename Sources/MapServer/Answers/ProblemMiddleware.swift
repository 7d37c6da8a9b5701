import Cartography
import HTTPTypes
import Hummingbird
import Interchange
import Logging
import Works

/// Turns whatever goes wrong into a problem document, and refuses addresses that nobody means well.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = MapContext

    func handle(
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
    static func checkPath(_ path: String) throws(Problem) {
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

extension Problem {
    /// The problem that an error is for the client; what is the server's own fault is logged.
    init(_ error: any Error, logger: Logger) {
        self.init(error)
        if kind == Self.internalError.kind { logger.error("request failed", metadata: ["error": .string("\(error)")]) }
    }

    /// The problem that an error is for the client.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case TimeBudgetError.deadlineExceeded: self = .deadlineExceeded
        case TimeBudgetError.cancelled:
            self = .deadlineExceeded
            detail = "the request was given up before its answer was ready"
        case StoreError.locked(_):
            self = .notReady("another process is writing to the database; try again")
        case AtlasError.unknownTileset(let name, let known):
            self = .notFound("there is no tileset “\(name)”; there are \(known.joined(separator: ", "))")
        case let error as WorkChangeError: self = .unprocessable("change-refused", "\(error)")
        case let error as DuplicateError: self = .unprocessable("change-refused", "\(error)")
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
