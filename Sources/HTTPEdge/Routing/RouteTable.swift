package import HTTPTypes
package import Hummingbird

/// One address pattern and method, and who answers.
package struct Route: Sendable {
    package typealias Handler = @Sendable (Request, MapContext) async throws -> Response

    package var method: HTTPRequest.Method
    /// In Hummingbird's notation, such as `/works/{id}`.
    package var path: RouterPath
    package var handler: Handler

    package init(method: HTTPRequest.Method, path: RouterPath, handler: @escaping Handler) {
        self.method = method
        self.path = path
        self.handler = handler
    }

    /// A route for GET, and for HEAD by the same handler: the answer to HEAD is that to GET without its body.
    package static func get(_ path: RouterPath, _ handler: @escaping Handler) -> Route {
        Route(method: .get, path: path, handler: handler)
    }
}

/// Routes that belong together. Each family is a file of its own; ``MapServer`` lists them.
package protocol RouteFamily: Sendable {
    var routes: [Route] { get }
}

extension Router<MapContext> {
    /// Adds all routes, and for the methods that an address does not know the answer that says so.
    package func add(_ families: [any RouteFamily]) {
        let routes = families.flatMap(\.routes)
        var known: [String: (path: RouterPath, methods: [HTTPRequest.Method])] = [:]
        for route in routes {
            on(route.path, method: route.method, responder: CallbackResponder(callback: route.handler))
            var methods = [route.method]
            if route.method == .get {
                on(route.path, method: .head, responder: CallbackResponder(callback: route.handler))
                methods.append(.head)
            }
            known[route.path.description, default: (route.path, [])].methods += methods
        }
        for (path, methods) in known.values {
            let allow = (methods + [.options]).map(\.rawValue).joined(separator: ", ")
            on(
                path, method: .options,
                responder: CallbackResponder { (_: Request, _: MapContext) -> Response in
                    Response(status: .noContent, headers: [.allow: allow])
                })
            for method in [HTTPRequest.Method.get, .head, .post, .put, .patch, .delete, .trace, .query]
            where !methods.contains(method) {
                on(
                    path, method: method,
                    responder: CallbackResponder { (request: Request, _: MapContext) -> Response in
                        throw Problem.methodNotAllowed(request.method, allow: allow)
                    })
            }
        }
    }
}

extension HTTPRequest.Method {
    /// A safe request with a body (draft-ietf-httpbis-safe-method-w-body).
    package static let query = HTTPRequest.Method("QUERY")!
}
