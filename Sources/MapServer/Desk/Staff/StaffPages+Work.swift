import Geometry
import HTTPEdge
import Interchange
import Works

extension StaffPages {
    /// Everything that the desk knows about one work.
    struct Case {
        var work: Work
        var isHidden: Bool
        var ledger: [LedgerEntry]
        var neighbours: [NearReport]
        var followers: Int
        var original: WorkID?
        var duplicates: [WorkID]
        /// Nil for those who may not know.
        var contact: ReporterContact?
        /// Statements of its source that the city does not publish; nil for those who may not know.
        var privateExtra: String?
        /// The reason why something private is there and is not shown.
        var withheld: String?
        var mayChange: Bool
        /// Names that the forms offer.
        var names: CityNames
    }

    /// - Parameters:
    ///   - failure: Why the last decision was not carried out.
    ///   - isSaved: Whether it was.
    ///   - leavesTraces: True if the bytes of what was taken back are not out of the database's files yet.
    static func work(
        _ one: Case, visit: StaffRoutes.Visit, clock: CityClock, book: RuleBook?, failure: String?, isSaved: Bool,
        leavesTraces: Bool
    ) -> HTML {
        let say = visit.language
        let work = one.work
        let saved: HTML =
            isSaved
            ? """
            <p role="status" class="notice">\(say("Сохранено.", "Saved.")) \(leavesTraces ? say("Файлы базы сейчас читают, поэтому старые байты исчезнут из них чуть позже.", "Somebody reads the database now, so the old bytes leave its files a little later.") : "")</p>
            """ : ""
        let picture = work.geometry?.representativePoint.map { map($0, say) } ?? ""
        let forms: HTML =
            one.mayChange
            ? "\(one.isHidden ? "" : decisions(one, visit, clock, book))\(takingBack(one, visit))"
            : "<p>\(say("Эту работу вы можете только смотреть.", "You may look at this work, not change it."))</p>"
        return frame(
            name(of: work, book, say), "/staff/works/\(work.id)", visit,
            """
            <h1>\(name(of: work, book, say))</h1>
            \(alert(failure))\(saved)\(hiddenNotice(one, clock))
            <div class="columns"><section>
            <p>\(work.description ?? "")</p>
            \(facts(one, visit, clock, book))
            \(contact(one.contact, say))
            \(privateExtra(one.privateExtra, say))
            \(one.withheld.map { "<p class=\"note\">\($0)</p>" } ?? "")
            \(picture)
            </section><section>
            <h2>\(say("Решения", "Decisions"))</h2>
            \(forms)
            </section></div>
            \(neighbours(one.neighbours, same: work.category, visit, book))
            \(WorkDocument.history(one.ledger, clock: clock))
            """)
    }

    /// Looks that a page with the case is; none once nothing private is in it.
    static func looks(_ one: Case) -> [PrivateLook] {
        (one.contact.map { !$0.isEmpty } ?? false ? [.contact(one.work.id)] : [])
            + (one.privateExtra == nil ? [] : [.privateExtra(one.work.id)])
    }

    /// Statements of the source beside our properties that the city does not publish, member by member.
    private static func privateExtra(_ text: String?, _ say: Language) -> HTML {
        guard let text, let members = (try? JSONParser.parse(text))?.object, !members.isEmpty else { return "" }
        var list: HTML = ""
        for (name, value) in members {
            list += "<dt>\(name)</dt><dd>\(value.string ?? value.description)</dd>\n"
        }
        return """
            <h2>\(say("Ещё от источника (не для публикации)", "More from the source (not public)"))</h2>
            <dl>\(list)</dl>
            """
    }

    private static func facts(
        _ one: Case, _ visit: StaffRoutes.Visit, _ clock: CityClock, _ book: RuleBook?
    ) -> HTML {
        let say = visit.language
        let work = one.work
        let state = work.deadlineState(at: visit.now)
        var links: HTML = ""
        if let original = one.original {
            links += "<dt>\(say("Повтор работы", "Duplicate of"))</dt><dd>\(link(original, visit))</dd>\n"
        }
        if !one.duplicates.isEmpty {
            var list: HTML = ""
            for id in one.duplicates { list += "\(link(id, visit)) " }
            links += "<dt>\(say("Повторы", "Duplicates"))</dt><dd>\(list)</dd>\n"
        }
        var moved: HTML = ""
        if let passed = work.passedDueAt {
            moved = "<dt>\(say.text("field.moved_late"))</dt><dd>\(clock.html(passed)): \(say.text("moves.late"))</dd>"
        }
        if let moves = say.moves(of: work) {
            moved +=
                "<dt>\(say("Первый срок", "First deadline"))</dt><dd>\(clock.html(work.originalDueAt)), \(moves)</dd>"
        }
        return """
            <dl>
            <dt>\(say("Категория", "Category"))</dt><dd>\(category(work.category, book, say)); \(say.name(work.severity).lowercased())</dd>
            <dt>\(say("Статус", "Status"))</dt><dd>\(say.name(work.status))</dd>
            <dt>\(say("Служба", "Service"))</dt><dd>\(work.organisation ?? "—")</dd>
            <dt>\(say("Подрядчик", "Contractor"))</dt><dd>\(work.contractor ?? "—")</dd>
            <dt>\(say("Срок", "Deadline"))</dt><dd>\(clock.html(work.dueAt)) <span class="\(state.rawValue)">\(say.name(state))</span></dd>
            \(moved)
            <dt>\(say("Адрес", "Address"))</dt><dd>\(work.address ?? "—")</dd>
            <dt>\(say("Получено", "Received"))</dt><dd>\(clock.html(work.reportedAt ?? work.startsAt))</dd>
            <dt>\(say("Подтверждено на месте", "Confirmed on site"))</dt><dd>\(clock.html(work.onSiteAt))</dd>
            <dt>\(say("Следят", "Followers"))</dt><dd>\(one.followers)</dd>
            \(links)
            <dt>\(say("Для всех", "In public"))</dt><dd><a href="/works/\(work.id)">\(say("страница работы", "the work's page"))</a></dd>
            </dl>
            """
    }
}
