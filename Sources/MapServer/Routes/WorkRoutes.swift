import Geometry
import HTTPEdge
import HTTPTypes
import Hummingbird
import Interchange
import Works

/// `/api/works`: one work and its history, as JSON.
struct WorkRoutes: RouteFamily {
    let services: MapServices
    /// Who staff are; nil over a store that keeps no desk.
    var desk: Desk?

    var routes: [Route] {
        [
            .get("/api/works/{id}", Desk.challenging { try await work($0, $1) }),
            .get("/api/works/{id}/history") { request, context in try await history(request, context) },
        ]
    }

    func work(_ request: Request, _ context: MapContext) async throws -> Response {
        try QueryParameters(request).allow(only: [])
        let id = try Self.id(context)
        let now = Instant.now
        if let desk, request.bearsToken {
            let token = try await desk.bearer(request, context, atLeast: .viewer)
            if let answer = try await staffWork(id, token, request, context, desk, at: now) { return answer }
        }
        let content = try await services.features(request, context) { _ in
            guard let work = try services.store.work(id) else { throw try Self.absence(of: id, in: services.store) }
            var json = JSONWriter()
            FeatureText(now: now).write(work, to: &json)
            var content = Content(
                binary: json.bytes, "application/geo+json", entityTag: Self.entityTag(of: work, at: now))
            content.headers[.vary] = "Authorization"
            content.headers[.link] = "</works/\(id)>; rel=\"alternate\"; type=\"text/html\""
            return content
        }
        return content.response(to: request, caching: .revalidate)
    }

    /// The work as those see it who may read what is private of it; nil for everybody else.
    private func staffWork(
        _ id: WorkID, _ token: AccessToken, _ request: Request, _ context: MapContext, _ desk: Desk, at now: Instant
    ) async throws -> Response? {
        guard token.mayReadPrivate else { return nil }
        let found = try await services.features(request, context, on: services.staffPool) {
            _ -> (work: Work, privateExtra: String?, isHidden: Bool)? in
            guard let work = try desk.store.work(id) else {
                guard let hidden = try desk.hiddenWork(id, for: token) else {
                    throw try Self.absence(of: id, in: desk.store)
                }
                return (hidden.work, hidden.work.privateExtra, true)
            }
            guard token.mayReadPrivate(of: work.organisation) else { return nil }
            return (work, try desk.store.privateExtra(of: id), false)
        }
        guard let (work, privateExtra, isHidden) = found else { return nil }
        var withheld: String?
        do {
            if privateExtra != nil { try await desk.note([.privateExtra(id)], by: token, request, context) }
        } catch let problem as Problem {
            withheld = problem.detail
        }
        var answer = Self.staffAnswer(
            work, privateExtra: withheld == nil ? privateExtra : nil, withheld: withheld, at: now)
        if isHidden { answer.headers[.worksmapHidden] = "true" }
        return answer
    }

    /// Revision, content and deadline state; a strong tag, so that PATCH can demand it with If-Match.
    ///
    /// After a restore a work may come to the same revision by another way, so the number alone is no tag.
    static func entityTag(of work: Work, at now: Instant) -> String {
        "\"\(work.revision)-\(contentTag(of: work))-\(work.deadlineState(at: now).rawValue)\""
    }

    /// 16 hexadecimal digits that stand for what a work says, but for its place.
    static func contentTag(of work: Work) -> String {
        var hash = ContentHash()
        for moment in [work.updatedAt, work.dueAt, work.startsAt, work.completedAt, work.onSiteAt] {
            hash.combine(UInt64(bitPattern: moment?.secondsSinceEpoch ?? .min))
        }
        let texts: [String?] = [
            work.category, work.status.rawValue, work.severity.rawValue, work.title, work.description, work.address,
            work.district, work.organisation, work.contractor,
        ]
        for text in texts { hash.combine(text ?? "\u{0}") }
        return String(hash.hex.prefix(16))
    }

    func history(_ request: Request, _ context: MapContext) async throws -> Response {
        try QueryParameters(request).allow(only: [])
        let id = try Self.id(context)
        let gzip = request.acceptsGzip
        let content = try await services.features(request, context) { _ in
            let entries = try services.store.ledger(of: id)
            if entries.isEmpty, try services.store.work(id) == nil { throw Self.noWork(id) }
            var json = JSONWriter()
            json.history(of: id, entries)
            return Content(text: json.bytes, "application/json", gzip: gzip)
        }
        return content.response(to: request, caching: .revalidate)
    }

    /// The id in the path.
    static func id(_ context: MapContext) throws -> WorkID {
        let text = context.parameters.get("id") ?? ""
        guard let id = WorkID(text) else {
            throw Problem.notFound("“\(text.prefix(60))” is no id of a work: ids are UUIDs")
        }
        return id
    }

    static func noWork(_ id: WorkID) -> Problem { .notFound("there is no work \(id)") }

    /// Why a work is not in the public record: it never was, or it was hidden.
    static func absence(of id: WorkID, in store: any WorksStore) throws -> Problem {
        try store.hiding(of: id).map { .hidden($0.reason) } ?? noWork(id)
    }
}

extension HTTPField.Name {
    /// `true` in what staff are answered about a work that is hidden from everybody else.
    static let worksmapHidden = Self("Worksmap-Hidden")!
    /// `true` in the answer to a `PATCH` that found everything as it asks for: there is no new revision and no entry in the ledger.
    static let worksmapUnchanged = Self("Worksmap-Unchanged")!
}
