import HTTPTypes
import Hummingbird
import Logging

/// The fields of every answer: what browsers may do with it, who may read it, and the request's name in the log.
struct CommonHeaders: RouterMiddleware {
    typealias Context = MapContext

    /// Scripts, styles and pictures come from this server only, and no script stands in a page.
    static let contentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"

    private static let reading: HTTPFields = [
        .accessControlAllowOrigin: "*",
        .accessControlExposeHeaders: "ETag, Link, Content-Crs, Retry-After, X-Request-Id",
        .xContentTypeOptions: "nosniff",
    ]

    func handle(
        _ request: Request, context: MapContext, next: (Request, MapContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let given = request.headers[.requestID], Self.isRequestID(given) { context.requestID = given }
        context.logger[metadataKey: "hb.request.id"] = .string(context.requestID)
        var response: Response
        if request.method == .options {
            context.coreContext.endpointPath.value = "OPTIONS"
            response = Response(
                status: .noContent,
                headers: [
                    .accessControlAllowMethods: "GET, HEAD, OPTIONS",
                    .accessControlAllowHeaders: "Accept, Accept-Language, If-None-Match, Prefer, X-Request-Id",
                    .accessControlMaxAge: "86400", .allow: "GET, HEAD, OPTIONS",
                ])
        } else {
            response = try await next(request, context)
        }
        for field in Self.reading { response.headers.append(field) }
        response.headers[.requestID] = context.requestID
        if response.headers[.contentType]?.hasPrefix("image/png") != true {
            response.headers[.contentSecurityPolicy] = Self.contentSecurityPolicy
            response.headers[.referrerPolicy] = "same-origin"
            response.headers[.xFrameOptions] = "SAMEORIGIN"
        }
        return response
    }

    /// Whether a client's request id can stand in a log as it is.
    private static func isRequestID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}

extension HTTPField.Name {
    static let referrerPolicy = Self("Referrer-Policy")!
    static let xFrameOptions = Self("X-Frame-Options")!
}
