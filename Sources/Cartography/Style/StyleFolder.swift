import Foundation

/// The folder of style sheets: every `NAME.json` in it is one.
struct StyleFolder {
    let url: URL
    /// What is wrong with sheets that were changed and could not be read.
    private(set) var problems: [StyleProblem] = []
    private var sheets: [String: (stamp: Stamp, sheet: StyleSheet?)] = [:]
    private var edition = 0

    init(url: URL) {
        self.url = url.resolvingSymlinksInPath()
    }

    /// What changes when a file is written.
    private struct Stamp: Hashable {
        var modified: Date?
        var size: Int?
    }

    /// Reads all sheets.
    ///
    /// - Throws: ``StyleProblem`` for the first that cannot be read.
    mutating func load() throws -> StyleLibrary {
        for (name, stamp) in try files() {
            guard let contents = contents(of: name) else { throw Self.unreadable(name) }
            sheets[name] = (stamp, try StyleParser.parse(contents, file: name))
        }
        guard !sheets.isEmpty else {
            throw AtlasError.styles(path: url.path, reason: "there is no style sheet (*.json)")
        }
        return try library()
    }

    /// Reads what was changed; nil if nothing was. Of a sheet that cannot be read the old one stays.
    mutating func reload() -> StyleLibrary? {
        guard let files = try? files() else { return nil }
        var isChanged = false
        for (name, stamp) in files where sheets[name]?.stamp != stamp {
            problems.removeAll { $0.file == name }
            // A file that cannot be read for a moment is tried again at the next look.
            guard let contents = contents(of: name) else {
                problems.append(Self.unreadable(name))
                continue
            }
            do {
                sheets[name] = (stamp, try StyleParser.parse(contents, file: name))
                isChanged = true
            } catch {
                problems.append(error)
                sheets[name] = (stamp, sheets[name]?.sheet)
            }
        }
        for name in sheets.keys where !files.contains(where: { $0.0 == name }) {
            sheets[name] = nil
            problems.removeAll { $0.file == name }
            isChanged = true
        }
        guard isChanged else { return nil }
        do { return try library() } catch {
            if let problem = error as? StyleProblem { problems.append(problem) }
            return nil
        }
    }

    private func files() throws -> [(String, Stamp)] {
        let keys: Set<URLResourceKey> = [.contentModificationDateKey, .fileSizeKey]
        let contents: [URL]
        do {
            contents = try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: Array(keys))
        } catch {
            throw AtlasError.styles(path: url.path, reason: "the folder of style sheets cannot be read")
        }
        return contents.filter { $0.pathExtension == "json" }.sorted { $0.lastPathComponent < $1.lastPathComponent }.map
        {
            let values = try? $0.resourceValues(forKeys: keys)
            return ($0.lastPathComponent, Stamp(modified: values?.contentModificationDate, size: values?.fileSize))
        }
    }

    private func contents(of name: String) -> [UInt8]? {
        (try? Data(contentsOf: url.appendingPathComponent(name))).map { [UInt8]($0) }
    }

    private static func unreadable(_ name: String) -> StyleProblem {
        StyleProblem(file: name, line: 1, key: "", reason: "cannot be read")
    }

    private mutating func library() throws -> StyleLibrary {
        edition += 1
        var tilesets: [StyledTileset] = []
        for (name, entry) in sheets.sorted(by: { $0.key < $1.key }) {
            guard let sheet = entry.sheet else { continue }
            for head in sheet.tilesets {
                if let other = tilesets.first(where: { $0.name == head.name }) {
                    throw StyleProblem(
                        file: name, line: 1, key: "tilesets", reason: "`\(head.name)` is also in \(other.sheet.file)")
                }
                tilesets.append(StyledTileset(head: head, sheet: sheet, edition: edition))
            }
        }
        return StyleLibrary(tilesets: tilesets, edition: edition)
    }
}
