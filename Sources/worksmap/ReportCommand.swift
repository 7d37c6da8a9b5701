import ArgumentParser
import Foundation
import Hotspots
import Interchange
import Works

/// `worksmap report`
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Say who keeps deadlines and who does not.",
        discussion: """
            Examples:
              worksmap report contractors
              worksmap report districts --since 365d --format csv
              worksmap report districts --by district
              worksmap report deadlines --since 2026-01-01 --until 2026-06-30 --format json
              worksmap report contractors --where kind=road_repair severity=severe --sort moved-late
              worksmap report contractors --at 2026-06-30

            A date is a whole day of the city's clock, and --until includes it. Shares are of works whose deadline has come; works that are
            still open count as not yet done (Kaplan-Meier). Groups with too few works whose deadline has come are shown but not ranked.
            docs/promises.md says what each number means and when it misleads.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json, csv, html
    }

    @OptionGroup var common: CommonOptions
    @OptionGroup var filter: FilterOptions
    @Argument(help: "deadlines, categories, districts or contractors; also organisations and months.") var group:
        DeadlineReport.Group?
    @Option(
        help: ArgumentHelp(
            "The class of districts to group by, such as ward, if there are several.", valueName: "class"))
    var by: String?
    @Option(help: ArgumentHelp("Works begun from then on: RFC 3339, a date, or an age such as 90d.", valueName: "time"))
    var since: PointInTime?
    @Option(help: ArgumentHelp("Works begun before then; of a date the whole day.", valueName: "time"))
    var until: PointInTime?
    @Option(
        help: ArgumentHelp(
            "How many works whose deadline has come a group needs to be ranked.", valueName: "n"))
    var minimumSample = DeadlineReport.usualMinimumSample
    @Option(
        help: ArgumentHelp(
            "The column that puts the rows in order, the largest first: "
                + DeadlineReport.Column.sortable.map(\.rawValue).joined(separator: ", ") + ".",
            valueName: "column"))
    var sort: DeadlineReport.Column = .rank
    @Option(help: "table, json, csv or html.") var format = Format.table

    func validate() throws {
        try HotspotQuestion.counts.check(minimumSample, of: "--minimum-sample")
        guard DeadlineReport.Column.sortable.contains(sort) else {
            throw ValidationError("--sort \(sort.rawValue): rows have no order by it")
        }
        if by != nil, group ?? .districts != .districts {
            throw ValidationError("--by is for districts: `worksmap report districts --by CLASS`")
        }
        if by == nil, group == nil { throw ValidationError("Missing expected argument '<group>'") }
    }

    func run() throws {
        try reporting {
            let store = try common.openStore(readOnly: true)
            if let by { try FilterOptions.check(classes: [by], of: "--by", in: store) }
            let timeZone = try store.timeZone
            let names = try NameTableReader.read(in: URL(fileURLWithPath: common.cityFolder, isDirectory: true))
            let works = try filter.workFilter(in: store)
            let period = Period(since: since, until: until, in: timeZone)
            var report: DeadlineReport
            do {
                report = try DeadlineReport(
                    from: store, matching: works, by: group ?? .districts, districtsOf: by, period: period, at: .now,
                    minimumSample: minimumSample, names: names)
            } catch let error as HotspotError {
                throw ValidationError("\(error)")
            }
            if sort != .rank { report.sort(by: sort) }
            switch format {
            case .table: Terminal.show(report.table(width: Terminal.width))
            case .json: Terminal.show(json: String(decoding: report.json(version: Version.text), as: UTF8.self))
            case .csv: Terminal.show(document: report.csv())
            case .html: Terminal.show(document: report.html(version: Version.text))
            }
        }
    }
}
