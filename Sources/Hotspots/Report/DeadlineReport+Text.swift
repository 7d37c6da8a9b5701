import Geometry
import Works

extension DeadlineReport {
    /// The report as one JSON object, UTF-8.
    ///
    /// - Parameter version: The version of the software, so that the result can be reproduced.
    public func json(version: String) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("group", group.rawValue)
        json.member("version", version)
        json.member("asked_at", askedAt.description)
        json.key("period")
        json.beginObject()
        json.member("from", period.from?.description)
        json.member("until", period.until?.description)
        json.endObject()
        json.member("minimum_sample", minimumSample)
        json.key("left_out")
        json.beginObject()
        json.member("outside_period", outsidePeriod)
        json.member("no_time", withoutTime)
        json.endObject()
        json.key("rows")
        json.beginArray()
        for row in rows {
            json.newline()
            write(row, to: &json)
        }
        json.endArray()
        json.key("total")
        write(total, to: &json)
        json.endObject()
        json.newline()
        return json.takeBytes()
    }

    private func write(_ row: Row, to json: inout JSONWriter) {
        let tally = row.tally
        json.beginObject()
        json.member("name", row.name)
        json.member("works", tally.works)
        json.member("met", tally.met)
        json.member("met_estimated", tally.metEstimated)
        json.member("missed", tally.missed)
        json.member("open", tally.open)
        json.member("overdue", tally.overdue)
        json.member("with_deadline", tally.withDeadline)
        json.member("share_met", tally.shareMet)
        json.member("share_met_low", tally.likelyShareMet?.low)
        json.member("share_met_high", tally.likelyShareMet?.high)
        json.member("share_missed", tally.shareMissed)
        json.member("due_changes", tally.dueChanges)
        json.member("days_added", tally.daysAdded)
        json.member("median_days", tally.medianDays)
        json.member("p90_days", tally.p90Days)
        json.member("median_delay_days", tally.medianDelayDays)
        json.member("p90_delay_days", tally.p90DelayDays)
        json.member("ranked", row.isRanked)
        json.key("months")
        json.beginArray()
        for month in row.months {
            json.beginObject()
            json.member("month", month.name)
            json.member("works", month.works)
            json.member("met", month.met)
            json.member("missed", month.missed)
            json.member("open", month.open)
            json.member("overdue", month.overdue)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }

    /// The rows as CSV (RFC 4180), UTF-8, with a header.
    public func csv() -> String {
        var csv = CSVWriter()
        csv.row([
            "name", "works", "met", "missed", "open", "overdue", "with_deadline", "share_met", "share_met_low",
            "share_met_high", "share_missed", "due_changes",
            "days_added", "median_days", "p90_days", "median_delay_days", "p90_delay_days", "ranked", "met_estimated",
        ])
        for row in rows {
            let tally = row.tally
            csv.text(row.name ?? "")
            for figure in [
                "\(tally.works)", "\(tally.met)", "\(tally.missed)", "\(tally.open)", "\(tally.overdue)",
                "\(tally.withDeadline)", tally.shareMet.fixed(4), tally.likelyShareMet?.low.fixed(4) ?? "",
                tally.likelyShareMet?.high.fixed(4) ?? "", tally.shareMissed.fixed(4), "\(tally.dueChanges)",
                tally.daysAdded.fixed(2), tally.medianDays.fixed(2), tally.p90Days.fixed(2),
                tally.medianDelayDays.fixed(2), tally.p90DelayDays.fixed(2), row.isRanked ? "true" : "false",
                "\(tally.metEstimated)",
            ] {
                csv.plain(figure)
            }
            csv.endRow()
        }
        return String(decoding: csv.bytes, as: UTF8.self)
    }

    /// The report for a terminal of `width` characters.
    public func table(width: Int? = nil) -> String {
        var table = TextTable([
            .init("#"), .init(title, .left, mayShrink: true), .init("Works"), .init("Met"), .init("Missed"),
            .init("Open"), .init("Over-\ndue"), .init("Missed\n%"), .init("Moved"), .init("Days\nadded", givesWay: 3),
            .init("Days\nto fix"), .init("90 %\nto fix", givesWay: 1), .init("Days\nlate", givesWay: 4),
            .init("90 %\nlate", givesWay: 0), .init("Trend", .left, givesWay: 2),
        ])
        for (index, row) in rows.enumerated() { table.add(cells(row, rank: row.isRanked ? "\(index + 1)" : "–")) }
        table.add(cells(total, rank: "", name: "all"))
        let until = period.until.map { " until \($0)" } ?? ""
        let from = period.from.map { " from \($0)" } ?? ""
        let head = "\(group.rawValue)\(from)\(until), as of \(askedAt)\n\n"
        var notes = """

            Days to fix and days late (early where below 0) are medians by Kaplan and Meier: open works count as lasting at least until \
            now; – where more than half (or a tenth) are still open. Trend: share missed month by month, low to high. Groups with \
            fewer than \(minimumSample) works with a deadline are not ranked.

            """
        if total.tally.metEstimated > 0 { notes += "Note: \(estimates)\n" }
        if outsidePeriod > 0 { notes += "Note: \(outsidePeriod) works began outside the period.\n" }
        if withoutTime > 0 { notes += "Note: \(withoutTime) works have no time and are in no period.\n" }
        return head.wrapped(toTerminalWidth: width) + table.text(width: width) + notes.wrapped(toTerminalWidth: width)
    }

    /// Tells how many deadlines count as met by an estimate.
    var estimates: String {
        "of \(total.tally.met) deadlines met, \(total.tally.metEstimated) by an estimate: the source does not state when the work ended."
    }

    /// What the groups are, as the title of their column.
    var title: String {
        switch group {
        case .deadlines: "Kind"
        case .categories: "Category"
        case .districts: "District"
        case .contractors: "Contractor"
        case .organisations: "Organisation"
        case .months: "Month"
        }
    }

    private func cells(_ row: Row, rank: String, name: String? = nil) -> [String] {
        let tally = row.tally
        return [
            rank, name ?? row.name ?? "(none)", "\(tally.works)", tally.metText, "\(tally.missed)", "\(tally.open)",
            "\(tally.overdue)", tally.shareMissed.map { ($0 * 100).fixed(1) } ?? "–", "\(tally.dueChanges)",
            tally.daysAdded.fixed(0), tally.medianDays.fixed(1, or: "–"), tally.p90Days.fixed(1, or: "–"),
            tally.medianDelayDays.fixed(1, or: "–"), tally.p90DelayDays.fixed(1, or: "–"), sparkline(row.months),
        ]
    }

    /// The share of missed deadlines in the last twelve months, as a line of bars.
    private func sparkline(_ months: [Month]) -> String {
        let bars = Array("▁▂▃▄▅▆▇█")
        return String(
            months.suffix(12).map { month -> Character in
                let decided = month.met + month.missed + month.overdue
                guard decided > 0 else { return "·" }
                return bars[Int((Double(month.missed + month.overdue) / Double(decided) * 7).rounded())]
            })
    }
}

extension DeadlineTally {
    /// The works that met their deadline, with how many of them by an estimate if there are any: `12 (~3)`.
    var metText: String { metEstimated > 0 ? "\(met) (~\(metEstimated))" : "\(met)" }
}
