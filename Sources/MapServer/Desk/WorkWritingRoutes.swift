import Geometry
import HTTPEdge
import HTTPTypes
import Hummingbird
import NIOCore
import TimeBudgets
import Works

/// `POST /api/works` and `PATCH /api/works/{id}`: the door for staff, sensors and other systems.
struct WorkWritingRoutes: RouteFamily {
    let desk: Desk

    /// Lines of one batch.
    static let batchLimit = 10_000

    var routes: [Route] {
        [
            Route(method: .post, path: "/api/works", handler: Desk.challenging { try await post($0, $1) }),
            Route(method: .patch, path: "/api/works/{id}", handler: Desk.challenging { try await patch($0, $1) }),
        ]
    }

    // MARK: POST

    private func post(_ request: Request, _ context: MapContext) async throws -> Response {
        try QueryParameters(request).allow(only: [])
        let token = try await desk.bearer(request, context, atLeast: .dispatcher)
        let bytes = try await body(request)
        let media = request.mediaType
        guard ["application/json", "application/geo+json", "text/plain", ""].contains(media) || Self.isLines(media)
        else {
            throw Problem(
                .unsupportedMediaType, "unsupported-media-type", "The body is in a form that is not read here",
                detail: "application/json for one work, application/x-ndjson for one a line")
        }
        if !Self.isLines(media), let value = try? JSONParser.parse(bytes), value.object != nil {
            return try await one(value, token, request, context)
        }
        // Without a media type of its own a batch is known by having more than one value.
        guard Self.isLines(media) || bytes.contains(UInt8(ascii: "\n")) else {
            do { _ = try JSONParser.parse(bytes) } catch { throw WorkSubmission.malformed("body", "\(error)") }
            throw WorkSubmission.malformed("body", "an object is wanted, or one object a line")
        }
        return try await batch(bytes, token, request, context)
    }

    private static func isLines(_ media: String) -> Bool {
        [
            "application/x-ndjson", "application/ndjson", "application/jsonl", "application/geo+json-seq",
            "application/json-seq", "application/x-jsonlines",
        ].contains(media)
    }

    private func one(
        _ value: JSONValue, _ token: AccessToken, _ request: Request, _ context: MapContext
    ) async throws -> Response {
        let now = Instant.now
        let said = try WorkSubmission(value)
        let submission = try await desk.services.features(request, context, on: desk.services.staffPool) { _ in
            try desk.prepare(said, for: token, at: now)
        }
        let outcome: SubmissionOutcome
        do {
            outcome = try await desk.write(for: request, context) { transaction in
                var outcome = try desk.submit(submission, by: token, at: now, in: transaction)
                outcome.work = try Self.asWritten(outcome.work, in: transaction)
                return outcome
            }
        } catch StoreError.conflict(let id) {
            throw Problem(.conflict, "conflict", "Somebody else was quicker", detail: "\(StoreError.conflict(id))")
        }
        guard !outcome.isHidden else {
            return TakingBackRoutes.answer(Desk.TakenBack(work: outcome.work, isHidden: true))
        }
        var response = Self.answer(outcome.work, to: token, at: now)
        response.status = outcome.effect == .inserted ? .created : .ok
        if outcome.effect == .inserted { response.headers[.location] = "/api/works/\(outcome.work.id)" }
        return response
    }

    /// Each line is written or refused by itself; the answer says what became of each.
    private func batch(
        _ bytes: [UInt8], _ token: AccessToken, _ request: Request, _ context: MapContext
    ) async throws -> Response {
        let now = Instant.now
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated().filter { !$0.element.allSatisfy { [9, 13, 30, 32].contains($0) } }
        guard lines.count <= Self.batchLimit else {
            throw Problem(
                .contentTooLarge, "batch-too-large", "The batch has too many lines",
                detail: "\(lines.count) lines; at most \(Self.batchLimit) are taken at once")
        }
        typealias Prepared = (line: Int, result: Result<Desk.PreparedSubmission, Problem>)
        let prepared = try await desk.services.features(request, context, on: desk.services.staffPool) { budget in
            try lines.map { index, line -> Prepared in
                try budget.check()
                do {
                    // RFC 8142 puts a record separator before each text.
                    let value = try JSONParser.parse(line.first == 30 ? Array(line.dropFirst()) : Array(line))
                    return (index + 1, .success(try desk.prepare(WorkSubmission(value), for: token, at: now)))
                } catch let error as JSONError {
                    return (index + 1, .failure(WorkSubmission.malformed("body", "\(error.reason)")))
                } catch {
                    return (index + 1, .failure(Problem(error)))
                }
            }
        }
        let answers = try await desk.write(for: request, context) { transaction in
            try prepared.map { line, result -> (line: Int, result: Result<SubmissionOutcome, Problem>) in
                switch result {
                case .failure(let problem): return (line, .failure(problem))
                case .success(let submission):
                    do {
                        return (
                            line,
                            .success(
                                try transaction.savepoint {
                                    try desk.submit(submission, by: token, at: now, in: transaction)
                                })
                        )
                    } catch let problem as Problem {
                        return (line, .failure(problem))
                    } catch let error as WorkChangeError {
                        return (line, .failure(Problem(error)))
                    } catch StoreError.conflict(let id) {
                        return (
                            line,
                            .failure(
                                Problem(.conflict, "conflict", "Refused", detail: "\(StoreError.conflict(id))"))
                        )
                    }
                }
            }
        }
        var json = JSONWriter()
        json.beginObject()
        for effect in SubmissionOutcome.Effect.allCases {
            json.key(effect.rawValue)
            json.integer(answers.count { (try? $0.result.get().effect) == effect })
        }
        json.key("refused")
        json.integer(answers.count { if case .failure = $0.result { true } else { false } })
        json.key("results")
        json.beginArray()
        for answer in answers {
            json.beginObject()
            json.key("line")
            json.integer(answer.line)
            switch answer.result {
            case .success(let outcome):
                json.member("result", outcome.effect.rawValue)
                json.member("id", outcome.work.id.description)
                json.key("revision")
                json.integer(outcome.work.revision)
            case .failure(let problem):
                json.member("result", "refused")
                json.key("status")
                json.integer(problem.status.code)
                json.member("detail", problem.detail ?? problem.title)
                json.member("parameter", orNull: problem.parameter)
            }
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }

    // MARK: PATCH

    private func patch(_ request: Request, _ context: MapContext) async throws -> Response {
        try QueryParameters(request).allow(only: [])
        let id = try WorkRoutes.id(context)
        let token = try await desk.bearer(request, context, atLeast: .dispatcher)
        try token.requirePerson()
        guard let condition = request.headers[.ifMatch]?.trimmed else {
            throw Problem(
                .init(code: 428, reasonPhrase: "Precondition Required"), "precondition-required",
                "Say which revision the change is about",
                detail: "If-Match is wanted with the ETag of GET /api/works/\(id)", parameter: "If-Match")
        }
        let revisions = Self.revisions(in: condition)
        let bytes = try await body(request)
        let value: JSONValue
        do { value = try JSONParser.parse(bytes) } catch { throw WorkSubmission.malformed("body", "\(error)") }
        let decision = try WorkDecision(value)
        let now = Instant.now
        let ground = try await desk.services.features(request, context, on: desk.services.staffPool) { _ in
            try desk.ground()
        }
        let (work, looks, isUnchanged) = try await desk.write(for: request, context) { transaction in
            let before = try transaction.work(id)?.revision
            if let revisions {
                guard let existing = try transaction.work(id) else {
                    throw try transaction.isHidden(id) ? Desk.unhideFirst(id) : WorkRoutes.noWork(id)
                }
                guard revisions.contains(where: { $0.isOf(existing) }) else { throw Desk.lostRace(existing) }
            }
            let decided = try desk.decide(
                decision, on: id, expecting: nil, by: token, at: now, ground: ground, in: transaction)
            let work = try Self.asWritten(decided, in: transaction)
            // The answer shows what is private to those who might read it before the decision.
            let looks = work.privateExtra == nil ? [] : [PrivateLook.privateExtra(id)]
            let missing = desk.looks.missing(looks, by: token, at: now)
            for look in missing { try transaction.add(look.entry(by: token, at: now)) }
            return (work, missing, work.revision == before)
        }
        desk.looks.note(looks, by: token, at: now)
        var answer = WorkRoutes.staffAnswer(work, privateExtra: work.privateExtra, at: now)
        if isUnchanged { answer.headers[.worksmapUnchanged] = "true" }
        return answer
    }

    /// The revisions that `If-Match` names; nil for `*`. The state of the deadline, which the clock changes, is no part of a race.
    private static func revisions(in field: String) -> [StatedRevision]? {
        if field == "*" { return nil }
        return field.split(separator: ",").compactMap { tag in
            let tag = tag.trimmed
            guard tag.hasPrefix("\""), tag.hasSuffix("\""), tag.count > 2 else { return nil }
            return StatedRevision(tag.dropFirst().dropLast())
        }
    }

    // MARK: Bodies

    private func body(_ request: Request) async throws -> [UInt8] {
        let limit = desk.services.configuration.limits.bodyBytes
        do {
            return Array((try await request.body.collect(upTo: limit)).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Problem.bodyTooLarge(limit: limit)
        }
    }

    /// A work as the store has it, which works out its districts of all classes; a hidden one as it is.
    private static func asWritten(_ work: Work, in transaction: any DeskTransaction) throws -> Work {
        try transaction.work(work.id) ?? work
    }

    /// The work as it is now for whoever stated it, with the tag that the next change has to name. What is private of it they have just said;
    /// a machine's token reads none of it, nor does that of another service than the rules gave the work to.
    private static func answer(_ work: Work, to token: AccessToken, at now: Instant) -> Response {
        let isReadable = token.mayReadPrivate(of: work.organisation)
        return WorkRoutes.staffAnswer(work, privateExtra: isReadable ? work.privateExtra : nil, at: now)
    }
}

extension WorkRoutes {
    /// A work with what is private of it. Nobody keeps the answer.
    ///
    /// - Parameter withheld: The reason why something private is there and is not shown.
    static func staffAnswer(
        _ work: Work, privateExtra: String?, withheld: String? = nil, at now: Instant
    ) -> Response {
        var json = JSONWriter()
        FeatureText(now: now).writeForStaff(work, privateExtra: privateExtra, withheld: withheld, to: &json)
        let tag = entityTag(of: work, at: now)
        return Response(
            status: .ok, headers: [.contentType: "application/geo+json", .cacheControl: "no-store", .eTag: tag],
            body: .init(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }
}

extension Request {
    /// The media type of the body in lower case, without parameters; empty if it is not stated.
    var mediaType: String {
        (headers[.contentType] ?? "").split(separator: ";").first.map { $0.trimmed.lowercased() } ?? ""
    }
}

/// A revision that a client names: the number, and the digits of its content unless it left them out.
private struct StatedRevision {
    private let number: Int
    private let content: Substring?

    init?(_ tag: Substring) {
        let parts = tag.split(separator: "-", maxSplits: 2)
        guard let number = parts.first.flatMap({ Int($0) }) else { return nil }
        self.number = number
        content = parts.count == 3 ? parts[1] : nil
    }

    func isOf(_ work: Work) -> Bool {
        number == work.revision && content.map { $0 == WorkRoutes.contentTag(of: work) } ?? true
    }
}
