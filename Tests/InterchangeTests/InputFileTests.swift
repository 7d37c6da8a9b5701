import Foundation
import Testing

@testable import Interchange

@Suite struct InputFileTests {
    /// `printf 'hello,' | gzip` and `printf 'world' | gzip`.
    private static let hello = [UInt8](Data(base64Encoded: "H4sIAAAAAAAAA8tIzcnJ1wEA3bU35AYAAAA=")!)
    private static let world = [UInt8](Data(base64Encoded: "H4sIAAAAAAAAAyvPL8pJAQBDEXc6BQAAAA==")!)

    private func text(_ bytes: [UInt8], chunk: Int = .max, encoding: String? = nil) throws -> String {
        let source = try InputFile.unwrap(MemorySource(name: "test", bytes, chunk: chunk), encoding: encoding)
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64)
        while case let count = try buffer.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 {
            all += buffer[..<count]
        }
        return String(decoding: all, as: UTF8.self)
    }

    @Test("Gzip is recognised by its first bytes, and members follow each other", arguments: [1, 2, 5, Int.max])
    func members(chunk: Int) throws {
        #expect(try text(Self.hello, chunk: chunk) == "hello,")
        #expect(try text(Self.hello + Self.world, chunk: chunk) == "hello,world")
        #expect(try text(Self.hello + [0, 0, 0], chunk: chunk) == "hello,")
        #expect(try text(Array("plain".utf8), chunk: chunk) == "plain")
        #expect(try text([], chunk: chunk).isEmpty)
    }

    @Test("A gzip file that was cut off says so, wherever it was cut")
    func truncated() throws {
        for count in 3..<Self.hello.count {
            let error = #expect(throws: InputError.self, "\(count) bytes") { try text(Array(Self.hello[..<count])) }
            #expect(error?.message.contains("cut off") == true, "\(count) bytes")
        }
    }

    @Test("A gzip file whose content was changed says that it is damaged")
    func damaged() throws {
        var bytes = Self.hello
        bytes[bytes.count - 6] ^= 1
        let error = #expect(throws: InputError.self) { try text(bytes) }
        #expect(error?.message.contains("checksum") == true)
    }

    @Test(
        "Text in another encoding becomes UTF-8",
        arguments: [
            ("windows-1251", [0xCF, 0xF0, 0xE8, 0xE2, 0xE5, 0xF2] as [UInt8], "Привет"),
            ("koi8-r", [0xF0, 0xD2, 0xC9, 0xD7, 0xC5, 0xD4], "Привет"),
            ("iso-8859-1", [0x43, 0xF4, 0x74, 0x65], "Côte"),
            ("utf-16", [0xFF, 0xFE, 0x1F, 0x04, 0x40, 0x04], "Пр"),
            ("utf-8", Array("ж".utf8), "ж"),
        ])
    func encodings(encoding: String, bytes: [UInt8], expected: String) throws {
        for chunk in [1, 3, Int.max] { #expect(try text(bytes, chunk: chunk, encoding: encoding) == expected) }
    }

    @Test("A byte order mark of UTF-16 needs no mapping")
    func byteOrderMark() throws {
        #expect(try text([0xFE, 0xFF, 0x00, 0x41, 0x04, 0x1F]) == "AП")
    }

    @Test("A missing file and a folder are told by name")
    func missing() throws {
        let error = #expect(throws: InputError.self) { try InputFile.open("/nowhere/works.csv") }
        #expect(error?.description == "/nowhere/works.csv: there is no such file")
        #expect(throws: InputError.self) { try InputFile.open("/tmp") }
    }

    @Test(
        "The stem of a file is its name without folders and endings",
        arguments: [
            ("/a/b/works.csv.gz", "works"), ("snapshot_1.json.gz", "snapshot_1"), ("x.geojsonl", "x"),
            ("plain", "plain"),
            (".csv", ".csv"),
        ])
    func stem(path: String, stem: String) { #expect(InputFile.stem(of: path) == stem) }
}
