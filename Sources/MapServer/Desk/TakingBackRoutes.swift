import Geometry
import HTTPEdge
import HTTPTypes
import Hummingbird
import NIOCore
import Works

/// `POST /api/works/{id}/hide`, `unhide`, `redact` and `place`: what staff take back of a work.
struct TakingBackRoutes: RouteFamily {
    let desk: Desk

    var routes: [Route] {
        [
            Route(
                method: .post, path: "/api/works/{id}/hide",
                handler: handler { object throws(Problem) in
                    try Self.allow(["reason"], in: object)
                    return .hide
                }),
            Route(
                method: .post, path: "/api/works/{id}/unhide",
                handler: handler { object throws(Problem) in
                    try Self.allow(["reason"], in: object)
                    return .unhide
                }),
            Route(method: .post, path: "/api/works/{id}/redact", handler: handler(Self.redaction)),
            Route(method: .post, path: "/api/works/{id}/place", handler: handler(Self.place)),
        ]
    }

    private func handler(_ step: @escaping @Sendable (JSONObject) throws(Problem) -> TakingBack) -> Route.Handler {
        Desk.challenging { request, context in
            try QueryParameters(request).allow(only: [])
            let id = try WorkRoutes.id(context)
            let token = try await desk.bearer(request, context, atLeast: .dispatcher)
            try token.requirePerson()
            let object = try await body(request)
            let taken = try await desk.takeBack(
                try step(object), of: id, reason: try Self.reason(object), by: token, at: .now, request, context)
            return Self.answer(taken)
        }
    }

    // MARK: Bodies

    private func body(_ request: Request) async throws -> JSONObject {
        let limit = desk.services.configuration.limits.bodyBytes
        let bytes: [UInt8]
        do {
            bytes = Array((try await request.body.collect(upTo: limit)).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Problem.bodyTooLarge(limit: limit)
        }
        let value: JSONValue
        do { value = try JSONParser.parse(bytes) } catch { throw WorkSubmission.malformed("body", "\(error)") }
        guard let object = value.object else { throw WorkSubmission.malformed("body", "an object is wanted") }
        return object
    }

    private static func allow(_ names: [String], in object: JSONObject) throws(Problem) {
        for (name, _) in object where !names.contains(name) {
            throw .malformedParameter(name, "is not known here; what is: \(names.joined(separator: ", "))")
        }
    }

    private static func reason(_ object: JSONObject) throws(Problem) -> String? {
        guard let value = object["reason"], !value.isNull else { return nil }
        return try WorkSubmission.text("reason", value)
    }

    private static func redaction(_ object: JSONObject) throws(Problem) -> TakingBack {
        try allow(["field", "entry", "replacement", "reason"], in: object)
        var replacement: String?
        if let value = object["replacement"], !value.isNull {
            replacement = try WorkSubmission.text("replacement", value)
        }
        switch (object["field"], object["entry"]) {
        case (let field?, nil):
            return .redact(.field(try WorkSubmission.choice("field", field)), replacement: replacement)
        case (nil, let entry?):
            guard let number = entry.integer.flatMap({ Int(exactly: $0) }) else {
                throw WorkSubmission.malformed("entry", "the number of an entry of the history is wanted, from 1")
            }
            guard replacement == nil else { throw WorkSubmission.malformed("replacement", "goes with a field only") }
            return .redact(.entry(number), replacement: nil)
        default: throw WorkSubmission.malformed("field", "either a field or an entry is wanted")
        }
    }

    private static func place(_ object: JSONObject) throws(Problem) -> TakingBack {
        try allow(["geometry", "reason"], in: object)
        guard
            let geometry = try object["geometry"].flatMap({ value throws(Problem) in
                try WorkSubmission.geometry(value)
            })
        else { throw WorkSubmission.malformed("geometry", "a geometry of RFC 7946 is wanted") }
        return .place(geometry)
    }

    // MARK: Answers

    /// Outcome for the work, without anything that it says.
    static func answer(_ taken: Desk.TakenBack) -> Response {
        var json = JSONWriter()
        json.beginObject()
        json.member("id", taken.work.id.description)
        json.key("revision")
        json.integer(taken.work.revision)
        json.key("hidden")
        json.bool(taken.isHidden)
        json.key("traces_left")
        json.bool(taken.leavesTraces)
        json.endObject()
        return Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }
}
