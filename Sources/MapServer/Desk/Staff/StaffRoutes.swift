import HTTPEdge
import HTTPTypes
import Hummingbird
import NIOCore
import Works

/// `/staff`: the desk as plain pages with forms; no script is needed.
struct StaffRoutes: RouteFamily {
    let desk: Desk

    /// Works on one page of the queue.
    static let pageSize = 100
    private static let formLimit = 64 * 1024

    var routes: [Route] {
        [
            .get("/staff", page { try await queue($0) }),
            .get("/staff/audit", page { try await audit($0) }),
            Route(method: .post, path: "/staff/login", handler: login),
            Route(method: .post, path: "/staff/logout", handler: page { try await logout($0) }),
            .get("/staff/works/{id}", page { try await work($0) }),
            Route(method: .post, path: "/staff/works/{id}", handler: page { try await change($0) }),
            .get("/staff/reports/{token}", page { try await report($0) }),
            Route(method: .post, path: "/staff/reports/{token}", handler: page { try await decide($0) }),
            .get(RouterPath(StaffStyle.address)) { request, _ in
                Content(text: Array(StaffStyle.css.utf8), "text/css; charset=utf-8", gzip: request.acceptsGzip)
                    .response(to: request, caching: .seconds(3600))
            },
        ]
    }

    // MARK: Sessions

    /// A request of somebody who has signed in.
    struct Visit: Sendable {
        var request: Request
        var context: MapContext
        var query: QueryParameters
        /// Empty but for POST, whose form key has been checked.
        var form: [String: String] = [:]
        var token: AccessToken
        var formKey: String
        var cookie: String
        var language: Language
        var now: Instant
        /// The city's name in the visit's language.
        var city: String?

        /// An address of the desk, in the language that was asked for; parameters without a value are left out.
        func link(_ path: String, _ parameters: KeyValuePairs<String, String> = [:]) -> String {
            var query = try! QueryParameters(nil)
            for (name, value) in parameters where !value.isEmpty { query = query.setting(name, to: value) }
            if let asked = self.query["lang"] { query = query.setting("lang", to: asked) }
            return path + query.encoded
        }
    }

    /// Leads whoever has not signed in to the form, refuses forms that another site made, and tells what goes wrong on a page.
    private func page(_ handler: @escaping @Sendable (Visit) async throws -> Response) -> Route.Handler {
        { request, context in
            try Self.refuseOtherSites(request)
            let query = try QueryParameters(request)
            let language = request.preferredLanguage(query["lang"], city: desk.services.city.language)
            let city = desk.services.city.name(language)
            let now = Instant.now
            let cookie = sessionCookie.value(in: request)
            let session = cookie.flatMap { desk.sessions.session($0, at: now) }
            if request.method == .post {
                do throws(Problem) { try desk.admitForm(context, session: session?.tokenDigest) } catch {
                    return Self.throttled(error, language)
                }
            }
            guard let cookie, let session,
                let token = try await desk.services.features(
                    request, context, on: desk.services.staffPool,
                    { _ in try desk.store.token(digest: session.tokenDigest) }),
                token.refusal(at: now) == nil, !token.isMachine
            else {
                let status: HTTPResponse.Status = request.method == .post ? .forbidden : .ok
                var page = Self.html(
                    StaffPages.login(city: city, language: language, failure: nil), language, status: status)
                // A session that is over leaves no more behind than one that was closed.
                if sessionCookie.value(in: request) != nil { page.headers[.clearSiteData] = Self.storedByBrowsers }
                return page
            }
            var visit = Visit(
                request: request, context: context, query: query, token: token, formKey: session.formKey,
                cookie: cookie, language: language, now: now, city: city)
            do {
                if request.method == .post {
                    visit.form = try await Self.form(request)
                    guard AccessSecret.areEqual(visit.form["key"] ?? "", session.formKey) else {
                        throw Problem(
                            .forbidden, "stale-form", "The form is not of this session",
                            detail: "the form was not made by this page; open the page again")
                    }
                }
                return try await handler(visit)
            } catch {
                let problem = Problem(error)
                // What nobody foresaw goes to the log as everywhere.
                guard problem.kind != Problem.internalError.kind else { throw error }
                var page = Self.html(StaffPages.failure(error, visit: visit), language, status: problem.status)
                if let wait = problem.retryAfter { page.headers[.retryAfter] = String(wait) }
                return page
            }
        }
    }

    private func login(_ request: Request, _ context: MapContext) async throws -> Response {
        try Self.refuseOtherSites(request)
        let query = try QueryParameters(request)
        let language = request.preferredLanguage(query["lang"], city: desk.services.city.language)
        let city = desk.services.city.name(language)
        let secret = try await Self.form(request)["token"] ?? ""
        let token: AccessToken
        do {
            // Wrong tokens have a limit of their own; a good one is let in beside them.
            token = try await desk.token(secret, request, context)
            do throws(Problem) { try desk.admitForm(context, session: token.digest) } catch {
                return Self.throttled(error, language)
            }
            if token.isMachine {
                return Self.html(
                    StaffPages.login(city: city, language: language, failure: language.text("signIn.machine")),
                    language,
                    status: .forbidden)
            }
        } catch let problem as Problem where [.unauthorized, .tooManyRequests].contains(problem.status) {
            let failure =
                problem.retryAfter.map {
                    language("Слишком много попыток. Подождите \($0) с.", "Too many attempts. Wait \($0) s.")
                } ?? language.text(problem.kind == "token-expired" ? "signIn.expired" : "signIn.refused")
            var page = Self.html(
                StaffPages.login(city: city, language: language, failure: failure), language, status: problem.status)
            if let wait = problem.retryAfter { page.headers[.retryAfter] = String(wait) }
            return page
        } catch let error as StoreError {
            guard let failure = Self.reason(error, language) else { throw error }
            return Self.html(
                StaffPages.login(city: city, language: language, failure: failure), language,
                status: .serviceUnavailable)
        }
        let now = Instant.now
        let session = desk.sessions.open(tokenDigest: token.digest, at: now)
        try await desk.write(for: request, context) { try $0.add(desk.audit(token, "session.open", nil, nil, at: now)) }
        var response = Self.redirect("/staff" + (query["lang"] == nil ? "" : "?lang=\(language.rawValue)"))
        response.headers[.setCookie] = sessionCookie.field(session, seconds: desk.configuration.sessionLifetime)
        return response
    }

    private func logout(_ visit: Visit) async throws -> Response {
        desk.sessions.close(visit.cookie)
        try await desk.write(for: visit.request, visit.context) {
            try $0.add(desk.audit(visit.token, "session.close", nil, nil, at: visit.now))
        }
        var response = Self.redirect(visit.link("/staff"))
        response.headers[.setCookie] = sessionCookie.field("", seconds: 0)
        response.headers[.clearSiteData] = Self.storedByBrowsers
        return response
    }

    /// Reason why nobody can sign in, where it lies in the database and is not the visitor's; nil for other errors.
    private static func reason(_ error: StoreError, _ say: Language) -> String? {
        switch error {
        case .keyMissing:
            say(
                "Сейчас войти нельзя: нет файла ключа, без которого закрытые данные не читаются. Его вернёт тот, кто обслуживает сервер.",
                "Nobody can sign in now: the key file is missing, without which private data cannot be read. Whoever runs the server puts it back."
            )
        case .publicCopy:
            say(
                "Это общедоступная копия, в ней нет служебной части.",
                "This is a public copy, without a desk for staff.")
        default: nil
        }
    }

    private var sessionCookie: StaffCookie { StaffCookie(desk.services.configuration.publicURL) }

    /// What a browser forgets at the end of a session (W3C Clear Site Data): answers that it or the map's worker has stored. Browsers heed it
    /// over TLS and on the loopback, and only there do they run workers.
    private static let storedByBrowsers = #""cache", "storage""#

    /// Refuses what another site makes a browser send (W3C Fetch Metadata); other clients do not say where a request comes from.
    private static func refuseOtherSites(_ request: Request) throws(Problem) {
        guard request.method == .post, let site = request.headers[.secFetchSite],
            site != "same-origin", site != "none"
        else { return }
        throw Problem(
            .forbidden, "other-site", "The form is not of this site",
            detail: "the form was sent by a page of another site")
    }

    // MARK: Answers

    /// Says on a page of its own that too many forms were sent.
    private static func throttled(_ problem: Problem, _ language: Language) -> Response {
        var page = html(StaffPages.tooMany(problem, language: language), language, status: problem.status)
        if let wait = problem.retryAfter { page.headers[.retryAfter] = String(wait) }
        return page
    }

    static func html(_ html: HTML, _ language: Language, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .contentLanguage: language.rawValue, .vary: "Accept-Language, Cookie",
            ],
            body: .init(byteBuffer: ByteBuffer(bytes: html.bytes)))
    }

    static func redirect(_ address: String) -> Response {
        Response(status: .seeOther, headers: [.location: address, .cacheControl: "no-store"])
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
