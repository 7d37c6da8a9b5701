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
        /// The files as they were when the rules were read last.
        var stamp: [String: Date] = [:]
        var lookedAt: ContinuousClock.Instant?
        /// Faults that the log has been told.
        var told: String?
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
            if stamp != state.stamp || state.book == nil { read(folder, stamp, &state) }
            return state.book
        }
        guard let book else {
            throw .notReady("there are no rules by which a report could be taken; `worksmap rules check` says why")
        }
        return book
    }

    /// Reads the rules, whether or not their files have changed. It blocks.
    func reload() {
        guard let folder else { return }
        state.withLock { state in
            state.told = nil
            state.lookedAt = .now
            read(folder, Self.stamp(of: folder), &state)
        }
    }

    private func read(_ folder: URL, _ stamp: [String: Date], _ state: inout State) {
        do {
            state.book = try RuleBookReader(folder: folder).read()
            state.stamp = stamp
            state.told = nil
            logger.info("rules read", metadata: ["folder": .string(folder.path)])
        } catch {
            // Without the stamp they are read again at the next look: a file may be unreadable for a moment.
            let faults = "\(error)"
            guard faults != state.told else { return }
            state.told = faults
            logger.error("the rules are broken; the old ones go on", metadata: ["faults": .string(faults)])
        }
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
