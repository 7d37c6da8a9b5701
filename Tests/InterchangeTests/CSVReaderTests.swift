import Foundation
import Geometry
import SeededRandom
import TestConditions
import Testing

@testable import Interchange

/// All records of a CSV text, the header first, and the faults by line.
private func records(_ text: String, chunk: Int = .max, capacity: Int = 1 << 18, name: String = "test.csv") throws
    -> (rows: [[String]], faults: [Int: CSVReader.Fault], delimiter: UInt8)
{
    let reader = try CSVReader(MemorySource(name: name, Array(text.utf8), chunk: chunk), capacity: capacity)
    var rows = [reader.header]
    var faults: [Int: CSVReader.Fault] = [:]
    while try reader.next() {
        if let fault = reader.fault {
            faults[reader.line] = fault
        } else {
            rows.append((0..<reader.fieldCount).map { String(decoding: reader.field($0), as: UTF8.self) })
        }
    }
    return (rows, faults, reader.delimiter)
}

@Suite struct CSVReaderTests {
    @Test(
        "Quotes, line ends and byte order marks are what RFC 4180 and usage make of them",
        arguments: [
            ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
            ("a,b\r\n1,2", [["a", "b"], ["1", "2"]]),
            ("a,b\r1,2\r", [["a", "b"], ["1", "2"]]),
            ("\u{FEFF}a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
            ("a,b\n\"x, y\",\"say \"\"yes\"\"\"\n", [["a", "b"], ["x, y", "say \"yes\""]]),
            ("a,b\n\"two\nlines\",2\n", [["a", "b"], ["two\nlines", "2"]]),
            ("a,b\n\"\",\n", [["a", "b"], ["", ""]]),
            ("a,b\n\n1,2\n\n", [["a", "b"], ["1", "2"]]),
            ("a,b\n5\" pipe,2\n", [["a", "b"], ["5\" pipe", "2"]]),
            (" a , b \n 1,2\n", [["a", "b"], [" 1", "2"]]),
            ("a;b\n1,5;2\n", [["a", "b"], ["1,5", "2"]]),
            ("a\tb\n1\t2\n", [["a", "b"], ["1", "2"]]),
            ("a|b\n1|2\n", [["a", "b"], ["1", "2"]]),
            ("only\n1\n2\n", [["only"], ["1"], ["2"]]),
            ("a,b\n\"\"\"\"\"\",2", [["a", "b"], ["\"\"", "2"]]),
        ])
    func readsRecords(text: String, expected: [[String]]) throws {
        // However the bytes come in pieces, the records are the same.
        for chunk in [1, 2, 3, 7, Int.max] {
            #expect(try records(text, chunk: chunk, capacity: 16).rows == expected, "chunks of \(chunk)")
        }
    }

    @Test("Random tables come back as they were written, however they are cut")
    func roundTrip() throws {
        var random = SeededRandom(seed: 7)
        let pieces = ["", "a", "ü", "\"", ",", "\n", "\r\n", "x y", "\"\"", ";", "д"]
        for _ in 0..<300 {
            let columns = Int.random(in: 2...5, using: &random)
            var rows: [[String]] = [(0..<columns).map { "c\($0)" }]
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                rows.append(
                    (0..<columns).map { _ in
                        (0..<Int.random(in: 0...4, using: &random)).map { _ in pieces.randomElement(using: &random)! }
                            .joined()
                    })
            }
            var text = CSVWriter()
            for row in rows { text.row(row) }
            let reader = try CSVReader(
                MemorySource(name: "r", text.bytes, chunk: Int.random(in: 1...9, using: &random)),
                delimiter: UInt8(ascii: ","),
                capacity: 8)
            var back = [reader.header]
            while try reader.next() {
                #expect(reader.fault == nil)
                back.append(
                    (0..<reader.fieldCount).map {
                        CSVWriter.unguarded(String(decoding: reader.field($0), as: UTF8.self))
                    })
            }
            #expect(back == rows)
        }
    }

    @Test("An uneven row is told with its line, and the ones after it are read")
    func unevenRows() throws {
        let result = try records("a,b\n1,2\n\"x\ny\",2,3\n4\n5,6\n")
        #expect(result.rows == [["a", "b"], ["1", "2"], ["5", "6"]])
        #expect(result.faults[3] == .uneven(fields: 3, header: 2, isLast: false))
        #expect(result.faults[5] == .uneven(fields: 1, header: 2, isLast: false))
    }

    @Test("Text behind a closing quote is a fault of its row only")
    func textAfterQuote() throws {
        let result = try records("a,b\n\"1\"x,2\n3,4\n")
        #expect(result.faults == [2: .textAfterQuote(field: 0)])
        #expect(result.rows.last == ["3", "4"])
    }

    @Test("A quote that is never closed is told with the line on which it opens", arguments: [1, 5, Int.max])
    func openQuote(chunk: Int) throws {
        let error = #expect(throws: InputError.self) { try records("a,b\n1,2\n3,\"four\n5,6\n", chunk: chunk) }
        #expect(error?.line == 3)
    }

    @Test("An empty file says that it is empty", arguments: ["", "\n \n", "\u{FEFF}"])
    func emptyFile(text: String) throws {
        let error = #expect(throws: InputError.self) { try records(text) }
        #expect(error?.message.contains("empty") == true)
    }

    @Test(
        "The published collection of awkward CSV files is read as its JSON says",
        .needs(.realData()))
    func spectrum() throws {
        let folder = RealData.path("nasty-geometry/csv-spectrum")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/csvs").filter {
            $0.hasSuffix(".csv")
        }
        #expect(names.count == 11)
        for name in names {
            let reader = try CSVReader(InputFile.open("\(folder)/csvs/\(name)"))
            var rows: [[String: String]] = []
            while try reader.next() {
                #expect(reader.fault == nil, "\(name)")
                rows.append(
                    Dictionary(
                        uniqueKeysWithValues: reader.header.enumerated().map {
                            ($0.element, String(decoding: reader.field($0.offset), as: UTF8.self))
                        }))
            }
            let json = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/json/\(name.dropLast(4)).json"))
            let expected = try #require(try JSONSerialization.jsonObject(with: json) as? [[String: Any]])
            // The copy of one file has lost the carriage returns inside its quotes.
            #expect(rows == expected.map { $0.mapValues { "\($0)".replacing("\r\n", with: "\n") } }, "\(name)")
        }
    }

    @Test(
        "A file in another encoding is refused with its line and the encoding to name, and read once that is named",
        .needs(.realData()))
    func encodings() throws {
        let moscow = RealData.path("nasty-geometry/cyrillic/moscow_districts_cp1251.csv")
        let reader = try? CSVReader(InputFile.open(moscow))
        if let reader {
            #expect(try reader.next())
            let fault = try #require(reader.fault)
            #expect(fault.message(in: reader).contains("encoding: windows-1251"))
        }
        let decoded = try CSVReader(InputFile.open(moscow, encoding: "windows-1251"))
        #expect(decoded.delimiter == UInt8(ascii: ";"))
        var names: Set<String> = []
        let name = try #require(decoded.header.firstIndex(of: "name"))
        while try decoded.next() { names.insert(String(decoding: decoded.field(name), as: UTF8.self)) }
        let geojson = try #require(
            try RealData.json("nasty-geometry/cyrillic/moscow_districts.geojson") as? [String: Any])
        let features = try #require(geojson["features"] as? [[String: Any]])
        #expect(names == Set(features.compactMap { ($0["properties"] as? [String: Any])?["name"] as? String }))

        let montreal = RealData.path("nasty-geometry/encodings/montreal_bikes_latin1_semicolon.csv")
        let error = #expect(throws: InputError.self) { try CSVReader(InputFile.open(montreal)) }
        #expect(error?.line == 1)
        #expect(error?.message.contains("encoding: windows-1252") == true)
        let bikes = try CSVReader(InputFile.open(montreal, encoding: "iso-8859-1"))
        #expect(bikes.header.contains("Côte-Sainte-Catherine"))
    }

    @Test("A record of more fields than there may be is told with its line, as is one that does not end")
    func limits() throws {
        let fields = String(repeating: ",", count: CSVReader.maximumFields)
        for (text, line) in [("a,b\n1,2\n3\(fields)\n", 3), ("a\(fields)", 1)] {
            let error = #expect(throws: InputError.self) { try records(text) }
            #expect(error?.line == line && error?.message.contains("65536 fields") == true)
        }
        let most = String(repeating: ",", count: CSVReader.maximumFields - 1)
        #expect(try records("a\(most)\n").rows[0].count == CSVReader.maximumFields)
        let endless = "a,b\n1,2\n3,\"" + String(repeating: "x", count: CSVReader.maximumRecord)
        let error = #expect(throws: InputError.self) { try records(endless) }
        #expect(error?.line == 3 && error?.message.contains("64 MiB") == true)
    }
}
