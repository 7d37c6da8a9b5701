import CSpatiaLite
import GRDB
import Glibc
import Works

extension SpatiaLiteStore {
    /// Brings a backup to the place of a database, which need not exist; who has it open sees the restored state from then on.
    ///
    /// The backup is only read: it may lie on a medium that cannot be written. A copy of it is brought to the present version and checked. A file
    /// at the database's place that cannot be read as a database is set aside with its log, as `PATH.damaged-TIME`.
    ///
    /// What was erased and revoked since the backup was made stays so: it is taken from the database that is replaced and from its
    /// ``ErasureJournal``, and taken away from the copy before that is put in place.
    ///
    /// - Parameter withoutErasures: True to restore although neither database nor journal says what that is.
    /// - Throws: ``StoreError`` if the backup is not a whole database of ours, if the file at the database's place is somebody else's, or if another
    ///   process writes to it; ``RestoreError`` if it is not known what was erased. Nothing was changed then.
    @discardableResult
    public static func restore(
        _ backup: String, to path: String, options: StoreOptions = StoreOptions(), withoutErasures: Bool = false
    ) throws -> Restoration {
        let path = resolved(path)
        let options = options.keeping(keysOf: path)
        var there = stat()
        guard stat(path, &there) != 0 || there.st_mode & S_IFMT == S_IFREG else {
            throw StoreError.foreign(path: path, reason: "it is no regular file")
        }
        let copy = try makeFile(beside: path)
        defer { removeFile(copy) }
        try copyPages(of: backup, to: copy)
        try refusePublic(backup, copy, over: path)
        let source: SpatiaLiteStore
        do { source = try open(at: copy, options: options) } catch let error as StoreError {
            throw error.about(backup, insteadOf: copy)
        }
        let findings = try source.damage()
        guard findings.isEmpty else {
            throw StoreError.corrupt("the backup \(backup): " + findings.map(\.description).joined(separator: "; "))
        }
        let journal = ErasureJournal(inCity: options.cityPath(for: path), of: path)
        let since = try ErasuresSince(source, replacing: path, journal, options)
        let isPublic = source.isPublicCopy
        var restoration = Restoration(since)
        if !isPublic {
            if !withoutErasures { try since.checkKnown(path, journal) }
            restoration.takenAway = try source.takeAway(since.erasures)
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
            return restoration
        }
        try source.close()
        restoration.setAside = try setAside(path)
        try install(copy, at: path)
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
    private static func copyPages(of backup: String, to copy: String) throws {
        var status = stat()
        guard stat(backup, &status) == 0 else { throw StoreError.missing(path: backup) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw StoreError.foreign(path: backup, reason: "it is no regular file")
        }
        guard status.st_size > 0 else { throw StoreError.foreign(path: backup, reason: "the file is empty") }
        try FileInspection.checkHeader(backup, size: Int(status.st_size))
        var log = stat()
        let isInUse = stat(backup + "-wal", &log) == 0 && log.st_size > 0
        // As `immutable` nothing is made beside the file. With a log the other process has made that already.
        let address = "file:" + percentEncoded(backup) + (isInUse ? "" : "?immutable=1")
        var (from, to): (OpaquePointer?, OpaquePointer?)
        defer {
            sqlite3_close_v2(from)
            sqlite3_close_v2(to)
        }
        guard sqlite3_open_v2(address, &from, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nil) == SQLITE_OK else {
            throw StoreError.named(SQLiteFailure(from), path: backup)
        }
        guard sqlite3_open_v2(copy, &to, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK,
            let copying = sqlite3_backup_init(to, "main", from, "main")
        else { throw StoreError.named(SQLiteFailure(to), path: copy) }
        let outcome = sqlite3_backup_step(copying, -1)
        sqlite3_backup_finish(copying)
        guard outcome == SQLITE_DONE else { throw StoreError.named(SQLiteFailure(to), path: backup) }
    }

    /// The path as part of a `file:` address: https://www.sqlite.org/uri.html, section 3.1.
    private static func percentEncoded(_ path: String) -> String {
        path.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"):
                "%" + String(byte, radix: 16, uppercase: true)
            default: String(UnicodeScalar(byte))
            }
        }.joined()
    }

    /// Writes the restored state over a database that is there, in place, so that a running service follows. False if there is none, or one that
    /// cannot be read.
    private static func overwrite(_ path: String, with source: SpatiaLiteStore, _ options: StoreOptions) throws -> Bool
    {
        guard access(path, F_OK) == 0, !FileInspection.isDamaged(path) else { return false }
        do {
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
