import ArgumentParser
import Cartography
import Foundation
import Geometry
import TimeBudgets
import Works

/// `worksmap render`
struct RenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Draw a tile, or a picture of any place and size, as PNG.",
        discussion: """
            Examples:
              worksmap render 14/10347/5218 -o tile.png
              worksmap render --bbox 47.3,54.5,47.45,54.6 --size 1600x1200 --tileset basemap,works -o city.png
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var filter: FilterOptions

    @Argument(help: ArgumentHelp("The address of a tile.", valueName: "z/x/y")) var tile: String?
    @Option(help: ArgumentHelp("The size of the picture in pixels, up to 8192 each.", valueName: "wxh")) var size:
        PixelSize?
    @Option(
        help: ArgumentHelp(
            "Tilesets, the lowest first: basemap, works, road_repairs, outages, hazards.", valueName: "name,…"))
    var tileset = "basemap,works"
    @Option(help: "1, or 2 for dense screens.") var scale = 1
    @Option(help: ArgumentHelp("The folder of style sheets. (default: the program's own)", valueName: "dir"))
    var styles: String?
    @Flag(help: "Dark colours.") var dark = false
    @Flag(help: "Write into the lower right corner whom the data asks to name.") var credits = false
    @Option(
        name: .shortAndLong, help: ArgumentHelp("The file to write. (default: standard output)", valueName: "file.png"))
    var output: String?

    private var tilesets: [String] { tileset.split(separator: ",").map(String.init) }

    func validate() throws {
        guard (tile == nil) != (filter.bbox == nil) else {
            throw ValidationError("name either a tile z/x/y or a --bbox")
        }
        if filter.bbox != nil, size == nil { throw ValidationError("a picture needs a --size such as 1600x1200") }
        if tile != nil, size != nil {
            throw ValidationError("--size is for a --bbox; a tile is made larger by --scale 2")
        }
        if let tile, TileAddress(tile) == nil {
            throw ValidationError(
                "\(tile): no tile has this address; z is 0…\(TileAddress.maximumZoom), x and y are 0…2^z − 1")
        }
        if tilesets.isEmpty { throw ValidationError("--tileset names none") }
        if TileScale(rawValue: scale) == nil { throw ValidationError("--scale is 1 or 2") }
    }

    func run() throws {
        try reporting {
            let store = try common.openStore(readOnly: true)
            var works = try filter.workFilter(in: store)
            let bounds = works.bounds
            works.bounds = nil
            let theme = dark ? Theme.dark : .light
            let atlas = try Atlas(
                store: store, styles: ResourceFolders.styles(styles), cache: TileCacheLimits(bytes: 0))
            let request: PictureRequest
            if let address = tile.flatMap({ TileAddress($0) }) {
                request = PictureRequest(
                    tilesets: tilesets, bounds: address.bounds, width: 256 * scale, height: 256 * scale, filter: works,
                    theme: theme, hasCredits: credits)
            } else {
                request = PictureRequest(
                    tilesets: tilesets, bounds: bounds!, width: size!.width, height: size!.height,
                    scale: TileScale(rawValue: scale)!, filter: works, theme: theme, hasCredits: credits)
            }
            let picture: [UInt8]
            do { picture = try atlas.picture(request, at: .now, budget: .unlimited) } catch let
                error
                as AtlasError
            {
                if case .unknownTileset = error { throw ValidationError("--tileset: \(error)") }
                throw error
            }
            let file = OutputFile(output)
            if file.isStandardOutput, isatty(STDOUT_FILENO) == 1 {
                throw Failure("a picture does not fit into a terminal; name a file with -o")
            }
            try file.write(picture)
        }
    }
}

/// The size of a picture: `800x600`, in pixels.
struct PixelSize: ExpressibleByArgument {
    var width: Int
    var height: Int

    init?(argument: String) {
        let parts = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let width = parts[0], let height = parts[1], (1...8192).contains(width),
            (1...8192).contains(height)
        else { return nil }
        self.width = width
        self.height = height
    }
}
