/// Lines or rings one after the other in one flat array: what clipping reads and writes.
///
/// Made to be refilled: ``removeAll()`` keeps the memory. A ring does not repeat its first point.
public struct Polylines: Hashable, Sendable {
    /// The points of all lines, in any plane unit.
    public private(set) var points: ContiguousArray<SIMD2<Double>> = []
    /// For each line the index after its last point.
    public private(set) var ends: ContiguousArray<Int> = []

    public init() {}

    public var isEmpty: Bool { ends.isEmpty }
    public var count: Int { ends.count }

    /// The indices in `points` of the line at `index`.
    public func range(of index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

    /// The points of the line at `index`.
    public subscript(index: Int) -> ArraySlice<SIMD2<Double>> {
        points[range(of: index)]
    }

    public mutating func removeAll() {
        points.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// Adds a whole line.
    public mutating func append(_ line: some Collection<SIMD2<Double>>) {
        points.append(contentsOf: line)
        ends.append(points.count)
    }

    /// Adds a line of another collection.
    mutating func append(line index: Int, of other: Polylines) {
        other.points.withUnsafeBufferPointer {
            points.append(contentsOf: UnsafeBufferPointer(rebasing: $0[other.range(of: index)]))
        }
        ends.append(points.count)
    }

    /// Adds a ring of another collection as a line that ends where it begins.
    mutating func append(closed index: Int, of other: Polylines) {
        append(line: index, of: other)
        points.append(other.points[other.range(of: index).lowerBound])
        ends[ends.count - 1] += 1
    }

    // MARK: Line by line

    /// Where the line that is being added began.
    var openStart: Int { ends.last ?? 0 }

    /// Adds a point to the line that is being added, unless it repeats the last one.
    @inline(__always)
    mutating func add(_ point: SIMD2<Double>) {
        if points.count > openStart, points[points.count - 1] == point { return }
        points.append(point)
    }

    mutating func add(contentsOf run: UnsafeBufferPointer<SIMD2<Double>>) {
        guard let first = run.first else { return }
        add(first)
        points.append(contentsOf: UnsafeBufferPointer(rebasing: run[1...]))
    }

    /// Ends the line that is being added, or drops it when it has less than `minimum` points; whether it was kept.
    @discardableResult
    mutating func end(minimum: Int) -> Bool {
        let start = openStart
        if points.count - start < minimum {
            points.removeSubrange(start...)
            return false
        }
        ends.append(points.count)
        return true
    }

    /// Ends the line that is being added, or drops it when it has no length.
    mutating func endLine() {
        let start = openStart
        guard start < points.count else { return }
        let first = points[start]
        if points[start...].contains(where: { $0 != first }) {
            ends.append(points.count)
        } else {
            points.removeSubrange(start...)
        }
    }

    /// Ends the line that is being added as a ring: a last point equal to the first is dropped.
    @discardableResult
    mutating func endRing() -> Bool {
        let start = openStart
        while points.count > start + 1, points[points.count - 1] == points[start] { points.removeLast() }
        return end(minimum: 3)
    }

    /// Turns the points in a range around.
    mutating func reversePoints(_ range: Range<Int>) { points[range].reverse() }

    mutating func removeLast(_ lines: Int = 1) {
        ends.removeLast(min(lines, ends.count))
        points.removeSubrange(openStart...)
    }
}
