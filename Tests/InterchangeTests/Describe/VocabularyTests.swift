import Foundation
import Geometry
import Testing
import Works

@testable import Interchange

@Suite struct VocabularyTests {
    private func list() throws -> VocabularyList {
        func words(_ language: String) throws -> JSONValue {
            let url = RealData.packageRoot.appendingPathComponent("web/locales/\(language).json")
            return try JSONParser.parse([UInt8](Data(contentsOf: url)))
        }
        return VocabularyList(
            categories: try MappingSuggestionTests.catalogue(), english: try words("en"), russian: try words("ru"))
    }

    @Test("The page of the vocabulary is what the program knows")
    func page() throws {
        let page = RealData.packageRoot.appendingPathComponent("docs/vocabulary.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        #expect(
            text == (try list().markdown), "write it anew: worksmap vocabulary --format markdown > docs/vocabulary.md")
    }

    @Test("Every code has a name in words in both languages")
    func names() throws {
        for section in try list().sections {
            for code in section.codes {
                #expect(!code.english.contains("_") && code.russian != code.code, "\(section.property) \(code.code)")
            }
        }
    }
}
