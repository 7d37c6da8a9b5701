extension Polylines {
    /// Replaces the last ring, where it touches itself in points, by the rings between the touches.
    ///
    ///      ┏━━━━━━━┓         ┏━━━━┓┏━┓
    ///      ┃   ┏━━●┛   ──▶   ┃   ┏┛┗┓┃       a shell and a hole that meet in a point become one ring when the
    ///      ┗━━━┛             ┗━━━┛           rectangle cuts both; no valid ring passes a point twice
    ///
    /// Vertices on edges count as touches in rings of up to 2000 points, for which all pairs are looked at; beyond that
    /// only vertices on vertices do.
    mutating func splitLastRingAtTouches() {
        guard let last = ends.indices.last else { return }
        var ring = ContiguousArray(points[range(of: last)])
        if ring.count <= 2000 { ring = Self.withTouchesOnEdges(ring) }
        var isRepeated = false
        var seen: Set<SIMD2<Double>> = []
        for point in ring where !seen.insert(point).inserted { isRepeated = true }
        guard isRepeated else { return }
        removeLast()
        // Whenever the way comes back to a point, the loop since then is a ring of its own.
        var way: [SIMD2<Double>] = []
        var places: [SIMD2<Double>: Int] = [:]
        for point in ring {
            if let place = places[point] {
                for passed in way[(place + 1)...] { places[passed] = nil }
                addRing(way[place...])
                way.removeSubrange((place + 1)...)
            } else {
                places[point] = way.count
                way.append(point)
            }
        }
        addRing(way[...])
    }

    private mutating func addRing(_ ring: ArraySlice<SIMD2<Double>>) {
        for point in ring { add(point) }
        endRing()
    }

    /// The ring with a vertex wherever another vertex lies exactly on an edge.
    private static func withTouchesOnEdges(_ ring: ContiguousArray<SIMD2<Double>>) -> ContiguousArray<SIMD2<Double>> {
        var result: ContiguousArray<SIMD2<Double>> = []
        for index in ring.indices {
            let a = ring[index], b = ring[index + 1 == ring.count ? 0 : index + 1]
            result.append(a)
            var touches: [SIMD2<Double>] = []
            for p in ring where p != a && p != b {
                guard p.x >= min(a.x, b.x), p.x <= max(a.x, b.x), p.y >= min(a.y, b.y), p.y <= max(a.y, b.y),
                    (b.x - a.x) * (p.y - a.y) == (p.x - a.x) * (b.y - a.y)
                else { continue }
                touches.append(p)
            }
            result.append(
                contentsOf: touches.sorted { p, q in
                    let toP = p - a, toQ = q - a
                    return (toP * toP).sum() < (toQ * toQ).sum()
                })
        }
        return result
    }
}
