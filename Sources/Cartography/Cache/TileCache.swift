import Geometry
import Synchronization
import Works

/// Tiles that were made, each kept until it would look different.
///
/// An entry ends when a change touches it (a work that it shows, showed or would show, in its old or new place), when a work in it
/// crosses a deadline, or to make room, the least recently used first. Nothing else ends it.
///
/// Tiles of filters that many clients ask for and tiles of filters that are written freely have segments of their own, so that whoever makes up
/// filters displaces no tile of the map. Keys count as memory, as clients write them.
///
/// A class because everybody shares it.
final class TileCache: Sendable {
    private let limits: TileCacheLimits
    private let state: Mutex<State>

    /// Changes that are remembered for tiles which are being drawn while they happen.
    private static let memory = 64
    /// Part of the memory, as a divisor, that tiles of rare filters may take.
    private static let rarePart = 8

    private struct State: Sendable {
        var common: TileCacheSegment
        var rare: TileCacheSegment
        /// Counts of lookups; entries and memory are the segments'.
        var status = TileCacheStatus()
        var generation = 0
        /// The edition of the styles that tiles must have been drawn with.
        var edition = 0
        var changes: [(generation: Int, extent: ChangedExtent)] = []

        mutating func withSegment<Result>(
            of request: TileRequest, _ body: (inout TileCacheSegment, inout TileCacheStatus) -> Result
        ) -> Result {
            request.filter.isCommon ? body(&common, &status) : body(&rare, &status)
        }

        mutating func forEachSegment(_ body: (inout TileCacheSegment, inout TileCacheStatus) -> Void) {
            body(&common, &status)
            body(&rare, &status)
        }
    }

    init(limits: TileCacheLimits, edition: Int) {
        self.limits = limits
        let rare = limits.bytes / Self.rarePart
        state = Mutex(
            State(
                common: TileCacheSegment(limit: limits.bytes - rare), rare: TileCacheSegment(limit: rare),
                edition: edition))
    }

    var status: TileCacheStatus {
        state.withLock { state in
            var status = state.status
            status.entries = state.common.count + state.rare.count
            status.bytes = state.common.bytes + state.rare.bytes
            return status
        }
    }

    /// The tile, if there is one that holds at the moment `now`.
    ///
    /// - Parameter countsMiss: False if a miss is not counted, because the caller asks again to have the tile drawn.
    func tile(_ request: TileRequest, at now: Instant, countsMiss: Bool = true) -> EncodedTile? {
        guard limits.bytes > 0 else { return nil }
        return state.withLock { state in
            state.withSegment(of: request) { segment, status -> EncodedTile? in
                guard let (tile, made) = segment.tile(request) else {
                    if countsMiss { status.misses += 1 }
                    return nil
                }
                // A tile says nothing about moments before it was made.
                if now < made || tile.expiresAt.map({ $0 <= now }) ?? false {
                    if now >= made {
                        segment.remove(request)
                        status.expired += 1
                    }
                    if countsMiss { status.misses += 1 }
                    return nil
                }
                status.hits += 1
                segment.touch(request)
                return tile
            }
        }
    }

    /// Keeps a tile that was drawn from the snapshot of a generation, unless something has happened to it since.
    func insert(_ tile: EncodedTile, for request: TileRequest, at now: Instant, generation: Int, tileset: StyledTileset)
    {
        guard limits.bytes > 0 else { return }
        let reach = CacheReach(request, tileset)
        state.withLock { state in
            guard tileset.edition == state.edition else { return }
            var tile = tile
            if generation < state.generation {
                guard let first = state.changes.first, first.generation <= generation + 1 else { return }
                for change in state.changes where change.generation > generation {
                    switch change.extent.verdict(on: request, reach, made: now) {
                    case .ends: return
                    case .lasts(let until): tile.expiresAt = Self.earlier(tile.expiresAt, until)
                    }
                }
            }
            state.withSegment(of: request) { segment, status in
                status.evicted += segment.insert(tile, for: request, made: now, reach)
            }
        }
    }

    /// Ends what a change touches.
    func invalidate(_ change: SnapshotChange, generation: Int, traits: Traits) {
        guard limits.bytes > 0 else { return }
        let extent = ChangedExtent(change, traits: traits)
        state.withLock { state in
            state.generation = generation
            state.changes.append((generation, extent))
            if state.changes.count > Self.memory { state.changes.removeFirst() }
            guard !change.isEmpty else { return }
            state.forEachSegment { segment, status in
                segment.updateAll { request, entry in
                    // Tiles of a moment end with the edition of its map.
                    guard request.filter.asOf == nil else { return true }
                    switch extent.verdict(on: request, entry.reach, made: entry.made) {
                    case .ends:
                        status.changed += 1
                        return false
                    case .lasts(let until):
                        if let until { entry.tile.expiresAt = Self.earlier(entry.tile.expiresAt, until) }
                        return true
                    }
                }
            }
        }
    }

    /// Ends everything: styles have changed. Tiles that are being drawn with the old ones are not kept either.
    func removeAll(edition: Int) {
        state.withLock { state in
            state.edition = edition
            state.forEachSegment { segment, status in
                status.changed += segment.count
                segment.removeAll()
            }
        }
    }

    private static func earlier(_ a: Instant?, _ b: Instant?) -> Instant? {
        guard let a, let b else { return a ?? b }
        return min(a, b)
    }
}
