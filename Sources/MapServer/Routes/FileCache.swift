import Foundation
import HTTPEdge
import NIOPosix
import Synchronization

/// Files that are served as they are, held in memory so that no request for them waits for a worker.
///
/// A file is compared with the disk at most once a second, and read again by a thread of the cache's own if its size or time has changed. Files
/// beyond the capacity are read each time.
///
/// A class, because all requests share it.
final class FileCache: Sendable {
    /// Bytes of all files together, with their compressed forms.
    private static let capacity = 32 << 20
    /// Time for which a file is not compared with the disk again.
    private static let freshness = Duration.seconds(1)

    struct File: Sendable {
        var bytes: [UInt8]
        /// The bytes in gzip's form; nil for media types that are compressed already.
        var compressed: [UInt8]?
        var mediaType: String
        var entityTag: String

        var memory: Int { bytes.count + (compressed?.count ?? 0) }
    }

    private struct Entry {
        var file: File
        var stamp: Stamp
        var checked: ContinuousClock.Instant
    }

    /// Marks of a file on the disk that change with its content.
    private struct Stamp: Hashable {
        var size: UInt64
        var modified: Date
        var inode: UInt64

        init?(_ url: URL) {
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: url.path),
                let size = attributes[.size] as? UInt64, let modified = attributes[.modificationDate] as? Date
            else { return nil }
            self.size = size
            self.modified = modified
            inode = attributes[.systemFileNumber] as? UInt64 ?? 0
        }
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var memory = 0

        mutating func remove(_ key: String) {
            if let old = entries.removeValue(forKey: key) { memory -= old.file.memory }
        }

        mutating func keep(_ entry: Entry, _ key: String) {
            remove(key)
            guard memory + entry.file.memory <= FileCache.capacity else { return }
            entries[key] = entry
            memory += entry.file.memory
        }
    }

    private let state = Mutex(State())
    private let thread = NIOThreadPool(numberOfThreads: 1)

    init() {
        thread.start()
    }

    func shutDown() async { try? await thread.shutdownGracefully() }

    /// The file that a path below a folder names; nil if there is none. See ``StaticRoutes/url(of:in:)`` for the paths that are followed.
    func file(_ path: String, in folder: URL) async throws -> File? {
        let key = folder.path + "\u{0}" + path
        let now = ContinuousClock.now
        if let entry = state.withLock({ $0.entries[key] }), now - entry.checked < Self.freshness { return entry.file }
        return try await thread.runIfActive { [self] in
            guard let url = StaticRoutes.url(of: path, in: folder), let stamp = Stamp(url) else {
                state.withLock { $0.remove(key) }
                return nil
            }
            if var entry = state.withLock({ $0.entries[key] }), entry.stamp == stamp {
                entry.checked = now
                state.withLock { $0.keep(entry, key) }
                return entry.file
            }
            guard let file = try Self.read(url) else { return nil }
            state.withLock { $0.keep(Entry(file: file, stamp: stamp, checked: now), key) }
            return file
        }
    }

    /// - Throws: ``Problem/outOfDescriptors``
    private static func read(_ url: URL) throws -> File? {
        let bytes: [UInt8]
        do { bytes = [UInt8](try Data(contentsOf: url)) } catch {
            guard Problem.isOutOfDescriptors(error) else { return nil }
            throw Problem.outOfDescriptors
        }
        let type = StaticRoutes.mediaType(of: url)
        let isText = type.hasPrefix("text/") || type.hasSuffix("+xml") || type.contains("json")
        var compressed: [UInt8]?
        if isText, bytes.count >= Content.gzipThreshold {
            // Debian ships Leaflet compressed as well as it goes; what is compressed here is a quarter larger.
            compressed = (try? [UInt8](Data(contentsOf: url.appendingPathExtension("gz")))) ?? GzipEncoder.encode(bytes)
        }
        return File(bytes: bytes, compressed: compressed, mediaType: type, entityTag: Content.tag(of: bytes))
    }
}
