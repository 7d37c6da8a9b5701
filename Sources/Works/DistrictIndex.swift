public import Geometry
public import TimeBudgets

/// The districts of a city, prepared to say for many places in which of them they lie.
public struct DistrictIndex: Sendable {
    private let names: [String]
    private let locator: AreaLocator

    /// - Parameter districts: Where areas overlap, the first of them counts.
    public init(_ districts: [(name: String, area: Geometry)]) {
        names = districts.map(\.name)
        locator = AreaLocator(districts.map(\.area))
    }

    /// The districts of a store's first class; one without a name goes by its id.
    ///
    /// - Throws: what the store throws.
    public init(_ store: any WorksStore, budget: TimeBudget = .unlimited) throws {
        var districts: [(name: String, area: Geometry)] = []
        var first: String?
        try store.forEachFeature(in: .districts, bounds: nil, after: nil, limit: nil, budget: budget) { _, feature in
            guard let area = feature.geometry else { return }
            let name = DistrictClass.name(of: feature.featureClass)
            if first == nil { first = name }
            if name == first { districts.append((feature.name ?? feature.id, area)) }
        }
        self.init(districts)
    }

    /// Whether no district is known.
    public var isEmpty: Bool { names.isEmpty }

    /// The name of the district at a place, borders included; nil outside of all.
    public func district(at place: Coordinate) -> String? {
        locator.first(containing: place).map { names[$0] }
    }

    /// The name of the district that a geometry lies in, by its representative point.
    public func district(of geometry: Geometry) -> String? {
        geometry.representativePoint.flatMap(district(at:))
    }

    /// The district of a work: that of its place where districts are known, and none outside of all; what its source states otherwise.
    ///
    /// A city has one set of names for its districts, and a work without a place has no other than its source's.
    public func district(of geometry: Geometry?, stated: String?) -> String? {
        guard !isEmpty, let geometry else { return stated }
        return district(of: geometry)
    }
}
