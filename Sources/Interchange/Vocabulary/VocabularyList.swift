public import Geometry
public import Works

/// Codes that properties of works may have, with their names in English and Russian, each from its one home.
///
/// Categories come from the city's catalogue, all other codes from the program, and their names from the words of the residents' page.
public struct VocabularyList: Sendable {
    /// One property and its codes.
    public struct Section: Sendable {
        public var property: String
        /// Sentence on the property for the page of documentation.
        public var summary: String
        public var codes: [Code]
    }

    public struct Code: Sendable {
        public var code: String
        public var english: String
        public var russian: String
        /// Kind of works that a category is for.
        public var kind: WorkKind?
    }

    public let sections: [Section]

    /// - Parameters:
    ///   - categories: The catalogue.
    ///   - english: Words of the residents' page, as they stand in `web/locales/en.json`; `russian` likewise.
    public init(categories: [CategoryRule], english: JSONValue, russian: JSONValue) {
        func codes<Value: RawRepresentable & CaseIterable>(_ type: Value.Type, _ key: String) -> [Code]
        where Value.RawValue == String {
            type.allCases.map { value in
                func name(_ words: JSONValue) -> String { words[key]?[value.rawValue]?.string ?? value.rawValue }
                return Code(code: value.rawValue, english: name(english), russian: name(russian), kind: nil)
            }
        }
        sections = [
            Section(
                property: "kind", summary: "The sort of a work; each has a layer of its own.",
                codes: codes(WorkKind.self, "kind")),
            Section(
                property: "category",
                summary:
                    "The problem or the work, by the city's catalogue (`geodata/rules/categories.yaml`). A mapping may use other codes; the map then shows the code.",
                codes: categories.map {
                    Code(
                        code: $0.code, english: $0.names["en"] ?? $0.code, russian: $0.names["ru"] ?? $0.code,
                        kind: $0.kind)
                }),
            Section(property: "status", summary: "How far a work has come.", codes: codes(WorkStatus.self, "status")),
            Section(
                property: "severity", summary: "How bad it is for those who live or pass there.",
                codes: codes(Severity.self, "severity")),
            Section(
                property: "traffic_impact", summary: "What a work does to traffic; without a value nobody knows.",
                codes: codes(TrafficImpact.self, "traffic_impact")),
            Section(
                property: "deadline_state",
                summary: "Worked out from status, deadline and completion; it cannot be set.",
                codes: codes(DeadlineState.self, "deadline_state")),
        ]
    }

    /// Writes the list as a JSON object, a member for each property.
    public func write(to json: inout JSONWriter) {
        json.beginObject()
        for section in sections {
            json.key(section.property)
            json.beginArray()
            for code in section.codes {
                json.beginObject()
                json.key("code")
                json.string(code.code)
                json.key("en")
                json.string(code.english)
                json.key("ru")
                json.string(code.russian)
                if let kind = code.kind {
                    json.key("kind")
                    json.string(kind.rawValue)
                }
                json.endObject()
            }
            json.endArray()
        }
        json.endObject()
    }

    /// The page `docs/vocabulary.md`.
    public var markdown: String {
        var lines = [
            "# Vocabulary", "",
            "The codes that works have in mappings, filters and outputs, with the names that people see. `worksmap vocabulary` prints them, with `--format json` for",
            "programs; `worksmap vocabulary --format markdown` writes this page, and a test holds the two together.",
        ]
        for section in sections {
            let hasKinds = section.codes.contains { $0.kind != nil }
            lines += ["", "## \(section.property)", "", section.summary, ""]
            lines +=
                hasKinds
                ? ["| code | English | Russian | kind |", "|---|---|---|---|"]
                : ["| code | English | Russian |", "|---|---|---|"]
            for code in section.codes {
                lines.append(
                    "| `\(code.code)` | \(code.english) | \(code.russian) |"
                        + (code.kind.map { " `\($0.rawValue)` |" } ?? ""))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
