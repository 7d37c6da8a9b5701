import Testing

@testable import Works

@Suite("Words found without a string")
struct WordTableTests {
    private func value<Value>(_ text: String, in table: WordTable<Value>) -> Value? {
        var text = text
        return text.withUTF8 { table.value($0) }
    }

    @Test("Every word is found, and nothing that differs from it by a letter")
    func words() {
        let table = WordTable<TrafficImpact>()
        for impact in TrafficImpact.allCases {
            let word = impact.rawValue
            #expect(value(word, in: table) == impact)
            #expect(value(word + "x", in: table) == nil)
            #expect(value(String(word.dropLast()), in: table) == nil)
            for index in word.indices {
                #expect(value(word[..<index] + "z" + word[word.index(after: index)...], in: table) == nil)
            }
        }
        #expect(value("", in: table) == nil)
        #expect(value("\0none", in: table) == nil)
        #expect(WorkStatus.allCases.allSatisfy { value($0.rawValue, in: WorkStatus.words) == $0 })
    }
}
