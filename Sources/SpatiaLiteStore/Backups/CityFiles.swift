import Foundation
import Glibc
import Sealing
import Works

/// The files of the city's folder in a backup: rules, sources and the lists that came from them, mappings, texts, photos.
///
/// Lists and photos may hold what is private, so every piece is sealed with the database's key. The key file itself and `erasures` are not in it:
/// the key would open its own lock, and `erasures` must outlive what it takes away from.
struct CityFiles {
    /// Names at the top of the folder that stay out.
    static let leftOut: Set<String> = ["key", "erasures"]
    private static let purpose = SealingPurpose(rawValue: "city files")
    private static let pieceSize = 1 << 20
    /// Records of the archive: a file begins, a piece of it, the end of it.
    private enum Kind: UInt8 { case file = 1, piece, end }

    private let folder: URL
    private let paths: [String]
    private let sealer: Sealer

    /// - Parameter sealer: Nil if the key is missing; then no file is taken.
    init?(in folder: String, sealer: Sealer?) {
        guard let sealer else { return nil }
        self.folder = URL(fileURLWithPath: folder, isDirectory: true)
        self.sealer = sealer
        paths = Self.paths(in: self.folder)
    }

    static func sealer(_ seals: Seals) -> Sealer? { try? seals.sealer(purpose) }

    var count: Int { paths.count }

    private static func paths(in folder: URL) -> [String] {
        guard let walk = FileManager.default.enumerator(atPath: folder.path) else { return [] }
        var paths: [String] = []
        for case let path as String in walk {
            let name = path.split(separator: "/").first.map(String.init) ?? path
            guard !leftOut.contains(name), !path.hasSuffix(".part"), !path.hasSuffix("/lock") else { continue }
            var status = stat()
            guard lstat(folder.appendingPathComponent(path).path, &status) == 0, status.st_mode & S_IFMT == S_IFREG
            else { continue }
            paths.append(path)
        }
        return paths.sorted()
    }

    // MARK: Writing

    /// Hands out the archive, piece by piece. A file that goes away meanwhile is passed over.
    func forEachPiece(_ body: ([UInt8]) throws -> Void) throws {
        var index: UInt64 = 0
        func put(_ kind: Kind, _ bytes: [UInt8]) throws {
            let sealed = sealer.seal([kind.rawValue] + bytes, at: Self.place(index))
            index += 1
            try body(withUnsafeBytes(of: UInt32(sealed.count).littleEndian) { Array($0) } + sealed)
        }
        for path in paths {
            guard let file = try? RawFile(folder.appendingPathComponent(path).path, O_RDONLY | O_NOFOLLOW) else {
                continue
            }
            var status = stat()
            stat(file.path, &status)
            try put(.file, Array("\(String(status.st_mode & 0o777, radix: 8)) \(path)".utf8))
            var offset = 0
            while true {
                let bytes = try file.read(Self.pieceSize, at: offset)
                guard !bytes.isEmpty else { break }
                try put(.piece, bytes)
                offset += bytes.count
            }
        }
        try put(.end, [])
    }

    private static func place(_ index: UInt64) -> SealedPlace {
        SealedPlace(table: "backup", column: "files", row: String(index))
    }

    // MARK: Bringing back

    /// Brings the files back as far as that goes; the database is restored already.
    static func tried(from backup: String, keys: StoreKeys, into folder: String) -> CityFilesReturn {
        do { return try bringBack(from: backup, keys: keys, into: folder) } catch {
            var outcome = CityFilesReturn()
            outcome.problem = "\(error)"
            return outcome
        }
    }

    /// Writes the files of a backup into a city's folder, those that are not there.
    static func bringBack(from backup: String, keys: StoreKeys, into folder: String) throws -> CityFilesReturn {
        guard let (seal, size) = try BackupSeal.read(backup), size > 0, seal.files > 0 else { return CityFilesReturn() }
        let file = try RawFile(backup, O_RDONLY)
        var offset = seal.pageSize * seal.pages
        let end = offset + size
        var outcome = CityFilesReturn()
        var index: UInt64 = 0
        var target: (file: UnfinishedFile, raw: RawFile, path: String, size: Int)?
        func finish() throws {
            guard let (unfinished, raw, path, _) = target else { return }
            try raw.synchronize()
            guard rename(unfinished.path, path) == 0 else {
                throw StoreError.unwritable(path: path, reason: String(cString: strerror(errno)))
            }
            target = nil
            outcome.written += 1
        }
        while offset + 4 <= end {
            let length = try file.read(4, at: offset).reversed().reduce(0) { $0 << 8 | Int($1) }
            let sealed = try file.read(length, at: offset + 4)
            offset += 4 + length
            guard let id = Sealer.key(of: sealed), let sealer = keys.sealer(purpose, with: id) else {
                outcome.problem = "the key file does not have the key with which they were sealed"
                return outcome
            }
            guard let plain = try? sealer.open(sealed, at: place(index)), let kind = plain.first.flatMap(Kind.init)
            else {
                outcome.problem = "a piece of them does not open: it was changed"
                return outcome
            }
            index += 1
            let bytes = Array(plain.dropFirst())
            switch kind {
            case .file:
                try finish()
                let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ", maxSplits: 1)
                guard parts.count == 2, let mode = mode_t(parts[0], radix: 8), isInside(parts[1]) else {
                    outcome.problem = "a name in it is none of a file in the city's folder"
                    return outcome
                }
                let path = folder + "/" + parts[1]
                guard access(path, F_OK) != 0 else {
                    outcome.kept += 1
                    continue
                }
                try FileManager.default.createDirectory(
                    atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o750])
                let unfinished = try UnfinishedFile(beside: path, mode: mode)
                target = (unfinished, try RawFile(unfinished.path, O_WRONLY), path, 0)
            case .piece:
                guard let (unfinished, raw, path, size) = target else { continue }
                try raw.write(bytes, at: size)
                target = (unfinished, raw, path, size + bytes.count)
            case .end: try finish()
            }
        }
        return outcome
    }

    /// True for a relative path that stays in the folder and is none of the files that are left out.
    private static func isInside(_ path: Substring) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." } && !leftOut.contains(String(parts[0]))
            && !path.utf8.contains(0)
    }
}

/// Outcome of bringing the files of a backup back.
public struct CityFilesReturn: Hashable, Sendable {
    public var written = 0
    /// Files that were there already, and stay as they are.
    public var kept = 0
    /// Reason why the archive was not read to its end.
    public var problem: String?
}
