import Testing

@testable import HTTPEdge
@testable import MapServer

@Suite("Digests of what answers hold")
struct ContentHashTests {
    private func tag(_ bytes: [UInt8]) -> String { Content.tag(of: bytes) }

    @Test("Contents that differ in one bit or in their length have different entity tags, whatever their length")
    func bits() {
        var seen: Set<String> = []
        var count = 0
        for length in 0...130 {
            var bytes = [UInt8](repeating: 0, count: length)
            seen.insert(tag(bytes))
            count += 1
            for bit in 0..<length * 8 {
                bytes[bit / 8] ^= 1 << (bit % 8)
                seen.insert(tag(bytes))
                count += 1
                bytes[bit / 8] ^= 1 << (bit % 8)
            }
        }
        #expect(seen.count == count)
    }

    @Test("Parts of the content that change places change the entity tag")
    func order() {
        let words = (0..<16).map { word in [UInt8](repeating: UInt8(word), count: 8) }
        var seen: Set<String> = []
        for a in words.indices {
            for b in words.indices where a < b {
                var swapped = words
                swapped.swapAt(a, b)
                seen.insert(tag(swapped.flatMap { $0 }))
            }
        }
        #expect(seen.count == 16 * 15 / 2)
    }

    @Test("The same content has the same entity tag")
    func same() {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        #expect(tag(bytes) == tag(Array(bytes)))
    }
}
