import Geometry
import TimeBudgets
import Works

/// Extent of a city: the box around its districts or, as long as it has none, around the bulk of its works.
struct CityExtent: Hashable, Sendable {
    enum Basis: String, Hashable, Sendable {
        case districts = "its districts"
        case works = "its works"
        case rows = "the other rows of the file"
    }

    var bounds: Bounds
    var basis: Basis

    init(bounds: Bounds, basis: Basis) {
        self.bounds = bounds
        self.basis = basis
    }

    /// Nil if the store has neither districts nor works enough.
    init?(of store: any WorksStore, at now: Instant) throws {
        if let districts = try store.extent(of: .districts) {
            self.init(bounds: districts, basis: .districts)
            return
        }
        let last = try store.lastWorkNumber()
        guard last >= Self.fewest else { return nil }
        // Works all over the time of the record stand for all.
        let step = max(1, last / Self.sample)
        var page = WorkPage(columns: WorkColumns(), geometry: true)
        page.numbers = Array(stride(from: 1, through: last, by: Int64.Stride(step)))
        var places: [Coordinate] = []
        try store.forEachWork(page, at: now, budget: .unlimited) { row in
            if let place = try row.geometry?.decoded().bounds?.center { places.append(place) }
        }
        guard let bulk = Self.bulk(of: places) else { return nil }
        self.init(bounds: bulk, basis: .works)
    }

    /// Places that are enough to say where the bulk of them is.
    static let fewest = 20
    /// Works that stand for all.
    private static let sample: Int64 = 1000

    /// The box around the middle half of the places in each direction, which no stray quarter of them moves; nil of too few.
    static func bulk(of places: [Coordinate]) -> Bounds? {
        guard places.count >= fewest else { return nil }
        let longitudes = places.map(\.longitude).sorted()
        let latitudes = places.map(\.latitude).sorted()
        let outer = places.count / 4
        return Bounds(
            west: longitudes[outer], south: latitudes[outer], east: longitudes[places.count - 1 - outer],
            north: latitudes[places.count - 1 - outer])
    }

    /// The box with some country around: at least half a degree, and half the city's size.
    var reach: Bounds {
        // The middle half of the works is much smaller than the city.
        let margin = 0.5 + max(bounds.width, bounds.height) * (basis == .districts ? 0.5 : 3)
        return Bounds(
            west: max(bounds.west - margin, -180), south: max(bounds.south - margin, -90),
            east: min(bounds.east + margin, 180), north: min(bounds.north + margin, 90))
    }
}

extension ImportLayer {
    /// True if rows of the layer belong into the city; streets and basemaps reach far beyond.
    var isSurveyed: Bool {
        switch self {
        case .reference(.roads), .reference(.basemap): false
        default: true
        }
    }
}
