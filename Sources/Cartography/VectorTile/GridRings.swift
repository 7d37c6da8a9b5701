/// Rings on the whole numbers of a vector tile's grid, one after the other in one flat array.
///
/// A ring does not repeat its first place, has no place in the middle of a straight run, and turns back nowhere. Shells have
/// positive area by the surveyor's formula, holes negative. Made to be refilled: ``removeAll()`` keeps the memory.
struct GridRings {
    typealias Place = SIMD2<Int32>

    private(set) var places: ContiguousArray<Place> = []
    /// For each ring the index behind its last place.
    private(set) var ends: ContiguousArray<Int> = []
    /// For each ring the ring that is its shell; its own number for a shell.
    private(set) var shells: ContiguousArray<Int> = []

    var isEmpty: Bool { ends.isEmpty }
    var count: Int { ends.count }

    @inline(__always)
    func range(of ring: Int) -> Range<Int> { (ring == 0 ? 0 : ends[ring - 1])..<ends[ring] }

    @inline(__always)
    func isShell(_ ring: Int) -> Bool { shells[ring] == ring }

    mutating func removeAll() {
        places.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        shells.removeAll(keepingCapacity: true)
    }

    // MARK: Adding

    /// Adds a place to the ring that is being added. What it makes superfluous goes: repetitions, places on straight runs, and the
    /// tips of spikes, which have no area.
    @inline(__always)
    mutating func add(_ place: Place) {
        let start = ends.last ?? 0
        while places.count > start {
            let last = places[places.count - 1]
            if last == place { return }
            guard places.count - start > 1, Self.turn(places[places.count - 2], last, place) == 0 else { break }
            places.removeLast()
        }
        places.append(place)
    }

    /// Ends the ring that is being added; whether anything is left of it.
    ///
    /// - Parameters:
    ///   - shell: The ring's shell; nil if it is one itself.
    ///   - isKept: Whether it is wanted at all.
    @discardableResult
    mutating func endRing(shell: Int?, isKept: Bool = true) -> Bool {
        let start = ends.last ?? 0
        dropSuperfluousEnds(from: start)
        guard isKept, places.count - start > 2 else {
            places.removeSubrange(start...)
            return false
        }
        // A ring of no area that turns back nowhere crosses itself; which way it runs is all the same.
        let area = Self.twiceArea(places[start...])
        if area != 0, (area > 0) != (shell == nil) { places[start...].reverse() }
        shells.append(shell ?? ends.count)
        ends.append(places.count)
        return true
    }

    /// Where the end of the ring meets its beginning.
    private mutating func dropSuperfluousEnds(from start: Int) {
        var first = start
        while places.count - first > 2 {
            let last = places.count - 1
            if places[last] == places[first] || Self.turn(places[last - 1], places[last], places[first]) == 0 {
                places.removeLast()
            } else if Self.turn(places[last], places[first], places[first + 1]) == 0 {
                first += 1
            } else {
                break
            }
        }
        if first > start { places.removeSubrange(start..<first) }
    }

    // MARK: Measures

    /// Positive if the way from `a` over `b` to `c` turns left (y upwards), 0 if it is straight or turns back.
    @inline(__always)
    static func turn(_ a: Place, _ b: Place, _ c: Place) -> Int64 {
        let (u, v) = (b &- a, c &- a)
        return Int64(u.x) * Int64(v.y) - Int64(u.y) * Int64(v.x)
    }

    /// Twice the signed area (the surveyor's formula).
    static func twiceArea(_ ring: some BidirectionalCollection<Place>) -> Int64 {
        guard var previous = ring.last else { return 0 }
        var area: Int64 = 0
        for place in ring {
            area += Int64(previous.x) * Int64(place.y) - Int64(place.x) * Int64(previous.y)
            previous = place
        }
        return area
    }

    /// The same rings on a grid so many times as wide, as far as anything is left of them.
    func coarser(_ step: Int32) -> GridRings {
        var result = GridRings()
        var number: [Int?] = []
        for ring in 0..<count {
            for place in places[range(of: ring)] { result.add((place &+ step / 2) / step &* step) }
            let shell = isShell(ring) ? nil : number[shells[ring]]
            // Holes of a shell that is gone go with it.
            let isOrphan = shell == nil && !isShell(ring)
            number.append(result.endRing(shell: shell, isKept: !isOrphan) ? result.count - 1 : nil)
        }
        return result
    }
}
