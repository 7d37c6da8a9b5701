import Crypto
import Foundation
import Geometry
import HTTPEdge
public import Interchange
import NIOCore
import NIOPosix
import Works

/// One fetch of one source: asks, keeps what came, imports it, and writes down how it went.
public struct SourceRun: Sendable {
    /// Wishes of whoever asks for a fetch.
    public struct Options: Hashable, Sendable {
        /// True if everything is done but kept.
        public var isDryRun = false
        /// True if the list is asked for and imported though it has not changed.
        public var isForced = false
        /// True if the list may close more works than the mapping's share.
        public var confirmsClosings = false

        public init() {}
    }

    public struct Result: Sendable {
        /// One report for each list; empty if nothing has changed.
        public var reports: [ImportReport] = []
        /// Folder with the last list that was taken, if it was kept.
        public var folder: String?
        public var remark: String?
    }

    let surroundings: SourceSurroundings
    let schedule: SourceSchedule
    let options: Options
    private let folder: SourceFolder

    public init(of schedule: SourceSchedule, in surroundings: SourceSurroundings, options: Options = Options()) {
        self.schedule = schedule
        self.surroundings = surroundings
        self.options = options
        folder = SourceFolder(of: schedule.name, in: surroundings.cityFolder)
    }

    /// Fetches the source now, whether or not it is due.
    ///
    /// - Throws: ``FetchError``, which is also written down; `CancellationError` if the task was cancelled, which leaves everything as it was.
    public func run() async throws -> Result {
        try folder.prepare()
        let lock = try folder.lock(name: schedule.name)
        defer { withExtendedLifetime(lock) {} }
        var state = folder.state()
        let started = surroundings.clock.now()
        do {
            let result = try await fetch(&state, started)
            try note(success: result, &state, started)
            return result
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            let error = error as? FetchError ?? FetchError(.setup, "\(error)")
            try? note(failure: error, &state, started)
            throw error
        }
    }

    private func fetch(_ state: inout SourceState, _ started: Instant) async throws -> Result {
        let setup = try Setup(schedule, surroundings)
        defer { try? FileManager.default.removeItem(at: folder.incoming) }
        switch schedule.address {
        case .web(let address):
            let isKnown = try !options.isForced && isImported(state, setup)
            try folder.clearIncoming()
            let validators = isKnown ? state.validators : Validators()
            let fetched = try await withTimeLimit {
                try await WebFetch(schedule, surroundings).fetch(
                    address, into: folder.incoming, validators: validators, at: started)
            }
            guard let fetched else { return try unchanged(&state, setup, started) }
            state.remark = fetched.remark
            let digest = try await surroundings.threads.files.runIfActive { try Self.digest(of: fetched.file) }
            if isKnown, digest == state.digest {
                state.validators = fetched.validators
                return try unchanged(&state, setup, started)
            }
            var result = try await take(fetched.file, setup, &state, started)
            result.remark = fetched.remark
            state.validators = fetched.validators
            state.digest = digest
            return result
        case .path(let path):
            return try await take(LocalLists(path, in: surroundings.cityFolder), setup, &state, started)
        }
    }

    /// Runs `body` within the source's time.
    private func withTimeLimit<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws
        -> Value
    {
        let seconds = schedule.limits.seconds
        return try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await body() }
            group.addTask { [clock = surroundings.clock] in
                try await clock.sleep(.seconds(seconds))
                throw FetchError(.tooSlow, "the whole list was not there after \(seconds) s (`timeout`)")
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }

    // MARK: Taking lists

    /// Everything that decides how a list is read.
    private struct Setup {
        var mapping: Mapping?
        /// Name under which the works are known.
        var source: String
        var digest: String

        init(_ schedule: SourceSchedule, _ surroundings: SourceSurroundings) throws {
            do { mapping = try surroundings.mapping(of: schedule) } catch {
                throw FetchError(.setup, "\(schedule.place): \(error)")
            }
            source = schedule.source ?? mapping?.source ?? schedule.name
            let parts: [String] = [
                "\(schedule.address)", "\(schedule.query)", "\(schedule.headers)",
                schedule.paging.map { "\($0)" } ?? "", schedule.layer?.rawValue ?? "", source,
                schedule.isFull.map { "\($0)" } ?? "",
            ]
            let text = Data(parts.joined(separator: "\n").utf8) + surroundings.mappingText(of: schedule)
            digest = SourceRun.hex(SHA256.hash(data: text))
        }
    }

    /// True if the store still has what the last good list said: it was read in the same way, and no other
    /// database has taken the store's place.
    private func isImported(_ state: SourceState, _ setup: Setup) throws -> Bool {
        guard state.lastGood != nil, state.setup == setup.digest else { return false }
        return try state.observation == observation(of: setup.source)
    }

    private func observation(of source: String) throws -> Instant? {
        try surroundings.store.lastObservation(ofSource: source)
    }

    /// True for lists whose time is that of the fetch, as nothing in them tells it.
    private func isTimedByFetch(_ setup: Setup) -> Bool {
        guard schedule.isFull ?? setup.mapping?.isFullSnapshot ?? false else { return false }
        return setup.mapping?.statesListTime != true && schedule.layer?.isReference != true
    }

    /// Notes that the list was seen once more: what leaves it later ended after this.
    private func unchanged(_ state: inout SourceState, _ setup: Setup, _ started: Instant) throws -> Result {
        if !options.isDryRun, isTimedByFetch(setup) {
            state.observation = try surroundings.store.write(bulk: false) { transaction in
                if let last = try transaction.lastObservation(ofSource: setup.source), last < started {
                    try transaction.noteObservation(started, ofSource: setup.source, isWhole: true)
                }
                return try transaction.lastObservation(ofSource: setup.source)
            }
            state.lastList = started
        }
        return Result(folder: state.lastGood, remark: state.remark)
    }

    private func take(
        _ lists: LocalLists, _ setup: Setup, _ state: inout SourceState, _ started: Instant
    ) async throws -> Result {
        let isKnown = try !options.isForced && isImported(state, setup)
        let items = try lists.items()
        if !isKnown, state.lastGood != nil || state.setup != setup.digest { state.files = [:] }
        state.setup = setup.digest
        // Files that are gone need no longer be remembered.
        state.files = state.files.filter { name, _ in items.contains { $0.name == name } }
        let new = items.filter { state.files[$0.name] != $0.stamp }
        var result = Result(folder: state.lastGood)
        if new.isEmpty { return isKnown ? try unchanged(&state, setup, started) : result }
        for item in new {
            try folder.clearIncoming()
            let file = try await surroundings.threads.files.runIfActive { [folder, schedule] in
                try lists.copy(item, to: folder.incoming, limit: schedule.limits.bytes)
            }
            // A refused file is not tried again until it changes: the files behind it have their turn.
            if !options.isDryRun { state.files[item.name] = item.stamp }
            do {
                let taken = try await take(file, setup, &state, started)
                result.reports += taken.reports
                result.folder = taken.folder
            } catch let error as FetchError where error.isOlder && item != new.last {
                // Lists before the last one that was taken say nothing new.
                continue
            }
        }
        return result
    }

    /// Imports a list that has come, and keeps it.
    private func take(_ file: URL, _ setup: Setup, _ state: inout SourceState, _ started: Instant) async throws
        -> Result
    {
        try Task.checkCancellation()
        let kept = options.isDryRun ? folder.incoming : try folder.keepIncoming(at: started)
        let list = kept.appendingPathComponent(file.lastPathComponent)
        let reports: [ImportReport]
        do {
            reports = try await importing(list, setup, started, refused: kept.appendingPathComponent("refused.csv"))
        } catch {
            if !options.isDryRun { try folder.setAside(kept) }
            throw Self.refusal(error, of: schedule.name, at: folder.refused)
        }
        guard !options.isDryRun else { return Result(reports: reports) }
        try ImportAccount(reports, of: schedule, at: started).write(to: kept.appendingPathComponent("account.json"))
        state.lastGood = kept.lastPathComponent
        state.lastList = reports.compactMap(\.observedAt).max() ?? started
        state.rowsRefused = reports.reduce(0) { $0 + $1.refused }
        state.setup = setup.digest
        state.observation = try observation(of: setup.source)
        // The list is in: whatever happens next, it need not come again.
        try folder.save(state)
        folder.prune(schedule.limits, keeping: state.lastGood)
        return Result(reports: reports, folder: kept.lastPathComponent)
    }

    /// Imports on the thread for imports; a transaction that has begun is ended whatever becomes of the task.
    private func importing(_ list: URL, _ setup: Setup, _ now: Instant, refused: URL) async throws -> [ImportReport] {
        var options = Importer.Options()
        // Another server's list says nothing of works that are not its own.
        options.source = setup.source
        options.attribution = schedule.attribution
        options.isFullSnapshot = schedule.isFull
        options.isDryRun = self.options.isDryRun
        options.confirmsClosings = self.options.confirmsClosings
        options.refusedFile = refused.path
        options.knownOrganisations = surroundings.knownOrganisations
        options.now = now
        if isTimedByFetch(setup) { options.observedAt = now }
        let importer = Importer(store: surroundings.store, options: options)
        let (layer, mapping) = (schedule.layer, setup.mapping)
        let (mappings, conversion) = (surroundings.library, surroundings.conversion)
        let work = surroundings.threads.imports.runIfActive(eventLoop: surroundings.threads.connections.any()) {
            try importer.importFile(
                list.path, as: layer, also: [], mapping: mapping, mappings: mappings, conversion: conversion)
        }
        return try await work.get()
    }

    private static func refusal(_ error: any Error, of name: String, at folder: URL) -> FetchError {
        switch error {
        case let error as FetchError: return error
        case is StoreError: return FetchError(.setup, "\(error)")
        default:
            var refusal = FetchError(.refused, "\(name): \(error) (the list is in \(folder.path))")
            if case ImportError.older = error { refusal.isOlder = true }
            return refusal
        }
    }

    // MARK: Writing down

    private func note(success result: Result, _ state: inout SourceState, _ started: Instant) throws {
        guard !options.isDryRun else { return }
        state.lastTry = started
        state.lastSuccess = started
        state.failures = 0
        state.problem = nil
        state.next = started + Int64(surroundings.backOff.delay(every: schedule.every))
        try folder.save(state)
    }

    private func note(failure error: FetchError, _ state: inout SourceState, _ started: Instant) throws {
        guard !options.isDryRun, error.kind != .busy else { return }
        state.lastTry = started
        state.failures += 1
        state.problem = SourceProblem(kind: error.kind, words: error.description)
        // A list that was refused is what it is: another comes in its own time.
        let delay =
            error.kind == .refused
            ? surroundings.backOff.delay(every: schedule.every)
            : surroundings.backOff.delay(afterFailures: state.failures, every: schedule.every)
        state.next = started + Int64(max(delay, error.retryAfter ?? 0))
        try folder.save(state)
    }

    private static func digest(of file: URL) throws -> String {
        var hash = SHA256()
        let source = try FileSource(path: file.path)
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try source.read(into: $0) }
            guard count > 0 else { return hex(hash.finalize()) }
            hash.update(data: buffer[..<count])
        }
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { String(format: "%02x", $0) }.joined()
    }
}
