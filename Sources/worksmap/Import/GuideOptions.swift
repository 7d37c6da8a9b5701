import ArgumentParser
import Foundation
import Geometry
import Interchange
import Works

/// Options of `worksmap import` for whoever writes a mapping: they read and write nothing into the database.
struct GuideOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "Only say what is in the files: columns, kinds, times, place, ids, and what looks personal. No database is needed."
        ))
    var describe = false

    @Flag(
        help: ArgumentHelp(
            "Only print a mapping for the file, with a comment at each guess: … --suggest-mapping FILE > m.yaml. No database is needed."
        ))
    var suggestMapping = false

    @Option(
        help: ArgumentHelp("With --dry-run, print so many rows as they would become works.", valueName: "rows"))
    var show: Int?

    /// True if nothing is imported.
    var isAlone: Bool { describe || suggestMapping }

    func validate(files: [String], isDryRun: Bool) throws {
        if describe, suggestMapping { throw ValidationError("choose one of --describe and --suggest-mapping") }
        if suggestMapping, files.count != 1 { throw ValidationError("--suggest-mapping is for one file") }
        if let show {
            try NumberRange(1...1000).check(show, of: "--show")
            guard isDryRun else { throw ValidationError("--show is for --dry-run") }
        }
    }

    /// Describes files or suggests a mapping for one; false if neither was asked for.
    func run(
        _ files: [String], as layer: ImportLayer?, mapping: Mapping?, conversion: Conversion, json: Bool
    ) throws -> Bool {
        guard isAlone else { return false }
        var survey = FileSurvey()
        survey.conversion = conversion
        survey.encoding = mapping?.encoding
        survey.delimiter = mapping?.delimiter
        if suggestMapping {
            let catalogue = (try? RuleBookReader(folder: RulesCommand.catalogue()).read())?.categories ?? []
            let suggestion = MappingSuggestion(try survey.describe(files[0]), layer: layer, catalogue: catalogue)
            Terminal.show(suggestion.yaml)
            return true
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("files")
        writer.beginArray()
        for (index, file) in files.enumerated() {
            let description = try survey.describe(file)
            if json {
                description.write(to: &writer)
            } else {
                Terminal.show((index > 0 ? "\n" : "") + DescriptionText(file: description).text(width: Terminal.width))
            }
        }
        writer.endArray()
        writer.endObject()
        if json { Terminal.show(json: String(decoding: writer.bytes, as: UTF8.self)) }
        return true
    }
}
