import Foundation
import Geometry
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@testable import Interchange

extension TestCity {
    @discardableResult
    fileprivate func load(
        _ text: String, as layer: ImportLayer, _ name: String, class districtClass: String? = nil,
        _ yaml: String? = nil
    ) throws -> ImportReport {
        try importText(text, name: name, as: layer, yaml) { $0.districtClass = districtClass }
    }

    fileprivate func count(_ build: (inout WorkFilter) -> Void) throws -> Int {
        var filter = WorkFilter()
        build(&filter)
        let count = try store.countWorks(matching: filter, at: now, budget: .unlimited)
        #expect(try works().filter { filter.matches($0, at: now) }.count == count)
        return count
    }
}

@Suite("Classes of districts")
struct DistrictClassTests {
    /// Strips of a degree in longitude, or with `isAcross` in latitude.
    private static func strips(_ name: String, _ count: Int, isAcross: Bool = false, extra: String = "") -> String {
        (0..<count).map { number in
            let (west, south) = isAcross ? (0.0, Double(number)) : (Double(number), 0.0)
            let (east, north) = isAcross ? (9.0, south + 1) : (west + 1, 9.0)
            let ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
            return #"{"type":"Feature","properties":{"source_id":"\#(number)","name":"\#(name)\#(number)"\#(extra)},"#
                + #""geometry":{"type":"Polygon","coordinates":[\#(ring)]}}"# + "\n"
        }.joined()
    }

    private static let table =
        "source_id,longitude,latitude,title\na,0.5,0.5,A\nb,1.5,0.5,B\nc,1.5,2.5,C\nd,8.5,0.5,D\ne,,,E\n"

    private static let steps: [@Sendable (inout TestCity) throws -> Void] = [
        { try $0.load(strips("W", 3), as: .reference(.districts), "wards.geojsonl", class: "ward") },
        { try $0.load(strips("Z", 2, isAcross: true), as: .reference(.districts), "zips.geojsonl", class: "zip") },
        { try $0.load(table, as: .hazards, "works.csv") },
    ]

    @Test("Works are in a district of each class whatever came first", arguments: [[0, 1, 2], [2, 0, 1], [0, 2, 1]])
    func order(_ order: [Int]) throws {
        var city = try TestCity()
        for step in order { try Self.steps[step](&city) }
        let works = try city.works()
        #expect(works.map(\.district) == ["W0", "W1", "W1", nil, nil])
        #expect(
            works.map(\.districts) == [
                #"{"ward":"W0","zip":"Z0"}"#, #"{"ward":"W1","zip":"Z0"}"#, #"{"ward":"W1"}"#, #"{"zip":"Z0"}"#, nil,
            ])
        #expect(try city.store.check().isEmpty)
        #expect(try city.count { $0.districtsByClass = ["ward": ["W1"]] } == 2)
        #expect(try city.count { $0.districtsByClass = ["ward": ["W1", "W0"], "zip": ["Z0"]] } == 2)
        #expect(try city.count { $0.districtsByClass = ["nosuch": ["Z0"]] } == 0)
        let condition = try CQL2.parse(
            "\"district.zip\" = 'Z0' AND district.ward IS NULL", as: .text, vocabulary: .works)
        #expect(try city.count { $0.expression = condition } == 1)
        #expect(try city.load(Self.table, as: .hazards, "works.csv").unchanged == 5)
        // What the city exports comes back without a change, and the property of the districts is nobody's extra.
        let text = try city.export(.works(nil), .geojsonl)
        #expect(text.contains(#""district":"W0","districts":{"ward":"W0","zip":"Z0"}"#))
        let again = try city.load(text, as: .works, "e.geojsonl")
        #expect(again.unchanged == 5 && again.withheld.isEmpty)
    }

    @Test("Districts of a class that change, move to another class or are new change the works")
    func changes() throws {
        var city = try TestCity()
        for step in Self.steps { try step(&city) }
        // The zips become postal codes.
        let moved = try city.load(
            Self.strips("Z", 2, isAcross: true), as: .reference(.districts), "zips.geojsonl", class: "postcode")
        #expect(moved.updated == 2 && moved.districtsAssigned == 3)
        #expect(moved.notes.contains { $0.hasPrefix("2 districts were of the class “zip” and are of “postcode” now") })
        #expect(try city.works()[0].districts == #"{"ward":"W0","postcode":"Z0"}"#)
        #expect(try city.works()[3].districts == #"{"postcode":"Z0"}"#)
        let renamed = try city.load(
            Self.strips("Y", 2, isAcross: true), as: .reference(.districts), "zips.geojsonl", class: "postcode")
        #expect(renamed.updated == 2 && renamed.notes.isEmpty)
        try city.load(
            Self.strips("Z", 2, isAcross: true), as: .reference(.districts), "zips.geojsonl", class: "postcode")
        // A work that moves is in other districts.
        try city.load("source_id,longitude,latitude\na,2.5,1.5\n", as: .hazards, "works.csv")
        #expect(try city.works()[0].districts == #"{"ward":"W2","postcode":"Z1"}"#)
        // The first class goes: the second one is the first.
        try city.load(Self.strips("W", 3), as: .reference(.districts), "wards.geojsonl", class: "postcode")
        #expect(try city.store.districtClasses() == ["postcode"])
        #expect(try city.works()[1].district == "W1")
        #expect(try city.works()[1].districts == #"{"postcode":"W1"}"#)
        #expect(try city.store.check().isEmpty)
    }

    @Test("A city whose districts have no class has no property more, and its class is the unnamed one")
    func unnamed() throws {
        let city = try TestCity()
        try city.load(Self.strips("D", 3), as: .reference(.districts), "d.geojsonl")
        try city.load(Self.table, as: .hazards, "works.csv")
        #expect(try city.works().map(\.districts) == [nil, nil, nil, nil, nil])
        #expect(try city.store.districtClasses() == [DistrictClass.unnamed])
        #expect(try city.count { $0.districtsByClass = ["district": ["D1"]] } == 2)
        // Another class beside: the first one has its name.
        try city.load(
            Self.strips("Z", 2, isAcross: true), as: .reference(.districts), "z.geojsonl",
            "layer: districts\nclass: zip\nfields: {source_id: source_id, name: name}")
        #expect(try city.works()[0].districts == #"{"district":"D0","zip":"Z0"}"#)
        #expect(try city.count { $0.districtsByClass = ["district": ["D1"]] } == 2)
    }

    @Test("Names of classes are checked, wherever they come from")
    func names() throws {
        for name in ["", "two words", "район", "a.b", "a,b", "a\"b", String(repeating: "x", count: 41), "a*"] {
            #expect(!DistrictClass.isName(name), "\(name)")
            #expect(throws: FilterParameterError.self, "\(name)") {
                try FilterParameters.filter([("district.\(name)", "x")])
            }
        }
        for name in ["ward", "A-1", "x_y", "9"] { #expect(DistrictClass.isName(name)) }
        let city = try TestCity()
        let row = Self.strips("W", 1, extra: #","class":"two words""#)
        let report = try city.load(row, as: .reference(.districts), "d.geojsonl")
        #expect(report.refused == 1 && report.refusals[0].reason.contains("1 to 40 Latin letters"))
        #expect(try city.load(row, as: .reference(.districts), "d.geojsonl", class: "ward").inserted == 1)
        for yaml in [
            "layer: districts\nclass: two words\nfields: {name: name}",
            "layer: hazards\nclass: ward\nfields: {title: name}",
            "layer: districts\nclass: ward\nfields: {name: name, class: kind}",
        ] {
            #expect(throws: MappingError.self, "\(yaml)") { try Mapping(yaml: yaml, name: "m.yaml") }
        }
        let many = (0..<17).map { Self.strips("W\($0)-", 1, extra: #","class":"c\#($0)""#) }.enumerated()
            .map { $0.element.replacing(#""source_id":"0""#, with: #""source_id":"n\#($0.offset)""#) }.joined()
        #expect(throws: TooManyDistrictClasses.self) {
            try city.load(many, as: .reference(.districts), "many.geojsonl")
        }
        #expect(try city.store.districtClasses() == ["ward"])
    }
}
