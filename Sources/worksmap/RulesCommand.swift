import ArgumentParser
import Foundation
import Geometry
import Hotspots
import Interchange
import Works

/// `worksmap rules`
struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "Check the city's rules, or ask what they would decide.",
        discussion: """
            Examples:
              worksmap rules check
              worksmap rules explain --category pothole --at 47.37,54.54

            The rules are the folder rules in the city's folder; the demo city has the program's own.
            """,
        subcommands: [Check.self, Explain.self, New.self])

    /// Where the rules are.
    struct Options: ParsableArguments {
        @Option(
            help: ArgumentHelp("The folder with the rules. (default: rules in the city's folder)", valueName: "dir"))
        var rules: String?
    }

    /// The folder of the program's own rules: the catalogue of categories, and the demo city's services and promises.
    static func catalogue() throws -> URL {
        try ResourceFolders.url(ResourceFolders.geodata).appendingPathComponent("rules", isDirectory: true)
    }

    /// `worksmap rules check`
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what is wrong in the rule files, each fault with its file and line.",
            discussion: """
                Examples:
                  worksmap rules check
                  worksmap rules check --rules city.city/rules
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var options: Options

        func run() throws {
            try reporting {
                // Rules in a folder of their own are checked without a city.
                let isAlone = options.rules != nil && !FileManager.default.fileExists(atPath: common.database)
                let book = try common.neededRules(options.rules, of: isAlone ? nil : common.openStore(readOnly: true))
                tell(
                    "the rules are sound: \(book.categories.count) categories, \(book.routes.count) routes, "
                        + "\(book.limits.count) limits, \(book.duplicates.count) rules for duplicates")
                for remark in book.remarks { tell("worth a look: \(remark)") }
            }
        }
    }

    /// `worksmap rules explain`
    struct Explain: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say who would get a report, and by when it would have to be done.",
            discussion: """
                Example:
                  worksmap rules explain --category pothole --at 47.37,54.54
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var options: Options
        @Option(help: "A category code of the catalogue.") var category: String
        @Option(parsing: .unconditional, help: "The place as LON,LAT in degrees.") var at: Place
        @Option(help: "minor, moderate or severe. (default: as the catalogue has it)") var severity: Severity?

        func run() throws {
            try reporting {
                let store = try common.openStore(readOnly: true)
                let book = try common.neededRules(options.rules, of: store)
                let district = try DistrictIndex(store).district(at: at.coordinate)
                let now = Instant.now
                guard
                    let decision = book.decide(
                        category: category, district: district, severity: severity, reportedAt: now)
                else {
                    throw Failure(
                        "no category \(category) in the catalogue; there are \(book.categories.map(\.code).joined(separator: ", "))"
                    )
                }
                let lines = [
                    "category:     \(decision.category) (\(decision.kind.rawValue), \(decision.severity.rawValue))",
                    "district:     \(district ?? "none")",
                    "organisation: \(decision.organisation ?? "none") "
                        + "(\(decision.route.map { "route \($0 + 1)" } ?? "no route fits"))",
                    "due:          \(decision.dueAt?.description ?? "none") "
                        + "(\(decision.limit.map { "limit \($0 + 1): \(book.limits[$0].limit)" } ?? "no limit fits"))",
                    "moderation:   \(decision.needsModeration ? "a dispatcher looks at it first" : "no, it is public at once")",
                ]
                Terminal.show(lines.map { $0.escapedForTerminal() + "\n" }.joined())
            }
        }
    }
}

extension RulesCommand {
    /// `worksmap rules new`
    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make rules to begin with in the city's folder.",
            discussion: """
                Example:
                  worksmap rules new --database city.sqlite

                The files have the usual categories and no services and promises; comments say how to write those. A
                file that is there stays as it is.
                """)

        @OptionGroup var common: CommonOptions

        func run() throws {
            try reporting {
                let made = try CityTemplate.write(to: common.cityFolder)
                tell(
                    made.isEmpty
                        ? "\(common.cityFolder): the rules are all there, nothing is changed"
                        : "made \(made.joined(separator: ", ")) in \(common.cityFolder)")
            }
        }
    }
}

/// A position as people type it: `LON,LAT`.
struct Place: ExpressibleByArgument {
    var coordinate: Coordinate

    init?(argument: String) {
        let parts = argument.split(separator: ",").map { Double($0.trimmingCharacters(in: .whitespaces)) }
        guard parts.count == 2, let longitude = parts[0], let latitude = parts[1] else { return nil }
        coordinate = Coordinate(longitude: longitude, latitude: latitude)
        guard coordinate.isValid else { return nil }
        coordinate = coordinate.rounded
    }
}
