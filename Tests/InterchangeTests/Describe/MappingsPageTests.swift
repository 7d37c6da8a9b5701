import Foundation
import Testing

@testable import Interchange

/// Examples and reference of `docs/mappings.md`.
@Suite struct MappingsPageTests {
    private static let page: String = {
        let url = RealData.packageRoot.appendingPathComponent("docs/mappings.md")
        return (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    }()

    /// Texts between a line of three backquotes with `yaml` and the next of three backquotes.
    static let exampleTexts: [String] = page.components(separatedBy: "\n```yaml\n").dropFirst().map {
        String($0.components(separatedBy: "\n```").first ?? "") + "\n"
    }

    @Test("The page has examples")
    func count() { #expect(Self.exampleTexts.count >= 6) }

    @Test("Each example of the page is a mapping that can be read", arguments: exampleTexts)
    func example(_ yaml: String) throws { _ = try Mapping(yaml: yaml, name: "docs/mappings.md") }

    /// What the parser says is allowed, from its message about a word that is not.
    private func allowed(_ yaml: String, behind words: String) throws -> [String] {
        let error = #expect(throws: MappingError.self) { try Mapping(yaml: yaml, name: "test") }
        let message = try #require(error?.message)
        let list = try #require(message.components(separatedBy: words).dropFirst().first)
        return list.split { !$0.isLetter && $0 != "_" }.map(String.init)
    }

    @Test("Each key that the parser knows is in the reference")
    func keys() throws {
        let keys = try allowed("qqqqqqqqqq: 1\n", behind: "Keys are ")
        #expect(keys.count > 20)
        #expect(keys.filter { !Self.page.contains("`\($0)`") } == [])
        let forms = try allowed("fields: {title: {column: a, qqqqqqqqqq: 1}}\n", behind: "Allowed are ")
        #expect(forms.count > 8)
        #expect(
            forms.filter {
                !Self.page.contains("`\($0)`") && !Self.page.contains("`{\($0)") && !Self.page.contains(" \($0): ")
            } == [])
    }

    @Test("Each property of works and places is in the reference")
    func properties() {
        #expect(MappedField.allCases.map(\.rawValue).filter { !Self.page.contains("`\($0)`") } == [])
    }
}
