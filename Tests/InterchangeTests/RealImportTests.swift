import Foundation
import Geometry
import TestConditions
import Testing
import Works

@testable import Interchange

/// A move of a deadline as files show it.
private struct Move: Hashable {
    var id: String
    var from: String
    var to: String
    var seen: String
}

private func load(_ files: [String], _ mapping: String, into store: MemoryStore) throws -> [ImportReport] {
    var options = Importer.Options()
    options.refusedFile =
        FileManager.default.temporaryDirectory.appendingPathComponent("refused-\(UUID().uuidString).csv").path
    defer { try? FileManager.default.removeItem(atPath: options.refusedFile ?? "") }
    let importer = Importer(store: store, options: options)
    return try files.map { try importer.importFile(RealData.path($0), mapping: RealData.mappings.mapping(mapping)) }
}

private func moves(in store: MemoryStore) throws -> Set<Move> {
    var moves: Set<Move> = []
    for work in store.works {
        for entry in try store.ledger(of: work.id) where entry.field == .dueAt {
            guard let from = entry.from, let to = entry.to else { continue }
            moves.insert(Move(id: work.sourceID ?? "", from: from, to: to, seen: entry.at.description))
        }
    }
    return moves
}

@Suite(.needs(.realData())) struct RealImportTests {
    @Test("Five lists of Karlsruhe leave the moves of `bis` that the files show, and no other")
    func karlsruhe() throws {
        let files = ["07-22", "07-26", "07-30", "08-03", "08-07"].map {
            "karlsruhe-works/baustellen_2026-\($0).geojson.gz"
        }
        let store = MemoryStore()
        let reports = try load(files, "karlsruhe", into: store)

        // The same once more, by Foundation alone.
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "Europe/Berlin"))
        func endOfDay(_ text: String) throws -> String {
            let parts = text.split(separator: "-").compactMap { Int($0) }
            let day = try #require(calendar.date(from: DateComponents(year: parts[0], month: parts[1], day: parts[2])))
            let next = try #require(calendar.date(byAdding: .day, value: 1, to: day))
            return Instant(secondsSinceEpoch: Int64(next.timeIntervalSince1970) - 1).description
        }
        var last: [String: String] = [:]
        var open: Set<String> = []
        var expected: Set<Move> = []
        for (file, report) in zip(files, reports) {
            let list = try #require(try RealData.json(file) as? [String: Any])
            let stand = String(try #require(list["stand"] as? String).prefix(19)) + "Z"
            var listed: Set<String> = []
            for feature in try #require(list["features"] as? [[String: Any]]) {
                let properties = try #require(feature["properties"] as? [String: Any])
                let id = try #require(properties["id"] as? String)
                let due = try endOfDay(try #require(properties["bis"] as? String))
                if let before = last[id], before != due {
                    expected.insert(Move(id: id, from: before, to: due, seen: stand))
                }
                last[id] = due
                listed.insert(id)
            }
            #expect(report.read == listed.count && report.refused == 0, "\(file)")
            #expect(report.closed == open.subtracting(listed).count, "\(file)")
            open = listed
        }
        #expect(try moves(in: store) == expected)
        #expect(expected.count > 10)
        #expect(reports.map(\.deadlinesMoved).reduce(0, +) == expected.count)
        #expect(Set(store.works.compactMap(\.sourceID)) == Set(last.keys))
        for work in store.works {
            let id = try #require(work.sourceID)
            #expect(work.dueChanges == expected.count { $0.id == id })
            #expect(work.dueAt?.description == last[id])
            #expect(work.status.isOpen == open.contains(id))
        }
    }

    @Test("Snapshots of Kentucky's outages leave the moves of their estimates that the files show, and no other")
    func kentucky() throws {
        let folder = RealData.path("outages-kentucky")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("snapshot_2023") }
            .sorted()
        #expect(files.count == 8)
        let store = MemoryStore()
        let reports = try load(files.map { "outages-kentucky/\($0)" }, "kentucky-outages", into: store)

        var last: [String: String] = [:]
        var expected: Set<Move> = []
        var known: Set<String> = []
        for (file, report) in zip(files, reports) {
            let digits = Array(file.dropFirst("snapshot_".count))
            func part(_ range: Range<Int>) -> String { String(digits[range]) }
            let seen =
                "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(9..<11)):\(part(11..<13)):\(part(13..<15))Z"
            let entries = try #require(try RealData.json("outages-kentucky/\(file)") as? [[String: Any]])
            let outages = entries.filter { $0["cluster"] as? Bool == false }
            for outage in outages {
                let id = try #require(outage["id"] as? String)
                known.insert(id)
                guard let estimate = outage["etr"] as? String, !estimate.hasPrefix("ETR") else {
                    // Withdrawn: what is promised next is no move.
                    last[id] = nil
                    continue
                }
                let due = try #require(Self.instant(estimate))
                if let before = last[id], before != due {
                    expected.insert(Move(id: id, from: before, to: due, seen: seen))
                }
                last[id] = due
            }
            #expect(
                report.read == entries.count && report.skipped == entries.count - outages.count && report.refused == 0,
                "\(file)")
        }
        #expect(try moves(in: store) == expected)
        #expect(expected.count > 300)
        #expect(Set(store.works.compactMap(\.sourceID)) == known)
    }

    /// RFC 3339 by Foundation, seconds added where they are missing.
    private static func instant(_ text: String) -> String? {
        let text = text.count == 17 ? text.dropLast() + ":00Z" : text[...]
        return ISO8601DateFormatter().date(from: String(text)).map {
            Instant(secondsSinceEpoch: Int64($0.timeIntervalSince1970)).description
        }
    }

    @Test("First and last estimate of an outage that is over are its first and last deadline")
    func kentuckyTable() throws {
        let bytes = try RealData.bytes("outages-kentucky/outages_2023-01_to_2024-06.csv.gz")
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").prefix(3001)
        let text = lines.joined(separator: "\n")
        let store = MemoryStore()
        let report = try Importer(store: store).importBytes(
            named: "outages.csv", mapping: RealData.mappings.mapping("kentucky-outages")
        ) { try InputFile.unwrap(MemorySource(name: "outages.csv", Array(text.utf8))) }
        #expect(report.read == 3000 && report.inserted == 3000)
        for line in lines.dropFirst() {
            // No field of these rows has a comma in it.
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let work = try #require(store.work(source: "kentucky-outages", sourceID: fields[0]))
            let (first, last) = (Self.instant(fields[4]), Self.instant(fields[5]))
            #expect(work.originalDueAt?.description == first ?? last)
            #expect(work.dueAt?.description == last ?? first)
            #expect(work.dueChanges == (first != nil && last != nil && first != last ? 1 : 0))
            #expect(work.completedAt?.description == Self.instant(fields[3]))
        }
    }

    @Test("Boston's deadlines are by Boston's clocks, and are kept where the city says so")
    func boston() throws {
        let store = MemoryStore()
        let report = try #require(
            try load(["boston-311-2015/service_requests_sample_2000.csv"], "boston-311", into: store).first)
        #expect(report.read == 2000 && report.inserted == 2000 && report.refused == 0)

        let reader = try CSVReader(InputFile.open(RealData.path("boston-311-2015/service_requests_sample_2000.csv")))
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "America/New_York")
        formatter.dateFormat = "MM/dd/yyyy hh:mm:ss a"
        func moment(_ text: String) -> Instant? {
            formatter.date(from: text).map { Instant(secondsSinceEpoch: Int64($0.timeIntervalSince1970)) }
        }
        var agreeing = 0
        var judged = 0
        while try reader.next() {
            func field(_ name: String) -> String {
                String(decoding: reader.field(reader.header.firstIndex(of: name)!), as: UTF8.self)
            }
            let work = try #require(store.work(source: "boston-311", sourceID: field("CASE_ENQUIRY_ID")))
            #expect(work.reportedAt == moment(field("OPEN_DT")))
            #expect(work.dueAt == moment(field("TARGET_DT")))
            #expect(work.completedAt == moment(field("CLOSED_DT")))
            #expect(work.status.isOpen == (field("CASE_STATUS") == "Open"))
            let state = work.deadlineState(at: .now)
            if state == .met || state == .missed {
                judged += 1
                if (state == .met) == (field("OnTime_Status") == "ONTIME") { agreeing += 1 }
            }
        }
        #expect(judged > 1000 && agreeing * 100 > judged * 97)
    }

    @Test(
        "Washington's files come in whole, but for a row without a name and places that nobody knows",
        arguments: [
            ("dc-incidents", "incidents_311_sample.geojson", 0),
            ("dc-outages", "outages_lights_signals_wires.geojson.gz", 0),
            ("dc-hazards", "hazards_vision_zero.geojson.gz", 0),
            ("dc-permits", "works_public_space_permits.geojson.gz", 0),
        ])
    func washington(mapping: String, file: String, refused: Int) throws {
        let store = MemoryStore()
        let report = try #require(try load(["washington-dc-2016/\(file)"], mapping, into: store).first)
        #expect(report.refused == refused)
        #expect(report.inserted + report.skipped == report.read)
        #expect(store.works.count == report.inserted)
        if mapping == "dc-permits" { #expect(report.inserted == 707) }
        let again = try #require(try load(["washington-dc-2016/\(file)"], mapping, into: store).first)
        #expect(again.unchanged == report.inserted && again.updated == 0 && again.inserted == 0)
    }

    @Test("The outages among Washington's requests are the same works by either mapping")
    func sameWorks() throws {
        let store = MemoryStore()
        let outages = try load(
            ["washington-dc-2016/outages_lights_signals_wires.geojson.gz"], "dc-outages", into: store)
        #expect(outages.first?.inserted == 1621)
        let sample = try #require(
            try load(["washington-dc-2016/incidents_311_sample.geojson"], "dc-incidents", into: store).first)
        #expect(sample.updated == 0)
        #expect(sample.unchanged > 100 && sample.inserted + sample.unchanged == sample.read)
    }

    @Test("Work zone feeds of all versions come in, device feeds are refused with the reason")
    func workZones() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: RealData.path("wzdx-examples"))
            .filter { $0.hasSuffix(".geojson") }.sorted()
        let store = MemoryStore()
        for file in files {
            let report = try #require(try load(["wzdx-examples/\(file)"], "wzdx", into: store).first)
            if file.hasPrefix("DeviceFeed") {
                #expect(
                    report.refused == report.read && report.refusals.allSatisfy { $0.reason.contains("DeviceFeed") })
            } else {
                #expect(
                    report.refused == 0 && report.inserted + report.updated + report.unchanged == report.read, "\(file)"
                )
            }
        }
        let zone = try #require(store.work(source: "wzdx", sourceID: "a2100c5b-58b9-4593-992d-0795bafe3d8d"))
        #expect(zone.title == "NE 150th Avenue westbound" && zone.startsAt?.description == "2022-01-01T08:30:00Z")
        #expect(zone.dueAt?.description == "2022-01-01T17:00:00Z" && zone.organisation == "TestDOT")
        let flat = try #require(store.work(source: "wzdx", sourceID: "137097"))
        #expect(flat.organisation == "MassDOT" && flat.status == .inProgress && flat.trafficImpact == .laneClosed)
    }

    @Test("Boston's schools, neighbourhoods and works find each other")
    func bostonContext() throws {
        let store = MemoryStore()
        let schools = try load(["boston-context/schools.tsv"], "boston-schools", into: store)
        #expect(schools.first?.inserted == 137)
        #expect(
            try load(["boston-context/neighborhoods.geojson.gz"], "boston-neighborhoods", into: store).first?.inserted
                == 26)
        _ = try load(["boston-311-2015/service_requests_sample_2000.csv"], "boston-311", into: store)
        let districts = try DistrictIndex(store)
        #expect(store.works.count { $0.district != nil } > 1950)
        for work in store.works.prefix(200) {
            let place = try #require(work.geometry?.firstPosition)
            let names = store.features(.districts).filter { feature in
                feature.geometry?.polygons.contains { $0.contains(place) } ?? false
            }.map(\.name)
            #expect(work.district == districts.district(at: place))
            #expect(names.contains(work.district) || names.isEmpty && work.district == nil)
        }
    }
}
