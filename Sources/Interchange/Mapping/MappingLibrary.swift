import Foundation
import Works

/// Where mappings are found by name.
public struct MappingLibrary: Sendable {
    /// The folders that are looked into, in order.
    public var folders: [String]

    public init(folders: [String]) {
        self.folders = folders
    }

    /// The mapping of this name (`boston-311`) or in this file (`./mine.yaml`).
    ///
    /// - Throws: ``MappingError`` if there is none or it is wrong.
    public func mapping(_ nameOrPath: String) throws -> Mapping {
        if nameOrPath.contains("/") || nameOrPath.hasSuffix(".yaml") || nameOrPath.hasSuffix(".yml") {
            return try read(nameOrPath, name: nameOrPath)
        }
        for folder in folders {
            let path = folder + "/" + nameOrPath + ".yaml"
            if FileManager.default.fileExists(atPath: path) { return try read(path, name: nameOrPath) }
        }
        let names = names
        let near = Spelling.nearest(to: nameOrPath, among: names).map { "; is \($0) meant?" } ?? ""
        throw MappingError(
            mapping: nameOrPath,
            names.isEmpty
                ? "there are no mappings in \(folders.joined(separator: ", ")); give a file instead: --mapping FILE.yaml"
                : "there is no mapping of this name\(near) There are \(names.joined(separator: ", ")); or give a file: --mapping FILE.yaml"
        )
    }

    /// Path of the file that a mapping is read from, if there is one.
    public func file(of nameOrPath: String) -> String? {
        if nameOrPath.contains("/") || nameOrPath.hasSuffix(".yaml") || nameOrPath.hasSuffix(".yml") {
            return nameOrPath
        }
        return folders.map { $0 + "/" + nameOrPath + ".yaml" }.first { FileManager.default.fileExists(atPath: $0) }
    }

    /// The names of all mappings, sorted.
    public var names: [String] {
        var names: Set<String> = []
        for folder in folders {
            for file in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            where file.hasSuffix(".yaml") {
                names.insert(String(file.dropLast(5)))
            }
        }
        return names.sorted()
    }

    private func read(_ path: String, name: String) throws -> Mapping {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw MappingError(mapping: name, "the file cannot be read")
        }
        guard let text = String(data: bytes, encoding: .utf8) else {
            throw MappingError(mapping: name, "a mapping must be UTF-8")
        }
        return try Mapping(yaml: text, name: name)
    }
}
