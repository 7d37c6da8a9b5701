import ArgumentParser
import Geometry
import Hotspots
import SpatiaLiteStore
import Works

/// `worksmap city`
struct CityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "city", abstract: "State the city's name, clock and language, or show them.",
        discussion: """
            Examples:
              worksmap city set --name Самара --name-en Samara --time-zone Europe/Samara --language ru
              worksmap city set --bounds 49.9,53.1,50.4,53.4 --contact works@example.org
              worksmap city set --licence ""
              worksmap city show

            These facts are kept in the database and hold everywhere: on the map, the pages and the desk, for deadlines
            and working hours, for the months of statistics, in every description of the service. A running service
            takes them over within a second.
            """,
        subcommands: [Set.self, Show.self])

    /// `worksmap city set`
    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "State facts about the city; an empty value takes one away.",
            discussion: """
                Examples:
                  worksmap city set --time-zone Europe/Helsinki
                  worksmap city set --name Helsinki --language en --bounds 24.8,60.1,25.3,60.3

                Deadlines that were promised stay the same moments when the city moves its zone: pages show them by the
                new clock.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var facts: CityFactOptions

        func run() throws {
            try reporting {
                let stated = try facts.stated()
                guard !stated.isEmpty else {
                    throw ValidationError(
                        "nothing is stated; there are "
                            + CityFact.allCases.map { "--\($0.rawValue)" }.joined(separator: ", "))
                }
                let store = try common.openStore()
                let before = try CityFacts(store)
                try store.write(bulk: false) { try CityFactOptions.write(stated, in: $0) }
                let after = try CityFacts(store)
                for (fact, _) in stated where before[fact] != after[fact] {
                    tell("\(fact.rawValue): \(before[fact] ?? "not stated") → \(after[fact] ?? "not stated")")
                }
                if before[.timeZone] != nil, before[.timeZone] != after[.timeZone] {
                    tell("the city's clock is another now; promised deadlines stay the same moments")
                }
                if let remark = (try? common.rules(nil, of: store))?.zoneRemark { tell(remark) }
            }
        }
    }

    /// `worksmap city show`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what is stated about the city.",
            discussion: """
                Examples:
                  worksmap city show
                  worksmap city show --format json
                """)

        @OptionGroup var common: CommonOptions
        @Option(help: "table or json.") var format = ListFormat.table

        func run() throws {
            try reporting {
                let store = try common.openStore(readOnly: true)
                let facts = try CityFacts(store)
                if format == .json { return Terminal.show(json: JSONValue.object(facts.json).description) }
                var table = TextTable([.init("fact", .left), .init("value", .left)])
                for fact in CityFact.allCases { table.add([fact.rawValue, facts[fact] ?? "—"]) }
                Terminal.show(table.text(width: Terminal.width))
                if facts.timeZone == nil { tell(CityAdvice.zone) }
            }
        }
    }
}

/// Options that state facts about the city, one for each ``CityFact``.
struct CityFactOptions: ParsableArguments {
    @Option(.name) var name: String?
    @Option(.nameEnglish) var nameEnglish: String?
    @Option(.timeZone) var timeZone: String?
    @Option(.language) var language: String?
    @Option(.bounds) var bounds: String?
    @Option(.contact) var contact: String?
    @Option(.licence) var licence: String?

    /// The text of an option; nil if it was not given.
    func text(of fact: CityFact) -> String? {
        switch fact {
        case .name: name
        case .nameEnglish: nameEnglish
        case .timeZone: timeZone
        case .language: language
        case .bounds: bounds
        case .contact: contact
        case .licence: licence
        }
    }

    /// The facts that are stated, as they are kept; nil for those that are to be taken away.
    ///
    /// - Throws: `ValidationError` naming the option.
    func stated() throws -> [(fact: CityFact, text: String?)] {
        try CityFact.allCases.compactMap { fact in
            guard let text = text(of: fact) else { return nil }
            do throws(CityFactError) { return (fact, try fact.checked(text)) } catch {
                throw ValidationError("\(error)")
            }
        }
    }

    static func write(_ facts: [(fact: CityFact, text: String?)], in transaction: any WorksTransaction) throws {
        for (fact, text) in facts { try transaction.setNote(fact.note, to: text) }
    }
}

extension Option where Value == String? {
    /// The option that states a fact.
    fileprivate init(_ fact: CityFact) {
        self.init(
            name: .customLong(fact.rawValue), parsing: .unconditional,
            help: ArgumentHelp(stringLiteral: fact.meaning).naming(fact.placeholder))
    }
}

extension ArgumentHelp {
    fileprivate func naming(_ placeholder: String) -> ArgumentHelp {
        var help = self
        help.valueName = placeholder
        return help
    }
}

/// Sentences about what a city lacks.
enum CityAdvice {
    static let zone =
        "the city has no clock of its own and goes by UTC; `worksmap city set --time-zone Europe/Samara` states it"
}
