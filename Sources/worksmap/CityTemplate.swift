import Foundation

/// The files that a city's folder begins with: rules with the usual categories, and without anybody's services and promises.
enum CityTemplate {
    /// The folder of the rules in a city's folder.
    static func rules(in cityFolder: String) -> URL {
        URL(fileURLWithPath: cityFolder, isDirectory: true).appendingPathComponent("rules", isDirectory: true)
    }

    /// Writes the files that are not there yet.
    ///
    /// - Returns: The names of the files that were made, relative to the folder.
    /// - Throws: ``Failure`` if the program's own files are missing, or the folder cannot be written.
    static func write(to cityFolder: String) throws -> [String] {
        let folder = rules(in: cityFolder)
        let catalogue = try RulesCommand.catalogue()
        let neutral = try ResourceFolders.url(ResourceFolders.geodata).appendingPathComponent("city/rules")
        let files = FileManager.default
        var made: [String] = []
        do {
            try files.createDirectory(at: folder, withIntermediateDirectories: true)
            for name in ["calendar", "categories", "routing", "limits", "duplicates"].map({ $0 + ".yaml" }) {
                let target = folder.appendingPathComponent(name)
                guard !files.fileExists(atPath: target.path) else { continue }
                // What is neither anybody's service nor a promise is the same for every city.
                let own = neutral.appendingPathComponent(name)
                let source = files.fileExists(atPath: own.path) ? own : catalogue.appendingPathComponent(name)
                try Data(contentsOf: source).write(to: target, options: .withoutOverwriting)
                made.append("rules/\(name)")
            }
        } catch {
            throw Failure("\(folder.path): cannot be written: \(error.localizedDescription)")
        }
        return made
    }
}
