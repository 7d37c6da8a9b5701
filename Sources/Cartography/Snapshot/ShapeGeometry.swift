import Works

/// What a run of vertices is.
enum PartRole: UInt8, Sendable {
    case point
    case line
    /// The outer boundary of an area; the holes that follow are its own.
    case exterior
    case hole
}

/// The vertices of many features in flat arrays: 9.5 bytes a vertex, 5 a part, 28 a feature.
///
///     feature f   parts    firstPart[f] ..< firstPart[f + 1]
///     part p      vertices start[p] ..< start[p + 1]        rings do not repeat their first vertex
///     block b     vertices b * blockSize ..< (b + 1) * blockSize, whatever parts they belong to
struct ShapeGeometry: Sendable {
    var x: [UInt32] = []
    var y: [UInt32] = []
    /// Of each vertex, see ``Importance``.
    var importance: [UInt8] = []
    /// One more than there are parts.
    var start: [UInt32] = [0]
    var role: [PartRole] = []
    /// One more than there are features.
    var firstPart: [UInt32] = [0]
    /// The box around each feature.
    var box: [WorldBox] = []
    /// A place on each feature where its symbol stands.
    var anchor: [WorldPosition] = []
    /// The box around each block of vertices: what lies outside of a picture is passed over block by block.
    private(set) var blocks: [WorldBox] = []

    static let blockSize = 32

    var count: Int { box.count }

    @inline(__always)
    func parts(_ feature: Int) -> Range<Int> { Int(firstPart[feature])..<Int(firstPart[feature + 1]) }

    @inline(__always)
    func vertices(_ part: Int) -> Range<Int> { Int(start[part])..<Int(start[part + 1]) }

    var bytes: Int {
        x.count * 9 + blocks.count * 16 + start.count * 4 + role.count + firstPart.count * 4 + box.count * 16 + anchor
            .count * 8
    }
}

/// A position in fixed-point Web Mercator, 8 bytes.
struct WorldPosition: Hashable, Sendable {
    var x: UInt32
    var y: UInt32
}

extension ShapeGeometry {
    /// Ends the part that was begun; a part without vertices leaves no trace.
    mutating func endPart(_ role: PartRole) {
        guard x.count > Int(start[start.count - 1]) else { return }
        start.append(UInt32(x.count))
        self.role.append(role)
    }

    /// Ends the feature whose parts were added since the last; false, and nothing kept, if it has no vertex.
    mutating func endFeature() -> Bool {
        let first = Int(firstPart[firstPart.count - 1])
        guard role.count > first else { return false }
        var box = WorldBox.empty
        for vertex in Int(start[first])..<x.count { box.extend(x: x[vertex], y: y[vertex]) }
        firstPart.append(UInt32(role.count))
        self.box.append(box)
        return true
    }

    /// The same features in another order, with their vertices' importance and blocks and their anchors, which is the costly part and is
    /// done by all cores.
    func arranged(_ order: [UInt32]) -> ShapeGeometry {
        var result = ShapeGeometry()
        result.firstPart.reserveCapacity(firstPart.count)
        result.box.reserveCapacity(count)
        result.start.reserveCapacity(start.count)
        result.role.reserveCapacity(role.count)
        result.x.reserveCapacity(x.count)
        result.y.reserveCapacity(y.count)
        for place in order {
            let feature = Int(place)
            for part in parts(feature) {
                let vertices = vertices(part)
                result.x.append(contentsOf: x[vertices])
                result.y.append(contentsOf: y[vertices])
                result.start.append(UInt32(result.x.count))
                result.role.append(role[part])
            }
            result.firstPart.append(UInt32(result.role.count))
            result.box.append(box[feature])
        }
        result.assess()
        return result
    }

    private mutating func assess() {
        let count = count
        let chunk = max(1, min(256, count / 16))
        let geometry = self
        let vertices = x.count
        var anchors = [WorldPosition](repeating: WorldPosition(x: 0, y: 0), count: count)
        importance = [UInt8](unsafeUninitializedCapacity: vertices) { importance, initialized in
            initialized = vertices
            guard vertices > 0 else { return }
            // Each vertex and each feature belongs to exactly one chunk, so no two threads write to the same place.
            nonisolated(unsafe) let target = importance.baseAddress!
            anchors.withUnsafeMutableBufferPointer { anchors in
                nonisolated(unsafe) let anchors = anchors
                CoreThreads.perform(iterations: (count + chunk - 1) / chunk) { turn in
                    for feature in turn * chunk..<min((turn + 1) * chunk, count) {
                        geometry.assess(feature, into: target)
                        anchors[feature] = geometry.anchor(of: feature)
                    }
                }
            }
        }
        anchor = anchors
        blocks = stride(from: 0, to: vertices, by: Self.blockSize).map { first in
            var box = WorldBox.empty
            for vertex in first..<min(first + Self.blockSize, vertices) { box.extend(x: x[vertex], y: y[vertex]) }
            return box
        }
    }

    private func assess(_ feature: Int, into importance: UnsafeMutablePointer<UInt8>) {
        x.withUnsafeBufferPointer { x in
            y.withUnsafeBufferPointer { y in
                for part in parts(feature) {
                    let run = vertices(part)
                    let (px, py) = (x.baseAddress! + run.lowerBound, y.baseAddress! + run.lowerBound)
                    let target = importance + run.lowerBound
                    switch role[part] {
                    case .point: for vertex in 0..<run.count { target[vertex] = Importance.always }
                    case .line: Importance.assess(line: px, py, count: run.count, into: target)
                    case .exterior, .hole: Importance.assess(ring: px, py, count: run.count, into: target)
                    }
                }
            }
        }
    }
}
