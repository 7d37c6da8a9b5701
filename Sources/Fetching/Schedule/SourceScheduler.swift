import Foundation
import Interchange
public import Logging
import NIOPosix
import Synchronization
import Works

/// Fetches the sources of `sources.yaml` when each is due, and tells how fresh they are. A class, because a
/// service and its routes share it.
public final class SourceScheduler: Sendable {
    /// Fetches at the same time.
    private static let atOnce = 3
    /// Longest sleep: what another program has fetched, and a clock that jumped, are seen after it.
    private static let longestSleep = 5
    /// Least time between two tries of a source that could not be fetched, in seconds.
    private static let rest = 10

    private struct State {
        var schedules: [SourceSchedule] = []
        var stored: [String: SourceState] = [:]
        /// Faults of `sources.yaml`; the schedules before them go on.
        var faults: [String] = []
        var running: Set<String> = []
        var counts: [String: FetchCounts] = [:]
        /// Times before which nothing is tried again, whatever the folder says: it may be that nothing can
        /// be written there.
        var rests: [String: Instant] = [:]
    }

    /// Fetches since the start, by how they ended.
    struct FetchCounts: Hashable, Sendable {
        var taken = 0
        var unchanged = 0
        var failed = 0
    }

    private let surroundings: SourceSurroundings
    private let logger: Logger
    private let state = Mutex(State())

    /// Reads `sources.yaml`; faults are logged, and nothing is fetched until they are mended.
    public init(_ surroundings: SourceSurroundings, logger: Logger) {
        self.surroundings = surroundings
        var logger = logger
        logger[metadataKey: "component"] = "sources"
        self.logger = logger
        reload()
    }

    /// Reads `sources.yaml` anew. It blocks.
    public func reload() {
        let file = SourcesFile(in: surroundings.cityFolder)
        var faults: [String] = []
        var schedules: [SourceSchedule] = []
        do {
            schedules = try file.read()
            faults = surroundings.conflicts(in: schedules)
        } catch {
            faults = error.faults.map(\.description)
        }
        for fault in faults {
            logger.error("sources.yaml is broken; the old one goes on", metadata: ["fault": .string(fault)])
        }
        let read = (schedules, faults)
        state.withLock { state in
            state.faults = read.1
            if read.1.isEmpty { state.schedules = read.0 }
        }
        refresh()
        guard faults.isEmpty, !schedules.isEmpty else { return }
        logger.info("sources read", metadata: ["sources": .stringConvertible(schedules.count)])
    }

    // MARK: Freshness

    /// Freshness of each source, in the order of the file; made of what lies in memory.
    public var freshness: [SourceFreshness] {
        let now = surroundings.clock.now()
        return state.withLock { state in
            state.schedules.map { schedule in
                SourceFreshness(
                    name: schedule.name, title: schedule.title, lateAfter: schedule.lateAfter,
                    isPaused: schedule.isPaused, state.stored[schedule.name] ?? SourceState(), at: now)
            }
        }
    }

    /// Faults of `sources.yaml`, each with its line and key.
    public var faults: [String] { state.withLock { $0.faults } }

    /// Fetches since the start: source, outcome, count.
    public var counts: [(source: String, outcome: String, count: Int)] {
        state.withLock { state in
            state.schedules.flatMap { schedule in
                let counts = state.counts[schedule.name] ?? FetchCounts()
                return [
                    (schedule.name, "taken", counts.taken), (schedule.name, "unchanged", counts.unchanged),
                    (schedule.name, "failed", counts.failed),
                ]
            }
        }
    }

    /// Looks at the states in the folders: other programs fetch too.
    private func refresh() {
        let schedules = state.withLock { $0.schedules }
        var stored: [String: SourceState] = [:]
        for schedule in schedules {
            stored[schedule.name] = SourceFolder(of: schedule.name, in: surroundings.cityFolder).state()
        }
        let found = stored
        state.withLock { $0.stored = found }
    }

    // MARK: Fetching

    /// Fetches until the task is cancelled. A fetch that is running is cancelled then; an import is finished.
    public func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                guard (try? await surroundings.threads.files.runIfActive { self.refresh() }) != nil else { break }
                for schedule in begin() {
                    group.addTask { await self.fetch(schedule) }
                }
                do { try await surroundings.clock.sleep(.seconds(pause)) } catch { break }
            }
            group.cancelAll()
        }
    }

    /// Fetches all that is due now, and waits for it.
    func runDue() async {
        refresh()
        let due = begin()
        await withDiscardingTaskGroup { group in
            for schedule in due { group.addTask { await self.fetch(schedule) } }
        }
    }

    /// Seconds until something may be due.
    private var pause: Int {
        let now = surroundings.clock.now()
        return state.withLock { state in
            let next = state.schedules.compactMap { state.stored[$0.name]?.next }.min() ?? now
            return Int(min(max(next - now, 1), Int64(Self.longestSleep)))
        }
    }

    /// Sources that are due, marked as running; the one that waited longest first.
    private func begin() -> [SourceSchedule] {
        let now = surroundings.clock.now()
        return state.withLock { state in
            let due = state.schedules.filter { schedule in
                !schedule.isPaused && !state.running.contains(schedule.name)
                    && (state.stored[schedule.name] ?? SourceState()).isDue(at: now)
                    && state.rests[schedule.name].map { $0 <= now || $0 - now > Int64(Self.rest) } ?? true
            }
            .sorted { one, other in
                state.stored[one.name]?.next ?? now < state.stored[other.name]?.next ?? now
            }
            .prefix(max(Self.atOnce - state.running.count, 0))
            state.running.formUnion(due.map(\.name))
            return Array(due)
        }
    }

    private func fetch(_ schedule: SourceSchedule) async {
        var logger = logger
        logger[metadataKey: "source"] = .string(schedule.name)
        let folder = SourceFolder(of: schedule.name, in: surroundings.cityFolder)
        do {
            let result = try await SourceRun(of: schedule, in: surroundings).run()
            note(result, logger)
            state.withLock { state in
                if result.reports.isEmpty {
                    state.counts[schedule.name, default: FetchCounts()].unchanged += 1
                } else {
                    state.counts[schedule.name, default: FetchCounts()].taken += 1
                }
            }
        } catch is CancellationError {
            // The service ends; the source is due again at the next start.
        } catch let error as FetchError where error.kind == .busy {
            logger.debug("another program fetches the source")
            rest(schedule)
        } catch {
            logger.warning("the source could not be fetched", metadata: ["error": .string("\(error)")])
            state.withLock { $0.counts[schedule.name, default: FetchCounts()].failed += 1 }
            rest(schedule)
        }
        let stored = try? await surroundings.threads.files.runIfActive { folder.state() }
        state.withLock { state in
            state.running.remove(schedule.name)
            if let stored { state.stored[schedule.name] = stored }
        }
    }

    private func rest(_ schedule: SourceSchedule) {
        let end = surroundings.clock.now() + Int64(Self.rest)
        state.withLock { $0.rests[schedule.name] = end }
    }

    private func note(_ result: SourceRun.Result, _ logger: Logger) {
        if let remark = result.remark { logger.notice("\(remark)") }
        for report in result.reports {
            logger.info(
                "list taken",
                metadata: [
                    "layer": .string(report.layer.rawValue), "read": .stringConvertible(report.read),
                    "inserted": .stringConvertible(report.inserted), "updated": .stringConvertible(report.updated),
                    "closed": .stringConvertible(report.closed), "refused": .stringConvertible(report.refused),
                ])
        }
        if result.reports.isEmpty { logger.debug("nothing new") }
    }
}

extension SourceState {
    /// True if it is time to fetch. A last try ahead of the clock means that the clock was set back: no time
    /// noted then holds any more.
    func isDue(at now: Instant) -> Bool {
        if let lastTry, lastTry > now { return true }
        return next.map { $0 <= now } ?? true
    }
}
