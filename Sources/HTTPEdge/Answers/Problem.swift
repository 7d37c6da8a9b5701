import Geometry
package import HTTPTypes
package import Hummingbird
import NIOCore

/// An error as clients see it: RFC 9457, `application/problem+json`.
package struct Problem: Error, Hashable, Sendable {
    package static let mediaType = "application/problem+json"
    /// Where problem types live; relative, so that it holds under any host name.
    package static let typeBase = "/problems/"

    package var status: HTTPResponse.Status
    /// The last part of the problem type's address.
    package var kind: String
    package var title: String
    package var detail: String?
    /// The query parameter or header at fault.
    package var parameter: String?
    /// Seconds after which to try again.
    package var retryAfter: Int?
    /// The methods that the address knows, for 405.
    package var allow: String?
    /// Everything that is wrong or wants an answer, field by field, where it can be more than one thing.
    package var errors: [FieldError] = []

    /// Fault of one field of a body.
    package struct FieldError: Hashable, Sendable {
        package var field: String
        package var detail: String

        package init(field: String, detail: String) {
            self.field = field
            self.detail = detail
        }
    }

    package init(
        _ status: HTTPResponse.Status, _ kind: String, _ title: String, detail: String? = nil, parameter: String? = nil,
        retryAfter: Int? = nil, allow: String? = nil
    ) {
        self.status = status
        self.kind = kind
        self.title = title
        self.detail = detail
        self.parameter = parameter
        self.retryAfter = retryAfter
        self.allow = allow
    }

    /// The problem as a JSON object.
    package func json(instance: String?, requestID: String?) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("type")
        json.string(Self.typeBase + kind)
        json.key("title")
        json.string(title)
        json.key("status")
        json.integer(status.code)
        if let detail {
            json.key("detail")
            json.string(detail)
        }
        if let instance {
            json.key("instance")
            json.string(instance)
        }
        if let parameter {
            json.key("parameter")
            json.string(parameter)
        }
        if !errors.isEmpty {
            json.key("errors")
            json.beginArray()
            for error in errors {
                json.beginObject()
                json.key("field")
                json.string(error.field)
                json.key("detail")
                json.string(error.detail)
                json.endObject()
            }
            json.endArray()
        }
        if let requestID {
            json.key("request_id")
            json.string(requestID)
        }
        json.endObject()
        return json.bytes
    }

    /// The answer that carries the problem. No cache may keep it.
    package func response(instance: String?, requestID: String?) -> Response {
        Response(
            status: status, headers: fields,
            body: .init(byteBuffer: ByteBuffer(bytes: json(instance: instance, requestID: requestID))))
    }

    /// The fields of the answer that carries the problem.
    package var fields: HTTPFields {
        var fields: HTTPFields = [.contentType: Self.mediaType, .cacheControl: "no-store"]
        if let retryAfter { fields[.retryAfter] = String(retryAfter) }
        if let allow { fields[.allow] = allow }
        return fields
    }
}

// MARK: - The problems there are

extension Problem {
    package static func notFound(_ detail: String) -> Problem {
        Problem(.notFound, "not-found", "There is nothing at this address", detail: detail)
    }

    package static func methodNotAllowed(_ method: HTTPRequest.Method, allow: String) -> Problem {
        Problem(
            .methodNotAllowed, "method-not-allowed", "The address does not know this method",
            detail: "\(method.rawValue) is not among \(allow)", allow: allow)
    }

    package static func unknownParameter(_ name: String, known: [String]) -> Problem {
        Problem(
            .badRequest, "unknown-parameter", "The address does not know a parameter",
            detail: known.isEmpty
                ? "“\(name)” is unknown here: this address takes no parameters"
                : "“\(name)” is unknown here; known are: \(known.sorted().joined(separator: ", "))", parameter: name)
    }

    package static func malformedParameter(_ name: String, _ reason: String) -> Problem {
        Problem(
            .badRequest, "malformed-parameter", "A parameter has a value that cannot be used",
            detail: "\(name): \(reason)", parameter: name)
    }

    package static func malformedAddress(_ detail: String) -> Problem {
        Problem(.badRequest, "malformed-address", "The address cannot be read", detail: detail)
    }

    package static func notAcceptable(_ detail: String) -> Problem {
        Problem(.notAcceptable, "not-acceptable", "None of the forms asked for is there", detail: detail)
    }

    package static let deadlineExceeded = Problem(
        .serviceUnavailable, "deadline-exceeded", "The request's time is spent",
        detail: "the answer took longer than the time that this address or the request allows", retryAfter: 2)

    package static let writeDeadlineExceeded = Problem(
        .serviceUnavailable, "deadline-exceeded", "The request's time is spent",
        detail:
            "nothing was written: the database was busy with other changes for all of the request's time; send it again",
        retryAfter: 2)

    package static let overloaded = Problem(
        .serviceUnavailable, "overloaded", "The server has too much to do",
        detail: "too many requests of this sort are waiting already", retryAfter: 1)

    package static func unwritable(_ detail: String) -> Problem {
        Problem(.serviceUnavailable, "unwritable", "Nothing can be written now", detail: detail, retryAfter: 30)
    }

    package static func notReady(_ detail: String) -> Problem {
        Problem(
            .serviceUnavailable, "not-ready", "The server cannot answer yet", detail: detail, retryAfter: 1)
    }

    package static let internalError = Problem(
        .internalServerError, "internal-error", "The server failed",
        detail: "the request could not be answered through no fault of its own; the log says why")

    package static func bodyTooLarge(limit: Int) -> Problem {
        Problem(
            .contentTooLarge, "body-too-large", "The request's body is too large", detail: "more than \(limit) octets")
    }

    package static let addressTooLong = Problem(
        .uriTooLong, "address-too-long", "The request's address is too long")
    package static let headersTooLarge = Problem(
        .requestHeaderFieldsTooLarge, "headers-too-large", "The request's header fields are too large or too many")
    package static let versionNotSupported = Problem(
        HTTPResponse.Status(code: 505, reasonPhrase: "HTTP Version Not Supported"), "version-not-supported",
        "The server does not speak this version of HTTP", detail: "it speaks HTTP/1.0 and HTTP/1.1")
    package static let unreadableRequest = Problem(
        .badRequest, "unreadable-request", "The request is not HTTP")
    package static let noHost = Problem(
        .badRequest, "no-host", "The request does not say which host it is for",
        detail: "a request in HTTP/1.1 has one Host field")
}
