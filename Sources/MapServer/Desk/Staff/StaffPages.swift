import Geometry
import Interchange
import Works

/// The pages of the desk.
enum StaffPages {
    // MARK: Signing in

    static func login(language say: Language, failure: String?) -> HTML {
        var message: HTML = ""
        if let failure { message = "<p role=\"alert\" class=\"overdue\">\(failure)</p>" }
        return Page(
            title: say("Вход для сотрудников", "Staff sign-in"), language: say,
            alternates: languages("/staff", say),
            body: """
                <main>
                <h1>\(say("Вход для сотрудников", "Staff sign-in"))</h1>
                \(message)
                <form method="post" action="/staff/login?lang=\(say.rawValue)">
                <p><label>\(say("Токен", "Token"))<br>
                <input type="password" name="token" size="60" autocomplete="current-password" required autofocus></label></p>
                <p><button>\(say("Войти", "Sign in"))</button></p>
                </form>
                </main>
                """
        ).html
    }

    // MARK: The queue

    static func queue(
        _ queue: StaffQueue, works: [Work], total: Int, reports: [PendingReport], visit: StaffRoutes.Visit,
        clock: CityClock
    ) -> HTML {
        let say = visit.language
        var tabs: HTML = ""
        for each in StaffQueue.allCases {
            let current: HTML = each == queue ? " aria-current=\"page\"" : ""
            tabs +=
                "<a href=\"/staff?view=\(each.rawValue)&amp;lang=\(say.rawValue)\"\(current)>\(each.name(say))</a>\n"
        }
        var rows: HTML = ""
        for work in works {
            let state = work.deadlineState(at: visit.now)
            rows += """
                <tr><td><a href="/staff/works/\(work.id)?lang=\(say.rawValue)">\(name(of: work))</a><br>\(work.address ?? "")</td>
                <td>\(say.name(work.status))</td><td>\(work.organisation ?? "—")</td>
                <td>\(clock.html(work.dueAt))</td><td class="\(state.rawValue)">\(say.name(state))</td></tr>

                """
        }
        var waiting: HTML = ""
        if queue == .new, !reports.isEmpty {
            var list: HTML = ""
            for report in reports {
                list += """
                    <tr><td><a href="/staff/reports/\(report.token)?lang=\(say.rawValue)">\(report.category)</a></td>
                    <td>\(clock.html(report.receivedAt))</td><td>\(report.description ?? report.address ?? "")</td></tr>

                    """
            }
            waiting = """
                <h2>\(say("Ждут проверки", "Waiting to be looked at")): \(reports.count)</h2>
                <table><thead><tr><th>\(say("Категория", "Category"))</th><th>\(say("Когда", "When"))</th>
                <th>\(say("Текст", "Text"))</th></tr></thead><tbody>
                \(list)</tbody></table>
                """
        }
        var shown: HTML = ""
        if total > works.count {
            shown = "<p>\(say("Показаны первые \(works.count).", "The first \(works.count) are shown."))</p>"
        }
        return frame(
            say("Очередь: \(queue.name(say).lowercased())", "Queue: \(queue.name(say).lowercased())"),
            "/staff?view=\(queue.rawValue)", visit,
            """
            <nav aria-label="\(say("Очереди", "Queues"))">\(tabs)</nav>
            \(waiting)
            <h1>\(queue.name(say)): \(total)</h1>
            \(shown)
            <table>
            <thead><tr><th>\(say("Работа", "Work"))</th><th>\(say("Статус", "Status"))</th>
            <th>\(say("Служба", "Service"))</th><th>\(say("Срок", "Deadline"))</th>
            <th>\(say("Состояние срока", "State"))</th></tr></thead>
            <tbody>
            \(rows)</tbody>
            </table>
            """)
    }

    // MARK: A report that waits

    static func report(_ report: PendingReport, visit: StaffRoutes.Visit, clock: CityClock) -> HTML {
        let say = visit.language
        var place: HTML = "—"
        if let longitude = report.longitude, let latitude = report.latitude {
            place = "<a href=\"/#17/\(latitude)/\(longitude)\">\(latitude), \(longitude)</a>"
        }
        var media: HTML = ""
        if let address = report.mediaURL {
            // Only http and https come in; the address is not followed without a click.
            media = """
                <dt>\(say("Фото", "Picture"))</dt><dd><a rel="noreferrer noopener" href="\(address)">\(address)</a></dd>
                """
        }
        var buttons: HTML = ""
        if visit.token.role >= .dispatcher {
            buttons = """
                <form method="post" action="/staff/reports/\(report.token)?lang=\(say.rawValue)">
                <input type="hidden" name="key" value="\(visit.formKey)">
                <p><button name="action" value="accept">\(say("Принять", "Accept"))</button>
                <button name="action" value="refuse">\(say("Отклонить", "Refuse"))</button></p>
                </form>
                \(contact(report.contact, say))
                """
        }
        return frame(
            say("Сообщение ждёт проверки", "A report that waits"), "/staff/reports/\(report.token)", visit,
            """
            <h1>\(say("Сообщение ждёт проверки", "A report that waits")): \(report.category)</h1>
            <p>\(report.description ?? "")</p>
            <dl>
            <dt>\(say("Получено", "Received"))</dt><dd>\(clock.html(report.receivedAt))</dd>
            <dt>\(say("Адрес", "Address"))</dt><dd>\(report.address ?? "—")</dd>
            <dt>\(say("Место", "Place"))</dt><dd>\(place)</dd>
            \(media)
            </dl>
            \(buttons)
            """)
    }

    // MARK: Parts

    static func name(of work: Work) -> String {
        work.title ?? work.description.map { String($0.prefix(80)) } ?? work.category
    }

    /// How to reach the reporter; only for those who may know.
    static func contact(_ contact: ReporterContact?, _ say: Language) -> HTML {
        guard let contact, !contact.isEmpty else { return "" }
        let name = [contact.firstName, contact.lastName].compactMap { $0 }.joined(separator: " ")
        var list: HTML = ""
        for (label, value) in [
            (say("Имя", "Name"), name.isEmpty ? nil : name), (say("Телефон", "Telephone"), contact.phone),
            (say("Почта", "E-mail"), contact.email),
        ] {
            if let value { list += "<dt>\(label)</dt><dd>\(value)</dd>\n" }
        }
        return """
            <h2>\(say("Заявитель (не для публикации)", "Reporter (not public)"))</h2>
            <dl>\(list)</dl>
            """
    }

    static func languages(_ address: String, _ say: Language) -> [(href: String, type: String, language: Language?)] {
        let joint = address.contains("?") ? "&" : "?"
        return Language.allCases.filter { $0 != say }.map { ("\(address)\(joint)lang=\($0.rawValue)", "text/html", $0) }
    }

    /// What all pages behind the sign-in have: who is there, the way back, another language, the way out.
    static func frame(_ title: String, _ address: String, _ visit: StaffRoutes.Visit, _ body: HTML) -> HTML {
        let say = visit.language
        let others = languages(address, say)
        var switches: HTML = ""
        for other in others {
            switches +=
                "<a href=\"\(other.href)\" lang=\"\(other.language?.rawValue ?? "")\">\(other.language == .russian ? "По-русски" : "English")</a>\n"
        }
        let whose = [visit.token.name, visit.token.organisation].compactMap { $0 }.joined(separator: ", ")
        return Page(
            title: title, language: say, alternates: others,
            body: """
                <nav aria-label="\(say("Рабочее место", "Desk"))"><a href="/staff?lang=\(say.rawValue)">\(say("Очередь", "Queue"))</a>
                <a href="/">\(say("Карта", "Map"))</a> \(switches)
                <span>\(whose) (\(visit.token.role.rawValue))</span>
                <form method="post" action="/staff/logout"><input type="hidden" name="key" value="\(visit.formKey)">
                <button>\(say("Выйти", "Sign out"))</button></form></nav>
                <main>
                \(body)
                </main>
                """
        ).html
    }
}
