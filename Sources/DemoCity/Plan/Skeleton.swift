import Glibc

/// The large lines of the plan: main roads, railway, shores and limits, between which the quarters lie.
struct Skeleton: Sendable {
    /// The square from which the main roads radiate.
    static let square = PlanePoint(1000, 200)

    private(set) var ways: [Way] = []
    /// The main railway line through the city.
    let railway: [PlanePoint]
    /// The city's limits.
    let outline: [PlanePoint]

    /// - Parameter names: Takes the names of the main roads.
    init(terrain: Terrain, names: inout StreetNames, generator: inout SeededGenerator) {
        var drift = generator
        func about(_ x: Double, _ y: Double, _ reach: Double = 45) -> PlanePoint {
            PlanePoint(x + drift.number(-reach, reach), y + drift.number(-reach, reach))
        }
        railway = smoothCurve(
            [
                PlanePoint(-7400, 2250), about(-5600, 2420), about(-4200, 2480, 20), PlanePoint(-2900, 2400),
                PlanePoint(-700, 2380), about(1120, 2440, 20), about(2700, 2800), about(4500, 2650), about(5900, 3050),
                PlanePoint(7400, 3650),
            ], step: 70)
        outline = Array(
            smoothCurve(
                [
                    about(6700, -2700), about(6720, 0), about(6650, 2300), about(6000, 4150), about(4100, 5050),
                    about(1500, 5130), about(-2500, 5200), about(-5200, 4980), about(-6550, 3750), about(-6780, 1200),
                    about(-6700, -2400), about(-6050, -4450), about(-4200, -5150), about(0, -5200), about(3300, -5150),
                    about(5300, -5060), about(6500, -4400),
                ], step: 160))
        let embankment = MeasuredLine(offset(terrain.cityShore) { _ in -46 })
        let farEmbankment = MeasuredLine(offset(terrain.farShore) { _ in 70 })
        func stretch(_ line: MeasuredLine, fromY: Double, toY: Double) -> [PlanePoint] {
            line.points.filter { $0.y <= fromY && $0.y >= toY }
        }
        let cityQuay = stretch(embankment, fromY: 2150, toY: -1780)
        let farQuay = stretch(farEmbankment, fromY: 1750, toY: -2600)

        let bypass = smoothCurve(
            [
                PlanePoint(7300, -2600), about(6420, -1700), about(6230, 200), about(6080, 1900), about(5350, 3650),
                about(3750, 4420), about(2050, 4520), about(200, 4640), about(-2200, 4780), about(-4600, 4500),
                about(-6020, 3350), about(-6370, 1400), about(-6180, -600), about(-6250, -2200), about(-5550, -3950),
                about(-3850, -4680), about(-1500, -4560), about(500, -4760), PlanePoint(950, -5900),
            ], step: 90)

        var ways: [Way] = []
        func road(_ name: StreetNames.Landmark, _ roadClass: RoadClass, _ points: [PlanePoint]) {
            ways.append(Way(points: points, use: .road(roadClass), street: names.landmark(name), trim: 150))
        }
        func curve(_ points: PlanePoint...) -> [PlanePoint] { smoothCurve(points, step: 80) }

        // The railway and the shores first: what meets them later is cut at them.
        ways.append(Way(points: railway, use: .rail))
        ways.append(Way(points: terrain.cityShore, use: .shore))
        ways.append(Way(points: terrain.farShore, use: .shore))
        ways.append(Way(points: terrain.riverAxis, use: .shore))
        ways.append(Way(points: terrain.stream, use: .stream, trim: 400))
        ways.append(Way(points: outline + [outline[0]], use: .outline))
        let (w, h) = (Terrain.halfWidth, Terrain.halfHeight)
        ways.append(
            Way(
                points: [
                    PlanePoint(-w, -h), PlanePoint(w, -h), PlanePoint(w, h), PlanePoint(-w, h), PlanePoint(-w, -h),
                ], use: .frame))

        road(.bypass, .motorway, bypass)
        road(.embankment, .secondary, cityQuay)
        road(.farEmbankment, .tertiary, farQuay)

        // Rings around the square; those that reach the river end at the embankment.
        let square = Self.square
        let wobble = (drift.number(0, 6), drift.number(0, 6))
        func ringRoad(_ radius: Double) -> [PlanePoint] {
            let count = Int(radius / 8)
            let circle = (0...count).map { step in
                let angle = Double(step % count) / Double(count) * 2 * .pi
                let swell = 1 + 0.045 * sin(3 * angle + wobble.0) + 0.03 * sin(5 * angle + wobble.1)
                return square + PlanePoint(cos(angle), sin(angle)) * (radius * swell)
            }
            return cutEnds(circle, at: cityQuay)
        }
        road(.boulevardRing, .tertiary, ringRoad(420))
        road(.gardenRing, .secondary, ringRoad(850))
        road(.outerRing, .secondary, ringRoad(1430))

        let lenin = [
            square, about(300, 240, 20), PlanePoint(-600, 320), PlanePoint(-6290, 775), PlanePoint(-7300, 820),
        ]
        /// The main avenue as a straight line, from which the grid of the west is measured.
        func west(_ x: Double, _ north: Double) -> PlanePoint {
            PlanePoint(x + north * 0.08, 320 - (x + 600) * 0.08 + north)
        }

        road(
            .northRadial, .primary,
            curve(
                square, about(900, 1100), about(520, 1950), about(280, 2750), about(-120, 3700), about(-350, 4700),
                PlanePoint(-520, 5900)))
        road(.stationRadial, .secondary, curve(square, about(180, 920), about(-620, 1620), PlanePoint(-1150, 2230)))
        road(.mainAvenue, .primary, lenin)
        road(
            .southWestRadial, .primary,
            curve(
                square, about(150, -700), about(-1100, -1750, 25), about(-2650, -3050), about(-4250, -4300),
                PlanePoint(-5200, -5900)))
        road(
            .southRadial, .primary,
            curve(square, about(960, -800), about(850, -1900), about(680, -3100), about(470, -4700)))
        road(
            .bridgeAvenue, .primary,
            [
                square, PlanePoint(2000, 185), PlanePoint(2800, 170), PlanePoint(4250, 260), PlanePoint(6230, 420),
                PlanePoint(7300, 560),
            ])

        // The straight prospekts of the west.
        let railStreet = offset(railway) { _ in -135 }.filter { $0.x > -6100 && $0.x < 420 }
        road(.railStreet, .secondary, railStreet)
        func eastWest(
            _ name: StreetNames.Landmark, _ roadClass: RoadClass, _ north: Double, from east: Double, to west1: Double
        ) {
            road(name, roadClass, [west(east, north), west((east + west1) / 2, north), west(west1, north)])
        }
        eastWest(.north1, .secondary, 850, from: -430, to: -6500)
        eastWest(.south1, .primary, -720, from: -420, to: -6330)
        eastWest(.south2, .secondary, -1450, from: -680, to: -6300)
        eastWest(.south3, .tertiary, -2180, from: -1400, to: -6000)
        func northSouth(_ name: StreetNames.Landmark, _ roadClass: RoadClass, _ x: Double, north: Double, south: Double)
        {
            road(name, roadClass, [west(x, north), west(x, 0), west(x, south)])
        }
        let jitter = (0..<5).map { _ in drift.number(-60, 60) }
        northSouth(.cross1, .secondary, -1400 + jitter[0], north: 1850, south: -2250)
        northSouth(.cross2, .primary, -2350 + jitter[1], north: 4180, south: -2290)
        northSouth(.cross3, .primary, -3300 + jitter[2], north: 1720, south: -5050)
        northSouth(.cross4, .secondary, -4250 + jitter[3], north: 1650, south: -2290)
        northSouth(.cross5, .primary, -5250 + jitter[4], north: 3700, south: -2290)

        // South of the stream and north of the railway.
        road(
            .southCollector, .tertiary,
            curve(
                about(690, -3250, 20), about(-700, -3330), about(-2300, -3480), about(-3650, -3420), about(-5900, -3200)
            ))
        road(
            .southLane, .tertiary,
            curve(about(560, -4050), about(-900, -4080), about(-2450, -4020), about(-3500, -4080)))
        road(
            .northCollector, .tertiary,
            curve(
                about(880, 3350, 20), about(80, 3330), about(-1500, 3480), about(-3300, 3600), about(-5000, 3450),
                PlanePoint(-6200, 3250)))
        road(.northLane, .tertiary, curve(about(980, 3950), about(-150, 3950), about(-1400, 4250), about(-1800, 4900)))

        // The far side.
        road(
            .far1, .secondary,
            curve(
                PlanePoint(3700, 4500), about(3400, 3000), about(3250, 1500), about(3200, 210, 15), about(3180, -1000),
                PlanePoint(3080, -2480)))
        road(.far2, .primary, [about(4330, 2000), PlanePoint(4280, 230), PlanePoint(4240, -2130)])
        road(
            .far3, .secondary,
            curve(PlanePoint(5350, 3750), about(5270, 1900), PlanePoint(5250, 310), PlanePoint(5240, -1760)))
        road(
            .farNorth, .secondary,
            curve(PlanePoint(1820, 1420), about(3250, 1330), about(5250, 1330), PlanePoint(6250, 1420)))
        road(
            .farUpper, .tertiary,
            curve(
                PlanePoint(1730, 1960), about(3300, 2150), about(4330, 1990, 15), about(5270, 2150),
                PlanePoint(6200, 2250)))
        road(.farSouth, .secondary, curve(PlanePoint(2760, -950), about(4260, -840), PlanePoint(6420, -820)))
        road(
            .farTop, .tertiary,
            curve(PlanePoint(1700, 3550), about(3500, 3500), about(4500, 3550), PlanePoint(5600, 3350)))
        road(
            .southBridge, .primary,
            curve(
                PlanePoint(760, -2500), PlanePoint(1850, -2520), PlanePoint(3080, -2420), PlanePoint(4240, -2080),
                PlanePoint(5240, -1720), PlanePoint(6450, -1640)))
        road(
            .dachaRoad, .tertiary,
            curve(PlanePoint(4240, -2080), about(4950, -2950), about(5350, -4000), PlanePoint(5900, -5900)))
        road(
            .portRoad, .tertiary,
            part(
                of: curve(about(560, -3560, 20), about(1200, -3600), PlanePoint(2500, -3640)), before: terrain.cityShore
            ))
        road(.parkRoad, .tertiary, curve(PlanePoint(-150, -2230), about(-1300, -2130), about(-1950, -2160, 20)))
        road(.dachaLane, .residential, curve(about(5000, -3000, 20), about(5900, -2900), PlanePoint(6800, -3200)))

        // Sidings into the works in the north.
        let siding = MeasuredLine(railway)
        func branch(_ x: Double, _ points: PlanePoint...) {
            let start = siding.place(at: siding.project(PlanePoint(x, 2400)).along).point
            ways.append(Way(points: smoothCurve([start] + points, step: 50), use: .rail))
        }
        branch(-4900, about(-4500, 2570, 10), about(-4250, 2850), about(-4300, 3250))
        branch(-2650, about(-3050, 2500, 10), about(-3300, 2800), about(-3330, 3300))
        self.ways = ways
        for way in ways.indices where ways[way].roadClass != nil { reachOut(way, riverAxis: terrain.riverAxis) }
        generator = drift
    }
}

extension Skeleton {
    /// Leads the ends of a road on to the next road, where it stops short of one.
    private mutating func reachOut(_ way: Int, riverAxis: [PlanePoint]) {
        let limit = 480.0
        for _ in 0..<2 {
            let points = ways[way].points
            let (end, before) = (points[points.count - 1], points[points.count - 2])
            if points[0] == end { return }
            let direction = (end - before).direction
            // A road that crosses another one just before its end has arrived; the rest is trimmed.
            let tail = MeasuredLine(points)
            let last = tail.part(from: max(tail.length - 220, 0), to: tail.length)
            let target = end + direction * limit
            var best: Double?
            var arrived = false
            for (other, line) in ways.enumerated() where other != way && line.roadClass != nil {
                for (a, b) in zip(line.points, line.points.dropFirst()) {
                    if zip(last, last.dropFirst()).contains(where: { crossing($0, $1, a, b) != nil }) { arrived = true }
                    if end.distance(toSegment: a, b) < 2 { arrived = true }
                    if let t = crossing(end, target, a, b) { best = min(best ?? 1, t) }
                }
            }
            // No road reaches over the river; bridges are planned.
            let isWater = zip(riverAxis, riverAxis.dropFirst()).contains { crossing(end, target, $0, $1) != nil }
            if !arrived, !isWater, let best { ways[way].points.append(end + (target - end) * best) }
            ways[way].points.reverse()
        }
    }
}

/// A line from its first point to where it meets `limit` first.
private func part(of line: [PlanePoint], before limit: [PlanePoint]) -> [PlanePoint] {
    for index in 0..<line.count - 1 {
        for other in 0..<limit.count - 1 {
            if let t = crossing(line[index], line[index + 1], limit[other], limit[other + 1]) {
                return line[...index] + [line[index] + (line[index + 1] - line[index]) * t]
            }
        }
    }
    return line
}

/// The part of a line between the first and the last place where it meets `limit`; all of it if it does not.
private func cutEnds(_ line: [PlanePoint], at limit: [PlanePoint]) -> [PlanePoint] {
    var cuts: [(index: Int, point: PlanePoint)] = []
    for index in 0..<line.count - 1 {
        for other in 0..<limit.count - 1 {
            if let t = crossing(line[index], line[index + 1], limit[other], limit[other + 1]) {
                cuts.append((index, line[index] + (line[index + 1] - line[index]) * t))
            }
        }
    }
    guard let first = cuts.first, let last = cuts.last, first.index < last.index else { return line }
    return [first.point] + line[(first.index + 1)...last.index] + [last.point]
}
