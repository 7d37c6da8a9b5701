import Foundation
import Glibc

@testable import Interchange

/// A converter of ours in place of GDAL's, which tries what a misled one would: a script in Python, run confined.
struct StandIn {
    static let python = Program.find("python3", in: "/usr/bin:/bin")

    /// The ways of confining that work on this machine.
    static let ways: [Confinement] = [.landlock, .bubblewrap].filter {
        Confinement.best(of: [$0], path: "/usr/bin:/bin") != nil
    }

    var limits = ConversionLimits()
    var readable: [String] = []
    let folder: TemporaryFolder
    let way: Confinement

    init(_ way: Confinement) throws {
        self.way = way
        folder = try TemporaryFolder()
        limits.memory = 512
        limits.seconds = 60
        limits.output = 64
    }

    func start(_ script: String, _ arguments: [String] = []) throws -> ChildProcess {
        try ChildProcess(
            Self.python ?? "python3", ["-I", "-S", "-c", script] + arguments,
            environment: ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"], limits: limits,
            reach: Reach(readable: readable, folder: folder.path), confinement: way)
    }

    /// What a script prints, what it complains about, and how it ends.
    func run(_ script: String, _ arguments: [String] = []) throws -> (
        said: String, complaints: String, end: ChildProcess.End
    ) {
        let process = try start(script, arguments)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = buffer.withUnsafeMutableBytes({ process.read(into: $0) }), count > 0 {
            if bytes.count < 1 << 20 { bytes += buffer[..<count] }
        }
        let end = process.finish()
        return (String(decoding: bytes, as: UTF8.self), String(decoding: process.complaints, as: UTF8.self), end)
    }

    /// The name of the error that an attempt ends with, `done` if it ends well.
    func attempt(_ statement: String, _ arguments: [String] = []) throws -> String {
        let script = """
            import os, sys
            try:
                \(statement.split(separator: "\n").joined(separator: "\n    "))
                print("done")
            except BaseException as error:
                print(type(error).__name__, getattr(error, "errno", ""), error)
            """
        let result = try run(script, arguments)
        return result.end == .exited(0)
            ? result.said.trimmingCharacters(in: .newlines) : "\(result.end) \(result.said) \(result.complaints)"
    }
}
