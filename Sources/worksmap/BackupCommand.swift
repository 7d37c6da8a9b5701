import ArgumentParser
import Foundation
import Geometry
import Hotspots
import SpatiaLiteStore
import Works

/// `worksmap backup`
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy the database to a file while it is in use, or list a folder of backups.",
        discussion: """
            Examples:
              worksmap backup /var/backups/worksmap-$(date +%F).sqlite
              worksmap backup --public works.sqlite
              worksmap backup list /var/backups/worksmap

            The copy is whole and of one moment, and is read back before it takes its name. It holds the files of the
            city's folder too, sealed, but for the key and `erasures`. A file of that name is replaced once the copy is
            complete. What is private stays sealed in it: whoever wants to read it needs the key file, which is not in
            the copy. With --public it has no private table and no file at all: a file to give away, which `serve` shows
            without reports and staff. A file that is called list is ./list.
            """,
        subcommands: [BackupFileCommand.self, BackupListCommand.self], defaultSubcommand: BackupFileCommand.self)
}

/// `worksmap backup FILE`
struct BackupFileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "file", abstract: "Copy the database to a file; the word may be left out.",
        discussion: """
            Examples:
              worksmap backup /var/backups/worksmap-$(date +%F).sqlite
              worksmap backup file ./list
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The file to write.") var file: String
    @Flag(name: .customLong("public"), help: "Leave out everything that is private.") var isPublic = false

    func run() throws {
        try reporting {
            let store = try common.openStore(readOnly: true)
            let target = try OutputFile.target(of: file)
            UnfinishedFile.clean(beside: target)
            let group = try common.groupNumber()
            guard !isPublic else {
                try store.publicCopy(to: target, group: group)
                return tell("what is public in \(common.database) copied to \(file)")
            }
            let seal = try store.backup(to: target, group: group)
            tell("\(common.database) copied to \(file), with \(seal.files) files of the city's folder")
            guard !store.isPublicCopy else { return }
            tell(
                "what is private in it is read only with the keys of \(common.keyPath): keep a copy of that file elsewhere"
            )
        }
    }
}

/// `worksmap backup list DIR`
struct BackupListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the backups of a folder, each read as a whole and compared with its digests.",
        discussion: """
            Example:
              worksmap backup list /var/backups/worksmap --format json

            The status is 1 if one of them is damaged.
            """)

    @Argument(help: "The folder that `serve --backup-to` writes to, or one with backups made by hand.")
    var folder: String
    @Option(help: "table or json.") var format = ListFormat.table

    func run() throws {
        try reporting {
            var entries: [BackupFolder.Entry] = []
            try BackupFolder(folder).entries { entries.append($0) }
            if format == .json {
                Terminal.show(json: JSONValue.array(entries.map(\.json)).description)
            } else {
                var table = TextTable([
                    .init("when", .left), .init("bytes"), .init("schema"), .init("works"), .init("state", .left),
                    .init("file", .left, mayShrink: true), .init("problem", .left, mayShrink: true),
                ])
                for entry in entries { table.add(entry.cells) }
                Terminal.show(table.text(width: Terminal.width))
                if entries.isEmpty { tell("\(folder): no backup is in it") }
            }
            if entries.contains(where: { $0.problem != nil }) { throw ExitCode.couldNotBeDone }
        }
    }
}

extension BackupFolder.Entry {
    private var when: String { Instant(secondsSinceEpoch: (seal?.at ?? at) / 1000).description }

    fileprivate var cells: [String] {
        [
            when, String(bytes), seal.map { String($0.schema) } ?? "", seal.map { String($0.works) } ?? "",
            problem == nil ? "verified" : "damaged", name, problem ?? "",
        ]
    }

    fileprivate var json: JSONValue {
        [
            "file": .string(name), "at": .string(when), "bytes": .integer(bytes),
            "schema": seal.map { .integer($0.schema) } ?? .null, "works": seal.map { .integer($0.works) } ?? .null,
            "encrypted": .bool(isEncrypted), "state": .string(problem == nil ? "verified" : "damaged"),
            "problem": problem.map { .string($0) } ?? .null,
        ]
    }
}
