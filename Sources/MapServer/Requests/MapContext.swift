import Hummingbird
import Logging
import NIOCore

/// What belongs to one request on its way through the server.
struct MapContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// When the server began to answer.
    let started: ContinuousClock.Instant
    /// The connection it came over; nil where there is no socket.
    let connection: Connection?
    /// The client's IP address, or that of a proxy in front of the server; nil where there is no socket.
    let remoteAddress: String?
    /// The name under which the request is found in the log.
    var requestID: String

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        started = .now
        connection = Connection.current
        remoteAddress = source.channel.remoteAddress?.ipAddress
        requestID = source.logger[metadataKey: "hb.request.id"]?.description ?? "-"
    }
}
