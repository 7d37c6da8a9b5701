import ArgumentParser
import Foundation
import Geometry
import Hotspots
import Interchange
import SpatiaLiteStore
import Works

extension WorkCommand {
    /// Who takes something back, and why.
    struct TakingBack: ParsableArguments {
        @OptionGroup var target: Target
        @Option(help: "Why, in words that everyone may read.") var reason: String
        @Option(help: "The organisation in whose name you decide; public.") var onBehalfOf: String?
        @Option(help: "Your name; it stays in the database.") var by: String?

        var actor: Actor { Actor(kind: .person, name: by, organisation: onBehalfOf) }

        /// Carries out a use case, notes it in the audit log, and says what became of the work.
        ///
        /// - Parameter erases: True if the old bytes are to leave the files.
        func carryOut(
            _ action: String, detail: String? = nil, erases: Bool, _ done: String,
            _ body: (SpatiaLiteStore, Instant) throws -> (any DeskTransaction) throws -> Work
        ) throws {
            try reporting {
                let store = try target.common.openStore()
                let now = Instant.now
                let step = try body(store, now)
                let work: Work
                do {
                    work = try store.writeDesk { transaction in
                        let work = try step(transaction)
                        try transaction.add(
                            AuditEntry(commandLineBy: by, "work.\(action)", target.id, detail, at: now))
                        return work
                    }
                } catch let error as TakingBackError { throw Failure("\(error)") }
                if erases, try !store.eraseTraces() {
                    tell(
                        "somebody reads the database, so the old bytes may lie in \(store.path)-wal until that is done; "
                            + "a running service empties it by itself")
                }
                Terminal.show("\(work.id): \(done)\n")
            }
        }
    }

    /// `worksmap work hide`
    struct Hide: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a work out of every public output at once; only that it was hidden, and why, stays.",
            discussion: """
                Example:
                  worksmap work hide 0198… --reason "адрес частного дома"
                """)

        @OptionGroup var taking: TakingBack

        func run() throws {
            try taking.carryOut("hide", erases: true, "hidden") { _, now in
                { try $0.hide(taking.target.id, reason: taking.reason, at: now, by: taking.actor) }
            }
        }
    }

    /// `worksmap work unhide`
    struct Unhide: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring a hidden work back, with the same id and its whole history.")

        @OptionGroup var taking: TakingBack

        func run() throws {
            try taking.carryOut("unhide", erases: false, "public again") { _, now in
                { try $0.unhide(taking.target.id, reason: taking.reason, at: now, by: taking.actor) }
            }
        }
    }

    /// `worksmap work redact`
    struct Redact: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a text of a work back for good, from the database's files too.",
            discussion: """
                Examples:
                  worksmap work redact 0198… --field description --reason "назван человек"
                  worksmap work redact 0198… --field title --with "Яма" --reason "назван человек"
                  worksmap work redact 0198… --entry 3 --reason "в причине назван человек"

                Entries are numbered as `worksmap work history` shows them. Backups, files that were imported and copies that
                others made keep the text: see docs/operators.md.
                """)

        @OptionGroup var taking: TakingBack
        @Option(help: "title, description, address, photo, extra or private_extra.") var field: RedactableField?
        @Option(help: ArgumentHelp("Instead of a field: an entry of the history, from 1.", valueName: "n"))
        var entry: Int?
        @Option(name: .customLong("with"), help: "A text to stand there instead; for title, description and address.")
        var replacement: String?

        func validate() throws {
            guard (field == nil) != (entry == nil) else { throw ValidationError("name a --field or an --entry") }
            if entry != nil, replacement != nil { throw ValidationError("--with goes with a --field only") }
        }

        func run() throws {
            let part: RedactedPart = field.map { .field($0) } ?? .entry(entry ?? 0)
            try taking.carryOut("redact", detail: part.name, erases: true, "\(part.name) is redacted") { _, now in
                {
                    try $0.redact(
                        part, of: taking.target.id, replacement: replacement, reason: taking.reason, at: now,
                        by: taking.actor)
                }
            }
        }
    }

    /// `worksmap work place`
    struct Move: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "place", abstract: "Move or mend a work's place, or give it one; the district is found anew.",
            discussion: """
                Examples:
                  worksmap work place 0198… --point 47.37,54.54 --reason "опечатка в координатах"
                  worksmap work place 0198… --geometry trench.geojson --reason "уточнили участок"
                  worksmap work place 0198… --geometry "LINESTRING(47.37 54.54, 47.38 54.54)" --reason "уточнили участок"
                """)

        @OptionGroup var taking: TakingBack
        @Option(parsing: .unconditional, help: "The place as LON,LAT in degrees.") var point: Place?
        @Option(
            parsing: .unconditional,
            help: ArgumentHelp("A GeoJSON file, or GeoJSON or WKT itself.", valueName: "file|text"))
        var geometry: String?

        func validate() throws {
            guard (point == nil) != (geometry == nil) else { throw ValidationError("name a --point or a --geometry") }
        }

        func run() throws {
            try taking.carryOut("place", erases: false, "its place is changed") { store, now in
                let place = try stated()
                let district = try DistrictIndex(store).district(of: place)
                return {
                    try $0.place(
                        taking.target.id, at: place, in: district, reason: taking.reason, at: now, by: taking.actor)
                }
            }
        }

        private func stated() throws -> Geometry {
            if let point { return .point(point.coordinate) }
            var text = geometry ?? ""
            if FileManager.default.fileExists(atPath: text) {
                guard let bytes = FileManager.default.contents(atPath: text),
                    let content = String(validating: bytes, as: UTF8.self)
                else { throw Failure("\(text): cannot be read as text in UTF-8") }
                text = content
            }
            do { return try PlaceText.geometry(text) } catch { throw Failure("\(error)") }
        }
    }
}

extension WorkCommand.List {
    /// Prints the works that staff have hidden, the last one hidden first.
    func listHidden(in store: SpatiaLiteStore, at now: Instant) throws {
        let filter = try self.filter.workFilter(in: store)
        let all = try store.hiddenWorks().filter { filter.matches($0.work, at: now) }.prefix(limit)
        if format == .json {
            let features = all.map { WorkFeatureWriter.text(of: $0.work, at: now) }.joined(separator: ",")
            Terminal.show(json: "{\"type\":\"FeatureCollection\",\"features\":[\(features)]}")
            return
        }
        var table = TextTable([
            .init("id", .left), .init("kind", .left), .init("status", .left), .init("hidden", .left),
            .init("reason", .left, mayShrink: true), .init("title", .left, mayShrink: true),
        ])
        for each in all {
            table.add([
                each.work.id.description, each.work.kind.rawValue, each.work.status.rawValue,
                each.hiding.map { String($0.at.description.prefix(16)) } ?? "", each.hiding?.reason ?? "",
                each.work.title ?? "",
            ])
        }
        Terminal.show(table.text(width: Terminal.width))
    }
}
