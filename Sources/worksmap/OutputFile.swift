import Foundation
import Hotspots
import SpatiaLiteStore

/// Where a command's result goes: a file, or standard output.
///
/// A file is written beside the one it replaces and moved over it when it is whole, so that a command that fails leaves the old one. Symbolic
/// links are followed; pipes and devices are written to as they are. Links and pipes that somebody else has put into a folder where everybody
/// may are refused, by the kernel's own rule for them (proc(5), `fs.protected_symlinks` and `fs.protected_fifos`), which a file that is moved
/// into place would get around.
struct OutputFile {
    /// Nil for standard output.
    private let path: String?

    /// - Parameter path: Nil or `-` for standard output.
    init(_ path: String?) { self.path = path == "-" ? nil : path }

    var isStandardOutput: Bool { path == nil }

    /// Writes the whole of it.
    func write(_ bytes: some ContiguousBytes) throws {
        try write { try $0(bytes) }
    }

    /// Hands `body` a function that writes the next bytes.
    func write<Result>(_ body: (_ next: (any ContiguousBytes) throws -> Void) throws -> Result) throws -> Result {
        guard let path else {
            return try body { try Self.append(Self.shown($0), to: STDOUT_FILENO, named: "standard output") }
        }
        let target = try Self.target(of: path)
        var status = stat()
        if stat(target, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            return try Self.write(to: target, O_WRONLY, named: path, body)
        }
        // Nobody can have put a link where the file is written before it is moved: it is made here, or it is an error.
        UnfinishedFile.clean(beside: target)
        let unfinished = UnfinishedFile.name(beside: target)
        do {
            let result = try Self.write(to: unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, named: path, body)
            guard rename(unfinished, target) == 0 else { throw Self.failure(path) }
            return result
        } catch {
            unlink(unfinished)
            throw error
        }
    }

    /// The file that a path leads to when all links at its end are followed; it need not exist.
    ///
    /// - Throws: ``Failure`` if a link, a pipe or a device on the way is somebody else's in a folder that everybody may write to.
    static func target(of path: String) throws -> String {
        var name = path
        // As many as the kernel follows (path_resolution(7)).
        for _ in 0..<40 {
            var status = stat()
            guard lstat(name, &status) == 0, status.st_mode & S_IFMT != S_IFREG, status.st_mode & S_IFMT != S_IFDIR
            else {
                return name
            }
            let folder = URL(fileURLWithPath: name).deletingLastPathComponent().path
            if isPlanted(status, in: folder) {
                throw Failure(
                    "\(path): not written: \(name == path ? "it" : name) is \(kind(status)) that another user has put into "
                        + "\(folder), where everybody may write; remove it or name another file")
            }
            guard status.st_mode & S_IFMT == S_IFLNK else { return name }
            guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: name) else {
                throw failure(path)
            }
            let followed = next.hasPrefix("/") ? next : folder + "/" + next
            // A descriptor of a process (`/dev/stdout`) is a link to what has no name.
            var there = stat()
            if lstat(followed, &there) != 0, stat(name, &there) == 0 { return name }
            name = followed
        }
        errno = ELOOP
        throw failure(path)
    }

    private static func isPlanted(_ status: stat, in folder: String) -> Bool {
        // The sticky bit, and writable by all.
        let shared: mode_t = 0o1002
        var around = stat()
        guard stat(folder, &around) == 0, around.st_mode & shared == shared else {
            return false
        }
        return status.st_uid != geteuid() && status.st_uid != around.st_uid
    }

    private static func kind(_ status: stat) -> String {
        switch status.st_mode & S_IFMT {
        case S_IFLNK: "a symbolic link"
        case S_IFIFO: "a pipe"
        default: "a device"
        }
    }

    /// What goes to standard output: as it is, but for control characters in text that a terminal reads.
    private static func shown(_ bytes: any ContiguousBytes) -> any ContiguousBytes {
        guard Terminal.isStandardOutput else { return bytes }
        let text = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        return Array(text.replacing("\r\n", with: "\n").escapedForTerminal(keeping: "\n").utf8)
    }

    private static func write<Result>(
        to target: String, _ flags: Int32, named path: String,
        _ body: (_ next: (any ContiguousBytes) throws -> Void) throws -> Result
    ) throws -> Result {
        let descriptor = open(target, flags | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(path) }
        // Tells what is being written from what a killed command has left.
        if flags & O_EXCL != 0 { flock(descriptor, LOCK_EX | LOCK_NB) }
        let result: Result
        do { result = try body { try append($0, to: descriptor, named: path) } } catch {
            close(descriptor)
            throw error
        }
        guard close(descriptor) == 0 else { throw failure(path) }
        return result
    }

    private static func append(_ bytes: any ContiguousBytes, to descriptor: Int32, named name: String) throws {
        try bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                guard count > 0 || errno == EINTR else { throw failure(name) }
                rest = rest.dropFirst(max(count, 0))
            }
        }
    }

    /// What the last system call says.
    private static func failure(_ name: String) -> Failure {
        Failure("\(name): cannot be written: \(String(cString: strerror(errno)))")
    }
}
