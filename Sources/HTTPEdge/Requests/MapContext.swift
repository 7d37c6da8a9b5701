package import Hummingbird
import Logging
import NIOCore

/// State of one request on its way through the server.
package struct MapContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Time at which the server began to answer.
    package let started: ContinuousClock.Instant
    /// The connection it came over; nil where there is no socket.
    package let connection: Connection?
    /// Address of the client, behind trusted proxies; nil where there is no socket.
    package internal(set) var address: IPAddress?
    /// Name under which the request is found in the log.
    package internal(set) var requestID: String

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        started = .now
        connection = Connection.current
        address = source.channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
        requestID = source.logger[metadataKey: "hb.request.id"]?.description ?? "-"
    }

    /// Client that limits and shares are counted for.
    package var client: ClientAddress { address.map(ClientAddress.init) ?? .unknown }
}
