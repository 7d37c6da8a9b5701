import ArgumentParser
import Daemon
import Foundation
import Hotspots
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

    /// A logger that never blocks.
    func logger(_ writer: LogWriter) -> Logger {
        var logger = Logger(label: "worksmap") { StreamLogHandler(label: $0, stream: LogStream(writer: writer)) }
        logger.logLevel = logLevel
        return logger
    }
}

/// Stream of the log: each entry is one line, whatever a client or a file has put into it.
private struct LogStream: TextOutputStream, Sendable {
    let writer: LogWriter

    mutating func write(_ entry: String) {
        let line = entry.hasSuffix("\n") ? String(entry.dropLast()) : entry
        writer.write(line.escapedForTerminal() + "\n")
    }
}
