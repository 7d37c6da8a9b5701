import CLinux
import Glibc

/// Debian's `bubblewrap` (https://github.com/containers/bubblewrap): a program in namespaces of its own.
enum Bubblewrap {
    /// True if the program is there and may make namespaces.
    static func works(_ path: String) -> Bool {
        guard let program = Program.find("bwrap", in: path), let nothing = Program.find("true", in: path) else {
            return false
        }
        let arguments = ["--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--", nothing]
        let reach = Reach(folder: "/")
        guard
            let process = try? ChildProcess(
                program, arguments, environment: ["PATH": path], limits: ConversionLimits(), reach: reach,
                confinement: .none, isTrusted: true)
        else { return false }
        return process.finish() == .exited(0)
    }

    /// The arguments by which it runs a program.
    ///
    /// - Parameter filter: The descriptor that the filter of system calls is read from.
    static func arguments(
        for program: String, _ arguments: [String], environment: [String: String], reach: Reach, filter: CInt
    ) -> [String] {
        let system = Reach.system(for: program, environment: environment)
        var words = ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
        words += ["--seccomp", "\(filter)", "--dev-bind", "/dev/null", "/dev/null"]
        for path in system.libraries + system.data + [program] + reach.readable {
            // Debian's /lib is a link to /usr/lib, and the linker is looked for in /lib64.
            words += link(path).map { ["--symlink", $0, path] } ?? ["--ro-bind", path, path]
        }
        words += ["--bind", reach.folder, reach.folder, "--chdir", reach.folder, "--remount-ro", "/"]
        return words + ["--", program] + arguments
    }

    /// What a symbolic link says; nil if it is none.
    private static func link(_ path: String) -> String? {
        var text = [UInt8](repeating: 0, count: 4096)
        let count = text.withUnsafeMutableBytes {
            readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
        }
        return count > 0 ? String(decoding: text[..<count], as: UTF8.self) : nil
    }

    /// A descriptor from which the filter is read once; it closes on execution.
    static func descriptor(of filter: SystemCallFilter) throws(ConfinementError) -> CInt {
        let descriptor = worksmap_memory_file("filter")
        guard descriptor >= 0 else { throw ConfinementError("memfd_create", errno) }
        let bytes = filter.bytes
        guard bytes.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == bytes.count,
            lseek(descriptor, 0, SEEK_SET) == 0
        else {
            let code = errno
            close(descriptor)
            throw ConfinementError("memfd_create", code)
        }
        return descriptor
    }
}
