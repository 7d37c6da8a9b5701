import DemoCity
import Geometry
import Works

/// Cities that several tests look at, built once.
enum Cities {
    static let now = Instant(year: 2026, month: 4, day: 14, hour: 9)
    static let first = DemoCity(seed: 1, now: now)
    static let second = DemoCity(seed: 20_261, now: now)

    /// The seeds of the cities that every rule is tested on.
    static let seeds: [UInt64] = [1, 20_261]

    static func city(_ seed: UInt64) -> DemoCity { seed == 1 ? first : second }
}

/// A grid of cells over the city, in degrees, for finding what is near.
struct CellIndex<Element> {
    private let cell: Double
    private var elements: [Int: [Element]] = [:]

    init(cell: Double) { self.cell = cell }

    private func cells(_ box: Bounds) -> [Int] {
        let columns = Int((box.west / cell).rounded(.down))...Int((box.east / cell).rounded(.down))
        let rows = Int((box.south / cell).rounded(.down))...Int((box.north / cell).rounded(.down))
        return columns.flatMap { column in rows.map { column * 10_000_000 + $0 } }
    }

    mutating func insert(_ element: Element, _ box: Bounds) {
        for key in cells(box) { elements[key, default: []].append(element) }
    }

    func near(_ box: Bounds) -> [Element] { cells(box).flatMap { elements[$0] ?? [] } }
}

/// Whether two segments cross in a point that is an end of neither, by more than the rounding of coordinates to a centimetre.
func cross(_ a: Coordinate, _ b: Coordinate, _ c: Coordinate, _ d: Coordinate) -> Bool {
    func side(_ p: Coordinate, _ q: Coordinate, _ r: Coordinate) -> Double {
        (q.longitude - p.longitude) * (r.latitude - p.latitude) - (q.latitude - p.latitude)
            * (r.longitude - p.longitude)
    }
    guard a != c, a != d, b != c, b != d else { return false }
    guard side(a, b, c) * side(a, b, d) < 0, side(c, d, a) * side(c, d, b) < 0 else { return false }
    /// The distance from a point to the line through two others, in degrees.
    func depth(_ p: Coordinate, _ q: Coordinate, _ r: Coordinate) -> Double {
        let (x, y) = (q.longitude - p.longitude, q.latitude - p.latitude)
        return side(p, q, r).magnitude / (x * x + y * y).squareRoot()
    }
    return min(min(depth(a, b, c), depth(a, b, d)), min(depth(c, d, a), depth(c, d, b))) > 4e-7
}

func box(_ points: [Coordinate]) -> Bounds { Geometry.lineString(points).bounds! }

/// Whether a point lies inside an area, by the even-odd rule over all its rings.
func contains(_ geometry: Geometry, _ point: Coordinate) -> Bool {
    var inside = false
    geometry.forEachRun { run in
        for (a, b) in zip(run, run.dropFirst()) where (a.latitude > point.latitude) != (b.latitude > point.latitude) {
            let share = (point.latitude - a.latitude) / (b.latitude - a.latitude)
            if point.longitude < a.longitude + share * (b.longitude - a.longitude) { inside.toggle() }
        }
    }
    return inside
}

extension String {
    /// Whether it has Russian letters and none of the Latin alphabet.
    var isRussian: Bool {
        unicodeScalars.contains { (0x0410...0x044F).contains($0.value) }
            && !unicodeScalars.contains { (0x41...0x5A).contains($0.value) || (0x61...0x7A).contains($0.value) }
    }
}
