import Foundation
import HTTPEdge
import Hummingbird
import Works

/// `/privacy`: what is kept of people, why, for how long, and who sees it; or the city's own text.
struct PrivacyPage: RouteFamily {
    static let path = "/privacy"

    let services: MapServices

    var routes: [Route] {
        [.get(RouterPath(Self.path)) { request, context in try await page(request, context) }]
    }

    private func page(_ request: Request, _ context: MapContext) async throws -> Response {
        let visit = try PageVisit(request, services)
        let gzip = request.acceptsGzip
        let content = try await services.features(request, context) { _ in
            let say = visit.language
            let city = try CityFacts(services.store).name(in: say.rawValue)
            let own = services.cityTexts.privacy(in: say)
            let body = own?.html ?? Self.text(services.configuration.desk.retention, city: city, say)
            return visit.content(
                PublicPage(
                    visit: visit, title: own?.title ?? say.text("privacy.title"), summary: say.text("privacy.summary"),
                    section: nil, body: "<div class=\"prose\">\(body)</div>"
                ).html, gzip: gzip)
        }
        return content.response(to: request, caching: .revalidate)
    }

    /// The program's own text.
    private static func text(_ times: Retention, city: String?, _ say: Language) -> HTML {
        var values = ["city": city ?? ""]
        for (name, seconds) in [
            ("closed", times.contactsOfClosedWorks), ("open", times.contactsOfOpenWorks),
            ("refused", times.refusedReports), ("waiting", times.waitingReports),
        ] {
            values[name] = say.text("privacy.days", count: Int(seconds / Retention.day))
        }
        func paragraph(_ name: String) -> HTML { "<p>\(say.text("privacy.\(name)", values))</p>\n" }
        func heading(_ name: String) -> HTML { "<h2>\(say.text("privacy.\(name)"))</h2>\n" }
        var kept: HTML = ""
        for (name, periods) in [
            ("contact", ["closed", "open"]), ("waiting", ["lapsing", "refused"]), ("work", ["record"]),
            ("follow", ["closed", "open", "following"]), ("looks", ["record"]),
        ] {
            let period = periods.map { say.text("privacy.keep.\($0)", values) }.joined(separator: " ")
            kept += """
                <h3>\(say.text("privacy.\(name).what"))</h3>
                <dl>
                <dt>\(say.text("privacy.column.why"))</dt><dd>\(say.text("privacy.\(name).why"))</dd>
                <dt>\(say.text("privacy.column.long"))</dt><dd>\(period)</dd>
                <dt>\(say.text("privacy.column.who"))</dt><dd>\(say.text("privacy.\(name).who"))</dd>
                </dl>

                """
        }
        return """
            \(paragraph(city == nil ? "intro" : "introCity"))
            \(heading("public"))\(paragraph("publicText"))
            \(heading("kept"))\(kept)
            \(heading("browser"))\(paragraph("browserText"))\(paragraph("staffCookie"))
            \(heading("log"))\(paragraph("logText"))
            \(heading("rights"))\(paragraph("rightsText"))
            """
    }
}
