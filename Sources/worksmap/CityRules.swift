import Foundation
import Interchange
import Works

extension CommonOptions {
    /// The folder of the city's rules: the stated one, else `rules` in the city's folder, else, of the demo city alone, the program's own;
    /// nil if the city has none. Nobody else's services and promises are ever taken for the city's.
    func rulesFolder(_ stated: String?, of store: (any WorksStore)?) throws -> URL? {
        if let stated { return URL(fileURLWithPath: stated, isDirectory: true) }
        let own = CityTemplate.rules(in: cityFolder)
        if FileManager.default.fileExists(atPath: own.path) { return own }
        guard try store?.note(.demoSeed) != nil else { return nil }
        return try RulesCommand.catalogue()
    }

    /// The city's rules by its clock; nil if it has none.
    ///
    /// - Throws: `RuleFaults`, `StoreError`.
    func rules(_ stated: String?, of store: (any WorksStore)?) throws -> RuleBook? {
        try rulesFolder(stated, of: store).map {
            try RuleBookReader(folder: $0).read(city: store.map { try CityFacts($0) }?.timeZone)
        }
    }

    /// The same for a command that can do nothing without them.
    ///
    /// - Throws: ``Failure`` if there are none.
    func neededRules(_ stated: String?, of store: (any WorksStore)?) throws -> RuleBook {
        if let book = try rules(stated, of: store) { return book }
        throw Failure(
            "the city has no rules: there is no folder \(CityTemplate.rules(in: cityFolder).path); "
                + "`worksmap rules new` makes one to begin with, --rules names another")
    }
}
