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
            """)

    @OptionGroup var common: CommonOptions

    func run() throws {
        try reporting {
            _ = try SpatiaLiteStore.create(at: common.database)
            tell("created \(common.database)")
        }
    }
}
