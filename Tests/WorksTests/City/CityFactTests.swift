import Foundation
import Geometry
import SeededRandom
import Testing
import Works

@Suite("Facts about a city")
struct CityFactTests {
    @Test(
        "A value that cannot be is refused with what would be right",
        arguments: [
            (CityFact.timeZone, "Europe/Moskow", "is Europe/Moscow meant?"),
            (.timeZone, "europe/helsinki", "is Europe/Helsinki meant?"), (.timeZone, "Helsinki", "Europe/Helsinki"),
            (.timeZone, "GMT+3", "an IANA name is wanted"), (.timeZone, "EST", "an IANA name is wanted"),
            (.timeZone, "../../etc/passwd", "an IANA name is wanted"),
            (.language, "de", "none of ru, en"), (.bounds, "24.8,60.1,25.3", "west,south,east,north"),
            (.bounds, "24.8,60.3,25.3,60.1", "the south has to come before the north"),
            (.bounds, "24.8,60.1,24.8,60.1", "has no area"), (.bounds, "240,60.1,24.8,60.1", "longitudes are"),
            (.name, "Hel\nsinki", "line breaks"), (.name, "a\u{202E}b", "control characters"),
            (.name, String(repeating: "a", count: 201), "at most 200"),
            (.licence, "javascript://x", "no web address"),
        ])
    func refusals(_ fact: CityFact, _ value: String, _ reason: String) throws {
        let error = try #require(throws: CityFactError.self) { try fact.checked(value) }
        #expect(error.description.hasPrefix("--\(fact.rawValue): ") && error.description.contains(reason), "\(error)")
    }

    @Test("Zones have IANA names; UTC is one")
    func zones() throws {
        for name in ["Europe/Helsinki", "America/New_York", "Asia/Kolkata", "America/Argentina/Buenos_Aires", "UTC"] {
            #expect(try CityFact.timeZone.checked(" \(name) ") == name)
            #expect(CityFacts([(.timeZone, name)]).timeZone?.identifier == (name == "UTC" ? "GMT" : name))
        }
    }

    @Test("An empty value takes a fact away")
    func empty() throws {
        for fact in CityFact.allCases { #expect(try fact.checked("  ") == nil) }
    }

    @Test("A name that is stated in one language alone stands in for the other")
    func names() {
        #expect(CityFacts([(.name, "Самара")]).name(in: "en") == "Самара")
        #expect(CityFacts([(.nameEnglish, "Samara")]).name(in: "ru") == "Samara")
        let both = CityFacts([(.name, "Самара"), (.nameEnglish, "Samara")])
        #expect(both.name(in: "ru") == "Самара" && both.name(in: "en") == "Samara")
        #expect(CityFacts().name(in: "ru") == nil)
    }

    @Test("Each fact has a note, an option and a member of its own")
    func declaration() {
        let facts = CityFact.allCases
        #expect(Set(facts.map(\.note)).count == facts.count && Set(facts.map(\.member)).count == facts.count)
        let json = CityFacts([(.bounds, "1,2,3,4"), (.timeZone, "Europe/Moscow")]).json
        #expect(json["bounds"] == .array([.number(1), .number(2), .number(3), .number(4)]))
        #expect(json["time_zone"] == .string("Europe/Moscow") && json["contact"] == .null)
        #expect(json["name"]?.object?.map(\.name) == ["ru", "en"])
    }
}

@Suite("The first view of a city")
struct CityViewTests {
    @Test(
        "It holds at least 98 in 100 works, and one far point cannot ruin it", arguments: 1...40 as ClosedRange<UInt64>)
    func robust(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let middle = Coordinate(
            longitude: .random(in: -170...170, using: &random), latitude: .random(in: -60...60, using: &random))
        let count = Int.random(in: 3...400, using: &random)
        let works = (0..<count).map { _ in
            Coordinate(
                longitude: middle.longitude + .random(in: -0.2...0.2, using: &random),
                latitude: middle.latitude + .random(in: -0.1...0.1, using: &random))
        }
        let view = try #require(CityView(places: works + [Coordinate(longitude: 0, latitude: 0)]))
        let inside = works.count { view.bounds.contains($0) }
        #expect(Double(inside) >= 0.98 * Double(count) - 1 && view.bounds.width <= 0.41 && view.bounds.height <= 0.21)
        #expect(view.minimumZoom >= 10, "a city of half a degree")
    }

    @Test("It is never farther away than zoom 11, unless the city is larger than a screen is then")
    func zooms() throws {
        let small = Bounds(west: 24.8, south: 60.1, east: 25.3, north: 60.3)
        #expect(CityView(small).minimumZoom == 11)
        #expect(CityView(Bounds(west: 36.8, south: 55.1, east: 38.0, north: 55.8)).minimumZoom == 10)
        #expect(CityView(Bounds(west: -89.6, south: 36.5, east: -81.9, north: 39.1)).minimumZoom == 7)
        #expect(CityView(Bounds(west: 177, south: 64, east: -179, north: 66)).minimumZoom == 8)
        #expect(CityView.world.minimumZoom == 2)
    }

    @Test("A single work, and works in one place, are a view")
    func few() throws {
        let place = Coordinate(longitude: 25, latitude: 60)
        for places in [[place], [place, place], Array(repeating: place, count: 200)] {
            let view = try #require(CityView(places: places))
            #expect(view.minimumZoom == 11 && view.bounds.contains(place))
        }
        #expect(CityView(places: []) == nil)
    }
}
