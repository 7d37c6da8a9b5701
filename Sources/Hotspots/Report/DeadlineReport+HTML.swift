import Works

extension DeadlineReport {
    /// The report as a self-contained HTML page: bars, the trend of all works by month, and the table.
    public func html(version: String) -> String {
        let until = period.until.map { " to before \(text(of: $0))" } ?? ""
        let span = (period.from.map { " from \(text(of: $0))" } ?? "") + until
        var body = "<p>\(total.tally.works) works\(span), as of \(askedAt). WorksMap \(version.escapedForHTML).</p>"
        let ranked = rows.filter(\.isRanked).prefix(Self.chartLimit).map {
            DeadlineChart.Bar(name: $0.name ?? "", tally: $0.tally)
        }
        if !ranked.isEmpty {
            let share = "Share of deadlines kept"
            body +=
                "<h2>\(share)</h2>"
                + DeadlineChart(ranked, label: share, id: "share").sharesMet(mean: total.tally.shareMet)
            body +=
                "<p class=\"note\">Dot: the share kept among works of which the outcome is known. Line: where it can lie by chance alone "
            body += "(95 %, Wilson); where lines overlap widely, do not call one group better. Dashed: all works.</p>"
            let outcome = "What became of the works"
            body += "<h2>\(outcome)</h2>" + Self.outcomes(DeadlineChart(ranked, label: outcome, id: "outcome"))
        }
        if total.months.count > 1 {
            let title = "By the month in which works began"
            let months = total.months.suffix(24).map { DeadlineChart.Bar($0) }
            body += "<h2>\(title)</h2>" + Self.outcomes(DeadlineChart(months, label: title, id: "month"))
        }
        body += "<h2>All groups</h2>" + table()
        body +=
            "<p class=\"note\">Days to fix and delay are medians by Kaplan and Meier: an open work counts as lasting at least until "
        body += "now. Empty where too many are still open to say.</p>"
        body +=
            "<p class=\"note\">First missed: by the first deadline promised. Moved late: the deadline was moved after it had passed. Ratio: "
        body += "missed to what the city's rates for the same kinds, categories and quarters let one expect.</p>"
        body +=
            "<p class=\"note\">Groups with fewer than \(minimumSample) works whose deadline has come are not ranked. </p>"
        for remark in remarks { body += "<p class=\"note\">\(remark.escapedForHTML)</p>" }
        return ReportPage.html(title: "Deadlines: \(group.rawValue)", body: body)
    }

    /// Most groups in one chart; the table has all.
    public static let chartLimit = 25

    private static func outcomes(_ chart: DeadlineChart) -> String {
        let legend = chart.legend { part in
            switch part {
            case .met: "met"
            case .missed: "missed"
            case .overdue: "overdue"
            case .undecided: "not decided"
            }
        }
        return "<ul class=\"legend\">\(legend)</ul>\(chart.outcomes())"
    }

    private func table() -> String {
        ReportPage.table(
            [
                title, "Works", "Met", "Missed", "Open", "Overdue", "Decided", "Missed %", "95 %", "First missed %",
                "Ratio", "95 %", "Moved", "Moved late", "Days added", "Days to fix",
                "90 %",
                "Delay", "90 %", "Ranked",
            ], names: [0],
            (rows + [total]).enumerated().map { index, row in
                let tally = row.tally
                return [
                    index == rows.count ? "all" : row.name ?? "(none)", "\(tally.works)", tally.metText,
                    "\(tally.missed)",
                    "\(tally.open)", "\(tally.overdue)", "\(tally.decided)", tally.missedText, tally.likelyMissedText,
                    tally.firstMissedText, (tally.standardized?.ratio).fixed(2), tally.ratioText,
                    "\(tally.dueChanges)", "\(tally.movedLate)", tally.daysAdded.fixed(0), tally.medianDays.fixed(1),
                    tally.p90Days.fixed(1),
                    tally.medianDelayDays.fixed(1), tally.p90DelayDays.fixed(1), row.isRanked ? "yes" : "",
                ]
            })
    }
}
