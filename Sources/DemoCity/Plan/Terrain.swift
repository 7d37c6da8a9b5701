import Glibc

/// What was there before the city: the river with its island and oxbow, the stream, the ponds, and the harbour basin dug later.
struct Terrain: Sendable {
    /// Half the size of the map, in metres.
    static let halfWidth = 7000.0
    static let halfHeight = 5500.0

    /// The middle of the river, downstream.
    let riverAxis: [PlanePoint]
    /// The shore on the old town's side, downstream.
    let cityShore: [PlanePoint]
    /// The shore on the far side, downstream.
    let farShore: [PlanePoint]
    let island: [PlanePoint]
    let oxbow: [PlanePoint]
    let basin: [PlanePoint]
    let ponds: [[PlanePoint]]
    let stream: [PlanePoint]

    init(generator: inout SeededGenerator) {
        func control(_ x: Double, _ y: Double, _ reach: Double = 60) -> PlanePoint {
            PlanePoint(x + generator.number(-reach, reach), y + generator.number(-reach, reach))
        }
        let controls = [
            control(3000, 6500), control(2250, 4850), control(1300, 3650), control(1120, 2450), control(1700, 1350),
            control(2300, 300, 30), control(2330, -800, 30), control(1930, -1900), control(1850, -3050),
            control(2650, -4050), control(3950, -4800), control(5100, -6500),
        ]
        let axis = smoothCurve(controls, step: 45)
        let (phase, second) = (generator.number(0, 6), generator.number(0, 6))
        func ripple(_ index: Int, _ phase: Double) -> Double {
            12 * sin(Double(index) * 0.21 + phase) + 7 * sin(Double(index) * 0.57 + 2 * phase)
        }
        // The river is wider on the far side where the island parts it.
        let islandY = -650 + generator.number(-60, 60)
        func bulge(_ y: Double, reach: Double) -> Double {
            let t = (y - islandY) / reach
            return abs(t) < 1 ? (1 - t * t) * (1 - t * t) : 0
        }
        riverAxis = axis
        // Downstream is southwards, so the old town, in the west, lies to the right.
        cityShore = offset(axis) { -(150 + ripple($0, phase)) }
        farShore = offset(axis) { 155 + ripple($0, second) + 215 * bulge(axis[$0].y, reach: 1050) }

        let middle = MeasuredLine(axis)
        let center = middle.project(PlanePoint(2300, islandY)).along
        island =
            (0..<44).map { step in
                let angle = Double(step) / 44 * 2 * .pi
                let along = center + 430 * cos(angle)
                let (point, direction) = middle.place(at: along)
                let taper = 1 + 0.12 * sin(3 * angle + phase)
                return point + direction.left * (190 + 72 * sin(angle) * taper)
            }

        // An old bend of the river, cut off.
        let bend = PlanePoint(4250 + generator.number(-80, 80), -3050 + generator.number(-80, 80))
        func bow(_ radius: Double, _ angle: Double) -> PlanePoint {
            bend + PlanePoint(cos(angle) * radius, sin(angle) * radius * 0.8)
        }
        let angles = (0...22).map { 1.0 + Double($0) / 22 * 3.9 }
        oxbow =
            angles.map { bow(470 + 34 * sin(($0 - 1) / 3.9 * .pi) + 4 * sin($0 * 7), $0) }
            + angles.reversed().map { bow(470 - 34 * sin(($0 - 1) / 3.9 * .pi) + 3 * sin($0 * 5), $0) }.dropFirst()
            .dropLast()

        let quay = MeasuredLine(cityShore)
        let (mouth, flow) = quay.place(at: quay.project(PlanePoint(1650, -2950)).along)
        let inland = flow.left * -1
        basin = [
            mouth + inland * -25 + flow * -35, mouth + inland * 60 + flow * -35, mouth + inland * 75 + flow * -150,
            mouth + inland * 165 + flow * -150, mouth + inland * 165 + flow * 150, mouth + inland * 75 + flow * 150,
            mouth + inland * 60 + flow * 35, mouth + inland * -25 + flow * 35,
        ]

        stream = smoothCurve(
            [
                control(-7300, -2850), control(-6100, -2350), control(-4900, -2750), control(-3900, -2350),
                control(-2900, -2750), control(-1900, -2300), control(-1000, -2560), control(-150, -2180),
                control(650, -2330), control(1250, -1950), PlanePoint(1960, -1900),
            ], step: 45)

        func pond(_ x: Double, _ y: Double, _ long: Double, _ wide: Double) -> [PlanePoint] {
            let middle = control(x, y)
            let (turn, lobe) = (generator.number(0, 3), generator.number(0, 6))
            return (0..<26).map { step in
                let angle = Double(step) / 26 * 2 * .pi
                let swell = 1 + 0.16 * sin(2 * angle + lobe) + 0.08 * sin(3 * angle + 2 * lobe)
                let point = PlanePoint(cos(angle) * long * swell, sin(angle) * wide * swell)
                return middle
                    + PlanePoint(
                        point.x * cos(turn) - point.y * sin(turn), point.x * sin(turn) + point.y * cos(turn))
            }
        }
        ponds = [
            pond(5900, 4600, 190, 95), pond(-6500, 3900, 170, 80), pond(3650, -1350, 95, 45),
            pond(-6400, -4200, 230, 110),
            pond(5900, -4700, 150, 70), pond(-5900, -1300, 110, 60),
        ]
    }

    /// The river with everything that its shores enclose, also the island.
    var river: [PlanePoint] { cityShore + farShore.reversed() }

    /// Whether there is water at a point.
    func isWater(_ point: PlanePoint) -> Bool {
        (river.encloses(point) && !island.encloses(point)) || oxbow.encloses(point)
            || basin.encloses(point) || ponds.contains { $0.encloses(point) }
    }
}
