import ArgumentParser
import Daemon
import Foundation
import Hotspots

/// The program: one subcommand for each thing that an operator, an engineer or a planner does.
@main
struct WorksMapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worksmap",
        abstract: "A public map of a city's works: road repairs, outages and hazards, each with its deadline.",
        discussion: """
            Start with the demo city:
              worksmap demo
            or with a city's own files:
              worksmap init
              worksmap import districts.geojson --as districts
              worksmap import requests.csv.gz --as hazards --mapping boston-311
              worksmap serve

            The database is worksmap.sqlite in the current folder unless --database or WORKSMAP_DATABASE says otherwise.
            Results go to standard output, messages to standard error. Exit status: 0 done, 1 could not be done,
            2 bad input data (the good rows are in), 64 bad usage.
            """,
        version: Version.text,
        subcommands: [
            DemoCommand.self, InitCommand.self, CityCommand.self, ImportCommand.self, ExportCommand.self,
            FilterCommand.self,
            ServeCommand.self,
            RenderCommand.self, HotspotsCommand.self, ReportCommand.self, WorkCommand.self, RulesCommand.self,
            VocabularyCommand.self,
            TokenCommand.self, KeyCommand.self, PersonCommand.self, SourceCommand.self,
            BackupCommand.self,
            RestoreCommand.self, CheckCommand.self, LayerCommand.self,
        ])

    static func main() async {
        StandardStreams.fillGaps()
        guard Processor.isSufficient else {
            tell(
                "worksmap: this processor lacks the AVX2 instructions, which the rasterizer is built for; x86-64 servers since about 2015 have them"
            )
            Foundation.exit(ExitCode.couldNotBeDone.rawValue)
        }
        var asked: (any ParsableCommand.Type)?
        do {
            var command = try await asyncParseAsRoot()
            asked = type(of: command)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: error, of: asked)
        }
        guard fflush(nil) == 0 else {
            tell("worksmap: standard output: cannot be written: \(String(cString: strerror(errno)))")
            Foundation.exit(ExitCode.couldNotBeDone.rawValue)
        }
    }

    /// Ends the program as the parser does, but for words of the command line that a terminal would obey.
    ///
    /// - Parameter command: The command whose usage is told; nil as long as no command is known.
    private static func end(with error: any Error, of command: (any ParsableCommand.Type)?) -> Never {
        let code = exitCode(for: error)
        guard !code.isSuccess else { exit(withError: error) }
        let message = command.map { usageMessage(for: error, of: $0) } ?? fullMessage(for: error)
        if !message.isEmpty {
            FileHandle.standardError.write(Data((message.escapedForTerminal(keeping: "\n") + "\n").utf8))
        }
        fflush(nil)
        Foundation.exit(code.rawValue)
    }

    /// The message of a command, with its usage under its whole name.
    private static func usageMessage(for error: any Error, of command: any ParsableCommand.Type) -> String {
        let message = command.fullMessage(for: error)
        guard let path = path(to: command, from: Self.self) else { return message }
        let (name, whole) = (path.last ?? "", path.joined(separator: " "))
        return message.replacing("Usage: \(name) ", with: "Usage: \(whole) ")
            .replacing("See '\(name) --help'", with: "See '\(whole) --help'")
    }

    /// The name that the parser gives a command of a type without one: `set-status` of `SetStatus`.
    private static func hyphenated(_ type: String) -> String {
        type.reduce(into: "") { name, letter in
            if letter.isUppercase, !name.isEmpty { name.append("-") }
            name.append(letter.lowercased())
        }
    }

    /// The names from the program's to a command's; nil if it is none of its commands.
    private static func path(to wanted: any ParsableCommand.Type, from command: any ParsableCommand.Type) -> [String]? {
        let name = command.configuration.commandName ?? hyphenated(String(describing: command))
        if command == wanted { return [name] }
        for subcommand in command.configuration.subcommands {
            if let rest = path(to: wanted, from: subcommand) { return [name] + rest }
        }
        return nil
    }
}

/// Which program this is.
enum Version {
    static let text = "0.1.0"
}
