import Geometry
import HTTPEdge
import Works

extension StaffPages {
    /// A report that waits to be looked at.
    static func report(
        _ report: PendingReport, near: [NearReport], visit: StaffRoutes.Visit, clock: CityClock, book: RuleBook?
    ) -> HTML {
        let say = visit.language
        var place: HTML = "—"
        var picture: HTML = ""
        if let longitude = report.longitude, let latitude = report.latitude {
            place = "<a href=\"/#17/\(latitude)/\(longitude)\">\(latitude), \(longitude)</a>"
            picture = map(Coordinate(longitude: longitude, latitude: latitude), say)
        }
        var media: HTML = ""
        if let address = report.mediaURL, WebAddress.isPlain(address) {
            // Only http and https come in; the address is not followed without a click.
            media = """
                <dt>\(say("Фото", "Picture"))</dt><dd><a rel="noreferrer noopener" href="\(address)">\(address)</a></dd>
                """
        }
        let buttons: HTML = """
            <form method="post" action="\(visit.link("/staff/reports/\(report.token)"))">
            <input type="hidden" name="key" value="\(visit.formKey)">
            <p><button class="primary" name="action" value="accept">\(say("Принять", "Accept"))</button>
            <button name="action" value="refuse">\(say("Отклонить", "Refuse"))</button></p>
            </form>
            \(contact(report.contact, say))
            """
        let title = "\(say("Ждёт проверки", "Waits to be looked at")): \(category(report.category, book, say))"
        return frame(
            title, "/staff/reports/\(report.token)", visit,
            """
            <h1>\(title)</h1>
            <div class="columns"><section>
            <p>\(report.description ?? "")</p>
            <dl>
            <dt>\(say("Получено", "Received"))</dt><dd>\(clock.html(report.receivedAt))</dd>
            <dt>\(say("Адрес", "Address"))</dt><dd>\(report.address ?? "—")</dd>
            <dt>\(say("Место", "Place"))</dt><dd>\(place)</dd>
            \(media)
            </dl>
            \(buttons)
            </section><div>\(picture)</div></div>
            \(neighbours(near, same: report.category, visit, book))
            """)
    }

    /// The streets around a place with the works there, 2 × 2 tiles wide, and a ring around the place.
    static func map(_ place: Coordinate, _ say: Language) -> HTML {
        let zoom = 17
        let scale = Double(1 << zoom)
        let x = WebMercator.x(longitude: place.longitude) * scale
        let y = WebMercator.y(latitude: place.latitude) * scale
        // The four tiles whose common corner is nearest.
        let (left, top) = (Int((x - 0.5).rounded(.down)), Int((y - 0.5).rounded(.down)))
        var tiles: HTML = ""
        for (column, row) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            guard let tile = TileAddress(z: zoom, x: left + column, y: top + row) else { return "" }
            tiles += """
                <span><img alt="" src="/tiles/basemap/\(tile).png"><img alt="" src="/tiles/works/\(tile).png?open=true"></span>
                """
        }
        return """
            <div class="map" role="img" aria-label="\(say("Место на карте", "The place on the map"))">\(tiles)
            <svg viewBox="0 0 512 512" aria-hidden="true"><circle cx="\(Int((x - Double(left)) * 256))" cy="\(Int((y - Double(top)) * 256))" r="22" fill="none" stroke="#c2185b" stroke-width="4"/></svg></div>
            """
    }

    /// What is open near by, the nearest first; what is probably the same is marked.
    ///
    /// - Parameter same: The category in question.
    static func neighbours(
        _ near: [NearReport], same code: String, _ visit: StaffRoutes.Visit, _ book: RuleBook?
    ) -> HTML {
        let say = visit.language
        guard !near.isEmpty else { return "" }
        let rule = book?.duplicateRule(for: code)
        var rows: HTML = ""
        for each in near {
            let work = each.work
            let isSame = work.category == code && each.metres <= rule?.metres ?? 0
            let mark: HTML =
                isSame ? " <span class=\"same\">\(say("похоже, то же самое", "probably the same"))</span>" : ""
            rows += """
                <tr><td><a href="\(visit.link("/staff/works/\(work.id)"))">\(name(of: work, book, say))</a>\(mark)</td>
                <td>\(Int(each.metres.rounded())) \(say("м", "m"))</td><td>\(category(work.category, book, say))</td>
                <td>\(say.name(work.status))</td><td>\(work.organisation ?? "—")</td></tr>

                """
        }
        return """
            <h2>\(say("Рядом", "Nearby"))</h2>
            <div class="table"><table><thead><tr><th scope="col">\(say("Работа", "Work"))</th>
            <th scope="col">\(say("Расстояние", "Distance"))</th><th scope="col">\(say("Категория", "Category"))</th>
            <th scope="col">\(say("Статус", "Status"))</th><th scope="col">\(say("Служба", "Service"))</th></tr></thead><tbody>
            \(rows)</tbody></table></div>
            """
    }
}
