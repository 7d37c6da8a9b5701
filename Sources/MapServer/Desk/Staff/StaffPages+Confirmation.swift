import HTTPEdge
import Works

extension StaffPages {
    /// The second step of a decision in which something is unusual: what that is, and a button that confirms it.
    ///
    /// The first step's form is in it, with the revision that it was made for: whoever was quicker wins here too.
    static func confirmation(
        of concerns: [Concern], reasonMissing: Bool, about work: Work, visit: StaffRoutes.Visit, clock: CityClock,
        book: RuleBook?
    ) -> HTML {
        let say = visit.language
        let address = visit.link("/staff/works/\(work.id)")
        var warnings: HTML = ""
        for concern in concerns { warnings += "<li>\(say.warning(concern, clock))</li>\n" }
        var fields: HTML = "<input type=\"hidden\" name=\"key\" value=\"\(visit.formKey)\">\n"
        for (name, value) in visit.form.sorted(by: { $0.key < $1.key })
        where !["key", "reason", "confirm"].contains(name) {
            fields += "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">\n"
        }
        let isRefused = reasonMissing && visit.form["confirm"] != nil
        let wanted: HTML = concerns.contains(where: \.needsReason) || reasonMissing ? " required" : ""
        return frame(
            say.text("confirm.title"), "/staff/works/\(work.id)", visit,
            """
            <h1>\(say.text("confirm.title"))</h1>
            <p>\(name(of: work, book, say))</p>
            <div role="alert" class="alert"><p>\(say.text("confirm.intro"))\(isRefused ? " " + say.text("confirm.reasonMissing") : "")</p>
            <ul>\(warnings)</ul></div>
            <form method="post" action="\(address)">
            \(fields)
            <p><label>\(say.text("confirm.reason"))
            <input name="reason" maxlength="1000" value="\(visit.form["reason"] ?? "")"\(wanted)></label></p>
            <p><button class="primary" name="confirm" value="yes">\(say.text("confirm.button"))</button></p>
            </form>
            <p><a href="\(address)">\(say.text("confirm.back"))</a></p>
            """)
    }
}
