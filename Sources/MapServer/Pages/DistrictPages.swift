import Geometry
import HTTPEdge
import HTTPTypes
import Hotspots
import Hummingbird
import TimeBudgets
import Works

/// `/districts`: what is going on in each part of the city, and how promises were kept there.
struct DistrictPages: RouteFamily {
    let services: MapServices

    /// Most works of a district's page; those with the nearest deadlines come first.
    static let workLimit = 100

    var routes: [Route] {
        [
            .get("/districts") { request, context in try await list(request, context) },
            .get("/districts/{id}") { request, context in try await district(request, context) },
        ]
    }

    /// A page about works and districts, as long as these stay as they are; `body` makes it.
    private func page(
        _ request: Request, _ context: MapContext,
        _ body: @escaping @Sendable (PageVisit, [District], _ now: Instant, TimeBudget) throws -> HTML
    ) async throws -> Response {
        let visit = try PageVisit(request, services)
        let now = Instant.now
        let content = try await services.statistic(
            visit.query, request, context, at: now, beside: [.districts], mediaType: PageVisit.mediaType,
            variant: visit.variant
        ) { budget in
            try body(visit, services.districts.all(in: services.store, budget: budget), now, budget).bytes
        }
        return visit.described(content).response(to: request, caching: .revalidate)
    }

    // MARK: All districts

    private func list(_ request: Request, _ context: MapContext) async throws -> Response {
        try await page(request, context) { visit, districts, now, budget in
            let report = try DeadlineReport(from: services.store, by: .districts, at: now, budget: budget)
            return Self.listPage(districts, report, visit: visit)
        }
    }

    private static func listPage(_ districts: [District], _ report: DeadlineReport, visit: PageVisit) -> HTML {
        let say = visit.language
        var rows: HTML = ""
        for district in districts {
            let row = report.rows.first { $0.name == district.name }
            let tally = row?.tally ?? DeadlineTally()
            rows += """
                <tr><th scope="row"><a href="\(visit.link(district.path))">\(district.name(in: say))</a></th>
                <td class="number">\(tally.open)</td><td class="number">\(tally.overdue)</td>
                <td class="number">\(say.share(tally, isEnough: row?.isRanked ?? false))</td></tr>

                """
        }
        let table: HTML =
            districts.isEmpty
            ? "<p>\(say("Районы в базу не загружены.", "No districts have been imported."))</p>"
            : """
            <div class="table" role="region" tabindex="0" aria-label="\(say("Районы", "Districts"))"><table>
            <thead><tr><th scope="col">\(say("Район", "District"))</th><th scope="col" class="number">\(say("Открыто", "Open"))</th>
            <th scope="col" class="number">\(say("Просрочено", "Overdue"))</th>
            <th scope="col" class="number">\(say("Доля сроков, которые выдержаны", "Share of deadlines kept"))</th></tr></thead>
            <tbody>
            \(rows)</tbody></table></div>
            """
        return PublicPage(
            visit: visit, title: say("Районы", "Districts"),
            summary: say(
                "Открытые и просроченные работы по районам города.", "Open and overdue works by the city's districts."),
            section: .districts,
            body: """
                \(table)
                <p class="note">\(chance(say))</p>
                <p><a href="\(visit.link("/statistics"))#district">\(say("Сравнение районов на рисунке", "The districts compared in a picture"))</a></p>
                """
        ).html
    }

    /// What the numbers in brackets mean.
    private static func chance(_ say: Language) -> String {
        say(
            "В скобках — где доля может лежать просто по случаю, в процентах (95 %): чем меньше работ, тем шире.",
            "In brackets is where the share can lie by chance alone, in per cent (95 %): the fewer works, the wider.")
    }

    // MARK: One district

    private func district(_ request: Request, _ context: MapContext) async throws -> Response {
        let id = PercentEncoding.decode(request.uri.path.dropFirst("/districts/".count)) ?? ""
        return try await page(request, context) { visit, districts, now, budget in
            guard let district = districts.first(where: { $0.id == id }) else {
                throw Problem.notFound("there is no district “\(id.prefix(60))”; they are listed at /districts")
            }
            var filter = WorkFilter()
            filter.districts = [district.name]
            let report = try DeadlineReport(
                from: services.store, matching: filter, by: .months, at: now, budget: budget)
            filter.openOnly = true
            var works: [Work] = []
            try services.store.forEachWork(WorkPage(filter: filter, geometry: false), at: now, budget: budget) { row in
                works.append(try row.work())
            }
            works.sort { ($0.dueAt?.secondsSinceEpoch ?? .max, $0.id) < ($1.dueAt?.secondsSinceEpoch ?? .max, $1.id) }
            let clock = try CityClock(services.store, language: visit.language)
            return Self.page(district, districts, report, works, at: now, clock: clock, visit: visit)
        }
    }

    private static func page(
        _ district: District, _ districts: [District], _ report: DeadlineReport, _ works: [Work], at now: Instant,
        clock: CityClock, visit: PageVisit
    ) -> HTML {
        let say = visit.language
        let tally = report.total.tally
        let name = district.name(in: say)
        let query = QueryParameters([("district", district.name)])
        let open = query.setting("open", to: "true")
        let soon = works.count { $0.deadlineState(at: now) == .dueSoon }
        let isEnough = tally.decided >= report.minimumSample
        var map: HTML = ""
        if let point = district.point {
            map =
                "<a href=\"/#14/\(point.latitude)/\(point.longitude)&lang=\(say.rawValue)\">\(say("На карте", "On the map"))</a>, "
        }
        var more: HTML = ""
        if works.count > workLimit {
            more =
                "<p><a href=\"\(visit.link("/works", open.pairs))\">\(say("Все открытые работы района", "All open works of the district")): \(works.count)</a></p>"
        }
        let caption = say(
            "Открытые работы, сначала с ближайшим сроком", "Open works, those with the nearest deadline first")
        let section = DeadlineSection(report: report, visit: visit, districts: districts, query: query)
        return PublicPage(
            visit: visit, title: name,
            summary:
                "\(name): \(say("открытых работ", "open works")) \(tally.open), \(say("просрочено", "overdue")) \(tally.overdue).",
            section: .districts, data: [("application/geo+json", "/geojson/works.geojson" + open.encoded)],
            body: """
                <dl>
                <dt>\(say("Открыто", "Open"))</dt><dd><a href="\(visit.link("/works", open.pairs))">\(tally.open)</a></dd>
                <dt>\(say.name(DeadlineState.overdue))</dt><dd><a href="\(visit.link("/works", query.setting("deadline_state", to: "overdue").pairs))">\(tally.overdue)</a></dd>
                <dt>\(say.name(DeadlineState.dueSoon))</dt><dd>\(soon)</dd>
                <dt>\(say("Сроков выдержано", "Deadlines kept"))</dt><dd>\(say.share(tally, isEnough: isEnough))</dd>
                <dt>\(say("Переносов срока", "Moves of deadlines"))</dt><dd>\(tally.dueChanges)</dd>
                </dl>
                <p class="note">\(chance(say))</p>
                <p class="data">\(map)<a href="\(visit.link("/statistics", query.pairs))">\(say("вся статистика района", "all statistics of the district"))</a>,
                <a href="/geojson/works.geojson\(open.encoded)">GeoJSON</a></p>
                <h2>\(say("Что делают сейчас", "What is going on"))</h2>
                \(WorkTable.html(Array(works.prefix(workLimit)), caption: caption, at: now, clock: clock, visit: visit))
                \(more)
                \(section.html)
                """
        ).html
    }
}
