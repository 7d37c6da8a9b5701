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
              worksmap export roads --bbox 49.9,53.1,50.1,53.3
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
            let works = try filter.workFilter()
            if case .reference = layer, !filter.conditions.isEmpty {
                throw ValidationError("--where filters works; of \(layer.rawValue) only a --bbox can be asked for")
            }
            let export = LayerExport(store: store, at: filter.moment)
            guard let output else {
                try export.write(layer, as: format, filter: works) {
                    try FileHandle.standardOutput.write(contentsOf: $0)
                }
                return
            }
            let type = try? FileManager.default.attributesOfItem(atPath: output)[.type] as? FileAttributeType
            if let type, type != .typeRegular {
                // A pipe or a device is written to as it is.
                guard type != .typeDirectory, let file = FileHandle(forWritingAtPath: output) else {
                    throw Failure("\(output): cannot be written to")
                }
                try export.write(layer, as: format, filter: works) { try file.write(contentsOf: $0) }
                return
            }
            // Written beside the file and moved over it, so that an export that fails leaves the old one.
            let unfinished = output + ".part"
            guard FileManager.default.createFile(atPath: unfinished, contents: nil) else {
                throw Failure("\(unfinished): cannot be written")
            }
            do {
                let file = try FileHandle(forWritingTo: URL(fileURLWithPath: unfinished))
                let count = try export.write(layer, as: format, filter: works) { try file.write(contentsOf: $0) }
                try file.close()
                guard rename(unfinished, output) == 0 else {
                    throw Failure("\(output): cannot be written: \(String(cString: strerror(errno)))")
                }
                tell("\(count) features in \(output)")
            } catch {
                try? FileManager.default.removeItem(atPath: unfinished)
                throw error
            }
        }
    }
}
