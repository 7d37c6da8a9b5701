package import HummingbirdCore
package import Logging
package import NIOCore
import NIOHTTP1

/// Channel of one client: Hummingbird's HTTP/1 with limits on headers, bodies and slow clients around it.
package struct ClientChannel: ServerChildChannel {
    package struct Value: ServerChildChannelValue {
        let accepted: AcceptedChannel
        let connection: Connection
        package var channel: any Channel { accepted.channel }
    }

    /// Ends of the pipeline that a handler of its own may work with.
    package struct Ends {
        package let connection: Connection
        package let http: HTTP1ConnectionHandler
        package let wire: WireHandler
    }

    /// Makes a handler that answers some requests between the socket and the router.
    package typealias HandlerFactory = @Sendable (Ends, Logger) -> any ChannelHandler

    let http1: HTTP1Channel
    let limits: ConnectionLimits
    let proxies: TrustedProxies
    let table: ConnectionTable
    let handlers: [HandlerFactory]

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let connection = table.connection(on: channel, proxies: proxies)
        let setUp = channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(WireHandler(connection: connection, limits: limits))
        }
        return setUp.flatMap { http1.setup(channel: channel, logger: logger) }.flatMapThrowing { http in
            let accepted = AcceptedChannel(http)
            let pipeline = channel.pipeline.syncOperations
            let wire = try pipeline.handler(type: WireHandler.self)
            let conduct = HTTP1ConnectionHandler(wire: wire, connection: connection, limits: limits)
            let ends = Ends(connection: connection, http: conduct, wire: wire)
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandlers([conduct] + handlers.map { $0(ends, logger) }, position: .after(decoder))
            return Value(accepted: accepted, connection: connection)
        }
    }

    /// Sets up HTTP/1 within limits that one handler answers alone, without a router.
    package static func setUp(
        _ channel: any Channel, limits: ConnectionLimits, table: ConnectionTable, handler: (Ends) -> any ChannelHandler
    ) throws {
        let connection = table.connection(on: channel, proxies: TrustedProxies())
        let wire = WireHandler(connection: connection, limits: limits)
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = limits.headerBytes
        decoding.maxHeaderListSize = 2 * limits.headerBytes
        decoding.maxHeaderFieldCount = limits.headerFields
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(wire)
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoding)
        let http = HTTP1ConnectionHandler(wire: wire, connection: connection, limits: limits)
        try pipeline.addHandlers([http, handler(Ends(connection: connection, http: http, wire: wire))])
    }

    package func handle(value: Value, logger: Logger) async {
        await Connection.$current.withValue(value.connection) {
            await http1.handle(value: value.accepted.take(), logger: logger)
        }
    }
}

extension HTTPServerBuilder {
    /// HTTP/1 within limits, with handlers of the caller's before the router.
    ///
    /// - Parameters:
    ///   - table: All open connections of the server.
    ///   - handlers: Factories of the handlers, called once for each connection.
    package static func clients(
        limits: ConnectionLimits, proxies: TrustedProxies, table: ConnectionTable,
        handlers: [ClientChannel.HandlerFactory]
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
                maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: 2 * limits.headerBytes,
                maxHeaderFieldCount: limits.headerFields)
            let http1 = HTTP1Channel(responder: responder, configuration: .init(httpDecoderConfiguration: decoder))
            return ClientChannel(http1: http1, limits: limits, proxies: proxies, table: table, handlers: handlers)
        }
    }
}
