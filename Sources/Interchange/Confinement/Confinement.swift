import CLinux
import Glibc

/// The ways in which the kernel keeps a program from all that is not in its ``Reach``.
public enum Confinement: Hashable, Sendable {
    /// Landlock for files, and a filter of system calls for all else. Needs no rights; works in a hardened service unit.
    case landlock
    /// Debian's `bubblewrap`: namespaces in which nothing else exists, and the same filter.
    case bubblewrap
    /// Only limits on memory, time and output, and the filter where there is one.
    case none

    /// The first of these that works here.
    ///
    /// - Parameter path: Folders in which programs are looked for, with colons between.
    static func best(of ways: [Confinement], path: String) -> Confinement? {
        ways.first { way in
            switch way {
            case .landlock: LandlockRules.version > 0 && SystemCallFilter.isAvailable
            case .bubblewrap: Bubblewrap.works(path)
            case .none: true
            }
        }
    }
}

extension SystemCallFilter {
    /// False if the kernel runs no filters, or lets nobody install one.
    static var isAvailable: Bool { worksmap_seccomp_available() == 0 }
}

/// Paths of programs.
enum Program {
    /// The first of this name in folders that colons separate, symbolic links resolved; nil if there is none.
    static func find(_ name: String, in path: String) -> String? {
        for folder in path.split(separator: ":") {
            let candidate = "\(folder)/\(name)"
            guard access(candidate, X_OK) == 0, let resolved = realpath(candidate, nil) else { continue }
            defer { free(resolved) }
            return String(cString: resolved)
        }
        return nil
    }
}
