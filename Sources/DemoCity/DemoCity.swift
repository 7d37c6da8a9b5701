public import Geometry
public import Works

/// A believable Russian city of about 300 000 people that does not exist, with its streets, houses and works.
///
/// Everything follows from a seed and a moment: the same two give the same city on every machine. The city itself depends on the seed
/// alone; the works of the past 18 months and of the next two are dated relative to the moment. Within a calendar month a
/// moment that is a day later shifts every date by a day; from month to month the seasons move.
///
///     let city = DemoCity(seed: 1, now: .now)
///     for (work, ledger) in city.works { … }
public struct DemoCity: Sendable {
    /// The number of people who would live there.
    public static let population = 300_000

    /// The time zone of the city's clocks.
    public static let timeZone = "Europe/Moscow"

    /// How far ahead of UTC they are, all year round.
    public static let secondsEastOfGreenwich: Int64 = 3 * 3600

    static let cityName = (ru: "Верхнереченск", en: "Verkhnerechensk")

    /// The city's name.
    public var name: (ru: String, en: String) { Self.cityName }

    /// The edges of the map, about 14 by 11 km; no layer has anything beyond them.
    public let bounds: Bounds

    /// The districts: they cover the whole city without overlapping and share their borders vertex by vertex.
    public let districts: [ReferenceFeature]

    /// Schools, gymnasiums and lyceums, as points; `extra` has `addr` and `name_en`.
    public let schools: [ReferenceFeature]

    /// The road net; roads that meet share a vertex. `extra` has `name_en`, `lanes`, and where true `bridge` and `oneway`.
    public let roads: [ReferenceFeature]

    /// Land, water, railway and buildings; `extra` of a building has `addr`, `street`, `housenumber`, `levels` and `use`.
    public let basemap: [ReferenceFeature]

    /// The works in the order of their ids, each with its whole record.
    ///
    /// `extra` has `title_en`. The source is `demo`; a `sourceID` stays the same for a seed within a calendar month.
    public let works: [(work: Work, ledger: [LedgerEntry])]

    /// Builds the city.
    ///
    /// - Parameters:
    ///   - seed: Decides everything that chance decides.
    ///   - now: The moment at which the record ends.
    ///
    /// Complexity: about a second.
    public init(seed: UInt64, now: Instant) {
        let plane = CityPlane(origin: Coordinate(longitude: 47.35, latitude: 54.55))
        let plan = CityPlan(seed: seed)
        let construction = Construction(plan: plan, seed: seed)
        var buildings = construction.buildings
        var naming = SeededGenerator(seed: seed, stream: 6)
        HouseNumbers.assign(&buildings, plan: plan)
        nameInstitutions(&buildings, generator: &naming)
        let roadNet = RoadNet(plan: plan, drives: construction.drives)

        let layers = CityLayers(plan: plan, roadNet: roadNet, buildings: buildings, plane: plane)
        districts = layers.districts
        schools = layers.schools
        roads = layers.roads
        basemap = layers.basemap
        let low = plane.coordinate(PlanePoint(-Terrain.halfWidth - 2, -Terrain.halfHeight - 2))
        let high = plane.coordinate(PlanePoint(Terrain.halfWidth + 2, Terrain.halfHeight + 2))
        bounds = Bounds(west: low.longitude, south: low.latitude, east: high.longitude, north: high.latitude)

        var places = SeededGenerator(seed: seed, stream: 9)
        let sites = WorkSites(plan: plan, plane: plane, buildings: buildings, roadNet: roadNet, generator: &places)
        works = WorkHistory(sites: sites, seed: seed, now: now).works
    }
}
