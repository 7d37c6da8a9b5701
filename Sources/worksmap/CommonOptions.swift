import ArgumentParser
import Daemon
import Foundation
import Hotspots
import Logging
import Sealing
import SpatiaLiteStore
import Works

/// What every command understands.
struct CommonOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The database file; WORKSMAP_DATABASE in the environment names another default.",
            valueName: "path"))
    var database = CommonOptions.usualDatabase

    /// The database of commands that name none.
    static let usualDatabase = ProcessInfo.processInfo.environment["WORKSMAP_DATABASE"] ?? "worksmap.sqlite"

    @Option(
        name: .long, help: "How much to tell on standard error: trace, debug, info, notice, warning, error, critical.")
    var logLevel: Logger.Level = .info

    @Option(
        help: ArgumentHelp(
            "The city's own folder, in which its key lies. (default: NAME.city beside the database NAME.sqlite)",
            valueName: "dir"))
    var city: String?

    @Option(
        help: ArgumentHelp(
            "The file with the keys of what is private. (default: key in the city's folder)", valueName: "path"))
    var keyFile: String?

    @Option(
        help: ArgumentHelp(
            "The group that may read the database, backups and refused rows; others never may.", valueName: "name"))
    var group: String?

    /// The city's own folder, which need not be there.
    var cityFolder: String { city ?? CityFolder.usual(for: database) }

    /// The file with the keys.
    var keyPath: String { keyFile ?? CityFolder.keyFile(in: cityFolder) }

    /// Options of the store for the database, wherever a copy of it lies.
    var storeOptions: StoreOptions { StoreOptions(keyFile: keyPath, cityFolder: city) }

    /// Number of the group that was named; nil if none was.
    func groupNumber() throws -> gid_t? { try group.map(FileGroup.number(of:)) }

    /// The store in the database file, which must exist. Tells what whoever runs the program should know of it.
    func openStore(readOnly: Bool = false) throws -> SpatiaLiteStore {
        try reporting {
            let group = try groupNumber()
            let hadKey = KeyFile(path: keyPath).stamp != nil
            let store = try SpatiaLiteStore.open(at: database, readOnly: readOnly, options: storeOptions)
            if !hadKey, store.keyFile.stamp != nil {
                tell("\(database): what is private is sealed from now on; \(Self.advice(on: keyPath))")
            }
            if let group { try FileModes.give(database, to: group) }
            for remark in try store.remarks() { tell(remark) }
            return store
        }
    }

    /// Advice on a key file that has just been made.
    static func advice(on keyPath: String) -> String {
        "its key is \(keyPath): keep a copy of it in a safe place, apart from the backups"
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
