import ArgumentParser
import Foundation
import Geometry
import Hotspots
import SpatiaLiteStore
import Works

/// `worksmap layer`
struct LayerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "layer", abstract: "List the reference layers with their sources, or take one away.",
        discussion: """
            Examples:
              worksmap layer list
              worksmap layer remove schools --yes

            Reference layers are schools, districts, roads and the basemap. Works are never taken away.
            """,
        subcommands: [List.self, Remove.self])

    /// `worksmap layer list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what the reference layers hold, by source.",
            discussion: """
                Examples:
                  worksmap layer list
                  worksmap layer list --format json
                """)

        @OptionGroup var common: CommonOptions
        @Option(help: "table or json.") var format = ListFormat.table

        func run() throws {
            try reporting {
                let parts = try common.openStore(readOnly: true).layerParts()
                if format == .json {
                    let layers = parts.map { part in
                        JSONValue.object(
                            JSONObject([
                                ("layer", .string(part.layer.rawValue)),
                                ("source", part.source.map { .string($0) } ?? .null),
                                ("features", .integer(part.features)), ("named", .integer(part.named)),
                            ]))
                    }
                    return Terminal.show(json: JSONValue.object(JSONObject([("layers", .array(layers))])).description)
                }
                guard !parts.isEmpty else {
                    return tell("there are no reference layers; `worksmap import` brings them")
                }
                var table = TextTable([
                    .init("layer", .left), .init("source", .left), .init("features"), .init("named"),
                ])
                for part in parts {
                    table.add([part.layer.rawValue, part.source ?? "—", String(part.features), String(part.named)])
                }
                Terminal.show(table.text(width: Terminal.width))
            }
        }
    }

    /// `worksmap layer remove`
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a reference layer away, or what one source gave to it.",
            discussion: """
                Examples:
                  worksmap layer remove schools --yes
                  worksmap layer remove roads --source demo --yes

                A running service follows within a second. Where districts go, those of the works are worked out again.
                Importing the layer brings it back.
                """)

        @OptionGroup var common: CommonOptions
        @Argument(help: "schools, districts, roads or basemap.") var layer: ReferenceLayer
        @Option(help: "Only the features of this source. (default: all)") var source: String?
        @Flag(help: "Remove without a question.") var yes = false

        func run() throws {
            try reporting {
                let store = try common.openStore()
                let parts = try store.layerParts().filter { $0.layer == layer }
                let chosen = parts.filter { source == nil || $0.source == source }
                let count = chosen.reduce(0) { $0 + $1.features }
                guard count > 0 else {
                    let sources = parts.compactMap(\.source)
                    throw Failure(
                        source == nil || parts.isEmpty
                            ? "\(layer.rawValue): the layer is empty"
                            : "\(layer.rawValue): nothing is of the source \(source ?? ""); "
                                + (sources.isEmpty
                                    ? "no feature says its source" : "there are \(sources.joined(separator: ", "))"))
                }
                let what = "\(count) features of \(layer.rawValue)" + (source.map { " from \($0)" } ?? "")
                guard try yes || Confirmation.ask("Remove \(what)?", otherwise: "nothing is removed") else {
                    throw Failure("nothing is removed")
                }
                let (removed, reassigned) = try store.write(bulk: false) {
                    try $0.removeFeatures(of: layer, source: source, at: .now)
                }
                tell("removed \(removed) features of \(layer.rawValue)")
                if reassigned > 0 { tell("\(reassigned) works are in another district now, or in none") }
            }
        }
    }
}

/// The question before something goes for good.
enum Confirmation {
    /// True if whoever sits at the terminal says yes.
    ///
    /// - Parameter refusal: What does not happen, in words, such as “nothing is erased”.
    /// - Throws: ``Failure`` where nobody can be asked.
    static func ask(_ question: String, otherwise refusal: String) throws -> Bool {
        guard isatty(STDIN_FILENO) == 1 else { throw Failure("\(refusal) without --yes where nobody can be asked") }
        tell("\(question) Type yes:")
        return readLine()?.trimmingCharacters(in: .whitespaces) == "yes"
    }
}
