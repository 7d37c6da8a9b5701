import Geometry

/// Finds the places where works happen, each with a real address.
struct WorkSites {
    /// A place, its geometry, and what else follows from where it is.
    struct Site {
        var geometry: Geometry
        var point: PlanePoint
        var address: String
    }

    /// A street with the houses along it.
    private struct Street {
        var line: MeasuredLine
        var halfWidth: Double
        var roadClass: RoadClass
        var street: Int
        /// The houses along it, by their distance from its start.
        var houses: [(along: Double, address: String)]
    }

    private let plan: CityPlan
    private let plane: CityPlane
    private var streets: [Street] = []
    private var streetsOfName: [Int: [Int]] = [:]
    private var crossings: [(point: PlanePoint, address: String)] = []
    private var bridges: [(line: [PlanePoint], address: String)] = []
    private var houses: [(point: PlanePoint, frame: OrientedRectangle, address: String)] = []
    private var troubled: [[(street: Int, house: Int)]] = []
    private var blockOfFace: [Int]
    private var blockAddresses: [[String]]
    private let quarters: [(box: Box, ring: [PlanePoint], district: Int)]

    private let byWear: WeightedChoice
    private let byTraffic: WeightedChoice
    private let byHouse: WeightedChoice
    private let byDwellings: WeightedChoice

    init(plan: CityPlan, plane: CityPlane, buildings: [Building], roadNet: RoadNet, generator: inout SeededGenerator) {
        self.plan = plan
        self.plane = plane
        quarters = plan.quarters.faces.indices.compactMap { face in
            guard let district = plan.quarterDistricts[face] else { return nil }
            let ring = plan.quarters.ring(of: face)
            return (Box(ring), ring, district)
        }
        blockOfFace = [Int](repeating: -1, count: plan.graph.faces.count)
        for (index, block) in plan.blocks.enumerated() { blockOfFace[block.face] = index }

        // Houses by the street that they are numbered along.
        var fronts: [Int: [(along: Double, address: String, middle: PlanePoint)]] = [:]
        blockAddresses = [[String]](repeating: [], count: plan.blocks.count)
        var dwellings = [Double](repeating: 0, count: plan.blocks.count)
        var houseWeights: [Double] = []
        var lines: [Int: MeasuredLine] = [:]
        for building in buildings {
            guard let address = building.address(names: plan.names), let way = building.way else { continue }
            let zone = plan.blocks[building.block].zone
            if zone.isResidential {
                blockAddresses[building.block].append(address)
                let weight = building.use == .apartments ? Double(building.levels) * building.frame.halfLength / 12 : 1
                if signedArea(plan.blocks[building.block].ring) < Self.largestBlock {
                    dwellings[building.block] += weight
                }
                houses.append((building.middle, building.frame, address))
                houseWeights.append(building.use == .apartments ? 1 + Double(building.levels) / 2 : 0.7)
            }
            if !building.isBehind {
                let line = lines[way] ?? plan.line(ofWay: way)
                lines[way] = line
                fronts[way, default: []].append((line.project(building.middle).along, address, building.middle))
            }
        }
        byHouse = WeightedChoice(houseWeights)
        byDwellings = WeightedChoice(zip(blockAddresses, dwellings).map { $0.isEmpty ? 0 : $1 })

        // A few streets are worn out, and a few schools have bad surroundings.
        var wear = [Double](repeating: 1, count: plan.names.count)
        for street in wear.indices {
            let draw = generator.unit()
            wear[street] = draw < 0.03 ? 9 : draw < 0.15 ? 3.5 : draw < 0.6 ? 1 : 0.5
        }
        var wornOut: [Double] = []
        var traffic: [Double] = []
        for (index, way) in plan.ways.enumerated() {
            guard let roadClass = way.roadClass, let street = way.street, let line = lines[index],
                let found = fronts[index], found.count > 1
            else { continue }
            let sorted = found.sorted { ($0.along, $0.address) < ($1.along, $1.address) }
            streetsOfName[street, default: []].append(streets.count)
            streets.append(
                Street(
                    line: line, halfWidth: roadClass.halfWidth, roadClass: roadClass, street: street,
                    houses: sorted.map { ($0.along, $0.address) }))
            let importance: Double =
                switch roadClass {
                case .motorway, .primary: 4
                case .secondary: 3
                case .tertiary: 2
                case .residential: 0.7
                default: 0.05
                }
            let built = Double(found.count) * 25
            wornOut.append(min(line.length, built) * importance * wear[street])
            traffic.append(min(line.length, built) * importance)
        }
        byWear = WeightedChoice(wornOut)
        byTraffic = WeightedChoice(traffic)

        let schools = generator.shuffled(buildings.indices.filter { buildings[$0].use == .school }).prefix(9)
        for school in schools {
            var near: [(street: Int, house: Int)] = []
            for (index, street) in streets.enumerated() {
                for (house, place) in street.houses.enumerated()
                where street.line.place(at: place.along).point.distance(to: buildings[school].middle) < 260 {
                    near.append((index, house))
                }
            }
            if !near.isEmpty { troubled.append(near) }
        }

        var main: [PlanePoint: Set<Int>] = [:]
        var order: [PlanePoint] = []
        for (index, street) in streets.enumerated() where street.roadClass.halfWidth > 6 {
            for point in street.line.points {
                if main[point] == nil { order.append(point) }
                main[point, default: []].insert(streets[index].street)
            }
        }
        for point in order where main[point]!.count > 1 {
            let candidates = streets.indices.filter {
                streets[$0].roadClass.halfWidth > 6 && streets[$0].line.points.contains(point)
            }
            if let index = candidates.first,
                let address = nearestAddress(index, streets[index].line.project(point).along, within: 160)
            {
                crossings.append((point, address))
            }
        }
        for piece in roadNet.pieces where piece.isOverRiver {
            if let name = piece.way.street, let index = streetsOfName[name]?.first {
                let along = streets[index].line.project(piece.points[0]).along
                if let address = nearestAddress(index, along, within: 5000) { bridges.append((piece.points, address)) }
            }
        }
    }

    private func nearestAddress(_ street: Int, _ along: Double, within reach: Double) -> String? {
        let nearest = streets[street].houses.min { abs($0.along - along) < abs($1.along - along) }
        return nearest.flatMap { abs($0.along - along) <= reach ? $0.address : nil }
    }

    /// The district at a point, by its quarter.
    func district(at point: PlanePoint) -> String? {
        quarters.first { $0.box.contains(point) && $0.ring.encloses(point) }.map { MasterPlan.districts[$0.district] }
    }

    // MARK: - Drawing places

    mutating func draw(_ place: WorkType.Place, using generator: inout SeededGenerator) -> Site {
        switch place {
        case .carriageway: return onStreet(worn: true, share: generator.number(0.15, 0.75), &generator)
        case .roadside: return onStreet(worn: false, share: generator.number(1.1, 1.6), &generator)
        case .crossing:
            let crossing = generator.pick(crossings)
            let point = crossing.point + PlanePoint(generator.number(3, 9), generator.number(3, 9))
            return Site(geometry: .point(plane.coordinate(point)), point: point, address: crossing.address)
        case .house:
            let house = houses[byHouse.draw(using: &generator)]
            let point = house.frame.point(
                generator.number(-0.8, 0.8) * house.frame.halfLength, house.frame.halfDepth + generator.number(1, 4))
            return Site(geometry: .point(plane.coordinate(point)), point: point, address: house.address)
        case .lampRow: return lampRow(&generator)
        case .street: return street(&generator)
        case .pavement: return pavement(&generator)
        case .bridge:
            guard !bridges.isEmpty else { return street(&generator) }
            let bridge = generator.pick(bridges)
            let line = MeasuredLine(bridge.line)
            return Site(
                geometry: .lineString(plane.line(bridge.line)), point: line.place(at: line.length * 0.4).point,
                address: bridge.address)
        case .trench: return trench(&generator)
        case .blocks(let most): return blocks(most, &generator)
        }
    }

    /// A house on some street: one in twelve near a school with bad surroundings.
    private func frontage(worn: Bool, _ generator: inout SeededGenerator) -> (
        street: Street, along: Double, address: String
    ) {
        let (index, house): (Int, Int)
        if !troubled.isEmpty, generator.chance(0.085) {
            (index, house) = generator.pick(generator.pick(troubled))
        } else {
            index = (worn ? byWear : byTraffic).draw(using: &generator)
            house = generator.index(streets[index].houses.count)
        }
        let street = streets[index]
        let along = min(max(street.houses[house].along + generator.number(-18, 18), 2), street.line.length - 2)
        return (street, along, street.houses[house].address)
    }

    private func onStreet(worn: Bool, share: Double, _ generator: inout SeededGenerator) -> Site {
        let place = frontage(worn: worn, &generator)
        let (point, direction) = place.street.line.place(at: place.along)
        let side = generator.chance(0.5) ? 1.0 : -1.0
        let spot = point + direction.left * (side * share * place.street.halfWidth)
        return Site(geometry: .point(plane.coordinate(spot)), point: spot, address: place.address)
    }

    private func lampRow(_ generator: inout SeededGenerator) -> Site {
        let place = frontage(worn: false, &generator)
        let count = 3 + generator.index(6)
        let start = max(0, min(place.along, place.street.line.length - Double(count) * 34))
        let points = (0..<count).map { lamp in
            let (point, direction) = place.street.line.place(
                at: min(start + Double(lamp) * 34, place.street.line.length))
            return (point + direction.left * (place.street.halfWidth + 1.5)).rounded
        }
        var distinct: [PlanePoint] = []
        for point in points where !distinct.contains(point) { distinct.append(point) }
        return Site(geometry: .multiPoint(plane.line(distinct)), point: distinct[0], address: place.address)
    }

    private func street(_ generator: inout SeededGenerator) -> Site {
        let index = byWear.draw(using: &generator)
        let street = streets[index]
        let house = street.houses[generator.index(street.houses.count)]
        let (point, direction) = street.line.place(at: house.along)
        let spot = point + direction.left * 2
        let pieces = streetsOfName[street.street] ?? []
        let together = pieces.reduce(0) { $0 + streets[$1].line.length }
        if pieces.count > 1, together < 2600, generator.chance(0.7) {
            let lines = pieces.map { plane.line(streets[$0].line.points) }
            return Site(geometry: .multiLineString(lines), point: spot, address: house.address)
        }
        let whole = street.line.length < (generator.chance(0.15) ? 2600 : 900)
        let reach = whole ? street.line.length : generator.number(250, 1100)
        let start = whole ? 0 : min(max(house.along - reach / 2, 0), street.line.length - reach)
        let part = street.line.part(from: start, to: min(start + reach, street.line.length))
        return Site(geometry: .lineString(plane.line(part)), point: spot, address: house.address)
    }

    private func pavement(_ generator: inout SeededGenerator) -> Site {
        let place = frontage(worn: false, &generator)
        let reach = min(generator.number(60, 260), place.street.line.length)
        let start = min(max(place.along - reach / 2, 0), place.street.line.length - reach)
        let part = place.street.line.part(from: start, to: start + reach)
        let side = (place.street.halfWidth + 2) * (generator.chance(0.5) ? 1 : -1)
        let line = offset(part) { _ in side }
        let middle = MeasuredLine(line)
        return Site(
            geometry: .lineString(plane.line(line)), point: middle.place(at: middle.length / 2).point,
            address: place.address)
    }

    private func trench(_ generator: inout SeededGenerator) -> Site {
        let place = frontage(worn: true, &generator)
        let (point, direction) = place.street.line.place(at: place.along)
        let middle = point + direction.left * (place.street.halfWidth * generator.number(-0.9, 0.9))
        let across = generator.chance(0.25)
        let trench = OrientedRectangle(
            middle: middle, along: across ? direction.left : direction,
            halfLength: (across ? generator.number(5, 11) : generator.number(8, 38)),
            halfDepth: generator.number(1, 1.8))
        let point1 = trench.point(trench.halfLength * 0.3, trench.halfDepth * 0.4)
        return Site(
            geometry: .polygon(Polygon(rings: [plane.ring(trench.corners)])), point: point1, address: place.address)
    }

    /// Blocks larger than this, in square metres, are not cut off as a whole.
    private static let largestBlock = 160_000.0

    private func isServed(_ block: Int) -> Bool {
        plan.blocks[block].zone.isResidential && signedArea(plan.blocks[block].ring) < Self.largestBlock
    }

    private func blocks(_ most: Int, _ generator: inout SeededGenerator) -> Site {
        let start = byDwellings.draw(using: &generator)
        var chosen = [start]
        let wanted = 1 + generator.index(most)
        var frontier = 0
        while chosen.count < wanted, frontier < chosen.count {
            for edge in plan.graph.boundary(of: plan.blocks[chosen[frontier]].face) {
                let face = plan.graph.halfEdges[edge ^ 1].face
                guard face >= 0, blockOfFace[face] >= 0, chosen.count < wanted else { continue }
                let block = blockOfFace[face]
                if !chosen.contains(block), isServed(block),
                    plan.blocks[block].district == plan.blocks[start].district,
                    generator.chance(0.6)
                {
                    chosen.append(block)
                }
            }
            frontier += 1
        }
        let areas = plan.graph.merged(chosen.map { plan.blocks[$0].face })
        let geometry: Geometry =
            areas.count == 1 ? .polygon(plane.polygon(areas[0])) : .multiPolygon(areas.map(plane.polygon))
        return Site(
            geometry: geometry, point: interiorPoint(of: plan.blocks[start].ring),
            address: generator.pick(blockAddresses[start]))
    }
}
