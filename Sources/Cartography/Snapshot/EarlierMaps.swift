import Foundation
import Synchronization
import TimeBudgets
import Works

/// The map as of a moment.
struct EarlierMap: Sendable {
    var moment: Instant
    /// Its revision is that of the present snapshot that it was last brought up with.
    var snapshot: Snapshot
    /// Tells states that look different apart: tiles are kept under it, so that they end with it.
    var edition: Int

    /// Memory of its own: reference layers are shared with the present.
    var bytes: Int { snapshot.bytes - snapshot.reference.values.reduce(0) { $0 + $1.bytes } }
}

/// Maps of moments that were asked for lately. Each is made once, whoever waits for it, on a thread of its own, so that a request that
/// runs out of time does not undo the work.
///
/// A class, because all requests share it.
final class EarlierMaps: Sendable {
    fileprivate final class Job: Sendable {
        let result = Mutex<Result<EarlierMap, any Error>?>(nil)
    }

    fileprivate struct State {
        /// The one used last stands last.
        var maps: [EarlierMap] = []
        var jobs: [Instant: Job] = [:]
        var edition = 0
    }

    private let store: any WorksStore
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "worksmap.earlier-maps")

    /// Moments that are kept at most.
    static let count = 4
    /// Memory of all of them, in octets. The one used last stays even if it is larger alone.
    private static let limit = 256 << 20
    /// Maps that may wait to be made.
    private static let jobs = 8
    /// Longest time that making a map may take.
    private static let patience = Duration.seconds(120)
    /// Microseconds between two looks of somebody who waits for a map.
    private static let pause: UInt32 = 1000

    init(store: any WorksStore) {
        self.store = store
    }

    /// The map of a moment if it is there and up to the present snapshot. It does not wait.
    func known(asOf moment: Instant, _ present: StoreRevision) -> EarlierMap? {
        state.withLock { $0.known(asOf: moment, present) }
    }

    /// The map of a moment.
    ///
    /// - Throws: `StoreError`; `TimeBudgetError` if the budget is spent before it is made.
    func map(asOf moment: Instant, _ present: Snapshot, budget: TimeBudget) throws -> EarlierMap {
        while true {
            let (known, job) = state.withLock { state -> (EarlierMap?, Job?) in
                if let known = state.known(asOf: moment, present.revision) { return (known, nil) }
                if let job = state.jobs[moment] { return (nil, job) }
                guard state.jobs.count < Self.jobs else { return (nil, nil) }
                let job = Job()
                state.jobs[moment] = job
                start(job, moment, present)
                return (nil, job)
            }
            if let known { return known }
            while let job {
                if let result = job.result.withLock({ $0 }) { return try result.get() }
                try budget.check()
                usleep(Self.pause)
            }
            try budget.check()
            usleep(Self.pause)
        }
    }

    private func start(_ job: Job, _ moment: Instant, _ present: Snapshot) {
        queue.async { [self] in
            let before = state.withLock { state in state.maps.first { $0.moment == moment } }
            let budget = TimeBudget(Self.patience)
            let result = Result { () throws -> EarlierMap in
                var snapshot: Snapshot
                var isSame = false
                if let before, try store.continues(before.snapshot.revision.stateOfWorks),
                    before.snapshot.delta.count < SnapshotWriter.deltaLimit
                {
                    (snapshot, isSame) = try SnapshotWriter(store: store).update(
                        before.snapshot, asOf: moment, to: present, budget: budget)
                } else {
                    snapshot = try SnapshotWriter(store: store).load(asOf: moment, beside: present, budget: budget)
                }
                return state.withLock { state in
                    if !isSame { state.edition += 1 }
                    let map = EarlierMap(
                        moment: moment, snapshot: snapshot, edition: isSame ? before!.edition : state.edition)
                    state.keep(map, limit: Self.limit)
                    return map
                }
            }
            state.withLock { _ = $0.jobs.removeValue(forKey: moment) }
            job.result.withLock { $0 = result }
        }
    }
}

extension EarlierMaps.State {
    fileprivate mutating func known(asOf moment: Instant, _ present: StoreRevision) -> EarlierMap? {
        guard let index = maps.firstIndex(where: { $0.moment == moment && $0.snapshot.revision == present }) else {
            return nil
        }
        let found = maps.remove(at: index)
        maps.append(found)
        return found
    }

    fileprivate mutating func keep(_ map: EarlierMap, limit: Int) {
        maps.removeAll { $0.moment == map.moment }
        maps.append(map)
        while maps.count > 1, maps.count > EarlierMaps.count || maps.reduce(0, { $0 + $1.bytes }) > limit {
            maps.removeFirst()
        }
    }
}

extension SnapshotWriter {
    /// Reads the works as they were at a moment; the layers are those of the present.
    func load(asOf moment: Instant, beside present: Snapshot, budget: TimeBudget) throws -> Snapshot {
        var filter = WorkFilter.all
        filter.asOf = moment
        let intake = try WorkIntake.all(of: store, matching: filter, budget: budget)
        let base = intake.staging.segment(ranked: intake.traits)
        return Snapshot(
            revision: present.revision, generation: 0, traits: intake.traits, base: base, struck: StruckRows(base),
            delta: .empty, reference: present.reference, attribution: present.attribution)
    }

    /// Brings the snapshot of a moment up to the present one.
    ///
    /// - Returns: The snapshot, and true if it looks as it did.
    func update(
        _ snapshot: Snapshot, asOf moment: Instant, to present: Snapshot, budget: TimeBudget
    ) throws -> (Snapshot, isSame: Bool) {
        var next = snapshot
        var change = SnapshotChange()
        var writer = self
        if snapshot.revision.stateOfWorks != present.revision.stateOfWorks {
            try writer.takeWorks(into: &next, change: &change, asOf: moment, budget: budget)
        }
        let isSame =
            change.leaves(snapshot, as: next) && snapshot.attribution == present.attribution
            && snapshot.revision.statesOfLayers == present.revision.statesOfLayers
        // What looks the same stays: it is ranked as it was, so that it is drawn by the same octets.
        if isSame { next = snapshot }
        next.revision = present.revision
        next.reference = present.reference
        next.attribution = present.attribution
        return (next, isSame)
    }
}

extension SnapshotChange {
    /// Changed works that are compared; more of them are taken to look different.
    private static let compared = 256

    /// True if every changed work is drawn as it was.
    fileprivate func leaves(_ before: Snapshot, as after: Snapshot) -> Bool {
        guard works.count <= Self.compared else { return false }
        func versions(isNew: Bool) -> Set<ChangedWork> {
            Set(
                works.filter { $0.isNew == isNew }.map { change in
                    var change = change
                    change.isNew = true
                    // When something was last said of a work is not drawn.
                    change.work.updated = .none
                    return change
                })
        }
        let new = versions(isNew: true)
        return versions(isNew: false) == new
            && new.allSatisfy { before.vertices(of: $0.work.number) == after.vertices(of: $0.work.number) }
    }
}

extension Snapshot {
    /// The vertices of a work's lines and areas, part by part; empty for a point.
    fileprivate func vertices(of number: UInt32) -> [[UInt32]] {
        var found: [[UInt32]] = []
        func add(_ segment: WorkSegment, where isThere: (Int) -> Bool) {
            let geometry = segment.shapes.geometry
            for (row, other) in segment.shapes.facts.number.enumerated() where other == number && isThere(row) {
                for part in geometry.parts(row) {
                    let run = geometry.vertices(part)
                    found.append([UInt32(geometry.role[part].rawValue)] + geometry.x[run] + geometry.y[run])
                }
            }
        }
        add(base) { !struck.hasShape($0) }
        add(delta) { _ in true }
        return found
    }
}
