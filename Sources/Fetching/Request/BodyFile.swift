import AsyncHTTPClient
import Foundation
import Geometry
import Glibc
import Interchange
import NIOCore
import NIOHTTP1
import NIOPosix

/// Packing and end of a body, as its head tells them.
struct BodyHead: Sendable {
    var encoding: String
    /// True if the server marks the end: a body without a mark ends with its connection, cut off or not.
    var isEndMarked: Bool

    init(_ headers: HTTPHeaders) {
        encoding = headers.first(name: "content-encoding")?.trimmingCharacters(in: .whitespaces).lowercased() ?? ""
        isEndMarked =
            headers.contains(name: "content-length")
            || headers[canonicalForm: "transfer-encoding"].contains { $0.lowercased() == "chunked" }
    }
}

/// Writes a body to a file as it comes, within a limit, and unpacks it.
final class BodyFile: Sendable {
    private let url: URL
    private let limit: Int
    private let origin: String
    private let pool: NIOThreadPool
    private let packed: URL

    /// Octets that are gathered before they are written.
    private static let batch = 1 << 20

    init(at url: URL, limit: Int, of origin: String, pool: NIOThreadPool) {
        self.url = url
        self.limit = limit
        self.origin = origin
        self.pool = pool
        packed = url.appendingPathExtension("packed")
    }

    /// Writes the body down and checks that it is whole.
    ///
    /// - Throws: ``FetchError`` if it is too large, empty, a page, packed in another way than gzip, or perhaps cut off.
    func take(_ body: HTTPClientResponse.Body, head: BodyHead) async throws {
        guard ["", "identity", "gzip", "x-gzip"].contains(head.encoding) else {
            throw FetchError(
                .content, "\(origin) packs the list as \(head.encoding), which was not asked for; gzip was")
        }
        let file = try await pool.runIfActive { [packed] in try OutputDescriptor(packed) }
        var batch = ByteBuffer()
        var count = 0
        for try await chunk in body {
            count += chunk.readableBytes
            guard count <= limit else { throw tooLarge }
            batch.writeImmutableBuffer(chunk)
            guard batch.readableBytes >= Self.batch else { continue }
            let full = batch
            try await pool.runIfActive { try file.write(full) }
            batch.clear()
        }
        let rest = batch
        try await pool.runIfActive { [self] in
            try file.write(rest)
            try unpack(isEndMarked: head.isEndMarked)
        }
    }

    /// Octets of the file.
    func finish() async throws -> Int {
        try await pool.runIfActive { [self] in FileStatus(path: url.path)?.size ?? 0 }
    }

    private var tooLarge: FetchError {
        FetchError(.tooLarge, "\(origin): the list is larger than \(limit) octets (`max_size`)")
    }

    /// Moves the body into its place, or unpacks it there.
    private func unpack(isEndMarked: Bool) throws {
        defer { unlink(packed.path) }
        let source = PeekableSource(try FileSource(path: packed.path))
        var isWhole = isEndMarked
        if try source.peek(2).elementsEqual(GzipSource.magic) {
            try inflate(source)
            isWhole = true
        } else {
            try FileManager.default.moveItem(at: packed, to: url)
        }
        let start = try PeekableSource(FileSource(path: url.path)).peek(512)
        guard !start.isEmpty else { throw FetchError(.cut, "\(origin) sends an empty answer") }
        let text = String(decoding: start, as: UTF8.self).lowercased().drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        guard !text.hasPrefix("<!doctype html"), !text.hasPrefix("<html") else {
            throw FetchError(.content, "\(origin) sends a page for people and no list")
        }
        try refuseError()
        if !isWhole, try !isCompleteJSON() {
            throw FetchError(
                .cut,
                "\(origin) does not say where the list ends (no Content-Length), so that a part of it could pass for the whole; "
                    + "JSON and gzip are taken from such servers")
        }
    }

    /// Refuses a JSON object that tells of an error and has no rows: servers send them with the status 200.
    private func refuseError() throws {
        guard let status = FileStatus(path: url.path), status.size <= 1 << 16,
            let outline = JSONOutline(try Data(contentsOf: url)), outline.root == .object,
            outline.value("features") == nil,
            let error = outline.value("error") ?? outline.value("errors")
        else { return }
        throw FetchError(.content, "\(origin) answers with an error: \(outline.text(error).prefix(300))")
    }

    private func inflate(_ source: PeekableSource) throws {
        let file = try OutputDescriptor(url)
        let plain = GzipSource(source)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.batch, alignment: 16)
        defer { buffer.deallocate() }
        var count = 0
        while true {
            let read: Int
            do { read = try plain.read(into: buffer) } catch let error as InputError {
                throw FetchError(.cut, "\(origin): \(error.message)")
            }
            guard read > 0 else { return }
            count += read
            guard count <= limit else { throw tooLarge }
            try file.write(UnsafeRawBufferPointer(rebasing: buffer[..<read]))
        }
    }

    private func isCompleteJSON() throws -> Bool {
        let bytes = try Data(contentsOf: url, options: .mappedIfSafe)
        return JSONOutline(bytes)?.isComplete ?? false
    }
}

/// A new file that this process alone writes.
final class OutputDescriptor: Sendable {
    private let descriptor: CInt
    private let path: String

    init(_ url: URL) throws {
        path = url.path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else { throw Self.error(path) }
    }

    deinit { close(descriptor) }

    func write(_ buffer: ByteBuffer) throws { try buffer.withUnsafeReadableBytes { try write($0) } }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.error(path) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    func synchronize() { fsync(descriptor) }

    private static func error(_ path: String) -> FetchError {
        FetchError(.setup, "\(path): cannot be written: \(String(cString: strerror(errno)))")
    }
}
