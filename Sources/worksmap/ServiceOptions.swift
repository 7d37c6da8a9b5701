import ArgumentParser
import Cartography
import Daemon
import Fetching
import Foundation
import Geometry
import HTTPEdge
import Logging
import MapServer
import SpatiaLiteStore
import Works

/// Options of a service: its addresses, its limits, and how it ends.
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

    @Option(
        help: ArgumentHelp(
            """
            The port for /health and /metrics alone, answered by a thread of its own; 0 takes a free one. The main port \
            then has no /metrics, and its /health/ready no details. (default: all on the main port, /metrics for this \
            machine)
            """, valueName: "port"))
    var operationsPort: Int?

    @Option(help: ArgumentHelp("The address for --operations-port.", valueName: "host"))
    var operationsHost = "127.0.0.1"

    @Option(help: ArgumentHelp("The folder with the residents' page. (default: the program's own)", valueName: "dir"))
    var web: String?

    @Option(help: "The time a tile may take, such as 500ms, 2s or 1m; at most a day.")
    var deadlineTiles = TimeSpan(seconds: 2)

    @Option(help: "The time an answer with features may take; at most a day.")
    var deadlineFeatures = TimeSpan(seconds: 10)

    @Option(
        help: ArgumentHelp("How many requests may wait for a worker before others are turned away.", valueName: "n"))
    var maxQueue = 256

    @Option(
        help: ArgumentHelp(
            "How many clients may be connected at once, as far as the limit of open files allows.", valueName: "n"))
    var maxConnections = 4096

    @Option(help: "How long running answers may take to finish after SIGTERM.")
    var shutdownTimeout = TimeSpan(seconds: 30)

    @Option(
        help: ArgumentHelp(
            "The file that the log goes to, opened anew at SIGHUP. (default: standard error)", valueName: "file"))
    var logFile: String?

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
    @OptionGroup var backups: BackupOptions

    func validate() throws {
        do { _ = try publicURL.map { try PublicURL($0) } } catch { throw ValidationError("--public-url: \(error)") }
        try NumberRange(0...65_535).check(port, of: "--port")
        if let operationsPort { try NumberRange(0...65_535).check(operationsPort, of: "--operations-port") }
        try NumberRange(0...1_000_000).check(maxQueue, of: "--max-queue")
        try NumberRange(1...60_000).check(maxConnections, of: "--max-connections")
        try NumberRange(0...1_048_576, unit: "MiB").check(tileCache, of: "--tile-cache")
    }

    /// Makes sure that the folders are there which were named.
    func checkFolders() throws {
        for (option, folder) in [("--web", web), ("--styles", styles), ("--rules", desk.rules)] {
            guard let folder else { continue }
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
                throw Failure("\(option) \(folder): there is no such folder")
            }
            guard isFolder.boolValue else { throw Failure("\(option) \(folder): that is a file; a folder is wanted") }
            guard access(folder, R_OK | X_OK) == 0 else {
                throw Failure("\(option) \(folder): the folder cannot be read: \(String(cString: strerror(errno)))")
            }
        }
    }

    /// Serves until the process is told to end.
    func serve(_ store: SpatiaLiteStore, _ common: CommonOptions) async throws {
        let notifier = ServiceNotifier(environment: ProcessInfo.processInfo.environment)
        let thread = ServiceThread(shutdownTimeout: shutdownTimeout.duration, notifier: notifier)
        let errors = LogWriter()
        let log = try logFile.map { try LogWriter(path: $0) } ?? errors
        StandardStreams.divertErrors(to: errors)
        defer {
            thread.finish()
            log.flush(within: .seconds(1))
        }
        let logger = common.logger(log)
        DescriptorLimit.raise()
        let limit = DescriptorLimit.current
        let atlas = try Atlas(
            store: store, styles: ResourceFolders.styles(styles), cache: TileCacheLimits(bytes: tileCache << 20))

        var configuration = try configuration(common, store)
        let budget = DescriptorBudget(limit: limit, inUse: DescriptorLimit.inUse ?? 32, wanted: maxConnections)
        guard budget.isSufficient else {
            throw Failure(
                "\(limit) open files are too few to serve with; at least \(budget.leastLimit) are needed (ulimit -n)")
        }
        configuration.limits.connections = budget.connections
        configuration.cityFolder = URL(fileURLWithPath: common.cityFolder, isDirectory: true)
        configuration.database = common.database == CommonOptions.usualDatabase ? nil : common.database
        configuration.droppedLogLines = { [log] in log.dropped }
        if budget.connections < maxConnections {
            logger.notice(
                "the limit of open files leaves room for fewer clients",
                metadata: ["limit": .stringConvertible(limit), "clients": .stringConvertible(budget.connections)])
        }

        if publicURL == nil, !["127.0.0.1", "::1", "localhost"].contains(host) {
            tell(
                "without --public-url links in answers name this machine's own address: "
                    + "say under which one clients reach the map, such as --public-url https://works.example.org")
        }
        let job = try backups.job(store, common, logger)
        if let job { configuration.backups = { job.status } }
        defer { job?.stop() }
        let sources = SourceScheduler(try SourceSurroundings(common, store), logger: logger)
        configuration.sources = sources
        let server = MapServer(configuration: configuration, store: store, atlas: atlas, logger: logger)
        try await server.run { ports in
            thread.look(after: Self.service(server, log, logger))
            let served = ServedAddress(host: host, publicURL: publicURL)
            Thread.detachNewThread { served.note(in: store) }
            job?.start()
            // A demo is no city to be set up.
            if (try? store.note(.demoSeed)) == .some(nil) {
                for lack in (try? server.missing()) ?? [] { tell(lack) }
            }
            tell("WorksMap is open at \(Self.address(host, ports.main))  (Ctrl-C ends it)")
            if let port = ports.operations {
                tell("Health and metrics are at \(Self.address(operationsHost, port))")
            }
        }
    }

    private func configuration(_ common: CommonOptions, _ store: any WorksStore) throws -> MapServerConfiguration {
        var configuration = MapServerConfiguration()
        configuration.host = host
        configuration.port = port
        configuration.publicURL = try publicURL.map { try PublicURL($0) }
        configuration.operationsHost = operationsHost
        configuration.operationsPort = operationsPort
        configuration.web =
            try web.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? ResourceFolders.url(ResourceFolders.web)
        configuration.deadlineTiles = deadlineTiles.duration
        configuration.deadlineFeatures = deadlineFeatures.duration
        configuration.maxQueue = maxQueue
        configuration.version = Version.text
        configuration.proxies = TrustedProxies(trustedProxy.flatMap(\.ranges))
        configuration.desk = try desk.configuration(common, store)
        return configuration
    }

    /// The server as the thread sees it that looks after the process.
    private static func service(_ server: MapServer, _ log: LogWriter, _ logger: Logger) -> ServiceThread.Service {
        ServiceThread.Service(
            isReady: { server.isReady },
            isAlive: { server.isAlive(within: $0) },
            reload: {
                do { try log.reopen() } catch {
                    logger.error("the log goes on where it was", metadata: ["error": .string("\(error)")])
                }
                server.reload()
            },
            stop: {
                logger.notice("ending: running answers are finished")
                server.stop()
            },
            abandon: { reason in
                logger.warning("ending with answers unfinished", metadata: ["reason": .string(reason)])
                log.flush(within: .milliseconds(500))
            })
    }

    private static func address(_ host: String, _ port: Int) -> String {
        "http://\(host.contains(":") ? "[\(host)]" : host):\(port)/"
    }
}
