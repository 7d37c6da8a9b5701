import Geometry
import Glibc
import Works

/// The city as reference layers.
struct CityLayers: Sendable {
    var districts: [ReferenceFeature] = []
    var schools: [ReferenceFeature] = []
    var roads: [ReferenceFeature] = []
    var basemap: [ReferenceFeature] = []

    private let plane: CityPlane
    private let plan: CityPlan

    init(plan: CityPlan, roadNet: RoadNet, buildings: [Building], plane: CityPlane) {
        self.plan = plan
        self.plane = plane
        addDistricts()
        addRoads(roadNet)
        addLand()
        addSquares()
        addWater()
        addRailway()
        addBridges(roadNet)
        addBuildings(buildings)
        addSchools(buildings)
        addPlaces()
    }

    private func feature(
        _ prefix: String, _ number: Int, name: String? = nil, _ featureClass: String?, extra: String? = nil,
        _ geometry: Geometry
    ) -> ReferenceFeature {
        ReferenceFeature(
            id: "demo:\(prefix):\(number)", name: name, featureClass: featureClass, source: "demo",
            sourceID: "\(prefix):\(number)",
            extra: extra, geometry: geometry)
    }

    private func geometry(_ areas: [PlaneArea]) -> Geometry {
        areas.count == 1 ? .polygon(plane.polygon(areas[0])) : .multiPolygon(areas.map(plane.polygon))
    }

    private mutating func base(_ featureClass: String, name: String? = nil, extra: String? = nil, _ geometry: Geometry)
    {
        basemap.append(feature("basemap", basemap.count + 1, name: name, featureClass, extra: extra, geometry))
    }

    // MARK: - Layers

    private mutating func addDistricts() {
        for (index, name) in MasterPlan.districts.enumerated() {
            let faces = plan.quarterDistricts.indices.filter { plan.quarterDistricts[$0] == index }
            let areas = plan.quarters.merged(faces)
            guard !areas.isEmpty else { continue }
            let extra = properties { $0.property("name_en", latin(name.replacing("район", with: "")) + "District") }
            districts.append(feature("district", index + 1, name: name, "district", extra: extra, geometry(areas)))
        }
    }

    private mutating func addRoads(_ net: RoadNet) {
        for (index, piece) in net.pieces.enumerated() {
            guard let roadClass = piece.way.roadClass else { continue }
            let name = piece.way.street.map { plan.names[$0] }
            let extra = properties {
                $0.property("name_en", name.map(english(street:)))
                $0.flag("bridge", piece.isBridge)
                $0.flag("oneway", name == "Бульварное кольцо")
                if roadClass != .service && roadClass != .footway {
                    $0.property("lanes", roadClass == .primary || roadClass == .motorway ? 4 : 2)
                }
            }
            roads.append(
                feature(
                    "road", index + 1, name: name, roadClass.rawValue, extra: extra,
                    .lineString(plane.line(piece.points))))
        }
    }

    private mutating func addLand() {
        var parks = [
            "Парк Победы", "Центральный парк", "парк «Каменка»", "Заречный парк", "Городской сад", "парк «Лебяжий»",
            "Юбилейный парк",
        ].makeIterator()
        for (zone, featureClass, use) in [
            (Zone.field, "landuse", "farmland"), (.meadow, "landuse", "meadow"), (.historic, "landuse", "residential"),
            (.oldTown, "landuse", "residential"), (.micro, "landuse", "residential"),
            (.newMicro, "landuse", "residential"),
            (.cottages, "landuse", "residential"), (.dachas, "landuse", "allotments"),
            (.allotments, "landuse", "allotments"),
            (.industry, "landuse", "industrial"), (.port, "landuse", "industrial"), (.cemetery, "landuse", "cemetery"),
            (.wood, "wood", "wood"), (.park, "park", "park"), (.promenade, "park", "park"),
        ] as [(Zone, String, String)] {
            let faces = plan.quarterZones.indices.filter {
                plan.quarterZones[$0] == zone && isOnMap(plan.quarters.ring(of: $0))
            }
            for area in plan.quarters.merged(faces) {
                let name =
                    switch zone {
                    case .park: parks.next()
                    case .cemetery: "Северное кладбище"
                    case .port: "Речной порт"
                    default: String?.none
                    }
                base(featureClass, name: name, extra: properties { $0.property("use", use) }, geometry([area]))
            }
        }
    }

    private mutating func addSquares() {
        var names = [
            "Театральный сквер", "сквер Героев", "Купеческий сквер", "сквер Молодожёнов", "Рябиновый сквер",
            "сквер Учителей", "Ярмарочная площадь", "сквер Речников", "Липовый сквер", "сквер Дружбы",
        ].makeIterator()
        var stadiums = ["стадион «Труд»", "стадион «Локомотив»", "стадион «Энергия»"].makeIterator()
        for block in plan.blocks where block.zone == .square || block.zone == .stadium {
            guard let area = plan.graph.merged([block.face]).first else { continue }
            let isStadium = block.zone == .stadium
            base(
                "park", name: isStadium ? stadiums.next() : names.next(),
                extra: properties { $0.property("use", isStadium ? "stadium" : "square") }, geometry([area]))
            if isStadium {
                // The pitch with its running track.
                let frame = orientedFrame(of: area.exterior)
                let track = (0..<40).map { step in
                    let angle = Double(step) / 40 * 2 * .pi
                    let bend = PlanePoint(cos(angle) * 37, sin(angle) * 37)
                    return frame.middle + frame.along * (bend.x + (bend.x > 0 ? 45 : -45)) + frame.along.left * bend.y
                }
                base(
                    "landuse", name: "спортивное поле", extra: properties { $0.property("use", "pitch") },
                    geometry([PlaneArea(track)]))
            }
        }
    }

    private func isOnMap(_ ring: [PlanePoint]) -> Bool {
        let point = interiorPoint(of: ring)
        return abs(point.x) < Terrain.halfWidth && abs(point.y) < Terrain.halfHeight
    }

    private mutating func addWater() {
        let terrain = plan.terrain
        let faces = plan.quarterZones.indices.filter {
            plan.quarterZones[$0] == .water && isOnMap(plan.quarters.ring(of: $0))
        }
        var river = plan.quarters.merged(faces)
        if let main = river.indices.first(where: { river[$0].exterior.encloses(terrain.island[0]) }) {
            river[main].holes.append(terrain.island.reversed())
        }
        base("water", name: "Велань", extra: properties { $0.property("name_en", "Velan") }, geometry(river))
        base(
            "park", name: "Зелёный остров", extra: properties { $0.property("use", "park") },
            geometry([PlaneArea(terrain.island)]))
        base("water", name: "озеро Старица", geometry([PlaneArea(terrain.oxbow)]))
        base("water", name: "Портовый затон", geometry([PlaneArea(terrain.basin)]))
        for pond in terrain.ponds { base("water", geometry([PlaneArea(pond)])) }
        let line = terrain.stream.filter { abs($0.x) < Terrain.halfWidth }
        base("waterway", name: "Каменка", .lineString(plane.line(line)))
    }

    private mutating func addRailway() {
        for way in plan.ways where way.use == .rail {
            base("rail", .lineString(plane.line(clipped(way.points))))
        }
        // The second track, and the yard by the station.
        let main = plan.skeleton.railway
        base("rail", .lineString(plane.line(clipped(offset(main) { _ in 5.5 }))))
        let line = MeasuredLine(main)
        let (start, end) = (line.project(PlanePoint(-2750, 2400)).along, line.project(PlanePoint(-620, 2400)).along)
        for track in 1...6 {
            let (from, to) = (start + Double(track) * 70, end - Double(track) * 55)
            let body = offset(line.part(from: from, to: to)) { _ in -6 * Double(track) }
            let points = [line.place(at: from - 120).point] + body + [line.place(at: to + 120).point]
            base("rail", .lineString(plane.line(points)))
        }
    }

    private func clipped(_ points: [PlanePoint]) -> [PlanePoint] {
        let (w, h) = (Terrain.halfWidth, Terrain.halfHeight)
        let frame = [PlanePoint(-w, -h), PlanePoint(w, -h), PlanePoint(w, h), PlanePoint(-w, h)]
        return clip(points, to: frame).first?.points ?? points
    }

    private mutating func addBridges(_ net: RoadNet) {
        for piece in net.pieces where piece.isBridge {
            guard let roadClass = piece.way.roadClass else { continue }
            let half = roadClass.halfWidth + 2
            let deck = offset(piece.points) { _ in -half } + offset(piece.points) { _ in half }.reversed()
            base("bridge", geometry([PlaneArea(deck)]))
        }
        let river = plan.terrain.river
        for part in clip(plan.skeleton.railway, to: river) {
            let deck = offset(part.points) { _ in -6 } + offset(part.points) { _ in 12 }.reversed()
            base("bridge", name: "Железнодорожный мост", geometry([PlaneArea(deck)]))
        }
    }

    private mutating func addBuildings(_ buildings: [Building]) {
        for building in buildings {
            let extra = properties {
                $0.property("addr", building.address(names: plan.names))
                $0.property("street", building.street.map { plan.names[$0] })
                $0.property("housenumber", building.number)
                $0.property("levels", building.levels)
                $0.property("use", building.use.rawValue)
            }
            base(
                "building", name: building.name, extra: extra,
                .polygon(Polygon(rings: [plane.ring(building.footprint)])))
        }
    }

    private mutating func addSchools(_ buildings: [Building]) {
        for building in buildings where building.use == .school {
            let extra = properties {
                $0.property("addr", building.address(names: plan.names))
                $0.property("name_en", building.name.map(latin))
            }
            let kind = building.name.map {
                $0.hasPrefix("Гимназия") ? "gymnasium" : $0.hasPrefix("Лицей") ? "lyceum" : "school"
            }
            schools.append(
                feature(
                    "school", schools.count + 1, name: building.name, kind, extra: extra,
                    .point(plane.coordinate(building.middle))))
        }
    }

    private mutating func addPlaces() {
        base(
            "place", name: DemoCity.cityName.ru,
            extra: properties {
                $0.property("place", "city"); $0.property("name_en", DemoCity.cityName.en)
            }, .point(plane.coordinate(Skeleton.square)))
        base(
            "boundary", name: "городской округ \(DemoCity.cityName.ru)",
            .polygon(plane.polygon(PlaneArea(plan.skeleton.outline))))
        for index in MasterPlan.districts.indices {
            let faces = plan.quarterDistricts.indices.filter {
                plan.quarterDistricts[$0] == index && plan.quarterZones[$0] != .water
            }
            guard let largest = plan.quarters.merged(faces).max(by: { $0.area < $1.area }) else { continue }
            base(
                "place", name: MasterPlan.districts[index], extra: properties { $0.property("place", "suburb") },
                .point(plane.coordinate(interiorPoint(of: largest.exterior))))
        }
    }
}

extension Building {
    /// «проспект Победы, 24»
    func address(names: [String]) -> String? {
        guard let street, let number else { return nil }
        return "\(names[street]), \(number)"
    }
}
