import Works

extension DeadlineReport {
    /// The report as a self-contained HTML page: bars, the trend of all works by month, and the table.
    public func html(version: String) -> String {
        let until = period.until.map { " until \($0.day)" } ?? ""
        let span = (period.from.map { " from \($0.day)" } ?? "") + until
        var body = "<p>\(total.tally.works) works\(span), as of \(askedAt). WorksMap \(version.escapedForHTML).</p>"
        body += ReportPage.legend([
            ("#67a9cf", "met"), ("#ef8a62", "missed"), ("#b2182b", "overdue"), ("#ccc", "not decided"),
        ])
        let ranked = rows.filter(\.isRanked)
        if !ranked.isEmpty {
            body += "<h2>How deadlines were kept</h2>" + bars(ranked.prefix(25).map { ($0.name ?? "", $0.tally) })
        }
        if total.months.count > 1 {
            body += "<h2>By the month in which works began</h2>"
            body += bars(
                total.months.suffix(24).map { month in
                    var tally = DeadlineTally()
                    (tally.works, tally.met, tally.missed, tally.overdue) = (
                        month.works, month.met, month.missed, month.overdue
                    )
                    return (month.name, tally)
                })
        }
        body += "<h2>All groups</h2>" + table()
        body +=
            "<p class=\"note\">Days to fix and delay are medians by Kaplan and Meier: an open work counts as lasting at least until "
        body += "now. Empty where too many are still open to say.</p>"
        body += "<p class=\"note\">Groups with fewer than \(minimumSample) works with a deadline are not ranked.</p>"
        if outsidePeriod > 0 { body += "<p class=\"note\">\(outsidePeriod) works began outside the period.</p>" }
        if withoutTime > 0 { body += "<p class=\"note\">\(withoutTime) works have no time and are in no period.</p>" }
        return ReportPage.html(title: "Deadlines: \(group.rawValue)", body: body)
    }

    /// One stacked bar for each group: shares of works met, missed, overdue and not decided.
    private func bars(_ groups: [(name: String, tally: DeadlineTally)]) -> String {
        let (left, width, step) = (260.0, 600.0, 24.0)
        var svg = "<svg viewBox=\"0 0 960 \((Double(groups.count) * step + 8).fixed(0))\" role=\"img\">"
        for (index, group) in groups.enumerated() {
            let y = Double(index) * step + 6
            let name = group.name.cut(toTerminalWidth: 36).escapedForHTML
            svg += "<text x=\"\((left - 8).fixed(0))\" y=\"\((y + 13).fixed(0))\" text-anchor=\"end\">\(name)</text>"
            let tally = group.tally
            let rest = tally.works - tally.met - tally.missed - tally.overdue
            var x = left
            for (count, color) in [
                (tally.met, "#67a9cf"), (tally.missed, "#ef8a62"), (tally.overdue, "#b2182b"), (rest, "#ccc"),
            ] {
                let share = Double(count) / Double(max(tally.works, 1)) * width
                svg +=
                    "<rect x=\"\(x.fixed(1))\" y=\"\(y.fixed(0))\" height=\"16\" width=\"\(share.fixed(1))\" fill=\"\(color)\"/>"
                x += share
            }
            svg += "<text x=\"\((left + width + 8).fixed(0))\" y=\"\((y + 13).fixed(0))\">\(tally.works)</text>"
        }
        return svg + "</svg>"
    }

    private func table() -> String {
        ReportPage.table(
            [
                title, "Works", "Met", "Missed", "Open", "Overdue", "Missed %", "Moved", "Days added", "Days to fix",
                "90 %",
                "Delay", "90 %", "Ranked",
            ], names: [0],
            (rows + [total]).enumerated().map { index, row in
                let tally = row.tally
                return [
                    index == rows.count ? "all" : row.name ?? "(none)", "\(tally.works)", "\(tally.met)",
                    "\(tally.missed)",
                    "\(tally.open)", "\(tally.overdue)", tally.shareMissed.map { ($0 * 100).fixed(1) } ?? "",
                    "\(tally.dueChanges)", tally.daysAdded.fixed(0), tally.medianDays.fixed(1), tally.p90Days.fixed(1),
                    tally.medianDelayDays.fixed(1), tally.p90DelayDays.fixed(1), row.isRanked ? "yes" : "",
                ]
            })
    }
}
