import HTTPEdge
import Hummingbird

/// `/health` and `/metrics` for requests that come by the router: behind others on their connection, or with a body.
struct OperationRoutes: RouteFamily {
    let services: MapServices

    var routes: [Route] {
        OperationQuestion.allCases.map { question in
            .get(RouterPath(question.rawValue)) { request, context in
                let answers = OperationAnswers(services: services)
                let audience = answers.audience(
                    client: context.address, isForwarded: request.isForwarded)
                return try answers.content(
                    of: question, query: request.uri.query, gzip: request.acceptsGzip, for: audience
                ).response(to: request, caching: .never)
            }
        }
    }
}

extension Request {
    /// True if a proxy says that it hands the request on for somebody else.
    var isForwarded: Bool {
        headers.contains { OperationAnswers.isForwarding($0.name.canonicalName) }
    }
}
