import Foundation
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
        if let districtClass { json.member("class", districtClass) }
        json.member("version", version)
        json.member("asked_at", askedAt.description)
        json.key("period")
        json.beginObject()
        json.member("from", period.from?.description)
        json.member("until", period.until?.description)
        json.endObject()
        json.member("time_zone", timeZone.identifier)
        json.member("minimum_sample", minimumSample)
        json.key("left_out")
        json.beginObject()
        json.member("outside_period", outsidePeriod)
        json.member("no_time", withoutTime)
        json.member("done_without_time", total.tally.doneWithoutTime)
        json.member("ended_before_begun", total.tally.endedBeforeBegun)
        json.member("silent_source", total.tally.silent)
        json.endObject()
        json.key("silent_sources")
        json.beginArray()
        for source in silentSources {
            json.beginObject()
            json.member("name", source.name)
            json.member("works", source.works)
            json.endObject()
        }
        json.endArray()
        json.key("likely_twins")
        json.beginArray()
        for names in likelyTwins {
            json.beginArray()
            for name in names { json.string(name) }
            json.endArray()
        }
        json.endArray()
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
        json.member("decided", tally.decided)
        json.member("kept", tally.kept)
        json.member("share_met", tally.shareMet)
        json.member("share_met_low", tally.likelyShareMet?.low)
        json.member("share_met_high", tally.likelyShareMet?.high)
        json.member("share_missed", tally.shareMissed)
        json.member("decided_first", tally.decidedFirst)
        json.member("kept_first", tally.keptFirst)
        json.member("share_met_first", tally.shareMetFirst)
        json.member("share_met_first_low", tally.likelyShareMetFirst?.low)
        json.member("share_met_first_high", tally.likelyShareMetFirst?.high)
        json.member("expected_missed", tally.standardized?.expected)
        json.member("missed_ratio", tally.standardized?.ratio)
        json.member("missed_ratio_low", tally.standardized?.likely?.low)
        json.member("missed_ratio_high", tally.standardized?.likely?.high)
        json.member("share_missed_adjusted", adjustedShareMissed(tally))
        json.member("moved_late", tally.movedLate)
        json.member("moved_late_open", tally.movedLateOpen)
        json.member("due_changes", tally.dueChanges)
        json.member("days_added", tally.daysAdded)
        json.member("median_days", tally.medianDays)
        json.member("p90_days", tally.p90Days)
        json.member("median_delay_days", tally.medianDelayDays)
        json.member("p90_delay_days", tally.p90DelayDays)
        json.member("done_without_time", tally.doneWithoutTime)
        json.member("ended_before_begun", tally.endedBeforeBegun)
        json.member("silent_source", tally.silent)
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

    /// The share missed that a group would have with the city's mix of works: its ratio times the city's share, at most 1.
    func adjustedShareMissed(_ tally: DeadlineTally) -> Double? {
        guard let ratio = tally.standardized?.ratio, let mean = total.tally.shareMissed else { return nil }
        return min(1, ratio * mean)
    }

    /// The rows as CSV (RFC 4180), UTF-8, with a header.
    public func csv() -> String {
        var csv = CSVWriter()
        csv.row([
            "name", "works", "met", "missed", "open", "overdue", "with_deadline", "share_met", "share_met_low",
            "share_met_high", "share_missed", "due_changes",
            "days_added", "median_days", "p90_days", "median_delay_days", "p90_delay_days", "ranked", "met_estimated",
            "decided", "decided_first", "share_met_first", "share_met_first_low", "share_met_first_high", "moved_late",
            "expected_missed", "missed_ratio", "missed_ratio_low", "missed_ratio_high", "share_missed_adjusted",
            "done_without_time", "ended_before_begun", "silent_source",
            "moved_late_open",
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
                "\(tally.metEstimated)", "\(tally.decided)", "\(tally.decidedFirst)", tally.shareMetFirst.fixed(4),
                (tally.likelyShareMetFirst?.low).fixed(4), (tally.likelyShareMetFirst?.high).fixed(4),
                "\(tally.movedLate)", (tally.standardized?.expected).fixed(2), (tally.standardized?.ratio).fixed(4),
                (tally.standardized?.likely?.low).fixed(4), (tally.standardized?.likely?.high).fixed(4),
                adjustedShareMissed(tally).fixed(4), "\(tally.doneWithoutTime)", "\(tally.endedBeforeBegun)",
                "\(tally.silent)", "\(tally.movedLateOpen)",
            ] {
                csv.plain(figure)
            }
            csv.endRow()
        }
        return String(decoding: csv.bytes, as: UTF8.self)
    }

    /// Works, deadlines and terms that are in no share or no duration, as sentences.
    var remarks: [String] {
        let tally = total.tally
        var remarks = [String]()
        func remark(_ count: Int, _ text: String) { if count > 0 { remarks.append("\(count) works \(text)") } }
        if tally.metEstimated > 0 { remarks.append(estimates) }
        remark(outsidePeriod, "began outside the period.")
        remark(withoutTime, "have no time and are in no period.")
        remark(tally.doneWithoutTime, "are done without a time: they are in no share and no duration.")
        remark(tally.endedBeforeBegun, "ended before they began: they are in no duration.")
        for source in silentSources {
            remarks.append(
                "The source \(source.name) never reports an end: its works (\(source.works) past their deadline) are in no share "
                    + "and rank nobody.")
        }
        for names in likelyTwins {
            remarks.append(
                "Probably one: \(names.joined(separator: ", ")). A line in names.yaml in the city's folder makes them one."
            )
        }
        return remarks
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
        case .districts: districtClass ?? "District"
        case .contractors: "Contractor"
        case .organisations: "Organisation"
        case .months: "Month"
        }
    }
}
