import CLinux
import Glibc

/// Rules of Landlock: which files a process and all that it starts may reach (https://docs.kernel.org/userspace-api/landlock.html).
///
/// Whatever right the running kernel knows is taken away and given back only where a rule says so. From version 4 of the interface on
/// that includes TCP, from version 6 on abstract sockets and signals to others, for which no rule is ever made.
///
/// A class, because the descriptor is closed when nobody needs it any more.
final class LandlockRules {
    /// The version of the kernel's interface; 0 if it has none, or if it is switched off.
    static var version: Int {
        // LANDLOCK_CREATE_RULESET_VERSION
        max(0, worksmap_landlock_create(nil, 0, 1))
    }

    /// Rights to files, by the version that brought them.
    private enum Right {
        static let execute: UInt64 = 1 << 0
        static let writeFile: UInt64 = 1 << 1
        static let readFile: UInt64 = 1 << 2
        static let readFolder: UInt64 = 1 << 3
        static let removeFolder: UInt64 = 1 << 4
        static let removeFile: UInt64 = 1 << 5
        static let makeFolder: UInt64 = 1 << 7
        static let makeFile: UInt64 = 1 << 8
        /// Version 2: links and moves from folder to folder.
        static let refer: UInt64 = 1 << 13
        /// Version 3.
        static let truncate: UInt64 = 1 << 14

        static let all: [(version: Int, rights: UInt64)] = [
            (1, (1 << 13) - 1), (2, refer), (3, truncate), (5, 1 << 15),
        ]
        static let read = readFile | readFolder
        static let change =
            read | writeFile | removeFolder | removeFile | makeFolder | makeFile | refer | truncate
        /// Those that a rule for a file may give.
        static let ofFiles = execute | writeFile | readFile | truncate
    }

    let descriptor: CInt
    private let handled: UInt64

    /// - Throws: ``ConfinementError`` if the kernel has no Landlock.
    init() throws(ConfinementError) {
        let version = Self.version
        handled = Right.all.filter { $0.version <= version }.reduce(0) { $0 | $1.rights }
        // Files; TCP: bind and connect; scopes: abstract sockets and signals.
        let attributes: [UInt64] = [handled] + (version >= 4 ? [3] : []) + (version >= 6 ? [3] : [])
        descriptor = attributes.withUnsafeBytes {
            CInt(truncatingIfNeeded: worksmap_landlock_create($0.baseAddress, $0.count, 0))
        }
        guard descriptor >= 0 else { throw ConfinementError("Landlock", errno) }
    }

    deinit { close(descriptor) }

    /// Rules for a program and what it may reach.
    convenience init(program: String, environment: [String: String], reach: Reach) throws(ConfinementError) {
        try self.init()
        let system = Reach.system(for: program, environment: environment)
        try allow(program, Right.execute | Right.readFile)
        for path in system.libraries { try allow(path, Right.execute | Right.read) }
        for path in system.data + reach.readable { try allow(path, Right.read) }
        try allow("/dev/null", Right.readFile | Right.writeFile)
        try allow(reach.folder, Right.change)
    }

    /// Gives rights to a file, or to a folder and all in it.
    private func allow(_ path: String, _ rights: UInt64) throws(ConfinementError) {
        let file = open(path, CInt(bitPattern: worksmap_open_path.rawValue) | O_CLOEXEC)
        guard file >= 0 else { throw ConfinementError(path, errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw ConfinementError(path, errno) }
        var rights = rights & handled
        if status.st_mode & S_IFMT != S_IFDIR { rights &= Right.ofFiles }
        guard worksmap_landlock_allow(descriptor, file, rights) == 0 else { throw ConfinementError(path, errno) }
    }
}

/// Why a program could not be confined.
struct ConfinementError: Error, CustomStringConvertible {
    /// A path, or the part of the system that refused.
    var subject: String
    var reason: String

    init(_ subject: String, _ code: CInt) {
        self.subject = subject
        reason = String(cString: strerror(code))
    }

    var description: String { "\(subject): \(reason)" }
}
