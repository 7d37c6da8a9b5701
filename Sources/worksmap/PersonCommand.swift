import ArgumentParser
import Foundation
import Geometry
import Hotspots
import Interchange
import SpatiaLiteStore
import Works

/// `worksmap person`
struct PersonCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "person", abstract: "Find and erase what is kept about a person.",
        discussion: """
            Examples:
              worksmap person export --email anna@example.org
              worksmap person export --phone "+7 927 123-45-67" --format json
              worksmap person erase --email anna@example.org
              worksmap person erase --phone 89271234567 --yes

            Looked through are the contacts of works and of reports, whatever became of them. E-mail addresses are compared
            without regard to case, telephone numbers by their digits: 8 927…, +7 927… and 927… are one. Nothing stands
            for other letters or digits: an address is a whole one.

            `erase` erases contacts, followings from the person's network, reports that were decided on, and the address in
            reports of others. Texts of works that name the address are listed with the command that redacts them. Backups
            hold what was erased until they are deleted; `worksmap restore` takes it away again.
            """,
        subcommands: [Export.self, Erase.self])

    /// The person that is meant.
    struct Target: ParsableArguments {
        @OptionGroup var common: CommonOptions
        @Option(help: "The person's e-mail address.") var email: String?
        @Option(help: "The person's telephone number.") var phone: String?
        @Option(help: ArgumentHelp("Your name, for the audit log.", valueName: "name")) var by: String?

        func validate() throws { _ = try address() }

        func address() throws -> PersonAddress {
            do {
                switch (email, phone) {
                case (let email?, nil): return .email(try EmailAddress(email))
                case (nil, let phone?): return .phone(try PhoneNumber(phone))
                case (nil, nil): throw ValidationError("whose? --email or --phone is wanted")
                default: throw ValidationError("--email and --phone: one of them is wanted; run the command for each")
                }
            } catch let error as PersonAddressError {
                throw ValidationError("\(email == nil ? "--phone" : "--email"): \(error)")
            }
        }
    }

    /// `worksmap person export`
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print everything that is kept about a person.")

        @OptionGroup var target: Target
        @Option(help: "text or json.") var format = PersonFormat.text

        func run() throws {
            try reporting {
                let store = try target.common.openStore()
                let record = try store.record(of: try target.address())
                // Reading what is private leaves a trace, as it does at the desk; whose it was does not.
                try store.writeDesk {
                    try $0.add(AuditEntry(commandLineBy: target.by, "person.export", nil, record.sizes, at: .now))
                }
                PersonText.show(record, format)
            }
        }
    }

    /// `worksmap person erase`
    struct Erase: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Erase what is kept about a person, for good.")

        @OptionGroup var target: Target
        @Flag(help: "Do not ask.") var yes = false
        @Option(help: "text or json.") var format = PersonFormat.text

        func run() throws {
            try reporting {
                let store = try target.common.openStore()
                let record = try store.record(of: try target.address())
                if record.hasErasable, !yes {
                    PersonText.show(record, .text)
                    guard try Confirmation.ask("Erase this for good?", otherwise: "nothing is erased") else {
                        throw Failure("nothing is erased")
                    }
                }
                var erased = PersonErasure()
                var isClean = true
                if record.hasErasable {
                    erased = try store.writeDesk { transaction in
                        let now = Instant.now
                        let erased = try transaction.erase(record, at: now)
                        for each in record.contacts {
                            try transaction.add(
                                AuditEntry(commandLineBy: target.by, "person.erase", each.work, "contact", at: now))
                        }
                        try transaction.add(
                            AuditEntry(commandLineBy: target.by, "person.erase", nil, "\(erased)", at: now))
                        return erased
                    }
                    for _ in 0..<5 {
                        isClean = try store.eraseTraces()
                        if isClean { break }
                    }
                }
                PersonText.show(erased, of: record, isClean: isClean, format)
            }
        }
    }
}

/// Printed form of a record.
enum PersonFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

extension PersonRecord {
    /// True if ``DeskTransaction/erase(_:at:)`` erases anything of it.
    fileprivate var hasErasable: Bool {
        !contacts.isEmpty || !reports.isEmpty || !followings.isEmpty
            || mentions.contains { if case .report = $0.place { true } else { false } }
    }

    /// Contents in words for the audit log.
    fileprivate var sizes: String {
        "\(contacts.count) contacts, \(reports.count) reports, \(followings.count) followings, \(mentions.count) texts"
    }
}
