import ArgumentParser
import Foundation
import Geometry
import Hotspots
import Interchange
import SpatiaLiteStore
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
              leak-detector | worksmap import - --as outages --source sensors --apply-rules
              curl -s https://example.org/feed.geojson | worksmap import - --as road_repairs --mapping wzdx
              worksmap import city.osm.pbf --as basemap --also schools,districts
              worksmap import quarters.shp --as districts --crs EPSG:25833
              worksmap import --describe unknown.csv
              worksmap import --suggest-mapping unknown.csv > mine.yaml
              worksmap import unknown.csv --mapping mine.yaml --as works --dry-run --show 5

            Files may be .geojson, .json, .geojsonl or .csv, also gzipped (.gz), or - for standard input. Other formats that GDAL
            knows (OpenStreetMap extracts, shapefiles, also zipped, GeoPackage, FlatGeobuf, GML, KML, GPX, DXF, …) are read by its
            ogr2ogr, if the package gdal-bin is installed. A mapping says how a source's columns become our properties; a file that already uses our names
            needs none.

            A source that is imported again updates what it said before: a deadline that differs is recorded as moved.
            Columns that no property takes over are for staff only, unless the mapping publishes them (publish: [COLUMN, …]) or, for
            files without one, --publish does. The import lists both kinds; --dry-run shows a few values of each.
            A value that the source no longer states is cleared, unless the mapping keeps it (keeps: [FIELD]). A full list (snapshot: full)
            closes what it lacks, but nothing if it is cut off or not readable, and nothing at all if that were too much at once
            (close_at_most in the mapping, usually 30%; --confirm-closings does it). `worksmap source` shows what came and takes
            it back.
            Bad rows are refused one by one and written to FILE.refused.csv with line and reason; the others come in, and the
            exit status is 2. Of several files the worst decides: 1 if nothing of one came in. Services and contractors that the city did not know are kept and listed. Anything else that is wrong with a file leaves the database as it was.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json
    }

    @OptionGroup var common: CommonOptions

    @Argument(help: "The files, or - for standard input.") var files: [String]

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "What they hold: road_repairs, outages, hazards, schools, districts, roads or basemap. (default: the mapping's `layer`)",
            valueName: "layer"))
    var layer: ImportLayer?

    @Option(help: ArgumentHelp("A mapping by name, or a YAML file.", valueName: "name|file.yaml")) var mapping: String?

    @Option(
        help: ArgumentHelp(
            "The columns that become public although no property takes them over, or all; if not as the mapping says.",
            valueName: "column,…|all"))
    var publish: PublishedColumns?

    @Option(help: "The name of the source, if not the mapping's.") var source: String?

    @Option(help: "Whom the data's licence asks to name on the map, if not as the mapping says.")
    var attribution: String?

    @Option(help: "The moment that the lists are of, in RFC 3339, if the files do not say it.") var observedAt: Instant?

    @Flag(
        help: ArgumentHelp(
            "Let the city's rules decide who deals with new works and by when, where the files leave it open, as they do for reports."
        ))
    var applyRules = false

    @Option(
        help: ArgumentHelp(
            "The folder with the rules, for --apply-rules. (default: rules in the city's folder)", valueName: "dir"))
    var rules: String?

    @Flag(help: "Read and check everything, but keep nothing.") var dryRun = false

    @Flag(help: "Close what a full list lacks, however much that is.") var confirmClosings = false

    @OptionGroup var guide: GuideOptions

    @Flag(help: "End at the first bad row, with nothing imported.") var strict = false

    @Option(
        help: ArgumentHelp(
            "Further layers that an OpenStreetMap extract fills: schools, districts, roads.", valueName: "layer,…"))
    var also: LayerList = LayerList(layers: [])

    @Option(
        help: ArgumentHelp(
            "Which admin_level of an OpenStreetMap extract districts are of. (default: that of the most parts)",
            valueName: "level"))
    var adminLevel: Int?

    @Option(help: ArgumentHelp("The layer to read, if a file has several.", valueName: "name")) var inputLayer: String?

    @Option(
        name: .customLong("class"),
        help: ArgumentHelp(
            "The class of the districts in the files, such as ward, whatever mapping and file say. Each class is a filter of its own.",
            valueName: "name"))
    var districtClass: String?

    @Option(
        help: ArgumentHelp(
            "The coordinate system of the positions, whatever mapping and file say.", valueName: "epsg:n"))
    var crs: String?

    @Option(help: ArgumentHelp("How long ogr2ogr may take.", valueName: "seconds")) var convertSeconds = 1800

    @Option(help: ArgumentHelp("How much memory ogr2ogr may use.", valueName: "megabytes")) var convertMemory = 4096

    @Option(help: ArgumentHelp("How much ogr2ogr may make of a file.", valueName: "megabytes"))
    var convertOutput = 16_384

    @Flag(
        help: ArgumentHelp(
            "Run ogr2ogr even where nothing keeps it from other files and the network, for files that you trust."))
    var allowUnconfinedConverter = false

    @Option(help: "How to print the result: table or json.") var format = Format.table

    func validate() throws {
        if rules != nil, !applyRules { throw ValidationError("--rules is for --apply-rules") }
        if let districtClass, !DistrictClass.isName(districtClass) {
            throw ValidationError("--class: “\(districtClass)” is not \(DistrictClass.rule)")
        }
        if files.isEmpty { throw ValidationError("name at least one file") }
        try guide.validate(files: files, isDryRun: dryRun)
        if let adminLevel { try NumberRange(1...12).check(adminLevel, of: "--admin-level") }
        for (name, value, unit) in [
            ("seconds", convertSeconds, "s"), ("memory", convertMemory, "MB"), ("output", convertOutput, "MB"),
        ] {
            try NumberRange(1...1_000_000, unit: unit).check(value, of: "--convert-\(name)")
        }
        if files.filter({ $0 == "-" }).count > 1 { throw ValidationError("standard input can be read once only") }
    }

    func run() throws {
        try reporting {
            let folder = try ResourceFolders.url(ResourceFolders.geodata).appendingPathComponent("mappings")
            let library = MappingLibrary(folders: [folder.path])
            let mapping = try mapping.map { try library.mapping($0) }
            var conversion = Conversion()
            conversion.limits.seconds = convertSeconds
            conversion.limits.memory = convertMemory
            conversion.limits.output = convertOutput
            conversion.crs = crs
            conversion.layer = inputLayer
            conversion.allowsUnconfined = allowUnconfinedConverter
            if try guide.run(files, as: layer, mapping: mapping, conversion: conversion, json: format == .json) {
                return
            }
            guard let layer = layer ?? mapping?.layer else {
                throw ValidationError(
                    "Missing expected argument '--as <layer>'; a mapping with `layer` spares it: \(mapping == nil ? "none is named" : "this one has none")"
                )
            }
            if districtClass != nil, layer != .reference(.districts) {
                throw ValidationError("--class is for districts (--as districts), and these are \(layer.rawValue)")
            }
            let store = try common.openStore()
            let group = try common.groupNumber()
            var options = Importer.Options()
            options.source = source
            options.attribution = attribution
            options.crs = crs
            options.observedAt = observedAt
            options.isDryRun = dryRun
            options.confirmsClosings = confirmClosings
            options.shownRows = guide.show ?? 0
            options.published = publish
            if applyRules { options.rules = try common.neededRules(rules, of: store) }
            options.knownOrganisations = Set(
                (options.rules ?? (try? common.rules(nil, of: store)))?.routes.map(\.organisation) ?? [])
            options.isStrict = strict
            options.districtClass = districtClass
            let importer = Importer(store: store, options: options)
            var reports: [ImportReport] = []
            var failures: [FailedFile] = []
            for file in files {
                var bar = ProgressBar(file)
                defer { bar.finish() }
                let own: [ImportReport]
                do {
                    own = try importer.importFile(
                        file, as: layer, also: also.layers, mapping: mapping, mappings: library,
                        conversion: conversion, adminLevel: adminLevel
                    ) { progress in
                        bar.show(progress.bytesRead, of: progress.byteCount, rows: progress.rows)
                    }
                } catch {
                    bar.finish()
                    failures.append(FailedFile(file: file, error: error))
                    // The other files have their own faults; what is wrong with the database is wrong for all.
                    if strict || !FailedFile.isOfFile(error) { break } else { continue }
                }
                bar.finish()
                if let group {
                    for case let refused? in own.map(\.refusedFile) { try FileModes.give(refused, to: group) }
                }
                for report in own { Self.tell(about: report) }
                reports += own
            }
            switch format {
            case .table:
                if let count = guide.show {
                    for report in reports { Terminal.show(AccountText.shown(report, count: count)) }
                }
                if !reports.isEmpty { Terminal.show(Self.table(reports).text(width: Terminal.width)) }
            case .json: Terminal.show(json: Self.json(reports, failures))
            }
            for failure in failures { worksmap.tell(failure: failure.error) }
            if !failures.isEmpty { throw ExitCode.couldNotBeDone }
            if reports.contains(where: { $0.refused > 0 }) { throw ExitCode.badInput }
        }
    }

    /// New names that are told on standard error at most; JSON has them all.
    private static let namesShown = 20

    /// What a person should know beside the counts, on standard error.
    static func tell(about report: ImportReport) {
        for note in report.notes { worksmap.tell("\(report.file): \(note)") }
        AccountText.tell(report)
        for (what, count) in report.repairs.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            worksmap.tell("\(report.file): geometry of \(count) row\(count == 1 ? "" : "s") put right: \(what)")
        }
        if let warning = report.farRows.warning { worksmap.tell("\(report.file): \(warning)") }
        if report.districtsAssigned > 0 {
            let count = report.districtsAssigned
            worksmap.tell("\(report.file): \(count) work\(count == 1 ? " is" : "s are") in another district now")
        }
        tell(report.published, "public, under `extra`", of: report)
        tell(report.withheld, "for staff only", of: report)
        for (names, what) in [
            (report.newNames.organisations, "services"), (report.newNames.contractors, "contractors"),
        ] where !names.isEmpty {
            let shown = names.sorted().prefix(Self.namesShown).joined(separator: "; ")
            let more = names.count - Self.namesShown
            worksmap.tell(
                "\(report.file): new to the city, \(names.count) \(what): \(shown)\(more > 0 ? "; and \(more) more" : "")"
            )
        }
        if report.refused > 0 {
            for (reason, count) in report.refusalReasons.all {
                worksmap.tell("\(report.file): \(count) refused: \(reason)")
            }
            if let refused = report.refusedFile { worksmap.tell("\(report.file): the refused rows are in \(refused)") }
        }
        if report.isDryRun { worksmap.tell("\(report.file): nothing was kept (--dry-run)") }
    }

    /// Names columns that no property takes over, a line for each with its values where there are any.
    private static func tell(_ columns: [ImportColumn], _ what: String, of report: ImportReport) {
        guard !columns.isEmpty else { return }
        if report.isDryRun {
            for column in columns {
                let samples = column.samples.map { "“\($0)”" }.joined(separator: ", ")
                worksmap.tell("\(report.file): \(what): \(column.name), in \(column.rows) rows: \(samples)")
            }
        } else {
            worksmap.tell("\(report.file): \(what): \(columns.map(\.name).joined(separator: ", "))")
        }
    }

    private static func write(_ columns: [ImportColumn], to writer: inout JSONWriter) {
        writer.beginArray()
        for column in columns {
            writer.beginObject()
            writer.key("column")
            writer.string(column.name)
            writer.key("rows")
            writer.integer(column.rows)
            writer.key("samples")
            writer.beginArray()
            for sample in column.samples { writer.string(sample) }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
    }

    /// The counts of a report under the names that the interface gives them.
    private static func counts(_ report: ImportReport) -> [(name: String, count: Int)] {
        [
            ("read", report.read), ("inserted", report.inserted), ("updated", report.updated),
            ("unchanged", report.unchanged), ("repaired", report.repaired), ("refused", report.refused),
            ("closed", report.closed), ("skipped", report.skipped), ("deadlines_moved", report.deadlinesMoved),
            ("deadlines_withdrawn", report.deadlinesWithdrawn), ("hidden", report.hidden),
        ]
    }

    static func table(_ reports: [ImportReport]) -> TextTable {
        let names = counts(reports[0]).map(\.name)
        // Several layers of one file are told apart by name.
        let isOneLayer = Set(reports.map(\.layer)).count == 1
        let head: [TextTable.Column] =
            [.init("file", .left, mayShrink: true)] + (isOneLayer ? [] : [.init("layer", .left)])
        var table = TextTable(head + names.map { .init($0) })
        for report in reports {
            table.add(
                [report.file] + (isOneLayer ? [] : [report.layer.rawValue]) + counts(report).map { String($0.count) })
        }
        return table
    }

    /// A file of which nothing came in.
    struct FailedFile {
        var file: String
        var error: any Error

        /// True for errors that say nothing of other files.
        static func isOfFile(_ error: any Error) -> Bool {
            error is InputError || error is MappingError || error is ImportError
        }
    }

    static func json(_ reports: [ImportReport], _ failures: [FailedFile] = []) -> String {
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
            writer.key("repairs")
            writer.beginObject()
            for (what, count) in report.repairs.sorted(by: { $0.key < $1.key }) {
                writer.key(what)
                writer.integer(count)
            }
            writer.endObject()
            writer.key("far_rows")
            writer.beginObject()
            writer.key("count")
            writer.integer(report.farRows.count)
            writer.key("examples")
            writer.beginArray()
            for row in report.farRows.examples {
                writer.beginObject()
                writer.key("line")
                writer.integer(row.line)
                writer.key("place")
                writer.position(row.place)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
            writer.key("districts_assigned")
            writer.integer(report.districtsAssigned)
            writer.key("new_names")
            writer.beginObject()
            for (name, names) in [
                ("organisation", report.newNames.organisations), ("contractor", report.newNames.contractors),
            ] {
                writer.key(name)
                writer.beginArray()
                for name in names.sorted() { writer.string(name) }
                writer.endArray()
            }
            writer.endObject()
            writer.key("list_time")
            if let observed = report.observedAt { writer.string(observed.description) } else { writer.null() }
            writer.key("notes")
            writer.beginArray()
            for note in report.notes { writer.string(note) }
            writer.endArray()
            writer.key("dry_run")
            writer.bool(report.isDryRun)
            AccountText.write(report, to: &writer)
            writer.key("published")
            write(report.published, to: &writer)
            writer.key("private")
            write(report.withheld, to: &writer)
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
        writer.key("failed")
        writer.beginArray()
        for failure in failures {
            writer.beginObject()
            writer.key("file")
            writer.string(failure.file)
            writer.key("error")
            writer.string("\(failure.error)")
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// Names of reference layers, joined by commas.
struct LayerList: ExpressibleByArgument {
    var layers: [ReferenceLayer]

    init(layers: [ReferenceLayer]) { self.layers = layers }

    init?(argument: String) {
        let names = argument.split(separator: ",").map(String.init)
        layers = names.compactMap(ReferenceLayer.init(rawValue:))
        guard layers.count == names.count, !names.isEmpty else { return nil }
    }
}
