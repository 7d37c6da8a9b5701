public import Cartography
import Fetching
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
        services = MapServices(configuration: configuration, store: store, atlas: tiles, logger: logger)
        self.logger = logger
    }

    /// Serves until ``stop()`` is called or its task is cancelled; requests that are running then are finished.
    ///
    /// - Parameter onListening: Called once with the ports that the server listens on.
    /// - Throws: ``ListeningError`` if nothing can listen on the address.
    public func run(onListening: @escaping @Sendable (_ ports: ListeningPorts) async -> Void = { _ in }) async throws {
        defer { Task { [services] in await services.shutDown() } }
        let configuration = services.configuration
        let operations: OperationListener?
        if let port = configuration.operationsPort {
            operations = try await .start(
                host: configuration.operationsHost, port: port, services: services, logger: logger)
        } else {
            operations = nil
        }
        let result: Result<Void, any Error>
        do { result = .success(try await run(beside: operations, onListening)) } catch { result = .failure(error) }
        await operations?.stop()
        try result.get()
    }

    private func run(
        beside operations: OperationListener?,
        _ onListening: @escaping @Sendable (_ ports: ListeningPorts) async -> Void
    ) async throws {
        let host = services.configuration.host
        let application = application { channel in
            let ports = ListeningPorts(main: channel.localAddress?.port ?? 0, operations: operations?.port)
            logger.info("listening", metadata: ["host": .string(host), "port": .stringConvertible(ports.main)])
            services.pulse.begin(operations.map { [$0.eventLoop] } ?? [])
            await onListening(ports)
        }
        // Signals are the program's business: the process must be able to end when no task gets a thread.
        let group = ServiceGroup(configuration: .init(services: [application], logger: application.logger))
        services.ending.begin(group)
        do {
            try await group.run()
        } catch {
            throw try ListeningError(error, host: host, port: services.configuration.port, options: "--host and --port")
        }
    }

    // MARK: While it runs

    /// True once the server listens and the first look at the store has succeeded.
    public var isReady: Bool { services.readiness.state == .ready }

    /// Tells the server to finish its running answers and to take no new connections. It may be called from any thread and does not wait.
    public func stop() {
        services.readiness.stop()
        services.ending.ask()
    }

    /// Reads rules, the city's texts and style sheets anew, and logs how that went. It blocks.
    public func reload() {
        do { try services.city.refresh() } catch {
            logger.error("the city's facts could not be read", metadata: ["error": .string("\(error)")])
        }
        services.rules.reload()
        services.cityTexts.reload()
        services.configuration.sources?.reload()
        do { try services.atlas.refresh() } catch {
            logger.error("the map could not be brought up to date", metadata: ["error": .string("\(error)")])
        }
        for problem in services.atlas.status.styleProblems {
            logger.error("a style sheet is broken; the old one goes on", metadata: ["fault": .string("\(problem)")])
        }
        logger.notice("reloaded")
    }

    /// True if all event loops have lately run what they were given within the time.
    public func isAlive(within time: Duration) -> Bool { services.pulse.isAlive(within: time) }

    /// The families of routes. A new family is one file and one line here.
    static func families(_ services: MapServices, _ desk: Desk? = nil) -> [any RouteFamily] {
        [
            StaticRoutes(services: services),
            TileRoutes(services: services),
            DownloadRoutes(services: services),
            WorkRoutes(services: services, desk: desk),
            DescriptionRoutes(services: services),
            WorkPages(services: services),
            DistrictPages(services: services),
            StatisticsPage(services: services),
            PrivacyPage(services: services),
            OGCCoreRoutes(services: services),
            FeaturesRoutes(services: services),
            OGCTileRoutes(services: services),
            WMTSRoutes(services: services),
            CityRoutes(services: services),
            SourceRoutes(services: services),
            PlaceRoutes(services: services),
            LegendRoutes(services: services),
            StatisticsRoutes(services: services),
            HotspotRoutes(services: services),
            OperationRoutes(services: services),
        ]
    }

    /// All routes, with what stands before them.
    func router(_ desk: Desk?) -> Router<MapContext> {
        let router = Router(context: MapContext.self)
        router.add(middleware: AccessLog(metrics: services.metrics, loggedPath: LoggedPath.text(of:route:)))
        router.add(middleware: CommonHeaders(proxies: services.configuration.proxies))
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: DistrictClassGate(services: services))
        router.add(Self.families(services, desk) + (desk?.families ?? []))
        return router
    }

    /// Everything but the start: what tests run without a socket.
    func application(
        onListening: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) -> Application<RouterResponder<MapContext>> {
        let desk = Desk(services, logger: logger)
        let router = router(desk)
        let configuration = services.configuration
        let limits = configuration.limits
        var quiet = logger
        quiet[metadataKey: "component"] = "http"
        let own: [any Service] = [
            Refresher(
                store: services.store, atlas: services.atlas, freshness: services.freshness,
                city: services.city, readiness: services.readiness, pollInterval: configuration.pollInterval,
                logger: logger),
            StorageMaintenance(store: services.store, figures: services.storage, logger: logger),
        ]
        let fetching: [any Service] = configuration.sources.map { [SourceService(scheduler: $0)] } ?? []
        return Application(
            router: router,
            server: .clients(
                limits: limits, proxies: configuration.proxies, table: services.connections,
                handlers: [
                    { [services] ends, logger in TileHandler(services: services, ends: ends, logger: logger) },
                    { [services] ends, logger in OperationHandler(services: services, ends: ends, logger: logger) },
                ]),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), backlog: limits.backlog),
            services: own + fetching + (desk?.keepers(logger: logger) ?? []),
            onServerRunning: onListening, logger: quiet)
    }
}

/// Ports that a server listens on.
public struct ListeningPorts: Hashable, Sendable {
    public var main: Int
    /// The port of `/health` and `/metrics`, if they have one of their own.
    public var operations: Int?
}

/// Nothing can listen where the service was told to: another program does, the port is for the system's own, or the address is not this
/// machine's.
public struct ListeningError: Error, Hashable, CustomStringConvertible {
    public var host: String
    public var port: Int
    /// The system's words.
    public var reason: String
    /// Options that choose another address.
    public var options: String

    public var description: String {
        "cannot listen on \(host), port \(port): \(reason); choose others with \(options)"
    }

    /// - Throws: `error` itself if it says something else.
    init(_ error: any Error, host: String, port: Int, options: String) throws {
        self.host = host
        self.port = port
        self.options = options
        switch error {
        case let error as IOError: reason = String(cString: strerror(error.errnoCode))
        case is SocketAddressError.UnknownHost: reason = "no such host"
        default: throw error
        }
    }
}
