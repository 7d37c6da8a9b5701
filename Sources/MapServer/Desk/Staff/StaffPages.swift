import Geometry
import HTTPEdge
import Interchange
import Works

/// The pages of the desk.
enum StaffPages {
    // MARK: Signing in

    static func login(city: String?, language say: Language, failure: String?) -> HTML {
        Page(
            title: say("Вход для сотрудников", "Staff sign-in"), city: city, language: say,
            alternates: languages("/staff", say), style: StaffStyle.address,
            body: """
                <main class="login">
                <h1>\(say("Вход для сотрудников", "Staff sign-in"))</h1>
                \(alert(failure))
                <form method="post" action="/staff/login?lang=\(say.rawValue)">
                <p><label for="token">\(say("Токен", "Token"))</label>
                <input id="token" type="password" name="token" autocomplete="current-password" required autofocus></p>
                <p><button class="primary">\(say("Войти", "Sign in"))</button></p>
                </form>
                <p><a href="/">\(say("Карта работ", "The map of works"))</a></p>
                </main>
                """
        ).html
    }

    // MARK: What went wrong

    static func failure(_ error: any Error, visit: StaffRoutes.Visit) -> HTML {
        let say = visit.language
        return frame(
            say("Не получилось", "That did not work"), "/staff", visit,
            """
            <h1>\(say("Не получилось", "That did not work"))</h1>
            \(alert(say.reason(error)))
            <p><a href="\(visit.link("/staff"))">\(say("К очереди", "To the queue"))</a></p>
            """)
    }

    /// Says that too many forms came, to somebody signed in or not.
    static func tooMany(_ problem: Problem, language say: Language) -> HTML {
        let title = say("Слишком часто", "Too often")
        return Page(
            title: title, language: say, style: StaffStyle.address,
            body: """
                <main class="login">
                <h1>\(title)</h1>
                \(alert(say.reason(problem)))
                <p>\(say("Ничего не сохранено. Вернитесь на прежнюю страницу и отправьте форму ещё раз.", "Nothing is saved. Go back to the page before and send the form again."))</p>
                <p><a href="/staff?lang=\(say.rawValue)">\(say("К очереди", "To the queue"))</a></p>
                </main>
                """
        ).html
    }

    static func alert(_ text: String?) -> HTML {
        guard let text else { return "" }
        return "<p role=\"alert\" class=\"alert\">\(text)</p>"
    }

    // MARK: Parts

    static func name(of work: Work, _ book: RuleBook?, _ say: Language) -> String {
        work.title ?? work.description.map { String($0.prefix(80)) } ?? category(work.category, book, say)
    }

    static func category(_ code: String, _ book: RuleBook?, _ say: Language) -> String {
        book?.category(code)?.label(in: say.rawValue) ?? code
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
        var links: HTML = """
            <a href="\(visit.link("/staff"))">\(say("Очередь", "Queue"))</a> <a href="/">\(say("Карта", "Map"))</a>

            """
        if visit.token.role == .admin {
            links += "<a href=\"\(visit.link("/staff/audit"))\">\(say("Журнал", "Audit log"))</a>\n"
        }
        for other in others {
            links +=
                "<a href=\"\(other.href)\" lang=\"\(other.language?.rawValue ?? "")\">\(other.language == .russian ? "По-русски" : "English")</a>\n"
        }
        let city: HTML = visit.city.map { "<strong class=\"city\">\($0)</strong> " } ?? ""
        let whose = [visit.token.name, visit.token.organisation].compactMap { $0 }.joined(separator: ", ")
        return Page(
            title: title, city: visit.city, language: say, alternates: others, style: StaffStyle.address,
            body: """
                <a class="skip" href="#main">\(say("К содержанию", "Skip to content"))</a>
                <header><nav class="bar" aria-label="\(say("Рабочее место", "Desk"))"><span>\(city)\(links)</span>
                <form method="post" action="\(visit.link("/staff/logout"))"><input type="hidden" name="key" value="\(visit.formKey)">
                <span>\(whose) (\(say.name(visit.token.role)))</span>
                <button>\(say("Выйти", "Sign out"))</button></form></nav></header>
                <main id="main">
                \(body)
                </main>
                """
        ).html
    }
}
