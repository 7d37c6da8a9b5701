import Interchange
import Works

extension StaffPages {
    /// A page of one of the lists, and how long each of them is.
    struct Listing {
        var queue: StaffQueue
        var words: String
        var works: [Work]
        var total: Int
        var page: Int
        var sizes: [StaffQueue: Int]
        /// What waits to be looked at before the public sees it.
        var reports: [Waiting]
    }

    /// A report in the list of those that wait. The list shows no words of it: reading them is a look, which the audit log has.
    struct Waiting {
        var report: PendingReport
        /// The service that it would go to.
        var organisation: String?
    }

    static func queue(_ listing: Listing, visit: StaffRoutes.Visit, clock: CityClock, book: RuleBook?) -> HTML {
        let say = visit.language
        let queue = listing.queue
        let title = queue.name(say, for: visit.token)
        var tabs: HTML = ""
        for each in StaffQueue.lists(for: visit.token) {
            let current: HTML = each == queue ? " aria-current=\"page\"" : ""
            tabs += """
                <a href="\(visit.link("/staff", ["view": each.rawValue]))"\(current)>\(each.name(say, for: visit.token)): \(listing.sizes[each] ?? 0)</a>

                """
        }
        return frame(
            "\(title): \(say("очередь", "queue"))", "/staff?view=\(queue.rawValue)", visit,
            """
            <nav class="tabs" aria-label="\(say("Очереди", "Queues"))">\(tabs)</nav>
            \(queue == .new ? waiting(listing.reports, visit, clock, book) : "")
            <h1>\(title): \(listing.total)</h1>
            <form class="search" method="get" action="/staff"><input type="hidden" name="view" value="\(queue.rawValue)">
            <label>\(say("Слова или номер работы", "Words, or the id of a work"))<br>
            <input type="search" name="q" size="40" value="\(listing.words)"></label>
            <button>\(say("Найти", "Find"))</button></form>
            \(table(listing.works, visit, clock, book))
            \(pages(listing, visit))
            """)
    }

    private static func table(
        _ works: [Work], _ visit: StaffRoutes.Visit, _ clock: CityClock, _ book: RuleBook?
    ) -> HTML {
        let say = visit.language
        guard !works.isEmpty else { return "<p>\(say("Здесь пусто.", "There is nothing here."))</p>" }
        var rows: HTML = ""
        for work in works {
            let state = work.deadlineState(at: visit.now)
            rows += """
                <tr><td><a href="\(visit.link("/staff/works/\(work.id)"))">\(name(of: work, book, say))</a><br>\(work.address ?? "")</td>
                <td>\(category(work.category, book, say))</td><td>\(say.name(work.status))</td><td>\(work.organisation ?? "—")</td>
                <td>\(clock.html(work.reportedAt ?? work.startsAt))</td><td>\(clock.html(work.dueAt))</td>
                <td class="\(state.rawValue)">\(say.name(state))</td></tr>

                """
        }
        return """
            <div class="table"><table>
            <thead><tr><th scope="col">\(say("Работа", "Work"))</th><th scope="col">\(say("Категория", "Category"))</th>
            <th scope="col">\(say("Статус", "Status"))</th><th scope="col">\(say("Служба", "Service"))</th>
            <th scope="col">\(say("Получено", "Received"))</th><th scope="col">\(say("Срок", "Deadline"))</th>
            <th scope="col">\(say("Состояние", "State"))</th></tr></thead>
            <tbody>
            \(rows)</tbody>
            </table></div>
            """
    }

    private static func pages(_ listing: Listing, _ visit: StaffRoutes.Visit) -> HTML {
        let say = visit.language
        let last = max(1, (listing.total + StaffRoutes.pageSize - 1) / StaffRoutes.pageSize)
        guard last > 1 else { return "" }
        func link(_ page: Int, _ relation: String, _ text: String) -> HTML {
            guard (1...last).contains(page) else { return "" }
            let address = visit.link(
                "/staff", ["view": listing.queue.rawValue, "q": listing.words, "page": String(page)])
            return "<a rel=\"\(relation)\" href=\"\(address)\">\(text)</a>\n"
        }
        return """
            <nav aria-label="\(say("Страницы", "Pages"))">\(link(listing.page - 1, "prev", say("← Назад", "← Back")))
            <span>\(say("Страница \(listing.page) из \(last)", "Page \(listing.page) of \(last)"))</span>
            \(link(listing.page + 1, "next", say("Дальше →", "Next →")))</nav>
            """
    }

    private static func waiting(
        _ reports: [Waiting], _ visit: StaffRoutes.Visit, _ clock: CityClock, _ book: RuleBook?
    ) -> HTML {
        guard !reports.isEmpty else { return "" }
        let say = visit.language
        var rows: HTML = ""
        for waiting in reports {
            let report = waiting.report
            rows += """
                <tr><td><a href="\(visit.link("/staff/reports/\(report.token)"))">\(category(report.category, book, say))</a></td>
                <td>\(clock.html(report.receivedAt))</td><td>\(waiting.organisation ?? "—")</td></tr>

                """
        }
        return """
            <h2>\(say("Ждут проверки", "Waiting to be looked at")): \(reports.count)</h2>
            <div class="table"><table><thead><tr><th scope="col">\(say("Категория", "Category"))</th>
            <th scope="col">\(say("Когда", "When"))</th><th scope="col">\(say("Служба", "Service"))</th></tr></thead><tbody>
            \(rows)</tbody></table></div>
            """
    }

    // MARK: The audit log

    static func audit(_ entries: [AuditEntry], visit: StaffRoutes.Visit, clock: CityClock) -> HTML {
        let say = visit.language
        var rows: HTML = ""
        for entry in entries {
            var work: HTML = "—"
            if let id = entry.work { work = link(id, visit) }
            rows += """
                <tr><td>\(clock.html(entry.at))</td><td>\(entry.name)</td><td><code>\(entry.action)</code></td><td>\(work)</td>
                <td>\(entry.detail ?? "")</td></tr>

                """
        }
        return frame(
            say("Журнал", "Audit log"), "/staff/audit", visit,
            """
            <h1>\(say("Журнал действий", "What staff have done"))</h1>
            <p>\(say("Последние \(entries.count) записей.", "The newest \(entries.count) entries."))</p>
            <div class="table"><table><thead><tr><th scope="col">\(say("Когда", "When"))</th><th scope="col">\(say("Кто", "Who"))</th>
            <th scope="col">\(say("Что", "What"))</th><th scope="col">\(say("Работа", "Work"))</th>
            <th scope="col">\(say("Подробности", "Details"))</th></tr></thead>
            <tbody>\(rows)</tbody></table></div>
            """)
    }

    static func link(_ id: WorkID, _ visit: StaffRoutes.Visit) -> HTML {
        "<a href=\"\(visit.link("/staff/works/\(id)"))\"><code>\(id)</code></a>"
    }
}
