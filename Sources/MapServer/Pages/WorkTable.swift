import Works

/// Works as a table: what, where, until when, and how it stands.
enum WorkTable {
    static func html(_ works: [Work], caption: String, at now: Instant, clock: CityClock, visit: PageVisit) -> HTML {
        let say = visit.language
        guard !works.isEmpty else { return "<p>\(say("Таких работ нет.", "There are no such works."))</p>" }
        var rows: HTML = ""
        for work in works {
            let state = work.deadlineState(at: now)
            rows += """
                <tr><th scope="row"><a href="\(visit.link("/works/\(work.id)"))">\(work.title(in: say))</a>
                <span>\(work.address ?? "")</span></th>
                <td>\(say.name(work.kind)), \(say.category(work.category).lowercased())</td><td>\(say.name(work.status))</td>
                <td>\(clock.html(work.dueAt)) <span>\(say.moves(of: work) ?? "")</span></td>
                <td class="\(state.rawValue)">\(say.state(of: work, at: now))</td></tr>

                """
        }
        return """
            <div class="table" role="region" tabindex="0" aria-label="\(caption)"><table class="works">
            <caption>\(caption)</caption>
            <thead><tr><th scope="col">\(say("Работа", "Work"))</th><th scope="col">\(say("Вид", "Kind"))</th>
            <th scope="col">\(say.text("field.status"))</th><th scope="col">\(say.text("field.due_at"))</th>
            <th scope="col">\(say("Как со сроком", "How it stands"))</th></tr></thead>
            <tbody>
            \(rows)</tbody>
            </table></div>
            """
    }
}
