import Foundation
import TestConditions

/// Files of the world, which tests read if they are there.
enum RealData {
    static let root = RealDataFolder.url

    static func url(_ path: String) -> URL { root.appendingPathComponent(path) }

    /// The bytes of a file, unpacked if its name ends in `.gz`.
    static func bytes(_ path: String) throws -> [UInt8] {
        let url = url(path)
        if path.hasSuffix(".gz") { return try Array(Command.run("/bin/gzip", ["-dc", url.path])) }
        return try Array(Data(contentsOf: url))
    }

    /// The files in a folder whose names end so, by name.
    static func files(in path: String, ending: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: url(path).path).filter { $0.hasSuffix(ending) }.sorted()
            .map { "\(path)/\($0)" }
    }

    /// The files of an archive, by their path in it.
    static func archive(_ path: String) throws -> [String: [UInt8]] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try Command.run("/bin/tar", ["-xzf", url(path).path, "-C", folder.path])
        var files: [String: [UInt8]] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            if let data = FileManager.default.contents(atPath: folder.appendingPathComponent(name).path) {
                files[name] = Array(data)
            }
        }
        return files
    }
}

/// Other programs, as oracles.
enum Command {
    /// What a program writes to its standard output.
    static func run(_ path: String, _ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return data
    }
}
