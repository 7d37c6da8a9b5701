import Testing
import Works

@Suite("Text in filters")
struct TextFoldingTests {
    @Test(
        "Without regard to case, letters of every alphabet are alike",
        arguments: [("ЁЛКА", "ёлка"), ("Straße", "STRASSE"), ("ΟΔΟΣ", "οδος"), ("É", "é"), ("a1", "A1"), ("", "")])
    func caseFolding(one: String, other: String) {
        #expect(TextFolding.caseInsensitive.fold(one) == TextFolding.caseInsensitive.fold(other))
    }

    @Test(
        "Without regard to accents, marks are gone and letters of their own stay",
        arguments: [
            ("débárquér", "debarquer"), ("Ёлка", "Елка"), ("cafe\u{301}", "cafe"), ("Győr", "Gyor"), ("район", "район"),
            ("и\u{306}", "й"), ("їжак", "їжак"), ("E", "E"),
        ])
    func accentFolding(text: String, plain: String) {
        #expect(Array(TextFolding.accentInsensitive.fold(text).utf8) == Array(plain.utf8))
    }

    @Test(
        "A pattern matches the whole text",
        arguments: [
            ("вод%", "водопровод", true), ("вод%", "заводь", false), ("%вод%", "заводь", true), ("вод_", "вода", true),
            ("вод_", "вод", false), ("_", "🚧", true), ("__", "🚧", false), ("100\\%", "100%", true),
            ("100\\%", "1000", false), ("a\\_b", "axb", false), ("", "", true), ("", "a", false), ("%", "", true),
            ("%a%b%", "xxaxxbxx", true), ("%a%b%", "xxbxxaxx", false), ("A", "a", false), ("a\\", "a\\", true),
        ])
    func patterns(pattern: String, text: String, matches: Bool) {
        #expect(LikePattern.matches(pattern, text) == matches)
    }

    @Test("A pattern says what its plain definition says, whatever the letters")
    func patternsAreTheirDefinition() {
        /// The definition, one character at a time.
        func naive(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
            guard let first = pattern.first else { return text.isEmpty }
            let rest = pattern.dropFirst()
            switch first {
            case "%": return (0...text.count).contains { naive(rest, text.dropFirst($0)) }
            case "_": return !text.isEmpty && naive(rest, text.dropFirst())
            default: return text.first == first && naive(rest, text.dropFirst())
            }
        }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<3000 {
            let pattern = (0..<Int.random(in: 0...6)).map { _ in "%_aбa".randomElement(using: &generator)! }
            let text = (0..<Int.random(in: 0...7)).map { _ in "aбв".randomElement(using: &generator)! }
            #expect(
                LikePattern.matches(String(pattern), String(text)) == naive(pattern[...], text[...]),
                "\(String(pattern)) \(String(text))")
        }
    }
}
