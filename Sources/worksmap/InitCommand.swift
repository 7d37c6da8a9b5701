import ArgumentParser
import Foundation
import SpatiaLiteStore
import Works

/// `worksmap init`
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Create an empty database, and the city's folder beside it.",
        discussion: """
            Examples:
              worksmap init --database city.sqlite
              worksmap init --database helsinki.sqlite --name Helsinki --time-zone Europe/Helsinki --language en

            The file is a SpatiaLite database that QGIS and ogr2ogr open as it is. An existing file is never touched.
            The city's folder (city.city beside city.sqlite) gets the key of what is private, and rules without anybody's
            services and promises, unless they are there; comments in the files say how to write the city's own.

            On a terminal name, time zone and language are asked for; options, the same as of `worksmap city set`, answer
            beforehand.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var facts: CityFactOptions

    func run() throws {
        try reporting {
            let group = try common.groupNumber()
            var stated = try facts.stated()
            // Nobody answers questions about a database that cannot be made.
            if isatty(STDIN_FILENO) == 1, !FileManager.default.fileExists(atPath: common.database) {
                stated += CityQuestions.ask(besides: stated.map(\.fact))
            }
            let store = try SpatiaLiteStore.create(at: common.database, options: common.storeOptions)
            if !stated.isEmpty { try store.write(bulk: false) { try CityFactOptions.write(stated, in: $0) } }
            try store.close()
            if let group { try FileModes.give(common.database, to: group) }
            tell("created \(common.database); \(CommonOptions.advice(on: common.keyPath))")
            let made = try CityTemplate.write(to: common.cityFolder)
            if !made.isEmpty {
                tell("made \(common.cityFolder) with rules that name no services and promise nothing; write your own")
            }
            if !stated.contains(where: { $0.fact == .timeZone && $0.text != nil }) { tell(CityAdvice.zone) }
        }
    }
}

/// Questions about a new city, asked on the terminal.
enum CityQuestions {
    /// Asks for the name, the time zone and the language, but for what is stated already; an empty answer states nothing.
    static func ask(besides stated: [CityFact]) -> [(fact: CityFact, text: String?)] {
        let questions: [(CityFact, String)] = [
            (.name, "The city's name:"), (.timeZone, "Its time zone, such as Europe/Helsinki:"),
            (.language, "The language of its pages for readers of others, ru or en:"),
        ]
        return questions.compactMap { fact, question in
            guard !stated.contains(fact) else { return nil }
            tell("\(question) (Enter to leave it open)")
            while let answer = readLine() {
                do throws(CityFactError) { return try fact.checked(answer).map { (fact, $0) } } catch {
                    tell("\(error.reason)")
                }
            }
            return nil
        }
    }
}
