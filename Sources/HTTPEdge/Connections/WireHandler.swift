package import NIOCore

/// Sits next to the socket and notices what the HTTP layer cannot: a client that leaves, one that no longer reads, and in which line
/// of a request an overflow happened.
package final class WireHandler: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = IOData

    private let connection: Connection
    private let stallTimeout: TimeAmount
    private let partingGrace: TimeAmount
    private var context: ChannelHandlerContext?
    private var watch: RepeatedTask?
    /// Octets taken at the last look, and the time at which that was last seen to change.
    private var taken: Taken?
    private var lastProgress = NIODeadline.now()

    private struct Taken: Equatable {
        var buffered: Int
        var socket: SocketProgress?
    }

    /// The longest between two looks at what has been taken.
    private static let longestPause = TimeAmount.seconds(15)

    /// The first bytes of the line that is being received, at most eight.
    private(set) var lineStart: [UInt8] = []

    package init(connection: Connection, limits: ConnectionLimits) {
        self.connection = connection
        stallTimeout = .init(limits.stallTimeout)
        partingGrace = .init(limits.partingGrace)
    }

    /// Whether the line that is being received looks like the first of a request.
    package var isInRequestLine: Bool {
        let methods: [StaticString] = ["GET ", "HEAD ", "POST ", "PUT ", "PATCH ", "DELETE ", "OPTIONS "]
        return methods.contains { method in
            method.withUTF8Buffer { lineStart.starts(with: $0) }
        }
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        SocketProgress.boundUnsentOctets(of: context.channel)
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let pause = min(stallTimeout, Self.longestPause)
        watch = context.eventLoop.scheduleRepeatedTask(initialDelay: pause, delay: pause) { _ in
            let (handler, context) = loopBound.value
            handler.closeIfStalled(context)
        }
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        watch?.cancel()
        watch = nil
    }

    package func channelInactive(context: ChannelHandlerContext) {
        watch?.cancel()
        watch = nil
        connection.leave(.gone)
        context.fireChannelInactive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data).readableBytesView
        var tail = bytes[...]
        if let newline = bytes.lastIndex(of: UInt8(ascii: "\n")) {
            lineStart.removeAll(keepingCapacity: true)
            tail = bytes[(newline + 1)...]
        }
        if lineStart.count < 8 { lineStart += tail.prefix(8 - lineStart.count) }
        context.fireChannelRead(data)
    }

    /// Writes octets as they are, past those who make messages into octets.
    package func write(_ octets: ByteBuffer) {
        guard let context else { return }
        context.write(Self.wrapOutboundOut(.byteBuffer(octets)), promise: nil)
    }

    package func flush() { context?.flush() }

    /// Flushes, and fulfils the promise once the system has taken everything that was written.
    func flush(promise: EventLoopPromise<Void>) {
        guard let context else {
            promise.succeed()
            return
        }
        context.writeAndFlush(Self.wrapOutboundOut(.byteBuffer(ByteBuffer())), promise: promise)
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            context.eventLoop.scheduleTask(in: partingGrace) { [connection] in connection.leave(.closing) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// True if octets of an answer are on their way: in the channel's buffers or in the system's.
    var isSending: Bool {
        guard let context else { return false }
        return buffered(context) > 0 || SocketProgress(context.channel)?.isSending ?? false
    }

    private func buffered(_ context: ChannelHandlerContext) -> Int {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// A client that has taken nothing for too long, though something waits for it, loses its connection.
    private func closeIfStalled(_ context: ChannelHandlerContext) {
        let now = Taken(buffered: buffered(context), socket: SocketProgress(context.channel))
        let isWaiting = now.buffered > 0 || now.socket?.isSending ?? false
        if !isWaiting || now != taken { lastProgress = .now() }
        taken = now
        if NIODeadline.now() - lastProgress >= stallTimeout { context.close(promise: nil) }
    }
}
