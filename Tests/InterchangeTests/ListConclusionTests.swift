import Foundation
import Geometry
import SpatiaLiteStore
import Testing
import Works

@testable import Interchange

private func time(_ text: String) -> Instant { Instant(text)! }

extension TestCity {
    @discardableResult
    fileprivate func load(
        _ text: String, _ mapping: String?, name: String = "list.csv", as layer: ImportLayer? = .hazards,
        _ configure: (inout Importer.Options) -> Void = { _ in }
    ) throws -> ImportReport {
        try importText(text, name: name, as: layer, mapping, configure)
    }

    fileprivate func work(_ name: String, source: String = "q") throws -> Work {
        let work = try store.write(bulk: false) { try $0.work(source: source, sourceID: name) }
        return try #require(work)
    }

    fileprivate func statuses(_ names: String...) throws -> [WorkStatus] { try names.map { try work($0).status } }
}

/// A GeoJSON list of rows with these properties, with members beside.
private func collection(_ rows: [String], _ members: String = "") -> String {
    let features = rows.map {
        #"{"type": "Feature", "properties": \#($0), "geometry": {"type": "Point", "coordinates": [8, 49]}}"#
    }
    return #"{"type": "FeatureCollection"\#(members), "features": [\#(features.joined(separator: ", "))]}"#
}

@Suite struct ListConclusionTests {
    private static let full = """
        source: q
        observed_at: {column: at}
        snapshot: full
        geometry: {longitude: lon, latitude: lat}
        fields: {source_id: id, due_at: due, status: {constant: in_progress}}
        """
    private static let head = "at,id,lon,lat,due\n"

    private static func rows(_ ids: some Sequence<Int>, at: String) -> String {
        head + ids.map { "\(at),\($0),8,49,\n" }.joined()
    }

    // MARK: Closing by absence

    @Test("A full list of which no row can be read is refused and closes nothing")
    func unreadable() throws {
        let city = try TestCity()
        try city.load(Self.rows(1...2, at: "2026-06-13T03:00:00Z"), Self.full)
        #expect(throws: ImportError.self) {
            try city.load(Self.head + "2026-06-13T04:00:00Z,,8,49,\n", Self.full)
        }
        #expect(throws: ImportError.self) { try city.load(Self.head, Self.full) }
        #expect(try city.statuses("1", "2") == [.inProgress, .inProgress])
    }

    @Test("A refused row whose id can be read is not gone; one whose id cannot be read closes nothing else")
    func refusedRows() throws {
        let city = try TestCity()
        try city.load(Self.rows(1...3, at: "2026-06-13T03:00:00Z"), Self.full)
        let bad = try city.load(
            Self.head + "2026-06-13T04:00:00Z,1,8,49,soon\n2026-06-13T04:00:00Z,2,8,49,\n", Self.full)
        #expect(bad.refused == 1 && bad.closed == 1)
        #expect(try city.statuses("1", "2", "3") == [.inProgress, .inProgress, .done])
        let nameless = try city.load(
            Self.head + "2026-06-13T05:00:00Z,,8,49,\n2026-06-13T05:00:00Z,2,8,49,\n", Self.full)
        #expect(nameless.closed == 0 && nameless.notes.contains { $0.contains("nothing is closed") })
        // Without any readable row nothing is closed either, and the list's time does not bar later ones.
        let all = try city.load(Self.head + "2026-06-13T06:00:00Z,1,8,49,soon\n", Self.full)
        #expect(all.refused == 1 && all.closed == 0)
        #expect(try city.statuses("1", "2") == [.inProgress, .inProgress])
        #expect(try city.load(Self.rows([1], at: "2026-06-13T05:30:00Z"), Self.full).closed == 1)
    }

    @Test(
        "A list that says that it is cut off comes in and closes nothing",
        arguments: [
            #", "exceededTransferLimit": true"#, #", "properties": {"exceededTransferLimit": true}"#,
            #", "numberMatched": 5, "numberReturned": 2"#, #", "numberMatched": 5"#,
            #", "links": [{"rel": "self", "href": "a"}, {"rel": "next", "href": "b"}]"#,
            #", "next": "https://a.example/2", "previous": null"#, #", "meta": {"has_more": true}"#,
        ])
    func truncated(members: String) throws {
        let mapping = "source: q\nsnapshot: full\nfields: {source_id: id, status: {constant: accepted}}\n"
        let city = try TestCity()
        let all = (0..<5).map { #"{"id": "\#($0)"}"# }
        try city.load(collection(all), mapping, name: "a.geojson")
        let cut = try city.load(collection([all[0], #"{"id": "9"}"#], members), mapping, name: "a.geojson")
        #expect(cut.inserted == 1 && cut.closed == 0 && cut.notes.contains { $0.contains("cut off") })
        let whole =
            #", "exceededTransferLimit": false, "numberMatched": 1, "numberReturned": 1, "next": null, "links": []"#
        #expect(try city.load(collection([all[0]], whole), mapping, name: "a.geojson").closed == 5)
    }

    @Test("From 20 open works on, a list closes at most the mapping's share, unless it is confirmed")
    func share() throws {
        let city = try TestCity()
        try city.load(Self.rows(1...40, at: "2026-06-13T03:00:00Z"), Self.full)
        let shrunk = Self.rows(1...27, at: "2026-06-13T04:00:00Z")
        let error = #expect(throws: ImportError.self) { try city.load(shrunk, Self.full) }
        #expect(error.map { "\($0)" }?.contains("13 of the 40 open works") ?? false)
        #expect(try city.store.imports(ofSource: "q").count == 1)
        #expect(try city.load(Self.rows(1...28, at: "2026-06-13T04:00:00Z"), Self.full).closed == 12)
        #expect(
            try city.load(Self.rows(1...14, at: "2026-06-13T05:00:00Z"), Self.full + "\nclose_at_most: 50%\n").closed
                == 14)
        // Few works may all end at once.
        #expect(try city.load(Self.rows([1], at: "2026-06-13T06:00:00Z"), Self.full).closed == 13)
        try city.load(Self.rows(1...40, at: "2026-06-13T07:00:00Z"), Self.full)
        let last = Self.rows([1], at: "2026-06-13T08:00:00Z")
        #expect(throws: ImportError.self) { try city.load(last, Self.full) }
        #expect(try city.load(last, Self.full) { $0.confirmsClosings = true }.closed == 39)
    }

    // MARK: The time of a list

    @Test("A list without a time, or with one ahead of the clock, is refused and bars no other")
    func times() throws {
        let city = try TestCity()
        let named = Self.full.replacing("{column: at}", with: #"{file_name: "l_%Y-%m-%d"}"#)
        let text = Self.rows([1], at: "")
        #expect(throws: ImportError.self) { try city.load(text, named, name: "other.csv") }
        #expect(throws: ImportError.self) { try city.load(text, named, name: "l_2099-01-01.csv") }
        #expect(throws: ImportError.self) {
            try city.load(text, named) { $0.observedAt = time("2026-11-23T09:11:00Z") }
        }
        #expect(try city.load(text, named) { $0.observedAt = time("2026-11-23T09:05:00Z") }.inserted == 1)

        let other = try TestCity()
        let ahead = try other.load(Self.rows([1], at: "2099-01-01T00:00:00Z"), Self.full)
        #expect(ahead.refused == 1)
        let empty = try other.load(Self.rows([1], at: ""), Self.full)
        #expect(empty.refused == 1 && empty.inserted == 0)
        #expect(try other.load(Self.rows([1], at: "2026-06-13T03:00:00Z"), Self.full).inserted == 1)
        let member = "source: m\nobserved_at: {collection: stand}\nsnapshot: full\nfields: {source_id: id}\n"
        #expect(throws: ImportError.self) { try other.load(collection([]), member, name: "m.geojson") }
        #expect(throws: ImportError.self) {
            try other.load(collection([], #", "stand": "soon""#), member, name: "m.geojson")
        }
        #expect(try other.store.lastObservation(ofSource: "m") == nil)
    }

    @Test(
        "A list that is known to be older changes nothing, whether it is a full one or not", arguments: [true, false])
    func older(isFull: Bool) throws {
        let mapping = """
            source: q
            observed_at: {file_name: "l_%Y-%m-%d"}
            snapshot: \(isFull ? "full" : "none")
            fields: {source_id: id, status: {column: st, table: {Open: accepted, Closed: done}}}
            """
        let city = try TestCity()
        try city.load(collection([#"{"id": "1", "st": "Closed"}"#]), mapping, name: "l_2026-03-02.geojson")
        #expect(throws: ImportError.self) {
            try city.load(collection([#"{"id": "1", "st": "Open"}"#]), mapping, name: "l_2026-03-01.geojson")
        }
        #expect(try city.statuses("1") == [.done])
    }

    @Test("A row that is older than what is known of its work changes nothing, and is told")
    func olderRows() throws {
        let mapping = """
            source: q
            observed_at: {column: at}
            geometry: none
            fields: {source_id: id, title: title, status: {column: st, table: {Open: accepted, Closed: done}}}
            """
        func rows(_ lines: String...) -> String { "at,id,title,st\n" + lines.joined(separator: "\n") + "\n" }
        let city = try TestCity()
        try city.load(rows("2026-03-02,1,new,Closed", "2026-03-01,2,b,Open"), mapping)
        let late = try city.load(rows("2026-03-01,1,old,Open", "2026-03-01,2,b,Closed", "2026-02-01,3,c,Open"), mapping)
        #expect(late.outdated == 1 && late.updated == 1 && late.inserted == 1)
        #expect(late.notes.contains { $0.contains("older") })
        #expect(try city.statuses("1", "2", "3") == [.done, .done, .accepted])
        #expect(try city.work("1").title == "new")
    }

    // MARK: What is withdrawn

    private static let stated = """
        source: q
        empty_values: ["ETR-NULL"]
        fields: {source_id: id, title: title, description: note, due_at: etr, organisation: org, status: {constant: accepted}}
        """

    @Test(
        "What a source no longer states is cleared, a deadline with an entry in the ledger",
        arguments: [
            #"{"id": "1", "title": "T", "note": null, "etr": null, "org": null}"#,
            #"{"id": "1", "title": "T", "note": " ", "etr": "ETR-NULL", "org": ""}"#,
            #"{"id": "1", "title": "T"}"#,
        ])
    func withdrawn(row: String) throws {
        let city = try TestCity()
        let first = #"{"id": "1", "title": "T", "note": "N", "etr": "2026-12-01T06:00:00Z", "org": "O"}"#
        try city.load(collection([first]), Self.stated, name: "a.geojson")
        // The other row shows that the file has the columns.
        let other = #"{"id": "2", "title": "T", "note": "N", "etr": "2026-12-01T06:00:00Z", "org": "O"}"#
        let report = try city.load(collection([row, other]), Self.stated, name: "a.geojson")
        #expect(
            report.updated == 1 && report.inserted == 1 && report.deadlinesWithdrawn == 1 && report.deadlinesMoved == 0)
        let work = try city.work("1")
        #expect(work.dueAt == nil && work.originalDueAt == time("2026-12-01T06:00:00Z") && work.dueChanges == 0)
        #expect(work.description == nil && work.organisation == nil && work.title == "T")
        let entry = try #require(try city.store.ledger(of: work.id).last { $0.field == .dueAt })
        #expect(entry.from == "2026-12-01T06:00:00Z" && entry.to == nil)
        #expect(try city.store.check().isEmpty)
        #expect(try city.load(collection([row, other]), Self.stated, name: "a.geojson").unchanged == 2)
    }

    @Test("A column that the file does not have says nothing, and what the mapping keeps stays")
    func notSpokenOf() throws {
        let city = try TestCity()
        let first = #"{"id": "1", "title": "T", "note": "N", "etr": "2026-12-01T06:00:00Z", "org": "O"}"#
        try city.load(collection([first]), Self.stated, name: "a.geojson")
        #expect(
            try city.load(
                collection([#"{"id": "1", "title": "T"}"#]),
                Self.stated.replacing("note,", with: "note?,")
                    .replacing("etr,", with: "etr?,").replacing("org,", with: "org?,"), name: "a.geojson"
            ).unchanged == 1)
        let nothing = #"{"id": "1", "title": "T", "note": null, "etr": null, "org": null}"#
        try city.load(collection([nothing]), Self.stated + "\nkeeps: [due_at, description]\n", name: "a.geojson")
        let work = try city.work("1")
        #expect(work.dueAt != nil && work.description == "N" && work.organisation == nil)
        let csv = "source: c\ngeometry: none\nfields: {source_id: id, title: title, address: place?}\n"
        try city.load("id,title,place\n1,T,P\n2,U,Q\n", csv)
        try city.load("id,title\n1,T\n", csv)
        #expect(try city.work("1", source: "c").address == "P")
        try city.load("id,title,place\n1,T,\n", csv)
        #expect(try city.work("1", source: "c").address == nil)
    }

    @Test("What a person decided is not withdrawn by the source")
    func decided() throws {
        let city = try TestCity()
        let first = #"{"id": "1", "title": "T", "note": "N", "etr": "2026-12-01T06:00:00Z", "org": "O"}"#
        try city.load(collection([first]), Self.stated, name: "a.geojson")
        try city.store.write(bulk: false) { transaction in
            let work = try #require(try transaction.work(source: "q", sourceID: "1"))
            var draft = WorkDraft()
            draft.dueAt = time("2026-12-24T06:00:00Z")
            guard
                case .updated(let next, let ledger) = Reconciliation.update(
                    work, with: draft, at: city.now, by: Actor(kind: .person, name: "A"), reason: "frost")
            else { return }
            try transaction.update(next, ledger: ledger)
        }
        let nothing = #"{"id": "1", "title": "T", "note": null, "etr": null, "org": null}"#
        try city.load(collection([nothing]), Self.stated, name: "a.geojson")
        let work = try city.work("1")
        #expect(work.dueAt == time("2026-12-24T06:00:00Z") && work.organisation == nil)
    }

    @Test("A work without a place keeps its source's district, one with a place has ours")
    func districts() throws {
        let city = try TestCity()
        let area = #"{"type": "Polygon", "coordinates": [[[7, 48], [9, 48], [9, 50], [7, 50], [7, 48]]]}"#
        try city.load(
            #"{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "East", "source_id": "1"}, "geometry": \#(area)}]}"#,
            nil, name: "d.geojson", as: .reference(.districts))
        let mapping = "source: q\ngeometry: {longitude: lon, latitude: lat}\nfields: {source_id: id, district: hood}\n"
        try city.load("id,lon,lat,hood\n1,,,Harbor\n2,8,49,Harbor\n", mapping)
        #expect(try city.work("1").district == "Harbor" && city.work("2").district == "East")
    }

    // MARK: Ends that nobody stated

    @Test("An end that the source does not state is estimated until it states one; that of a rejected work is kept")
    func estimated() throws {
        let city = try TestCity()
        let mapping = """
            source: q
            geometry: none
            fields: {source_id: id, completed_at: end, due_at: due, status: {column: st, table: {Open: accepted, Closed: done, No: rejected}}}
            """
        let head = "id,st,end,due\n"
        try city.load(
            head + "1,Open,,2026-12-01\n2,No,2026-01-05T10:00:00Z,\n3,Closed,2026-01-05T10:00:00Z,\n", mapping)
        #expect(try city.work("2").completedAt == time("2026-01-05T10:00:00Z"))
        #expect(try city.work("2").deadlineState(at: city.now) == .none)
        #expect(try !city.work("3").isCompletedEstimated)
        try city.load(head + "1,Closed,,2026-12-01\n", mapping)
        #expect(try city.work("1").completedAt == city.now && city.work("1").isCompletedEstimated)
        #expect(try WorkFeatureWriter.text(of: city.work("1"), at: city.now).contains(#""completed_estimated":true"#))
        #expect(try !WorkFeatureWriter.text(of: city.work("3"), at: city.now).contains("completed_estimated"))
        try city.load(head + "1,Closed,2026-11-01T10:00:00Z,2026-12-01\n", mapping)
        #expect(try !city.work("1").isCompletedEstimated)
    }

    // MARK: Taking back

    @Test("An import that is taken back leaves each work as it was, with entries that say so, and can be brought again")
    func undo() throws {
        let city = try TestCity()
        try city.load(Self.rows(1...3, at: "2026-06-13T03:00:00Z"), Self.full)
        let before = try city.work("1")
        let wrong = Self.head + "2026-06-13T04:00:00Z,1,8.5,49,2026-07-01T00:00:00Z\n2026-06-13T04:00:00Z,7,8,49,\n"
        try city.load(wrong, Self.full)
        #expect(try city.statuses("1", "2", "3", "7") == [.inProgress, .done, .done, .inProgress])
        let outcome = try ImportUndo(store: city.store, now: city.now).takeBackLast(ofSource: "q", reason: "wrong city")
        #expect(outcome.restored == 3 && outcome.rejected == 1 && outcome.left == 0)
        var after = try city.work("1")
        #expect(after.revision == before.revision + 2)
        after.revision = before.revision
        #expect(after == before)
        #expect(try city.statuses("2", "3", "7") == [.inProgress, .inProgress, .rejected])
        #expect(try city.work("2").completedAt == nil && !city.work("2").isCompletedEstimated)
        let last = try #require(try city.store.ledger(of: city.work("7").id).last)
        #expect(last.field == .status && last.reason?.contains("wrong city") ?? false)
        #expect(throws: ImportUndoError.self) {
            _ = try ImportUndo(store: city.store, now: city.now).takeBackLast(ofSource: "q", reason: "again")
        }
        #expect(try city.store.imports(ofSource: "q").map(\.action) == [.imported, .imported, .undone])
        #expect(try city.store.check().isEmpty)
        // The right list of the same time comes in, and opens what it has again.
        let right = try city.load(Self.rows([1, 2, 3, 7], at: "2026-06-13T04:00:00Z"), Self.full)
        #expect(right.read == 4 && right.refused == 0)
        #expect(try city.statuses("1", "2", "3", "7") == [.inProgress, .inProgress, .inProgress, .inProgress])
    }

    @Test("What somebody has changed since stays when an import is taken back")
    func undoKeepsDecisions() throws {
        let city = try TestCity()
        try city.load(Self.rows(1...2, at: "2026-06-13T03:00:00Z"), Self.full)
        try city.load(
            Self.head
                + "2026-06-13T04:00:00Z,1,8,49,2026-07-01T00:00:00Z\n2026-06-13T04:00:00Z,2,8,49,2026-07-01T00:00:00Z\n",
            Self.full)
        try city.store.write(bulk: false) { transaction in
            let work = try #require(try transaction.work(source: "q", sourceID: "1"))
            var draft = WorkDraft()
            draft.dueAt = time("2026-08-01T00:00:00Z")
            guard
                case .updated(let next, let ledger) = Reconciliation.update(
                    work, with: draft, at: city.now, by: Actor(kind: .person, name: "A"), reason: "frost")
            else { return }
            try transaction.update(next, ledger: ledger)
        }
        _ = try ImportUndo(store: city.store, now: city.now).takeBackLast(ofSource: "q", reason: "wrong")
        #expect(try city.work("1").dueAt == time("2026-08-01T00:00:00Z") && city.work("2").dueAt == nil)
        #expect(try city.store.check().isEmpty)
    }

    @Test("After a reset the next list comes in whatever its time, and the record says why")
    func reset() throws {
        let city = try TestCity()
        try city.load(Self.rows([1], at: "2026-06-13T03:00:00Z"), Self.full)
        let older = Self.rows([1, 2], at: "2026-06-12T03:00:00Z")
        #expect(throws: ImportError.self) { try city.load(older, Self.full) }
        #expect(
            try ImportUndo(store: city.store, now: city.now).reset(source: "q", reason: "dated wrongly")
                == time("2026-06-13T03:00:00Z"))
        #expect(try city.load(older, Self.full).inserted == 1)
        let record = try city.store.imports(ofSource: "q")
        #expect(record.map(\.action) == [.imported, .reset, .imported] && record[1].reason == "dated wrongly")
        #expect(record[2].counts.inserted == 1 && record[2].file == "list.csv" && record[2].isWhole)
    }

    @Test("A public copy has the record of imports, and nothing of what they changed")
    func publicCopy() throws {
        let city = try TestCity()
        try city.load(Self.rows([1], at: "2026-06-13T03:00:00Z"), Self.full)
        try city.load(Self.head + "2026-06-13T04:00:00Z,1,8,49,2026-07-01\n", Self.full)
        let path = city.folder.appendingPathComponent("public.sqlite").path
        try city.store.publicCopy(to: path)
        let copy = try SpatiaLiteStore.open(at: path, readOnly: true)
        #expect(try copy.imports(ofSource: nil).count == 2 && copy.check().isEmpty)
        #expect(try city.store.rotateKey().left == 0 && city.store.check().isEmpty)
    }
}
