import Foundation
import Interchange
import TestConditions

/// Real municipal files, where they are installed.
enum RealData {
    static let packageRoot = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let root = RealDataFolder.url.path

    static func path(_ name: String) -> String { root + "/" + name }

    static let mappings = MappingLibrary(folders: [packageRoot.appendingPathComponent("geodata/mappings").path])

    /// The whole file, decompressed.
    static func bytes(_ name: String) throws -> [UInt8] {
        let source = try InputFile.open(path(name))
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while case let count = try chunk.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 {
            all += chunk[..<count]
        }
        return all
    }

    /// The file as Foundation reads JSON, independent of our own reader.
    static func json(_ name: String) throws -> Any { try JSONSerialization.jsonObject(with: Data(bytes(name))) }
}
