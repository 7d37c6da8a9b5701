import Glibc

/// Bytes that come one chunk after another: a file, standard input, what another process writes.
///
/// A class, because a source stands somewhere in its bytes, and whoever reads moves it on.
public protocol ByteSource: AnyObject {
    /// The name for messages.
    var name: String { get }

    /// How many bytes there are in all, before any decompression, if that is known.
    var byteCount: Int? { get }

    /// How many of them have been read.
    var bytesRead: Int { get }

    /// Fills the buffer as far as it goes and says how many bytes came; 0 at the end.
    ///
    /// - Throws: ``InputError``.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

/// A file or standard input.
public final class FileSource: ByteSource {
    public let name: String
    public let byteCount: Int?
    public private(set) var bytesRead = 0
    fileprivate let descriptor: CInt

    /// Opens a file; `-` is standard input.
    ///
    /// - Throws: ``InputError`` if there is no such file or it may not be read.
    public init(path: String) throws {
        name = path
        if path == "-" {
            descriptor = STDIN_FILENO
            byteCount = nil
            return
        }
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = errno == ENOENT ? "there is no such file" : String(cString: strerror(errno))
            throw InputError(file: path, reason)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
            close(descriptor)
            throw InputError(file: path, "is a directory; name the files in it")
        }
        byteCount = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    deinit {
        if descriptor != STDIN_FILENO { close(descriptor) }
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let base = buffer.baseAddress, buffer.count > 0 else { return 0 }
        while true {
            let count = Glibc.read(descriptor, base, buffer.count)
            if count >= 0 {
                bytesRead += count
                return count
            }
            guard errno == EINTR else { throw InputError(file: name, String(cString: strerror(errno))) }
        }
    }
}

extension FileSource {
    /// Reads at an offset, which leaves the place of other readings alone; fewer bytes than there is room for only at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
        var done = 0
        while done < buffer.count, let base = buffer.baseAddress {
            let count = pread(descriptor, base + done, buffer.count - done, off_t(offset + done))
            if count == 0 { break }
            guard count > 0 || errno == EINTR else { throw InputError(file: name, String(cString: strerror(errno))) }
            done += max(count, 0)
        }
        return done
    }

    /// The bytes at an offset, fewer at the end of the file.
    func bytes(at offset: Int, count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let came = try bytes.withUnsafeMutableBytes { try read(into: $0, at: offset) }
        bytes.removeLast(count - came)
        return bytes
    }
}

/// Bytes that are in memory already.
public final class MemorySource: ByteSource {
    public let name: String
    public var byteCount: Int? { bytes.count }
    public private(set) var bytesRead = 0
    private let bytes: [UInt8]
    private let chunk: Int

    /// - Parameter chunk: The most bytes that one reading gives.
    public init(name: String, _ bytes: [UInt8], chunk: Int = .max) {
        self.name = name
        self.bytes = bytes
        self.chunk = chunk
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = min(buffer.count, bytes.count - bytesRead, chunk)
        bytes.withUnsafeBytes {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[bytesRead..<bytesRead + count]))
        }
        bytesRead += count
        return count
    }
}

/// A source whose first bytes can be looked at before they are read.
public final class PeekableSource: ByteSource {
    private let upstream: any ByteSource
    private var head: [UInt8] = []
    private var taken = 0

    public var name: String { upstream.name }
    public var byteCount: Int? { upstream.byteCount }
    public var bytesRead: Int { upstream.bytesRead }

    public init(_ upstream: any ByteSource) {
        self.upstream = upstream
    }

    /// The next `count` bytes, or fewer if the source ends before; they will still be read.
    public func peek(_ count: Int) throws -> ArraySlice<UInt8> {
        if head.count - taken < count {
            head.removeFirst(taken)
            taken = 0
            while head.count < count {
                var chunk = [UInt8](repeating: 0, count: count - head.count)
                let came = try chunk.withUnsafeMutableBytes { try upstream.read(into: $0) }
                if came == 0 { break }
                head += chunk[..<came]
            }
        }
        return head[taken...].prefix(count)
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard taken < head.count else { return try upstream.read(into: buffer) }
        let count = min(buffer.count, head.count - taken)
        head.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[taken..<taken + count])) }
        taken += count
        if taken == head.count {
            head = []
            taken = 0
        }
        return count
    }
}
