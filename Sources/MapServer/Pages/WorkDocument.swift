import Geometry
import Works

/// The page about one work.
enum WorkDocument {
    static func html(_ work: Work, _ ledger: [LedgerEntry], at now: Instant, clock: CityClock) -> HTML {
        let say = clock.language
        let state = work.deadlineState(at: now)
        var facts: [(String, HTML)] = [
            (say("Вид", "Kind"), "\(say.name(work.kind)), \(work.category)"),
            (say("Статус", "Status"), "\(say.name(work.status))"),
            (
                say("Срок", "Deadline"),
                "\(clock.html(work.dueAt)) <span class=\"\(state.rawValue)\">\(say.name(state))</span>"
            ),
        ]
        if work.dueChanges > 0 {
            facts.append((say("Первый срок", "First deadline"), clock.html(work.originalDueAt)))
            facts.append(
                (say("Переносов срока", "Deadline moved"), say("\(work.dueChanges)", "\(work.dueChanges) ×").html))
        }
        if let address = work.address { facts.append((say("Адрес", "Address"), address.html)) }
        if let district = work.district { facts.append((say("Район", "District"), district.html)) }
        if let organisation = work.organisation {
            facts.append((say("Ответственная служба", "Service responsible"), organisation.html))
        }
        if let contractor = work.contractor { facts.append((say("Подрядчик", "Contractor"), contractor.html)) }
        facts.append((say("Серьёзность", "Severity"), say.name(work.severity).html))
        if work.trafficImpact != .none {
            facts.append((say("Движение", "Traffic"), say.name(work.trafficImpact).html))
        }
        if let reported = work.reportedAt { facts.append((say("Сообщено", "Reported"), clock.html(reported))) }
        if let starts = work.startsAt { facts.append((say("Начало", "Start"), clock.html(starts))) }
        if let from = work.dailyFrom, let until = work.dailyUntil {
            facts.append((say("Часы работ", "Working hours"), "\(from)–\(until)"))
        }
        if let onSite = work.onSiteAt {
            facts.append((say("Подтверждено на месте", "Confirmed on site"), clock.html(onSite)))
        }
        if let completed = work.completedAt { facts.append((say("Выполнено", "Done"), clock.html(completed))) }
        facts.append((say("Обновлено", "Updated"), clock.html(work.updatedAt)))
        if let source = work.source {
            facts.append((say("Источник", "Source"), "\(source)\(work.sourceID.map { " № \($0)" } ?? "")"))
        }

        var list: HTML = ""
        for (name, value) in facts { list += "<dt>\(name)</dt><dd>\(value)</dd>\n" }
        let title = work.title ?? "\(say.name(work.kind)): \(work.category)"
        var description: HTML = ""
        if let text = work.description { description = "<p>\(text)</p>" }
        return Page(
            title: title, language: say,
            alternates: Language.allCases.filter { $0 != say }.map {
                ("/works/\(work.id)?lang=\($0.rawValue)", "text/html", $0)
            } + [("/api/works/\(work.id)", "application/geo+json", nil)],
            body: """
                <nav><a href="/\(place(work))">\(say("На карте", "On the map"))</a>
                <a href="/works">\(say("Все открытые работы", "All open works"))</a></nav>
                <main>
                <h1>\(title)</h1>
                \(description)
                <dl>
                \(list)</dl>
                \(history(ledger, clock: clock))
                </main>
                """
        ).html
    }

    /// The part of the map's address that shows where a work is.
    private static func place(_ work: Work) -> String {
        guard let point = work.geometry?.representativePoint else { return "" }
        return "#17/\(point.latitude)/\(point.longitude)"
    }

    static func history(_ ledger: [LedgerEntry], clock: CityClock) -> HTML {
        guard !ledger.isEmpty else { return "" }
        let say = clock.language
        func value(_ text: String?, _ field: LedgerField) -> HTML {
            guard let text else { return "—" }
            if let instant = Instant(text) { return clock.html(instant) }
            if field == .geometry { return say("новое место", "new place").html }
            if field == .status || field == .registered, let status = WorkStatus(rawValue: text) {
                return say.name(status).html
            }
            if field == .severity, let severity = Severity(rawValue: text) { return say.name(severity).html }
            return text.html
        }
        var rows: HTML = ""
        for entry in ledger {
            let change: HTML =
                entry.from == nil
                ? value(entry.to, entry.field) : "\(value(entry.from, entry.field)) → \(value(entry.to, entry.field))"
            let who = [say.name(entry.actor.kind), entry.actor.publicName, entry.actor.organisation]
                .compactMap { $0 }.joined(separator: ", ")
            rows += """
                <tr><td>\(clock.html(entry.at))</td><td>\(say.name(entry.field))</td><td>\(change)</td>
                <td>\(entry.reason ?? "")</td><td>\(who)</td></tr>

                """
        }
        return """
            <h2>\(say("История", "History"))</h2>
            <table>
            <thead><tr><th>\(say("Когда", "When"))</th><th>\(say("Что", "What"))</th><th>\(say("Изменение", "Change"))</th>
            <th>\(say("Причина", "Reason"))</th><th>\(say("Кто", "Who"))</th></tr></thead>
            <tbody>
            \(rows)</tbody>
            </table>
            """
    }
}

extension String {
    /// The text as HTML, escaped.
    fileprivate var html: HTML { "\(self)" }
}
