import Foundation
import Geometry
import HTTPTypes
import Hummingbird
import NIOCore
import Works

/// `/staff`: the desk as plain pages with forms; no script is needed.
struct StaffRoutes: RouteFamily {
    let desk: Desk

    static let cookie = "worksmap_staff"
    /// Works on one page of the queue.
    static let pageSize = 100
    private static let formLimit = 64 * 1024

    var routes: [Route] {
        [
            .get("/staff", page { try await queue($0) }),
            Route(method: .post, path: "/staff/login", handler: login),
            Route(method: .post, path: "/staff/logout", handler: page { try await logout($0) }),
            .get("/staff/works/{id}", page { try await work($0) }),
            Route(method: .post, path: "/staff/works/{id}", handler: page { try await change($0) }),
            .get("/staff/reports/{token}", page { try await report($0) }),
            Route(method: .post, path: "/staff/reports/{token}", handler: page { try await decide($0) }),
        ]
    }

    // MARK: Sessions

    /// A request of somebody who has signed in.
    struct Visit: Sendable {
        var request: Request
        var context: MapContext
        var query: QueryParameters
        /// Empty but for POST, whose form key has been checked.
        var form: [String: String]
        var token: AccessToken
        var formKey: String
        var cookie: String
        var language: Language
        var now: Instant
    }

    /// Leads whoever has not signed in to the form, and refuses forms that another site made.
    private func page(_ handler: @escaping @Sendable (Visit) async throws -> Response) -> Route.Handler {
        { request, context in
            let query = try QueryParameters(request)
            let language = try request.language(query)
            let now = Instant.now
            guard let cookie = Self.cookie(in: request), let session = desk.sessions.session(cookie, at: now),
                let token = try await desk.services.features(
                    request, context, { _ in try desk.store.token(digest: session.tokenDigest) }),
                token.revokedAt == nil
            else {
                let status: HTTPResponse.Status = request.method == .post ? .forbidden : .ok
                return Self.html(StaffPages.login(language: language, failure: nil), language, status: status)
            }
            var form: [String: String] = [:]
            if request.method == .post {
                form = try await Self.form(request)
                guard AccessSecret.areEqual(form["key"] ?? "", session.formKey) else {
                    throw Problem.forbidden("the form was not made by this page; open the page again")
                }
            }
            return try await handler(
                Visit(
                    request: request, context: context, query: query, form: form, token: token,
                    formKey: session.formKey, cookie: cookie, language: language, now: now))
        }
    }

    private func login(_ request: Request, _ context: MapContext) async throws -> Response {
        let language = try request.language(try QueryParameters(request))
        let secret = try await Self.form(request)["token"] ?? ""
        let token: AccessToken
        do {
            token = try await desk.token(secret, request, context)
        } catch let problem as Problem where [.unauthorized, .tooManyRequests].contains(problem.status) {
            var page = Self.html(
                StaffPages.login(
                    language: language,
                    failure: problem.retryAfter.map {
                        language("Слишком много попыток. Подождите \($0) с.", "Too many attempts. Wait \($0) s.")
                    } ?? language("Такого токена нет, или он отозван.", "There is no such token, or it is revoked.")),
                language, status: problem.status)
            if let wait = problem.retryAfter { page.headers[.retryAfter] = String(wait) }
            return page
        }
        let now = Instant.now
        let cookie = desk.sessions.open(tokenDigest: token.digest, at: now)
        try await desk.writes.write { try $0.add(desk.audit(token, "session.open", nil, nil, at: now)) }
        var response = Self.redirect("/staff")
        let isSecure = desk.services.configuration.publicURL?.hasPrefix("https:") ?? false
        response.headers[.setCookie] =
            "\(Self.cookie)=\(cookie); Path=/staff; Max-Age=\(desk.configuration.sessionLifetime); HttpOnly; "
            + "SameSite=Strict\(isSecure ? "; Secure" : "")"
        return response
    }

    private func logout(_ visit: Visit) async throws -> Response {
        desk.sessions.close(visit.cookie)
        var response = Self.redirect("/staff")
        response.headers[.setCookie] = "\(Self.cookie)=; Path=/staff; Max-Age=0; HttpOnly; SameSite=Strict"
        return response
    }

    // MARK: Queue

    private func queue(_ visit: Visit) async throws -> Response {
        try visit.query.allow(only: ["view", "lang"])
        let view = visit.query["view"] ?? StaffQueue.new.rawValue
        guard let queue = StaffQueue(rawValue: view) else {
            throw Problem.malformedParameter(
                "view", "one of \(StaffQueue.allCases.map(\.rawValue).joined(separator: ", ")) is wanted")
        }
        let html = try await desk.services.features(visit.request, visit.context) { budget in
            let clock = try CityClock(desk.store, language: visit.language)
            let reports = try desk.store.pendingReports()
            let works = try queue.works(for: visit.token, in: desk.store, at: visit.now, budget: budget)
            return StaffPages.queue(
                queue, works: works.page, total: works.total, reports: reports, visit: visit, clock: clock)
        }
        return Self.html(html, visit.language)
    }

    // MARK: One work

    private func work(_ visit: Visit) async throws -> Response {
        try visit.query.allow(only: ["lang"])
        let id = try WorkRoutes.id(visit.context)
        return try await show(id, visit, message: nil, status: .ok)
    }

    private func show(
        _ id: WorkID, _ visit: Visit, message: String?, status: HTTPResponse.Status
    ) async throws -> Response {
        let book = try? desk.rules.book()
        let html = try await desk.services.features(visit.request, visit.context) { budget in
            guard let work = try desk.store.work(id) else { throw WorkRoutes.noWork(id) }
            let near = try work.geometry?.representativePoint.map {
                try desk.store.nearReports(
                    category: nil, at: $0, DuplicateRule(metres: 300, seconds: 365 * 86_400), now: visit.now,
                    budget: budget)
            }
            let isDispatcher = visit.token.role >= .dispatcher
            return StaffPages.work(
                StaffPages.Case(
                    work: work, ledger: try desk.store.ledger(of: id),
                    neighbours: (near ?? []).filter { $0.work.id != id },
                    followers: try desk.store.followerCount(of: id), original: try desk.store.original(of: id),
                    duplicates: try desk.store.duplicates(of: id),
                    contact: isDispatcher ? try desk.store.contact(of: id) : nil,
                    mayChange: visit.token.mayChange(workOf: work.organisation)),
                visit: visit, clock: try CityClock(desk.store, language: visit.language), book: book,
                message: message)
        }
        return Self.html(html, visit.language, status: status)
    }

    private func change(_ visit: Visit) async throws -> Response {
        let id = try WorkRoutes.id(visit.context)
        guard visit.token.role >= .dispatcher else {
            throw Problem.forbidden("a viewer changes nothing")
        }
        guard let revision = visit.form["revision"].flatMap({ Int($0) }) else {
            throw Problem.malformedParameter("revision", "is missing")
        }
        let say = visit.language
        do {
            let decision = try decision(visit)
            let salt = try await desk.services.features(visit.request, visit.context) { _ in
                try desk.store.followerSalt()
            }
            _ = try await desk.writes.write { transaction in
                try desk.decide(
                    decision, on: id, expecting: revision, by: visit.token, at: visit.now, salt: salt,
                    in: transaction)
            }
            return Self.redirect("/staff/works/\(id)\(Self.languageQuery(visit))")
        } catch let problem as Problem where problem.kind == "lost-race" {
            return try await show(
                id, visit,
                message: say(
                    "Кто-то изменил работу раньше вас. Посмотрите, как она выглядит теперь, и решите заново.",
                    "Somebody changed the work before you. Look at it as it is now and decide anew."),
                status: problem.status)
        } catch let problem as Problem where [400, 422].contains(problem.status.code) {
            return try await show(
                id, visit, message: "\(say("Не сохранено", "Not saved")): \(problem.detail ?? problem.title)",
                status: problem.status)
        }
    }

    /// The decision that a form makes.
    private func decision(_ visit: Visit) throws -> WorkDecision {
        var object = JSONObject()
        func copy(_ name: String) {
            if let value = visit.form[name], !value.isEmpty { object[name] = .string(value) }
        }
        switch visit.form["action"] {
        case "status": copy("status")
        case "deadline": object["due_at"] = .string(try moment(visit.form["due"] ?? "").description)
        case "assign":
            copy("organisation")
            copy("contractor")
        case "category":
            copy("category")
            copy("severity")
        case "duplicate":
            guard let original = visit.form["original"], !original.isEmpty else {
                throw Problem.malformedParameter("original", "the id of a work is wanted")
            }
            object["duplicate_of"] = .string(original.trimmed)
        case "unlink": object["duplicate_of"] = .null
        case "onsite": object["on_site_at"] = .string(visit.now.description)
        default: throw Problem.malformedParameter("action", "is none that there is")
        }
        copy("reason")
        return try WorkDecision(.object(object))
    }

    /// A date and a time as the city's clocks show them, from `<input type="datetime-local">`.
    private func moment(_ text: String) throws -> Instant {
        let parts = text.split(separator: "T")
        guard parts.count == 2, let date = CivilDate(String(parts[0])), let time = LocalTime(String(parts[1])) else {
            throw Problem.malformedParameter("due", "a date and a time are wanted")
        }
        let zone = try CityClock(desk.store, language: .russian).timeZone
        return WorkingCalendar(timeZone: zone).instant(date, minutes: time.minutes)
    }

    // MARK: Reports that wait

    private func report(_ visit: Visit) async throws -> Response {
        try visit.query.allow(only: ["lang"])
        let html = try await desk.services.features(visit.request, visit.context) { _ in
            let report = try pending(visit)
            let clock = try CityClock(desk.store, language: visit.language)
            return StaffPages.report(report, visit: visit, clock: clock)
        }
        return Self.html(html, visit.language)
    }

    private func decide(_ visit: Visit) async throws -> Response {
        guard visit.token.role >= .dispatcher else { throw Problem.forbidden("a viewer changes nothing") }
        let book = try desk.rules.book()
        let isAccepted: Bool
        switch visit.form["action"] {
        case "accept": isAccepted = true
        case "refuse": isAccepted = false
        default: throw Problem.malformedParameter("action", "is none that there is")
        }
        let intake = try await desk.services.features(visit.request, visit.context) { budget in
            let report = try pending(visit)
            return (report, isAccepted ? try desk.prepare(report, book, budget: budget) : nil)
        }
        let token = intake.0.token
        let work = try await desk.writes.write { transaction -> WorkID? in
            let work = try intake.1.map { try desk.accept($0, at: visit.now, in: transaction).id }
            guard try transaction.decide(token, work.map { .accepted($0) } ?? .refused, at: visit.now) else {
                throw Problem(
                    .conflict, "lost-race", "Somebody else was quicker", detail: "the report is decided on already")
            }
            try transaction.add(
                desk.audit(visit.token, isAccepted ? "report.accept" : "report.refuse", work, nil, at: visit.now))
            return work
        }
        return Self.redirect((work.map { "/staff/works/\($0)" } ?? "/staff") + Self.languageQuery(visit))
    }

    /// The report of the path, on which nobody has decided.
    private func pending(_ visit: Visit) throws -> PendingReport {
        let token = visit.context.parameters.get("token") ?? ""
        guard let report = try desk.store.pendingReport(token), report.decision == nil else {
            throw Problem.notFound("there is no such report, or it is decided on already")
        }
        return report
    }

    // MARK: Answers

    private static func html(
        _ html: HTML, _ language: Language, status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .contentLanguage: language.rawValue, .vary: "Accept-Language, Cookie",
            ],
            body: .init(byteBuffer: ByteBuffer(bytes: html.bytes)))
    }

    private static func redirect(_ address: String) -> Response {
        Response(status: .seeOther, headers: [.location: address, .cacheControl: "no-store"])
    }

    private static func languageQuery(_ visit: Visit) -> String {
        visit.query["lang"].map { _ in "?lang=\(visit.language.rawValue)" } ?? ""
    }

    private static func cookie(in request: Request) -> String? {
        for field in request.headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1).map { $0.trimmed }
                if parts.count == 2, parts[0] == cookie { return parts[1] }
            }
        }
        return nil
    }

    private static func form(_ request: Request) async throws -> [String: String] {
        do {
            let bytes = Array((try await request.body.collect(upTo: formLimit)).readableBytesView)
            return try Open311Form(bytes).fields
        } catch is NIOTooManyBytesError {
            throw Problem.bodyTooLarge(limit: formLimit)
        } catch let failure as Open311Failure {
            throw Problem.malformedParameter("form", failure.descriptions.joined(separator: "; "))
        }
    }
}
