import ArgumentParser
import Foundation
import Hotspots
import Works

/// `worksmap hotspots`
struct HotspotsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hotspots",
        abstract: "Ask where incidents pile up near places, and whether that is more than chance.",
        discussion: """
            Examples:
              worksmap hotspots --near schools --within 300 --kind hazard
              worksmap hotspots --near schools --within 300 --method gi-star --cell 200 --since 90d --format geojson
              worksmap hotspots --near districts --within 50 --category pothole,ice --open-only --top 20

            Distances are true metres. docs/hotspots.md says what each method assumes and when not to use it.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json, geojson, csv, html
    }

    @OptionGroup var common: CommonOptions
    @Option(help: ArgumentHelp("The places: schools, districts, roads or basemap.", valueName: "layer")) var near:
        ReferenceLayer
    @Option(help: ArgumentHelp("How far from a place is near it.", valueName: "metres")) var within: Double
    @Option(help: ArgumentHelp("road_repair, outage, hazard.", valueName: "kind,…")) var kind: String?
    @Option(help: ArgumentHelp("Category codes.", valueName: "category,…")) var category: String?
    @Option(help: ArgumentHelp("Reported from then on: RFC 3339, a date, or an age such as 90d.", valueName: "time"))
    var since: PointInTime?
    @Option(help: ArgumentHelp("Reported until then.", valueName: "time")) var until: PointInTime?
    @Flag(help: "Only what is still open.") var openOnly = false
    @Option(help: "count, gi-star, dbscan or kde.") var method = HotspotQuestion.Method.count
    @Option(help: ArgumentHelp("The size of a grid cell.", valueName: "metres")) var cell: Double?
    @Flag(help: "Hexagons instead of squares for the grid of gi-star.") var hexagons = false
    @Option(
        help: ArgumentHelp(
            "How far the neighbours of a cell of gi-star may be. (default: one and a half cells)", valueName: "metres"))
    var band: Double?
    @Option(help: ArgumentHelp("The distance of dbscan. (default: a quarter of --within)", valueName: "metres"))
    var epsilon: Double?
    @Option(help: ArgumentHelp("How many incidents make a place dense in dbscan.", valueName: "n")) var minimumPoints =
        10
    @Option(help: ArgumentHelp("The bandwidth of kde. (default: --within)", valueName: "metres")) var bandwidth: Double?
    @Option(help: ArgumentHelp("How many places to list.", valueName: "n")) var top: Int?
    @Option(help: "table, json, geojson, csv or html.") var format = Format.table

    func run() throws {
        try reporting {
            var question = HotspotQuestion(method: method, near: near.rawValue, within: within)
            question.kinds = try (kind?.split(separator: ",").map(String.init) ?? []).map { name in
                guard let kind = WorkKind(rawValue: name) else {
                    throw ValidationError(
                        "--kind \(name): there are \(WorkKind.allCases.map(\.rawValue).joined(separator: ", "))")
                }
                return kind
            }
            question.categories = category?.split(separator: ",").map(String.init) ?? []
            question.since = since?.instant
            question.until = until?.instant
            question.openOnly = openOnly
            question.cell = cell
            question.cellShape = hexagons ? .hexagon : .square
            question.band = band
            question.epsilon = epsilon
            question.minimumPoints = minimumPoints
            question.bandwidth = bandwidth
            question.top = top
            let store = try common.openStore(readOnly: true)
            let answer = try question.answer(from: store, near: near, now: .now)
            switch format {
            case .table: print(answer.table(width: Terminal.width), terminator: "")
            case .json: print(String(decoding: answer.json(version: Version.text), as: UTF8.self), terminator: "")
            case .geojson: print(String(decoding: answer.geoJSON(version: Version.text), as: UTF8.self), terminator: "")
            case .csv: print(answer.csv(), terminator: "")
            case .html: print(answer.html(version: Version.text), terminator: "")
            }
        }
    }
}
