import ArgumentParser
import Foundation
import Geometry
import MapServer
import Works

/// How the service takes reports.
struct DeskOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The folder with the city's rules. (default: rules in the city's folder)", valueName: "dir"))
    var rules: String?

    @Option(
        help: ArgumentHelp(
            "A file with the api_keys, one a line, of which Open311 clients must give one to report; "
                + "WORKSMAP_OPEN311_KEYS in the environment holds them too.",
            valueName: "file"))
    var open311KeysFile: String?

    @Option(
        help: ArgumentHelp(
            "As --open311-keys-file, but seen by everybody who lists processes; may be repeated.", valueName: "key",
            visibility: .hidden))
    var open311Key: [String] = []

    @Option(help: "The only jurisdiction_id that Open311 answers to.")
    var jurisdiction: String?

    @Option(help: "How many reports an address may send in a minute; 0 is without limit.")
    var reportsPerMinute = 30

    @Option(help: "How many requests that change works a token may send in a minute; 0 is without limit.")
    var changesPerMinute = 1200

    @Option(help: "How many days reporters' contacts are kept after their works were closed or their reports refused.")
    var contactsKept = 180

    @Option(help: "How many days reporters' contacts are kept after the last change of a work that nobody closes.")
    var openContactsKept = 730

    @Option(help: "How many days text and place of a refused report are kept.")
    var reportsKept = 180

    @Option(help: "How many days a report waits for a decision until it counts as refused and is erased.")
    var waitingReportsKept = 730

    func validate() throws {
        try NumberRange(0...1_000_000).check(reportsPerMinute, of: "--reports-per-minute")
        try NumberRange(0...1_000_000).check(changesPerMinute, of: "--changes-per-minute")
        let days = NumberRange(0...36_500, unit: "days")
        try days.check(contactsKept, of: "--contacts-kept")
        try days.check(openContactsKept, of: "--open-contacts-kept")
        try days.check(reportsKept, of: "--reports-kept")
        try days.check(waitingReportsKept, of: "--waiting-reports-kept")
    }

    func configuration(_ common: CommonOptions, _ store: any WorksStore) throws -> DeskConfiguration {
        var configuration = DeskConfiguration()
        configuration.rules = try common.rulesFolder(rules, of: store)
        configuration.open311Keys = try open311Keys()
        configuration.jurisdiction = jurisdiction
        configuration.reportsPerMinute = reportsPerMinute
        configuration.retention = retention
        configuration.changesPerMinute = changesPerMinute
        return configuration
    }

    private var retention: Retention {
        Retention(
            contactsOfClosedWorks: Int64(contactsKept) * Retention.day,
            contactsOfOpenWorks: Int64(openContactsKept) * Retention.day,
            refusedReports: Int64(reportsKept) * Retention.day,
            waitingReports: Int64(waitingReportsKept) * Retention.day)
    }

    /// The keys of the file, of the environment and of the command line together.
    ///
    /// - Throws: ``Failure`` if there should be keys and are none: nobody who wants keys means to do without.
    private func open311Keys() throws -> Set<String> {
        var keys = Set(open311Key)
        if !open311Key.isEmpty {
            tell(
                "--open311-key shows its key to everybody who lists processes; "
                    + "use --open311-keys-file or WORKSMAP_OPEN311_KEYS")
        }
        func add(_ text: String, from place: String) throws {
            let found = text.split(whereSeparator: { $0.isWhitespace || $0 == "," }).map(String.init)
            guard !found.isEmpty else { throw Failure("\(place): no api_key is in it") }
            keys.formUnion(found)
        }
        if let file = open311KeysFile {
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                throw Failure("--open311-keys-file \(file): cannot be read as text")
            }
            let lines = text.split(whereSeparator: \.isNewline).filter {
                !$0.trimmingCharacters(in: .whitespaces).hasPrefix("#")
            }
            try add(lines.joined(separator: "\n"), from: "--open311-keys-file \(file)")
            var status = stat()
            if stat(file, &status) == 0, status.st_mode & 0o004 != 0 {
                tell("--open311-keys-file \(file): everybody on this machine can read it; chmod 640 it")
            }
        }
        if let text = ProcessInfo.processInfo.environment["WORKSMAP_OPEN311_KEYS"] {
            try add(text, from: "WORKSMAP_OPEN311_KEYS")
        }
        return keys
    }
}
