import Geometry
import Synchronization
import Works

/// Tiles that were made, each kept until it would look different.
///
/// An entry ends when a change touches it (a work that it shows, showed or would show, in its old or new place), when a work in it
/// crosses a deadline, or to make room, the least recently used first. Nothing else ends it.
///
/// A class because everybody shares it.
final class TileCache: Sendable {
    private let limits: TileCacheLimits
    private let state: Mutex<State>

    /// Changes that are remembered for tiles which are being drawn while they happen.
    private static let memory = 64

    fileprivate struct Entry {
        var tile: EncodedTile
        var made: Instant
        var reach: CacheReach
        /// The neighbours in the order of use, the most recent first.
        var newer: TileRequest?
        var older: TileRequest?
    }

    fileprivate struct State: Sendable {
        var entries: [TileRequest: Entry] = [:]
        var newest: TileRequest?
        var oldest: TileRequest?
        var status = TileCacheStatus()
        var generation = 0
        /// The edition of the styles that tiles must have been drawn with.
        var edition = 0
        var changes: [(generation: Int, extent: ChangedExtent)] = []
    }

    init(limits: TileCacheLimits, edition: Int) {
        self.limits = limits
        state = Mutex(State(edition: edition))
    }

    var status: TileCacheStatus { state.withLock { $0.status } }

    /// The tile, if there is one that holds at the moment `now`.
    ///
    /// - Parameter countsMiss: Whether it is counted if there is none; who then asks again to have it drawn counts it there.
    func tile(_ request: TileRequest, at now: Instant, countsMiss: Bool = true) -> EncodedTile? {
        guard limits.bytes > 0 else { return nil }
        return state.withLock { state -> EncodedTile? in
            guard let entry = state.entries[request] else {
                if countsMiss { state.status.misses += 1 }
                return nil
            }
            // A tile says nothing about moments before it was made.
            if now < entry.made || entry.tile.expiresAt.map({ $0 <= now }) ?? false {
                if now >= entry.made {
                    state.remove(request)
                    state.status.expired += 1
                }
                if countsMiss { state.status.misses += 1 }
                return nil
            }
            state.status.hits += 1
            state.touch(request)
            return entry.tile
        }
    }

    /// Keeps a tile that was drawn from the snapshot of a generation, unless something has happened to it since.
    func insert(_ tile: EncodedTile, for request: TileRequest, at now: Instant, generation: Int, tileset: StyledTileset)
    {
        guard limits.bytes > 0 else { return }
        let reach = CacheReach(request, tileset)
        let cost = Self.cost(of: tile, request)
        guard cost <= limits.bytes else { return }
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
            if state.entries[request] != nil { state.remove(request) }
            state.add(Entry(tile: tile, made: now, reach: reach), for: request, cost: cost)
            while state.status.bytes > limits.bytes, let oldest = state.oldest {
                state.remove(oldest)
                state.status.evicted += 1
            }
        }
    }

    /// Ends what a change touches.
    func take(_ change: SnapshotChange, generation: Int, traits: Traits) {
        guard limits.bytes > 0 else { return }
        let extent = ChangedExtent(change, traits: traits)
        state.withLock { state in
            state.generation = generation
            state.changes.append((generation, extent))
            if state.changes.count > Self.memory { state.changes.removeFirst() }
            guard !change.isEmpty else { return }
            for (request, entry) in state.entries {
                switch extent.verdict(on: request, entry.reach, made: entry.made) {
                case .ends:
                    state.remove(request)
                    state.status.changed += 1
                case .lasts(let until):
                    if let until { state.entries[request]?.tile.expiresAt = Self.earlier(entry.tile.expiresAt, until) }
                }
            }
        }
    }

    /// Ends everything: styles have changed. Tiles that are being drawn with the old ones are not kept either.
    func removeAll(edition: Int) {
        state.withLock { state in
            state.edition = edition
            state.status.changed += state.entries.count
            state.entries = [:]
            state.newest = nil
            state.oldest = nil
            state.status.entries = 0
            state.status.bytes = 0
        }
    }

    private static func earlier(_ a: Instant?, _ b: Instant?) -> Instant? {
        guard let a, let b else { return a ?? b }
        return min(a, b)
    }

    static func cost(of tile: EncodedTile, _ request: TileRequest) -> Int {
        // The key lies in the table and twice in the neighbours.
        tile.bytes.count + 3 * MemoryLayout<TileRequest>.stride + 128
    }
}

extension TileCache.State {
    fileprivate mutating func add(_ entry: TileCache.Entry, for request: TileRequest, cost: Int) {
        var entry = entry
        entry.older = newest
        entry.newer = nil
        entries[request] = entry
        if let newest { entries[newest]?.newer = request }
        newest = request
        if oldest == nil { oldest = request }
        status.bytes += cost
        status.entries += 1
    }

    fileprivate mutating func remove(_ request: TileRequest) {
        guard let entry = entries.removeValue(forKey: request) else { return }
        if let newer = entry.newer { entries[newer]?.older = entry.older } else { newest = entry.older }
        if let older = entry.older { entries[older]?.newer = entry.newer } else { oldest = entry.newer }
        status.bytes -= TileCache.cost(of: entry.tile, request)
        status.entries -= 1
    }

    fileprivate mutating func touch(_ request: TileRequest) {
        guard newest != request, let entry = entries[request] else { return }
        remove(request)
        add(entry, for: request, cost: TileCache.cost(of: entry.tile, request))
    }
}
