import Foundation
import Geometry
import HTTPTypes
import Hummingbird
import Works

/// `/works`: the works as pages that need no script.
struct WorkPages: RouteFamily {
    let services: MapServices

    /// Works on one page of the list.
    static let pageSize = 50

    var routes: [Route] {
        [
            .get("/works") { request, context in try await list(request, context) },
            .get("/works/{id}") { request, context in try await work(request, context) },
            .get("/pages.css") { request, _ in
                Content(text: Array(PageStyle.css.utf8), "text/css; charset=utf-8", gzip: request.acceptsGzip)
                    .response(to: request, caching: .seconds(3600))
            },
        ]
    }

    // MARK: One work

    func work(_ request: Request, _ context: MapContext) async throws -> Response {
        let query = try QueryParameters(request)
        try query.allow(only: ["lang"])
        let id = try WorkRoutes.id(context)
        let language = try request.language(query)
        let now = Instant.now
        let gzip = request.acceptsGzip
        let content = try await services.features(request, context) { _ in
            let clock = try CityClock(services.store, language: language)
            guard let work = try services.store.work(id) else { throw WorkRoutes.noWork(id) }
            let page = WorkDocument.html(work, try services.store.ledger(of: id), at: now, clock: clock)
            var content = Content(text: page.bytes, "text/html; charset=utf-8", gzip: gzip)
            content.headers[.vary] = "Accept-Encoding, Accept-Language"
            content.headers[.contentLanguage] = language.rawValue
            return content
        }
        return content.response(to: request, caching: .revalidate)
    }

    // MARK: The list

    func list(_ request: Request, _ context: MapContext) async throws -> Response {
        let query = try QueryParameters(request)
        try query.allow(only: FilterQuery.names + ["lang", "cursor"])
        let language = try request.language(query)
        let filter = try Self.filter(query)
        let after = try query["cursor"].map { text throws(Problem) in try Cursor(text).number }
        let now = Instant.now
        let gzip = request.acceptsGzip
        let content = try await services.features(request, context) { budget in
            let clock = try CityClock(services.store, language: language)
            let stamp = try services.freshness.stamp(at: now)
            let total = try services.count(.works(filter), stamp, budget: budget)
            var works: [(number: Int64, work: Work)] = []
            let page = WorkPage(filter: filter, geometry: false, after: after, limit: Self.pageSize + 1)
            try services.store.forEachWork(page, at: now, budget: budget) { row in
                works.append((row.number, try row.work()))
            }
            let next = works.count > Self.pageSize ? Cursor(number: works[Self.pageSize - 1].number) : nil
            let html = Self.listPage(
                works.prefix(Self.pageSize).map(\.work), total: total, next: next, query: query, at: now, clock: clock)
            var content = Content(text: html.bytes, "text/html; charset=utf-8", gzip: gzip)
            content.headers[.vary] = "Accept-Encoding, Accept-Language"
            content.headers[.contentLanguage] = language.rawValue
            return content
        }
        return content.response(to: request, caching: .revalidate)
    }

    /// Without a question the list is of what is still to be done.
    private static func filter(_ query: QueryParameters) throws(Problem) -> WorkFilter {
        var filter = try FilterQuery.filter(query)
        if query.without("lang", "cursor").isEmpty { filter.openOnly = true }
        return filter
    }

    private static func listPage(
        _ works: [Work], total: Int, next: Cursor?, query: QueryParameters, at now: Instant, clock: CityClock
    ) -> HTML {
        let say = clock.language
        var rows: HTML = ""
        for work in works {
            let state = work.deadlineState(at: now)
            rows += """
                <tr><td><a href="/works/\(work.id)">\(work.title ?? work.category)</a><br>\(work.address ?? "")</td>
                <td>\(say.name(work.kind))</td><td>\(say.name(work.status))</td>
                <td>\(clock.html(work.dueAt))</td><td class="\(state.rawValue)">\(say.name(state))</td></tr>

                """
        }
        var more: HTML = ""
        if let next {
            let link = "/works" + query.setting("cursor", to: next.text).encoded
            let pages = say("Страницы", "Pages")
            more = "<nav aria-label=\"\(pages)\"><a rel=\"next\" href=\"\(link)\">\(say("Дальше", "Next"))</a></nav>"
        }
        let title =
            query.without("lang", "cursor").isEmpty
            ? say("Открытые работы", "Open works") : say("Работы", "Works")
        return Page(
            title: title, language: say,
            alternates: Language.allCases.filter { $0 != say }.map {
                ("/works" + query.setting("lang", to: $0.rawValue).encoded, "text/html", $0)
            },
            body: """
                <nav><a href="/">\(say("Карта", "Map"))</a></nav>
                <main>
                <h1>\(title): \(total)</h1>
                <table>
                <thead><tr><th>\(say("Работа", "Work"))</th><th>\(say("Вид", "Kind"))</th><th>\(say("Статус", "Status"))</th>
                <th>\(say("Срок", "Deadline"))</th><th>\(say("Состояние срока", "State"))</th></tr></thead>
                <tbody>
                \(rows)</tbody>
                </table>
                \(more)
                </main>
                """
        ).html
    }
}
