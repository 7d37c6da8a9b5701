import ArgumentParser
import Fetching
import Foundation
import Hotspots
import Interchange
import Works

/// `worksmap source fetch`
struct SourceFetchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Fetch a source of sources.yaml now, and import what came.",
        discussion: """
            Examples:
              worksmap source fetch roadworks
              worksmap source fetch roadworks --dry-run
              worksmap source fetch roadworks --force --format json
              worksmap source fetch roadworks --confirm-closings

            The sources are described in sources.yaml of the city's folder; docs/sources.md is a course. `serve` fetches them by itself;
            this is for the first time, and to see what is wrong. A list that has not changed since it came last is not imported
            again, unless --force is given. While another program fetches the source the command ends with status 1.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The source.") var name: String

    @Flag(help: "Fetch and check everything, but keep nothing.") var dryRun = false

    @Flag(help: "Import the list even if it has not changed.") var force = false

    @Flag(help: "Close what a full list lacks even if that is a large share of the source's works.")
    var confirmClosings = false

    @Option(help: "How to print the result: table or json.") var format = ImportCommand.Format.table

    func run() async throws {
        try await reporting {
            let store = try common.openStore()
            let surroundings = try SourceSurroundings(common, store)
            let schedule = try Self.schedule(name, surroundings)
            var options = SourceRun.Options()
            options.isDryRun = dryRun
            options.isForced = force
            options.confirmsClosings = confirmClosings
            let result = try await SourceRun(of: schedule, in: surroundings, options: options).run()
            if let remark = result.remark { tell("\(name): \(remark)") }
            for report in result.reports { ImportCommand.tell(about: report) }
            switch format {
            case .table where result.reports.isEmpty: tell("\(name): nothing has changed since the last list")
            case .table: Terminal.show(ImportCommand.table(result.reports).text(width: Terminal.width))
            case .json: Terminal.show(json: ImportCommand.json(result.reports))
            }
            if result.reports.contains(where: { $0.refused > 0 }) { throw ExitCode.badInput }
        }
    }

    /// The schedule of this name.
    private static func schedule(_ name: String, _ surroundings: SourceSurroundings) throws -> SourceSchedule {
        let file = SourcesFile(in: surroundings.cityFolder)
        let schedules = try file.read()
        let conflicts = surroundings.conflicts(in: schedules)
        guard conflicts.isEmpty else { throw Failure(conflicts.joined(separator: "\n")) }
        if let schedule = schedules.first(where: { $0.name == name }) { return schedule }
        throw Failure(
            schedules.isEmpty
                ? "\(file.path): there is no such file, or no source in it; docs/sources.md says how to write it"
                : "\(file.path): there is no source \(name); there are \(schedules.map(\.name).joined(separator: ", "))"
        )
    }
}

extension SourceSurroundings {
    /// The folder and the store of a command, and the mappings of the program.
    init(_ common: CommonOptions, _ store: any WorksStore) throws {
        let mappings = try ResourceFolders.url(ResourceFolders.geodata).appendingPathComponent("mappings")
        self.init(
            cityFolder: URL(fileURLWithPath: common.cityFolder, isDirectory: true), store: store,
            mappings: mappings.path)
        knownOrganisations = Set((try? common.rules(nil, of: store))?.routes.map(\.organisation) ?? [])
        userAgent = "WorksMap/\(Version.text)"
    }
}
