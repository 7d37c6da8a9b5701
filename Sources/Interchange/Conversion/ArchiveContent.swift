import Foundation

/// Which of the files that a zip archive held is meant.
struct ArchiveContent {
    let format: ForeignFormat
    /// Where it is: a file, or a folder of several shapefiles.
    let path: String
    /// Its name in the archive.
    let title: String

    /// - Parameters:
    ///   - members: Paths in the archive, which lie in `folder` now.
    /// - Throws: ``InputError`` if none or several could be meant.
    init(_ members: [String], of file: String, in folder: String) throws {
        var found: [String: ForeignFormat] = [:]
        for member in members {
            if let end = member.range(of: ".gdb/") {
                found[String(member[..<end.upperBound].dropLast())] = ForeignFormat(drivers: ["OpenFileGDB"])
            } else if let format = ForeignFormat.byName(member), !format.isArchive, !format.isFolder {
                found[member] = format
            }
        }
        if found.isEmpty {
            for member in members where !ForeignFormat.isOurs(member) {
                if let format = ForeignFormat.byContent("\(folder)/\(member)"), !format.isArchive {
                    found[member] = format
                }
            }
        }
        let names = found.keys.sorted()
        if let name = names.first, let format = found[name], names.count == 1 {
            self.init(format: format, path: "\(folder)/\(name)", title: name)
            return
        }
        guard let name = names.first, let format = found[name] else {
            let ours = members.first { ForeignFormat.isOurs($0) }
            throw InputError(
                file: file,
                ours.map { "the archive holds \($0), which is read by itself; unpack the archive and import the file" }
                    ?? "the archive holds no file of a kind that can be read")
        }
        // Several shapefiles in one folder are layers of it.
        let place = Self.folder(of: name)
        guard ["ESRI Shapefile", "MapInfo File"].contains(format.drivers.first),
            names.allSatisfy({ found[$0] == format && Self.folder(of: $0) == place })
        else {
            throw InputError(
                file: file,
                "the archive holds \(names.count) files that could be meant: \(names.prefix(10).joined(separator: ", ")); "
                    + "unpack it and import the one that is")
        }
        self.init(format: format, path: place.isEmpty ? folder : "\(folder)/\(place)", title: String(place))
    }

    private init(format: ForeignFormat, path: String, title: String) {
        self.format = format
        self.path = path
        self.title = title
    }

    private static func folder(of member: String) -> Substring {
        member.lastIndex(of: "/").map { member[..<$0] } ?? ""
    }
}
