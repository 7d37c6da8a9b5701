import ArgumentParser
import Foundation
import Geometry
import Hotspots
import Interchange
import Works

/// `worksmap vocabulary`
struct VocabularyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vocabulary",
        abstract:
            "Print the codes that works may have: kinds, categories, statuses, severities, traffic impacts, deadline states.",
        discussion: """
            Examples:
              worksmap vocabulary
              worksmap vocabulary --format json
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json, markdown
    }

    @Option(
        help: ArgumentHelp(
            "The folder with the rules, whose catalogue has the categories. (default: the program's own)",
            valueName: "dir"))
    var rules: String?

    @Option(help: "How to print them: table, json or markdown.") var format = Format.table

    func run() throws {
        try reporting {
            let locales = try ResourceFolders.url(ResourceFolders.web).appendingPathComponent(
                "locales", isDirectory: true)
            func words(_ language: String) throws -> JSONValue {
                try JSONParser.parse([UInt8](Data(contentsOf: locales.appendingPathComponent("\(language).json"))))
            }
            let list = VocabularyList(
                categories: try RuleBookReader(
                    folder: rules.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? RulesCommand.catalogue()
                )
                .read().categories, english: try words("en"),
                russian: try words("ru"))
            switch format {
            case .table:
                var table = TextTable([
                    .init("property", .left), .init("code", .left), .init("English", .left), .init("Russian", .left),
                    .init("kind", .left),
                ])
                for section in list.sections {
                    for code in section.codes {
                        table.add([section.property, code.code, code.english, code.russian, code.kind?.rawValue ?? ""])
                    }
                }
                Terminal.show(table.text(width: Terminal.width))
            case .json:
                var writer = JSONWriter()
                list.write(to: &writer)
                Terminal.show(json: String(decoding: writer.bytes, as: UTF8.self))
            case .markdown: Terminal.show(document: list.markdown)
            }
        }
    }
}
