import ArgumentParser
import Foundation
import SpatiaLiteStore
import Works

/// `worksmap restore`
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Bring a backup to the place of the database.",
        discussion: """
            Examples:
              worksmap restore /var/backups/worksmap-2026-11-23.sqlite
              worksmap restore /var/backups/worksmap                              (the newest state)
              worksmap restore /var/backups/worksmap --to 2026-11-30T14:05:00Z
              worksmap restore /var/backups/worksmap --identity age-identity.txt

            Of a folder that `serve --backup-to` writes to, the newest state is restored that its backups and the journal
            beside them hold, or with --to that of a moment.

            The backup is only read, and checked first. What the database holds now is replaced; a running service shows
            the restored state within a second. A file that is damaged, cut off or empty is set aside, as
            PATH.damaged-TIME; a service that has that one open must be started again. The key file must be the one with
            which the backup was made, or have its line: without it all that is public comes back, and is shown.

            What was erased and revoked since the backup stays so: it is known from the database that is replaced and from
            the file `erasures` in the city's folder, and taken away again. Where neither can be read nothing is restored,
            unless --without-erasures says so.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The backup to bring back, or a folder of scheduled ones.") var file: String
    @Option(
        name: .customLong("to"),
        help: ArgumentHelp(
            "The moment whose state is wanted, by the journal beside the backups: RFC 3339, a date, or an age (2h).",
            valueName: "time"))
    var target: PointInTime?
    @Option(help: ArgumentHelp("The file with the identity of age that opens encrypted backups.", valueName: "file"))
    var identity: String?
    @Flag(help: "Restore although it is not known what was erased and revoked since the backup.")
    var withoutErasures = false

    func run() throws {
        try reporting {
            let group = try common.groupNumber()
            let restoration = try SpatiaLiteStore.restore(
                file, to: common.database, options: common.storeOptions, withoutErasures: withoutErasures,
                at: target?.last(in: clock), identity: identity)
            if let damaged = restoration.setAside {
                tell("\(common.database) could not be read; it is kept as \(damaged)")
            }
            tell("\(common.database) is now as in \(file)")
            for line in Self.lines(of: restoration) { tell(line) }
            let store = try SpatiaLiteStore.open(at: common.database, readOnly: true, options: common.storeOptions)
            if let group { try FileModes.give(common.database, to: group) }
            for remark in try store.remarks() { tell(remark) }
        }
    }

    /// The city's clock, as the database that is replaced has it; the machine's where that cannot be read.
    private var clock: TimeZone {
        guard target != nil,
            let store = try? SpatiaLiteStore.open(at: common.database, readOnly: true, options: common.storeOptions)
        else { return .current }
        defer { try? store.close() }
        return (try? store.timeZone) ?? .current
    }

    /// Further lines for the operator.
    private static func lines(of restoration: Restoration) -> [String] {
        var lines: [String] = []
        if let state = restoration.state { lines.append("the state is that of \(state)") }
        if restoration.endsEarlier { lines.append("the journal holds nothing later than that") }
        if !restoration.isSealed {
            lines.append(
                "the backup has no seal (an older program's, or a database): bits that changed are not noticed")
        }
        let files = restoration.cityFiles
        if files.written > 0 { lines.append("\(files.written) files of the city's folder came back") }
        if let problem = files.problem { lines.append("files of the city's folder did not come back: \(problem)") }
        let taken = restoration.takenAway.filter { $0.value > 0 }.sorted { $0.key < $1.key }
        if !taken.isEmpty {
            let list = taken.map { kind, count in "\(count) \(words(for: kind))" }.joined(separator: ", ")
            lines.append("taken away again, as it was erased or revoked since the backup: \(list)")
        }
        if restoration.isJournalCut {
            lines.append(
                "the last line of \(restoration.journal) was cut and is passed over: that erasure was never finished")
        }
        if !restoration.brokenLines.isEmpty {
            let numbers = restoration.brokenLines.map(String.init).joined(separator: ", ")
            lines.append("\(restoration.journal), line \(numbers): cannot be read and is passed over")
        }
        if !restoration.isComplete {
            lines.append(
                "it is not known what was erased and revoked since the backup: bring \(restoration.journal) back and restore once more, "
                    + "or revoke tokens (`worksmap token revoke`) and erase people (`worksmap person erase`) anew")
        }
        if let lost = restoration.lostTokens {
            for token in lost {
                lines.append("token \(token.id) (\(token.name)) was made after the backup and is gone: make a new one")
            }
        } else {
            lines.append("tokens that were made after the backup are gone: make new ones (`worksmap token create`)")
        }
        return lines
    }

    private static func words(for kind: Erasure.Kind) -> String {
        switch kind {
        case .contact: "contacts of works"
        case .followers: "works' networks of followers"
        case .report: "reports"
        case .reportContact: "contacts of reports"
        case .reportText: "texts of reports"
        case .token: "tokens"
        case .hidden: "hidden works"
        case .redacted: "redacted texts"
        default: kind.rawValue
        }
    }
}
