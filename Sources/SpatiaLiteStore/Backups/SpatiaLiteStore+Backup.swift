import GRDB
public import Glibc
import TimeBudgets
import Works

extension SpatiaLiteStore {
    /// Copies the database and the city's files to one file while they are in use. A file that is there already is replaced when the copy is whole
    /// and was read back.
    ///
    /// What is private stays sealed in it: it is read with the same keys.
    ///
    /// - Parameters:
    ///   - group: Whose the file will be besides its owner's; nil leaves it to the system.
    ///   - segment: Name of the journal's open segment.
    ///   - goesOn: Asked now and then; false ends the copying with a `CancellationError`.
    @discardableResult
    public func backup(
        to destination: String, group: gid_t? = nil, segment: String? = nil, goesOn: () -> Bool = { true }
    ) throws -> BackupSeal {
        try checkFile()
        var seal: BackupSeal?
        try Self.whole(destination) { temporary in
            let state = try PageCopy.copy(path, to: temporary, goesOn: goesOn)
            // One file, without a log that would have to go with it.
            let copy = try DatabaseQueue(path: temporary)
            try copy.inDatabase { try $0.run("PRAGMA journal_mode = DELETE") }
            try copy.close()
            if let group { try FileModes.give(temporary, to: group) }
            var made = BackupSeal(
                at: state.at, identity: state.identity, schema: state.schema, works: state.works, segment: segment)
            try made.write(to: temporary, files: try cityFiles())
            guard goesOn() else { throw CancellationError() }
            guard case .whole = try BackupSeal.verify(temporary) else {
                throw StoreError.unwritable(
                    path: destination, reason: "it did not read back as it was written: the disk is faulty")
            }
            seal = made
        }
        return seal!
    }

    /// The city's files as a backup takes them; nil if the key is missing, or for a public copy.
    func cityFiles() throws -> CityFiles? {
        guard !isPublicCopy else { return nil }
        return try read(within: .unlimited) { reader in
            CityFiles(
                in: options.cityPath(for: path), sealer: CityFiles.sealer(Seals(reader.database, keys)))
        }
    }

    /// The finding that a backup's bytes are not those that were written; nothing for a file without a seal.
    ///
    /// It opens and closes the file, which ends the process's locks on it: no store may have it open.
    public static func checkSeal(_ path: String) throws -> [StoreFinding] {
        var log = stat()
        // With a log beside it the file is a database in use: what is in the log counts, and cuts the seal off.
        guard stat(path + "-wal", &log) != 0 || log.st_size == 0 else { return [] }
        guard try BackupSeal.isSealed(path), case .damaged(let reason) = try BackupSeal.verify(path) else { return [] }
        return [StoreFinding(subject: "backup", problem: reason)]
    }
}
