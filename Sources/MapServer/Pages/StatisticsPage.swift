import HTTPEdge
import HTTPTypes
import Hotspots
import Hummingbird
import TimeBudgets
import Works

/// `/statistics`: who keeps deadlines, as charts and tables. The numbers are those of `/api/statistics` and of `worksmap report`.
struct StatisticsPage: RouteFamily {
    let services: MapServices

    /// In the order of the page.
    private static let groups: [DeadlineReport.Group] = [
        .months, .districts, .categories, .organisations, .contractors, .deadlines,
    ]

    var routes: [Route] {
        [.get("/statistics") { request, context in try await page(request, context) }]
    }

    private func page(_ request: Request, _ context: MapContext) async throws -> Response {
        let visit = try PageVisit(request, services, parameters: ["since", "until"] + FilterQuery.names)
        let now = Instant.now
        let query = visit.query
        let period = try query.period(services.cityZone, now: now)
        let filter = try FilterQuery.filter(query, services.cityZone)
        let content = try await services.statistic(
            query, request, context, at: now, beside: [.districts], mediaType: PageVisit.mediaType,
            variant: visit.variant
        ) { budget in
            try DeadlineReport.check(period)
            let works = try WorkOutcome.all(in: services.store, matching: filter, at: now, budget: budget)
            let districts = try services.districts.all(in: services.store, budget: budget)
            let clock = try CityClock(services.store, language: visit.language)
            let terms = try ReportTerms(of: services.store, matching: filter, names: services.cityTexts.names())
            let reports = try Self.groups.map { group in
                try budget.check()
                return DeadlineReport(works, by: group, period: period, at: filter.moment(now), terms: terms)
            }
            return Self.html(reports, districts, at: filter.moment(now), clock: clock, visit: visit).bytes
        }
        return visit.described(content).response(to: request, caching: .revalidate)
    }

    private static func html(
        _ reports: [DeadlineReport], _ districts: [District], at now: Instant, clock: CityClock, visit: PageVisit
    ) -> HTML {
        let say = visit.language
        var sections: HTML = ""
        for report in reports {
            sections += DeadlineSection(report: report, visit: visit, districts: districts, query: visit.query).html
        }
        return PublicPage(
            visit: visit, title: say("Статистика сроков", "Statistics of deadlines"),
            summary: say(
                "Сколько обещанных сроков выдержано: по месяцам, районам, категориям, службам и подрядчикам.",
                "How many promised deadlines were kept: by month, district, category, service and contractor."),
            section: .statistics,
            body: """
                \(summary(reports[0], at: now, clock: clock, visit: visit))
                \(form(visit))
                \(sections)
                """
        ).html
    }

    /// The whole in a few sentences.
    private static func summary(_ report: DeadlineReport, at now: Instant, clock: CityClock, visit: PageVisit) -> HTML {
        let say = visit.language
        let tally = report.total.tally
        guard tally.works > 0 else {
            return "<p>\(say("За это время таких работ не было.", "There were no such works in this time."))</p>"
        }
        let decided = tally.decided
        var facts: [HTML] = [
            "\(say.count(tally.works, ("работа", "работы", "работ"), ("work", "works"))), \(say("из них открыто", "of which open")): \(tally.open), \(say("просрочено", "overdue")): \(tally.overdue)."
        ]
        if decided > 0 {
            facts.append(
                "\(say("Сроков, которые наступили", "Deadlines that have come")): \(decided), \(say("выдержано", "kept")): \(tally.kept)\(tally.metEstimated > 0 ? " (\(say("по оценке, источник не сообщил времени окончания", "estimated, as the source does not state the end")): \(tally.metEstimated))" : ""). \(say("Доля и где она может лежать по случаю", "Share, and where it can lie by chance")): \(say.share(tally, isEnough: tally.decided >= report.minimumSample))."
            )
        }
        facts.append(
            "\(say("Сроки переносили", "Deadlines were moved")): \(tally.dueChanges); \(say("всего прибавлено дней", "days added in all")): \(Int(tally.daysAdded.rounded())); \(say("после того, как срок прошёл, — у работ", "after the deadline had passed, of works")): \(tally.movedLate)."
        )
        if tally.decidedFirst > 0 {
            facts.append(
                "\(say("По первому обещанному сроку выдержано", "Kept by the first deadline promised")): \(tally.keptFirst) \(say("из", "of")) \(tally.decidedFirst)."
            )
        }
        if tally.doneWithoutTime > 0 {
            facts.append(
                "\(say("Выполнено без указания времени, в долях и сроках не учтено", "Done without a time, in no share and no duration")): \(tally.doneWithoutTime)."
            )
        }
        if tally.endedBeforeBegun > 0 {
            facts.append(
                "\(say("Закончено раньше, чем начато, в длительности не учтено", "Ended before they began, in no duration")): \(tally.endedBeforeBegun)."
            )
        }
        for source in report.silentSources {
            facts.append(
                "\(say("Источник никогда не сообщает об окончании работ, в долях не учтён", "The source never reports an end and is in no share")): \(source.name), \(say("работ с прошедшим сроком", "works past their deadline")): \(source.works)."
            )
        }
        if report.outsidePeriod > 0 {
            facts.append(
                "\(say("Вне выбранного времени начато работ", "Works begun outside the period")): \(report.outsidePeriod)."
            )
        }
        if report.withoutTime > 0 {
            facts.append(
                "\(say("Работ без даты, они не учтены", "Works without a date, left out")): \(report.withoutTime).")
        }
        var html: HTML = ""
        for fact in facts { html += "<p>\(fact)</p>\n" }
        return """
            \(html)<p class="note">\(say("На", "As of")) \(clock.html(now)). \(say(
                "Открытая работа с прошедшим сроком уже считается опоздавшей. «Дней на работу» — срок, за который кончают половину работ; незаконченные учтены (Каплан — Мейер).",
                "An open work past its deadline counts as late already. “Days to finish” is the time by which half of the works are finished; unfinished ones are taken into account (Kaplan-Meier)."))</p>
            """
    }

    private static func form(_ visit: PageVisit) -> HTML {
        let say = visit.language
        var form = FilterForm(visit, action: "/statistics")
        form.input("since", say("Начаты с", "Begun from"), type: "date")
        form.input("until", say("по (включая день)", "to (including the day)"), type: "date")
        // What the form has no field for stays as it was asked.
        for pair in visit.query.without("since", "until", "kind").pairs { form.hidden(pair.name, pair.value) }
        form.choice(
            "kind", say.text("filters.kind"), WorkKind.allCases.map { ($0.rawValue, say.name($0)) },
            any: say("любой", "any"))
        return form.html
    }
}
