import ArgumentParser
import Foundation
import Logging
import SpatiaLiteStore
import Works

/// What every command understands.
struct CommonOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The database file; WORKSMAP_DATABASE in the environment names another default.",
            valueName: "path"))
    var database: String = ProcessInfo.processInfo.environment["WORKSMAP_DATABASE"] ?? "worksmap.sqlite"

    @Option(
        name: .long, help: "How much to tell on standard error: trace, debug, info, notice, warning, error, critical.")
    var logLevel: Logger.Level = .info

    /// The store in the database file, which must exist.
    func openStore(readOnly: Bool = false) throws -> SpatiaLiteStore {
        try reporting { try SpatiaLiteStore.open(at: database, readOnly: readOnly) }
    }

    /// A logger that writes to standard error.
    func logger() -> Logger {
        var logger = Logger(label: "worksmap") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel
        return logger
    }
}
