import DemoCity
import Geometry
import Testing
import Works

@Suite("The demo city's streets and houses fit together")
struct TopologyTests {
    private struct Segment: Sendable {
        var feature: Int
        var a: Coordinate
        var b: Coordinate
    }

    private func segments(_ features: [ReferenceFeature]) -> CellIndex<Segment> {
        var index = CellIndex<Segment>(cell: 0.002)
        for (number, feature) in features.enumerated() {
            feature.geometry!.forEachRun { run in
                for (a, b) in zip(run, run.dropFirst()) {
                    index.insert(Segment(feature: number, a: a, b: b), box([a, b]))
                }
            }
        }
        return index
    }

    @Test("Roads cross only in vertices that both have", arguments: Cities.seeds)
    func crossings(seed: UInt64) {
        let city = Cities.city(seed)
        let index = segments(city.roads)
        var found: [String] = []
        for (number, road) in city.roads.enumerated() {
            road.geometry!.forEachRun { run in
                for (a, b) in zip(run, run.dropFirst()) {
                    for other in index.near(box([a, b])) where other.feature > number && cross(a, b, other.a, other.b) {
                        found.append("\(road.id) \(city.roads[other.feature].id)")
                    }
                }
            }
        }
        #expect(found == [])
    }

    @Test("Almost the whole road net hangs together", arguments: Cities.seeds)
    func connected(seed: UInt64) {
        let city = Cities.city(seed)
        var parent: [Coordinate: Coordinate] = [:]
        func root(_ point: Coordinate) -> Coordinate {
            var point = point
            while let up = parent[point], up != point { point = up }
            return point
        }
        for road in city.roads {
            road.geometry!.forEachRun { run in
                for point in run where parent[point] == nil { parent[point] = point }
                for (a, b) in zip(run, run.dropFirst()) {
                    let (p, q) = (root(a), root(b))
                    if p != q { parent[p] = q }
                }
            }
        }
        var sizes: [Coordinate: Int] = [:]
        for point in parent.keys { sizes[root(point), default: 0] += 1 }
        #expect(Double(sizes.values.max()!) > 0.985 * Double(parent.count))
    }

    @Test("Three roads bridge the river", arguments: Cities.seeds)
    func bridges(seed: UInt64) throws {
        let city = Cities.city(seed)
        let river = try #require(city.basemap.first { $0.name == "Велань" }?.geometry)
        var names: Set<String> = []
        for road in city.roads {
            guard case .lineString(let line)? = road.geometry else { continue }
            let wet = zip(line, line.dropFirst()).contains { a, b in
                contains(
                    river,
                    Coordinate(longitude: (a.longitude + b.longitude) / 2, latitude: (a.latitude + b.latitude) / 2))
            }
            guard wet else { continue }
            #expect(road.extra!.contains("\"bridge\":true"), "\(road.id)")
            names.insert(road.name ?? road.id)
        }
        #expect(names == ["Объездное шоссе", "Мостовой проспект", "улица Южный Мост"])
    }

    @Test("No house stands in the water, on a road or in another house", arguments: Cities.seeds)
    func houses(seed: UInt64) {
        let city = Cities.city(seed)
        let houses = city.basemap.filter { $0.featureClass == "building" }
        let water = city.basemap.filter { $0.featureClass == "water" || $0.featureClass == "waterway" }
        let areas = water.filter { $0.featureClass == "water" }.map { ($0.geometry!, $0.geometry!.bounds!) }
        let obstacles = segments(city.roads + water + city.basemap.filter { $0.featureClass == "rail" })
        let walls = segments(houses)
        var corners = CellIndex<(Int, Coordinate)>(cell: 0.002)
        for (number, house) in houses.enumerated() {
            house.geometry!.forEachRun { run in for point in run { corners.insert((number, point), box([point])) } }
        }
        var wrong: [String] = []
        for (number, house) in houses.enumerated() {
            let bounds = house.geometry!.bounds!
            house.geometry!.forEachRun { run in
                for (a, b) in zip(run, run.dropFirst()) {
                    let near = box([a, b])
                    if obstacles.near(near).contains(where: { cross(a, b, $0.a, $0.b) }) {
                        wrong.append("\(house.id) crosses")
                    }
                    if walls.near(near).contains(where: { $0.feature > number && cross(a, b, $0.a, $0.b) }) {
                        wrong.append("\(house.id) meets a house")
                    }
                }
                if areas.contains(where: { $0.1.intersects(bounds) && contains($0.0, run[0]) }) {
                    wrong.append("\(house.id) in water")
                }
            }
            for (other, corner) in corners.near(bounds)
            where other != number && bounds.contains(corner) && contains(house.geometry!, corner) {
                wrong.append("\(house.id) holds \(houses[other].id)")
            }
        }
        #expect(wrong == [])
    }

    @Test("Every address is given once, and most houses have one", arguments: Cities.seeds)
    func addresses(seed: UInt64) {
        let city = Cities.city(seed)
        let houses = city.basemap.filter { $0.featureClass == "building" }
        let addresses = houses.compactMap { address($0) }
        #expect(Set(addresses).count == addresses.count)
        #expect(addresses.count > houses.count * 3 / 4)
        #expect(addresses.allSatisfy { $0.isRussian })
        let streets = Set(city.roads.compactMap(\.name))
        #expect(addresses.allSatisfy { streets.contains(String($0.prefix(upTo: $0.lastIndex(of: ",")!))) })
    }
}

/// The address in a feature's extra properties.
func address(_ feature: ReferenceFeature) -> String? {
    guard let extra = feature.extra, let start = extra.firstRange(of: "\"addr\":\"") else { return nil }
    return String(extra[start.upperBound...].prefix { $0 != "\"" })
}
