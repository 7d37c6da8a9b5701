import Foundation
import Geometry

/// The file of the rows that did not come in. It is written beside its final place, which it takes only when the import is done.
///
/// A class, because it holds an open file; it is made and written on the thread that reads.
final class RefusedRows {
    /// Where it is until it is done.
    let temporaryPath: String
    private let descriptor: CInt
    private var csv = CSVWriter()

    /// The columns before those of the input.
    static let ownColumns = ["line", "reason"]

    /// Goes on where another part of the same import has ended.
    ///
    /// - Throws: ``ImportError/refusedFile(path:_:)`` if it cannot be written there.
    init(path: String, header: [String]) throws {
        temporaryPath = path + ".part"
        descriptor = Self.openOwn(temporaryPath)
        guard descriptor >= 0 else { throw Self.error(path) }
        if lseek(descriptor, 0, SEEK_END) == 0 { csv.row(Self.ownColumns + header) }
    }

    deinit { close(descriptor) }

    func add(_ row: RefusedRow, original: [String]) throws {
        csv.plain("\(row.line)")
        csv.text(row.reason)
        for field in original { csv.original(field) }
        csv.endRow()
        if csv.bytes.count >= 1 << 16 { try flush() }
    }

    /// Writes what is still in memory.
    func flush() throws {
        var rest = csv.bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { throw Self.error(temporaryPath) }
            rest = rest.dropFirst(max(count, 0))
        }
        csv.removeAll()
    }

    /// Where the refused rows of an input go: beside it, or into the current folder if nothing can be written there.
    ///
    /// - Parameter input: The path of the input, `-` for standard input.
    static func path(for input: String) -> String {
        let beside = (input == "-" ? "standard-input" : input) + ".refused.csv"
        let descriptor = openOwn(beside + ".part")
        guard descriptor >= 0 else { return URL(fileURLWithPath: beside).lastPathComponent }
        close(descriptor)
        return beside
    }

    /// Opens a file of ours for appending, or makes it, for its owner and the group: refused rows hold whatever the input held; −1 where somebody else's file or a link stands, as in a folder that all may write to.
    private static func openOwn(_ path: String) -> CInt {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o640)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else { return -1 }
        if status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(), status.st_nlink == 1 { return descriptor }
        close(descriptor)
        errno = EEXIST
        return -1
    }

    /// Gives the file its name, in place of one that an earlier import left.
    static func finish(_ temporaryPath: String, as path: String) throws {
        guard rename(temporaryPath, path) == 0 else { throw error(path) }
    }

    private static func error(_ path: String) -> ImportError {
        .refusedFile(path: path, String(cString: strerror(errno)))
    }
}
