import HTTPEdge
import HTTPTypes
import Hummingbird
import TimeBudgets
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
        let visit = try PageVisit(request, services, parameters: ["at"])
        let moment = try FilterQuery.filter(visit.query, services.cityZone).asOf
        let id = try WorkRoutes.id(context)
        let now = Instant.now
        let gzip = request.acceptsGzip
        let content = try await services.features(request, context) { budget in
            let clock = try CityClock(services.store, language: visit.language)
            guard let work = try services.store.work(id) else {
                guard let hiding = try services.store.hiding(of: id) else { throw WorkRoutes.noWork(id) }
                var page = visit.content(WorkDocument.hidden(hiding, clock: clock, visit: visit), gzip: gzip)
                page.status = .gone
                return page
            }
            guard let work = try moment == nil ? work : services.store.work(id, asOf: moment) else {
                throw Problem.notFound("the work \(id) was not known at \(moment!)")
            }
            let district = try services.districts.all(in: services.store, budget: budget).first {
                $0.name == work.district
            }
            let page = WorkDocument.html(
                work, try services.store.ledger(of: id).filter { $0.at <= moment ?? $0.at }, district,
                otherDistricts: try services.districts.classes(in: services.store, budget: budget).dropFirst()
                    .compactMap { name in work.district(in: name).map { (name, $0) } },
                at: moment ?? now, asItWas: moment != nil, clock: clock, visit: visit)
            return visit.content(page, gzip: gzip)
        }
        return content.response(to: request, caching: content.status == .ok ? .revalidate : .never)
    }

    // MARK: The list

    func list(_ request: Request, _ context: MapContext) async throws -> Response {
        let visit = try PageVisit(request, services, parameters: FilterQuery.names + WorkFilterForm.days + ["cursor"])
        let after = try visit.query["cursor"].map { text throws(Problem) in try Cursor(text).number }
        let now = Instant.now
        let gzip = request.acceptsGzip
        let pool = visit.query["q"]?.isEmpty == false ? services.questionPool : services.pagePool
        let content = try await services.features(request, context, on: pool) { budget in
            let clock = try CityClock(services.store, language: visit.language)
            let form = WorkFilterForm(
                visit: visit, clock: clock, districts: try services.districts.all(in: services.store, budget: budget))
            let filter = try form.filter
            let stamp = try services.freshness.stamp(at: now)
            let total = try services.count(.works(filter), stamp, budget: budget)
            var works: [(number: Int64, work: Work)] = []
            let page = WorkPage(filter: filter, geometry: false, after: after, limit: Self.pageSize + 1)
            try services.store.forEachWork(page, at: now, budget: budget) { row in
                works.append((row.number, try row.work()))
            }
            let next = works.count > Self.pageSize ? Cursor(number: works[Self.pageSize - 1].number) : nil
            let html = Self.page(
                works.prefix(Self.pageSize).map(\.work), total: total, next: next, form: form, asOf: filter.asOf,
                at: now)
            return visit.content(html, gzip: gzip)
        }
        return content.response(to: request, caching: .revalidate)
    }

    private static func page(
        _ works: [Work], total: Int, next: Cursor?, form: WorkFilterForm, asOf moment: Instant?, at now: Instant
    ) -> HTML {
        let visit = form.visit
        let say = visit.language
        let title = form.asksForOpen ? say("Открытые работы", "Open works") : say("Работы", "Works")
        let caption = "\(say("Найдено", "Found")): \(total)"
        var pages: HTML = ""
        if visit.query["cursor"] != nil {
            let first = visit.link("/works", visit.query.without("cursor").pairs)
            pages += "<li><a href=\"\(first)\">\(say("К началу списка", "To the start of the list"))</a></li>\n"
        }
        if let next {
            let link = visit.link(setting: "cursor", to: next.text)
            pages += "<li><a rel=\"next\" href=\"\(link)\">\(say("Дальше", "Next"))</a></li>\n"
        }
        let data = form.dataQuery.encoded
        return PublicPage(
            visit: visit, title: title,
            summary: say(
                "Ремонт дорог, отключения и опасности: что делают, до какого срока и чем кончилось.",
                "Road repairs, outages and hazards: what is done, until when, and how it ended."),
            section: .works, data: [("application/geo+json", "/geojson/works.geojson" + data)],
            body: """
                \(visit.asItWas(moment, form.clock))\(form.html)
                \(WorkTable.html(works, caption: caption, at: moment ?? now, clock: form.clock, visit: visit))
                <nav aria-label="\(say("Страницы", "Pages"))"><ul>\(pages)</ul></nav>
                <p class="data"><a href="/geojson/works.geojson\(data)">GeoJSON</a></p>
                """
        ).html
    }
}
