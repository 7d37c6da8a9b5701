/// Builds the city, block by block.
struct Construction {
    private(set) var buildings: [Building] = []
    /// Drives into the courtyards.
    private(set) var drives: [Way] = []
    private let plan: CityPlan
    private var generator: SeededGenerator
    private var schoolsLeft: [Zone: Double] = [:]

    init(plan: CityPlan, seed: UInt64) {
        self.plan = plan
        generator = SeededGenerator(seed: seed, stream: 5)
        for index in plan.blocks.indices {
            switch plan.blocks[index].zone {
            case .park, .square, .promenade: paths(index)
            case let zone where zone.isBuilt: build(index)
            default: break
            }
        }
    }

    private mutating func build(_ index: Int) {
        let block = plan.blocks[index]
        let area = signedArea(block.ring)
        guard area > 900 else { return }
        var site = BuildingSite(block, ways: plan.ways)
        let box = Box(block.ring)
        for shore in [plan.terrain.basin, plan.terrain.oxbow] + plan.terrain.ponds where box.meets(Box(shore)) {
            site.avoid(shore: shore)
        }
        switch block.zone {
        case .historic:
            institutions(index, &site, area: area, schoolEvery: 28, smallest: 11_000)
            fronts(
                index, &site, length: 13...27, depth: 10...12.5, setback: 2.5, gap: 0.4...6, levels: 2...3,
                use: .apartments, skip: 0.09)
            courtyard(
                index, &site, length: 7...14, depth: 5...8, spacing: 21, gap: 4, chance: 0.08, levels: 1...2, use: .shed
            )
        case .oldTown:
            institutions(index, &site, area: area, schoolEvery: 13, smallest: 17_000)
            fronts(
                index, &site, length: 32...64, depth: 12...14, setback: 6, gap: 7...15, levels: 4...5, use: .apartments,
                skip: 0.06)
            courtyard(
                index, &site, length: 34...34, depth: 12...12, spacing: 46, gap: 17, chance: 0.7, levels: 3...5,
                use: .apartments)
        case .micro, .newMicro: microdistrict(index, &site, area: area, isNew: block.zone == .newMicro)
        case .cottages:
            institutions(index, &site, area: area, schoolEvery: 34, smallest: 15_000)
            fronts(
                index, &site, length: 8...12.5, depth: 7...10.5, setback: 5, gap: 16...26, levels: 1...2, use: .house,
                skip: 0.07)
        case .dachas:
            fronts(
                index, &site, length: 5...8, depth: 5...7, setback: 5, gap: 16...26, levels: 1...2, use: .dacha,
                skip: 0.12)
        case .industry, .port:
            fronts(
                index, &site, length: 30...60, depth: 13...16, setback: 12, gap: 40...140, levels: 2...4, use: .office,
                skip: 0.4)
            courtyard(
                index, &site, length: 60...135, depth: 24...52, spacing: 58, gap: 17, chance: 0.72, levels: 1...2,
                use: .industrial)
            courtyard(
                index, &site, length: 18...36, depth: 10...14, spacing: 44, gap: 11, chance: 0.5, levels: 1...1,
                use: .industrial)
        default: break
        }
    }

    /// Footpaths through a park, from edge to edge.
    private mutating func paths(_ index: Int) {
        let block = plan.blocks[index]
        let frame = orientedFrame(of: block.ring)
        guard frame.width > 45 else { return }
        let count = max(1, min(5, Int(frame.length / 190)))
        for path in 0..<(count + 1) {
            let isLengthwise = path == count
            let share = isLengthwise ? generator.number(-0.1, 0.1) : (Double(path) + 0.5) / Double(count) - 0.5
            let middle =
                isLengthwise
                ? frame.middle + frame.along.left * (share * frame.width)
                : frame.middle + frame.along * (share * frame.length)
            let direction =
                ((isLengthwise ? frame.along : frame.along.left) + (isLengthwise ? frame.along.left : frame.along)
                    * generator.number(-0.4, 0.4))
                .direction
            let bend = generator.number(-25, 25)
            let controls = [-1.0, -0.5, 0, 0.5, 1].map { t in
                middle + direction * (t * frame.length) + direction.left * (t == 0.5 ? bend : t == -0.5 ? -bend : 0)
            }
            for piece in clip(smoothCurve(controls, step: 40), to: block.ring) {
                guard let start = piece.startEdge, let end = piece.endEdge, MeasuredLine(piece.points).length > 30
                else { continue }
                // A path begins and ends at a street, and goes round no pond: it is not laid there.
                let ways = [start, end].map { plan.ways[block.edgeWays[$0]] }
                guard ways.allSatisfy({ $0.roadClass != nil }), !piece.points.contains(where: plan.terrain.isWater)
                else { continue }
                drives.append(Way(points: piece.points, use: .road(.footway)))
            }
        }
    }

    // MARK: - Along the street

    private mutating func fronts(
        _ block: Int, _ site: inout BuildingSite, length: ClosedRange<Double>, depth: ClosedRange<Double>,
        setback: Double,
        gap: ClosedRange<Double>, levels: ClosedRange<Int>, use: Building.Use, skip: Double
    ) {
        for side in site.sides where side.isStreet && side.length > length.lowerBound + 8 {
            var position = side.halfWidth + setback * 0.6
            while position + length.lowerBound < side.length {
                let size = min(generator.number(length.lowerBound, length.upperBound), side.length - position)
                let deep = generator.number(depth.lowerBound, depth.upperBound)
                let back = side.halfWidth + setback + generator.number(0, setback * 0.25) + deep / 2
                let middle = side.start + side.along * (position + size / 2) + side.along.left * back
                let frame = OrientedRectangle(
                    middle: middle, along: side.along, halfLength: size / 2, halfDepth: deep / 2)
                let left = generator.chance(skip)
                if !left, site.claim(frame, gap: min(gap.lowerBound, 6) * 0.9) {
                    add(frame, block, side: side, use: use, levels: generator.index(levels.count) + levels.lowerBound)
                    if use == .house, generator.chance(0.06) { outhouse(block, &site, behind: frame) }
                    position += size + generator.number(gap.lowerBound, gap.upperBound)
                } else {
                    position += left ? size : 4
                }
            }
        }
    }

    private mutating func outhouse(_ block: Int, _ site: inout BuildingSite, behind house: OrientedRectangle) {
        let (long, deep) = (generator.number(4, 7), generator.number(3, 4.5))
        let middle = house.point(generator.number(-5, 5), house.halfDepth + generator.number(5, 11))
        let frame = OrientedRectangle(middle: middle, along: house.along, halfLength: long / 2, halfDepth: deep / 2)
        if site.claim(frame, gap: 2) { add(frame, block, side: nil, use: .shed, levels: 1) }
    }

    // MARK: - Behind the street

    /// Fills what is left of a block in rows.
    private mutating func courtyard(
        _ block: Int, _ site: inout BuildingSite, length: ClosedRange<Double>, depth: ClosedRange<Double>,
        spacing: Double,
        gap: Double, chance: Double, levels: ClosedRange<Int>, use: Building.Use, across: Bool = false
    ) {
        let frame = orientedFrame(of: site.ring)
        let along = across ? frame.along.left : frame.along
        let (reachU, reachV) = across ? (frame.width / 2, frame.length / 2) : (frame.length / 2, frame.width / 2)
        var v = -reachV + spacing * 0.5
        while v < reachV {
            var u = -reachU + generator.number(10, 20)
            while u < reachU {
                let long = generator.number(length.lowerBound, length.upperBound)
                let deep = generator.number(depth.lowerBound, depth.upperBound)
                let middle = frame.middle + along * (u + long / 2) + along.left * v
                let rectangle = OrientedRectangle(
                    middle: middle, along: along, halfLength: long / 2, halfDepth: deep / 2)
                if site.isFree(rectangle, gap: gap) {
                    if generator.chance(chance) {
                        _ = site.claim(rectangle, gap: gap)
                        add(
                            rectangle, block, side: nearestSide(of: site, to: middle), use: use,
                            levels: generator.index(levels.count) + levels.lowerBound, isBehind: true)
                    }
                    u += long + gap
                } else {
                    u += 9
                }
            }
            v += spacing * 0.5
        }
    }

    private func nearestSide(of site: BuildingSite, to point: PlanePoint) -> BuildingSite.Side? {
        site.sides.filter(\.isStreet).min {
            point.distance(toSegment: $0.start, $0.end) < point.distance(toSegment: $1.start, $1.end)
        }
    }

    private mutating func microdistrict(_ block: Int, _ site: inout BuildingSite, area: Double, isNew: Bool) {
        institutions(block, &site, area: area, schoolEvery: 4.4, smallest: 30_000)
        let depth = isNew ? 15.0 : 12.5
        if area > 20_000, let loop = site.inset(by: 12 + depth + 9) { courtyardDrive(loop, &site) }
        let tall = isNew ? 16 : generator.chance(0.45) ? 9 : 5
        if isNew {
            fronts(
                block, &site, length: 26...60, depth: 15...17, setback: 13, gap: 24...44, levels: tall...(tall + 1),
                use: .apartments, skip: 0.15)
            courtyard(
                block, &site, length: 25...25, depth: 22...22, spacing: 60, gap: 34, chance: 0.8, levels: 16...19,
                use: .apartments)
        } else {
            fronts(
                block, &site, length: 52...92, depth: 12...13, setback: 11, gap: 15...26, levels: tall...tall,
                use: .apartments, skip: 0.07)
            let across = generator.chance(0.5)
            courtyard(
                block, &site, length: 58...74, depth: 12...12.5, spacing: 62, gap: 24, chance: 0.85,
                levels: tall...tall, use: .apartments, across: across)
            courtyard(
                block, &site, length: 40...46, depth: 12...12.5, spacing: 56, gap: 22, chance: 0.7, levels: 5...5,
                use: .apartments, across: !across)
        }
        courtyard(
            block, &site, length: 15...26, depth: 9...14, spacing: 50, gap: 15, chance: 0.2, levels: 1...2, use: .shop)
    }

    /// A drive around the courtyard, joined to the streets on two sides.
    private mutating func courtyardDrive(_ loop: [PlanePoint], _ site: inout BuildingSite) {
        var lines = [loop + [loop[0]]]
        let streets = site.sides.indices.filter { site.sides[$0].isStreet && site.sides[$0].length > 90 }
        for side in [streets.first, streets.count > 2 ? streets[streets.count / 2] : nil].compactMap({ $0 }) {
            let (a, b) = (loop[side], loop[(side + 1) % loop.count])
            let foot = a + (b - a) * generator.number(0.35, 0.65)
            let outer = site.sides[side]
            let gate = outer.start + outer.along * (foot - outer.start).dot(outer.along)
            lines.append([gate, foot])
        }
        // A drive that would run through the school's ground is not built.
        for line in lines
        where zip(line, line.dropFirst()).contains(where: { a, b in
            site.rectangles.contains { $0.isNear(segment: a, b, clearance: 4) }
        }) { return }
        guard lines.count > 1 else { return }
        for line in lines {
            site.avoid(line, clearance: 4.5)
            drives.append(Way(points: line, use: .road(.service)))
        }
    }

    // MARK: - Schools and kindergartens

    private mutating func institutions(
        _ block: Int, _ site: inout BuildingSite, area: Double, schoolEvery: Double, smallest: Double
    ) {
        guard area > smallest else { return }
        let zone = plan.blocks[block].zone
        schoolsLeft[zone, default: generator.unit()] += 1 / schoolEvery
        let isSchool = schoolsLeft[zone]! >= 1
        if isSchool { schoolsLeft[zone]! -= 1 }
        guard isSchool || generator.chance(zone == .cottages ? 0.04 : zone == .micro || zone == .newMicro ? 0.55 : 0.2)
        else { return }
        let frame = orientedFrame(of: site.ring)
        let (long, deep) =
            isSchool
            ? (generator.number(54, 66), generator.number(36, 44))
            : (generator.number(34, 42), generator.number(24, 30))
        for attempt in 0..<12 {
            let shift =
                attempt == 0
                ? PlanePoint(0, 0)
                : PlanePoint(generator.number(-0.2, 0.2) * frame.length, generator.number(-0.12, 0.12) * frame.width)
            let scale = attempt < 8 ? 1.0 : 0.8
            let rectangle = OrientedRectangle(
                middle: frame.middle + frame.along * shift.x + frame.along.left * shift.y, along: frame.along,
                halfLength: long / 2 * scale, halfDepth: deep / 2 * scale)
            var ground = rectangle
            ground.halfLength += 6
            ground.halfDepth += 6
            guard site.isFree(ground, gap: 12), site.claim(rectangle, gap: 12) else { continue }
            var building = Building(
                frame: rectangle, footprint: isSchool ? letterH(rectangle) : letterP(rectangle),
                use: isSchool ? .school : .kindergarten,
                levels: isSchool ? 3 : 2, block: block, way: nearestSide(of: site, to: rectangle.middle)?.way,
                isBehind: true)
            building.isBehind = true
            buildings.append(building)
            return
        }
    }

    private func letterH(_ r: OrientedRectangle) -> [PlanePoint] {
        let (l, d) = (r.halfLength, r.halfDepth)
        let (wing, bar) = (l * 0.42, d * 0.32)
        return [
            r.point(-l, -d), r.point(-l + wing, -d), r.point(-l + wing, -bar), r.point(l - wing, -bar),
            r.point(l - wing, -d),
            r.point(l, -d), r.point(l, d), r.point(l - wing, d), r.point(l - wing, bar), r.point(-l + wing, bar),
            r.point(-l + wing, d), r.point(-l, d),
        ]
    }

    private func letterP(_ r: OrientedRectangle) -> [PlanePoint] {
        let (l, d) = (r.halfLength, r.halfDepth)
        let wing = l * 0.6
        return [
            r.point(-l, -d), r.point(-l + wing, -d), r.point(-l + wing, d * 0.1), r.point(l - wing, d * 0.1),
            r.point(l - wing, -d),
            r.point(l, -d), r.point(l, d), r.point(-l, d),
        ]
    }

    private mutating func add(
        _ frame: OrientedRectangle, _ block: Int, side: BuildingSite.Side?, use: Building.Use, levels: Int,
        isBehind: Bool = false
    ) {
        var footprint = frame.corners
        // Some houses have a wing.
        if use == .house || use == .apartments, frame.halfLength < 16, generator.chance(0.3) {
            let (l, d) = (frame.halfLength, frame.halfDepth)
            let cut = l * generator.number(-0.1, 0.4)
            footprint = [
                frame.point(-l, -d), frame.point(l, -d), frame.point(l, d * 0.25), frame.point(cut, d * 0.25),
                frame.point(cut, d),
                frame.point(-l, d),
            ]
        }
        buildings.append(
            Building(
                frame: frame, footprint: footprint, use: use, levels: levels, block: block, way: side?.way,
                isBehind: isBehind))
    }
}
