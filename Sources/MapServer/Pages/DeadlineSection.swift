import Foundation
import HTTPEdge
import Hotspots
import Works

/// One report on deadlines as a part of a page: a chart, and beside it the table with the same numbers.
struct DeadlineSection {
    var report: DeadlineReport
    var visit: PageVisit
    var districts: [District]
    /// The parameters of the interface that ask for the same works.
    var query: QueryParameters

    /// Most rows of a table; the data has all.
    static let rowLimit = 100

    var html: HTML {
        let say = visit.language
        let word = StatisticsRoutes.groups.first { $0.meaning == report.group }?.word ?? ""
        let data = query.setting("group", to: word)
        return """
            <section aria-labelledby="\(word)">
            <h2 id="\(word)">\(title)</h2>
            <div class="beside">
            \(figure(word))
            \(table)
            </div>
            <p class="data">\(say("Эти числа как данные", "These numbers as data")):
            <a href="/api/statistics\(data.encoded)">JSON</a>,
            <a href="/api/statistics\(data.setting("format", to: "csv").encoded)">CSV</a></p>
            </section>

            """
    }

    private var title: String {
        let say = visit.language
        return switch report.group {
        case .deadlines: say("По видам", "By kind")
        case .categories: say("По категориям", "By category")
        case .districts: say("По районам", "By district")
        case .contractors: say("По подрядчикам", "By contractor")
        case .organisations: say("По ответственным службам", "By service responsible")
        case .months: say("По месяцам", "By month")
        }
    }

    /// What a group is called on the page.
    private func name(_ row: DeadlineReport.Row) -> String {
        let say = visit.language
        guard let name = row.name else { return say("не указано", "not stated") }
        return switch report.group {
        case .deadlines: WorkKind(rawValue: name).map(say.name) ?? name
        case .categories: say.category(name)
        case .districts: districts.first { $0.name == name }?.name(in: say) ?? name
        case .contractors, .organisations: name
        case .months: say.month(name)
        }
    }

    // MARK: Chart

    private func figure(_ id: String) -> HTML {
        let say = visit.language
        if report.group == .months {
            let bars = report.rows.filter { $0.name != nil }.suffix(24).map {
                DeadlineChart.Bar(name: name($0), tally: $0.tally)
            }
            guard !bars.isEmpty else { return "" }
            let label = say(
                "Что стало с работами, начатыми в каждом месяце", "What became of the works begun in each month")
            let chart = DeadlineChart(bars, label: label, id: "chart-\(id)")
            return """
                <figure><ul class="legend">\(HTML(markup: chart.legend(say.name)))</ul>
                \(HTML(markup: chart.outcomes()))
                <figcaption class="note">\(label). \(say(
                    "Справа — число работ. Серое ещё не решено: в последних месяцах его больше, и сравнивать их с прежними рано. Месяцы — по часам города.",
                    "On the right is the number of works. Grey is not decided yet: recent months have more of it, so it is early to compare them. Months are those of the city's clock."))</figcaption></figure>
                """
        }
        let ranked = report.rows.filter { $0.isRanked && $0.tally.shareMet != nil }
        let unranked = report.rows.count { !$0.isRanked && $0.name != nil }
        var notes: HTML = ""
        if unranked > 0 {
            let groups = say.count(unranked, ("строка", "строки", "строк"), ("row", "rows"))
            notes +=
                " \(say("Без оценки", "Not rated")): \(groups), \(say("где работ с наступившим сроком меньше", "with fewer works whose deadline has come than")) \(report.minimumSample)."
        }
        if ranked.count > DeadlineReport.chartLimit {
            notes += " \(say("На рисунке первые", "The picture has the first")) \(DeadlineReport.chartLimit)."
        }
        guard !ranked.isEmpty else {
            return "<p class=\"note\">\(say("Сравнивать пока нечего.", "There is nothing to compare yet."))\(notes)</p>"
        }
        let label = say("Доля сроков, которые выдержаны", "Share of deadlines that were kept")
        let bars = ranked.prefix(DeadlineReport.chartLimit).map { DeadlineChart.Bar(name: name($0), tally: $0.tally) }
        let chart = DeadlineChart(bars, label: "\(title): \(label)", id: "chart-\(id)").sharesMet(
            mean: report.total.tally.shareMet)
        return """
            <figure>\(HTML(markup: chart))
            <figcaption class="note">\(label). \(say(
                "Точка — доля среди работ, срок которых наступил. Черта — где эта доля может лежать просто по случаю (95 %): чем меньше работ, тем она длиннее. Где черты перекрываются, нельзя сказать, какая строка лучше. Пунктир — все работы.",
                "The dot is the share among works whose deadline has come. The line is where it can lie by chance alone (95 %): the fewer works, the longer it is. Where lines overlap, one cannot say which row is better. Dashed: all works."))\(notes)</figcaption></figure>
            """
    }

    // MARK: Table

    private var table: HTML {
        let say = visit.language
        var rows: HTML = ""
        for row in report.rows.prefix(Self.rowLimit) { rows += line(row, heading(row)) }
        var rest: HTML = ""
        if report.rows.count > Self.rowLimit {
            rest =
                "<p class=\"note\">\(say("Ещё строк в данных", "More rows are in the data")): \(report.rows.count - Self.rowLimit)</p>"
        }
        let numbers = [
            say("Работ", "Works"), say("В срок", "Kept"), say("Доля в срок", "Share kept"),
            say("По первому сроку", "By the first deadline"), say("Открыто", "Open"),
            say("Просрочено", "Overdue"), say("Переносов", "Moves"),
            say("После срока", "Moved late"), say("Дней на работу", "Days to finish"),
        ]
        var head: HTML = ""
        for name in numbers { head += "<th scope=\"col\" class=\"number\">\(name)</th>" }
        return """
            <div class="table" role="region" tabindex="0" aria-label="\(title): \(say("таблица", "table"))"><table>
            <thead><tr><th scope="col">\(say("Что", "What"))</th>\(head)</tr></thead>
            <tbody>
            \(rows)</tbody>
            <tfoot>\(line(report.total, "\(say("Всё вместе", "All together"))"))</tfoot>
            </table>\(rest)</div>
            """
    }

    private func heading(_ row: DeadlineReport.Row) -> HTML {
        if report.group == .districts, let district = districts.first(where: { $0.name == row.name }) {
            return "<a href=\"\(visit.link(district.path))\">\(name(row))</a>"
        }
        return "\(name(row))"
    }

    private func line(_ row: DeadlineReport.Row, _ heading: HTML) -> HTML {
        let say = visit.language
        let tally = row.tally
        let decided = tally.decided
        let estimated =
            tally.metEstimated > 0 ? " (\(say("по оценке", "estimated")): \(tally.metEstimated))" : ""
        let kept = decided == 0 ? "—" : "\(tally.kept) \(say("из", "of")) \(decided)\(estimated)"
        let cells = [
            "\(tally.works)", kept,
            say.share(tally, isEnough: row.isRanked || tally.decided >= report.minimumSample),
            say.share(
                tally.shareMetFirst, tally.likelyShareMetFirst, isEnough: tally.decidedFirst >= report.minimumSample),
            "\(tally.open)", "\(tally.overdue)", "\(tally.dueChanges)", "\(tally.movedLate)",
            tally.medianDays.map { say.decimal($0) } ?? "—",
        ]
        var html: HTML = "<tr><th scope=\"row\">\(heading)</th>"
        for cell in cells { html += "<td class=\"number\">\(cell)</td>" }
        return "\(html)</tr>\n"
    }
}

extension Language {
    /// What a part of a bar stands for.
    func name(_ part: DeadlineChart.Part) -> String {
        switch part {
        case .met: name(DeadlineState.met)
        case .missed: name(DeadlineState.missed)
        case .overdue: name(DeadlineState.overdue)
        case .undecided: self("Ещё не решено", "Not decided yet")
        }
    }

    /// The share of deadlines kept with what it can be by chance; where there are too few works, that.
    func share(_ tally: DeadlineTally, isEnough: Bool) -> String {
        share(tally.shareMet, tally.likelyShareMet, isEnough: isEnough)
    }

    func share(_ share: Double?, _ likely: ProportionInterval?, isEnough: Bool) -> String {
        guard let share, let likely else { return "—" }
        guard isEnough else { return self("мало данных", "too few") }
        func percent(_ share: Double) -> Int { Int((share * 100).rounded()) }
        return "\(percent(share)) % (\(percent(likely.low))–\(percent(likely.high)))"
    }

    /// A number with one digit behind the comma or point.
    func decimal(_ number: Double) -> String {
        String(format: "%.1f", number).replacing(".", with: self(",", "."))
    }

    /// The name of a month such as `2026-11`.
    func month(_ name: String) -> String {
        let parts = name.split(separator: "-")
        guard parts.count == 2, let number = Int(parts[1]), (1...12).contains(number) else { return name }
        let names = self(
            "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
            "January February March April May June July August September October November December")
        return "\(names.split(separator: " ")[number - 1]) \(parts[0])"
    }

    /// A number with its noun.
    func count(
        _ number: Int, _ russian: (one: String, few: String, many: String), _ english: (one: String, other: String)
    )
        -> String
    {
        let noun =
            switch (self, pluralForm(number)) {
            case (.english, "one"): english.one
            case (.english, _): english.other
            case (.russian, "one"): russian.one
            case (.russian, "few"): russian.few
            case (.russian, _): russian.many
            }
        return "\(number) \(noun)"
    }
}
