import Glibc

/// A file that we read ourselves, in a zip archive.
struct OwnArchive {
    /// Its path in the archive.
    let member: String
    private let file: String
    private let unpacked: TemporaryFolder

    /// Unpacks the one file that is meant; nil if the archive holds something for the converter.
    ///
    /// - Parameter chosen: The name of the file, if the user says it.
    /// - Throws: ``InputError`` if several could be meant.
    init?(_ file: String, chosen: String?, limit: Int) throws {
        let archive = try ZipArchive(file, file)
        let isForeign = archive.names.contains {
            $0.contains(".gdb/") || ForeignFormat.byName($0).map { !$0.isArchive } ?? false
        }
        let own = archive.names.filter { ForeignFormat.isOurs($0) || $0.lowercased().hasSuffix(".xml") }
        if let chosen, let member = own.first(where: { $0 == chosen || $0.hasSuffix("/" + chosen) }) {
            self.member = member
        } else {
            guard !isForeign else { return nil }
            var meant = own.filter { !Self.isBeside($0) }
            let tables = meant.filter { !$0.lowercased().hasSuffix(".txt") && !$0.lowercased().hasSuffix(".xml") }
            if !tables.isEmpty { meant = tables }
            guard let first = meant.first else { return nil }
            guard meant.count == 1, chosen == nil else {
                throw InputError(
                    file: file,
                    "the archive holds \(own.count) files that could be meant; choose one with --input-layer: "
                        + own.prefix(10).joined(separator: ", "))
            }
            member = first
        }
        self.file = file
        unpacked = try TemporaryFolder()
        _ = try archive.unpack(into: unpacked.path, limit: limit, only: member)
    }

    /// True for what lies beside data and is none.
    private static func isBeside(_ name: String) -> Bool {
        let name = (name.split(separator: "/").last ?? "").lowercased()
        return ["readme", "license", "licence", "metadata", "copyright", "terms"].contains(where: name.contains)
    }

    /// The file as it lies in the archive.
    var source: PeekableSource {
        get throws {
            PeekableSource(NamedSource(try FileSource(path: "\(unpacked.path)/\(member)"), "\(file)/\(member)"))
        }
    }

    func open(encoding: String?) throws -> PeekableSource {
        try InputFile.unwrap(
            NamedSource(FileSource(path: "\(unpacked.path)/\(member)"), "\(file)/\(member)"), encoding: encoding)
    }
}

/// A source under another name.
final class NamedSource: ByteSource {
    let name: String
    private let upstream: any ByteSource
    var byteCount: Int? { upstream.byteCount }
    var bytesRead: Int { upstream.bytesRead }

    init(_ upstream: any ByteSource, _ name: String) {
        self.upstream = upstream
        self.name = name
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int { try upstream.read(into: buffer) }
}
