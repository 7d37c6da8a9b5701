package import HTTPTypes
package import Hummingbird
import Logging
import Synchronization

/// Adds the fields of every answer, and settles which client asks and the request's name in the log.
package struct CommonHeaders: RouterMiddleware {
    package typealias Context = MapContext

    /// Scripts, styles and pictures come from this server only, and no script stands in a page.
    package static let contentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"

    private static let reading: HTTPFields = [
        .accessControlAllowOrigin: "*",
        .accessControlExposeHeaders: "ETag, Link, Content-Crs, Retry-After, X-Request-Id",
        .xContentTypeOptions: "nosniff",
    ]

    private let proxies: TrustedProxies

    package init(proxies: TrustedProxies) {
        self.proxies = proxies
    }

    package func handle(
        _ request: Request, context: MapContext, next: (Request, MapContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let given = request.headers[.requestID], RequestID.isPlain(given) { context.requestID = given }
        context.logger[metadataKey: "hb.request.id"] = .string(context.requestID)
        if let peer = context.address, context.connection?.isProxy ?? proxies.contains(peer) {
            context.address = proxies.client(behind: peer, forwarded: request.headers[values: .forwardedFor])
        }
        var response: Response
        if request.method == .options {
            // The router knows the methods of an address; what it does not know is answered alike.
            let allow = try await next(request, context).headers[.allow] ?? "GET, HEAD, OPTIONS"
            context.coreContext.endpointPath.value = "OPTIONS"
            response = Response(
                status: .noContent,
                headers: [
                    .accessControlAllowMethods: "GET, HEAD, OPTIONS",
                    .accessControlAllowHeaders: "Accept, Accept-Language, If-None-Match, Prefer, X-Request-Id",
                    .accessControlMaxAge: "86400", .allow: allow,
                ])
        } else {
            response = try await next(request, context)
        }
        Self.add(to: &response.headers, requestID: context.requestID)
        return response
    }

    /// Adds the fields that every answer has.
    package static func add(to headers: inout HTTPFields, requestID: String) {
        for field in reading { headers.append(field) }
        headers[.requestID] = requestID
        if headers[.contentType]?.hasPrefix("image/png") != true {
            headers[.contentSecurityPolicy] = contentSecurityPolicy
            headers[.referrerPolicy] = "same-origin"
            headers[.xFrameOptions] = "SAMEORIGIN"
        }
    }
}

/// The name under which a request stands in the log and its answer.
package enum RequestID {
    private static let process = String(UInt64.random(in: 1 << 60 ... .max), radix: 16)
    private static let count = Atomic<UInt64>(0)

    /// A name that no other request has: 32 hexadecimal digits.
    package static func next() -> String {
        var number = count.wrappingAdd(1, ordering: .relaxed).newValue
        return String(unsafeUninitializedCapacity: 32) { text in
            _ = text[..<16].update(fromContentsOf: process.utf8)
            for place in (16..<32).reversed() {
                let digit = UInt8(number & 15)
                text[place] = digit < 10 ? 48 + digit : 87 + digit
                number >>= 4
            }
            return 32
        }
    }

    /// Whether a client's own name can stand in a log as it is.
    package static func isPlain(_ text: String) -> Bool {
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
    static let forwardedFor = Self("X-Forwarded-For")!
    package static let referrerPolicy = Self("Referrer-Policy")!
    package static let xFrameOptions = Self("X-Frame-Options")!
}
