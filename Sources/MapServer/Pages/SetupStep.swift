import Foundation
import HTTPEdge
import Interchange
import Works

/// Steps that make a city's map out of an empty database, in the order in which they are taken.
enum SetupStep: String, CaseIterable, Sendable {
    case name, clock, districts, basemap, rules, tokens, source, address

    /// A sentence on what is lacking.
    func need(_ say: Language) -> String { say.text("setup.\(rawValue)") }

    /// Commands that take the step.
    ///
    /// - Parameters:
    ///   - database: The database's path; nil if commands find it by themselves.
    ///   - rules: The folder of the city's rules.
    func commands(database: String?, rules: String) -> [String] {
        let path = database.map { " --database \(Self.quoted($0))" } ?? ""
        return switch self {
        case .name: ["worksmap city set --name NAME --name-en NAME --language ru\(path)"]
        case .clock: ["worksmap city set --time-zone Europe/Samara\(path)"]
        case .districts: ["worksmap import districts.geojson --as districts\(path)"]
        case .basemap:
            [
                "worksmap import city.osm.pbf --as basemap --mapping osm-basemap\(path)",
                "worksmap import city.osm.pbf --as roads --mapping osm-roads\(path)",
            ]
        case .rules:
            [
                "worksmap rules new\(path)", "nano \(Self.quoted(rules + "/routing.yaml"))",
                "worksmap rules check\(path)",
            ]
        case .tokens: ["worksmap token create --role admin --name NAME\(path)"]
        case .source:
            ["worksmap import --describe works.csv", "worksmap import works.csv --as hazards --source NAME\(path)"]
        case .address: ["worksmap serve --public-url https://works.example.org\(path)"]
        }
    }

    /// A path as a shell reads it.
    private static func quoted(_ path: String) -> String {
        path.allSatisfy { $0.isLetter || $0.isNumber || "/._-+".contains($0) }
            ? path : "'\(path.replacing("'", with: "'\\''"))'"
    }
}

extension MapServices {
    /// The steps that are still to be taken.
    ///
    /// - Throws: `StoreError`
    func missingSteps() throws -> [SetupStep] {
        let facts = try CityFacts(store)
        return try SetupStep.allCases.filter { step in
            switch step {
            case .name: facts[.name] == nil
            case .clock: facts.timeZone == nil
            case .districts: try store.extent(of: .districts) == nil
            case .basemap: try store.extent(of: .basemap) == nil && store.extent(of: .roads) == nil
            case .rules: (try? rules.book())?.routes.isEmpty ?? true
            // Without its key a database cannot tell; that is told elsewhere.
            case .tokens: (try? (store as? any DeskStore)?.tokens())?.isEmpty ?? false
            case .source: try store.lastWorkNumber() == 0
            case .address: configuration.publicURL == nil
            }
        }
    }

    /// The commands of a step for this very city.
    func commands(of step: SetupStep) -> [String] {
        step.commands(
            database: configuration.database,
            rules: configuration.desk.rules?.path
                ?? configuration.cityFolder.map { $0.appendingPathComponent("rules").path } ?? "rules")
    }
}

extension MapServer {
    /// Sentences on what the city's map lacks, each with the commands that bring it.
    ///
    /// - Throws: `StoreError`
    public func missing() throws -> [String] {
        try services.missingSteps().map { step in
            "\(step.need(.english)) \(services.commands(of: step).map { "`\($0)`" }.joined(separator: ", then "))"
        }
    }
}
