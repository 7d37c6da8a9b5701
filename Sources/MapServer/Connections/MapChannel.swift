import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// The channel of one client: Hummingbird's HTTP/1 with our own manners around it.
struct MapChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let http: HTTP1Channel.Value
        let connection: Connection
        var channel: any Channel { http.channel }
    }

    let http1: HTTP1Channel
    let services: MapServices

    private var limits: ConnectionLimits { services.configuration.limits }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let connection = Connection(channel: channel)
        let setUp = channel.eventLoop.makeCompletedFuture {
            let wire = WireHandler(connection: connection, limits: limits)
            try channel.pipeline.syncOperations.addHandler(wire)
        }
        return setUp.flatMap { http1.setup(channel: channel, logger: logger) }.flatMapThrowing { http in
            let pipeline = channel.pipeline.syncOperations
            let wire = try pipeline.handler(type: WireHandler.self)
            let conduct = HTTP1Conduct(wire: wire, limits: limits)
            let lane = TileLane(
                services: services, connection: connection, conduct: conduct, wire: wire, logger: logger)
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandlers([conduct, lane], position: .after(decoder))
            return Value(http: http, connection: connection)
        }
    }

    func handle(value: Value, logger: Logger) async {
        await Connection.$current.withValue(value.connection) {
            await http1.handle(value: value.http, logger: logger)
        }
    }
}

extension HTTPServerBuilder {
    /// HTTP/1 within limits on headers, bodies and slow clients, with a lane of its own for tiles.
    static func map(_ services: MapServices) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            let limits = services.configuration.limits
            let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
                maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: 2 * limits.headerBytes,
                maxHeaderFieldCount: limits.headerFields)
            let http1 = HTTP1Channel(responder: responder, configuration: .init(httpDecoderConfiguration: decoder))
            return MapChannel(http1: http1, services: services)
        }
    }
}
