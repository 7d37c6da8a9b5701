import Foundation

/// Where a command's result goes: a file, or standard output.
///
/// A file is written beside the one it replaces and moved over it when it is whole, so that a command that fails leaves the old one. Symbolic
/// links are followed; pipes and devices are written to as they are.
struct OutputFile {
    /// Nil for standard output.
    private let path: String?

    /// - Parameter path: Nil or `-` for standard output.
    init(_ path: String?) { self.path = path == "-" ? nil : path }

    var isStandardOutput: Bool { path == nil }

    /// Writes the whole of it.
    func write(_ bytes: some ContiguousBytes) throws {
        try write { try $0(bytes) }
    }

    /// Hands `body` a function that writes the next bytes.
    func write<Result>(_ body: (_ next: (any ContiguousBytes) throws -> Void) throws -> Result) throws -> Result {
        guard let path else {
            return try body { try Self.append($0, to: STDOUT_FILENO, named: "standard output") }
        }
        let target = realpath(path, nil).map { resolved in
            defer { free(resolved) }
            return String(cString: resolved)
        }
        var status = stat()
        if let target, stat(target, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            return try Self.write(to: target, O_WRONLY, body)
        }
        let whole = target ?? path
        let unfinished = whole + ".part"
        do {
            let result = try Self.write(to: unfinished, O_WRONLY | O_CREAT | O_TRUNC, body)
            guard rename(unfinished, whole) == 0 else { throw Self.failure(path) }
            return result
        } catch {
            unlink(unfinished)
            throw error
        }
    }

    private static func write<Result>(
        to path: String, _ flags: Int32, _ body: (_ next: (any ContiguousBytes) throws -> Void) throws -> Result
    ) throws -> Result {
        let descriptor = open(path, flags | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(path) }
        let result: Result
        do { result = try body { try append($0, to: descriptor, named: path) } } catch {
            close(descriptor)
            throw error
        }
        guard close(descriptor) == 0 else { throw failure(path) }
        return result
    }

    private static func append(_ bytes: any ContiguousBytes, to descriptor: Int32, named name: String) throws {
        try bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                guard count > 0 || errno == EINTR else { throw failure(name) }
                rest = rest.dropFirst(max(count, 0))
            }
        }
    }

    /// What the last system call says.
    private static func failure(_ name: String) -> Failure {
        Failure("\(name): cannot be written: \(String(cString: strerror(errno)))")
    }
}
