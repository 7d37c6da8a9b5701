import Foundation
import HTTPEdge
import Interchange
import Works

extension StaffPages {
    /// The forms by which a person decides about a work, one a decision, each opened by keyboard or pointer.
    static func decisions(
        _ one: Case, _ visit: StaffRoutes.Visit, _ clock: CityClock, _ book: RuleBook?
    ) -> HTML {
        let say = visit.language
        let work = one.work
        var all = form(
            one, visit, "status", say("Изменить статус", "Change the status"), isOpen: true,
            """
            \(select("status", say("Новый статус", "New status"), statuses(work, say), selected: nil))
            \(work.status.isOpen ? ended(clock) : "")
            """)
        if work.status.isOpen {
            all += form(
                one, visit, "onsite", say("Подтвердить: работы идут", "Confirm: work goes on there"),
                "<p>\(say("Кто-то видел своими глазами, что работы идут сейчас.", "Somebody has seen that work goes on there now."))</p>"
            )
            all += form(
                one, visit, "deadline",
                work.dueAt == nil
                    ? say("Назначить срок", "Promise a deadline") : say("Перенести срок", "Move the deadline"),
                """
                <p><label>\(say("Новый срок", "New deadline")), \(clock.name)
                <input type="datetime-local" name="due" value="\(local(work.dueAt, clock.timeZone))" required></label></p>
                \(clock.field)
                """)
        }
        let services = one.names.organisations.union((book?.routes ?? []).map(\.organisation))
        all += form(
            one, visit, "assign", say("Назначить службу или подрядчика", "Assign a service or a contractor"),
            """
            <p><label>\(say("Служба", "Service"))
            <input name="organisation" list="organisations" value="\(work.organisation ?? "")"></label></p>
            \(list("organisations", services))
            <p><label>\(say("Подрядчик", "Contractor"))
            <input name="contractor" list="contractors" value="\(work.contractor ?? "")"></label></p>
            \(list("contractors", one.names.contractors))
            """)
        let catalogue = (book?.categories ?? []).map { ($0.code, $0.label(in: say.rawValue)) }
        let isListed = catalogue.contains { $0.0 == work.category }
        all += form(
            one, visit, "category", say("Изменить категорию", "Change the category"),
            """
            \(select("category", say("Категория", "Category"), (isListed ? [] : [(work.category, work.category)]) + catalogue, selected: work.category))
            \(select("severity", say("Серьёзность", "Severity"), Severity.allCases.map { ($0.rawValue, say.name($0)) }, selected: work.severity.rawValue))
            """)
        if one.original == nil {
            let near = one.neighbours.map { each in
                (
                    each.work.id.description,
                    "\(name(of: each.work, book, say)), \(Int(each.metres.rounded())) \(say("м", "m"))"
                )
            }
            all += form(
                one, visit, "duplicate", say("Это повтор другой работы", "It is a duplicate of another work"),
                """
                \(near.isEmpty ? "" : select("near", say("Какой из соседних", "Of which neighbour"), [("", "—")] + near, selected: nil))
                <p><label>\(say("Или номер работы", "Or the id of the work")) <input name="original"></label></p>
                """)
        } else {
            all += form(one, visit, "unlink", say("Это не повтор", "It is no duplicate"), "")
        }
        return all
    }

    static func form(
        _ one: Case, _ visit: StaffRoutes.Visit, _ action: String, _ title: String, isOpen: Bool = false,
        _ fields: HTML
    ) -> HTML {
        let say = visit.language
        let open: HTML = isOpen ? " open" : ""
        return """
            <details class="decision"\(open)><summary>\(title)</summary>
            <form method="post" action="\(visit.link("/staff/works/\(one.work.id)"))">
            <input type="hidden" name="key" value="\(visit.formKey)"><input type="hidden" name="revision" value="\(one.work.revision)">
            \(fields)
            <p><label>\(say("Причина (увидят все)", "Reason (everyone can read it)")) <input name="reason" maxlength="1000"></label></p>
            <p><button class="primary" name="action" value="\(action)">\(title)</button></p>
            </form></details>

            """
    }

    /// When a work was done, where that is not now.
    private static func ended(_ clock: CityClock) -> HTML {
        let say = clock.language
        let done = say.name(WorkStatus.done)
        return """
            <p><label>\(say("Когда закончено, если не сейчас (для «\(done)»)", "When it ended, if not now (for “\(done)”)")), \(clock.name)
            <input type="datetime-local" name="completed"></label></p>
            \(clock.field)
            """
    }

    /// Values that a field offers.
    private static func list(_ id: String, _ values: Set<String>) -> HTML {
        var options: HTML = ""
        for value in values.sorted() { options += "<option value=\"\(value)\">" }
        return "<datalist id=\"\(id)\">\(options)</datalist>"
    }

    static func select(
        _ field: String, _ label: String, _ values: [(String, String)], selected: String?
    ) -> HTML {
        var list: HTML = ""
        for (value, name) in values {
            let mark: HTML = value == selected ? " selected" : ""
            list += "<option value=\"\(value)\"\(mark)>\(name)</option>\n"
        }
        return "<p><label>\(label) <select name=\"\(field)\">\(list)</select></label></p>"
    }

    private static func statuses(_ work: Work, _ say: Language) -> [(String, String)] {
        WorkStatus.allCases.filter(work.status.successors.contains).map { ($0.rawValue, say.name($0)) }
    }

    /// A moment as `<input type="datetime-local">` wants it: the city's clock without a zone.
    private static func local(_ instant: Instant?, _ zone: TimeZone) -> String {
        guard let instant else { return "" }
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.secondsSinceEpoch)))
        return String((instant + Int64(offset)).description.prefix(16))
    }
}
