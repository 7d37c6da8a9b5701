import ArgumentParser
import Geometry
import Hotspots
import SpatiaLiteStore

/// `worksmap check`
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Look for damage in the database.",
        discussion: """
            Reads the whole file: pages, indexes, the ledger against the works, and whether what is sealed opens with
            the key file. A backup is also compared with the digests that it was written with, so that one bit that has
            changed since is noticed. Prints what it finds, one line each, and ends with status 1 if that is anything.

            With --security it looks at what may be seen by whom instead: rights of files, the public address, tokens
            without an end, categories that are public unread, and published values that look like e-mail addresses,
            telephone numbers and names of people. It ends with status 1 if anything of that is serious.

            Examples:
              worksmap check
              worksmap check --security --public-url https://works.example.org --format json
            """)

    @OptionGroup var common: CommonOptions
    @Flag(help: "Look at what may be seen by whom.") var security = false
    @Option(
        name: .customLong("public-url"),
        help: ArgumentHelp(
            "With --security: the address that the service has. (default: what it was last served with)",
            valueName: "url"))
    var publicURL: String?
    @Option(
        help: ArgumentHelp(
            "With --security: the folder with the city's rules. (default: rules in the city's folder)", valueName: "dir"
        ))
    var rules: String?
    @Option(help: "With --security: table, which is one line each, or json.") var format = ListFormat.table

    func validate() throws {
        guard security || (publicURL == nil && rules == nil && format == .table) else {
            throw ValidationError("--public-url, --rules and --format go with --security")
        }
    }

    func run() throws {
        if security { return try reporting { try checkSecurity() } }
        try reporting {
            var findings = try SpatiaLiteStore.checkSeal(common.database)
            let store = try common.openStore(readOnly: true)
            if findings.isEmpty { findings = try store.check() }
            if !store.isPublicCopy {
                let states = try store.keyStates().filter { !$0.isInFile && $0.values > 0 }
                for key in states {
                    tell("\(key.values) values are sealed with key \(key.id), which the key file does not have")
                }
            }
            guard !findings.isEmpty else { return tell("\(common.database): all is well") }
            for finding in findings { Terminal.show("\(finding)\n") }
            throw ExitCode.couldNotBeDone
        }
    }

    private func checkSecurity() throws {
        let store = try common.openStore(readOnly: true)
        let findings = try SecurityCheck(
            database: common.database, cityFolder: common.cityFolder, store: store, publicURL: publicURL,
            rules: try common.rules(rules, of: store)
        ).findings()
        let serious = findings.count { $0.severity == .serious }
        if format == .json {
            let document: JSONValue = [
                "serious": .integer(serious), "findings": .array(findings.map(\.json)),
            ]
            Terminal.show(json: document.description)
        } else {
            for finding in findings { Terminal.show(finding.line.escapedForTerminal() + "\n") }
            if findings.isEmpty { tell("\(common.database): nothing to see") }
        }
        if serious > 0 { throw ExitCode.couldNotBeDone }
    }
}
