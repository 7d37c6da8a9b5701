import ArgumentParser
import Geometry
import Hotspots
import Interchange
import SpatiaLiteStore
import TimeBudgets
import Works

/// `worksmap work`
struct WorkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "work", abstract: "Look at single works, and change them by the rules for people.",
        discussion: """
            Examples:
              worksmap work add --kind hazard --category fallen_tree --title "Упавшее дерево" --at 49.98,53.21
              worksmap work list --where open=true --where deadline_state=overdue
              worksmap work set-status 0198… in_progress
              worksmap work set-deadline 0198… 2026-12-01T15:00:00Z --reason "поставка материалов"
              worksmap work history 0198…
            """,
        subcommands: [
            Add.self, Show.self, List.self, SetStatus.self, SetDeadline.self, Assign.self, Confirm.self, History.self,
        ])

    /// Which work is meant.
    struct Target: ParsableArguments {
        @OptionGroup var common: CommonOptions
        @Argument(help: "The work's id.") var id: WorkID
    }

    /// Who decides, and why.
    struct Decision: ParsableArguments {
        @OptionGroup var target: Target
        @Option(help: "Why, in words that everyone may read.") var reason: String?
        @Option(help: "The organisation in whose name you decide; public.") var onBehalfOf: String?
        @Option(help: "Your name; it stays in the database.") var by: String?

        /// Carries out a change and prints the work as it is then.
        func carryOut(_ prepare: (inout WorkChange) -> Void) throws {
            try reporting {
                var change = WorkChange()
                prepare(&change)
                change.reason = reason
                let actor = Actor(kind: .person, name: by, organisation: onBehalfOf)
                let store = try target.common.openStore()
                let now = Instant.now
                try store.writeDesk { transaction in
                    guard let existing = try transaction.work(target.id) else { throw Failure("no work \(target.id)") }
                    switch try Reconciliation.decide(change, on: existing, at: now, by: actor) {
                    case .updated(let work, let ledger), .inserted(let work, let ledger):
                        try transaction.update(work, ledger: ledger)
                        let fields = Set(ledger.map(\.field.rawValue)).sorted().joined(separator: ", ")
                        try transaction.add(AuditEntry(commandLineBy: by, "work.change", work.id, fields, at: now))
                    case .unchanged: return
                    }
                }
                try printWork(target.id, in: store)
            }
        }
    }

    /// `worksmap work add`
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Put a work into the record; prints it.")

        @OptionGroup var common: CommonOptions
        @Option(help: "road_repair, outage or hazard.") var kind: WorkKind
        @Option(help: "A category code such as pothole.") var category: String
        @Option(help: "What is the matter, in one line.") var title: String
        @Option(help: "What is the matter, at length.") var description: String?
        @Option(help: "The address.") var address: String?
        @Option(parsing: .unconditional, help: "The place as LON,LAT in degrees.") var at: Place
        @Option(help: "reported, accepted, in_progress, done or rejected.") var status = WorkStatus.reported
        @Option(help: "minor, moderate or severe.") var severity = Severity.moderate
        @Option(help: "The service responsible.") var organisation: String?
        @Option(help: "The contractor.") var contractor: String?
        @Option(help: "When it begins, in RFC 3339.") var starts: Instant?
        @Option(help: "The deadline, in RFC 3339.") var due: Instant?

        func run() throws {
            try reporting {
                let store = try common.openStore()
                var draft = WorkDraft()
                draft.category = category
                draft.title = title
                draft.description = description
                draft.address = address
                draft.status = status
                draft.severity = severity
                draft.organisation = organisation
                draft.contractor = contractor
                draft.startsAt = starts
                draft.dueAt = due
                draft.reportedAt = .now
                draft.geometry = .point(at.coordinate)
                draft.district = try DistrictIndex(store).district(at: at.coordinate)
                let (id, now) = (WorkID.new(), Instant.now)
                guard
                    case .inserted(let work, let ledger) = Reconciliation.insert(
                        draft, kind: kind, id: id, at: now, by: Actor(kind: .person, organisation: organisation))
                else { return }
                try store.writeDesk { transaction in
                    try transaction.insert(work, ledger: ledger)
                    try transaction.add(AuditEntry(commandLineBy: nil, "work.create", id, nil, at: now))
                }
                try printWork(id, in: store)
            }
        }
    }

    /// `worksmap work show`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print one work as a GeoJSON feature.")

        @OptionGroup var target: Target

        func run() throws {
            try reporting { try printWork(target.id, in: try target.common.openStore(readOnly: true)) }
        }
    }

    /// `worksmap work list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List works as a table.",
            discussion: """
                Example:
                  worksmap work list --where open=true --where kind=outage --limit 20
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var filter: FilterOptions
        @Option(help: "How many at most.") var limit = 50
        @Option(help: "table, or json: one GeoJSON feature collection.") var format = ListFormat.table

        func validate() throws { try NumberRange<Int>.listed.check(limit, of: "--limit") }

        func run() throws {
            try reporting {
                let store = try common.openStore(readOnly: true)
                let now = filter.moment
                let page = WorkPage(filter: try filter.workFilter(), geometry: format == .json, limit: limit)
                if format == .json {
                    var json = JSONWriter()
                    json.beginObject()
                    json.key("type")
                    json.string("FeatureCollection")
                    json.key("features")
                    json.beginArray()
                    try store.forEachWork(page, at: now, budget: .unlimited) {
                        try WorkFeatureWriter(now: now).write($0, to: &json)
                    }
                    json.endArray()
                    json.endObject()
                    Terminal.show(json: String(decoding: json.bytes, as: UTF8.self))
                    return
                }
                var table = TextTable([
                    .init("id", .left), .init("kind", .left), .init("status", .left), .init("due", .left),
                    .init("state", .left), .init("moves"), .init("title", .left, mayShrink: true),
                ])
                try store.forEachWork(page, at: now, budget: .unlimited) { row in
                    let work = try row.work()
                    table.add([
                        work.id.description, work.kind.rawValue, work.status.rawValue,
                        work.dueAt.map { String($0.description.prefix(16)) } ?? "",
                        work.deadlineState(at: now).rawValue,
                        String(work.dueChanges), work.title ?? "",
                    ])
                }
                Terminal.show(table.text(width: Terminal.width))
            }
        }
    }

    /// `worksmap work set-status`
    struct SetStatus: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a work its next status; closing without work and going back need a --reason.")

        @OptionGroup var decision: Decision
        @Argument(help: "accepted, in_progress, done or rejected.") var status: WorkStatus

        func run() throws { try decision.carryOut { $0.status = status } }
    }

    /// `worksmap work set-deadline`
    struct SetDeadline: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Promise a deadline, or move it with a --reason that everyone can read.")

        @OptionGroup var decision: Decision
        @Argument(help: "The new deadline, in RFC 3339.") var due: Instant

        func run() throws { try decision.carryOut { $0.dueAt = due } }
    }

    /// `worksmap work confirm`
    struct Confirm: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Note that somebody saw work going on there.")

        @OptionGroup var decision: Decision
        @Option(name: .customLong("at"), help: ArgumentHelp("When it was seen. (default: now)", valueName: "time"))
        var seen: PointInTime?

        func run() throws { try decision.carryOut { $0.onSiteAt = seen?.instant ?? .now } }
    }

    /// `worksmap work assign`
    struct Assign: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a service or a contractor responsible; taking a work from a service needs a --reason.")

        @OptionGroup var decision: Decision
        @Option(help: "The service responsible.") var organisation: String?
        @Option(help: "The contractor.") var contractor: String?

        func validate() throws {
            if organisation == nil, contractor == nil {
                throw ValidationError("name an --organisation or a --contractor")
            }
        }

        func run() throws {
            try decision.carryOut {
                $0.organisation = organisation
                $0.contractor = contractor
            }
        }
    }

    /// `worksmap work history`
    struct History: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the record of one work, oldest first.")

        @OptionGroup var target: Target
        @Option(help: "table or json.") var format = ListFormat.table

        func run() throws {
            try reporting {
                let store = try target.common.openStore(readOnly: true)
                guard try store.work(target.id) != nil else { throw Failure("no work \(target.id)") }
                if format == .json {
                    var json = JSONWriter()
                    json.history(of: target.id, try store.ledger(of: target.id))
                    Terminal.show(json: String(decoding: json.bytes, as: UTF8.self))
                    return
                }
                var table = TextTable([
                    .init("at", .left), .init("what", .left), .init("from", .left, mayShrink: true),
                    .init("to", .left, mayShrink: true), .init("by", .left), .init("reason", .left, mayShrink: true),
                ])
                for entry in try store.ledger(of: target.id) {
                    table.add([
                        entry.at.description, entry.field.rawValue, entry.from ?? "", entry.to ?? "",
                        entry.actor.organisation ?? entry.actor.kind.rawValue, entry.reason ?? "",
                    ])
                }
                Terminal.show(table.text(width: Terminal.width))
            }
        }
    }
}

/// How a list is printed.
enum ListFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json
}

extension AuditEntry {
    /// What somebody did at the command line.
    init(commandLineBy name: String?, _ action: String, _ work: WorkID? = nil, _ detail: String?, at now: Instant) {
        self.init(
            at: now, name: name.map { "command line: \($0)" } ?? "command line", action: action, work: work,
            detail: detail)
    }
}

/// Prints a work as a GeoJSON feature on a line of its own.
private func printWork(_ id: WorkID, in store: any WorksStore) throws {
    guard let work = try store.work(id) else { throw Failure("no work \(id)") }
    Terminal.show(json: WorkFeatureWriter.text(of: work, at: .now))
}
