import Foundation

/// Rights of the files that belong to a database: itself, its logs, copies beside it, refused rows, and the city's folder with its key.
struct SecurityFiles {
    let database: String

    /// Most that a database, a copy of one or refused rows may be: read and written by their owner, read by a group.
    private static let usual: mode_t = 0o640
    /// Most that a key may be.
    private static let secret: mode_t = 0o600

    /// The city's folder.
    let cityFolder: String

    var findings: [SecurityFinding] {
        var found: [SecurityFinding] = []
        for file in ([database] + ["-wal", "-shm", "-journal"].map { database + $0 } + copies) {
            found += finding(file, atMost: Self.usual)
        }
        let key = cityFolder + "/key"
        found += finding(key, atMost: Self.secret)
        if let mode = mode(of: cityFolder), mode & 0o022 != 0 {
            found.append(
                serious(cityFolder, "others than its owner can change what is in it (mode \(text(mode))); chmod 750"))
        }
        return found
    }

    /// Other databases and tables of refused rows in the same folder.
    private var copies: [String] {
        let folder = (database as NSString).deletingLastPathComponent
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
        return names.sorted().map { folder.isEmpty ? $0 : folder + "/" + $0 }.filter { path in
            guard path != database, !path.hasPrefix(database + "-") else { return false }
            return path.hasSuffix(".refused.csv") || isDatabase(path)
        }
    }

    /// True for a file that begins as SQLite's do (https://sqlite.org/fileformat.html, section 1.3).
    private func isDatabase(_ path: String) -> Bool {
        // Pipes and devices are not opened: that may wait for ever.
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            let file = FileHandle(forReadingAtPath: path)
        else { return false }
        defer { try? file.close() }
        return (try? file.read(upToCount: 16)) == Data("SQLite format 3\0".utf8)
    }

    private func finding(_ path: String, atMost limit: mode_t) -> [SecurityFinding] {
        guard let mode = mode(of: path), mode & 0o666 & ~limit != 0 else { return [] }
        let who = mode & 0o006 & ~limit != 0 ? "everybody on this machine" : "its whole group"
        let does = mode & 0o022 & ~limit != 0 ? "change" : "read"
        return [serious(path, "\(who) can \(does) it (mode \(text(mode))); chmod \(String(limit, radix: 8))")]
    }

    private func serious(_ path: String, _ problem: String) -> SecurityFinding {
        SecurityFinding(severity: .serious, check: "files", subject: path, problem: problem)
    }

    private func text(_ mode: mode_t) -> String {
        let octal = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - octal.count)) + octal
    }

    /// Rights of a file or folder, links followed; nil if there is none.
    private func mode(of path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }
}
