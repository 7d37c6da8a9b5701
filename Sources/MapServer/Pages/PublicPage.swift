import HTTPEdge
import Works

/// The frame of the pages that need no script: the way to the others, the languages, and what search engines want to know.
struct PublicPage {
    /// The pages that every page links to.
    enum Section: CaseIterable {
        case map, works, districts, statistics

        var path: String {
            switch self {
            case .map: "/"
            case .works: "/works"
            case .districts: "/districts"
            case .statistics: "/statistics"
            }
        }

        func name(_ say: Language) -> String {
            switch self {
            case .map: say("Карта", "Map")
            case .works: say("Работы", "Works")
            case .districts: say("Районы", "Districts")
            case .statistics: say("Статистика", "Statistics")
            }
        }
    }

    var visit: PageVisit
    var title: String
    /// One sentence for search engines and previews.
    var summary: String
    /// The part that the page belongs to; nil if it is beside all of them.
    var section: Section?
    /// The same as data: media type and address.
    var data: [(type: String, href: String)] = []
    /// What stands below the title.
    var body: HTML

    var html: HTML {
        let say = visit.language
        var sections: HTML = ""
        for each in Section.allCases {
            let isHere = each.path == visit.path
            let current: HTML = each != section ? "" : isHere ? " aria-current=\"page\"" : " aria-current=\"true\""
            sections += "<li><a href=\"\(visit.link(each.path))\"\(current)>\(each.name(say))</a></li>\n"
        }
        var languages: HTML = ""
        for each in Language.allCases {
            let code = each.rawValue
            languages +=
                each == say
                ? "<li><span lang=\"\(code)\" aria-current=\"true\">\(each.ownName)</span></li>\n"
                : "<li><a href=\"\(visit.link(in: each))\" lang=\"\(code)\" hreflang=\"\(code)\">\(each.ownName)</a></li>\n"
        }
        let here: HTML = visit.path == PrivacyPage.path ? " aria-current=\"page\"" : ""
        let contact: HTML =
            visit.services.city.facts[.contact].map {
                "<p>\(say("Вопросы о карте", "Questions about the map")): \($0)</p>"
            }
            ?? ""
        let own = visit.address(visit.path + visit.query.encoded)
        let city = visit.services.city.name(say)
        let home: HTML = city.map { "<p class=\"city\"><a href=\"\(visit.link("/"))\">\($0)</a></p>\n" } ?? ""
        return Page(
            title: title, city: city, language: say, summary: summary, canonical: visit.address(visit.link(in: say)),
            anyLanguage: own,
            alternates: Language.allCases.map { (visit.address(visit.link(in: $0)), "text/html", $0) }
                + data.map { ($0.href, $0.type, nil) },
            body: """
                <a class="skip" href="#main">\(say("К содержанию", "Skip to content"))</a>
                <header>
                \(home)<nav aria-label="\(say("Разделы", "Sections"))"><ul>
                \(sections)</ul></nav>
                <nav aria-label="\(say("Язык", "Language"))"><ul>
                \(languages)</ul></nav>
                </header>
                <main id="main">
                <h1>\(title)</h1>
                \(body)
                </main>
                <footer><p><a href="\(visit.link(PrivacyPage.path))"\(here)>\(say.text("privacy.link"))</a></p>\(contact)</footer>
                """
        ).html
    }
}
