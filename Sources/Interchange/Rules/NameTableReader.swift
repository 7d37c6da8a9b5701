public import Foundation
public import Works
import Yams

/// Reads the city's table of names: `names.yaml` in its folder.
///
///     names:
///       "ООО «Ромашка»": ["Ромашка ООО", "Romashka"]
public enum NameTableReader {
    public static let file = "names.yaml"

    /// - Parameter folder: The city's folder.
    /// - Returns: The table; an empty one if there is no such file.
    /// - Throws: ``NameTableError`` telling what to mend.
    public static func read(in folder: URL) throws -> NameTable {
        let file = folder.appendingPathComponent(Self.file)
        guard FileManager.default.fileExists(atPath: file.path) else { return NameTable() }
        func fault(_ what: String) -> NameTableError { NameTableError(description: "\(file.path): \(what)") }
        let text: String
        do { text = try String(contentsOf: file, encoding: .utf8) } catch { throw fault("cannot be read as UTF-8") }
        let loaded: Any?
        do { loaded = try Yams.load(yaml: text) } catch { throw fault("no YAML: \(error)") }
        guard let loaded else { return NameTable() }
        guard let root = loaded as? [String: Any], root.keys.allSatisfy({ $0 == "names" }), let names = root["names"]
        else { throw fault("wants one key, names, with a list of aliases for each name") }
        guard let table = names as? [String: [String]] else {
            throw fault("names: wants a list of aliases, each a text, for each name")
        }
        var owner: [String: String] = [:]
        for (name, aliases) in table.sorted(by: { $0.key < $1.key }) {
            for alias in aliases {
                if let other = owner[alias] { throw fault("“\(alias)” is an alias of “\(other)” and of “\(name)”") }
                if table[alias] != nil { throw fault("“\(alias)” is a name and an alias of “\(name)”") }
                owner[alias] = name
            }
        }
        return NameTable(table)
    }
}

/// A table of names that cannot be used.
public struct NameTableError: Error, CustomStringConvertible, Hashable, Sendable {
    public var description: String
}
