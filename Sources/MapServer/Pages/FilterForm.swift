import HTTPEdge

/// A form that asks for the same page with other parameters; what is left empty is not asked.
struct FilterForm {
    private let visit: PageVisit
    private let action: String
    private var fields: HTML = ""

    /// - Parameter action: The path of the page.
    init(_ visit: PageVisit, action: String) {
        self.visit = visit
        self.action = action
    }

    /// One of several values. One that was asked for and is not among them becomes one of them.
    ///
    /// - Parameters:
    ///   - options: Values with their names; nil for the choice of none of them.
    ///   - chosen: The value that is chosen; the one that was asked for unless said otherwise.
    mutating func choice(
        _ name: String, _ label: String, _ options: [(value: String, name: String)], any: String?, chosen: String? = nil
    ) {
        let chosen = chosen ?? visit.query[name]
        var options = options
        if let chosen, !options.contains(where: { $0.value == chosen }) { options.append((chosen, chosen)) }
        if let any { options.insert(("", any), at: 0) }
        var list: HTML = ""
        for option in options {
            let selected: HTML = option.value == chosen ? " selected" : ""
            list += "<option value=\"\(option.value)\"\(selected)>\(option.name)</option>"
        }
        fields +=
            "<p><label for=\"\(name)\">\(label)</label> <select id=\"\(name)\" name=\"\(name)\">\(list)</select></p>\n"
    }

    /// A text, or with `type` a day and the like.
    ///
    /// - Parameter value: What stands in it; what was asked for unless said otherwise.
    mutating func input(_ name: String, _ label: String, type: String, value: String? = nil) {
        fields += """
            <p><label for="\(name)">\(label)</label>
            <input id="\(name)" name="\(name)" type="\(type)" maxlength="200" value="\(value ?? visit.query[name] ?? "")"></p>

            """
    }

    /// A parameter that stays as it was asked.
    mutating func hidden(_ name: String, _ value: String) {
        fields += "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">\n"
    }

    var html: HTML {
        let say = visit.language
        var form = self
        if visit.namesLanguage { form.hidden("lang", say.rawValue) }
        return """
            <form class="filter" method="get" action="\(action)" aria-label="\(say("Отбор", "Filter"))">
            \(form.fields)<p><button>\(say("Показать", "Show"))</button>
            <a href="\(visit.link(action))">\(say("Сбросить", "Clear"))</a></p>
            </form>
            """
    }
}
