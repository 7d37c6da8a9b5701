/// What a quarter of the city is for.
enum Zone: String, Sendable, CaseIterable {
    /// The oldest streets: small houses wall to wall.
    case historic
    /// Blocks of the first half of the 20th century, built along their edges.
    case oldTown
    /// A microdistrict of panel slabs around courtyards.
    case micro
    /// A microdistrict of towers, built lately.
    case newMicro
    /// Detached houses with gardens.
    case cottages
    case industry
    case port
    case dachas
    case park
    /// A green square, or the lawns of a stadium, among blocks that are built on.
    case square
    case stadium
    case promenade
    case wood
    case meadow
    case field
    case cemetery
    case allotments
    case water

    /// Whether streets are laid out and houses built in it.
    var isBuilt: Bool {
        switch self {
        case .historic, .oldTown, .micro, .newMicro, .cottages, .industry, .port, .dachas: true
        default: false
        }
    }

    /// Whether people live there all year round.
    var isResidential: Bool {
        switch self {
        case .historic, .oldTown, .micro, .newMicro, .cottages: true
        default: false
        }
    }
}

/// Which zone and which district a place belongs to, by the city's master plan.
struct MasterPlan: Sendable {
    /// The names of the districts, in the order of their indexes.
    static let districts: [String] = [
        "Центральный район", "Привокзальный район", "Ленинский район", "Юго-Западный район", "Заводской район",
        "Северный район", "Каменский район", "Портовый район", "Заречный район", "Восточный район",
    ]

    private static let districtSeeds: [(x: Double, y: Double, far: Bool, district: Int)] = [
        (1000, 200, false, 0), (1300, -900, false, 0), (-900, 1500, false, 1), (-2000, 1500, false, 1),
        (300, 1800, false, 1),
        (-2200, -300, false, 2), (-2700, -1300, false, 2), (-1200, -1200, false, 2), (-3000, 900, false, 2),
        (-5000, 600, false, 3), (-5000, -1000, false, 3), (-4700, -1900, false, 3), (-3400, 3400, false, 4),
        (-5300, 3300, false, 4), (-2000, 3000, false, 4), (300, 3600, false, 5), (-700, 4500, false, 5),
        (1200, 3300, false, 5), (-2500, -3400, false, 6), (-4800, -3300, false, 6), (-1000, -4300, false, 6),
        (1400, -2700, false, 7), (1500, -4300, false, 7), (200, -2900, false, 7), (3300, 500, true, 8),
        (3300, 2900, true, 8), (3100, -1500, true, 8), (5400, 800, true, 9), (5500, 3000, true, 9),
        (5400, -1300, true, 9),
        (4800, -3500, true, 9),
    ]

    private static let zoneSeeds: [(x: Double, y: Double, zone: Zone)] = [
        (-900, 1500, .oldTown), (-1900, 1650, .oldTown), (-2800, 1500, .micro), (-3800, 1500, .micro),
        (-4700, 1500, .micro), (-5700, 1700, .wood), (-900, 700, .oldTown), (-1900, 800, .micro),
        (-2800, 850, .micro), (-3700, 950, .micro), (-4700, 1000, .newMicro), (-5700, 1000, .newMicro),
        (-900, 0, .oldTown), (-1900, 50, .oldTown), (-2800, 150, .micro), (-3750, 200, .micro),
        (-4700, 300, .micro), (-5700, 350, .field), (-1900, -650, .micro), (-2800, -600, .micro),
        (-3750, -560, .park), (-4700, -500, .micro), (-5700, -450, .allotments), (-700, -900, .oldTown),
        (-1900, -1350, .micro), (-2800, -1300, .micro), (-3750, -1250, .micro), (-4700, -1150, .newMicro),
        (-5700, -1150, .meadow), (-400, -1500, .cottages), (300, -1400, .oldTown), (1500, -1450, .oldTown),
        (300, -2500, .cottages), (-800, -2100, .cottages), (-1900, -1950, .cottages), (-2900, -1900, .micro),
        (-3800, -1850, .field), (-4800, -1750, .field), (-1900, -2400, .park), (-2900, -2400, .meadow),
        (-3800, -2200, .meadow), (-4800, -2250, .meadow), (-5800, -2000, .wood), (-1200, -2900, .cottages),
        (-2500, -3100, .cottages), (-3600, -2950, .meadow), (-4800, -2900, .wood), (-5800, -2800, .wood),
        (-300, -2900, .cottages), (-300, -3700, .cottages), (-1700, -3750, .wood), (-2800, -3750, .wood),
        (-3700, -3800, .cottages), (-5100, -3700, .wood), (-300, -4400, .field), (-1700, -4350, .meadow),
        (-3000, -4450, .wood), (-3900, -4500, .wood), (1250, -2250, .industry), (1300, -3050, .port),
        (1100, -3800, .wood), (1900, -4600, .meadow), (0, 2900, .cottages), (900, 2800, .cottages),
        (700, 3600, .cottages), (700, 4250, .wood), (-300, 3000, .industry), (-700, 3700, .cottages),
        (-900, 4150, .cemetery), (-1900, 4150, .wood), (-2100, 3000, .industry), (-3000, 3000, .industry),
        (-3800, 3000, .industry), (-4500, 3000, .industry), (-5600, 2850, .field), (-3000, 4200, .allotments),
        (-4300, 4050, .wood), (-5500, 3700, .wood), (-5000, 4300, .wood), (2600, 1750, .cottages),
        (3800, 1700, .newMicro), (4800, 1750, .micro), (5700, 1800, .field), (2700, 750, .newMicro),
        (3750, 780, .micro), (4750, 800, .micro), (5700, 850, .newMicro), (2880, -350, .park), (3750, -300, .micro),
        (4750, -300, .micro), (5700, -250, .field), (2850, -1700, .park), (3700, -1500, .micro),
        (4750, -1350, .cottages), (5750, -1250, .meadow), (2500, 2450, .cottages), (3900, 2400, .cottages),
        (4800, 2400, .wood), (5700, 2600, .field), (2500, 3100, .wood), (4000, 3050, .meadow),
        (5000, 3050, .field), (2700, 4000, .wood), (4000, 3950, .wood), (5200, 3500, .wood), (3000, -3200, .meadow),
        (3900, -3000, .meadow), (4500, -3700, .meadow), (3600, -4200, .wood), (4700, -2450, .meadow),
        (5500, -2350, .dachas), (5900, -2700, .wood), (5700, -3500, .wood), (6300, -3600, .wood),
        (5600, -4700, .wood), (-6500, 2500, .wood), (-6500, 0, .field), (-6600, 1600, .wood), (-6500, -2000, .wood),
        (-4000, 4900, .wood),
        (0, 4950, .wood), (2500, 4850, .field), (4800, 4500, .wood), (6000, 3700, .field), (6450, 1000, .field),
        (6450, -500, .field), (-2000, -4950, .wood), (-4800, -4600, .wood), (900, -5000, .field),
    ]

    let terrain: Terrain
    let outline: [PlanePoint]
    private let axis: MeasuredLine

    init(terrain: Terrain, outline: [PlanePoint]) {
        self.terrain = terrain
        self.outline = outline
        axis = MeasuredLine(terrain.riverAxis)
    }

    /// Whether a place lies on the far side of the river's middle.
    func isFar(_ point: PlanePoint) -> Bool { axis.project(point).isLeft }

    /// - Parameter shoreShare: How much of the face's edge is shore, 0…1.
    func zone(of face: [PlanePoint], shoreShare: Double) -> Zone {
        let point = interiorPoint(of: face)
        if terrain.river.encloses(point) { return .water }
        guard outline.encloses(point) else {
            // Woods and fields in patches around the city.
            let patch = Int((point.x + 9000) / 2600) * 3 + Int((point.y + 9000) / 2100) * 5
            return patch % 3 == 0 ? .field : .wood
        }
        var perimeter = 0.0
        for index in face.indices { perimeter += face[index].distance(to: face[(index + 1) % face.count]) }
        if shoreShare > 0.25, signedArea(face) / perimeter < 70 { return .promenade }
        let radius = point.distance(to: Skeleton.square)
        if radius < 860, !isFar(point) { return .historic }
        if radius < 1400, !isFar(point) { return .oldTown }
        return Self.zoneSeeds.min { distance($0.x, $0.y, point) < distance($1.x, $1.y, point) }!.zone
    }

    /// The index of the district that a face belongs to; nil outside the city.
    func district(of face: [PlanePoint]) -> Int? {
        let point = interiorPoint(of: face)
        guard outline.encloses(point) else { return nil }
        let far = isFar(point)
        return Self.districtSeeds.filter { $0.far == far }
            .min { distance($0.x, $0.y, point) < distance($1.x, $1.y, point) }!.district
    }

    private func distance(_ x: Double, _ y: Double, _ point: PlanePoint) -> Double {
        point.distance(to: PlanePoint(x, y))
    }
}
