import ArgumentParser
import Hotspots
import Works

/// `worksmap report`
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Say who keeps deadlines and who does not.",
        discussion: """
            Examples:
              worksmap report contractors
              worksmap report districts --since 365d --format csv
              worksmap report deadlines --since 2026-01-01 --until 2026-07-01 --format json

            Works that are still open count as not yet done (Kaplan-Meier), groups with too few works are shown but not ranked.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json, csv, html
    }

    @OptionGroup var common: CommonOptions
    @Argument(help: "deadlines, categories, districts or contractors; also organisations and months.") var group:
        DeadlineReport.Group
    @Option(help: ArgumentHelp("Works begun from then on: RFC 3339, a date, or an age such as 90d.", valueName: "time"))
    var since: PointInTime?
    @Option(help: ArgumentHelp("Works begun until then.", valueName: "time")) var until: PointInTime?
    @Option(help: ArgumentHelp("As of when deadlines are judged. (default: now)", valueName: "time"))
    var at: PointInTime?
    @Option(help: ArgumentHelp("How many works with a deadline a group needs to be ranked.", valueName: "n"))
    var minimumSample = DeadlineReport.usualMinimumSample
    @Option(help: "table, json, csv or html.") var format = Format.table

    func validate() throws { try HotspotQuestion.counts.check(minimumSample, of: "--minimum-sample") }

    func run() throws {
        try reporting {
            let report = try DeadlineReport(
                from: try common.openStore(readOnly: true), by: group,
                period: Period(from: since?.instant, until: until?.instant), at: at?.instant ?? .now,
                minimumSample: minimumSample)
            switch format {
            case .table: Terminal.show(report.table(width: Terminal.width))
            case .json: Terminal.show(json: String(decoding: report.json(version: Version.text), as: UTF8.self))
            case .csv: Terminal.show(document: report.csv())
            case .html: Terminal.show(document: report.html(version: Version.text))
            }
        }
    }
}
