import Foundation

/// Where the program's own files lie: `web/`, `tiles/` and `geodata/`.
///
/// They are looked for in `WORKSMAP_RESOURCES`, in `share/worksmap` beside the program's `bin`, in the folders above the program (a
/// checkout whose `.build` holds it) and in the current folder.
enum ResourceFolders {
    static let web = "web"
    static let tiles = "tiles"
    static let geodata = "geodata"

    /// The folder with this name.
    static func url(_ name: String) throws -> URL {
        for root in candidates {
            let folder = root.appendingPathComponent(name, isDirectory: true)
            if isFolder(folder), isFolder(root.appendingPathComponent(tiles, isDirectory: true)) { return folder }
        }
        throw Failure(
            "the program's folder \(name)/ is not to be found; set WORKSMAP_RESOURCES to the folder that holds web/, tiles/ and geodata/"
        )
    }

    /// The folder of style sheets: the one stated, or the program's own.
    static func styles(_ stated: String?) throws -> URL {
        try stated.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? url(tiles)
    }

    private static var candidates: [URL] {
        var roots: [URL] = []
        if let stated = ProcessInfo.processInfo.environment["WORKSMAP_RESOURCES"] {
            roots.append(URL(fileURLWithPath: stated, isDirectory: true))
        }
        if let program = Bundle.main.executableURL?.resolvingSymlinksInPath() {
            var folder = program.deletingLastPathComponent()
            roots.append(folder.deletingLastPathComponent().appendingPathComponent("share/worksmap", isDirectory: true))
            while folder.path != "/" {
                folder.deleteLastPathComponent()
                roots.append(folder)
            }
        }
        roots.append(URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true))
        return roots
    }

    private static func isFolder(_ url: URL) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) && isDirectory.boolValue
    }
}
