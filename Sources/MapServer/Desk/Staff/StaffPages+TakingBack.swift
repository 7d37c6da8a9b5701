import Geometry
import HTTPEdge
import Interchange
import Works

extension StaffPages {
    /// The forms by which a person takes something of a work back, or gives it another place.
    static func takingBack(_ one: Case, _ visit: StaffRoutes.Visit) -> HTML {
        let say = visit.language
        var all = placing(one, visit)
        all += redacting(one, visit)
        if one.isHidden {
            all += form(one, visit, "unhide", say("Вернуть в открытые данные", "Bring back to the public"), "")
        } else {
            all += form(
                one, visit, "hide", say("Скрыть работу", "Hide the work"),
                """
                <p>\(say("Работа сразу исчезнет отовсюду: с карты, из списков, данных и подсчётов. По её адресу останется только причина.", "The work leaves the map, all lists, data and counts at once. At its address only the reason remains."))</p>
                """)
        }
        return all
    }

    private static func placing(_ one: Case, _ visit: StaffRoutes.Visit) -> HTML {
        let say = visit.language
        var now = ""
        if case .point(let point)? = one.work.geometry { now = "\(point.longitude), \(point.latitude)" }
        return form(
            one, visit, "place",
            one.work.geometry == nil ? say("Указать место", "Give it a place") : say("Изменить место", "Move it"),
            """
            <p><label>\(say("Долгота и широта через запятую, WKT или GeoJSON", "Longitude and latitude with a comma, WKT, or GeoJSON"))
            <textarea name="place" rows="3" cols="40" required>\(now)</textarea></label></p>
            """)
    }

    private static func redacting(_ one: Case, _ visit: StaffRoutes.Visit) -> HTML {
        let say = visit.language
        var parts = RedactableField.allCases.filter { $0.isStated(in: one.work) }.map { ($0.rawValue, say.name($0)) }
        for (index, entry) in one.ledger.enumerated() {
            guard let reason = entry.reason, reason != LedgerMark.redacted else { continue }
            let start = reason.prefix(40) + (reason.count > 40 ? "…" : "")
            parts.append(
                (
                    "entry \(index + 1)",
                    "\(say("Причина в истории", "Reason in the history")), \(say("запись", "entry")) \(index + 1): \(start)"
                ))
        }
        guard !parts.isEmpty else { return "" }
        return form(
            one, visit, "redact", say("Удалить текст навсегда", "Redact a text for good"),
            """
            \(select("part", say("Что удалить", "What to redact"), parts, selected: nil))
            <p><label>\(say("Новый текст вместо него, если нужен (для названия, описания и адреса)", "Another text instead, if any (for title, description and address)"))
            <input name="replacement" maxlength="4000"></label></p>
            <p><label><input type="checkbox" name="confirm" value="yes" required> \(say("Я понимаю, что вернуть текст будет нельзя", "I understand that the text cannot be brought back"))</label></p>
            """)
    }

    /// Notice above a hidden work, or once old bytes could not be removed at once.
    static func hiddenNotice(_ one: Case, _ clock: CityClock) -> HTML {
        guard one.isHidden, let hiding = one.ledger.last(where: { $0.field == .hidden }) else { return "" }
        let say = clock.language
        return """
            <p class="alert">\(say("Скрыта от всех, кроме сотрудников", "Hidden from everybody but staff")), \(clock.html(hiding.at)): \(say.ledger(hiding.reason))</p>
            """
    }
}

extension RedactableField {
    /// True if a work has such a text.
    fileprivate func isStated(in work: Work) -> Bool {
        switch self {
        case .title: work.title != nil
        case .description: work.description != nil
        case .address: work.address != nil
        case .photo: work.extra.flatMap { (try? JSONParser.parse($0))?.object?[WebAddress.mediaProperty] } != nil
        case .extra: work.extra != nil
        case .privateExtra: work.privateExtra != nil
        }
    }
}
