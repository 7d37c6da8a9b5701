public import Glibc
import Works

/// Modes of a database's files: its owner writes, its group reads, and nobody else has a part in them.
public enum FileModes {
    /// Mode of a database, a backup and refused rows, whatever the process's mask allows beyond it.
    public static let most: mode_t = 0o640

    private static let suffixes = ["", "-wal", "-shm", "-journal"]

    /// Takes from the files of a database what goes beyond ``most``. The logs get the database's group, without which nobody of it reads the
    /// database while it is in use. Files of other users stay as they are.
    ///
    /// They are asked for by name and never opened: closing a file ends all locks that the process has on it.
    static func restrict(_ path: String) {
        var database = stat()
        guard stat(path, &database) == 0 else { return }
        for suffix in suffixes {
            let name = path + suffix
            var status = stat()
            guard lstat(name, &status) == 0, suffix.isEmpty || status.st_mode & S_IFMT == S_IFREG else { continue }
            if suffix.isEmpty { status = database }
            if status.st_gid != database.st_gid { _ = chown(name, uid_t.max, database.st_gid) }
            let mode = status.st_mode & 0o7777
            if mode & ~most != 0 { _ = chmod(name, mode & most) }
        }
    }

    /// Gives the files of a database, or a single file, to a group.
    ///
    /// - Throws: ``StoreError/unwritable(path:reason:)`` if this process may not.
    public static func give(_ path: String, to group: gid_t) throws {
        for suffix in suffixes {
            var status = stat()
            guard lstat(path + suffix, &status) == 0, status.st_gid != group else { continue }
            guard chown(path + suffix, uid_t.max, group) == 0 else {
                throw StoreError.unwritable(
                    path: path + suffix,
                    reason: "it cannot be given to group \(group): \(String(cString: strerror(errno)))")
            }
        }
    }
}
