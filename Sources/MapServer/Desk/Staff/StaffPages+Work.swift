import Foundation
import Geometry
import Interchange
import Works

extension StaffPages {
    /// Everything that the desk knows about one work.
    struct Case {
        var work: Work
        var ledger: [LedgerEntry]
        var neighbours: [NearReport]
        var followers: Int
        var original: WorkID?
        var duplicates: [WorkID]
        /// Nil for those who may not know.
        var contact: ReporterContact?
        var mayChange: Bool
    }

    static func work(
        _ one: Case, visit: StaffRoutes.Visit, clock: CityClock, book: RuleBook?, message: String?
    ) -> HTML {
        let say = visit.language
        let work = one.work
        let state = work.deadlineState(at: visit.now)
        var alert: HTML = ""
        if let message { alert = "<p role=\"alert\" class=\"overdue\">\(message)</p>" }
        var links: HTML = ""
        if let original = one.original {
            links += "<dt>\(say("Повтор работы", "Duplicate of"))</dt><dd>\(link(original, say))</dd>\n"
        }
        if !one.duplicates.isEmpty {
            var list: HTML = ""
            for id in one.duplicates { list += "\(link(id, say)) " }
            links += "<dt>\(say("Повторы", "Duplicates"))</dt><dd>\(list)</dd>\n"
        }
        var moved: HTML = ""
        if work.dueChanges > 0, let first = work.originalDueAt, let due = work.dueAt {
            let days = Int((Double(due - first) / 86_400).rounded())
            let sign = days < 0 ? "−" : "+"
            moved = """
                <dt>\(say("Переносы срока", "Deadline moved"))</dt>
                <dd>\(work.dueChanges) (\(sign)\(abs(days)) \(say("дн.", "days"))); \(say("первый срок", "first deadline")) \(clock.html(first))</dd>
                """
        }
        var neighbours: HTML = ""
        for near in one.neighbours {
            neighbours += """
                <tr><td><a href="/staff/works/\(near.work.id)?lang=\(say.rawValue)">\(name(of: near.work))</a></td>
                <td>\(Int(near.metres.rounded())) \(say("м", "m"))</td><td>\(say.name(near.work.status))</td>
                <td>\(near.work.organisation ?? "—")</td><td><code>\(near.work.id)</code></td></tr>

                """
        }
        if !one.neighbours.isEmpty {
            neighbours = """
                <h2>\(say("Рядом", "Nearby"))</h2>
                <table><tbody>
                \(neighbours)</tbody></table>
                """
        }
        let category = book?.category(work.category)?.name(in: say.rawValue) ?? work.category
        return frame(
            name(of: work), "/staff/works/\(work.id)", visit,
            """
            <h1>\(name(of: work))</h1>
            \(alert)
            <p>\(work.description ?? "")</p>
            <dl>
            <dt>\(say("Категория", "Category"))</dt><dd>\(category), \(say.name(work.severity))</dd>
            <dt>\(say("Статус", "Status"))</dt><dd>\(say.name(work.status))</dd>
            <dt>\(say("Служба", "Service"))</dt><dd>\(work.organisation ?? "—")</dd>
            <dt>\(say("Подрядчик", "Contractor"))</dt><dd>\(work.contractor ?? "—")</dd>
            <dt>\(say("Срок", "Deadline"))</dt><dd>\(clock.html(work.dueAt)) <span class="\(state.rawValue)">\(say.name(state))</span></dd>
            \(moved)
            <dt>\(say("Адрес", "Address"))</dt><dd>\(work.address ?? "—")</dd>
            <dt>\(say("Подтверждено на месте", "Confirmed on site"))</dt><dd>\(clock.html(work.onSiteAt))</dd>
            <dt>\(say("Следят", "Followers"))</dt><dd>\(one.followers)</dd>
            \(links)
            <dt>\(say("Для всех", "In public"))</dt><dd><a href="/works/\(work.id)">/works/\(work.id)</a></dd>
            </dl>
            \(contact(one.contact, say))
            \(one.mayChange ? forms(one, visit, clock, book) : notYours(say))
            \(neighbours)
            \(WorkDocument.history(one.ledger, clock: clock))
            """)
    }

    private static func notYours(_ say: Language) -> HTML {
        "<p>\(say("Эту работу вы можете только смотреть.", "You may look at this work, not change it."))</p>"
    }

    private static func link(_ id: WorkID, _ say: Language) -> HTML {
        "<a href=\"/staff/works/\(id)?lang=\(say.rawValue)\"><code>\(id)</code></a>"
    }

    // MARK: Forms

    private static func forms(
        _ one: Case, _ visit: StaffRoutes.Visit, _ clock: CityClock, _ book: RuleBook?
    ) -> HTML {
        let say = visit.language
        let work = one.work
        let hidden: HTML = """
            <input type="hidden" name="key" value="\(visit.formKey)">
            <input type="hidden" name="revision" value="\(work.revision)">
            """
        let reason: HTML = """
            <label>\(say("Причина (увидят все)", "Reason (everyone can read it)"))
            <input name="reason" size="50" maxlength="1000"></label>
            """
        func form(_ action: String, _ title: String, _ fields: HTML) -> HTML {
            """
            <form method="post" action="/staff/works/\(work.id)?lang=\(say.rawValue)">
            <fieldset><legend>\(title)</legend>
            \(hidden)
            \(fields)
            <button name="action" value="\(action)">\(title)</button>
            </fieldset></form>

            """
        }
        func options(_ values: [(String, String)], selected: String?) -> HTML {
            var list: HTML = ""
            for (value, name) in values {
                let mark: HTML = value == selected ? " selected" : ""
                list += "<option value=\"\(value)\"\(mark)>\(name)</option>\n"
            }
            return list
        }
        let next = WorkStatus.allCases.filter(work.status.successors.contains).map { ($0.rawValue, say.name($0)) }
        var all = form(
            "status", say("Изменить статус", "Change the status"),
            """
            <label>\(say("Статус", "Status")) <select name="status">\(options(next, selected: nil))</select></label>
            \(reason)
            """)
        if work.status.isOpen {
            all += form(
                "deadline",
                work.dueAt == nil
                    ? say("Назначить срок", "Promise a deadline") : say("Перенести срок", "Move the deadline"),
                """
                <label>\(say("Новый срок, по часам города", "New deadline, by the city's clocks"))
                <input type="datetime-local" name="due" value="\(local(work.dueAt, clock.timeZone))" required></label>
                \(reason)
                """)
        }
        let organisations = Set((book?.routes ?? []).map(\.organisation) + [work.organisation].compactMap { $0 })
            .sorted()
        var choices: HTML = ""
        for organisation in organisations { choices += "<option value=\"\(organisation)\">" }
        all += form(
            "assign", say("Назначить", "Assign"),
            """
            <label>\(say("Служба", "Service")) <input name="organisation" list="organisations" value="\(work.organisation ?? "")"></label>
            <datalist id="organisations">\(choices)</datalist>
            <label>\(say("Подрядчик", "Contractor")) <input name="contractor" value="\(work.contractor ?? "")"></label>
            \(reason)
            """)
        let categories = (book?.categories ?? []).map { ($0.code, $0.name(in: say.rawValue)) }
        let known =
            categories.contains { $0.0 == work.category } ? categories : [(work.category, work.category)] + categories
        all += form(
            "category", say("Изменить категорию", "Change the category"),
            """
            <label>\(say("Категория", "Category")) <select name="category">\(options(known, selected: work.category))</select></label>
            <label>\(say("Серьёзность", "Severity")) <select name="severity">\(options(Severity.allCases.map { ($0.rawValue, say.name($0)) }, selected: work.severity.rawValue))</select></label>
            \(reason)
            """)
        if one.original == nil {
            all += form(
                "duplicate", say("Это повтор", "It is a duplicate"),
                """
                <label>\(say("Номер первой работы", "Id of the first work")) <input name="original" size="38" required></label>
                \(reason)
                """)
        } else {
            all += form("unlink", say("Это не повтор", "It is no duplicate"), reason)
        }
        if work.status.isOpen {
            all += form("onsite", say("Подтвердить: работы идут", "Confirm: work goes on there"), reason)
        }
        return "<h2>\(say("Решения", "Decisions"))</h2>\n\(all)"
    }

    /// A moment as `<input type="datetime-local">` wants it: the city's clock without a zone.
    private static func local(_ instant: Instant?, _ zone: TimeZone) -> String {
        guard let instant else { return "" }
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.secondsSinceEpoch)))
        return String((instant + Int64(offset)).description.prefix(16))
    }
}
