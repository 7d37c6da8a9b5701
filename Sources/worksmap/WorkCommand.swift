import ArgumentParser
import Foundation
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
              worksmap work add --kind hazard --category fallen_tree --title "Упавшее дерево" --at 47.37,54.54
              worksmap work list --where open=true --where deadline_state=overdue
              worksmap work set-status 0198… in_progress
              worksmap work set-deadline 0198… 2026-12-01T15:00:00Z --reason "поставка материалов"
              worksmap work set-status 0198… done --ended 2026-11-20T15:00:00Z --reason "акт пришёл поздно" --confirm
              worksmap work history 0198…
              worksmap work hide 0198… --reason "адрес частного дома"
              worksmap work redact 0198… --field description --reason "назван человек"
              worksmap work place 0198… --point 47.37,54.54 --reason "опечатка в координатах"

            What is unusual wants --confirm and mostly a --reason: a deadline that has passed or is more than five years
            ahead, a reported work that is done without having been accepted, an end more than a day ago or one that makes
            a late work count as done in time, and services and contractors that neither the rules nor the works name.
            """,
        subcommands: [
            Add.self, Show.self, List.self, SetStatus.self, SetDeadline.self, Assign.self, Confirm.self, History.self,
            Hide.self, Unhide.self, Redact.self, Move.self,
        ])

    /// Which work is meant.
    struct Target: ParsableArguments {
        @OptionGroup var common: CommonOptions
        @Argument(help: "The work's id.") var id: WorkID
    }

    /// Who says something, and why.
    struct Author: ParsableArguments {
        @Option(help: "Why, in words that everyone may read.") var reason: String?
        @Option(help: "The organisation in whose name you decide; public.") var onBehalfOf: String?
        @Option(help: "Your name; it stays in the database.") var by: String?
        @Flag(help: "Confirm that everything unusual in it is meant, new names too.") var confirm = false
        @Option(
            help: ArgumentHelp(
                "The folder with the city's rules, whose services are known. (default: rules in the city's folder)",
                valueName: "dir"))
        var rules: String?

        /// The city's rules. Broken ones keep nobody from changing works, unless they were named.
        func book(_ common: CommonOptions, _ store: any WorksStore) throws -> RuleBook? {
            rules == nil ? try? common.rules(nil, of: store) : try common.rules(rules, of: store)
        }

        /// The person, with what the city knows of the names that are spoken of. Whoever has the file is its admin.
        func speaker(
            naming names: [String?], knownBy book: RuleBook?, in transaction: any DeskTransaction
        ) throws -> Speaker {
            let named = Set(names.compactMap { $0 })
            var known = CityNames()
            if !named.isEmpty {
                known = try transaction.cityNames(among: named)
                known.organisations.formUnion((book?.routes ?? []).map(\.organisation))
            }
            return Speaker(
                actor: Actor(kind: .person, name: by, organisation: onBehalfOf), mayAddNames: true, names: known)
        }

        /// Runs `body` and says what an unconfirmed statement wants.
        func confirming<Result>(_ body: () throws -> Result) throws -> Result {
            do {
                return try body()
            } catch WorkChangeError.unconfirmed(let concerns, let reasonMissing) {
                let wanted = (confirm ? [] : ["--confirm"]) + (reasonMissing ? ["a --reason"] : [])
                throw Failure(
                    "nothing is changed without \(wanted.joined(separator: " and ")), because\n"
                        + concerns.map { "\($0.field): \($0)" }.joined(separator: "\n"))
            }
        }
    }

    /// Decision of somebody about a work.
    struct Decision: ParsableArguments {
        @OptionGroup var target: Target
        @OptionGroup var author: Author

        /// Carries out a change and prints the work as it is then.
        ///
        /// - Parameter prepare: Fills the change in, by the city's clock.
        func carryOut(_ prepare: (inout WorkChange, TimeZone) -> Void) throws {
            try reporting {
                let store = try target.common.openStore()
                var change = WorkChange()
                prepare(&change, try store.timeZone)
                change.reason = author.reason
                change.isConfirmed = author.confirm
                let now = Instant.now
                let book = try author.book(target.common, store)
                try store.writeDesk { transaction in
                    guard let existing = try transaction.work(target.id) else { throw Failure("no work \(target.id)") }
                    let speaker = try author.speaker(
                        naming: [change.organisation, change.contractor], knownBy: book, in: transaction)
                    let outcome = try author.confirming {
                        try Reconciliation.decide(change, on: existing, at: now, by: speaker)
                    }
                    switch outcome {
                    case .updated(let work, let ledger):
                        try transaction.update(work, ledger: ledger)
                        let fields = Set(ledger.map(\.field.rawValue)).sorted().joined(separator: ", ")
                        try transaction.add(
                            AuditEntry(commandLineBy: author.by, "work.change", work.id, fields, at: now))
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
        @OptionGroup var author: Author
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
        @Option(help: "When it begins: RFC 3339 or a date.") var starts: PointInTime?
        @Option(help: "The deadline: RFC 3339, or a date, of which the whole day is left.") var due: PointInTime?

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
                let timeZone = try store.timeZone
                draft.startsAt = starts?.start(in: timeZone)
                draft.dueAt = due?.last(in: timeZone)
                draft.geometry = .point(at.coordinate)
                draft.district = try DistrictIndex(store).district(at: at.coordinate)
                let (id, now) = (WorkID.new(), Instant.now)
                draft.reportedAt = now
                let book = try author.book(common, store)
                try store.writeDesk { transaction in
                    let speaker = try author.speaker(
                        naming: [organisation, contractor], knownBy: book, in: transaction)
                    let reason = try author.confirming {
                        try Reconciliation.checkNew(
                            draft, reason: author.reason, isConfirmed: author.confirm, at: now, by: speaker)
                    }
                    let (work, ledger) = Reconciliation.create(
                        draft, kind: kind, id: id, at: now, by: speaker.actor, reason: reason)
                    try transaction.insert(work, ledger: ledger)
                    try transaction.add(AuditEntry(commandLineBy: author.by, "work.create", id, nil, at: now))
                }
                try printWork(id, in: store)
            }
        }
    }

    /// `worksmap work show`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print one work as a GeoJSON feature.")

        @OptionGroup var target: Target
        @Option(
            help: ArgumentHelp(
                "The work as it was said and promised by then: RFC 3339, a date (its end), or an age. (default: now)",
                valueName: "time"))
        var at: PointInTime?

        func run() throws {
            try reporting {
                let store = try target.common.openStore(readOnly: true)
                if let moment = try at?.last(in: store.timeZone), try store.hiddenWork(target.id) == nil {
                    guard let then = try store.work(target.id, asOf: moment) else {
                        throw Failure("no work \(target.id) was known at \(moment)")
                    }
                    Terminal.show(json: WorkFeatureWriter.text(of: then, at: moment))
                } else if let hidden = try store.hiddenWork(target.id) {
                    tell("hidden since \(hidden.hiding?.at.description ?? "?"): \(hidden.hiding?.reason ?? "")")
                    Terminal.show(json: WorkFeatureWriter.text(of: hidden.work, at: .now))
                } else {
                    try printWork(target.id, in: store)
                }
            }
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
        @Flag(help: "List the works that staff have hidden instead.") var hidden = false

        func validate() throws { try NumberRange<Int>.listed.check(limit, of: "--limit") }

        func run() throws {
            try reporting {
                let store = try common.openStore(readOnly: true)
                let works = try filter.workFilter(in: store)
                let now = works.moment()
                if hidden {
                    try listHidden(in: store, at: now)
                    return
                }
                let page = WorkPage(filter: works, geometry: format == .json, limit: limit)
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
        @Option(help: ArgumentHelp("When it was done, with done. (default: now)", valueName: "time"))
        var ended: PointInTime?

        func run() throws {
            try decision.carryOut {
                $0.status = status
                $0.completedAt = ended?.start(in: $1)
            }
        }
    }

    /// `worksmap work set-deadline`
    struct SetDeadline: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Promise a deadline, or move it with a --reason that everyone can read.")

        @OptionGroup var decision: Decision
        @Argument(help: "The new deadline: RFC 3339, or a date, of which the whole day is left.") var due: PointInTime

        func validate() throws {
            if due.stated.isAge { throw ValidationError("a deadline is a moment in RFC 3339 or a date, not an age") }
        }

        func run() throws { try decision.carryOut { $0.dueAt = due.last(in: $1) } }
    }

    /// `worksmap work confirm`
    struct Confirm: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Note that somebody saw work going on there.")

        @OptionGroup var decision: Decision
        @Option(name: .customLong("at"), help: ArgumentHelp("When it was seen. (default: now)", valueName: "time"))
        var seen: PointInTime?

        func run() throws { try decision.carryOut { $0.onSiteAt = seen?.start(in: $1) ?? .now } }
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
            try decision.carryOut { change, _ in
                change.organisation = organisation
                change.contractor = contractor
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
                let hidden = try store.hiddenWork(target.id)
                guard try hidden != nil || store.work(target.id) != nil else {
                    throw Failure("no work \(target.id)")
                }
                let ledger = try hidden?.ledger ?? store.ledger(of: target.id)
                if format == .json {
                    var json = JSONWriter()
                    json.history(of: target.id, ledger)
                    Terminal.show(json: String(decoding: json.bytes, as: UTF8.self))
                    return
                }
                var table = TextTable([
                    .init("entry"), .init("at", .left), .init("what", .left), .init("from", .left, mayShrink: true),
                    .init("to", .left, mayShrink: true), .init("by", .left), .init("reason", .left, mayShrink: true),
                ])
                for (index, entry) in ledger.enumerated() {
                    table.add([
                        String(index + 1), entry.at.description, entry.field.rawValue, entry.from ?? "", entry.to ?? "",
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
