import Foundation
import HTTPEdge
import Interchange
import Logging
import Synchronization
import Works

/// The city's rules, read again when their files change.
///
/// Rules that are broken do not replace those that hold; what is wrong with them is logged once. A class, because all requests share what
/// was read last.
final class RuleShelf: Sendable {
    private struct State {
        var book: RuleBook?
        /// What the files looked like when they were read last.
        var stamp: [String: Date] = [:]
        var lookedAt: ContinuousClock.Instant?
    }

    private let folder: URL?
    private let logger: Logger
    private let state = Mutex(State())

    init(folder: URL?, logger: Logger) {
        self.folder = folder
        self.logger = logger
    }

    /// The rules as they are now.
    ///
    /// - Throws: ``Problem`` if none could ever be read.
    func book() throws(Problem) -> RuleBook {
        let book = state.withLock { state -> RuleBook? in
            guard let folder else { return nil }
            let now = ContinuousClock.now
            // Files are looked at once a second at most.
            if let lookedAt = state.lookedAt, now - lookedAt < .seconds(1) { return state.book }
            state.lookedAt = now
            let stamp = Self.stamp(of: folder)
            guard stamp != state.stamp || state.book == nil else { return state.book }
            state.stamp = stamp
            do {
                state.book = try RuleBookReader(folder: folder).read()
                logger.info("rules read", metadata: ["folder": .string(folder.path)])
            } catch {
                logger.error("the rules are broken; the old ones go on", metadata: ["faults": .string("\(error)")])
            }
            return state.book
        }
        guard let book else {
            throw .notReady("there are no rules by which a report could be taken; `worksmap rules check` says why")
        }
        return book
    }

    private static func stamp(of folder: URL) -> [String: Date] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        var stamp: [String: Date] = [:]
        for file in files where file.hasSuffix(".yaml") {
            let path = folder.appendingPathComponent(file).path
            stamp[file] = (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
        }
        return stamp
    }
}
