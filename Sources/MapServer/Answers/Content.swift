import HTTPTypes
import Hummingbird
import NIOCore
import Works

/// A whole answer that is ready to leave: made on a worker, sent by the event loop.
struct Content: Sendable {
    var body: ByteBuffer
    var mediaType: String
    /// With its quotation marks; an answer without one is not conditional.
    var entityTag: String?
    var isGzip = false
    var headers: HTTPFields = [:]
    var status = HTTPResponse.Status.ok

    /// Bodies below this size leave as they are: a packet holds them either way.
    static let gzipThreshold = 1024

    /// Bytes of a form that compresses well.
    ///
    /// - Parameters:
    ///   - gzip: Whether the client understands it.
    ///   - entityTag: Made of the bytes if it is not given. It is weak, since the plain and the compressed form share it.
    ///   - compressed: The same bytes in gzip's form, if they are there already.
    init(
        text bytes: [UInt8], _ mediaType: String, gzip: Bool, entityTag: String? = nil, compressed: [UInt8]? = nil
    ) {
        self.mediaType = mediaType
        self.entityTag = entityTag ?? Self.tag(of: bytes)
        isGzip = gzip && bytes.count >= Self.gzipThreshold
        body = ByteBuffer(bytes: isGzip ? compressed ?? GzipEncoder.encode(bytes) : bytes)
        headers[.vary] = "Accept-Encoding"
    }

    /// Text that lies in the buffer already in which it leaves.
    init(text: ByteBuffer, _ mediaType: String, gzip: Bool, entityTag: String) {
        self.mediaType = mediaType
        self.entityTag = entityTag
        isGzip = gzip && text.readableBytes >= Self.gzipThreshold
        body = isGzip ? ByteBuffer(bytes: text.withUnsafeReadableBytes { GzipEncoder.encode($0) }) : text
        headers[.vary] = "Accept-Encoding"
    }

    /// Bytes that are compressed already.
    init(binary bytes: [UInt8], _ mediaType: String, entityTag: String?) {
        self.mediaType = mediaType
        self.entityTag = entityTag
        body = ByteBuffer(bytes: bytes)
    }

    /// A weak entity tag made of the bytes.
    static func tag(of bytes: [UInt8]) -> String {
        var hash = ContentHash()
        bytes.withUnsafeBytes { hash.combine(bytes: $0) }
        return hash.weakEntityTag
    }

    /// The answer to a request: 304 without a body if the client has the same already.
    func response(to request: Request, caching: Caching) -> Response {
        let (status, headers) = head(for: request.condition, caching: caching)
        guard status != .notModified else { return Response(status: status, headers: headers) }
        return Response(status: status, headers: headers, body: .init(byteBuffer: body))
    }

    /// The status and the fields of the answer; one with 304 has no body.
    func head(for condition: Condition, caching: Caching) -> (status: HTTPResponse.Status, headers: HTTPFields) {
        var headers = headers
        headers[.cacheControl] = caching.field
        let entityTag = caching == .never ? nil : entityTag
        headers[.eTag] = entityTag
        if let entityTag, status == .ok, condition.holds(for: entityTag) { return (.notModified, headers) }
        headers[.contentType] = mediaType
        if isGzip { headers[.contentEncoding] = "gzip" }
        return (status, headers)
    }
}

/// How long caches may use an answer without asking again.
enum Caching: Hashable, Sendable {
    /// They may keep it but ask each time whether it still holds.
    case revalidate
    /// They may use it for so many seconds.
    case seconds(Int)
    /// They may not keep it.
    case never

    /// For at most `longest`, and never past the moment at which the clock alone changes the answer.
    init(atMost longest: Duration, until change: Instant?, now: Instant) {
        let longest = Int(longest.components.seconds)
        // `now` is a whole second that may be almost over: one less keeps the promise.
        let left = change.map { Int($0 - now) - 1 } ?? longest
        self = min(longest, left) > 0 ? .seconds(min(longest, left)) : .revalidate
    }

    /// The value of `Cache-Control` (RFC 9111).
    var field: String {
        switch self {
        case .revalidate: "public, no-cache"
        case .seconds(let seconds): "public, max-age=\(seconds), must-revalidate"
        case .never: "no-store"
        }
    }
}

/// What a client that reads has already: the `If-None-Match` of its request.
struct Condition {
    /// Nil if it has nothing, and for requests that do more than read.
    var ifNoneMatch: String?

    /// Whether it names the entity tag, by weak comparison (RFC 9110 section 13.1.2).
    func holds(for entityTag: String) -> Bool {
        func opaque(_ tag: some StringProtocol) -> String {
            let tag = tag.trimmed
            return tag.hasPrefix("W/") ? String(tag.dropFirst(2)) : tag
        }
        guard let ifNoneMatch else { return false }
        if ifNoneMatch == entityTag { return true }
        let wanted = opaque(entityTag)
        return ifNoneMatch.trimmed == "*" || ifNoneMatch.split(separator: ",").contains { opaque($0) == wanted }
    }
}

extension Request {
    var condition: Condition {
        Condition(ifNoneMatch: method == .get || method == .head ? headers[.ifNoneMatch] : nil)
    }
}
