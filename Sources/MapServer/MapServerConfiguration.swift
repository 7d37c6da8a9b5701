public import Fetching
public import Foundation
public import HTTPEdge
import TimeBudgets
public import Works

/// Where the server listens, what it serves beside the works, and how much it takes on.
public struct MapServerConfiguration: Sendable {
    /// The address to listen on: the loopback unless told.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 takes any that is free.
    public var port = 8080
    /// The address of ``operationsPort``.
    public var operationsHost = "127.0.0.1"
    /// The port of `/health` and `/metrics` for those who run the server; 0 takes any that is free. Without one they are on the main port, metrics
    /// for clients of this machine alone.
    public var operationsPort: Int?
    /// The folder with the residents' page; without one `/` is the list of works.
    public var web: URL?
    /// The city's own folder, with its texts about privacy; nil if it has none.
    public var cityFolder: URL?
    /// The database's path for commands that are shown; nil if they find it by themselves.
    public var database: String?
    /// The folder of Debian's libjs-leaflet, served below `/leaflet/`.
    public var leaflet = URL(fileURLWithPath: "/usr/share/javascript/leaflet")
    /// The address under which clients know the server. Without one links follow the `Host` of a request only if nobody outside can have made it up.
    public var publicURL: PublicURL?

    /// The time budget of a tile.
    public var deadlineTiles = Duration.seconds(2)
    /// The time budget of features, whole layers and pages about works.
    public var deadlineFeatures = Duration.seconds(10)
    /// Requests that may wait for each pool's workers.
    public var maxQueue = 64
    /// Workers of the pools. Where there are several, one is kept for clients that have asked for little lately.
    public var tileWorkers = 3
    public var pageWorkers = 3
    public var questionWorkers = 3
    public var staffWorkers = 2
    public var reportWorkers = 2
    /// How many spatial statistics are worked out at once; each uses all cores, and holds all that it looks at in memory.
    public var analysisWorkers = 1
    /// Workers that make whole layers. None is held while a client reads.
    public var streamWorkers = 4
    /// Whole layers that may leave at once, a quarter of them to one client; each takes up to about 2 MB, for slow clients less than 1 MB.
    public var maxStreams = 256

    package var limits = ConnectionLimits()
    /// Proxies whose `X-Forwarded-For` tells the client's address.
    package var proxies = TrustedProxies()
    /// How reports are taken and the desk is run.
    public var desk = DeskConfiguration()

    /// How often the store is asked whether another process changed it.
    public var pollInterval = Duration.milliseconds(500)
    /// The longest that a cache may keep a tile without asking again.
    public var tileLifetime = Duration.seconds(30)
    /// The version of the software in answers that say how they came about.
    public var version = "unknown"
    /// What vector layers and tiles credit.
    public var attribution: String?
    /// Sources that are fetched on a schedule; nil if nothing is.
    public var sources: SourceScheduler?
    /// Lines that the log could not take since the start; nil if nobody counts them.
    public var droppedLogLines: (@Sendable () -> Int)?

    /// State of the scheduled backups; nil if none are made.
    public var backups: (@Sendable () -> BackupStatus)?

    public init() {}
}
