import Foundation
import Geometry
import SeededRandom
import Testing
import Works

@testable import Interchange

/// The cells of one row of CSV as the reader hands them out.
private func cells(_ bytes: [UInt8]) throws -> [String] {
    let head = Array("a,b,c,d,e,f,g,h\r\n".utf8)
    let reader = try CSVReader(MemorySource(name: "r", head + bytes), delimiter: UInt8(ascii: ","))
    #expect(try reader.next())
    return (0..<reader.fieldCount).map { String(decoding: reader.field($0), as: UTF8.self) }
}

@Suite("Guards against formulas") struct FormulaGuardTests {
    @Test(
        "What a spreadsheet would compute gets an apostrophe in front, whatever stands before it",
        arguments: [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠x", " =1", "\u{A0}=1", "\"=1",
            "'=1", "''=1", "“=1", " \" ' =cmd|' /C calc'!A0", "\u{FEFF}=1", "\u{200B}=1", "\u{202E}=1", "\u{1B}=1",
            "=HYPERLINK(\"https://evil.example\")", "-2+3", "\t", "'\ta",
        ])
    func guarded(text: String) throws {
        var csv = CSVWriter()
        for _ in 0..<8 { csv.text(text) }
        csv.endRow()
        let read = try cells(csv.bytes)
        #expect(read == Array(repeating: "'" + text, count: 8))
        #expect(CSVWriter.unguarded(read[0]) == text)
    }

    @Test(
        "Other texts stay as they are, and so do their own apostrophes",
        arguments: [
            "", "Яма", "a=1", "5 − 3", "'quoted'", "'", "«ООО»", "(=1)", "/=1", "№ 5", " a", "\u{200B}a",
            "https://a/?b=-1",
        ])
    func unguarded(text: String) throws {
        var csv = CSVWriter()
        for _ in 0..<8 { csv.text(text) }
        csv.endRow()
        #expect(try cells(csv.bytes) == Array(repeating: text, count: 8))
        #expect(CSVWriter.unguarded(text) == text)
    }

    @Test("A plain number of somebody's file stays one, all else is guarded")
    func numbers() throws {
        var csv = CSVWriter()
        let numbers = ["-71.06", "+3", "1e-5", "-.5", "-1E+9"]
        let others = ["-1-1", "-1a", "--1"]
        for text in numbers + others { csv.original(text) }
        csv.endRow()
        #expect(try cells(csv.bytes) == numbers + others.map { "'" + $0 })
    }

    @Test("Whatever is written comes back as it was, and no cell begins a formula")
    func roundTrip() throws {
        var random = SeededRandom(seed: 15)
        let pieces = [
            "=", "+", "-", "@", "'", "\"", " ", "\t", "\r", "\n", "\r\n", ",", ";", "a", "1", ".", "e", "Я", "＝", "＠",
            "“", "\u{A0}",
            "\u{200B}", "\u{1B}", "\u{2028}", "`",
        ]
        for _ in 0..<20_000 {
            let texts = (0..<8).map { _ in
                (0..<Int.random(in: 0...5, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
            }
            let isOriginal = Bool.random(using: &random)
            var csv = CSVWriter()
            for text in texts { isOriginal ? csv.original(text) : csv.text(text) }
            csv.endRow()
            guard texts.contains(where: { !$0.isEmpty }) else { continue }
            let read = try cells(csv.bytes)
            #expect(read.map { CSVWriter.unguarded($0) } == texts)
            for cell in read where !isOriginal {
                let first = cell.unicodeScalars.first {
                    !$0.properties.isWhitespace && !"'\"`“".unicodeScalars.contains($0)
                }
                if let first, "=+-@＝＋－＠".unicodeScalars.contains(first) { #expect(cell.hasPrefix("'")) }
                #expect(cell.unicodeScalars.first.map { !"=+-@\t\r＝＋－＠".unicodeScalars.contains($0) } ?? true)
            }
        }
    }

    @Test("Exported works come back with the texts that they had")
    func ownExport() throws {
        let texts = ["=1+1", "'=1+1", "''=1", "'quoted'", "\u{200B}@x", "plain"]
        let store = MemoryStore()
        let rows = texts.enumerated().map { "\($0.offset),\"\($0.element)\",37.6,55.7\n" }.joined()
        _ = try load("name,words,lon,lat\n" + rows, Self.foreign, into: store)
        // Characters that nobody sees do not count at the ends of a value.
        let kept = texts.map { String($0.trimmingSpaces()) }
        #expect(store.works.map(\.title) == kept)
        var bytes: [UInt8] = []
        try LayerExport(store: store, at: .now).write(.works(nil), as: .csv) { bytes += $0 }
        let copy = try load(String(decoding: bytes, as: UTF8.self), nil).store
        #expect(copy.works.map(\.title) == kept)
    }

    @Test("Refused rows are guarded, and those that were mended come in as they were meant")
    func refusedRows() throws {
        let first = try load(
            "name,words,lon,lat\n1,=1+1,-999,55.7\n2,'=2,-71.06,955.7\n3,@x,37.6,-.5e\n", Self.foreign)
        #expect(first.report.refused == 3)
        let refused = try #require(first.refused)
        #expect(refused.contains(",1,'=1+1,-999,55.7\r\n") && refused.contains(",2,''=2,-71.06,955.7\r\n"))
        #expect(refused.contains(",3,'@x,37.6,'-.5e\r\n"))
        let again = try load(refused, Self.foreign)
        #expect(
            again.refused?.replacing("\"", with: "") == refused.replacing("\"", with: ""), "refused again as it was")
        let mended = refused.replacing("-999", with: "-71.06").replacing("955.7", with: "55.7").replacing(
            "'-.5e", with: "-.5")
        let second = try load(mended, Self.foreign)
        #expect(second.report.inserted == 3)
        #expect(second.store.works.map(\.title) == ["=1+1", "'=2", "@x"])
        #expect(second.store.works.allSatisfy { !($0.extra ?? $0.privateExtra ?? "").contains("reason") })
    }

    private static let foreign = """
        source: test
        geometry: { longitude: lon, latitude: lat }
        fields: { source_id: name, title: words }
        """

    private func load(
        _ text: String, _ mapping: String?, into store: MemoryStore = MemoryStore()
    ) throws -> (report: ImportReport, store: MemoryStore, refused: String?) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("guard-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("list.csv").path
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let report = try Importer(store: store, options: Importer.Options()).importFile(
            path, as: .hazards, mapping: try mapping.map { try Mapping(yaml: $0, name: "test") })
        let refused = FileManager.default.contents(atPath: path + ".refused.csv")
        return (report, store, refused.map { String(decoding: $0, as: UTF8.self) })
    }
}
