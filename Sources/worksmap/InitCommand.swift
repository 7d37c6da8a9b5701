import ArgumentParser
import SpatiaLiteStore

/// `worksmap init`
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Create an empty database.",
        discussion: """
            Example:
              worksmap init --database city.sqlite

            The file is a SpatiaLite database that QGIS and ogr2ogr open as it is. An existing file is never touched.
            The key of what is private goes into the city's folder (city.city beside city.sqlite), unless there is one.
            """)

    @OptionGroup var common: CommonOptions

    func run() throws {
        try reporting {
            let group = try common.groupNumber()
            try SpatiaLiteStore.create(at: common.database, options: common.storeOptions).close()
            if let group { try FileModes.give(common.database, to: group) }
            tell("created \(common.database); \(CommonOptions.advice(on: common.keyPath))")
        }
    }
}
