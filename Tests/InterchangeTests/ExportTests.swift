import Foundation
import Geometry
import Testing
import TimeBudgets
import Works

@testable import Interchange

@Suite struct ExportTests {
    private static let now = Instant("2026-11-23T09:00:00Z")!

    private static func store() throws -> MemoryStore {
        let store = MemoryStore()
        try store.write(bulk: false) { transaction in
            var draft = WorkDraft()
            draft.category = "pothole"
            draft.title = "Яма \"у\n\u{1}дома\""
            draft.dueAt = now - 1
            draft.source = "s"
            draft.sourceID = "1"
            draft.extra = ExtraStatement(published: #"{"a":{"b":[1,2.5]}}"#, withheld: #"{"secret":"MARKER"}"#)
            draft.dailyFrom = LocalTime("08:00")
            draft.geometry = .point(Coordinate(longitude: 37.61234567890, latitude: 55.7))
            var bits = IdentityBits()
            for (kind, geometry) in [(WorkKind.roadRepair, draft.geometry), (.outage, nil)] {
                draft.geometry = geometry
                draft.sourceID = kind.rawValue
                let id = WorkID(millisecondsSinceEpoch: 1, using: &bits)
                let (work, ledger) = Reconciliation.create(
                    draft, kind: kind, id: id, at: now, by: Actor(kind: .source))
                try transaction.insert(work, ledger: ledger)
            }
            _ = try transaction.upsert(
                ReferenceFeature(
                    id: "x:1", name: "Школа", extra: #"{"n":1}"#, privateExtra: #"{"secret":"MARKER"}"#,
                    geometry: .point(Coordinate(longitude: 1, latitude: 2))),
                in: .schools)
        }
        return store
    }

    private static func export(_ layer: ExportLayer, _ format: ExportFormat) throws -> (count: Int, text: String) {
        var bytes: [UInt8] = []
        let count = try LayerExport(store: try store(), at: now).write(layer, as: format) { bytes += $0 }
        return (count, String(decoding: bytes, as: UTF8.self))
    }

    @Test("Read in the smallest batches a layer is the same text")
    func batches() throws {
        let export = LayerExport(store: try Self.store(), at: Self.now)
        for layer in ExportLayer.allCases {
            for format in ExportFormat.allCases {
                var whole: [UInt8] = []
                let count = try export.write(layer, as: format) { whole += $0 }
                var reading = export.reading(layer, as: format)
                var pieces: [[UInt8]] = []
                while try reading.next(octets: 1, budget: .unlimited, { pieces.append($0) }) {}
                #expect(Array(pieces.joined()) == whole)
                #expect(reading.count == count)
                #expect(pieces.count >= count)
            }
        }
    }

    @Test("A work has the published properties in the published order, nulls written")
    func order() throws {
        let line = try #require(try Self.export(.works(.roadRepair), .geojsonl).text.split(separator: "\n").first)
        let order = [
            "type", "id", "geometry", "properties", "kind", "category", "title", "description", "address", "status",
            "severity", "district",
            "organisation", "contractor", "reported_at", "starts_at", "due_at", "original_due_at", "completed_at",
            "updated_at",
            "due_changes", "daily_from", "daily_until", "on_site_at", "traffic_impact", "deadline_state", "source",
            "source_id",
            "revision", "extra",
        ]
        var rest = line[...]
        for name in order {
            let place = try #require(rest.range(of: "\"\(name)\":"), "\(name)")
            rest = rest[place.upperBound...]
        }
        #expect(line.contains(#""deadline_state":"overdue""#))
        #expect(line.contains(#""extra":{"a":{"b":[1,2.5]}}"#))
        #expect(line.contains(#""organisation":null"#))
        #expect(line.contains(#""coordinates":[37.6123457,55.7]"#))
    }

    @Test("The collection is JSON with every feature in it; lines are one feature each")
    func forms() throws {
        for layer in [
            ExportLayer.works(nil), .works(.outage), .works(.hazard), .reference(.schools), .reference(.roads),
        ] {
            let collection = try Self.export(layer, .geojson)
            let json = try #require(
                try JSONSerialization.jsonObject(with: Data(collection.text.utf8)) as? [String: Any])
            #expect(json["type"] as? String == "FeatureCollection")
            #expect(json["timeStamp"] as? String == "2026-11-23T09:00:00Z")
            #expect((json["features"] as? [Any])?.count == collection.count)
            let lines = try Self.export(layer, .geojsonl)
            #expect(lines.text.split(separator: "\n").count == lines.count)
            for line in lines.text.split(separator: "\n") {
                #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
            }
            #expect(lines.count == collection.count)
        }
    }

    @Test("What is private stands in no export", arguments: ExportFormat.allCases)
    func privateExtra(_ format: ExportFormat) throws {
        for layer in ExportLayer.allCases {
            #expect(try !Self.export(layer, format).text.contains("MARKER"), "\(layer)")
        }
    }

    @Test("What is exported comes back the same and as public as it was", arguments: [true, false])
    func roundTrip(_ publishes: Bool) throws {
        let before = try Self.store().works
        let text = try Self.export(.works(nil), .geojson).text
        let store = MemoryStore()
        var options = Importer.Options()
        options.published = publishes ? .all : nil
        let report = try Importer(store: store, options: options).importBytes(named: "works.geojson") {
            try InputFile.unwrap(MemorySource(name: "works.geojson", Array(text.utf8)))
        }
        #expect(report.inserted == 2 && report.refused == 0)
        for (one, other) in zip(before, store.works) {
            #expect(
                one.kind == other.kind && one.title == other.title
                    && one.extra == other.extra && other.privateExtra == nil && one.dueAt == other.dueAt)
            #expect(one.source == other.source && one.sourceID == other.sourceID && one.dailyFrom == other.dailyFrom)
        }
    }
}

@Suite struct FilterParametersTests {
    @Test("Filters are read from their names and values")
    func reads() throws {
        let filter = try FilterParameters.filter([
            ("bbox", "170,-20,-170,20"), ("datetime", "2026-01-01T00:00:00Z/.."), ("kind", "outage,hazard"),
            ("status", "done"),
            ("category", "pothole,water"), ("open", "true"), ("q", " big  hole "), ("deadline_state", "overdue"),
        ])
        #expect(filter.bounds?.crossesAntimeridian == true)
        #expect(filter.period?.from?.description == "2026-01-01T00:00:00Z" && filter.period?.until == nil)
        #expect(filter.kinds == [.outage, .hazard] && filter.categories == ["pothole", "water"])
        #expect(filter.openOnly && filter.words == ["big", "hole"])
    }

    @Test(
        "A wrong value is told with its name and what is allowed",
        arguments: [
            ("bbox", "1,2,3"), ("bbox", "1,nan,2,3"), ("bbox", "0,10,1,5"), ("bbox", "0,0,999,1"),
            ("datetime", "yesterday"),
            ("datetime", "2026-02-01T00:00:00Z/2026-01-01T00:00:00Z"), ("datetime", "a/b/c"), ("kind", "road"),
            ("status", ""),
            ("open", "maybe"), ("updated_since", "90d"), ("colour", "red"), ("category", "a,,b"),
        ])
    func refuses(name: String, value: String) {
        let error = #expect(throws: FilterParameterError.self) { try FilterParameters.filter([(name, value)]) }
        #expect(error?.parameter == name)
    }

    @Test("A filter that is given twice is refused")
    func twice() {
        #expect(throws: FilterParameterError.self) {
            try FilterParameters.filter([("kind", "outage"), ("kind", "hazard")])
        }
    }
}
