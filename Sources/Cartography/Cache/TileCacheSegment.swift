import Works

/// Tiles in the order of their use, within a limit on memory.
struct TileCacheSegment: Sendable {
    struct Entry {
        var tile: EncodedTile
        var made: Instant
        var reach: CacheReach
        fileprivate var cost: Int
        /// The neighbours in the order of use, the most recent first.
        fileprivate var newer: TileRequest?
        fileprivate var older: TileRequest?
    }

    private var entries: [TileRequest: Entry] = [:]
    private var newest: TileRequest?
    private var oldest: TileRequest?
    private let limit: Int
    /// Memory of all entries.
    private(set) var bytes = 0

    /// - Parameter limit: Bytes that all entries together may take.
    init(limit: Int) {
        self.limit = limit
    }

    var count: Int { entries.count }

    /// The tile of a request, and the time it was made at.
    func tile(_ request: TileRequest) -> (tile: EncodedTile, made: Instant)? {
        entries[request].map { ($0.tile, $0.made) }
    }

    /// Keeps a tile; returns how many others gave way to it. A tile larger than the limit is not kept.
    mutating func insert(_ tile: EncodedTile, for request: TileRequest, made: Instant, _ reach: CacheReach) -> Int {
        remove(request)
        let cost = Self.cost(of: tile, request)
        guard cost <= limit else { return 0 }
        add(Entry(tile: tile, made: made, reach: reach, cost: cost), for: request)
        var evicted = 0
        while bytes > limit, let oldest {
            remove(oldest)
            evicted += 1
        }
        return evicted
    }

    /// Notes that a tile was used.
    mutating func touch(_ request: TileRequest) {
        guard newest != request, let entry = entries[request] else { return }
        remove(request)
        add(entry, for: request)
    }

    mutating func remove(_ request: TileRequest) {
        guard let entry = entries.removeValue(forKey: request) else { return }
        if let newer = entry.newer { entries[newer]?.older = entry.older } else { newest = entry.older }
        if let older = entry.older { entries[older]?.newer = entry.newer } else { oldest = entry.newer }
        bytes -= entry.cost
    }

    mutating func removeAll() {
        self = TileCacheSegment(limit: limit)
    }

    /// Calls `body` with each entry, which it may change, and removes those for which it returns false.
    mutating func updateAll(_ body: (TileRequest, inout Entry) -> Bool) {
        for (request, var entry) in entries {
            let expiry = entry.tile.expiresAt
            guard body(request, &entry) else {
                remove(request)
                continue
            }
            if entry.tile.expiresAt != expiry { entries[request]?.tile.expiresAt = entry.tile.expiresAt }
        }
    }

    private mutating func add(_ entry: Entry, for request: TileRequest) {
        var entry = entry
        entry.older = newest
        entry.newer = nil
        entries[request] = entry
        if let newest { entries[newest]?.newer = request }
        newest = request
        if oldest == nil { oldest = request }
        bytes += entry.cost
    }

    /// Bytes of an entry: the key lies in the table and twice in the neighbours, its texts are shared but for those of the entry's reach.
    static func cost(of tile: EncodedTile, _ request: TileRequest) -> Int {
        tile.bytes.count + 3 * MemoryLayout<TileRequest>.stride + 2 * request.filter.memory + 192
    }
}
