import Geometry
import HTTPEdge
import Works

/// The page about one work.
enum WorkDocument {
    /// - Parameters:
    ///   - district: The district that the work lies in, if it has a page.
    ///   - otherDistricts: Its districts of the further classes, each with the name of the class.
    static func html(
        _ work: Work, _ ledger: [LedgerEntry], _ district: District?,
        otherDistricts: [(name: String, district: String)] = [], at now: Instant, asItWas: Bool = false,
        clock: CityClock, visit: PageVisit
    ) -> HTML {
        let say = visit.language
        let state = work.deadlineState(at: now)
        var list: HTML = ""
        func fact(_ name: String, _ value: HTML?) {
            if let value { list += "<dt>\(name)</dt><dd>\(value)</dd>\n" }
        }
        func field(_ name: String, _ value: HTML?) { fact(say.text("field.\(name)"), value) }
        fact(say("Вид", "Kind"), "\(say.name(work.kind)), \(say.category(work.category).lowercased())")
        field("status", say.name(work.status).html)
        field(
            "due_at",
            "\(clock.html(work.dueAt)) <span class=\"\(state.rawValue)\">\(say.state(of: work, at: now))</span>")
        if let moves = say.moves(of: work) {
            field("original_due_at", "\(clock.html(work.originalDueAt)), \(moves)")
        } else if work.dueAt == nil {
            // A deadline that was withdrawn.
            field("original_due_at", work.originalDueAt.map(clock.html))
        }
        if let passed = work.passedDueAt { field("moved_late", "\(clock.html(passed)): \(say.text("moves.late"))") }
        field("address", work.address?.html)
        if let district {
            field("district", "<a href=\"\(visit.link(district.path))\">\(district.name(in: say))</a>")
        } else {
            field("district", work.district?.html)
        }
        for (name, district) in otherDistricts { field("district", "\(district) (\(name))") }
        field("organisation", work.organisation?.html)
        field("contractor", work.contractor?.html)
        field("severity", say.name(work.severity).html)
        field("traffic_impact", work.trafficImpact.map { say.name($0).html })
        field("reported_at", work.reportedAt.map(clock.html))
        field("starts_at", work.startsAt.map(clock.html))
        if let from = work.dailyFrom, let until = work.dailyUntil {
            field("daily", say.text("daily", ["from": from.description, "until": until.description]).html)
        }
        field("on_site_at", work.onSiteAt.map(clock.html))
        field(
            "completed_at",
            work.completedAt.map { end in
                work.isCompletedEstimated ? "\(clock.html(end)) (\(say.text("estimated")))" : clock.html(end)
            })
        fact(say("Обновлено", "Updated"), clock.html(work.updatedAt))
        if let source = work.source {
            fact(say("Источник", "Source"), "\(source)\(work.sourceID.map { " № \($0)" } ?? "")")
        }

        let title = work.title(in: say)
        var description: HTML = ""
        if let text = work.description(in: say) { description = "<p>\(text)</p>" }
        let summary = [say.name(work.kind), work.address, say.state(of: work, at: now)].compactMap { $0 }
        return PublicPage(
            visit: visit, title: title, summary: summary.joined(separator: " · "), section: .works,
            data: [("application/geo+json", "/api/works/\(work.id)")],
            body: """
                \(visit.asItWas(asItWas ? now : nil, clock))\(description)
                <p class="data"><a href="/\(place(work, say))">\(say("На карте", "On the map"))</a></p>
                <dl>
                \(list)</dl>
                \(history(ledger, clock: clock))
                """
        ).html
    }

    /// The page in the place of a work that staff have hidden: that it was, and why, and nothing else.
    static func hidden(_ hiding: LedgerEntry, clock: CityClock, visit: PageVisit) -> HTML {
        let say = visit.language
        let title = say("Работа скрыта", "The work is hidden")
        return PublicPage(
            visit: visit, title: title, summary: title, section: .works,
            body: """
                <p>\(say("Городские службы убрали эту работу из открытых данных.", "The city's staff have taken this work out of the public record."))</p>
                <dl>
                <dt>\(say("Когда", "When"))</dt><dd>\(clock.html(hiding.at))</dd>
                <dt>\(say("Причина", "Reason"))</dt><dd>\(say.ledger(hiding.reason))</dd>
                </dl>
                <p><a href="\(visit.link("/works"))">\(say("Все работы", "All works"))</a></p>
                """
        ).html
    }

    /// The part of the map's address that shows where a work is.
    private static func place(_ work: Work, _ say: Language) -> String {
        guard let point = work.geometry?.representativePoint else { return "?lang=\(say.rawValue)" }
        return "#17/\(point.latitude)/\(point.longitude)&work=\(work.id)&lang=\(say.rawValue)"
    }

    static func history(_ ledger: [LedgerEntry], clock: CityClock) -> HTML {
        guard !ledger.isEmpty else { return "" }
        let say = clock.language
        func value(_ text: String?, _ field: LedgerField) -> HTML {
            guard let text else { return "—" }
            if LedgerMark.all.contains(text) { return say.ledger(text).html }
            if field == .hidden { return say.isHidden(text).html }
            if field == .redacted { return say.redactedPart(text).html }
            if let instant = Instant(text) { return clock.html(instant) }
            if field == .geometry { return say("новое место", "new place").html }
            if field == .status || field == .registered, let status = WorkStatus(rawValue: text) {
                return say.name(status).html
            }
            if field == .kind, let kind = WorkKind(rawValue: text) { return say.name(kind).html }
            if field == .category { return say.category(text).html }
            if field == .trafficImpact, let impact = TrafficImpact(rawValue: text) { return say.name(impact).html }
            if field == .severity, let severity = Severity(rawValue: text) { return say.name(severity).html }
            return text.html
        }
        var rows: HTML = ""
        for entry in ledger {
            let late: HTML = LateMove.isLate(entry) ? " (\(say.text("moves.late")))" : ""
            let change: HTML =
                entry.from == nil
                ? value(entry.to, entry.field) : "\(value(entry.from, entry.field)) → \(value(entry.to, entry.field))"
            let who = [say.name(entry.actor.kind), entry.actor.publicName, entry.actor.organisation]
                .compactMap { $0 }.joined(separator: ", ")
            rows += """
                <tr><td>\(clock.html(entry.at))</td><td>\(say.name(entry.field))</td><td>\(change)\(late)</td>
                <td>\(say.ledger(entry.reason))</td><td>\(who)</td></tr>

                """
        }
        let title = say.text("history.title")
        return """
            <h2>\(title)</h2>
            <div class="table" role="region" tabindex="0" aria-label="\(title)"><table>
            <thead><tr><th scope="col">\(say("Когда", "When"))</th><th scope="col">\(say("Что", "What"))</th>
            <th scope="col">\(say("Изменение", "Change"))</th><th scope="col">\(say("Причина", "Reason"))</th>
            <th scope="col">\(say("Кто", "Who"))</th></tr></thead>
            <tbody>
            \(rows)</tbody>
            </table></div>
            """
    }
}

extension String {
    /// The text as HTML, escaped.
    var html: HTML { "\(self)" }
}
