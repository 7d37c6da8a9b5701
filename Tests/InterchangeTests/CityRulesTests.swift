import Foundation
import Testing
import Works

@testable import Interchange

@Suite("Rules by the city's clock")
struct CityRulesTests {
    private func read(_ calendar: String, city: String?) throws -> RuleBook {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rules-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["categories", "routing", "limits", "duplicates"] {
            try Data("[]\n".utf8).write(to: folder.appendingPathComponent("\(name).yaml"))
        }
        try Data(calendar.utf8).write(to: folder.appendingPathComponent("calendar.yaml"))
        return try RuleBookReader(folder: folder).read(city: try city.map { try CityZones.zone(named: $0) })
    }

    @Test(
        "The city's clock holds; the calendar's is for a city without one; if both differ it is said",
        arguments: [
            (nil, nil, "GMT", false), (nil, "Europe/Moscow", "Europe/Moscow", false),
            ("Europe/Samara", nil, "Europe/Samara", false), ("Europe/Samara", "Europe/Samara", "Europe/Samara", false),
            ("Europe/Samara", "Europe/Moscow", "Europe/Samara", true),
        ] as [(String?, String?, String, Bool)])
    func clocks(_ city: String?, _ stated: String?, _ zone: String, _ isTold: Bool) throws {
        let book = try read((stated.map { "time_zone: \($0)\n" } ?? "") + "hours: \"09:00-18:00\"\n", city: city)
        #expect(book.calendar.timeZone.identifier == zone)
        #expect((book.zoneRemark != nil) == isTold && book.remarks.contains { $0.contains("city's clock") } == isTold)
    }

    @Test("A zone that does not exist is refused with what may be meant")
    func unknown() throws {
        let faults = try #require(throws: RuleFaults.self) {
            try read("time_zone: Europe/Moskow\nhours: \"09:00-18:00\"\n", city: nil)
        }
        #expect(faults.description.contains("calendar.yaml:1") && faults.description.contains("Europe/Moscow meant?"))
    }

    @Test("The rules that a new city begins with name nobody's services and promise nothing")
    func neutral() throws {
        let geodata = RealData.packageRoot.appendingPathComponent("geodata")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rules-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: geodata.appendingPathComponent("rules"), to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let own = geodata.appendingPathComponent("city/rules")
        for name in try FileManager.default.contentsOfDirectory(atPath: own.path) {
            try Data(contentsOf: own.appendingPathComponent(name)).write(to: folder.appendingPathComponent(name))
        }
        let book = try RuleBookReader(folder: folder).read()
        #expect(book.routes.isEmpty && book.limits.isEmpty && book.calendar.holidays.isEmpty)
        #expect(book.category("pothole") != nil)
        let decision = book.decide(category: "pothole", district: nil, severity: nil, reportedAt: .now)
        #expect(decision?.organisation == nil && decision?.dueAt == nil)
    }
}

@Suite("Layers without names")
struct NamelessLayerTests {
    @Test("It is told if no feature of a layer has a name, and not if one has")
    func told() throws {
        func notes(_ named: String) throws -> [String] {
            let city = try TestCity()
            let rows = ["", named].enumerated().map { number, name in
                #"{"type":"Feature","properties":{"source_id":"\#(number)"\#(name)},"#
                    + #""geometry":{"type":"Point","coordinates":[0.5,0.5]}}"# + "\n"
            }
            return try city.importText(rows.joined(), name: "schools.geojsonl", as: .reference(.schools), nil) { _ in }
                .notes
        }
        #expect(try notes("").contains { $0.contains("no feature has a name") })
        #expect(try notes(#","name":"A""#).allSatisfy { !$0.contains("no feature has a name") })
    }
}
