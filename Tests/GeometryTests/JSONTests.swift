import Foundation
import Geometry
import SeededRandom
import TestConditions
import Testing

@Suite("JSON in")
struct JSONParserTests {
    @Test(
        "Values are read",
        arguments: [
            ("null", JSONValue.null), (" true ", true), ("false", false), ("0", 0), ("-0", .number(-0.0)), ("12", 12),
            ("-7", -7), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(9.223372036854775808e18)), ("1.5", 1.5), ("1.0", .number(1)),
            ("1e2", .number(100)),
            ("1E-2", 0.01), ("0.1", 0.1), ("123456789012345678901234567890", .number(1.2345678901234568e29)),
            ("\"\"", ""), (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{C}\n\r\t"), (#""\u0416\ud83d\ude00""#, "Ж😀"),
            ("\"\u{2028}\"", "\u{2028}"),
            (#""long enough for eight bytes \" at once""#, "long enough for eight bytes \" at once"),
            ("[]", []), ("[1,[2]]", [1, [2]]), ("{}", [:]), (#"{"a":1,"b":{"c":null}}"#, ["a": 1, "b": ["c": nil]]),
            ("\u{FEFF}1", 1),
        ] as [(String, JSONValue)])
    func values(text: String, value: JSONValue) throws {
        let parsed = try JSONParser.parse(text)
        #expect(parsed == value)
        if case .number(let number) = value { #expect(parsed.double?.sign == number.sign) }
    }

    @Test(
        "An error says what is wrong, at which byte and on which line",
        arguments: [
            ("", JSONError(reason: .truncated, offset: 0, line: 1)),
            ("[1,\n2", JSONError(reason: .truncated, offset: 5, line: 2)),
            ("[1,]", JSONError(reason: .expected("a value"), offset: 3, line: 1)),
            ("{\n\n\"a\" 1}", JSONError(reason: .expected("a colon"), offset: 7, line: 3)),
            ("[01]", JSONError(reason: .number, offset: 1, line: 1)),
            ("[1.]", JSONError(reason: .number, offset: 3, line: 1)),
            ("[1e400]", JSONError(reason: .numberRange, offset: 1, line: 1)),
            (#"["\x"]"#, JSONError(reason: .escape, offset: 3, line: 1)),
            (#"["\ud800"]"#, JSONError(reason: .surrogate, offset: 2, line: 1)),
            (#"["\udc00\ud800"]"#, JSONError(reason: .surrogate, offset: 2, line: 1)),
            ("[\"\u{1}\"]", JSONError(reason: .controlCharacter(1), offset: 2, line: 1)),
            ("1 2", JSONError(reason: .trailing, offset: 2, line: 1)),
        ])
    func errors(text: String, error: JSONError) {
        #expect(throws: error) { try JSONParser.parse(text) }
    }

    @Test("Bytes that are not UTF-8 are found where they are")
    func encoding() {
        let text = Array("[\"\n".utf8).dropLast() + Array("абв".utf8) + [0xFF] + Array("\"]".utf8)
        #expect(throws: JSONError(reason: .encoding, offset: 8, line: 1)) { try JSONParser.parse(Array(text)) }
        for bad: [UInt8] in [
            [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80], [0xC1, 0xBF],
        ] {
            #expect(throws: JSONError(reason: .encoding, offset: 1, line: 1)) {
                try JSONParser.parse([0x22] + bad + [0x22])
            }
        }
    }

    @Test("A name that occurs twice in one object is an error, wherever the object is and however the name is written")
    func repeatedNames() throws {
        for text in [
            #"{"a":1,"b":2,"a":3}"#, #"[{"b":{"a":null,"a":null}}]"#, #"{"a":1,"\u0061":1}"#,
            "{" + (0..<40).map { "\"\($0)\":0," }.joined() + "\"a\":1,\"7\":2,\"a\":3}",
        ] {
            #expect { try JSONParser.parse(text) } throws: { error in
                guard case .repeatedName? = (error as? JSONError)?.reason else { return false }
                return true
            }
        }
        #expect(throws: JSONError(reason: .repeatedName("a"), offset: 12, line: 2)) {
            try JSONParser.parse("{\"a\":1,\n\"a\":3}")
        }
        // Neighbours may have the same names.
        #expect(try JSONParser.parse(#"[{"a":1},{"a":{"a":1}}]"#).array?.count == 2)
    }

    @Test("Nesting is limited")
    func nesting() throws {
        let deep = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        _ = try JSONParser.parse(deep(JSONParser.maximumDepth))
        #expect(throws: JSONError(reason: .depth, offset: 512, line: 1)) {
            try JSONParser.parse(deep(JSONParser.maximumDepth + 1))
        }
        #expect(throws: JSONError.self) { try JSONParser.parse(String(repeating: "{\"a\":", count: 1_000_000)) }
    }

    @Test("An object of many members finds each of them")
    func manyMembers() throws {
        var object = JSONObject()
        for index in 0..<50_000 { object["key \(index)"] = .integer(index) }
        #expect(object.count == 50_000)
        #expect((0..<50_000).allSatisfy { object["key \($0)"] == .integer($0) })
        #expect(object["key 50000"] == nil)
        object["key 3"] = nil
        #expect(object.count == 49_999)
        #expect(object["key 3"] == nil && object["key 49999"] == 49_999)
        let read = try JSONParser.parse(object.description)
        #expect(read == .object(object))
    }

    @Test("Objects are equal in whatever order their members are")
    func equality() throws {
        let one: JSONObject = ["a": 1, "b": 2]
        let other: JSONObject = ["b": 2, "a": 1]
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
        #expect(one != ["a": 1, "b": 3])
        #expect(one != ["a": 1])
    }

    @Test("Numbers are read to the nearest double")
    func nearestDouble() throws {
        var random = SeededRandom(seed: 7)
        var texts: [String] = []
        for _ in 0..<20_000 {
            let digits = String(
                UInt64.random(in: 0...9_999_999_999_999_999_999, using: &random) / [1, 10, 1000, 100_000].randomElement(
                    using: &random)!)
            let point = Int.random(in: 0...digits.count, using: &random)
            texts.append("-\(point == 0 ? "0" : "\(digits.prefix(point))").\(digits.dropFirst(point))0")
            texts.append("\(Double(bitPattern: random.next() & 0x7FEF_FFFF_FFFF_FFFF))")
            texts.append("\(digits)e-\(Int.random(in: 0...40, using: &random))")
        }
        // Halfway between two doubles, and a hair off: 2^53 + 1 and its neighbors, scaled.
        texts += [
            "9007199254740993", "9007199254740993.0", "9007199254740992.999", "9007199254740993.001",
            "0.9007199254740993", "7.2057594037927945e15",
        ]
        for text in texts where !text.dropFirst(text.hasPrefix("-") ? 1 : 0).hasPrefix("0") || text.contains("0.") {
            guard let value = try? JSONParser.parse("[\(text)]")[0] else { continue }
            #expect(value.double == Double(text), "\(text)")
        }
        #expect(try JSONParser.parse("9007199254740993.0").double == 9_007_199_254_740_992)
    }

    @Test("The JSON test suite's texts are accepted and rejected as it says", .needs(.realData("nasty-geometry")))
    func testSuite() throws {
        var counts = (accepted: 0, rejected: 0)
        for (path, text) in try RealData.archive("nasty-geometry/JSONTestSuite.tar.gz") {
            guard let name = path.split(separator: "/").last, name.hasSuffix(".json") else { continue }
            let isRead = (try? JSONParser.parse(text)) != nil
            if name.hasPrefix("y_object_duplicated_key") {
                // Names are unique, as I-JSON has it (RFC 7493, section 2.3), of which GeoJSON should be.
                #expect(!isRead, "\(name)")
            } else if name.hasPrefix("y_") {
                #expect(isRead, "\(name)")
                counts.accepted += 1
            } else if name.hasPrefix("n_") {
                #expect(!isRead, "\(name)")
                counts.rejected += 1
            }
        }
        #expect(counts.accepted == 93 && counts.rejected == 94)
    }
}

extension JSONValue {
    fileprivate subscript(index: Int) -> JSONValue { array![index] }
}

@Suite("JSON out")
struct JSONWriterTests {
    private func text(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("Commas come by themselves")
    func commas() {
        let written = text { json in
            json.beginObject()
            json.key("a")
            json.beginArray()
            json.integer(1)
            json.beginObject()
            json.endObject()
            json.null()
            json.bool(true)
            json.bool(false)
            json.beginArray()
            json.endArray()
            json.endArray()
            json.key("b\(1)")
            json.string("c")
            json.key("d")
            json.raw("[1]")
            json.key("e")
            json.value(["f": [1, 2.5, nil]])
            json.endObject()
            json.newline()
            json.integer(2)
        }
        #expect(written == #"{"a":[1,{},null,true,false,[]],"b1":"c","d":[1],"e":{"f":[1,2.5,null]}}"# + "\n2")
    }

    @Test("A document can be handed out in pieces")
    func pieces() {
        var json = JSONWriter()
        var text: [UInt8] = []
        json.beginArray()
        for index in 0..<5 {
            json.integer(index)
            text += json.bytes
            json.removeAll()
        }
        json.endArray()
        text += json.takeBytes()
        #expect(String(decoding: text, as: UTF8.self) == "[0,1,2,3,4]")
        #expect(json.bytes.isEmpty)
    }

    @Test(
        "Strings are escaped where they must be and nowhere else",
        arguments: [
            ("", #""""#), ("plain", #""plain""#), ("\"\\/", #""\"\\/""#), ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#),
            ("\u{0}\u{1}\u{1F}\u{7F}", "\"\\u0000\\u0001\\u001f\u{7F}\""),
            ("Ж😀\u{2028}\u{2029}", "\"Ж😀\u{2028}\u{2029}\""),
            ("sixteen bytes ok\"", #""sixteen bytes ok\"""#), ("1234567\n12345678\\", #""1234567\n12345678\\""#),
        ])
    func escapes(string: String, json: String) throws {
        #expect(text { $0.string(string) } == json)
        #expect(try JSONParser.parse(json) == .string(string))
        var bytes = Array(string.utf8)
        let fromBytes = bytes.withUnsafeMutableBufferPointer { buffer in
            text { $0.string(utf8: UnsafeBufferPointer(buffer)) }
        }
        #expect(fromBytes == json)
    }

    @Test("Bytes that are not UTF-8 become replacement characters")
    func replacement() {
        let bytes: [UInt8] = [0x61, 0xFF, 0xC3, 0x62, 0xE2, 0x82]
        let written = bytes.withUnsafeBufferPointer { buffer in text { $0.string(utf8: buffer) } }
        #expect(written == "\"a\u{FFFD}\u{FFFD}b\u{FFFD}\u{FFFD}\"")
    }

    @Test("Any string comes back as it was")
    func strings() throws {
        var random = SeededRandom(seed: 8)
        for _ in 0..<2000 {
            var string = ""
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                let limit: UInt32 = [0x30, 0x80, 0x800, 0x10000, 0x110000].randomElement(using: &random)!
                string.unicodeScalars.append(Unicode.Scalar(.random(in: 0..<limit, using: &random)) ?? "\u{FFFD}")
            }
            #expect(try JSONParser.parse(text { $0.string(string) }) == .string(string))
        }
    }

    @Test("Strings of every length and any bytes are written as Foundation reads them")
    func stringsBesideFoundation() throws {
        var generator = SeededRandom(seed: 77)
        // Plain letters mostly, so that what is special comes at every place of a word of eight.
        let special: [[UInt8]] =
            (0..<0x20).map { [$0] } + [
                [0x22], [0x5C], [0x7F], [0x2F], [0xFF], [0x80], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x9A],
            ]
            + ["я", "é", "€", "🚧", "\u{2028}"].map { Array($0.utf8) }
        for length in 0...40 {
            for _ in 0..<60 {
                var bytes: [UInt8] = []
                while bytes.count < length {
                    if Int.random(in: 0..<max(length, 8), using: &generator) == 0 {
                        bytes += special.randomElement(using: &generator)!
                    } else {
                        bytes.append(UInt8.random(in: 0x20...0x7E, using: &generator))
                    }
                }
                var json = JSONWriter()
                bytes.withUnsafeBufferPointer { json.string(utf8: $0) }
                let read = try JSONSerialization.jsonObject(with: Data(json.bytes), options: .fragmentsAllowed)
                // One replacement character for each byte that is no part of a character.
                var expected = ""
                var rest = bytes[...]
                while !rest.isEmpty {
                    let size = (1...4).first { size in
                        rest.count >= size
                            && String(validating: rest.prefix(size), as: UTF8.self)?.unicodeScalars.count == 1
                    }
                    expected += size.map { String(decoding: rest.prefix($0), as: UTF8.self) } ?? "\u{FFFD}"
                    rest = rest.dropFirst(size ?? 1)
                }
                #expect(Array((read as? String ?? "").unicodeScalars) == Array(expected.unicodeScalars), "\(bytes)")
            }
        }
    }

    @Test("An object made in blocks is the same as one made member by member")
    func blocks() {
        var json = JSONWriter()
        json.beginArray()
        for value in [0, 7, -1, 10, 99, 100, Int.max, Int.min] {
            json.beginObject(room: 1024) { block in
                block.text(#"{"a":"#)
                Array("ü\n".utf8).withUnsafeBufferPointer { block.string(Optional($0)) }
                block.text(#","b":"#)
                block.string(nil)
                block.text(#","c":"#)
            }
            json.integer(value)
            json.endObject(room: 1024) { block in
                block.text(#","d":"#)
                block.integer(value)
                block.text("}")
            }
        }
        json.endArray()
        let members = [0, 7, -1, 10, 99, 100, Int.max, Int.min].map { #"{"a":"ü\n","b":null,"c":\#($0),"d":\#($0)}"# }
        #expect(String(decoding: json.bytes, as: UTF8.self) == "[\(members.joined(separator: ","))]")
    }

    @Test("Integers are written", arguments: [0, 1, -1, 9, 10, 99, 100, 12345, Int.max, Int.min])
    func integers(value: Int) {
        #expect(text { $0.integer(value) } == String(value))
    }

    @Test("Small and wide integers are written as well")
    func otherIntegers() {
        #expect(text { $0.integer(UInt64.max) } == String(UInt64.max))
        #expect(text { $0.integer(Int8.min) } == "-128")
        #expect(text { $0.integer(UInt128.max) } == String(UInt128.max))
    }

    @Test("Numbers read back as the same double, and what is no number is null")
    func numbers() throws {
        var random = SeededRandom(seed: 9)
        for _ in 0..<5000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            #expect(try JSONParser.parse(text { $0.number(value) }).double == value)
        }
        #expect(text { $0.number(.infinity) } == "null")
        #expect(text { $0.number(.nan) } == "null")
        #expect(text { $0.number(0.1) } == "0.1")
    }

    @Test("A value comes back as it was")
    func values() throws {
        let value: JSONValue = ["a": [1, -2.5, nil, true, "б"], "c": ["d": [:], "e": []], "f": .integer(.min)]
        #expect(try JSONParser.parse(value.description) == value)
    }
}

@Suite("Coordinates as text")
struct CoordinateTextTests {
    private func text(_ value: Double) -> String {
        var writer = JSONWriter()
        writer.position(Coordinate(longitude: value, latitude: 0))
        return String(String(decoding: writer.bytes, as: UTF8.self).dropFirst().prefix { $0 != "," })
    }

    /// What `printf` makes of it, without zeros at the end.
    private func oracle(_ value: Double) -> String {
        var text = String(format: "%.7f", value)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text == "-0" ? "0" : text
    }

    @Test(
        "Seven decimals, without zeros at the end",
        arguments: [
            (0.0, "0"), (-0.0, "0"), (1, "1"), (-1, "-1"), (10, "10"), (100, "100"), (180, "180"), (-180, "-180"),
            (1.5, "1.5"),
            (37.6173, "37.6173"), (55.7558, "55.7558"), (-0.00000001, "0"), (0.0000001, "0.0000001"), (0.00000005, "0"),
            (179.99999999, "180"), (9.99999999, "10"), (-99.99999996, "-100"), (0.1234567, "0.1234567"),
            (5.00000015, "5.0000001"),
            (1234567.125, "1234567.125"), (199_999_999.5, "199999999.5"), (1e300, "1e+300"), (-2.5e9, "-2500000000.0"),
        ])
    func table(value: Double, expected: String) {
        #expect(text(value) == expected)
    }

    @Test("A line's text is that of its numbers one by one, whatever number follows on which")
    func lines() {
        var random = SeededRandom(seed: 12)
        func number(near last: Double) -> Double {
            switch Int.random(in: 0..<12, using: &random) {
            case 0: Double.random(in: -180...180, using: &random)
            case 1: -last
            case 2: last.rounded()
            case 3: last.rounded() + Double.random(in: -1...1, using: &random) / 1e7
            case 4: (last * 10).rounded() / 10
            case 5:
                [0, -0.0, 1e-8, -1e-8, 4e-8, -6e-8, 9.99999996, -9.99999996, 1e9, -3e12, 199_999_999.9, 2e8]
                    .randomElement(using: &random)!
            default: last + Double.random(in: -0.001...0.001, using: &random)
            }
        }
        for _ in 0..<100 {
            var line: [Coordinate] = []
            var last = Coordinate(longitude: 16.35, latitude: -0.01)
            for _ in 0..<Int.random(in: 1...600, using: &random) {
                last = Coordinate(longitude: number(near: last.longitude), latitude: number(near: last.latitude))
                line.append(last)
            }
            // Beyond every map both are written as they are.
            let expected = line.map { position in
                let isFixed = max(position.longitude.magnitude, position.latitude.magnitude) < 2e8
                let texts = [position.longitude, position.latitude].map { isFixed ? oracle($0) : $0.description }
                return "[\(texts.joined(separator: ","))]"
            }.joined(separator: ",")
            var writer = JSONWriter()
            writer.geometry(.lineString(line))
            #expect(
                String(decoding: writer.bytes, as: UTF8.self)
                    == #"{"type":"LineString","coordinates":[\#(expected)]}"#)
        }
    }

    @Test("The text is the decimal number nearest to the double, as printf has it")
    func nearest() {
        var random = SeededRandom(seed: 10)
        for _ in 0..<50_000 {
            let value = Double.random(in: -180...180, using: &random)
            #expect(text(value) == oracle(value), "\(value.debugDescription)")
        }
        for _ in 0..<50_000 {
            // Halfway between two texts, or as near as a double gets to it.
            let tie = (Double(Int.random(in: -1_800_000_000...1_800_000_000, using: &random)) + 0.5) / 1e7
            for value in [tie, tie.nextUp, tie.nextDown] {
                #expect(text(value) == oracle(value), "\(value.debugDescription)")
            }
        }
        for exact in stride(from: -64.0, through: 64, by: 1 / 128) { #expect(text(exact) == oracle(exact)) }
        for power in -40...27 {
            #expect(
                text(Double(sign: .plus, exponent: power, significand: 1.7))
                    == oracle(Double(sign: .plus, exponent: power, significand: 1.7)))
        }
    }
}
