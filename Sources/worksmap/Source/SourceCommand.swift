import ArgumentParser
import Geometry
import Hotspots
import SpatiaLiteStore
import Works

/// `worksmap source`
struct SourceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "source", abstract: "See what came from the city's sources, and take the last import back.",
        discussion: """
            Examples:
              worksmap source list
              worksmap source show outages
              worksmap source fetch outages
              worksmap source reset outages --reason "a list was dated wrongly"
              worksmap source undo outages --reason "the file was that of another city"

            A source is whatever works were imported from, by the name that the mapping or --source gives it. `reset` forgets the times of
            its lists, so that the next one comes in whatever its time. `undo` takes its last import back: each field that the
            import changed goes back to what it was, unless somebody has changed it since, and works that it created are
            rejected. The ledger keeps all of it.
            """,
        subcommands: [List.self, Show.self, SourceFetchCommand.self, Reset.self, Undo.self])

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json
    }

    /// `worksmap source list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the sources, with the last import of each.")

        @OptionGroup var common: CommonOptions
        @Option(help: "How to print it: table or json.") var format = Format.table

        func run() throws {
            try reporting {
                let store = try common.openStore(readOnly: true)
                let sources = try store.sources().map { try SourceSummary(of: $0, in: store) }
                switch format {
                case .table: Terminal.show(SourceSummary.table(sources).text(width: Terminal.width))
                case .json: Terminal.show(json: SourceSummary.json(sources))
                }
            }
        }
    }

    /// `worksmap source show`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the imports of a source: what came when, and what it did.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "The source.") var name: String
        @Option(help: "How to print it: table or json.") var format = Format.table

        func run() throws {
            try reporting {
                let store = try common.openStore(readOnly: true)
                let summary = try SourceSummary.known(name, in: store)
                switch format {
                case .table: Terminal.show(summary.history.text(width: Terminal.width))
                case .json: Terminal.show(json: summary.json)
                }
            }
        }
    }
}

/// A source and its imports.
struct SourceSummary {
    var name: String
    /// Time of its last list; nil if none has one, or it was forgotten.
    var lastList: Instant?
    /// The record of its imports, oldest first.
    var records: [ImportRecord]

    init(of name: String, in store: SpatiaLiteStore) throws {
        self.name = name
        lastList = try store.lastObservation(ofSource: name)
        records = try store.imports(ofSource: name)
    }

    /// - Throws: ``Failure`` that names the sources if there is none of the name.
    static func known(_ name: String, in store: SpatiaLiteStore) throws -> SourceSummary {
        let names = try store.sources()
        guard names.contains(name) else {
            let known = names.isEmpty ? "nothing has been imported yet" : "there are \(names.joined(separator: ", "))"
            throw Failure("\(store.path): there is no source “\(name)”: \(known)")
        }
        return try SourceSummary(of: name, in: store)
    }

    private var lastImport: ImportRecord? { records.last { $0.action == .imported } }
    private var undone: Set<Int64> { Set(records.compactMap(\.undoes)) }

    // MARK: Text

    static func table(_ sources: [SourceSummary]) -> TextTable {
        var table = TextTable([
            .init("source", .left, mayShrink: true), .init("imports"), .init("last list", .left),
            .init("last import", .left), .init("file", .left, mayShrink: true), .init("inserted"), .init("updated"),
            .init("closed"), .init("refused"),
        ])
        for source in sources {
            let last = source.lastImport
            func count(_ path: KeyPath<ImportCounts, Int>) -> String {
                last.map { "\($0.counts[keyPath: path])" } ?? "–"
            }
            table.add([
                source.name, "\(source.records.count { $0.action == .imported })",
                source.lastList?.description ?? "–", last?.recordedAt.description ?? "–", last?.file ?? "–",
                count(\.inserted), count(\.updated), count(\.closed), count(\.refused),
            ])
        }
        return table
    }

    var history: TextTable {
        var table = TextTable(
            [
                .init("no."), .init("what", .left), .init("recorded", .left), .init("list of", .left),
                .init("file or reason", .left, mayShrink: true),
            ] + ImportCounts.names.map { .init($0.name.replacing("_", with: " ")) })
        for record in records {
            let what: String
            switch record.action {
            case .imported: what = undone.contains(record.id) ? "taken back" : "import"
            case .reset: what = "reset"
            case .undone: what = "undo of \(record.undoes ?? 0)"
            }
            table.add(
                [
                    "\(record.id)", what, record.recordedAt.description, record.observedAt?.description ?? "–",
                    record.file ?? record.reason ?? "–",
                ]
                    + ImportCounts.names.map { name in
                        record.action == .reset ? "–" : "\(record.counts[keyPath: name.path])"
                    })
        }
        return table
    }

    // MARK: JSON

    static func json(_ sources: [SourceSummary]) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("sources")
        writer.beginArray()
        for source in sources {
            writer.beginObject()
            source.writeHead(to: &writer)
            writer.key("imports")
            writer.integer(source.records.count { $0.action == .imported })
            writer.key("last_import")
            if let last = source.lastImport { source.write(last, to: &writer) } else { writer.null() }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writeHead(to: &writer)
        writer.key("imports")
        writer.beginArray()
        for record in records { write(record, to: &writer) }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func writeHead(to writer: inout JSONWriter) {
        writer.key("source")
        writer.string(name)
        writer.key("last_list")
        writer.text(lastList?.description)
    }

    private func write(_ record: ImportRecord, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("id")
        writer.integer(Int(record.id))
        writer.key("action")
        writer.string(record.action.rawValue)
        for (name, text) in [
            ("file", record.file), ("layer", record.layer), ("list_time", record.observedAt?.description),
            ("recorded_at", record.recordedAt.description), ("reason", record.reason),
        ] {
            writer.key(name)
            writer.text(text)
        }
        for name in ImportCounts.names {
            writer.key(name.name)
            writer.integer(record.counts[keyPath: name.path])
        }
        writer.key("whole")
        writer.bool(record.isWhole)
        writer.key("undoes")
        if let undoes = record.undoes { writer.integer(Int(undoes)) } else { writer.null() }
        writer.key("taken_back")
        writer.bool(undone.contains(record.id))
        writer.endObject()
    }
}

extension JSONWriter {
    /// A string, or null.
    fileprivate mutating func text(_ text: String?) {
        if let text { string(text) } else { null() }
    }
}
