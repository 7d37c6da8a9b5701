import ArgumentParser
import Cartography
import Foundation
import Geometry
import HTTPEdge
import Logging
import MapServer
import Works

/// `worksmap serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve the map, the tiles and the features over HTTP.",
        discussion: """
            Examples:
              worksmap serve
              worksmap serve --database city.sqlite --public-url https://works.example.org
              worksmap serve --database city.sqlite --host 0.0.0.0 --port 80 --public-url http://works.example.org

            Without --host only programs on this machine can connect. Imports by another process show within a second.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var service: ServiceOptions

    func run() async throws {
        try await reporting {
            try await service.serve(try common.openStore(), logger: common.logger())
        }
    }
}

/// How the service listens and how much it takes on.
struct ServiceOptions: ParsableArguments {
    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 takes a free one.")
    var port = 8080

    @Option(
        name: .customLong("public-url"),
        help: ArgumentHelp(
            "The address under which clients know the map, behind a proxy too; links and cookies are made for it.",
            valueName: "url"))
    var publicURL: String?

    @Option(help: ArgumentHelp("The folder with the residents' page. (default: the program's own)", valueName: "dir"))
    var web: String?

    @Option(help: "The time a tile may take, such as 500ms, 2s or 1m; at most a day.")
    var deadlineTiles = TimeSpan(seconds: 2)

    @Option(help: "The time an answer with features may take; at most a day.")
    var deadlineFeatures = TimeSpan(seconds: 10)

    @Option(
        help: ArgumentHelp("How many requests may wait for a worker before others are turned away.", valueName: "n"))
    var maxQueue = 256

    @Option(help: ArgumentHelp("The folder of style sheets. (default: the program's own)", valueName: "dir"))
    var styles: String?

    @Option(help: ArgumentHelp("Memory for tiles that were made, in MiB; 0 keeps none.", valueName: "mib"))
    var tileCache = 128

    @Option(
        help: ArgumentHelp(
            "Proxies whose X-Forwarded-For tells clients' addresses: addresses or ranges, joined by commas.",
            discussion: "Limits and shares count for the client behind them, for instance 127.0.0.1,10.0.0.0/8.",
            valueName: "cidr,…"))
    var trustedProxy: [AddressRanges] = []

    @OptionGroup var desk: DeskOptions

    func validate() throws {
        do { _ = try publicURL.map { try PublicURL($0) } } catch { throw ValidationError("--public-url: \(error)") }
        try NumberRange(0...65_535).check(port, of: "--port")
        try NumberRange(0...1_000_000).check(maxQueue, of: "--max-queue")
        try NumberRange(0...1_048_576, unit: "MiB").check(tileCache, of: "--tile-cache")
    }

    /// Serves until the process is told to end.
    func serve(_ store: any WorksStore, logger: Logger) async throws {
        var configuration = MapServerConfiguration()
        configuration.host = host
        configuration.port = port
        configuration.publicURL = try publicURL.map { try PublicURL($0) }
        if publicURL == nil, !["127.0.0.1", "::1", "localhost"].contains(host) {
            tell(
                "without --public-url links in answers name this machine's own address: "
                    + "say under which one clients reach the map, such as --public-url https://works.example.org")
        }
        configuration.web =
            try web.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? ResourceFolders.url(ResourceFolders.web)
        configuration.deadlineTiles = deadlineTiles.duration
        configuration.deadlineFeatures = deadlineFeatures.duration
        configuration.maxQueue = maxQueue
        configuration.version = Version.text
        configuration.proxies = TrustedProxies(trustedProxy.flatMap(\.ranges))
        configuration.desk = try desk.configuration()
        let atlas = try Atlas(
            store: store, styles: ResourceFolders.styles(styles), cache: TileCacheLimits(bytes: tileCache << 20))
        let server = MapServer(configuration: configuration, store: store, atlas: atlas, logger: logger)
        try await server.run { port in
            tell("WorksMap is open at http://\(host.contains(":") ? "[\(host)]" : host):\(port)/  (Ctrl-C ends it)")
        }
    }
}

/// Ranges of addresses such as `127.0.0.1,10.0.0.0/8`.
struct AddressRanges: ExpressibleByArgument {
    var ranges: [AddressRange]

    init?(argument: String) {
        let ranges = argument.split(separator: ",", omittingEmptySubsequences: false).map { AddressRange($0) }
        guard !ranges.contains(nil) else { return nil }
        self.ranges = ranges.compactMap(\.self)
    }
}

/// A length of time such as `2s`, `500ms` or `1m`, at most a day.
struct TimeSpan: ExpressibleByArgument, CustomStringConvertible {
    var duration: Duration

    /// A day, in milliseconds.
    private static let longest: Int64 = 86_400_000

    init(seconds: Int) {
        duration = .seconds(seconds)
    }

    init?(argument: String) {
        let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000)]
        guard let (suffix, milliseconds) = units.first(where: { argument.hasSuffix($0.0) }),
            let amount = try? NumberRange(1...Self.longest / milliseconds).number(argument.dropLast(suffix.count))
        else { return nil }
        duration = .milliseconds(amount * milliseconds)
    }

    var description: String {
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }

    var defaultValueDescription: String { description }
}
