import ArgumentParser
import Geometry
import Interchange
import Works

/// `worksmap filter`
struct FilterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "filter", abstract: "Check CQL2 filters and print them as CQL2 JSON.",
        discussion: """
            What can be asked of a layer is at /ogc/collections/LAYER/queryables, how to ask at docs/filters.md.

            Examples:
              worksmap filter "status = 'done' AND due_changes > 2" --layer works
              worksmap filter --lang cql2-json '{"op":"isNull","args":[{"property":"due_at"}]}'
            """)

    @Argument(help: "One filter or more; of each a line is printed.") var filters: [String]
    @Option(help: "The form of the filters: cql2-text or cql2-json.") var lang = CQL2.Form.text
    @Option(
        help: "The layer that is asked, whose properties are looked at then. (default: any names will do)") var layer:
        ExportLayer?

    func run() throws {
        try reporting {
            let vocabulary: FilterVocabulary? =
                switch layer {
                case .works?: .works
                case .reference?: .references
                case nil: nil
                }
            for (index, filter) in filters.enumerated() {
                do {
                    Terminal.show(
                        json: CQL2.json(try CQL2.parse(filter, as: lang, vocabulary: vocabulary)).description)
                } catch {
                    throw ValidationError(filters.count > 1 ? "filter \(index + 1): \(error)" : "\(error)")
                }
            }
        }
    }
}
