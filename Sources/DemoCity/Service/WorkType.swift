import Works

/// One sort of work: what it is called, where and when it happens, who does it, and how long it takes.
struct WorkType: Sendable {
    /// Where a work of this sort lies, and what its geometry is.
    enum Place: Sendable {
        /// A point on the carriageway.
        case carriageway
        /// A point beside the carriageway.
        case roadside
        /// A point at a crossing of main streets.
        case crossing
        /// A point at a house.
        case house
        /// Some lamps in a row.
        case lampRow
        /// Part of a street, or all of it, along its middle.
        case street
        /// A pavement along part of a street.
        case pavement
        /// A bridge over the river.
        case bridge
        /// A dug-up strip.
        case trench
        /// Blocks of houses that are served, at most so many.
        case blocks(Int)
    }

    var kind: WorkKind
    var category: String
    /// Russian and English titles, of which one is drawn.
    var titles: [(ru: String, en: String)]
    var description: String
    var organisation: Organisation
    /// nil for what the service does itself.
    var trade: Trade?
    /// How many there are in 18 months of average weather.
    var count: Double
    /// Weights of the months, January first.
    var months: [Double]
    /// How much more there is on days of special weather.
    var weather: [(event: Weather.Event, factor: Double)] = []
    var place: Place
    /// Hours from acceptance to the deadline promised first.
    var promise: ClosedRange<Double>
    /// Hours until a service accepts a report.
    var answer: Spread = Spread(low: 0.5, median: 14, high: 60, extreme: 240)
    /// Days between announcement and start, of works that are planned; nil for what is reported.
    var lead: ClosedRange<Double>?
    /// Weights of minor, moderate, severe.
    var severity: [Double] = [3, 5, 1]
    /// The traffic impacts that occur, with weights.
    var impacts: [(TrafficImpact, Double)] = [(.none, 1)]
    /// The hours in which the crew may work, with one pair drawn; empty for round the clock.
    var hours: [(String, String)] = []
    var rejected: Double = 0.02
    /// How likely residents report it, and not a dispatcher or a sensor.
    var byResidents: Double = 0.7
}

/// The services of the city.
enum Organisation: String, Sendable {
    case water = "МУП «Горводоканал»"
    case heat = "АО «Теплосеть»"
    case power = "АО «Горэлектросеть»"
    case gas = "АО «Верхнереченскгаз»"
    case roads = "МКУ «Управление дорог»"
    case amenities = "МБУ «Служба благоустройства»"
    case lighting = "МУП «Горсвет»"
    case greenery = "МБУ «Зеленхоз»"
    case housing = "МКУ «Управление жилищного хозяйства»"
}
