import Works

/// A snapshot as seen through a filter at a moment.
struct SnapshotView: Sendable {
    let snapshot: Snapshot
    let filter: CompiledFilter
    let now: Instant

    init(_ snapshot: Snapshot, _ filter: CompiledFilter, _ now: Instant) {
        self.snapshot = snapshot
        self.filter = filter
        self.now = now
    }
}
