import Works

/// A snapshot as seen through a filter at a moment.
///
/// A class because it is handed on many times while a picture is drawn: a copy of a snapshot counts references to each of its columns.
final class SnapshotView: Sendable {
    let snapshot: Snapshot
    let filter: CompiledFilter
    let now: Instant

    init(_ snapshot: consuming Snapshot, _ filter: CompiledFilter, _ now: Instant) {
        self.snapshot = snapshot
        self.filter = filter
        self.now = now
    }
}
