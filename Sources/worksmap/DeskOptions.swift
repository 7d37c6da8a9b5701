import ArgumentParser
import Foundation
import Geometry
import MapServer

/// How the service takes reports.
struct DeskOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder with the city's rules. (default: the program's own)", valueName: "dir"))
    var rules: String?

    @Option(
        help: ArgumentHelp("An api_key that Open311 clients must give to report; may be repeated.", valueName: "key"))
    var open311Key: [String] = []

    @Option(help: "The only jurisdiction_id that Open311 answers to.")
    var jurisdiction: String?

    @Option(help: "How many reports an address may send in a minute; 0 is without limit.")
    var reportsPerMinute = 30

    @Option(help: "How many days reporters' contacts are kept after their works were closed.")
    var contactsKept = 180

    func validate() throws {
        try NumberRange(0...1_000_000).check(reportsPerMinute, of: "--reports-per-minute")
        try NumberRange(0...36_500, unit: "days").check(contactsKept, of: "--contacts-kept")
    }

    func configuration() throws -> DeskConfiguration {
        var configuration = DeskConfiguration()
        configuration.rules =
            try rules.map { URL(fileURLWithPath: $0, isDirectory: true) }
            ?? ResourceFolders.url(ResourceFolders.geodata).appendingPathComponent("rules", isDirectory: true)
        configuration.open311Keys = Set(open311Key)
        configuration.jurisdiction = jurisdiction
        configuration.reportsPerMinute = reportsPerMinute
        configuration.contactsKept = Int64(contactsKept) * 86_400
        return configuration
    }
}
