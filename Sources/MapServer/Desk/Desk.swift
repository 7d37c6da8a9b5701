import HTTPEdge
import HTTPTypes
import Hummingbird
import Logging
import ServiceLifecycle
import Works

/// What the routes that write work with.
struct Desk: Sendable {
    let services: MapServices
    let store: any DeskStore
    let writes: WriteQueue
    let rules: RuleShelf
    let city: CityLimits
    let sessions: StaffSessions
    let looks = PrivateLooks()
    private let throttles: Throttles
    private let failures: RateLimit
    private let logger: Logger
    private let uses: TokenUses

    /// Nil over a store that keeps no desk.
    init?(_ services: MapServices, logger: Logger) {
        guard let store = services.store as? any DeskStore else { return nil }
        let configuration = services.configuration.desk
        self.services = services
        self.store = store
        writes = WriteQueue(store: store, capacity: configuration.maxWrites)
        rules = services.rules
        city = CityLimits(store: store)
        sessions = StaffSessions(lifetime: configuration.sessionLifetime)
        throttles = Throttles(configuration)
        failures = RateLimit(capacity: max(configuration.failedLogins, 1), in: 900)
        uses = TokenUses()
        self.logger = logger
    }

    var configuration: DeskConfiguration { services.configuration.desk }

    var families: [any RouteFamily] {
        [
            WorkWritingRoutes(desk: self), TakingBackRoutes(desk: self), DuplicateRoutes(desk: self),
            Open311Routes(desk: self),
            StaffRoutes(desk: self), SetupRoutes(desk: self),
        ]
    }

    /// What runs beside the requests.
    func keepers(logger: Logger) -> [any Service] {
        [RetentionJob(store: store, retention: configuration.retention, logger: logger)]
    }

    // MARK: Addresses

    /// Refuses a report of a client that has sent too many.
    func admitReport(_ context: MapContext) throws(Problem) { try throttles.admitReport(context.client) }

    /// Refuses a form of a client that has sent too many.
    ///
    /// - Parameter session: Digest of the token that the client has signed in with; nil if it has not.
    func admitForm(_ context: MapContext, session: String?) throws(Problem) {
        try throttles.admitForm(context.client, session: session)
    }

    // MARK: Who asks

    /// The token that a request bears (RFC 6750). Requests that may change something count for the limit of changes.
    ///
    /// - Throws: ``Problem``: 401 without a token or with one that is not or no longer good, 403 if its role is not enough, 429 if the bearer
    ///   has changed too much lately.
    func bearer(_ request: Request, _ context: MapContext, atLeast role: Role) async throws -> AccessToken {
        guard request.bearsToken, let field = request.headers[.authorization]?.trimmed else {
            throw Problem.unauthorised("this address wants a token: Authorization: Bearer …")
        }
        let token = try await token(String(field.dropFirst(7)).trimmed, request, context)
        if ![.get, .head, .options].contains(request.method) {
            try throttles.admitChange(context.client, token: token.digest)
        }
        guard token.role >= role else {
            throw Problem.forbidden("the token's role is \(token.role.rawValue); \(role.rawValue) is needed")
        }
        return token
    }

    /// A handler that adds the field by which a 401 says what is wanted (RFC 6750 section 3).
    static func challenging(_ handler: @escaping Route.Handler) -> Route.Handler {
        { request, context in
            do {
                return try await handler(request, context)
            } catch {
                let problem = Problem(error)
                guard problem.status == .unauthorized else { throw error }
                var response = problem.response(instance: request.uri.path, requestID: context.requestID)
                response.headers[.wwwAuthenticate] = "Bearer realm=\"WorksMap\""
                return response
            }
        }
    }

    /// The good token with this secret.
    ///
    /// Whoever guesses waits for the answer, longer each time, and is then turned away for a while. A good token is served at once
    /// whatever else its address has tried: nobody can lock out a colleague.
    func token(_ secret: String, _ request: Request, _ context: MapContext) async throws -> AccessToken {
        let digest = AccessSecret.digest(of: secret)
        let token = try await services.features(request, context, on: services.staffPool) { _ in
            try store.token(digest: digest)
        }
        let refusal = token?.refusal(at: .now)
        if let token, refusal == nil {
            noteUse(of: token)
            return token
        }
        try await refuseSecret("sign-in", context)
        switch refusal {
        case .expired(let end):
            throw Problem(
                .unauthorized, "token-expired", "The token has expired",
                detail: "the token expired at \(end); `worksmap token create` makes a new one")
        case .revoked: throw Problem.unauthorised("the token is revoked")
        case .altered:
            throw Problem.unauthorised("the token was written or changed by another program; it has no power")
        case nil: throw Problem.unauthorised("the token is not good")
        }
    }

    /// Logs a wrong secret and makes its client wait, longer each time.
    ///
    /// The line in the log is one that fail2ban can read: see docs/operators.md.
    ///
    /// - Parameter what: The way in that was tried, such as `sign-in`.
    /// - Throws: ``Problem``: 429 if the client has tried too many.
    func refuseSecret(_ what: String, _ context: MapContext) async throws {
        let failed = failures.used(context.client).rounded(.up)
        let address = context.address?.description ?? "unknown"
        logger.notice("\(what) failed from \(address)", metadata: ["request": .string(context.requestID)])
        if let wait = failures.consume(context.client) {
            throw Problem.tooManyRequests("too many secrets from this address were no good", wait)
        }
        try await Task.sleep(for: configuration.failedLoginPause * (1 << min(Int(failed), 4)))
    }

    /// Runs `body` in a transaction within a request's time.
    ///
    /// - Throws: What ``WriteQueue/write(until:_:)`` throws.
    func write<Result: Sendable>(
        for request: Request, _ context: MapContext, _ body: @escaping @Sendable (any DeskTransaction) throws -> Result
    ) async throws -> Result {
        let deadline = services.deadline(request, context, route: services.configuration.deadlineFeatures)
        return try await writes.write(until: deadline, body)
    }

    /// Writes down when a token was used, once a minute at most.
    private func noteUse(of token: AccessToken) {
        guard uses.isDue(token.id) else { return }
        let deadline = ContinuousClock.now + services.configuration.deadlineFeatures
        Task { [writes] in
            try? await writes.write(until: deadline) { try $0.noteUse(ofToken: token.id, at: .now) }
        }
    }
}

extension Request {
    /// True if the request names a token (RFC 6750), good or not.
    var bearsToken: Bool { headers[.authorization]?.trimmed.lowercased().hasPrefix("bearer ") ?? false }
}

extension Problem {
    static func unauthorised(_ detail: String) -> Problem {
        Problem(.unauthorized, "unauthorised", "A token is needed", detail: detail)
    }

    static func forbidden(_ detail: String) -> Problem {
        Problem(.forbidden, "forbidden", "The token does not allow this", detail: detail)
    }

    static func tooManyRequests(_ detail: String, _ seconds: Int) -> Problem {
        Problem(
            .tooManyRequests, "too-many-requests", "Too many requests from one address", detail: detail,
            retryAfter: seconds)
    }

    static func unprocessable(_ kind: String, _ detail: String) -> Problem {
        Problem(.unprocessableContent, kind, "The request is understood but cannot be carried out", detail: detail)
    }
}
