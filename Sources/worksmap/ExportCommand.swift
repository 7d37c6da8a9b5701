import ArgumentParser
import Foundation
import Interchange
import Works

/// `worksmap export`
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a layer as GeoJSON, GeoJSON lines or CSV.",
        discussion: """
            Examples:
              worksmap export works -o works.geojson
              worksmap export outages --where open=true deadline_state=overdue --format csv
              worksmap export works --at 2026-03-31 -o as-promised-in-march.geojson
              worksmap export roads --bbox 47.3,54.5,47.45,54.6
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var filter: FilterOptions

    @Argument(help: "works, road_repairs, outages, hazards, schools, districts, roads or basemap.") var layer:
        ExportLayer
    @Option(help: "geojson, geojsonl or csv.") var format = ExportFormat.geojson
    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write. (default: standard output)", valueName: "file"))
    var output: String?

    func run() throws {
        try reporting {
            let store = try common.openStore(readOnly: true)
            let works = try filter.workFilter(in: store)
            if case .reference = layer, !filter.conditions.isEmpty {
                throw ValidationError("--where filters works; of \(layer.rawValue) only a --bbox can be asked for")
            }
            let export = LayerExport(store: store, at: .now)
            let file = OutputFile(output)
            let count = try file.write { next in try export.write(layer, as: format, filter: works) { try next($0) } }
            if !file.isStandardOutput { tell("\(count) features in \(output!)") }
        }
    }
}
