public import Cartography
import Glibc
import HTTPEdge
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import ServiceLifecycle
public import Works

/// The service on the network: tiles, features, pages about works, and what operators need to run it.
///
/// It sees the works only as a ``WorksStore`` and draws only through an ``Atlas``. Nothing blocks an event loop: drawing and reading run on
/// pools of their own with queues that have an end.
public struct MapServer: Sendable {
    let services: MapServices
    private let logger: Logger

    public init(configuration: MapServerConfiguration, store: any WorksStore, atlas: Atlas, logger: Logger) {
        self.init(configuration: configuration, store: store, tiles: atlas, logger: logger)
    }

    init(configuration: MapServerConfiguration, store: any WorksStore, tiles: any TileAtlas, logger: Logger) {
        services = MapServices(configuration: configuration, store: store, atlas: tiles)
        self.logger = logger
    }

    /// Serves until the process is told to end (SIGTERM or SIGINT) or its task is cancelled; requests that are running then are finished.
    ///
    /// - Parameter onListening: Called once with the port that the server listens on.
    /// - Throws: ``ListeningError`` if nothing can listen on the address.
    public func run(onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }) async throws {
        let host = services.configuration.host
        let application = application { channel in
            let port = channel.localAddress?.port ?? 0
            logger.info("listening", metadata: ["host": .string(host), "port": .stringConvertible(port)])
            await onListening(port)
        }
        defer { Task { [services] in await services.shutDown() } }
        do {
            try await application.runService()
        } catch let error as IOError {
            let reason = String(cString: strerror(error.errnoCode))
            throw ListeningError(host: host, port: services.configuration.port, reason: reason)
        } catch is SocketAddressError.UnknownHost {
            throw ListeningError(host: host, port: services.configuration.port, reason: "no such host")
        }
    }

    /// The families of routes. A new family is one file and one line here.
    static func families(_ services: MapServices) -> [any RouteFamily] {
        [
            StaticRoutes(services: services),
            TileRoutes(services: services),
            DownloadRoutes(services: services),
            WorkRoutes(services: services),
            DescriptionRoutes(services: services),
            WorkPages(services: services),
            DistrictPages(services: services),
            StatisticsPage(services: services),
            OGCCoreRoutes(services: services),
            FeaturesRoutes(services: services),
            OGCTileRoutes(services: services),
            WMTSRoutes(services: services),
            CityRoutes(services: services),
            PlaceRoutes(services: services),
            LegendRoutes(services: services),
            StatisticsRoutes(services: services),
            HotspotRoutes(services: services),
            OperationRoutes(services: services),
        ]
    }

    /// Everything but the start: what tests run without a socket.
    func application(
        onListening: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) -> Application<RouterResponder<MapContext>> {
        let router = Router(context: MapContext.self)
        router.add(middleware: AccessLog(metrics: services.metrics, loggedPath: LoggedPath.text(of:route:)))
        router.add(middleware: CommonHeaders(proxies: services.configuration.proxies))
        router.add(middleware: ProblemMiddleware())
        let desk = Desk(services, logger: logger)
        router.add(Self.families(services) + (desk?.families ?? []))

        let configuration = services.configuration
        let limits = configuration.limits
        var quiet = logger
        quiet[metadataKey: "component"] = "http"
        return Application(
            router: router,
            server: .clients(
                limits: limits, proxies: configuration.proxies, table: services.connections,
                handlers: [
                    { [services] ends, logger in TileHandler(services: services, ends: ends, logger: logger) }
                ]),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), backlog: limits.backlog),
            services: [
                Refresher(
                    store: services.store, atlas: services.atlas, freshness: services.freshness,
                    readiness: services.readiness, pollInterval: configuration.pollInterval, logger: logger)
            ] + (desk?.keepers(logger: logger) ?? []),
            onServerRunning: onListening, logger: quiet)
    }
}

/// Nothing can listen where the service was told to: another program does, the port is for the system's own, or the address is not this
/// machine's.
public struct ListeningError: Error, Hashable, CustomStringConvertible {
    public var host: String
    public var port: Int
    /// The system's words.
    public var reason: String

    public var description: String {
        "cannot listen on \(host), port \(port): \(reason); choose others with --host and --port"
    }
}
