import CISAL
import Glibc

/// The files of a zip archive (PKWARE's APPNOTE 6.3.10), unpacked into a folder of ours.
///
/// Read are stored and deflated files, also beyond 4 GiB. Names that lead out of the folder are refused; links and hidden files are left out.
struct ZipArchive {
    private struct Member {
        var name: String
        var isDeflated: Bool
        var packed: Int
        var size: Int
        var checksum: UInt32
        /// Where its own header begins.
        var offset: Int
    }

    static let memberLimit = 10_000
    private static let directoryLimit = 16 << 20

    private let title: String
    private let file: FileSource
    private let byteCount: Int
    private var members: [Member] = []

    /// Reads the list of an archive's files.
    ///
    /// - Parameter title: The name of the archive for messages.
    /// - Throws: ``InputError``.
    init(_ title: String, _ path: String) throws {
        self.title = title
        file = try FileSource(path: path)
        byteCount = file.byteCount ?? 0
        let (offset, size, count) = try directory()
        guard count <= Self.memberLimit, size <= Self.directoryLimit else {
            throw error(
                "the archive holds more than \(Self.memberLimit) files; unpack it and import those that are meant")
        }
        let list = try Block(bytes(at: offset, count: size), damaged)
        var position = 0
        for _ in 0..<count { if let member = try member(list, &position) { members.append(member) } }
    }

    /// The paths of its files.
    var names: [String] { members.map(\.name) }

    // MARK: The list

    /// Where the list of files lies: from the record at the end of the archive.
    private func directory() throws -> (offset: Int, size: Int, count: Int) {
        let length = min(byteCount, 22 + 0xFFFF)
        let start = byteCount - length
        let end = try Block(bytes(at: start, count: length), damaged)
        guard length >= 22,
            let record = stride(from: length - 22, through: 0, by: -1).first(where: {
                end.has([0x50, 0x4B, 5, 6], at: $0)
            })
        else { throw error("is not what its name says, or is damaged: it is no zip archive, or was cut off") }
        var (count, size, offset) = try (
            end.number(record + 10, 2), end.number(record + 12, 4), end.number(record + 16, 4)
        )
        if record >= 20, end.has([0x50, 0x4B, 6, 7], at: record - 20) {
            let large = try Block(bytes(at: end.number(record - 12, 8), count: 56), damaged)
            guard large.has([0x50, 0x4B, 6, 6], at: 0) else { throw damaged }
            (count, size, offset) = try (large.number(32, 8), large.number(40, 8), large.number(48, 8))
        }
        return (offset, size, count)
    }

    /// The next entry of the list; nil if it is left out.
    private func member(_ list: Block, _ position: inout Int) throws -> Member? {
        let start = position
        guard list.has([0x50, 0x4B, 1, 2], at: start) else { throw damaged }
        let lengths = try (list.number(start + 28, 2), list.number(start + 30, 2), list.number(start + 32, 2))
        let nameStart = start + 46
        let extraStart = nameStart + lengths.0
        position = extraStart + lengths.1 + lengths.2
        let name = try list.text(nameStart, lengths.0)
        guard let name = try path(name) else { return nil }
        // What made the archive says in the upper half what kind of file it is, if it knows Unix.
        let mode = try list.number(start + 38, 4) >> 16
        if try list.number(start + 5, 1) == 3, mode & 0o170000 != 0, mode & 0o170000 != 0o100000 { return nil }
        guard try list.number(start + 8, 2) & 1 == 0 else { throw error("“\(name)” in the archive is encrypted") }
        let method = try list.number(start + 10, 2)
        guard method == 0 || method == 8 else {
            throw error(
                "“\(name)” in the archive is packed in a way that is not known (\(method)); pack it as zip with deflate"
            )
        }
        var (packed, size, offset) =
            try (list.number(start + 20, 4), list.number(start + 24, 4), list.number(start + 42, 4))
        var extra = extraStart
        while extra + 4 <= extraStart + lengths.1 {
            let (kind, length) = try (list.number(extra, 2), list.number(extra + 2, 2))
            var field = extra + 4
            extra = field + length
            guard kind == 1, extra <= extraStart + lengths.1 else { continue }
            // Only those are there that do not fit above.
            func wide(_ value: Int) throws -> Int {
                guard value == 0xFFFF_FFFF, field + 8 <= extra else { return value }
                defer { field += 8 }
                return try list.number(field, 8)
            }
            (size, packed, offset) = try (wide(size), wide(packed), wide(offset))
        }
        return Member(
            name: name, isDeflated: method == 8, packed: packed, size: size,
            checksum: UInt32(truncatingIfNeeded: try list.number(start + 16, 4)), offset: offset)
    }

    /// A member's path below the folder; nil if it is none that anybody means.
    private func path(_ name: String) throws -> String? {
        let parts = name.split { $0 == "/" || $0 == "\\" }.filter { $0 != "." }
        guard !parts.contains(".."), !name.utf8.contains(0), name.utf8.count <= 1024,
            parts.allSatisfy({ $0.utf8.count <= 255 })
        else { throw error("holds a file called “\(name.prefix(80))”, which would lie elsewhere") }
        guard let last = name.last, last != "/", last != "\\", !parts.isEmpty, parts[0] != "__MACOSX",
            !parts.contains(where: { $0.hasPrefix(".") })
        else { return nil }
        return parts.joined(separator: "/")
    }

    // MARK: Unpacking

    /// Writes all files into a folder, or one of them.
    ///
    /// - Parameter limit: Bytes that they may have together.
    /// - Returns: Their paths in it.
    /// - Throws: ``InputError``.
    func unpack(into folder: String, limit: Int, only name: String? = nil) throws -> [String] {
        var left = limit
        for member in members where name == nil || member.name == name {
            guard member.size <= left else {
                throw error(
                    "what the archive holds is larger than \(limit >> 20) MB; allow more with --convert-output")
            }
            left -= member.size
            var parent = folder
            for part in member.name.split(separator: "/").dropLast() {
                parent += "/\(part)"
                guard mkdir(parent, 0o700) == 0 || errno == EEXIST else { throw error("\(parent): \(reason)") }
            }
            let path = "\(folder)/\(member.name)"
            let output = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            guard output >= 0 else {
                throw error(errno == EEXIST ? "the archive holds “\(member.name)” twice" : "\(path): \(reason)")
            }
            defer { close(output) }
            try unpack(member, into: output)
        }
        return members.map(\.name)
    }

    private func unpack(_ member: Member, into output: CInt) throws {
        let header = try Block(bytes(at: member.offset, count: 30), damaged)
        guard header.has([0x50, 0x4B, 3, 4], at: 0) else { throw damaged }
        let start = try member.offset + 30 + header.number(26, 2) + header.number(28, 2)
        guard member.packed <= byteCount - start, start <= byteCount else { throw damaged }
        let source = ZipMemberSource(file, at: start, count: member.packed)
        var inflated: RawInflation?
        if member.isDeflated { inflated = RawInflation(source) }
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var written = 0
        var checksum: UInt32 = 0
        while true {
            let count = try buffer.withUnsafeMutableBytes { bytes in
                if let inflated {
                    guard let count = try inflated.read(into: bytes) else { throw damaged(member.name) }
                    return count
                }
                return try source.read(into: bytes)
            }
            if count == 0 { break }
            written += count
            guard written <= member.size else { throw damaged(member.name) }
            checksum = buffer.withUnsafeBufferPointer { crc32_gzip_refl(checksum, $0.baseAddress, UInt64(count)) }
            var done = 0
            while done < count {
                let came = buffer.withUnsafeBytes { write(output, $0.baseAddress! + done, count - done) }
                guard came > 0 || errno == EINTR else { throw error("cannot be unpacked: \(reason)") }
                done += max(came, 0)
            }
        }
        guard written == member.size, checksum == member.checksum else { throw damaged(member.name) }
    }

    // MARK: Bytes

    private func bytes(at offset: Int, count: Int) throws -> [UInt8] {
        guard offset >= 0, count >= 0, offset <= byteCount, count <= byteCount - offset else { throw damaged }
        return try file.bytes(at: offset, count: count)
    }

    private var reason: String { String(cString: strerror(errno)) }
    private var damaged: InputError { error("the archive is damaged or cut off; fetch it again") }
    private func damaged(_ name: String) -> InputError {
        error("“\(name)” in the archive is damaged: its checksum or size does not fit; fetch it again")
    }
    private func error(_ message: String) -> InputError { InputError(file: title, message) }

    /// Bytes of which numbers are read, little-endian.
    private struct Block {
        let bytes: [UInt8]
        let fault: InputError

        init(_ bytes: [UInt8], _ fault: InputError) {
            self.bytes = bytes
            self.fault = fault
        }

        func has(_ magic: [UInt8], at offset: Int) -> Bool {
            offset >= 0 && offset + magic.count <= bytes.count && bytes[offset...].starts(with: magic)
        }

        /// - Throws: The fault if it lies beyond the end, or is larger than any file.
        func number(_ offset: Int, _ count: Int) throws -> Int {
            guard offset >= 0, offset + count <= bytes.count else { throw fault }
            let value = (0..<count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[offset + $1]) }
            guard value < 1 << 48 else { throw fault }
            return Int(value)
        }

        /// UTF-8, or else each byte as a letter of Latin-1: different names stay different.
        func text(_ offset: Int, _ count: Int) throws -> String {
            guard offset >= 0, offset + count <= bytes.count else { throw fault }
            let name = bytes[offset..<offset + count]
            if let text = String(validating: name, as: UTF8.self) { return text }
            return String(String.UnicodeScalarView(name.map { Unicode.Scalar($0) }))
        }
    }
}

/// A stretch of a file.
final class ZipMemberSource: ByteSource {
    var name: String { file.name }
    var byteCount: Int? { end - start }
    var bytesRead: Int { position - start }
    private let file: FileSource
    private let start: Int
    private let end: Int
    private var position: Int

    init(_ file: FileSource, at start: Int, count: Int) {
        self.file = file
        self.start = start
        position = start
        end = start + count
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        let room = UnsafeMutableRawBufferPointer(start: base, count: min(buffer.count, end - position))
        let count = try file.read(into: room, at: position)
        position += count
        return count
    }
}

/// The contents of a raw deflate stream (RFC 1951).
final class RawInflation {
    private let upstream: any ByteSource
    private let state: UnsafeMutablePointer<inflate_state>
    private let input: UnsafeMutableRawBufferPointer

    init(_ upstream: any ByteSource) {
        self.upstream = upstream
        // A state of 70 kB that points into itself: it must not move.
        state = .allocate(capacity: 1)
        input = .allocate(byteCount: 1 << 18, alignment: 16)
        isal_inflate_init(state)
        state.pointee.crc_flag = UInt32(ISAL_DEFLATE)
        state.pointee.avail_in = 0
    }

    deinit {
        state.deallocate()
        input.deallocate()
    }

    /// Fills the buffer as far as it goes; 0 at the end, nil if the stream is damaged or ends too early.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int? {
        let room = UInt32(clamping: buffer.count)
        state.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        state.pointee.avail_out = room
        while state.pointee.avail_out == room, state.pointee.block_state != ISAL_BLOCK_FINISH {
            if state.pointee.avail_in == 0 {
                let count = try upstream.read(into: input)
                guard count > 0 else { return nil }
                state.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
                state.pointee.avail_in = UInt32(count)
            }
            let result = isal_inflate(state)
            guard result == ISAL_DECOMP_OK || result == ISAL_END_INPUT else { return nil }
        }
        return Int(room - state.pointee.avail_out)
    }
}
