public import Foundation

/// Where the server listens, what it serves beside the works, and how much it takes on.
public struct MapServerConfiguration: Sendable {
    /// The address to listen on: the loopback unless told.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 takes any that is free.
    public var port = 8080
    /// The folder with the residents' page; without one `/` is the list of works.
    public var web: URL?
    /// The folder of Debian's libjs-leaflet, served below `/leaflet/`.
    public var leaflet = URL(fileURLWithPath: "/usr/share/javascript/leaflet")
    /// The address under which clients know the server. Without one links follow the `Host` of a request only if nobody outside can have made it up.
    public var publicURL: PublicURL?

    /// The time budget of a tile.
    public var deadlineTiles = Duration.seconds(2)
    /// The time budget of features, whole layers and pages about works.
    public var deadlineFeatures = Duration.seconds(10)
    /// How many requests may wait for each pool's workers.
    public var maxQueue = 64
    public var tileWorkers = 2
    public var featureWorkers = 2
    /// How many whole layers may leave at once; each holds a worker for as long as its client reads.
    public var streamWorkers = 4

    public var limits = ConnectionLimits()
    /// How reports are taken and the desk is run.
    public var desk = DeskConfiguration()

    /// How often the store is asked whether another process changed it.
    public var pollInterval = Duration.milliseconds(500)
    /// The longest that a cache may keep a tile without asking again.
    public var tileLifetime = Duration.seconds(30)
    /// The version of the software in answers that say how they came about.
    public var version = "unknown"
    /// The map's name in answers that have room for one.
    public var title = "WorksMap"
    /// What vector layers and tiles credit.
    public var attribution: String?

    public init() {}
}

/// What a client may ask of a connection.
public struct ConnectionLimits: Sendable {
    /// How many clients may be connected at once; more wait in the system's backlog.
    public var connections = 1024
    /// How many connections may wait to be taken up.
    public var backlog = 1024
    /// Octets of one header field, and of the request line; all fields together may have twice as many.
    public var headerBytes = 32 * 1024
    public var headerFields = 100
    /// Octets of a request's body.
    public var bodyBytes = 2 * 1024 * 1024
    /// How long a connection may rest between requests, or take to send one.
    public var idleTimeout = Duration.seconds(30)
    /// How long the work for a client that has closed its sending side goes on, in case it only closed that side.
    public var partingGrace = Duration.milliseconds(250)
    /// How long a client may take nothing of an answer that waits for it.
    public var stallTimeout = Duration.seconds(15)

    public init() {}
}
