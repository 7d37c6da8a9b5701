import Foundation
import Testing
import Works

@Suite("Identities of works")
struct WorkIDTests {
    @Test("A new id is a UUID of version 7 that tells its millisecond")
    func version() throws {
        var generator = SystemRandomNumberGenerator()
        for milliseconds: UInt64 in [0, 1, 1_700_000_000_123, (1 << 48) - 1] {
            let id = WorkID(millisecondsSinceEpoch: milliseconds, using: &generator)
            let bytes = try #require(UUID(uuidString: id.description)).uuid
            #expect(bytes.6 >> 4 == 7)
            #expect(bytes.8 >> 6 == 0b10)
            #expect(id.high >> 16 == milliseconds)
            #expect(id.description == id.description.lowercased())
        }
    }

    @Test("Ids, like their texts, order by the moment in which they were made")
    func order() {
        var generator = SystemRandomNumberGenerator()
        let ids = (0..<500).map { WorkID(millisecondsSinceEpoch: 1_700_000_000_000 + UInt64($0), using: &generator) }
        #expect(ids == ids.sorted())
        #expect(ids.map(\.description) == ids.map(\.description).sorted())
    }

    @Test("Any UUID that Foundation writes is read, in either case, and written in lower case")
    func foundation() {
        for _ in 0..<500 {
            let text = UUID().uuidString
            #expect(WorkID(text)?.description == text.lowercased())
            #expect(WorkID(text) == WorkID(text.lowercased()))
        }
    }

    @Test(
        "What is no UUID is refused",
        arguments: [
            "", "018bcfe5-6800-768f-a685-a73769f5df8", "018bcfe5-6800-768f-a685-a73769f5df899",
            "018bcfe56800-768f-a685-a73769f5df89-", "018bcfe5-6800-768f-a685-a73769f5dfg9",
            "{018bcfe5-6800-768f-a685-a73769f5df8}", "018bcfe5_6800_768f_a685_a73769f5df89",
        ])
    func refusing(text: String) {
        #expect(WorkID(text) == nil)
    }
}
