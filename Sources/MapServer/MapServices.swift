import Hummingbird
import NIOCore
import Works

/// What the routes work with.
struct MapServices: Sendable {
    let configuration: MapServerConfiguration
    let store: any WorksStore
    let atlas: any TileAtlas
    let freshness: Freshness
    let readiness = Readiness()
    let metrics = RequestMetrics()
    let counts: CountCache
    let matches = MatchShelf()
    let statistics = AnswerShelf()
    let districts = DistrictList()
    let tilePool: WorkerPool
    let featurePool: WorkerPool
    /// For spatial statistics, which take all cores for as long as they may: apart from what answers quickly.
    let analysisPool: WorkerPool
    let streamPool: WorkerPool

    init(configuration: MapServerConfiguration, store: any WorksStore, atlas: any TileAtlas) {
        self.configuration = configuration
        self.store = store
        self.atlas = atlas
        freshness = Freshness(store: store)
        counts = CountCache()
        tilePool = WorkerPool(
            name: "tiles", workers: configuration.tileWorkers, capacity: configuration.maxQueue)
        featurePool = WorkerPool(
            name: "features", workers: configuration.featureWorkers, capacity: configuration.maxQueue)
        analysisPool = WorkerPool(
            name: "analyses", workers: configuration.analysisWorkers, capacity: configuration.maxQueue)
        streamPool = WorkerPool(
            name: "streams", workers: configuration.streamWorkers, capacity: configuration.maxQueue)
    }

    var pools: [WorkerPool] { [tilePool, featurePool, analysisPool, streamPool] }

    /// Runs work about features on its pool or another, within the route's or the client's shorter time.
    func features<Result: Sendable>(
        _ request: Request, _ context: MapContext, on pool: WorkerPool? = nil,
        _ body: @escaping @Sendable (TimeBudget) throws -> Result
    ) async throws -> Result {
        let budget = TimeBudget(until: deadline(request, context, route: configuration.deadlineFeatures))
        return try await (pool ?? featurePool).run(within: budget, for: context.connection) { try body(budget) }
    }

    /// Runs work about tiles on its pool, within the route's or the client's shorter time.
    func tiles<Result: Sendable>(
        _ request: Request, _ context: MapContext, _ body: @escaping @Sendable (TimeBudget) throws -> Result
    ) async throws -> Result {
        let budget = TimeBudget(until: deadline(request, context, route: configuration.deadlineTiles))
        return try await tilePool.run(within: budget, for: context.connection) { try body(budget) }
    }

    /// When a request's time is spent: the route's, or the client's own if that is shorter.
    func deadline(_ request: Request, _ context: MapContext, route: Duration) -> ContinuousClock.Instant {
        context.started + min(route, request.patience ?? route)
    }
}
