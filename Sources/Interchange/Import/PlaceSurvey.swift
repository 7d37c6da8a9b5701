import Geometry

/// Looks at the places of a file as a whole: one swapped pair is a typing error, all of them are a mapping error.
struct PlaceSurvey {
    private(set) var count = 0
    private var looksSwapped = 0
    private var example = ""

    /// Takes a geometry into account.
    ///
    /// A place looks swapped if it cannot be meant as it is and can the other way round: it lies outside of the world, in the polar seas,
    /// outside of the bounds that the mapping expects, or outside of what the city is known to be.
    mutating func note(_ geometry: Geometry, expected: Bounds?, known: Bounds?) {
        guard let place = geometry.firstPosition else { return }
        count += 1
        let swapped = Coordinate(longitude: place.latitude, latitude: place.longitude)
        func isPlausible(_ place: Coordinate) -> Bool {
            // No municipality lies further south than Ushuaia or further north than Longyearbyen.
            guard place.isValid, (-60...84).contains(place.latitude) else { return false }
            return expected?.contains(place) ?? true
        }
        let isSwapped: Bool
        if isPlausible(place), isPlausible(swapped), let known {
            isSwapped = !known.contains(place) && known.contains(swapped)
        } else {
            isSwapped = !isPlausible(place) && isPlausible(swapped)
        }
        guard isSwapped else { return }
        looksSwapped += 1
        if example.isEmpty { example = "longitude \(place.longitude), latitude \(place.latitude)" }
    }

    /// How many places look swapped, if nearly all do.
    var swapped: (rows: Int, example: String)? {
        looksSwapped > 0 && looksSwapped * 20 >= count * 19 ? (looksSwapped, example) : nil
    }

}

extension Geometry {
    /// `point`, `line` or `area`; nil for a collection of several.
    var kindName: String? {
        switch self {
        case .point, .multiPoint: "point"
        case .lineString, .multiLineString: "line"
        case .polygon, .multiPolygon: "area"
        case .geometryCollection: nil
        }
    }

    /// The first position in the geometry.
    var firstPosition: Coordinate? {
        switch self {
        case .point(let point): point
        case .multiPoint(let run), .lineString(let run): run.first
        case .multiLineString(let runs): runs.first?.first
        case .polygon(let polygon): polygon.exterior.first
        case .multiPolygon(let polygons): polygons.first?.exterior.first
        case .geometryCollection(let members): members.first?.firstPosition
        }
    }
}
