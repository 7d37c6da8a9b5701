import ArgumentParser
import Cartography
import Foundation
import Hotspots
import TimeBudgets
import Works

/// `worksmap hotspots`
struct HotspotsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hotspots",
        abstract: "Ask where incidents pile up near places, and whether that is more than chance.",
        discussion: """
            Examples:
              worksmap hotspots --near schools --within 300 --kind hazard
              worksmap hotspots --near schools --within 300 --method gi-star --since 90d --format geojson -o hotspots.geojson
              worksmap hotspots --near districts --within 50 --category pothole,ice --open-only --top 20
              worksmap hotspots --near schools --within 300 --method gi-star --map hotspots.png

            Distances are true metres. docs/hotspots.md says what each method assumes and when not to use it.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json, geojson, csv, html
    }

    @OptionGroup var common: CommonOptions
    @Option(help: ArgumentHelp("The places: schools, districts, roads or basemap.", valueName: "layer")) var near:
        ReferenceLayer
    @Option(parsing: .unconditional, help: ArgumentHelp("How far from a place is near it.", valueName: "metres"))
    var within: Double
    @Option(help: ArgumentHelp("road_repair, outage, hazard.", valueName: "kind,…")) var kind: String?
    @Option(help: ArgumentHelp("Category codes.", valueName: "category,…")) var category: String?
    @Option(help: ArgumentHelp("Reported from then on: RFC 3339, a date, or an age such as 90d.", valueName: "time"))
    var since: PointInTime?
    @Option(help: ArgumentHelp("Reported until then.", valueName: "time")) var until: PointInTime?
    @Option(help: ArgumentHelp("As known then, from the ledger. (default: now)", valueName: "time")) var at:
        PointInTime?
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
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The file to write; beside a GeoJSON file goes the style that QGIS shows it with. (default: standard output)",
            valueName: "file"))
    var output: String?
    @Option(
        help: ArgumentHelp("Also draw the answer over the basemap, with a legend.", valueName: "file.png"))
    var map: String?
    @Option(
        help: ArgumentHelp(
            "Also write the surface of kde as an Esri ASCII grid, with a .prj file beside it.", valueName: "file.asc"))
    var raster: String?

    func validate() throws {
        let distances: [(String, Double?)] = [
            ("--within", within), ("--cell", cell), ("--band", band), ("--epsilon", epsilon),
            ("--bandwidth", bandwidth),
        ]
        for (option, metres) in distances {
            if let metres { try HotspotQuestion.distances.check(metres, of: option) }
        }
        try HotspotQuestion.counts.check(minimumPoints, of: "--minimum-points")
        if let top { try HotspotQuestion.counts.check(top, of: "--top") }
        let fitting: [(option: String, isGiven: Bool, method: HotspotQuestion.Method)] = [
            ("--epsilon", epsilon != nil, .dbscan), ("--bandwidth", bandwidth != nil, .kde),
            ("--band", band != nil, .giStar),
        ]
        for one in fitting where one.isGiven && method != one.method {
            throw ValidationError("\(one.option) is for --method \(one.method.rawValue)")
        }
        if raster != nil, method != .kde { throw ValidationError("--raster is for --method kde") }
    }

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
            question.openOnly = openOnly
            question.cell = cell
            question.cellShape = hexagons ? .hexagon : .square
            question.band = band
            question.epsilon = epsilon
            question.minimumPoints = minimumPoints
            question.bandwidth = bandwidth
            let store = try common.openStore(readOnly: true)
            let timeZone = try store.timeZone
            let period = Period(since: since, until: until, in: timeZone)
            (question.since, question.until) = (period.from, period.until)
            let now = at?.last(in: timeZone) ?? .now
            // The map shows all places, however few are to be listed.
            question.top = map == nil ? top : nil
            var answer: HotspotAnswer
            do { answer = try question.answer(from: store, near: near, now: now, asKnownThen: at != nil) } catch let
                error as HotspotError
            {
                throw ValidationError("\(error)")
            }
            guard answer.placeCount > 0 else {
                throw Failure("--near \(near.rawValue): \(answer.limits.first { $0.code == .noPlaces }!.text)")
            }
            if let map { try draw(answer, of: store, to: map) }
            question.top = top
            answer.question = question
            if let top { answer.places = Array(answer.places.prefix(top)) }
            try write(answer, of: store)
            if let raster {
                guard let (grid, projection) = answer.rasterGrid() else {
                    throw Failure("\(raster): not written, since no incident is left to make a surface of")
                }
                try OutputFile(raster).write(grid)
                try OutputFile(beside(raster, "prj")).write(Data(projection.utf8))
            }
        }
    }

    private func write(_ answer: HotspotAnswer, of store: any WorksStore) throws {
        let bytes: [UInt8] =
            switch format {
            case .table: Array(answer.table(width: output == nil ? Terminal.width : nil).utf8)
            case .json: answer.json(version: Version.text)
            case .geojson: answer.geoJSON(version: Version.text)
            case .csv: Array(answer.csv().utf8)
            case .html: Array(try page(answer, of: store).utf8)
            }
        let file = OutputFile(output)
        try file.write(bytes)
        guard format == .geojson, let output, !file.isStandardOutput else { return }
        // QGIS looks for a style of the same name.
        let style = try ResourceFolders.url(ResourceFolders.geodata).appendingPathComponent("styles/hotspots.qml")
        try OutputFile(beside(output, "qml")).write(Data(contentsOf: style))
    }

    /// The path of a file beside another one, of the same name but for its extension.
    private func beside(_ path: String, _ extension: String) -> String {
        URL(fileURLWithPath: path).deletingPathExtension().appendingPathExtension(`extension`).path
    }

    /// The answer as a page, its map over the basemap.
    private func page(_ answer: HotspotAnswer, of store: any WorksStore) throws -> String {
        try answer.html(version: Version.text, credits: try store.note(.attribution) ?? "") { frame in
            let request = PictureRequest(
                tilesets: ["basemap"], bounds: frame.bounds, width: frame.width, height: frame.height)
            return try atlas(of: store).picture(request, at: .now, budget: .unlimited)
        }
    }

    private func atlas(of store: any WorksStore) throws -> Atlas {
        try Atlas(store: store, styles: ResourceFolders.url(ResourceFolders.tiles), cache: TileCacheLimits(bytes: 0))
    }

    private func draw(_ answer: HotspotAnswer, of store: any WorksStore, to path: String) throws {
        guard let sheet = MapSheet(answer, credits: try store.note(.attribution) ?? "") else {
            throw Failure("\(path): not drawn, since nothing that was found has a position")
        }
        try OutputFile(path).write(atlas(of: store).sheet(sheet, at: .now, budget: .unlimited))
    }
}
