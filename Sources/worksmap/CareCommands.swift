import ArgumentParser
import SpatiaLiteStore

/// `worksmap backup`
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy the database to a file while it is in use.",
        discussion: """
            Example:
              worksmap backup /var/backups/worksmap-$(date +%F).sqlite

            The copy is whole and of one moment. A file of that name is replaced once the copy is complete.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The file to write.") var file: String

    func run() throws {
        try reporting {
            let store = try common.openStore(readOnly: true)
            try store.backup(to: OutputFile.target(of: file))
            tell("\(common.database) copied to \(file)")
        }
    }
}

/// `worksmap restore`
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Bring a backup to the place of the database.",
        discussion: """
            Example:
              worksmap restore /var/backups/worksmap-2026-11-23.sqlite

            The backup is only read, and checked first. What the database holds now is replaced; a running service shows
            the restored state within a second. A file that is damaged, cut off or empty is set aside, as
            PATH.damaged-TIME; a service that has that one open must be started again.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The backup to bring back.") var file: String

    func run() throws {
        try reporting {
            if let damaged = try SpatiaLiteStore.restore(file, to: common.database) {
                tell("\(common.database) could not be read; it is kept as \(damaged)")
            }
            tell("\(common.database) is now as in \(file)")
        }
    }
}

/// `worksmap check`
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Look for damage in the database.",
        discussion: """
            Reads the whole file: pages, indexes, the ledger against the works. Prints what it finds, one line each, and
            ends with status 1 if that is anything.
            """)

    @OptionGroup var common: CommonOptions

    func run() throws {
        try reporting {
            let findings = try common.openStore(readOnly: true).check()
            guard !findings.isEmpty else { return tell("\(common.database): all is well") }
            for finding in findings { Terminal.show("\(finding)\n") }
            throw ExitCode.couldNotBeDone
        }
    }
}
