import Works

/// Everything that maps are drawn from, as of one revision of the store: never changed, shared by whoever reads.
///
///     works      base ─ the bulk, built at once; works that were changed since are struck out in `struck`
///                delta ─ the changed works, few, built anew with each change
///     reference  one shelf for each layer
struct Snapshot: Sendable {
    var revision: StoreRevision
    /// Counts the snapshots of this atlas.
    var generation: Int
    var traits: Traits
    var base: WorkSegment
    var struck: StruckRows
    /// Points of the base that are seen from an earlier tier on than they are in, because what covered them was struck out; see
    /// ``PointCover``.
    var uncovered: [UInt32: UInt8] = [:]
    var delta: WorkSegment
    var reference: [ReferenceLayer: ReferenceShelf]
    /// Whom the licences of what the store holds ask to name.
    var attribution: String?

    /// Works with a place on the map.
    var works: Int { base.count - struck.count + delta.count }
    var features: Int { reference.values.reduce(0) { $0 + $1.count } }
    var vertices: Int {
        base.vertices + delta.vertices + reference.values.reduce(0) { $0 + $1.geometry.x.count }
    }
    var bytes: Int {
        base.bytes + delta.bytes + struck.bytes + uncovered.count * 8 + traits.bytes
            + reference.values.reduce(0) { $0 + $1.bytes }
    }

    func shelf(_ layer: ReferenceLayer) -> ReferenceShelf { reference[layer] ?? .empty }
}

/// The rows of a segment that do not count any more.
struct StruckRows: Sendable {
    private(set) var points: [UInt64]
    private(set) var shapes: [UInt64]
    private(set) var count = 0

    init(_ segment: WorkSegment) {
        points = [UInt64](repeating: 0, count: (segment.points.count + 63) / 64)
        shapes = [UInt64](repeating: 0, count: (segment.shapes.count + 63) / 64)
    }

    @inline(__always)
    func hasPoint(_ row: Int) -> Bool { points[row >> 6] >> UInt64(row & 63) & 1 != 0 }

    @inline(__always)
    func hasShape(_ row: Int) -> Bool { shapes[row >> 6] >> UInt64(row & 63) & 1 != 0 }

    mutating func strikePoint(_ row: Int) {
        if !hasPoint(row) { count += 1 }
        points[row >> 6] |= 1 << UInt64(row & 63)
    }

    mutating func strikeShape(_ row: Int) {
        if !hasShape(row) { count += 1 }
        shapes[row >> 6] |= 1 << UInt64(row & 63)
    }

    var bytes: Int { (points.count + shapes.count) * 8 }
}
