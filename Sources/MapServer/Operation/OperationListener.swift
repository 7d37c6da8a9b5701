import HTTPEdge
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// The operations port: `/health` and `/metrics` on an event loop of their own, which answers whatever clients do to the others.
struct OperationListener: Sendable {
    /// Clients that may be connected at once: a few monitors.
    static let connections = 16

    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel

    var port: Int { channel.localAddress?.port ?? 0 }
    var eventLoop: any EventLoop { channel.eventLoop }

    /// Begins to listen.
    ///
    /// - Throws: ``ListeningError``
    static func start(host: String, port: Int, services: MapServices, logger: Logger) async throws -> OperationListener
    {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var limits = services.configuration.limits
        limits.connections = connections
        limits.connectionsPerAddress = connections
        let table = ConnectionTable(limits: limits)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 64)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // No descriptor left: others will be given back.
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptBackoffHandler(shouldForwardIOErrorCaught: false) { _ in .milliseconds(100) })
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { [limits] channel in
                channel.eventLoop.makeCompletedFuture {
                    try ClientChannel.setUp(channel, limits: limits, table: table) { ends in
                        OperationHandler(services: services, ends: ends, hasRouter: false, logger: logger)
                    }
                }
            }
        do {
            return OperationListener(group: group, channel: try await bootstrap.bind(host: host, port: port).get())
        } catch {
            try? await group.shutdownGracefully()
            throw try ListeningError(
                error, host: host, port: port, options: "--operations-host and --operations-port")
        }
    }

    /// Closes the port and ends its thread.
    func stop() async {
        try? await channel.close()
        try? await group.shutdownGracefully()
    }
}
