import ArgumentParser
import Foundation
import Geometry
import Hotspots
import Interchange
import Works

/// `worksmap import`
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Bring a city's files into the database.",
        discussion: """
            Examples:
              worksmap import requests.csv.gz --as hazards --mapping boston-311
              worksmap import baustellen_*.geojson.gz --as road_repairs --mapping karlsruhe
              worksmap import schools.geojson --as schools
              curl -s https://example.org/feed.geojson | worksmap import - --as road_repairs --mapping wzdx

            Files may be .geojson, .json, .geojsonl or .csv, also gzipped (.gz), or - for standard input; any other format that
            GDAL reads goes through ogr2ogr when that is installed. A mapping says how a source's columns become our properties; a
            file that already uses our names needs none.

            A source that is imported again updates what it said before: a deadline that differs is recorded as moved.
            Bad rows are refused one by one and written to FILE.refused.csv with line and reason; the others come in, and the
            exit status is 2. Anything else that is wrong with a file leaves the database as it was.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json
    }

    @OptionGroup var common: CommonOptions

    @Argument(help: "The files, or - for standard input.") var files: [String]

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "What they hold: road_repairs, outages, hazards, schools, districts, roads or basemap.", valueName: "layer")
    )
    var layer: ImportLayer

    @Option(help: ArgumentHelp("A mapping by name, or a YAML file.", valueName: "name|file.yaml")) var mapping: String?

    @Option(help: "The name of the source, if not the mapping's.") var source: String?

    @Option(help: "The moment that the lists are of, in RFC 3339, if the files do not say it.") var observedAt: Instant?

    @Flag(help: "Read and check everything, but keep nothing.") var dryRun = false

    @Flag(help: "End at the first bad row, with nothing imported.") var strict = false

    @Option(help: "How to print the result: table or json.") var format = Format.table

    func validate() throws {
        if files.isEmpty { throw ValidationError("name at least one file") }
        if files.filter({ $0 == "-" }).count > 1 { throw ValidationError("standard input can be read once only") }
    }

    func run() throws {
        try reporting {
            let mapping = try mapping.map { name in
                let folder = try ResourceFolders.url(ResourceFolders.geodata).appendingPathComponent("mappings")
                return try MappingLibrary(folders: [folder.path]).mapping(name)
            }
            let store = try common.openStore()
            var options = Importer.Options()
            options.source = source
            options.observedAt = observedAt
            options.isDryRun = dryRun
            options.isStrict = strict
            let importer = Importer(store: store, options: options)
            var reports: [ImportReport] = []
            for file in files {
                var bar = ProgressBar(file)
                defer { bar.finish() }
                let report = try importer.importFile(file, as: layer, mapping: mapping) { progress in
                    bar.show(progress.bytesRead, of: progress.byteCount)
                }
                bar.finish()
                tell(about: report)
                reports.append(report)
            }
            switch format {
            case .table: print(Self.table(reports).text(width: Terminal.width), terminator: "")
            case .json: print(Self.json(reports))
            }
            if reports.contains(where: { $0.refused > 0 }) { throw ExitCode.badInput }
        }
    }

    /// What a person should know beside the counts, on standard error.
    private func tell(about report: ImportReport) {
        for note in report.notes { worksmap.tell("\(report.file): \(note)") }
        if report.refused > 0 {
            for (reason, count) in report.refusalReasons.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
                worksmap.tell("\(report.file): \(count) refused: \(reason)")
            }
            if let refused = report.refusedFile { worksmap.tell("\(report.file): the refused rows are in \(refused)") }
        }
        if report.isDryRun { worksmap.tell("\(report.file): nothing was kept (--dry-run)") }
    }

    /// The counts of a report under the names that the interface gives them.
    private static func counts(_ report: ImportReport) -> [(name: String, count: Int)] {
        [
            ("read", report.read), ("inserted", report.inserted), ("updated", report.updated),
            ("unchanged", report.unchanged), ("repaired", report.repaired), ("refused", report.refused),
            ("closed", report.closed), ("skipped", report.skipped), ("deadlines_moved", report.deadlinesMoved),
        ]
    }

    private static func table(_ reports: [ImportReport]) -> TextTable {
        let names = counts(reports[0]).map(\.name)
        var table = TextTable([.init("file", .left, mayShrink: true)] + names.map { .init($0) })
        for report in reports { table.add([report.file] + counts(report).map { String($0.count) }) }
        return table
    }

    private static func json(_ reports: [ImportReport]) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("files")
        writer.beginArray()
        for report in reports {
            writer.beginObject()
            writer.key("file")
            writer.string(report.file)
            writer.key("layer")
            writer.string(report.layer.rawValue)
            writer.key("source")
            writer.string(report.source)
            for (name, count) in counts(report) {
                writer.key(name)
                writer.integer(count)
            }
            writer.key("dry_run")
            writer.bool(report.isDryRun)
            writer.key("refusals")
            writer.beginArray()
            for refusal in report.refusals {
                writer.beginObject()
                writer.key("line")
                writer.integer(refusal.line)
                writer.key("reason")
                writer.string(refusal.reason)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
