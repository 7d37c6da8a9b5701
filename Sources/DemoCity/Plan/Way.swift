/// How important a road is; the names are those of the roads layer.
enum RoadClass: String, Sendable, CaseIterable {
    case motorway, primary, secondary, tertiary, residential, service, footway

    /// From the middle of the road to the kerb, in metres.
    var halfWidth: Double {
        switch self {
        case .motorway: 12
        case .primary: 11
        case .secondary: 8.5
        case .tertiary: 6.5
        case .residential: 4
        case .service: 3
        case .footway: 1.5
        }
    }
}

/// A line of the city's plan: a street, or something that streets end at.
struct Way: Sendable {
    enum Use: Hashable, Sendable {
        case road(RoadClass)
        case rail
        case shore
        case stream
        /// The edge of the city, where its last district ends.
        case outline
        /// The edge of the map.
        case frame
    }

    var points: [PlanePoint]
    var use: Use
    /// The street's index among the names, for a road that has one.
    var street: Int?
    /// How much may dangle from its ends before it is cut off, in metres.
    var trim: Double = 0

    var roadClass: RoadClass? {
        if case .road(let roadClass) = use { roadClass } else { nil }
    }
}
