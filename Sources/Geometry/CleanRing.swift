/// A ring without repeated positions and spikes, closed.
struct CleanRing {
    private(set) var coordinates: [Coordinate]
    /// Where each position was in the ring as it came; empty if where it is now.
    private var origins: [Int] = []
    private(set) var wasOpen = false
    private(set) var repeated = 0
    private(set) var spikes = 0

    var distinctCount: Int { max(coordinates.count - 1, coordinates.isEmpty ? 0 : 1) }

    /// True if the ring needed no change.
    var isAsGiven: Bool { origins.isEmpty }

    /// Where a position was in the ring as it came.
    func original(_ index: Int) -> Int { origins.isEmpty ? index : origins[index] }

    init(_ ring: [Coordinate]) {
        coordinates = ring
        guard !Self.isClean(ring) else { return }
        coordinates = []
        coordinates.reserveCapacity(ring.count + 1)
        wasOpen = ring.count > 1 && ring.first != ring.last
        for (index, coordinate) in (wasOpen ? ring[...] : ring.dropLast()).enumerated() { push(coordinate, index) }
        joinEnds()
        if let first = coordinates.first {
            coordinates.append(first)
            origins.append(wasOpen ? origins[0] : ring.count - 1)
        }
    }

    private static func isClean(_ ring: [Coordinate]) -> Bool {
        guard ring.count >= 4, ring.first == ring.last, ring[1] != ring[ring.count - 2] else { return false }
        for index in 1..<ring.count {
            if ring[index] == ring[index - 1] { return false }
            if index >= 2, ring[index] == ring[index - 2] { return false }
        }
        return true
    }

    private mutating func push(_ coordinate: Coordinate, _ index: Int) {
        if coordinate == coordinates.last {
            repeated += 1
        } else if coordinates.count >= 2, coordinate == coordinates[coordinates.count - 2] {
            removeLast()
            spikes += 1
        } else {
            coordinates.append(coordinate)
            origins.append(index)
        }
    }

    private mutating func removeLast() {
        coordinates.removeLast()
        origins.removeLast()
    }

    /// Takes out what is repeated or a spike where the end of the ring meets its beginning.
    private mutating func joinEnds() {
        var start = 0
        while coordinates.count - start >= 2 {
            let count = coordinates.count
            if coordinates[count - 1] == coordinates[start] {
                removeLast()
                repeated += 1
            } else if count - start >= 3, coordinates[count - 2] == coordinates[start] {
                removeLast()
                removeLast()
                spikes += 1
            } else if count - start >= 3, coordinates[count - 1] == coordinates[start + 1] {
                removeLast()
                start += 1
                spikes += 1
            } else {
                break
            }
        }
        coordinates.removeFirst(start)
        origins.removeFirst(start)
    }
}
