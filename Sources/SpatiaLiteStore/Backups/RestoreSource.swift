import Foundation
import Glibc
import Works

/// A restore's source made readable: one file of a database, and the journal that leads on from it.
///
/// A class, because a decrypted copy is removed with its last user.
final class RestoreSource {
    /// The file to copy, decrypted.
    let file: String
    /// The backup as messages name it.
    let name: String
    /// Nil for a file that was not made by `backup`, or was written to since.
    let seal: BackupSeal?
    private let folder: BackupFolder?
    private let target: Int64?
    private let identity: String?
    private var decrypted: UnfinishedFile?

    /// - Parameters:
    ///   - source: A backup, or a folder of scheduled ones.
    ///   - target: Milliseconds since 1970; nil for the newest state of a folder, and the state of a file.
    ///   - path: Where the database is; a decrypted copy lies beside it.
    init(_ source: String, at target: Int64?, identity: String?, beside path: String) throws {
        (self.target, self.identity) = (target, identity)
        var status = stat()
        guard stat(source, &status) == 0 else { throw StoreError.missing(path: source) }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        var chosen = source
        if isFolder || target != nil {
            let folder = BackupFolder(isFolder ? source : (source as NSString).deletingLastPathComponent)
            if isFolder {
                chosen = "\(folder.path)/\(try JournalReplay.backup(in: folder, for: target).name)"
            } else if BackupFolder.moment(in: (source as NSString).lastPathComponent) == nil {
                throw StoreError.foreign(
                    path: source, reason: "it is no scheduled backup with a journal beside it, which --to needs")
            }
            self.folder = folder
        } else {
            folder = nil
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw StoreError.foreign(path: source, reason: "it is no regular file")
            }
        }
        name = chosen
        if AgeCipher.isEncrypted(chosen) {
            guard let identity else {
                throw StoreError.unopened(path: chosen, reason: "it is encrypted; name the identity with --identity")
            }
            let copy = try UnfinishedFile(beside: path, mode: 0o600)
            decrypted = copy
            file = copy.path
            try AgeCipher.decrypt(chosen, to: copy.path, identity: identity)
        } else {
            file = chosen
        }
        var log = stat()
        let isInUse = stat(file + "-wal", &log) == 0 && log.st_size > 0
        switch try isInUse ? .unsealed : BackupSeal.verify(file) {
        case .unsealed: seal = nil
        case .whole(let whole): seal = whole
        case .damaged(let reason):
            throw StoreError.corrupt("the backup \(chosen): \(reason)")
        }
        if let target, let seal, seal.at > target {
            throw StoreError.foreign(
                path: chosen, reason: "it is of \(Instant(secondsSinceEpoch: seal.at / 1000)), later than --to")
        }
    }

    deinit { decrypted?.remove() }

    /// Brings a copy of the file to the wanted moment; nil if there is no journal.
    func replay(onto copy: String) throws -> JournalReplay.Outcome? {
        guard let folder else { return nil }
        guard let seal else {
            throw StoreError.corrupt("the backup \(name) has no seal: it was cut off, or written to since it was made")
        }
        return try JournalReplay.apply(folder, after: seal, to: copy, until: target, identity: identity)
    }

    /// Puts what lies in the folder beside the backups into the city's folder where it is missing: the file of erasures, and the key if it can be
    /// decrypted.
    func bringSurroundings(journal: ErasureJournal, keyFile: String) throws {
        guard let folder else { return }
        let place = (journal.path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(
            atPath: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        let erasures = "\(folder.path)/erasures"
        if access(journal.path, F_OK) != 0, access(erasures, F_OK) == 0 {
            try BackupFolder.copyWhole(erasures, to: journal.path)
        }
        let key = "\(folder.path)/key.age"
        guard let identity, access(keyFile, F_OK) != 0, access(key, F_OK) == 0 else { return }
        let unfinished = try UnfinishedFile(beside: keyFile, mode: 0o600)
        defer { unfinished.remove() }
        try AgeCipher.decrypt(key, to: unfinished.path, identity: identity)
        guard chmod(unfinished.path, 0o600) == 0, rename(unfinished.path, keyFile) == 0 else {
            throw StoreError.unwritable(path: keyFile, reason: String(cString: strerror(errno)))
        }
    }
}
