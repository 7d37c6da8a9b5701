import Foundation
import Geometry
import Testing
import Works

@testable import Interchange

/// Figures and rows that an import shows to whoever wrote its mapping.
@Suite struct ImportAccountTests {
    private func load(_ text: String, _ mapping: String, _ configure: (inout Importer.Options) -> Void = { _ in })
        throws -> ImportReport
    {
        var options = Importer.Options()
        options.now = Instant("2026-11-23T09:00:00Z")
        configure(&options)
        return try importBytes(
            Array(text.utf8), named: "list.csv", as: .hazards, mapping: try Mapping(yaml: mapping, name: "test"),
            into: MemoryStore(), options: options)
    }

    private static let mapping = """
        source: s
        time_zone: Europe/Moscow
        time_formats: "%d.%m.%Y %H:%M"
        geometry: {longitude: lon, latitude: lat}
        publish: [ward]
        fields:
          source_id: id
          kind: {constant: hazard}
          title: t
          due_at: due
          status: {column: st, table: {open: reported}}
          severity: {column: sev, table: {high: severe}, default: minor}
          address: {column: street, table: {MSt: Main Street}}
        """
    private static let text = """
        id,t,due,st,sev,street,ward,phone,lon,lat
        1,Hole,20.11.2026 18:00,open,high,MSt,5,+7 1,37.6,55.7
        2,Pit,21.11.2026 18:00,open,low,Elm,5,,37.7,55.8
        3,Total,,open,low,,,,,
        4,Tree,,shut,high,,,,37.6,55.7
        5,Tree,,shut,high,,,,37.6,55.7
        """

    @Test("The account has rows without a place, the extent, the dates, and values that no table knows")
    func account() throws {
        let account = try load(Self.text, Self.mapping).account
        #expect(account.withoutPlace == 1)
        #expect(account.extent == Bounds(west: 37.6, south: 55.7, east: 37.7, north: 55.8))
        #expect(
            account.earliest?.description == "2026-11-20T15:00:00Z"
                && account.latest?.description == "2026-11-21T15:00:00Z")
        #expect(
            account.unlisted == [
                UnlistedValue(field: "severity", value: "low", count: 2, outcome: .instead("minor")),
                UnlistedValue(field: "status", value: "shut", count: 2, outcome: .refused),
                UnlistedValue(field: "address", value: "Elm", count: 1, outcome: .kept),
            ])
    }

    @Test("Rows are shown as they would become works, with the columns that values came from")
    func shown() throws {
        let report = try load(Self.text, Self.mapping) {
            $0.isDryRun = true
            $0.shownRows = 2
        }
        #expect(report.shown.map(\.line) == [2, 3])
        let first = try #require(report.shown.first)
        func property(_ name: String) -> ShownRow.Property? { first.properties.first { $0.name == name } }
        #expect(
            property("due_at")?.value == "2026-11-20 18:00:00 Europe/Moscow"
                && property("due_at")?.origin == "due “20.11.2026 18:00”")
        #expect(property("status")?.value == "reported" && property("status")?.origin == "st “open”")
        #expect(property("kind")?.origin == "constant" && property("geometry")?.value == "point 37.6, 55.7")
        #expect(property("geometry")?.origin == "lat, lon")
        #expect(first.published == #"{"ward":"5"}"# && first.withheld?.contains("phone") == true)
    }
}
