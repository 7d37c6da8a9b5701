import HTTPEdge
import HTTPTypes
import Hummingbird
import Works

/// `/staff/setup`: the first steps of a new city, each with its commands; for whoever sits at this machine, and for admins.
///
/// Nobody else learns that there is such a page. A client behind a proxy comes from this machine too, so a request counts as local only if
/// no proxy says that it hands it on, and if it names this machine as the server.
struct SetupRoutes: RouteFamily {
    let desk: Desk

    static let path = "/staff/setup"

    var routes: [Route] {
        [.get(RouterPath(Self.path)) { request, context in try await page(request, context) }]
    }

    private func page(_ request: Request, _ context: MapContext) async throws -> Response {
        let services = desk.services
        let isAllowed =
            if Self.isLocal(request, context) { true } else { try await isAdmin(request, context) }
        guard isAllowed else { throw Problem.notFound("there is nothing at \(Self.path)") }
        let query = try QueryParameters(request)
        try query.allow(only: ["lang"])
        let language = request.preferredLanguage(query["lang"], city: services.city.language)
        let html = try await services.features(request, context, on: services.staffPool) { _ in
            SetupPage.html(
                try services.missingSteps(), city: services.city.name(language), language: language,
                commands: services.commands(of:))
        }
        return StaffRoutes.html(html, language)
    }

    /// True if somebody on this machine asks, and no proxy in between.
    static func isLocal(_ request: Request, _ context: MapContext) -> Bool {
        guard context.address?.isLoopback ?? false, !request.isForwarded else { return false }
        let host = (request.head.authority ?? "").lowercased()
        return ["localhost", "127.0.0.1", "[::1]"].contains { host == $0 || host.hasPrefix("\($0):") }
    }

    private func isAdmin(_ request: Request, _ context: MapContext) async throws -> Bool {
        let now = Instant.now
        let cookie = StaffCookie(desk.services.configuration.publicURL).value(in: request)
        guard let session = cookie.flatMap({ desk.sessions.session($0, at: now) }) else { return false }
        let token = try await desk.services.features(request, context, on: desk.services.staffPool) { _ in
            try desk.store.token(digest: session.tokenDigest)
        }
        return token.map { $0.role == .admin && $0.refusal(at: now) == nil && !$0.isMachine } ?? false
    }
}

/// The page of the first steps.
enum SetupPage {
    static func html(
        _ missing: [SetupStep], city: String?, language say: Language, commands: (SetupStep) -> [String]
    ) -> HTML {
        Page(
            title: say.text("setup.title"), city: city, language: say,
            alternates: StaffPages.languages(SetupRoutes.path, say), style: StaffStyle.address,
            body: "<main>\n\(list(missing, language: say, commands: commands))</main>"
        ).html
    }

    /// The steps as a list, those that are taken as well.
    static func list(
        _ missing: [SetupStep], language say: Language, commands: (SetupStep) -> [String]
    ) -> HTML {
        var items: HTML = ""
        for step in SetupStep.allCases {
            guard missing.contains(step) else {
                items += "<li>✓ <s>\(step.need(say))</s> \(say.text("setup.done"))</li>\n"
                continue
            }
            var lines: HTML = ""
            for command in commands(step) { lines += "<code>\(command)</code><br>" }
            items += "<li>\(step.need(say))<br>\(lines)</li>\n"
        }
        return """
            <h2>\(say.text("setup.title"))</h2>
            <p>\(say.text("setup.intro"))</p>
            <ol>
            \(items)</ol>

            """
    }
}
