/// A position in metres on a ``LocalProjection``'s plane: x grows east and y north of its centre.
public struct PlanePoint: Hashable, Sendable {
    public var x: Double
    public var y: Double

    @inlinable
    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }

    /// The straight distance to another position, in metres.
    @inlinable
    public func distance(to other: PlanePoint) -> Double {
        let (dx, dy) = (x - other.x, y - other.y)
        return (dx * dx + dy * dy).squareRoot()
    }
}

/// Many positions in metres, as two flat arrays of the same length.
public struct PlanePoints: Sendable, Equatable {
    public private(set) var x: [Double]
    public private(set) var y: [Double]

    /// Both arrays must have the same length.
    public init(x: [Double], y: [Double]) {
        precondition(x.count == y.count, "\(x.count) eastings but \(y.count) northings")
        self.x = x
        self.y = y
    }

    public init(_ points: some Sequence<PlanePoint>) {
        x = []
        y = []
        for point in points {
            x.append(point.x)
            y.append(point.y)
        }
    }

    public var count: Int { x.count }

    public subscript(index: Int) -> PlanePoint { PlanePoint(x: x[index], y: y[index]) }

    /// The smallest rectangle around all positions, or nil if there are none.
    public var extent: PlaneExtent? {
        guard let firstX = x.first, let firstY = y.first else { return nil }
        var extent = PlaneExtent(minX: firstX, minY: firstY, maxX: firstX, maxY: firstY)
        for value in x {
            extent.minX = min(extent.minX, value)
            extent.maxX = max(extent.maxX, value)
        }
        for value in y {
            extent.minY = min(extent.minY, value)
            extent.maxY = max(extent.maxY, value)
        }
        return extent
    }
}

/// An upright rectangle on the plane, in metres; its edges belong to it.
public struct PlaneExtent: Hashable, Sendable {
    public var minX: Double
    public var minY: Double
    public var maxX: Double
    public var maxY: Double

    public init(minX: Double, minY: Double, maxX: Double, maxY: Double) {
        self.minX = minX
        self.minY = minY
        self.maxX = maxX
        self.maxY = maxY
    }

    public var width: Double { maxX - minX }
    public var height: Double { maxY - minY }

    /// The rectangle with `margin` metres more on each side.
    public func expanded(by margin: Double) -> PlaneExtent {
        PlaneExtent(minX: minX - margin, minY: minY - margin, maxX: maxX + margin, maxY: maxY + margin)
    }

    /// The distance from a position to the rectangle, 0 inside, in metres.
    public func distance(toX x: Double, y: Double) -> Double {
        let dx = max(minX - x, x - maxX, 0)
        let dy = max(minY - y, y - maxY, 0)
        return (dx * dx + dy * dy).squareRoot()
    }
}
