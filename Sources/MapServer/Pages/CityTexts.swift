import Foundation
import HTTPEdge
import Interchange
import Logging
import Synchronization
import Works

/// Texts for people that a city keeps in its folder, read at the start and when the service is told to read its files anew.
///
/// A class, because all requests share them.
final class CityTexts: Sendable {
    /// Bytes of a text.
    private static let limit = 256 * 1024

    private let folder: URL?
    private let logger: Logger
    private let texts = Mutex<[Language: PlainMarkdown]>([:])

    /// - Parameter folder: The city's folder; nil if it has none.
    init(folder: URL?, logger: Logger) {
        self.folder = folder
        self.logger = logger
        reload()
    }

    /// The city's own text about what is kept of people, `privacy.ru.md` or `privacy.en.md`; nil if there is none.
    func privacy(in language: Language) -> PlainMarkdown? { texts.withLock { $0[language] } }

    /// The spellings of contractors and services that the city keeps; none if the table cannot be read.
    func names() -> NameTable {
        guard let folder else { return NameTable() }
        do { return try NameTableReader.read(in: folder) } catch {
            logger.error("the city's names are not used", metadata: ["error": .string("\(error)")])
            return NameTable()
        }
    }

    /// Reads the texts anew. One that cannot be read leaves the old one in use. It blocks.
    func reload() {
        guard let folder else { return }
        for language in Language.allCases {
            let file = folder.appendingPathComponent("privacy.\(language.rawValue).md")
            do {
                let text = try Self.read(file)
                texts.withLock { $0[language] = text.map(PlainMarkdown.init) }
            } catch {
                logger.error(
                    "a text of the city cannot be read; the old one goes on",
                    metadata: ["file": .string(file.path), "error": .string("\(error)")])
            }
        }
    }

    /// The text of a plain file; nil if there is none, or nothing in it.
    private static func read(_ file: URL) throws -> String? {
        var status = stat()
        guard stat(file.path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw Fault(String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Fault("that is no plain file") }
        guard status.st_size <= limit else { throw Fault("it has more than \(limit) bytes") }
        guard let text = String(validating: try Data(contentsOf: file), as: UTF8.self) else {
            throw Fault("it is no UTF-8")
        }
        return text.allSatisfy(\.isWhitespace) ? nil : text
    }

    private struct Fault: Error, CustomStringConvertible {
        var description: String

        init(_ description: String) { self.description = description }
    }
}
