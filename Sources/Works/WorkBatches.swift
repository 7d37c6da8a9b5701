public import TimeBudgets

/// Reads works in the order of their numbers, batch by batch, each in a read transaction of its own.
///
/// Nothing of the store is held between two batches, however long the caller waits there. A work that matches as long
/// as the reading lasts is read exactly once, in the state that its batch finds; works that come in after the first
/// batch are left out.
public struct WorkBatches: Sendable {
    private let store: any WorksStore
    private let filter: WorkFilter
    private let now: Instant
    /// Nil before the first batch.
    private var steps: BatchSteps?
    private var watch: RevisionWatch

    /// - Parameter now: The moment as of which deadlines are judged.
    public init(store: any WorksStore, filter: WorkFilter = .all, at now: Instant) {
        self.store = store
        self.filter = filter
        self.now = now
        watch = RevisionWatch(store: store)
    }

    /// Hands the works of the next batch to `body`, which ends the batch after a work by returning false; a batch also
    /// ends after
    /// ``BatchClock/longest``.
    ///
    /// - Returns: False if all works have been read.
    /// - Throws: What the store and `body` throw, ``StoreWentBack`` if a backup was restored in the meantime.
    public mutating func next(budget: TimeBudget, _ body: (WorkRow) throws -> Bool) throws -> Bool {
        try watch.check(atOnce: false)
        var steps =
            try self.steps
            ?? BatchSteps(
                candidates: store.workCandidates(for: filter, budget: budget), last: store.lastWorkNumber())
        guard !steps.isAtEnd else {
            try watch.check(atOnce: true)
            return false
        }
        var page = WorkPage(filter: filter, after: steps.after)
        (page.numbers, page.upTo) = (steps.numbers, steps.upTo)
        var clock = BatchClock()
        do {
            try store.forEachWork(page, at: now, budget: budget) { row in
                steps.note(row.number)
                guard try body(row), !clock.isSpent() else { throw BatchEnd() }
            }
            steps.finish()
        } catch is BatchEnd {}
        self.steps = steps
        return true
    }
}

/// Reads the features of a reference layer as ``WorkBatches`` reads works.
public struct FeatureBatches: Sendable {
    private let store: any WorksStore
    private let layer: ReferenceLayer
    private let filter: FeatureFilter
    private var steps: BatchSteps?
    private var watch: RevisionWatch

    public init(store: any WorksStore, layer: ReferenceLayer, filter: FeatureFilter = .all) {
        self.store = store
        self.layer = layer
        self.filter = filter
        watch = RevisionWatch(store: store)
    }

    /// Hands the features of the next batch to `body`, which ends the batch after a feature by returning false.
    ///
    /// - Returns: False if all features have been read.
    /// - Throws: What the store and `body` throw, ``StoreWentBack`` if a backup was restored in the meantime.
    public mutating func next(budget: TimeBudget, _ body: (ReferenceFeature) throws -> Bool) throws -> Bool {
        try watch.check(atOnce: false)
        var steps =
            try self.steps
            ?? BatchSteps(candidates: store.featureCandidates(for: filter, in: layer, budget: budget), last: nil)
        guard !steps.isAtEnd else {
            try watch.check(atOnce: true)
            return false
        }
        var filter = filter
        filter.numbers = steps.numbers
        var clock = BatchClock()
        do {
            try store.forEachFeature(in: layer, matching: filter, after: steps.after, limit: nil, budget: budget) {
                number, feature in
                steps.note(number)
                guard try body(feature), !clock.isSpent() else { throw BatchEnd() }
            }
            steps.finish()
        } catch is BatchEnd {}
        self.steps = steps
        return true
    }
}

/// A backup was restored while a layer was being read in batches: its parts would be of different times.
public struct StoreWentBack: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String { "a backup was restored while the layer was being read; ask for it again" }
}

/// Ends a reading after a row.
private struct BatchEnd: Error {}

/// Time limit of one batch, so that a read transaction never holds up the write-ahead log for long.
struct BatchClock {
    /// The longest that a batch goes on.
    static let longest = Duration.milliseconds(100)
    /// The clock is read after so many rows.
    private static let rowsPerLook = 64

    private let end = ContinuousClock.now + Self.longest
    private var rows = 0

    /// Counts a row; true once the time is over.
    mutating func isSpent() -> Bool {
        rows += 1
        guard rows == Self.rowsPerLook else { return false }
        rows = 0
        return ContinuousClock.now >= end
    }
}

/// Notices a store whose state does not follow from the one before, now and then and at the end of a reading.
private struct RevisionWatch: Sendable {
    private static let pause = Duration.milliseconds(100)

    let store: any WorksStore
    private var revision: StoreRevision?
    private var looked = ContinuousClock.now

    init(store: any WorksStore) { self.store = store }

    mutating func check(atOnce: Bool) throws {
        guard revision == nil || atOnce || ContinuousClock.now - looked > Self.pause else { return }
        let revision = try store.revision()
        if let before = self.revision {
            let layersWentBack = before.layers.contains { $0.value > revision.layers[$0.key] ?? 0 }
            let isSameWorks = before.stateOfWorks == revision.stateOfWorks
            guard !layersWentBack, try isSameWorks || store.continues(before.stateOfWorks) else {
                throw StoreWentBack()
            }
        }
        self.revision = revision
        looked = .now
    }
}

/// Position of a reading in batches: in a list of numbers, or in windows of the whole range of numbers.
///
/// A window bounds what one batch goes through if few rows match.
private struct BatchSteps: Sendable {
    private static let numbersPerStep = 4096
    private static let firstWindow: Int64 = 32_768

    private let list: [Int64]?
    private var index = 0
    /// The last number of all; nil if the range is read as one window.
    private let last: Int64?
    private var window = Self.firstWindow
    private var foundAny = false
    private(set) var after: Int64?
    private(set) var isAtEnd: Bool

    init(candidates: [Int64]?, last: Int64?) {
        list = candidates
        self.last = last
        isAtEnd = candidates.map(\.isEmpty) ?? false
    }

    /// The numbers that the next batch looks up; nil if it reads a window.
    var numbers: [Int64]? {
        list.map { Array($0[index..<min(index + Self.numbersPerStep, $0.count)]) }
    }

    /// The last number of the next batch's window; nil if there is no other end.
    var upTo: Int64? {
        guard list == nil, let last else { return nil }
        let (end, overflows) = max(after ?? 0, 0).addingReportingOverflow(window)
        return overflows ? last : min(end, last)
    }

    /// Notes that a row has been handed out.
    mutating func note(_ number: Int64) {
        after = number
        foundAny = true
        guard let list else {
            isAtEnd = last.map { number >= $0 } ?? false
            return
        }
        while index < list.count, list[index] <= number { index += 1 }
        isAtEnd = index == list.count
    }

    /// Notes that the batch went through all of its numbers or its window.
    mutating func finish() {
        if let list {
            index = min(index + Self.numbersPerStep, list.count)
            isAtEnd = index == list.count
        } else if let last, let upTo {
            // Numbers far apart are passed over in ever larger steps.
            window = foundAny ? Self.firstWindow : window > Int64.max / 2 ? Int64.max : window * 2
            after = max(after ?? upTo, upTo)
            isAtEnd = upTo >= last
        } else {
            isAtEnd = true
        }
        foundAny = false
    }
}
