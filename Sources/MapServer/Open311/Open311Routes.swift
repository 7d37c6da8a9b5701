import Geometry
import HTTPEdge
import HTTPTypes
import Hummingbird
import Interchange
import Logging
import NIOCore
import TimeBudgets
import Works

/// `/open311/v2`: Open311 GeoReport v2, in JSON and XML.
struct Open311Routes: RouteFamily {
    let desk: Desk

    /// Octets of a form: the longest description, every octet escaped, and the rest.
    private static let formLimit = 128 * 1024

    var routes: [Route] {
        let root = "/open311/v2"
        var routes: [Route] = [
            .get(RouterPath("\(root)/services/{code}"), answering { try await definition($0, $1, $2) }),
            .get(RouterPath("\(root)/requests/{id}"), answering { try await request($0, $1, $2) }),
            .get(RouterPath("\(root)/tokens/{token}"), answering { try await token($0, $1, $2) }),
        ]
        for suffix in ["", ".json", ".xml"] {
            routes += [
                .get(RouterPath("\(root)/discovery\(suffix)"), answering { try await discovery($0, $1, $2) }),
                .get(RouterPath("\(root)/services\(suffix)"), answering { try await services($0, $1, $2) }),
                .get(RouterPath("\(root)/requests\(suffix)"), answering { try await requests($0, $1, $2) }),
                Route(
                    method: .post, path: RouterPath("\(root)/requests\(suffix)"),
                    handler: answering { try await report($0, $1, $2) }),
            ]
        }
        return routes
    }

    // MARK: Frame

    /// What a handler knows of the request beside the request.
    struct Call {
        var parameters: QueryParameters
        var form: Open311Form?
        /// The last part of the path, without its suffix.
        var name: String
        var language: Language
        var now: Instant
    }

    private struct Answer {
        var document: Open311Document
        var status = HTTPResponse.Status.ok
    }

    /// Adds form and errors: whatever goes wrong is told in the specification's shape.
    private func answering(
        _ handler: @escaping @Sendable (Request, MapContext, Call) async throws -> Answer
    ) -> Route.Handler {
        { request, context in
            let path = PercentEncoding.decode(request.uri.path) ?? ""
            let last = path.split(separator: "/").last.map(String.init) ?? ""
            let isXML = Self.wantsXML(last, request)
            let answer: Answer
            var retryAfter: Int?
            do {
                let parameters = try QueryParameters(request)
                let language = (try? request.language(parameters, city: desk.services.city.language)) ?? .russian
                let form = request.method == .post ? try await Self.form(request) : nil
                if let wanted = desk.configuration.jurisdiction,
                    let given = form?["jurisdiction_id"] ?? parameters["jurisdiction_id"], !given.isEmpty,
                    given != wanted
                {
                    throw Open311Failure(404, "jurisdiction_id provided was not found")
                }
                let name = last.replacing(/\.(json|xml)$/, with: "")
                answer = try await handler(
                    request, context,
                    Call(parameters: parameters, form: form, name: name, language: language, now: .now))
            } catch {
                let failure = Self.failure(error)
                if failure.status >= 500, !(error is Problem) {
                    context.logger.error("request failed", metadata: ["error": .string("\(error)")])
                }
                retryAfter = failure.retryAfter
                answer = Answer(
                    document: .errors(failure.descriptions.map { (failure.status, $0) }),
                    status: HTTPResponse.Status(code: failure.status))
            }
            let bytes = isXML ? answer.document.xml : answer.document.json
            var content = Content(
                text: bytes, isXML ? "text/xml; charset=utf-8" : "application/json; charset=utf-8",
                gzip: request.acceptsGzip)
            content.status = answer.status
            if let retryAfter { content.headers[.retryAfter] = String(retryAfter) }
            content.headers[.vary] = "Accept, Accept-Encoding, Accept-Language"
            let isStable = answer.status == .ok && request.method != .post
            return content.response(to: request, caching: isStable ? .revalidate : .never)
        }
    }

    /// The suffix decides; without one, what the client accepts, and JSON over doubt.
    private static func wantsXML(_ last: String, _ request: Request) -> Bool {
        if last.hasSuffix(".xml") { return true }
        if last.hasSuffix(".json") { return false }
        let accepted = WeightedChoice.list(request.headers[.accept] ?? "").sorted { $0.weight > $1.weight }
        return ["text/xml", "application/xml"].contains(accepted.first?.name)
    }

    private static func failure(_ error: any Error) -> Open311Failure {
        switch error {
        case let failure as Open311Failure: return failure
        case let outside as OutsideCity:
            return Open311Failure(400, "the place \(outside.place) is outside the city")
        case is DuplicateError: return Open311Failure(400, "\(error)")
        default:
            let problem = Problem(error)
            let text = [problem.title, problem.detail].compactMap { $0 }.joined(separator: ": ")
            return Open311Failure(problem.status.code, text, retryAfter: problem.retryAfter)
        }
    }

    private static func form(_ request: Request) async throws -> Open311Form {
        let media = request.mediaType
        guard media == "application/x-www-form-urlencoded" || media.isEmpty else {
            throw Open311Failure(415, "a report comes as application/x-www-form-urlencoded")
        }
        do {
            return try Open311Form(Array((try await request.body.collect(upTo: formLimit)).readableBytesView))
        } catch is NIOTooManyBytesError {
            throw Open311Failure(413, "the report has more than \(formLimit) octets")
        }
    }

    // MARK: Discovery and services

    private func discovery(_ request: Request, _ context: MapContext, _ call: Call) async throws -> Answer {
        let base = PublicAddress(request, configuration: desk.services.configuration)
        return Answer(
            document: .discovery(
                endpoint: base("/open311/v2"), changeset: desk.services.freshness.updatedAt ?? call.now,
                contact: desk.services.city.facts[.contact],
                keyService: desk.configuration.open311Keys.isEmpty
                    ? "no api_key is needed" : "ask the city for an api_key; it is needed to report"))
    }

    private func services(_ request: Request, _ context: MapContext, _ call: Call) async throws -> Answer {
        Answer(document: .services(try desk.rules.book(), language: call.language.rawValue))
    }

    private func definition(_ request: Request, _ context: MapContext, _ call: Call) async throws -> Answer {
        guard let category = try desk.rules.book().category(call.name), category.isReportable else {
            throw Open311Failure(404, "service_code \(call.name.prefix(60)) was not found")
        }
        return Answer(document: .definition(category, language: call.language.rawValue))
    }

    // MARK: Requests

    private func requests(_ request: Request, _ context: MapContext, _ call: Call) async throws -> Answer {
        let query = try Open311Query(call.parameters, at: call.now)
        let book = try? desk.rules.book()
        return try await desk.services.features(request, context, on: desk.services.questionPool) { budget in
            let works = try query.works(in: desk.store, at: call.now, budget: budget)
            return Answer(document: .requests(works, book, language: call.language.rawValue))
        }
    }

    private func request(_ request: Request, _ context: MapContext, _ call: Call) async throws -> Answer {
        let book = try? desk.rules.book()
        return try await desk.services.features(request, context) { _ in
            guard let id = WorkID(call.name), let work = try desk.store.work(id) else {
                if let id = WorkID(call.name), let hiding = try desk.store.hiding(of: id) { throw Self.hidden(hiding) }
                throw Open311Failure(404, "service_request_id \(call.name.prefix(60)) was not found")
            }
            return Answer(document: .requests([work], book, language: call.language.rawValue))
        }
    }

    private static func hidden(_ hiding: LedgerEntry) -> Open311Failure {
        Open311Failure(410, "the request was taken out of the public record: \(hiding.reason ?? "")")
    }

    private func token(_ request: Request, _ context: MapContext, _ call: Call) async throws -> Answer {
        try await desk.services.features(request, context, on: desk.services.reportPool) { _ in
            guard let report = try desk.store.pendingReport(call.name) else {
                throw Open311Failure(404, "token \(call.name.prefix(60)) was not found")
            }
            let id: WorkID? = if case .accepted(let id) = report.decision { id } else { nil }
            if let id, let hiding = try desk.store.hiding(of: id) { throw Self.hidden(hiding) }
            return Answer(document: .token(report.token, became: id))
        }
    }

    // MARK: Reports

    private func report(_ request: Request, _ context: MapContext, _ call: Call) async throws -> Answer {
        guard let form = call.form else { throw Open311Failure(400, "a form is wanted") }
        let keys = desk.configuration.open311Keys
        if !keys.isEmpty {
            let given = form["api_key"] ?? call.parameters["api_key"] ?? ""
            guard keys.contains(where: { AccessSecret.areEqual($0, given) }) else {
                try await desk.refuseSecret("api_key", context)
                throw Open311Failure(403, "api_key was not provided or is not good")
            }
        }
        try desk.admitReport(context)
        let report = try form.report(token: AccessSecret.new(prefix: ""), at: call.now)
        let book = try desk.rules.book()
        guard let category = book.category(report.category), category.isReportable else {
            throw Open311Failure(404, "service_code \(report.category.prefix(60)) was not found")
        }
        if let original = form["duplicate_of"].flatMap({ WorkID($0) }) {
            return try await follow(original, request, context, call)
        }
        let intake = try await desk.services.features(request, context, on: desk.services.reportPool) { budget in
            try desk.prepare(report, book, budget: budget)
        }
        let notice = Self.notice(intake.near, call.language)
        let network = context.client.description
        if category.needsModeration {
            try await desk.write(for: request, context) { try $0.add(report, from: network) }
            return Answer(document: .created(token: report.token, notice: notice), status: .accepted)
        }
        let id = try await desk.write(for: request, context) { transaction in
            let id = try desk.accept(intake, at: call.now, in: transaction).id
            try transaction.setReporter(of: id, from: network, at: call.now)
            return id
        }
        return Answer(document: .created(id, notice: notice), status: .created)
    }

    /// Somebody who was offered a work that is already reported follows it instead of reporting it again; see ``Works/Following``.
    private func follow(
        _ original: WorkID, _ request: Request, _ context: MapContext, _ call: Call
    ) async throws -> Answer {
        let open = try await desk.services.features(request, context, on: desk.services.reportPool) { _ in
            try desk.store.work(original)?.status.isOpen
        }
        guard let open else { throw Open311Failure(404, "duplicate_of \(original) was not found") }
        guard open else { throw Open311Failure(400, "\(original) is closed; report anew without duplicate_of") }
        let network = context.client.description
        let isNew = try await desk.write(for: request, context) {
            try $0.addFollower(from: network, to: original, at: call.now)
        }
        let notice =
            isNew
            ? call.language("Вы следите за этим сообщением", "You follow this report now")
            : call.language("Вы уже следите за этим сообщением", "You follow this report already")
        return Answer(document: .created(original, notice: notice), status: isNew ? .created : .ok)
    }

    private static func notice(_ near: [NearReport], _ language: Language) -> String? {
        guard let nearest = near.first else { return nil }
        let metres = Int(nearest.metres.rounded())
        return language(
            "Похоже, об этом уже сообщили: \(nearest.work.id), в \(metres) м. Чтобы следить за ним, отправьте duplicate_of.",
            "This seems to be reported already: \(nearest.work.id), \(metres) m away. Send duplicate_of to follow it.")
    }
}
