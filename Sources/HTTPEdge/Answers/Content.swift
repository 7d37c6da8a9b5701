package import HTTPTypes
package import Hummingbird
package import NIOCore

/// A whole answer that is ready to leave: made on a worker, sent by the event loop.
package struct Content: Sendable {
    package var body: ByteBuffer
    package var mediaType: String
    /// With its quotation marks; an answer without one is not conditional.
    package var entityTag: String?
    package var isGzip = false
    package var headers: HTTPFields = [:]
    package var status = HTTPResponse.Status.ok

    /// Bodies below this size leave as they are: a packet holds them either way.
    package static let gzipThreshold = 1024

    /// Bytes of a form that compresses well.
    ///
    /// - Parameters:
    ///   - gzip: Whether the client understands it.
    ///   - entityTag: Made of the bytes if it is not given. It is weak, since the plain and the compressed form share it.
    ///   - compressed: The same bytes in gzip's form, if they are there already.
    package init(
        text bytes: [UInt8], _ mediaType: String, gzip: Bool, entityTag: String? = nil, compressed: [UInt8]? = nil
    ) {
        self.mediaType = mediaType
        self.entityTag = entityTag ?? Self.tag(of: bytes)
        isGzip = gzip && bytes.count >= Self.gzipThreshold
        body = ByteBuffer(bytes: isGzip ? compressed ?? GzipEncoder.encode(bytes) : bytes)
        headers[.vary] = "Accept-Encoding"
    }

    /// Text that lies in the buffer already in which it leaves.
    package init(text: ByteBuffer, _ mediaType: String, gzip: Bool, entityTag: String) {
        self.mediaType = mediaType
        self.entityTag = entityTag
        isGzip = gzip && text.readableBytes >= Self.gzipThreshold
        body = isGzip ? ByteBuffer(bytes: text.withUnsafeReadableBytes { GzipEncoder.encode($0) }) : text
        headers[.vary] = "Accept-Encoding"
    }

    /// Bytes that are compressed already.
    package init(binary bytes: [UInt8], _ mediaType: String, entityTag: String?) {
        self.mediaType = mediaType
        self.entityTag = entityTag
        body = ByteBuffer(bytes: bytes)
    }

    /// A weak entity tag made of the bytes.
    package static func tag(of bytes: [UInt8]) -> String {
        var hash = ContentHash()
        bytes.withUnsafeBytes { hash.combine(bytes: $0) }
        return hash.weakEntityTag
    }

    /// The answer to a request: 304 without a body if the client has the same already.
    package func response(to request: Request, caching: Caching) -> Response {
        let (status, headers) = head(for: request.condition, caching: caching)
        guard status != .notModified else { return Response(status: status, headers: headers) }
        return Response(status: status, headers: headers, body: .init(byteBuffer: body))
    }

    /// The status and the fields of the answer; one with 304 has no body.
    package func head(for condition: Condition, caching: Caching) -> (status: HTTPResponse.Status, headers: HTTPFields)
    {
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
package enum Caching: Hashable, Sendable {
    /// They may keep it but ask each time whether it still holds.
    case revalidate
    /// They may use it for so many seconds.
    case seconds(Int)
    /// They may not keep it.
    case never

    /// For at most `longest`, and never past the time at which the clock alone changes the answer.
    ///
    /// - Parameter change: Whole seconds until then, counted from the second that has begun; nil if the clock changes nothing.
    package init(atMost longest: Duration, changingIn change: Int64?) {
        let longest = Int(longest.components.seconds)
        // The second that has begun may be almost over: one less keeps the promise.
        let left = change.map { Int($0) - 1 } ?? longest
        self = min(longest, left) > 0 ? .seconds(min(longest, left)) : .revalidate
    }

    /// The value of `Cache-Control` (RFC 9111).
    package var field: String {
        switch self {
        case .revalidate: "public, no-cache"
        case .seconds(let seconds): "public, max-age=\(seconds), must-revalidate"
        case .never: "no-store"
        }
    }
}

/// What a client that reads has already: the `If-None-Match` of its request.
package struct Condition {
    /// Nil if it has nothing, and for requests that do more than read.
    package var ifNoneMatch: String?

    package init(ifNoneMatch: String? = nil) {
        self.ifNoneMatch = ifNoneMatch
    }

    /// Whether it names the entity tag, by weak comparison (RFC 9110 section 13.1.2).
    package func holds(for entityTag: String) -> Bool {
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
    package var condition: Condition {
        Condition(ifNoneMatch: method == .get || method == .head ? headers[.ifNoneMatch] : nil)
    }
}
