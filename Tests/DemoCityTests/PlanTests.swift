import DemoCity
import Geometry
import Testing
import Works

@Suite("The demo city's plan")
struct PlanTests {
    @Test("The same seed and moment give the same city, another seed gives another")
    func determinism() {
        let again = DemoCity(seed: 1, now: Cities.now)
        #expect(again.districts == Cities.first.districts)
        #expect(again.schools == Cities.first.schools)
        #expect(again.roads == Cities.first.roads)
        #expect(again.basemap == Cities.first.basemap)
        #expect(again.works.map(\.work) == Cities.first.works.map(\.work))
        #expect(again.works.map(\.ledger) == Cities.first.works.map(\.ledger))
        #expect(Cities.second.roads != Cities.first.roads)
    }

    @Test("It has the size of a city of 300 000", arguments: Cities.seeds)
    func size(seed: UInt64) {
        let city = Cities.city(seed)
        let buildings = city.basemap.count { $0.featureClass == "building" }
        #expect((12_000...27_000).contains(buildings))
        #expect((7...10).contains(city.districts.count))
        #expect((75...115).contains(city.schools.count))
        #expect((18_000...23_000).contains(city.works.count))
        #expect(city.bounds.width > 0.2 && city.bounds.width < 0.23)
    }

    @Test("Every geometry is valid as it stands", arguments: Cities.seeds)
    func validity(seed: UInt64) {
        let city = Cities.city(seed)
        for feature in city.districts + city.schools + city.roads + city.basemap {
            #expect(
                GeometryCheck.check(feature.geometry!) == .valid(feature.geometry!),
                "\(feature.id) \(feature.featureClass ?? "")")
        }
        for (work, _) in city.works {
            #expect(GeometryCheck.check(work.geometry!) == .valid(work.geometry!), "\(work.sourceID!)")
        }
    }

    @Test("Nothing lies beyond the edges of the map", arguments: Cities.seeds)
    func edges(seed: UInt64) {
        let city = Cities.city(seed)
        let slack = 1e-6
        let limit = Bounds(
            west: city.bounds.west - slack, south: city.bounds.south - slack, east: city.bounds.east + slack,
            north: city.bounds.north + slack)
        for feature in city.districts + city.roads + city.schools + city.basemap {
            let bounds = feature.geometry!.bounds!
            #expect(limit.union(bounds) == limit, "\(feature.id) \(feature.featureClass ?? "")")
        }
    }

    @Test("Every point of the city lies in exactly one district", arguments: Cities.seeds)
    func districts(seed: UInt64) throws {
        let city = Cities.city(seed)
        let limits = try #require(city.basemap.first { $0.featureClass == "boundary" }?.geometry)
        var inside = 0
        for row in 0..<90 {
            for column in 0..<110 {
                let point = Coordinate(
                    longitude: city.bounds.west + city.bounds.width * (Double(column) + 0.513) / 110,
                    latitude: city.bounds.south + city.bounds.height * (Double(row) + 0.487) / 90)
                let owners = city.districts.count { contains($0.geometry!, point) }
                #expect(owners == (contains(limits, point) ? 1 : 0), "\(point)")
                inside += owners
            }
        }
        #expect(inside > 5000)
    }

    @Test("Names are Russian, and streets, schools and districts have one each", arguments: Cities.seeds)
    func names(seed: UInt64) {
        let city = Cities.city(seed)
        let streets = Set(city.roads.compactMap(\.name))
        #expect(streets.count >= 300)
        #expect(streets.allSatisfy { $0.isRussian })
        let schools = city.schools.compactMap(\.name)
        #expect(schools.count == city.schools.count && Set(schools).count == schools.count)
        #expect(schools.allSatisfy { $0.isRussian })
        #expect(Set(city.districts.compactMap(\.name)).count == city.districts.count)
        let all = city.districts + city.schools + city.roads + city.basemap
        #expect(Set(all.map(\.id)).count == all.count)
    }
}
