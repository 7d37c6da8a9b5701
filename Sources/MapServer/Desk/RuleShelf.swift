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
        /// The files and the city's clock as they were when the rules were read last.
        var stamp = Stamp()
        var lookedAt: ContinuousClock.Instant?
        /// Faults that the log has been told.
        var told: String?
    }

    private struct Stamp: Equatable {
        var files: [String: Date] = [:]
        var timeZone: TimeZone?
    }

    private let folder: URL?
    private let city: CityRecord
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameters:
    ///   - folder: The rules' folder; nil if the city has none.
    ///   - city: Whose clock the calendar goes by.
    init(folder: URL?, city: CityRecord, logger: Logger) {
        self.folder = folder
        self.city = city
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
            let stamp = stamp(of: folder)
            if stamp != state.stamp || state.book == nil { read(folder, stamp, &state) }
            return state.book
        }
        guard let book else {
            throw .notReady("the city has no rules by which a report could be taken")
        }
        return book
    }

    /// Reads the rules, whether or not their files have changed. It blocks.
    func reload() {
        guard let folder else { return }
        state.withLock { state in
            state.told = nil
            state.lookedAt = .now
            read(folder, stamp(of: folder), &state)
        }
    }

    private func read(_ folder: URL, _ stamp: Stamp, _ state: inout State) {
        do {
            let book = try RuleBookReader(folder: folder).read(city: stamp.timeZone)
            state.book = book
            state.stamp = stamp
            state.told = nil
            logger.info("rules read", metadata: ["folder": .string(folder.path)])
            if let remark = book.zoneRemark { logger.warning("\(remark)") }
        } catch {
            // Without the stamp they are read again at the next look: a file may be unreadable for a moment.
            let faults = "\(error)"
            guard faults != state.told else { return }
            state.told = faults
            logger.error("the rules are broken; the old ones go on", metadata: ["faults": .string(faults)])
        }
    }

    private func stamp(of folder: URL) -> Stamp {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        var stamp = Stamp(timeZone: city.facts.timeZone)
        for file in files where file.hasSuffix(".yaml") {
            let path = folder.appendingPathComponent(file).path
            stamp.files[file] = (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
        }
        return stamp
    }
}
