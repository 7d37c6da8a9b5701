import Geometry
import Raster
import Works

/// What of the world a tile of the cache depends on.
struct CacheReach: Sendable {
    /// The tile with what reaches into it from outside.
    var box: WorldBox
    var showsWorks: Bool
    var references: Set<ReferenceLayer>
    /// The filter with the tileset's kinds in it; nil if nothing can pass.
    var filter: WorkFilter?

    init(_ request: TileRequest, _ tileset: StyledTileset) {
        let pixels = request.format == .mvt ? VectorTile.reach : tileset.reach
        let side = UInt64(1) << UInt64(32 - request.address.z)
        let box = WorldBox(
            minX: UInt32(UInt64(request.address.x) * side), minY: UInt32(UInt64(request.address.y) * side),
            maxX: UInt32(UInt64(request.address.x + 1) * side - 1),
            maxY: UInt32(UInt64(request.address.y + 1) * side - 1))
        self.box = box.grown(by: UInt32(min(Double(UInt32.max), (Double(side) / 256 * pixels).rounded(.up))))
        showsWorks = tileset.showsWorks
        references = tileset.references
        var filter = request.filter
        self.filter = nil
        if !tileset.kinds.isEmpty {
            filter.kinds = filter.kinds.isEmpty ? tileset.kinds : filter.kinds.intersection(tileset.kinds)
            if filter.kinds.isEmpty { return }
        }
        self.filter = filter
    }
}

/// What changed, and where, for asking whether a tile is touched.
struct ChangedExtent: Sendable {
    private let works: [ChangedWork]
    private let tree: PackedTree
    private let layers: Set<ReferenceLayer>
    private let traits: Traits
    private let isWhole: Bool

    enum Verdict: Hashable {
        /// The tile looks different.
        case ends
        /// The tile stays as it is, until a changed work that it does not show yet comes to be shown.
        case lasts(until: Instant?)
    }

    init(_ change: SnapshotChange, traits: Traits) {
        let order = ShapeShelf.order(change.works.map(\.box))
        let works = order.map { change.works[Int($0)] }
        self.works = works
        tree = PackedTree(count: works.count, fanOut: 16) { works[$0].box }
        layers = change.layers
        isWhole = change.isWhole
        self.traits = traits
    }

    /// What becomes of a tile that was made at a moment.
    func verdict(on request: TileRequest, _ reach: CacheReach, made: Instant) -> Verdict {
        if isWhole || !layers.isDisjoint(with: reach.references) { return .ends }
        guard reach.showsWorks, let filter = reach.filter, !works.isEmpty else { return .lasts(until: nil) }
        var ends = false
        var until: Instant?
        tree.forEachRun(meeting: reach.box) { run, inside in
            for index in run where !ends && (inside || works[index].box.intersects(reach.box)) {
                let change = works[index]
                guard admits(filter, change) else { continue }
                let work = change.work
                let status = traits.all[Int(work.trait)].status
                let state = DeadlineState(
                    status: status, dueAt: work.due.instant, completedAt: work.completed.instant, at: made)
                if filter.deadlineStates.isEmpty || filter.deadlineStates.contains(state) {
                    ends = true
                } else if change.isNew,
                    let next = DeadlineState.nextChange(status: status, dueAt: work.due.instant, after: made)
                {
                    until = until.map { min($0, next) } ?? next
                }
            }
        }
        return ends ? .ends : .lasts(until: until)
    }

    /// Whether a work passes a filter but for the state of its deadline and its words, which the snapshot does not know.
    private func admits(_ filter: WorkFilter, _ change: ChangedWork) -> Bool {
        let (work, trait) = (change.work, traits.all[Int(change.work.trait)])
        func admits(_ wanted: Set<String>, _ code: UInt32) -> Bool {
            wanted.isEmpty || traits.text(code).map(wanted.contains) ?? false
        }
        guard filter.kinds.isEmpty || filter.kinds.contains(trait.kind),
            filter.statuses.isEmpty || filter.statuses.contains(trait.status),
            filter.severities.isEmpty || filter.severities.contains(trait.severity),
            !filter.openOnly || trait.status.isOpen, filter.movedLate ?? trait.isMovedLate == trait.isMovedLate,
            admits(filter.categories, trait.category),
            admits(filter.districts, trait.district), admits(filter.organisations, trait.organisation),
            admits(filter.contractors, trait.contractor)
        else { return false }
        var choice = DistrictChoice(filter.districtsByClass)
        guard choice.admits(trait, traits) else { return false }
        if let period = filter.period {
            let updated = work.updated.instant ?? Instant(secondsSinceEpoch: 0)
            let end = Presence.end(trait.status, completedAt: work.completed.instant, updatedAt: updated)
            guard period.overlaps(start: work.start.instant, end: end) else { return false }
        }
        if let since = filter.updatedSince, work.updated < Moment(since) { return false }
        if let bounds = filter.bounds, !WorldBox.boxes(of: bounds).contains(where: change.box.intersects) {
            return false
        }
        return true
    }
}
