import Geometry
import TimeBudgets
import Works

/// The area that chance is measured against: a boundary, or the convex hull of the incidents. Incidents outside of it are left out.
public struct StudyArea: Sendable {
    public enum Origin: String, Sendable {
        /// The caller gave the boundary.
        case boundary
        /// The districts of the city.
        case districts
        /// The bounds that the city states.
        case city
        /// The smallest convex area around all incidents but those far from all others.
        case hull

        /// A phrase for the reader.
        var text: String {
            switch self {
            case .boundary: "given boundary"
            case .districts: "districts of the city"
            case .city: "bounds of the city"
            case .hull: "convex hull of the incidents"
            }
        }
    }

    /// Fewest incidents that have a mean density.
    public static let fewestIncidents = 10
    /// A hull narrower than this share of its length is a line.
    private static let narrowest = 0.01

    public let origin: Origin
    public let shape: PlaceShape

    /// A boundary; nil if it has no area.
    public init?(boundary: PlaceShape, origin: Origin = .boundary) {
        guard boundary.area > 0 else { return nil }
        shape = boundary
        self.origin = origin
    }

    /// The hull of the incidents; nil if they are about on one line or point, where no density makes sense.
    public init?(hullOf points: PlanePoints) { try! self.init(hullOf: points, within: .unlimited) }

    /// As ``init(hullOf:)``, within a budget.
    ///
    /// - Throws: `TimeBudgetError`.
    init?(hullOf points: PlanePoints, within budget: TimeBudget) throws {
        let corners = try ConvexHull.corners(of: points, within: budget)
        guard corners.count > 2, let hull = PlaceShape(polygon: corners), hull.area > 0 else { return nil }
        let (width, height) = (hull.extent.width, hull.extent.height)
        guard hull.area > Self.narrowest * (width * width + height * height) else { return nil }
        shape = hull
        origin = .hull
    }

    /// Square metres.
    public var area: Double { shape.area }

    /// How much of the study area is within `radius` metres of a place, in square metres.
    ///
    /// For a point, a circle cut by the boundary: exact where it is not cut, else over 512 rows. For lines and polygons,
    /// 128 × 128 samples over the rectangle around the reach, good to about 1 %.
    public func area(within radius: Double, of place: PlaceShape) -> Double {
        var meter = BudgetMeter(.unlimited)
        return try! area(within: radius, of: place, &meter)
    }

    /// As ``area(within:of:)``, within a budget.
    func area(
        within radius: Double, of place: PlaceShape, _ meter: inout BudgetMeter
    ) throws(TimeBudgetError) -> Double {
        if let center = place.singlePoint { return try circleArea(center, radius, &meter) }
        let extent = place.extent.expanded(by: radius)
        let samples = 128
        let (stepX, stepY) = (extent.width / Double(samples), extent.height / Double(samples))
        var hits = 0
        for row in 0..<samples {
            let y = extent.minY + (Double(row) + 0.5) * stepY
            try meter.spend(shape.cost)
            let crossings = shape.crossings(atY: y)
            for (from, to) in zip(crossings, crossings.dropFirst()).everyOther() {
                let first = Int(saturating: max(0, ((from - extent.minX) / stepX - 0.5).rounded(.up)))
                let last = Int(saturating: min(Double(samples) - 1, ((to - extent.minX) / stepX - 0.5).rounded(.down)))
                for column in stride(from: first, through: last, by: 1) {
                    try meter.spend(place.cost)
                    let point = PlanePoint(x: extent.minX + (Double(column) + 0.5) * stepX, y: y)
                    if place.distance(to: point, atMost: radius) <= radius { hits += 1 }
                }
            }
        }
        return Double(hits) * stepX * stepY
    }

    private func circleArea(
        _ center: PlanePoint, _ radius: Double, _ meter: inout BudgetMeter
    ) throws(TimeBudgetError) -> Double {
        let whole = Double.pi * radius * radius
        let isInside = shape.contains(center)
        if !shape.hasEdge(within: radius, of: center) { return isInside ? whole : 0 }
        let rows = 512
        let step = 2 * radius / Double(rows)
        var (inside, chords) = (0.0, 0.0)
        for row in 0..<rows {
            let dy = -radius + (Double(row) + 0.5) * step
            let half = (radius * radius - dy * dy).squareRoot()
            chords += 2 * half
            try meter.spend(shape.cost)
            let crossings = shape.crossings(atY: center.y + dy)
            for (from, to) in zip(crossings, crossings.dropFirst()).everyOther() {
                inside += max(0, min(to, center.x + half) - max(from, center.x - half))
            }
        }
        return whole * inside / chords
    }
}

extension Sequence {
    /// The first element, the third, and so on.
    fileprivate func everyOther() -> [Element] { enumerated().filter { $0.offset & 1 == 0 }.map(\.element) }
}
