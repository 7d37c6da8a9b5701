import Foundation
import Glibc
import Interchange
import Works

/// The folder of a source in the city's folder: its state, its lock, and the lists that came lately.
///
///     sources/NAME/state.json           what is remembered
///     sources/NAME/lock                 held while it is fetched
///     sources/NAME/20261130T150000Z/    a list that was taken: the file, account.json, refused.csv
///     sources/NAME/refused/             the last list that was refused
///     sources/NAME/incoming/            a list that is coming
struct SourceFolder: Sendable {
    let url: URL

    private static let folderMode: mode_t = 0o750

    init(of name: String, in cityFolder: URL) {
        url = cityFolder.appendingPathComponent("sources", isDirectory: true)
            .appendingPathComponent(name, isDirectory: true)
    }

    var incoming: URL { url.appendingPathComponent("incoming", isDirectory: true) }
    var refused: URL { url.appendingPathComponent("refused", isDirectory: true) }

    private var stateFile: URL { url.appendingPathComponent("state.json") }

    /// Makes the folder.
    ///
    /// - Throws: ``FetchError`` if it cannot be made.
    func prepare() throws(FetchError) {
        try Self.make(url.deletingLastPathComponent())
        try Self.make(url)
    }

    private static func make(_ folder: URL) throws(FetchError) {
        guard mkdir(folder.path, folderMode) != 0, errno != EEXIST else { return }
        throw FetchError(.setup, "\(folder.path): cannot be made: \(String(cString: strerror(errno)))")
    }

    // MARK: State

    /// The state; that of a new source if there is none that can be read.
    func state() -> SourceState {
        (try? Data(contentsOf: stateFile)).flatMap { SourceState([UInt8]($0)) } ?? SourceState()
    }

    /// Replaces the state as a whole, so that no power cut leaves half of it.
    func save(_ state: SourceState) throws {
        let part = url.appendingPathComponent("state.json.part")
        let file = try OutputDescriptor(part)
        try state.bytes.withUnsafeBytes { try file.write($0) }
        file.synchronize()
        guard rename(part.path, stateFile.path) == 0 else {
            throw FetchError(.setup, "\(stateFile.path): cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    // MARK: Lists

    /// Empties the place for a list that comes.
    func clearIncoming() throws(FetchError) {
        try? FileManager.default.removeItem(at: incoming)
        try Self.make(incoming)
    }

    /// Gives the list that came a folder of its own, named by the time.
    func keepIncoming(at now: Instant) throws -> URL {
        let stamp = now.description.filter { $0 != "-" && $0 != ":" }
        var folder = url.appendingPathComponent(stamp, isDirectory: true)
        var count = 1
        while FileManager.default.fileExists(atPath: folder.path) {
            count += 1
            folder = url.appendingPathComponent("\(stamp)-\(count)", isDirectory: true)
        }
        try FileManager.default.moveItem(at: incoming, to: folder)
        return folder
    }

    /// Keeps a list that was refused, in place of the one before.
    func setAside(_ folder: URL) throws {
        try? FileManager.default.removeItem(at: refused)
        try FileManager.default.moveItem(at: folder, to: refused)
    }

    /// Removes the oldest lists beyond the limits, never the last good one.
    func prune(_ limits: SourceLimits, keeping lastGood: String?) {
        var bytes = 0
        for (index, name) in lists.reversed().enumerated() {
            let folder = url.appendingPathComponent(name, isDirectory: true)
            bytes += Self.size(of: folder)
            if name != lastGood, index >= limits.keptLists || bytes > limits.keptBytes {
                try? FileManager.default.removeItem(at: folder)
            }
        }
    }

    /// Names of the folders with lists, oldest first.
    var lists: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
        return names.filter { $0.wholeMatch(of: #/\d{8}T\d{6}Z(-\d+)?/#) != nil }
            .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
    }

    private static func size(of folder: URL) -> Int {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).reduce(0) { sum, name in
            sum + (FileStatus(path: folder.appendingPathComponent(name).path)?.size ?? 0)
        }
    }

    // MARK: Lock

    /// Takes the source for one fetch, against all processes; given back with the lock's end.
    ///
    /// - Throws: ``FetchError`` of the kind `busy` if another has it.
    func lock(name: String) throws(FetchError) -> SourceLock {
        let path = url.appendingPathComponent("lock").path
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else {
            throw FetchError(.setup, "\(path): cannot be opened: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw FetchError(
                .busy, "\(name) is being fetched already, by this program or another; try again when that has ended")
        }
        return SourceLock(descriptor)
    }
}

/// A source that is held. A class, because the lock ends with its last user.
final class SourceLock: Sendable {
    private let descriptor: CInt

    init(_ descriptor: CInt) { self.descriptor = descriptor }

    deinit { close(descriptor) }
}
