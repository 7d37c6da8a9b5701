import Geometry
import TimeBudgets
public import Works

/// Exposure that incidents are expected in proportion to.
public enum ExposureKind: Hashable, Sendable {
    /// Square metres of the reference area.
    case area
    /// Metres of road.
    case roadLength
    /// A number that features of a layer have, such as a population. Of the layer of the places themselves it is each place's own; of
    /// polygons it is spread evenly over each; of points it lies at them.
    case column(ReferenceLayer, String)
    /// Other works, all service requests for example, and the text that chose them.
    case controls(WorkFilter, String)

    /// `area`, `road-length`, `LAYER.COLUMN` or `controls:FILTER`, as options take it.
    public var text: String {
        switch self {
        case .area: "area"
        case .roadLength: "road-length"
        case .column(let layer, let name): "\(layer.rawValue).\(name)"
        case .controls(_, let text): "controls:\(text)"
        }
    }

    /// The exposure that a text names; nil if it names none.
    ///
    /// - Parameter filter: Reads the filter of other works.
    public init?(_ text: String, filter: (String) throws -> WorkFilter) rethrows {
        let controls = "controls:"
        if text == "area" {
            self = .area
        } else if text == "road-length" {
            self = .roadLength
        } else if text.hasPrefix(controls) {
            let wanted = String(text.dropFirst(controls.count))
            self = .controls(try filter(wanted), wanted)
        } else {
            guard let point = text.firstIndex(of: "."), let layer = ReferenceLayer(rawValue: String(text[..<point])),
                text.index(after: point) < text.endIndex
            else { return nil }
            self = .column(layer, String(text[text.index(after: point)...]))
        }
    }

    /// A phrase about what can be named.
    public static let choices =
        "area, road-length, a column of a layer such as districts.population, or controls: and filters joined by &, such as controls:kind=outage"

    /// A phrase for the reader.
    var phrase: String {
        switch self {
        case .area: "by area"
        case .roadLength: "by metres of road"
        case .column: "by \(text)"
        case .controls(_, let text): "by other works (\(text.isEmpty ? "all" : text))"
        }
    }
}

/// Material of an exposure other than area, as a store has it.
enum ExposureSource: Sendable {
    /// Places' own numbers by their ids.
    case own([String: Double])
    /// Lines, of which metres count.
    case lines([Geometry])
    /// Points and polygons with a number for each.
    case numbers([(geometry: Geometry, value: Double)])
    case positions([Coordinate])
}

/// An amount at each of many positions, whose sum around a place is the place's exposure.
struct PointExposure: Sendable {
    private let grid: PointGrid
    private let values: [Double]
    let total: Double

    /// Most positions that lines and polygons are cut into.
    private static let mostPositions = 2_000_000.0

    /// - Parameters:
    ///   - reach: Metres: lines and polygons are cut into pieces a tenth as large.
    ///   - area: Only what is inside of it counts.
    init(
        _ source: ExposureSource, reach: Double, in area: StudyArea, on projection: LocalProjection, budget: TimeBudget
    ) throws {
        var pieces = Pieces()
        switch source {
        case .own: break
        case .positions(let positions):
            for point in positions { pieces.add(projection.project(point), 1) }
        case .lines(let lines):
            let shapes = lines.compactMap { PlaceShape($0, on: projection) }
            let length = shapes.reduce(0) { $0 + $1.length }
            let step = max(reach / 10, length / Self.mostPositions)
            for shape in shapes {
                try budget.check()
                shape.forEachPiece(ofLength: step) { pieces.add($0, $1) }
            }
        case .numbers(let numbers):
            let shapes = numbers.compactMap { number in
                PlaceShape(number.geometry, on: projection).map { ($0, number.value) }
            }
            let surface = shapes.reduce(0) { $0 + $1.0.area }
            let step = max(reach / 10, (surface / Self.mostPositions).squareRoot())
            for (shape, value) in shapes {
                try budget.check()
                let positions = shape.positions(every: step)
                for position in positions { pieces.add(position, value / Double(positions.count)) }
            }
        }
        let points = PlanePoints(x: pieces.x, y: pieces.y)
        let isInside = try area.holds(points, within: budget)
        let kept = isInside.indices.filter { isInside[$0] }
        let grid = try PointGrid(PlanePoints(kept.map { points[$0] }), cellSize: reach / 3, within: budget)
        self.grid = grid
        values = grid.inputIndex.map { pieces.values[kept[Int($0)]] }
        total = values.sum { $0 }
    }

    private struct Pieces {
        var (x, y, values) = ([Double](), [Double](), [Double]())

        mutating func add(_ point: PlanePoint, _ value: Double) {
            x.append(point.x)
            y.append(point.y)
            values.append(value)
        }
    }

    /// The sum within a distance of a place.
    func within(_ radius: Double, of place: PlaceShape, _ meter: inout BudgetMeter) throws(TimeBudgetError) -> Double {
        var sum = 0.0
        try grid.visits(of: place, within: radius, &meter) { position, _ in sum += values[position] }
        return sum
    }
}

extension PlaceShape {
    /// Metres of its lines.
    var length: Double {
        var sum = 0.0
        forEachLine { sum += $0.distance(to: $1) }
        return sum
    }

    /// Calls `body` with the middle and the length of pieces of its lines, each at most `step` metres.
    func forEachPiece(ofLength step: Double, _ body: (PlanePoint, Double) -> Void) {
        forEachLine { a, b in
            let length = a.distance(to: b)
            let count = max(1, (length / step).rounded(.up))
            for piece in 0..<Int(count) {
                let share = (Double(piece) + 0.5) / count
                body(PlanePoint(x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y)), length / count)
            }
        }
    }

    /// Positions on a lattice inside of its polygons, or its own positions; at least one.
    func positions(every step: Double) -> [PlanePoint] {
        var positions = [PlanePoint]()
        if area > 0 {
            var y = extent.minY + step / 2
            while y < extent.maxY {
                let crossings = crossings(atY: y)
                for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
                    let first = ((crossings[pair] - extent.minX) / step).rounded(.up)
                    var x = extent.minX + first * step
                    while x < crossings[pair + 1] {
                        positions.append(PlanePoint(x: x, y: y))
                        x += step
                    }
                }
                y += step
            }
        }
        if positions.isEmpty {
            positions = [PlanePoint(x: (extent.minX + extent.maxX) / 2, y: (extent.minY + extent.maxY) / 2)]
        }
        return positions
    }
}
