import Foundation
public import Glibc
import Sealing
import Synchronization
public import Works

/// Plan of a service's backups.
public struct BackupPlan: Sendable {
    public var folder: String
    /// Seconds between two backups.
    public var interval: Int
    public var retention: BackupRetention
    /// Seconds for which any moment can be restored; 0 keeps no journal.
    public var journalWindow: Int
    /// Public key of `age` for which everything is encrypted; nil leaves it as it is.
    public var recipient: String?
    public var group: gid_t?

    public init(
        folder: String, interval: Int, retention: BackupRetention, journalWindow: Int, recipient: String?,
        group: gid_t? = nil
    ) {
        (self.folder, self.interval, self.retention) = (folder, interval, retention)
        (self.journalWindow, self.recipient, self.group) = (journalWindow, recipient, group)
    }
}

/// Makes backups on a schedule and keeps the journal between them, on threads of its own. Whatever fails is told and tried again; nothing of it ends
/// the service.
///
/// A class, because its threads share the state.
public final class BackupJob: Sendable {
    public enum Level: Sendable { case notice, error }

    /// Time between two looks at the log, and while the log is long, in seconds.
    private static let pause = 0.25
    private static let shortPause = 0.02
    /// Frames from which on the log is long: it is to be emptied soon.
    private static let longLog: UInt32 = 1000
    /// Time until what failed is tried again, in seconds.
    private static let patience = 30.0
    /// Bytes of one record of the journal.
    private static let recordSize = 8 << 20

    private let store: SpatiaLiteStore
    private let plan: BackupPlan
    private let folder: BackupFolder
    private let report: @Sendable (Level, String) -> Void
    private let state: Mutex<State>

    private struct State {
        var status: BackupStatus
        var isStopped = false
        var isCopying = false
        /// True if the running chain of the journal begins at a backup that was made.
        var isChainAnchored = false
        var nextBackup = ContinuousClock.now
    }

    public init(_ store: SpatiaLiteStore, plan: BackupPlan, report: @escaping @Sendable (Level, String) -> Void) {
        self.store = store
        self.plan = plan
        self.report = report
        folder = BackupFolder(plan.folder)
        state = Mutex(State(status: BackupStatus(folder: plan.folder, hasJournal: plan.journalWindow > 0)))
    }

    public var status: BackupStatus { state.withLock { $0.status } }

    /// Begins; it returns at once.
    public func start() { Thread.detachNewThread { self.run() } }

    /// Ends within some seconds, after the last changes were kept.
    public func stop() {
        state.withLock { $0.isStopped = true }
        let limit = ContinuousClock.now + .seconds(5)
        while ContinuousClock.now < limit, state.withLock({ $0.isCopying || $0.status.journalAt != nil }) {
            Thread.sleep(forTimeInterval: 0.02)
        }
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    // MARK: The thread

    private func run() {
        guard let lock = waitForFolder() else { return }
        folder.clean()
        planFirst()
        var journal: Journal?
        var retry = ContinuousClock.now
        while !isStopped {
            if plan.journalWindow > 0, journal == nil, retry <= .now {
                do {
                    journal = try Journal(store, folder, plan.recipient)
                    state.withLock { state in
                        state.isChainAnchored = false
                        state.nextBackup = .now
                        state.status.journalProblem = nil
                    }
                } catch {
                    retry = .now + .seconds(Self.patience)
                    fail(journal: error)
                }
            }
            do {
                if isDue { try begin(&journal) }
                try advance(journal)
            } catch {
                // The next one begins with a backup, so that nothing is missing from then on.
                journal = nil
                retry = .now + .seconds(Self.patience)
                fail(journal: error)
            }
            keepErasures()
            let isLong = journal.map { $0.log.length > Self.longLog } ?? false
            Thread.sleep(forTimeInterval: isLong ? Self.shortPause : Self.pause)
        }
        try? advance(journal)
        state.withLock { $0.status.journalAt = nil }
        withExtendedLifetime(lock) {}
    }

    private func waitForFolder() -> RawLock? {
        var told: String?
        while !isStopped {
            var problem: String?
            do {
                mkdir(folder.path, 0o750)
                if let lock = try folder.lock() {
                    state.withLock { ($0.status.isWaiting, $0.status.problem) = (false, nil) }
                    return lock
                }
                problem = "another service writes its backups there; this one waits for its turn"
            } catch { problem = "\(error)" }
            state.withLock { ($0.status.isWaiting, $0.status.problem) = (true, problem) }
            if let problem, problem != told { report(.notice, "\(folder.path): \(problem)") }
            told = problem
            Thread.sleep(forTimeInterval: 1)
        }
        return nil
    }

    /// A service that was started again goes on with the schedule of the one before.
    private func planFirst() {
        guard let last = (try? folder.backups())?.last.flatMap({ BackupFolder.moment(in: $0) }) else { return }
        let age = Double(PageCopy.now() - last) / 1000
        state.withLock { state in
            state.status.lastSuccess = Instant(secondsSinceEpoch: last / 1000)
            state.nextBackup = .now + .seconds(min(max(Double(plan.interval) - age, 0), Double(plan.interval)))
        }
    }

    private var isDue: Bool { state.withLock { !$0.isCopying && $0.nextBackup <= .now } }

    private func advance(_ journal: Journal?) throws {
        guard let journal else { return }
        try store.checkFile()
        let (moment, bytes) = try journal.advance(limit: Self.recordSize)
        state.withLock { state in
            state.status.journalBytes += bytes
            if state.isChainAnchored { state.status.journalAt = Instant(secondsSinceEpoch: moment / 1000) }
        }
    }

    private func keepErasures() {
        do { try folder.keepErasures(of: store.journal.path) } catch {
            let words = "the file of erasures is not kept: \(error)"
            let isNew = state.withLock { state in
                defer { state.status.problem = words }
                return state.status.problem != words
            }
            if isNew { report(.error, words) }
        }
    }

    private func fail(journal error: any Error) {
        let words = "\(error)"
        let isNew = state.withLock { state in
            state.status.journalAt = nil
            defer { state.status.journalProblem = words }
            return state.status.journalProblem != words
        }
        if isNew { report(.error, "the journal of changes is not kept: \(words)") }
    }

    // MARK: Backups

    private func begin(_ journal: inout Journal?) throws {
        try journal?.beginSegment()
        let segment = journal?.segment
        state.withLock { $0.isCopying = true }
        Thread.detachNewThread { [self] in
            let started = ContinuousClock.now
            do {
                let bytes = try make(segment: segment)
                let seconds = (ContinuousClock.now - started) / .seconds(1)
                state.withLock { state in
                    state.status.problem = nil
                    state.status.made += 1
                    (state.status.lastBytes, state.status.lastSeconds) = (bytes, seconds)
                    state.status.lastSuccess = .now
                    state.isChainAnchored = segment != nil
                    state.nextBackup = started + .seconds(plan.interval)
                }
                report(.notice, "backup made and read back: \(bytes) bytes in \(String(format: "%.1f", seconds)) s")
                prune()
            } catch is CancellationError {
            } catch {
                state.withLock { state in
                    state.status.failures += 1
                    state.status.problem = "\(error)"
                    state.nextBackup = .now + .seconds(min(Self.patience, Double(plan.interval)))
                }
                report(.error, "no backup could be made: \(error)")
            }
            state.withLock { $0.isCopying = false }
        }
    }

    /// Makes one backup and returns its size in bytes.
    private func make(segment: String?) throws -> Int {
        let target = folder.backupPath(PageCopy.now(), isEncrypted: plan.recipient != nil)
        if let recipient = plan.recipient {
            try makeEncrypted(target, recipient, segment)
        } else {
            try store.backup(to: target, group: plan.group, segment: segment) { !self.isStopped }
        }
        try folder.synchronize()
        var status = stat()
        return stat(target, &status) == 0 ? Int(status.st_size) : 0
    }

    /// The copy that is not encrypted yet lies beside the database, where as much lies open already.
    private func makeEncrypted(_ target: String, _ recipient: String, _ segment: String?) throws {
        let plain = UnfinishedFile.name(beside: store.path)
        defer { unlink(plain) }
        let seal = try store.backup(to: plain, segment: segment) { !self.isStopped }
        let held = UnfinishedFile(holding: plain)
        defer { withExtendedLifetime(held) {} }
        let unfinished = try UnfinishedFile(beside: target)
        defer { unfinished.remove() }
        try AgeCipher.encrypt(plain, to: unfinished.path, recipient: recipient)
        try RawFile(unfinished.path, O_RDWR).synchronize()
        let written = try EncryptedSeal.digest(of: unfinished.path)
        try EncryptedSeal.write(seal, of: target, digest: written)
        guard rename(unfinished.path, target) == 0, try EncryptedSeal.digest(of: target) == written else {
            throw StoreError.unwritable(path: target, reason: "it did not read back as it was written")
        }
        if let group = plan.group { try FileModes.give(target, to: group) }
        try keepKey(recipient)
    }

    /// Keeps the key file beside the encrypted backups, encrypted too: with the identity they can be read without any other file.
    private func keepKey(_ recipient: String) throws {
        let source = store.keyFile.path
        guard access(source, F_OK) == 0 else { return }
        let unfinished = try UnfinishedFile(beside: folder.path + "/key.age", mode: 0o600)
        defer { unfinished.remove() }
        try AgeCipher.encrypt(source, to: unfinished.path, recipient: recipient)
        guard rename(unfinished.path, folder.path + "/key.age") == 0 else {
            throw StoreError.unwritable(path: folder.path, reason: String(cString: strerror(errno)))
        }
    }

    private func prune() {
        do {
            let removed = try folder.prune(
                plan.retention, journalWindow: Int64(plan.journalWindow) * 1000, at: PageCopy.now())
            if !removed.isEmpty { report(.notice, "old backups removed: \(removed.joined(separator: ", "))") }
        } catch { report(.error, "old backups could not be removed: \(error)") }
    }
}

/// The journal as it is written. A class, because it owns what it follows.
private final class Journal {
    let log: WriteAheadLog
    private let folder: BackupFolder
    private let recipient: String?
    private let store: String
    private var writer: JournalSegment.Writer
    private var last: Int64 = 0

    var segment: String { writer.name }

    init(_ store: SpatiaLiteStore, _ folder: BackupFolder, _ recipient: String?) throws {
        (self.folder, self.recipient) = (folder, recipient)
        self.store = try store.identity().store
        log = try WriteAheadLog(of: store.path)
        writer = try Self.writer(folder, self.store, log.pageSize, recipient, follows: nil)
    }

    private static func writer(
        _ folder: BackupFolder, _ store: String, _ pageSize: Int, _ recipient: String?, follows: String?
    ) throws -> JournalSegment.Writer {
        let secret = recipient.map { _ in KeyedDigest.newSecret() }
        let key = try recipient.flatMap { try AgeCipher.wrap(secret ?? [], recipient: $0) }
        let head = JournalSegment.Head(store: store, pageSize: pageSize, follows: follows, key: key)
        let name = "journal-\(BackupFolder.stamp(PageCopy.now())).changes"
        return try JournalSegment.Writer(name, in: folder, head, secret: secret)
    }

    /// Begins a file of its own for what follows a backup.
    func beginSegment() throws {
        _ = try advance(limit: 8 << 20)
        guard !writer.isEmpty else { return }
        writer = try Self.writer(folder, store, log.pageSize, recipient, follows: writer.name)
    }

    /// Keeps what was committed since the last call; it is on the disk then.
    ///
    /// - Returns: The moment up to which everything is kept, and how many bytes came.
    func advance(limit: Int) throws -> (moment: Int64, bytes: Int) {
        // A clock that goes back does not take the order with it.
        last = max(last, PageCopy.now())
        let before = writer.size
        try log.advance(limit: limit) { change, isLast in
            try writer.append(change, at: last, isLast: isLast)
            if isLast { try writer.synchronize() }
        }
        return (last, writer.size - before)
    }
}
