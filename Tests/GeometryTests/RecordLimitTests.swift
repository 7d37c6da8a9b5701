import Geometry
import Testing

/// The most that one record may have of a document that may be as long as it likes.
@Suite struct RecordLimitTests {
    private static let limit = 1000

    /// All features of a text that comes in pieces, and the error at its end.
    private func read(_ text: String, piece: Int) -> (features: Int, error: GeoJSONError?) {
        var stream = GeoJSONFeatureStream(recordLimit: Self.limit)
        var features = 0
        let bytes = Array(text.utf8)
        do throws(GeoJSONError) {
            var start = 0
            while start < bytes.count {
                stream.feed(bytes[start..<min(start + piece, bytes.count)])
                start += piece
                while try stream.next() != nil { features += 1 }
            }
            stream.finish()
            while try stream.next() != nil { features += 1 }
            return (features, nil)
        } catch { return (features, error) }
    }

    private static func feature(_ length: Int) -> String {
        let empty = "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"a\":\"\"}}"
        let text = String(repeating: "x", count: max(0, length - empty.utf8.count))
        return empty.replacing("\"\"", with: "\"\(text)\"")
    }

    private static let long = String(repeating: "x", count: 5000)

    @Test(
        "A record beyond the limit is told with its line, place and the limit, after those before it",
        arguments: [
            (
                "{\"type\":\"FeatureCollection\",\"features\":[\n\(feature(900)),\n\(feature(5000))]}", 1, 3,
                "features[1]"
            ),
            ("\(feature(900))\n\(feature(900))\n\(feature(5000))\n", 2, 3, "feature 3"),
            ("[\(feature(900)),\n{\"a\":[\(String(repeating: "[],", count: 2000))1]}]", 1, 2, "[1]"),
            ("\u{1E}\(feature(900))\n\u{1E}\"\(long)\"", 1, 2, "feature 2"),
            ("{\"type\":\"FeatureCollection\",\"name\":\"\(long)\",\"features\":[]}", 0, 1, "feature 1"),
            ("{\"type\":\"FeatureCollection\",\"features\":[],\n\"name\":\"\(long)\"}", 0, 1, "features[0]"),
            ("{\"\(long)\":1}", 0, 1, "feature 1"),
        ] as [(String, Int, Int, String)], [1, 7, 64, 500])
    func refused(document: (text: String, features: Int, line: Int, path: String), piece: Int) throws {
        let (features, error) = read(document.text, piece: piece)
        #expect(features == document.features)
        let found = try #require(error)
        #expect(found.reason == .tooLong(Self.limit) && found.path == document.path, "\(found)")
        #expect(found.line == document.line, "\(found)")
        #expect(found.description.contains("1000 bytes"))
    }

    @Test("Members beside the features count together")
    func members() {
        let members = (0..<20).map { "\"m\($0)\":\"\(String(repeating: "x", count: 100))\"" }.joined(separator: ",")
        let (_, error) = read("{\"type\":\"FeatureCollection\",\"features\":[],\(members)}", piece: 64)
        #expect(error?.reason == .tooLong(Self.limit))
    }

    @Test(
        "Any number of records below the limit, and any space between them, is read", arguments: [1, 64, 500, 100_000])
    func read(piece: Int) {
        let space = String(repeating: " \n", count: 3000)
        let features = Array(repeating: Self.feature(990), count: 50)
        let collection =
            "{\"type\":\"FeatureCollection\",\"features\":[\(space)\(features.joined(separator: space + "," + space))\(space)]}\(space)"
        for text in [collection, space + features.joined(separator: space) + space] {
            let (count, error) = read(text, piece: piece)
            #expect(count == 50 && error == nil)
        }
    }

    @Test("A text of more values than were allowed is refused at the first beyond them")
    func values() throws {
        #expect(try JSONParser.parse(Array("[1,[2,{\"a\":3}]]".utf8), maximumValues: 6).array?.count == 2)
        let error = #expect(throws: JSONError.self) {
            try JSONParser.parse(Array("[1,[2,{\"a\":3}]]".utf8), maximumValues: 5)
        }
        #expect(error?.reason == .tooManyValues && error?.offset == 11)
    }
}
