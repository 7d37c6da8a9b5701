import Glibc

/// A file as a converter gets it: checked, under a name that means nothing else, with all that belongs to it.
///
/// A class, because what a zip archive held lies in a folder that goes with it.
final class ConversionInput {
    /// What it is, as far as its content says so.
    let format: ForeignFormat
    /// The name by which GDAL opens it.
    let name: String
    /// The files and folders that make it up, and nothing else that the converter may read.
    let readable: [String]
    private let unpacked: TemporaryFolder?

    /// - Throws: ``InputError`` if it is not what its name says, or holds what a converter must not see.
    init(_ file: String, _ format: ForeignFormat, limits: ConversionLimits, isSchemaChecked: Bool = true) throws {
        let path = try Self.resolved(file, format)
        guard format.isArchive else {
            unpacked = nil
            self.format = try format.checked(file, path, isSchemaChecked)
            name = format.wrapper + path
            readable = Self.parts(of: path, format)
            return
        }
        let folder = try TemporaryFolder()
        let members = try ZipArchive(file, path).unpack(into: folder.path, limit: limits.output << 20)
        let content = try ArchiveContent(members, of: file, in: folder.path)
        unpacked = folder
        self.format = try content.format.checked("\(file) (\(content.title))", content.path, isSchemaChecked)
        name = content.path
        readable = [folder.path]
    }

    /// The path of the file, symbolic links resolved: it begins with a slash, so that nothing takes it for an option or a connection.
    private static func resolved(_ file: String, _ format: ForeignFormat) throws -> String {
        guard let resolved = realpath(file, nil) else {
            let reason = errno == ENOENT ? "there is no such file" : String(cString: strerror(errno))
            throw InputError(file: file, reason)
        }
        defer { free(resolved) }
        let path = String(cString: resolved)
        // GDAL would take it for one of its own file systems.
        if path.hasPrefix("/vsi") {
            throw InputError(file: file, "lies in a folder \(path.prefix(12))…, move it elsewhere")
        }
        var status = stat()
        guard stat(path, &status) == 0, access(path, R_OK) == 0 else {
            throw InputError(file: file, String(cString: strerror(errno)))
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            guard format.isFolder else { throw InputError(file: file, "is a directory; name the files in it") }
        case S_IFREG:
            guard !format.isFolder || format.isArchive else {
                throw InputError(file: file, "is a file, where a folder is expected")
            }
            guard status.st_size > 0 else { throw InputError(file: file, "the file is empty") }
        default: throw InputError(file: file, "is no regular file")
        }
        return path
    }

    /// A file, and those beside it that belong to it by name: a shapefile is several.
    ///
    /// Symbolic links among them are left out, since they may lead anywhere.
    private static func parts(of path: String, _ format: ForeignFormat) -> [String] {
        let companions = format.companions
        guard !companions.isEmpty, let slash = path.lastIndex(of: "/") else { return [path] }
        let folder = path[...slash]
        let name = path[path.index(after: slash)...]
        let stem = (name.lastIndex(of: ".").map { name[..<$0] } ?? name).lowercased() + "."
        guard let stream = opendir(String(folder)) else { return [path] }
        defer { closedir(stream) }
        var parts = [path]
        while let entry = readdir(stream) {
            let other = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            let folded = other.lowercased()
            guard other != name, folded.hasPrefix(stem), companions.contains(String(folded.dropFirst(stem.count)))
            else {
                continue
            }
            let part = String(folder) + other
            var status = stat()
            guard lstat(part, &status) == 0, status.st_mode & S_IFMT == S_IFREG, access(part, R_OK) == 0 else {
                continue
            }
            parts.append(part)
        }
        return parts
    }
}
