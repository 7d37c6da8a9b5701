import Foundation
import Geometry
import Glibc
import Sealing
import Works

/// A folder of scheduled backups.
///
///     city-20261130T190000123Z.sqlite      a backup; encrypted: .sqlite.age, with its seal beside it as .sqlite.age.json
///     journal-20261130T190000123Z.changes  the changes since
///     erasures                             what was erased, as in the city's folder
///     lock                                 held by the service that writes here
public struct BackupFolder: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path }

    // MARK: Names

    /// Name of what was made at a moment, which sorts by time.
    static func stamp(_ milliseconds: Int64) -> String {
        let second = Instant(secondsSinceEpoch: milliseconds / 1000).description.filter {
            $0 != "-" && $0 != ":" && $0 != "Z"
        }
        let rest = String(milliseconds % 1000)
        return second + String(repeating: "0", count: 3 - rest.count) + rest + "Z"
    }

    /// The moment in a name, in milliseconds since 1970; nil for other names.
    static func moment(in name: String) -> Int64? {
        guard let match = name.firstMatch(of: #/^(?:city|journal)-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z\./#),
            let instant = Instant(
                "\(match.1)-\(match.2)-\(match.3)T\(match.4):\(match.5):\(match.6)Z"), let rest = Int64(match.7)
        else { return nil }
        return instant.secondsSinceEpoch * 1000 + rest
    }

    func backupPath(_ at: Int64, isEncrypted: Bool) -> String {
        "\(path)/city-\(Self.stamp(at)).sqlite\(isEncrypted ? ".age" : "")"
    }

    /// Names in the folder, ascending.
    private func names() throws -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw StoreError.missing(path: path)
        }
        return names.sorted()
    }

    /// Names of the backups, the oldest first.
    func backups() throws -> [String] {
        try names().filter {
            $0.hasPrefix("city-") && ($0.hasSuffix(".sqlite") || $0.hasSuffix(".sqlite.age"))
                && Self.moment(in: $0) != nil
        }
    }

    /// Names of the journal's segments, the oldest first.
    func segments() throws -> [String] {
        try names().filter { $0.hasPrefix("journal-") && $0.hasSuffix(".changes") && Self.moment(in: $0) != nil }
    }

    // MARK: Listing

    /// One backup of the list.
    public struct Entry: Hashable, Sendable {
        public var name: String
        /// Moment of its state, in milliseconds since 1970.
        public var at: Int64
        public var bytes: Int
        public var isEncrypted: Bool
        /// Nil if it cannot be read.
        public var seal: BackupSeal?
        /// Reason why it is damaged; nil if it is whole.
        public var problem: String?
        /// True if it has a seal and is not what was sealed.
        var isChanged = false
    }

    /// Reads every backup as a whole, the oldest first: the scheduled ones, and those of `worksmap backup` that have a seal.
    public func entries(_ body: (Entry) throws -> Void) throws {
        let scheduled = Set(try backups())
        var entries: [Entry] = []
        for name in try names() where scheduled.contains(name) || isDatabase(name) {
            let entry = try entry(name)
            if scheduled.contains(name) || entry.seal != nil || entry.isChanged { entries.append(entry) }
        }
        for entry in entries.sorted(by: { $0.at < $1.at }) { try body(entry) }
    }

    /// True for a file that begins as SQLite's do.
    private func isDatabase(_ name: String) -> Bool {
        var status = stat()
        guard stat("\(path)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            let file = try? RawFile("\(path)/\(name)", O_RDONLY), let head = try? file.read(16, at: 0)
        else { return false }
        return head.elementsEqual("SQLite format 3\0".utf8)
    }

    func entry(_ name: String) throws -> Entry {
        let file = "\(path)/\(name)"
        var status = stat()
        stat(file, &status)
        var entry = Entry(
            name: name, at: Self.moment(in: name) ?? Int64(status.st_mtim.tv_sec) * 1000, bytes: Int(status.st_size),
            isEncrypted: name.hasSuffix(".age"), seal: nil, problem: nil)
        do {
            switch try entry.isEncrypted ? EncryptedSeal.verify(file) : BackupSeal.verify(file) {
            case .whole(let seal):
                entry.seal = seal
                entry.at = seal.at
            case .unsealed: entry.problem = "it has no seal: it was cut off, or written to since it was made"
            case .damaged(let reason): (entry.problem, entry.isChanged) = (reason, true)
            }
        } catch { entry.problem = "\(error)" }
        return entry
    }

    // MARK: Retention

    /// Removes backups that no rule keeps, and segments of the journal that no backup needs.
    ///
    /// - Parameter journalWindow: Milliseconds for which any moment can be restored.
    /// - Returns: Names of what was removed.
    func prune(_ retention: BackupRetention, journalWindow: Int64, at now: Int64) throws -> [String] {
        let backups = try backups()
        let moments = backups.map { Self.moment(in: $0) ?? 0 }
        var kept = retention.kept(moments, at: now)
        // The journal goes on from backups: the one before the window, and those that begin a chain in it.
        let first = moments.lastIndex { $0 <= now - journalWindow }
        if journalWindow > 0 {
            if let first { kept.insert(first) }
            let segments = try segments()
            let beginnings = Set(segments.filter { (try? JournalSegment.head("\(path)/\($0)"))?.follows == nil })
            for (index, name) in backups.enumerated() where moments[index] > now - journalWindow {
                let seal = try? seal(of: name)
                if let segment = seal?.segment, beginnings.contains(segment) { kept.insert(index) }
            }
        }
        var removed: [String] = []
        for (index, name) in backups.enumerated() where !kept.contains(index) {
            for suffix in ["", ".json"] { unlink("\(path)/\(name)\(suffix)") }
            removed.append(name)
        }
        let needed =
            try backups.enumerated().first { kept.contains($0.offset) && ($0.offset >= first ?? 0) }
            .flatMap { try seal(of: $0.element)?.segment }
        if let needed {
            for name in try segments() where name < needed {
                unlink("\(path)/\(name)")
                removed.append(name)
            }
        }
        return removed
    }

    /// The seal of a backup that is not read as a whole.
    func seal(of name: String) throws -> BackupSeal? {
        let file = "\(path)/\(name)"
        return name.hasSuffix(".age") ? try EncryptedSeal.read(file)?.seal : try BackupSeal.read(file)?.seal
    }

    // MARK: Care

    /// Has the system write the folder to the disk.
    func synchronize() throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StoreError.missing(path: path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw StoreError.unwritable(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// Takes the folder for one writer, against all processes; nil if another has it.
    func lock() throws -> RawLock? {
        let file = "\(path)/lock"
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else {
            throw StoreError.unwritable(path: file, reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        return RawLock(descriptor)
    }

    /// Removes what killed writers have left.
    func clean() {
        UnfinishedFile.clean(in: path) {
            $0.hasPrefix("city-") || $0.hasPrefix("journal-") || $0.hasPrefix("erasures.")
        }
    }

    // MARK: Erasures

    /// Brings the folder's copy of the file of erasures up to the city's.
    func keepErasures(of journal: String) throws {
        let target = "\(path)/erasures"
        var (source, copy) = (stat(), stat())
        guard stat(journal, &source) == 0 else { return }
        if stat(target, &copy) == 0, copy.st_size == source.st_size { return }
        try Self.copyWhole(journal, to: target)
        try synchronize()
    }

    static func copyWhole(_ source: String, to target: String) throws {
        let from = try RawFile(source, O_RDONLY)
        let unfinished = try UnfinishedFile(beside: target, mode: 0o600)
        defer { unfinished.remove() }
        let to = try RawFile(unfinished.path, O_WRONLY)
        var offset = 0
        try from.forEachPiece(from: 0, to: try from.size()) { piece in
            try to.write(piece, at: offset)
            offset += piece.count
        }
        try to.synchronize()
        guard rename(unfinished.path, target) == 0 else {
            throw StoreError.unwritable(path: target, reason: String(cString: strerror(errno)))
        }
    }
}

/// A lock that is given back with its last user. A class for that reason.
final class RawLock: Sendable {
    private let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }
}

/// The seal of an encrypted backup, in a file beside it: whoever cannot decrypt it can still tell that it is whole.
enum EncryptedSeal {
    static func write(_ seal: BackupSeal, of path: String, digest: String) throws {
        let text: [(String, JSONValue)] = [("file_sha256", .string(digest)), ("seal", seal.json)]
        let bytes = Array(JSONValue.object(JSONObject(text)).description.utf8) + [10]
        let unfinished = try UnfinishedFile(beside: path + ".json")
        defer { unfinished.remove() }
        let file = try RawFile(unfinished.path, O_WRONLY)
        try file.write(bytes, at: 0)
        try file.synchronize()
        guard rename(unfinished.path, path + ".json") == 0 else {
            throw StoreError.unwritable(path: path + ".json", reason: String(cString: strerror(errno)))
        }
    }

    static func read(_ path: String) throws -> (seal: BackupSeal, digest: String)? {
        guard let data = FileManager.default.contents(atPath: path + ".json"),
            let json = try? JSONParser.parse(Array(data)).object, let digest = json["file_sha256"]?.string,
            let seal = json["seal"].flatMap({ BackupSeal($0) })
        else { return nil }
        return (seal, digest)
    }

    static func verify(_ path: String) throws -> BackupSeal.State {
        guard let (seal, stated) = try read(path) else {
            return .damaged("the file \(path).json, which says what is in it, is not there or broken")
        }
        return try digest(of: path) == stated
            ? .whole(seal) : .damaged("the bytes are not those that were written: bits of them have changed")
    }

    static func digest(of path: String) throws -> String {
        let file = try RawFile(path, O_RDONLY)
        var digest = ContentDigest()
        try file.forEachPiece(from: 0, to: try file.size()) { digest.update($0) }
        file.forgetCached()
        return digest.hex()
    }
}
