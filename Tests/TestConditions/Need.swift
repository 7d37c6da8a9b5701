public import Foundation
public import Testing

/// A file, folder or program outside the package that a test cannot do without.
///
/// A test that lacks one is skipped on a developer's machine and fails in continuous integration (`CI` in the
/// environment). One case is let pass there: real data, where no folder was named and none lies in the usual place.
public struct Need: Sendable {
    /// Words for the message: the path and its use.
    let description: String
    let path: String
    /// True for a part of the real data.
    let isRealData: Bool

    /// Part of the real data; the whole folder if no path is given.
    ///
    /// - Parameter path: Relative to ``RealDataFolder/url``.
    public static func realData(_ path: String = "") -> Need {
        let path = path.isEmpty ? RealDataFolder.url.path : RealDataFolder.url.appendingPathComponent(path).path
        return Need(description: "\(path), real data (WORKSMAP_REAL_DATA)", path: path, isRealData: true)
    }

    /// A program of a Debian package.
    public static func program(_ path: String, package: String) -> Need {
        Need(description: "\(path) (package \(package))", path: path, isRealData: false)
    }

    /// True if the need is met, false if the test is to be skipped.
    ///
    /// - Throws: ``MissingNeed`` if it is missing where it must not be.
    func isMet(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        exists: (String) -> Bool = { FileManager.default.fileExists(atPath: $0) }
    ) throws -> Bool {
        if exists(path) { return true }
        guard environment["CI"] != nil else { return false }
        let isElsewhere = environment["WORKSMAP_REAL_DATA"] == nil && !exists(RealDataFolder.url.path)
        if isRealData && isElsewhere { return false }
        throw MissingNeed(description: "missing: \(description)")
    }
}

/// Fault of a machine that runs continuous integration without what a test needs.
public struct MissingNeed: Error, CustomStringConvertible {
    public let description: String
}

extension Trait where Self == ConditionTrait {
    /// Skips the test without `need`; in continuous integration the test fails instead.
    public static func needs(_ need: Need) -> Self {
        .enabled("missing: \(need.description)") { try need.isMet() }
    }
}

/// Folder of real city data: `WORKSMAP_REAL_DATA`, or `shared/data` beside the package.
public enum RealDataFolder {
    public static let url: URL = {
        if let path = ProcessInfo.processInfo.environment["WORKSMAP_REAL_DATA"] { return URL(fileURLWithPath: path) }
        return URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("shared/data").standardizedFileURL
    }()
}
