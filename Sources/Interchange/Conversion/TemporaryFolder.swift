import Foundation
import Glibc

/// A folder of ours, closed to others, for as long as it is needed.
///
/// A class, because the folder goes when nobody holds it any more.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let base = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        var template = Array("\(base)/worksmap-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil, let resolved = realpath(template, nil) else {
            throw InputError(file: base, "no temporary folder can be made in it: \(String(cString: strerror(errno)))")
        }
        defer { free(resolved) }
        path = String(cString: resolved)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file into it; its path.
    func write(_ text: String, to name: String) throws -> String {
        let file = "\(path)/\(name)"
        guard FileManager.default.createFile(atPath: file, contents: Data(text.utf8)) else {
            throw InputError(file: file, "cannot be written: \(String(cString: strerror(errno)))")
        }
        return file
    }

    /// Bytes of the files in a folder and its folders.
    static func size(of folder: String) -> Int {
        guard let stream = opendir(folder) else { return 0 }
        defer { closedir(stream) }
        var size = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            var status = stat()
            guard lstat("\(folder)/\(name)", &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: size += Self.size(of: "\(folder)/\(name)")
            case S_IFREG: size += Int(status.st_blocks) * 512
            default: break
            }
        }
        return size
    }
}
