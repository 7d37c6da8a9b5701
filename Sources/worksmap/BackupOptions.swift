import ArgumentParser
import Foundation
import Geometry
import Logging
import SpatiaLiteStore
import Works

/// Options of the backups that the service makes.
struct BackupOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder for scheduled backups, best on another disk. (default: none are made)", valueName: "dir"))
    var backupTo: String?

    @Option(help: ArgumentHelp("The time between two backups, such as 30m, 1h or 1d.", valueName: "time"))
    var backupEvery = Lifetime(seconds: 3600)

    @Option(
        help: ArgumentHelp(
            "For how long one backup an hour, one a day and one a week are kept.", valueName: "hours,days,weeks"))
    var backupKeep = KeptBackups()

    @Option(
        help: ArgumentHelp(
            "For how long any second can be restored, by a journal beside the backups; 0d keeps none.",
            valueName: "time"))
    var backupJournal = KeptJournal(seconds: 3 * 86_400)

    @Option(
        help: ArgumentHelp(
            "The public key (age1… or SSH) for which backups and journal are encrypted, by the program age.",
            valueName: "key"))
    var backupRecipient: String?

    func validate() throws {
        if let backupRecipient, !AgeCipher.isRecipient(backupRecipient) {
            throw ValidationError("--backup-recipient: a public key of age (age1…) or SSH is wanted")
        }
        guard backupTo == nil, backupRecipient != nil else { return }
        throw ValidationError("--backup-recipient goes with --backup-to")
    }

    /// The job that makes them; nil if none are wanted.
    ///
    /// - Throws: ``Failure`` if the folder cannot be made.
    func job(_ store: SpatiaLiteStore, _ common: CommonOptions, _ logger: Logger) throws -> BackupJob? {
        guard let backupTo else { return nil }
        guard mkdir(backupTo, 0o750) == 0 || errno == EEXIST else {
            throw Failure("--backup-to \(backupTo): cannot be made: \(String(cString: strerror(errno)))")
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: backupTo, isDirectory: &isFolder), isFolder.boolValue else {
            throw Failure("--backup-to \(backupTo): that is a file; a folder is wanted")
        }
        let plan = BackupPlan(
            folder: backupTo, interval: Int(backupEvery.seconds), retention: backupKeep.retention,
            journalWindow: Int(backupJournal.seconds), recipient: backupRecipient, group: try common.groupNumber())
        return BackupJob(store, plan: plan) { level, message in
            switch level {
            case .notice: logger.notice("\(message)")
            case .error: logger.error("\(message)")
            }
        }
    }
}

/// `24h,7d,4w`: any of the three may be left out.
struct KeptBackups: ExpressibleByArgument {
    var retention = BackupRetention()

    init() {}

    init?(argument: String) {
        var retention = BackupRetention(hours: 0, days: 0, weeks: 0)
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let unit = part.last, let count = try? NumberRange(0...10_000).number(part.dropLast()) else {
                return nil
            }
            switch unit {
            case "h": retention.hours = count
            case "d": retention.days = count
            case "w": retention.weeks = count
            default: return nil
            }
        }
        self.retention = retention
    }

    var defaultValueDescription: String { "\(retention.hours)h,\(retention.days)d,\(retention.weeks)w" }
}

/// As ``Lifetime``, but may be nothing.
struct KeptJournal: ExpressibleByArgument {
    var seconds: Int64

    init(seconds: Int64) { self.seconds = seconds }

    init?(argument: String) {
        guard let seconds = Lifetime(argument: argument)?.seconds else {
            guard ["0", "0d", "0h"].contains(argument) else { return nil }
            self.seconds = 0
            return
        }
        self.seconds = seconds
    }

    var defaultValueDescription: String { Lifetime(seconds: seconds).defaultValueDescription }
}
