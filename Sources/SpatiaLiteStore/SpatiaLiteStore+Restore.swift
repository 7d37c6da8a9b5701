import GRDB
import Glibc
public import Works

extension SpatiaLiteStore {
    /// Brings a backup to the place of a database, which need not exist; who has it open sees the restored state from then on.
    ///
    /// The backup is only read: it may lie on a medium that cannot be written. A copy of it is brought to the present version and checked. A file
    /// at the database's place that cannot be read as a database is set aside with its log, as `PATH.damaged-TIME`.
    ///
    /// What was erased and revoked since the backup was made stays so: it is taken from the database that is replaced and from its
    /// ``ErasureJournal``, and taken away from the copy before that is put in place.
    ///
    /// - Parameters:
    ///   - backup: A backup, or a folder of scheduled ones.
    ///   - withoutErasures: True to restore although neither database nor journal says what that is.
    ///   - target: Moment of the wanted state, which the journal beside the backups leads to; nil for the newest of a folder.
    ///   - identity: File with the identity of `age` that opens what is encrypted.
    /// - Throws: ``StoreError`` if the backup is not a whole database of ours, if the file at the database's place is somebody else's, or if another
    ///   process writes to it; ``RestoreError`` if it is not known what was erased. Nothing was changed then.
    @discardableResult
    public static func restore(
        _ backup: String, to path: String, options: StoreOptions = StoreOptions(), withoutErasures: Bool = false,
        at target: Instant? = nil, identity: String? = nil
    ) throws -> Restoration {
        let path = resolved(path)
        let options = options.keeping(keysOf: path)
        var there = stat()
        guard stat(path, &there) != 0 || there.st_mode & S_IFMT == S_IFREG else {
            throw StoreError.foreign(path: path, reason: "it is no regular file")
        }
        UnfinishedFile.clean(beside: path)
        let found = try RestoreSource(
            backup, at: target.map { $0.secondsSinceEpoch * 1000 }, identity: identity, beside: path)
        let unfinished = try UnfinishedFile(beside: path)
        defer { unfinished.remove() }
        let copy = unfinished.path
        try copyPages(of: found.file, named: found.name, to: copy)
        let replayed = try found.replay(onto: copy)
        let journal = ErasureJournal(inCity: options.cityPath(for: path), of: path)
        try found.bringSurroundings(journal: journal, keyFile: options.keyPath(for: path))
        let backup = found.name
        try refusePublic(backup, copy, over: path)
        let source: SpatiaLiteStore
        do { source = try open(at: copy, options: options) } catch let error as StoreError {
            throw error.about(backup, insteadOf: copy)
        }
        let findings = try source.damage()
        guard findings.isEmpty else {
            throw StoreError.corrupt("the backup \(backup): " + findings.map(\.description).joined(separator: "; "))
        }
        let since = try ErasuresSince(source, replacing: path, journal, options)
        let isPublic = source.isPublicCopy
        var restoration = Restoration(since)
        restoration.isSealed = found.seal != nil
        restoration.state = replayed.map { Instant(secondsSinceEpoch: $0.at / 1000) }
        restoration.endsEarlier = replayed?.endsEarlier ?? false
        if !isPublic {
            if !withoutErasures { try since.checkKnown(path, journal) }
            restoration.takenAway = try source.takeAway(since.erasures)
        }
        // Who follows the database reads all of it anew, and no copy of another state is taken for one of this.
        try source.renewIdentity()
        let keys = source.keys
        func bringFilesBack() {
            restoration.cityFiles = CityFiles.tried(
                from: found.file, keys: keys, into: options.cityPath(for: path))
        }
        if try overwrite(path, with: source, options) {
            // What was erased while the copy was made ready.
            if !isPublic, case .read(let reading) = journal.state(), reading.erasures.count > since.noted {
                let late = Array(reading.erasures.dropFirst(since.noted))
                let store = try open(at: path, options: options)
                restoration.takenAway.merge(try store.takeAway(late), uniquingKeysWith: +)
                _ = try store.eraseTraces()
                try store.close()
            }
            bringFilesBack()
            return restoration
        }
        try source.close()
        restoration.setAside = try setAside(path)
        try install(copy, at: path)
        bringFilesBack()
        return restoration
    }

    /// Refuses to take away all that is private by a copy that has nothing of it.
    private static func refusePublic(_ backup: String, _ copy: String, over path: String) throws {
        func isPublic(_ path: String) -> Bool? {
            guard access(path, F_OK) == 0 else { return nil }
            return try? DatabaseQueue(path: path).inDatabase { try PublicCopy.isMade(in: $0) }
        }
        guard isPublic(copy) == true, isPublic(path) == false else { return }
        throw StoreError.unwritable(
            path: path,
            reason: "\(backup) is a public copy, and the database's contacts, reports and tokens would be gone; "
                + "move the database away first")
    }

    /// The path that links lead to; the same one if there is no file.
    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    /// Copies a database to an empty file without writing to it.
    private static func copyPages(of backup: String, named name: String, to copy: String) throws {
        var status = stat()
        guard stat(backup, &status) == 0 else { throw StoreError.missing(path: name) }
        guard status.st_size > 0 else { throw StoreError.foreign(path: name, reason: "the file is empty") }
        try FileInspection.checkHeader(backup, size: Int(status.st_size))
        var log = stat()
        let isInUse = stat(backup + "-wal", &log) == 0 && log.st_size > 0
        // As `immutable` nothing is made beside the file. With a log the other process has made that already.
        try PageCopy.copy(backup, isInUse ? "" : "?immutable=1", to: copy, isIdentified: false)
    }

    /// Writes the restored state over a database that is there, in place, so that a running service follows. False if there is none, or one that
    /// cannot be read.
    private static func overwrite(_ path: String, with source: SpatiaLiteStore, _ options: StoreOptions) throws -> Bool
    {
        guard access(path, F_OK) == 0, !FileInspection.isDamaged(path) else { return false }
        do {
            var options = options
            options.syncedCommits = true
            let destination = try open(at: path, options: options)
            try source.pool.backup(to: destination.pool)
            // Moves the log into the file, which is written to the disk then.
            try destination.pool.writeWithoutTransaction { database in
                _ = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
            try destination.close()
        } catch {
            let error = StoreError.named(error, path: path)
            if case StoreError.corrupt = error { return false }
            throw error
        }
        try source.close()
        return true
    }

    /// Moves a file and its log out of the way, or the log alone, which would be played into the file that takes the place; nil if there is
    /// nothing.
    private static func setAside(_ path: String) throws -> String? {
        guard ["", "-wal", "-shm"].contains(where: { access(path + $0, F_OK) == 0 }) else { return nil }
        let now = Instant.now.description.filter { $0 != ":" && $0 != "-" }
        var name = "\(path).damaged-\(now)"
        var number = 2
        while access(name, F_OK) == 0 || access(name + "-wal", F_OK) == 0 {
            name = "\(path).damaged-\(now)-\(number)"
            number += 1
        }
        for suffix in ["-wal", "-shm", ""] where access(path + suffix, F_OK) == 0 {
            guard rename(path + suffix, name + suffix) == 0 else {
                throw StoreError.unwritable(path: path, reason: String(cString: strerror(errno)))
            }
        }
        return name
    }
}

extension StoreError {
    /// The same error about another path.
    fileprivate func about(_ path: String, insteadOf other: String) -> StoreError {
        switch self {
        case .missing: .missing(path: path)
        case .foreign(_, let reason): .foreign(path: path, reason: reason)
        case .newer(_, let version): .newer(path: path, version: version)
        case .locked: .locked(path: path)
        case .corrupt(let what): .corrupt(what.replacing(other, with: path))
        case .unopened(_, let reason): .unopened(path: path, reason: reason)
        case .publicCopy: .publicCopy(path: path)
        case .unwritable, .conflict, .gone, .keyMissing: self
        }
    }
}
