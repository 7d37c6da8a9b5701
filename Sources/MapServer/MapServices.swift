import HTTPEdge
import Hummingbird
import Logging
import NIOCore
import TimeBudgets
import Works

/// Shared parts that the routes work with.
struct MapServices: Sendable {
    let configuration: MapServerConfiguration
    let store: any WorksStore
    let atlas: any TileAtlas
    let freshness: Freshness
    let readiness = Readiness()
    let ending = Ending()
    let pulse = EventLoopPulse()
    let rules: RuleShelf
    let cityTexts: CityTexts
    let metrics = RequestMetrics()
    let connections: ConnectionTable
    let counts: CountCache
    let matches = MatchShelf()
    let statistics = AnswerShelf()
    let districts = DistrictList()
    let city: CityRecord
    let cityZone: CityZone
    let firstView = FirstView()
    let files = FileCache()
    /// Drawing of tiles, legends and vector tiles.
    let tilePool: WorkerPool
    /// Pages, features by bounds and kind, single works: answers of milliseconds.
    let pagePool: WorkerPool
    /// Statistics, hotspots and conditions that look at every work: answers that may take seconds, so they give way to others on the processor.
    let questionPool: WorkerPool
    /// The desk of the staff, sign-in and tokens.
    let staffPool: WorkerPool
    /// Reports of residents.
    let reportPool: WorkerPool
    /// Spatial statistics, which take all cores for as long as they may.
    let analysisPool: WorkerPool
    /// Whole layers.
    let streamPool: WorkerPool
    let streams: Streams
    let storage = StorageFigures()

    init(configuration: MapServerConfiguration, store: any WorksStore, atlas: any TileAtlas, logger: Logger) {
        self.configuration = configuration
        self.store = store
        self.atlas = atlas
        freshness = Freshness(store: store)
        cityTexts = CityTexts(folder: configuration.cityFolder, logger: logger)
        counts = CountCache()
        city = CityRecord(store: store)
        cityZone = CityZone(record: city)
        rules = RuleShelf(folder: configuration.desk.rules, city: city, logger: logger)
        connections = ConnectionTable(limits: configuration.limits)
        func pool(_ name: String, _ workers: Int, niceness: Int32 = 0) -> WorkerPool {
            WorkerPool(
                name: name, workers: workers, capacity: configuration.maxQueue, reserve: workers > 1 ? 1 : 0,
                niceness: niceness)
        }
        tilePool = pool("tiles", configuration.tileWorkers)
        pagePool = pool("pages", configuration.pageWorkers)
        questionPool = pool("questions", configuration.questionWorkers, niceness: 10)
        analysisPool = pool("analyses", configuration.analysisWorkers, niceness: 10)
        staffPool = pool("staff", configuration.staffWorkers)
        reportPool = pool("reports", configuration.reportWorkers)
        streamPool = pool("streams", configuration.streamWorkers, niceness: 5)
        streams = Streams(pool: streamPool, capacity: configuration.maxStreams)
    }

    var pools: [WorkerPool] { [tilePool, pagePool, questionPool, analysisPool, staffPool, reportPool, streamPool] }

    /// Ends the threads once they have nothing left to do.
    func shutDown() async {
        for pool in pools { await pool.shutDown() }
        await files.shutDown()
    }

    /// Runs work about features on a pool, within the route's or the client's shorter time.
    ///
    /// - Parameter pool: ``pagePool`` unless told.
    func features<Result: Sendable>(
        _ request: Request, _ context: MapContext, on pool: WorkerPool? = nil,
        _ body: @escaping @Sendable (TimeBudget) throws -> Result
    ) async throws -> Result {
        let budget = TimeBudget(until: deadline(request, context, route: configuration.deadlineFeatures))
        return try await (pool ?? pagePool).run(within: budget, for: context.connection, of: context.client) {
            try body(budget)
        }
    }

    /// Runs work about tiles on its pool, within the route's or the client's shorter time.
    func tiles<Result: Sendable>(
        _ request: Request, _ context: MapContext, _ body: @escaping @Sendable (TimeBudget) throws -> Result
    ) async throws -> Result {
        let budget = TimeBudget(until: deadline(request, context, route: configuration.deadlineTiles))
        return try await tilePool.run(within: budget, for: context.connection, of: context.client) { try body(budget) }
    }

    /// Time at which a request's budget is spent: the route's, or the client's own if that is shorter.
    func deadline(_ request: Request, _ context: MapContext, route: Duration) -> ContinuousClock.Instant {
        context.started + min(route, request.patience ?? route)
    }
}

extension PublicAddress {
    /// The address by the server's configuration.
    init(_ request: Request, configuration: MapServerConfiguration) {
        self.init(
            request, publicURL: configuration.publicURL, listening: configuration.host, port: configuration.port)
    }
}
