import ArgumentParser
import Cartography
import Foundation
import Geometry
import Hotspots
import Interchange
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
              worksmap hotspots --near schools --within 300 --boundary districts --exclude-at 47.37,54.54

            Distances are true metres. docs/hotspots.md says what each method assumes and when not to use it.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json, geojson, csv, html
    }

    @OptionGroup var common: CommonOptions
    @OptionGroup var filter: FilterOptions
    @Option(help: ArgumentHelp("The places: schools, districts, roads or basemap.", valueName: "layer")) var near:
        ReferenceLayer
    @Option(parsing: .unconditional, help: ArgumentHelp("How far from a place is near it.", valueName: "metres"))
    var within: Double
    @Option(help: ArgumentHelp("road_repair, outage, hazard.", valueName: "kind,…")) var kind: String?
    @Option(help: ArgumentHelp("Category codes.", valueName: "category,…")) var category: String?
    @Option(help: ArgumentHelp("Reported from then on: RFC 3339, a date, or an age such as 90d.", valueName: "time"))
    var since: PointInTime?
    @Option(help: ArgumentHelp("Reported until then.", valueName: "time")) var until: PointInTime?
    @Flag(help: "Only what is still open.") var openOnly = false
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The area that chance is measured against: the polygons of a layer or of a GeoJSON file, or a box in degrees. (default: the districts, else the city's bounds, else the hull of the incidents without those far from all others)",
            valueName: "layer|file|w,s,e,n"))
    var boundary: String?
    @Option(
        help: ArgumentHelp(
            "What incidents are expected in proportion to: area, road-length, the numbers of a layer such as districts.population, or other works such as controls:kind=outage.",
            valueName: "exposure"))
    var per = "area"
    @Option(help: "count, gi-star, dbscan or kde.") var method = HotspotQuestion.Method.count
    @Option(
        help: ArgumentHelp(
            "The size of a grid cell; of gi-star also several, which show what is hot at all of them, or auto for about two incidents a cell.",
            valueName: "metres,…"))
    var cell: CellSizes?
    @Option(
        help: ArgumentHelp(
            "What an incident counts by its severity, in every method; one of 0 does not count. (default: each counts as one)",
            valueName: "minor=1,…"))
    var weights: String?
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
    @Option(help: ArgumentHelp("How many permutations test Moran's I at most.", valueName: "n")) var permutations = 999
    @Option(help: ArgumentHelp("Where random numbers begin; the same seed gives the same answer.", valueName: "n"))
    var seed = 1
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
            ("--within", within), ("--band", band), ("--epsilon", epsilon),
            ("--bandwidth", bandwidth),
        ]
        for metres in cell?.metres ?? [] { try HotspotQuestion.distances.check(metres, of: "--cell") }
        if let cell, cell.isAutomatic || cell.metres.count > 1, method != .giStar {
            throw ValidationError("--cell of several sizes, or auto, is for --method gi-star")
        }
        for (option, metres) in distances {
            if let metres { try HotspotQuestion.distances.check(metres, of: option) }
        }
        try HotspotQuestion.counts.check(minimumPoints, of: "--minimum-points")
        try Permutations.counts.check(permutations, of: "--permutations")
        try Permutations.seeds.check(seed, of: "--seed")
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
            question.take(cell)
            if let weights {
                do { question.severityWeights = try SeverityWeights(weights) } catch {
                    throw ValidationError("--weights: \(error)")
                }
                question.countsWeights = true
            }
            question.cellShape = hexagons ? .hexagon : .square
            question.band = band
            question.epsilon = epsilon
            question.minimumPoints = minimumPoints
            question.bandwidth = bandwidth
            question.permutations = Permutations(count: permutations, seed: seed)
            let store = try common.openStore(readOnly: true)
            let timeZone = try store.timeZone
            try take(filter.workFilter(in: store), into: &question)
            question.per = try exposure(in: timeZone)
            question.boundary = try boundary.map { try studyBoundary($0, of: store) }
            let period = Period(since: since, until: until, in: timeZone)
            (question.since, question.until) = (period.from, period.until)
            let moment = question.filter.asOf
            // The map shows all places, however few are to be listed.
            question.top = map == nil ? top : nil
            var answer: HotspotAnswer
            do {
                answer = try question.answer(
                    from: store, near: near, now: moment ?? .now, asKnownThen: moment != nil)
            } catch let error as HotspotError {
                throw ValidationError("\(error)")
            }
            guard answer.placeCount > 0 else {
                throw Failure("--near \(near.rawValue): \(answer.limits.first { $0.code == .noPlaces }!.text)")
            }
            if let map { try draw(answer, of: store, to: map) }
            answer.question.top = top
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

    /// Makes the filters part of the question.
    private func take(_ works: WorkFilter, into question: inout HotspotQuestion) throws {
        var works = works
        if !works.kinds.isEmpty {
            guard question.kinds.isEmpty else {
                throw ValidationError("--kind and --where kind= say the same thing twice")
            }
            question.kinds = WorkKind.allCases.filter(works.kinds.contains)
        }
        if !works.categories.isEmpty {
            guard question.categories.isEmpty else {
                throw ValidationError("--category and --where category= say the same thing twice")
            }
            question.categories = works.categories.sorted()
        }
        question.openOnly = openOnly || works.openOnly
        question.excluded = works.excluded
        (works.openOnly, works.excluded) = (false, [])
        question.filter = works
        let told = filter.conditions.filter { condition in
            !["kind=", "category=", "open="].contains { condition.hasPrefix($0) }
        }
        question.filterTexts = (filter.bbox.map { ["bbox=" + $0] } ?? []) + told.sorted()
    }

    /// The exposure that an option names.
    private func exposure(in timeZone: TimeZone) throws -> ExposureKind {
        do {
            if let kind = try ExposureKind(per, filter: { try FilterParameters.filter(text: $0, in: timeZone) }) {
                return kind
            }
        } catch let error as FilterParameterError { throw ValidationError("--per: \(error)") }
        throw ValidationError("--per \(per): there are \(ExposureKind.choices)")
    }

    /// The boundary that an option names: a layer, a box or a file.
    private func studyBoundary(_ text: String, of store: any WorksStore) throws -> StudyBoundary {
        if let layer = ReferenceLayer(rawValue: text) {
            guard let boundary = try StudyBoundary(layer: layer, of: store, budget: .unlimited) else {
                throw ValidationError("--boundary \(text): the layer has no polygons")
            }
            return boundary
        }
        if text.split(separator: ",").count == 4, text.allSatisfy({ "0123456789.,-+eE ".contains($0) }) {
            do { return StudyBoundary(try FilterParameters.bounds(text)) } catch {
                throw ValidationError("--boundary: \(error.reason)")
            }
        }
        guard FileManager.default.fileExists(atPath: text) else {
            let layers = ReferenceLayer.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--boundary \(text): no layer (\(layers)), no box W,S,E,N, and there is no such file")
        }
        return try StudyBoundary(file: text)
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

extension StudyBoundary {
    /// The polygons of a GeoJSON file.
    fileprivate init(file: String) throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        var polygons: [Geometry] = []
        do {
            let value = try JSONParser.parse(bytes)
            let features = value.object?["features"]?.array ?? [value]
            for feature in features {
                let geometry = feature.object?["geometry"] ?? feature
                if let geometry = try GeoJSON.geometry(from: geometry) { polygons.append(geometry) }
            }
        } catch { throw Failure("--boundary \(file): \(error)") }
        guard let union = Geometry.union(of: polygons) else {
            throw Failure("--boundary \(file): the file has no polygons")
        }
        self.init(union, name: URL(fileURLWithPath: file).lastPathComponent)
    }
}

/// Sizes of cells as an option says them: metres, several by commas, or `auto`.
struct CellSizes: ExpressibleByArgument {
    var metres: [Double] = []
    var isAutomatic = false

    init?(argument: String) {
        if argument == "auto" {
            isAutomatic = true
            return
        }
        let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        guard !numbers.isEmpty, numbers.count <= 8, !numbers.contains(nil) else { return nil }
        metres = numbers.compactMap { $0 }
    }
}

extension HotspotQuestion {
    fileprivate mutating func take(_ sizes: CellSizes?) {
        cell = sizes?.metres.first
        furtherCells = Array(sizes?.metres.dropFirst() ?? [])
        isCellAutomatic = sizes?.isAutomatic ?? false
    }
}
